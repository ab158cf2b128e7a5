/**
 * One process that does what it is told, a line at a time: `commanded.mjs <orders as JSON>`. `append N` appends so many at
 * once, `put V` replaces a state value of that version, `head`, `close`. It answers each with one line.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { QuittanceError } from '../../../../src/errors.js'
import { fileStore } from '../../../../src/store/file.js'
import type { WriterOrders } from '../orders.js'
import { draft, fastClock, ledgerOn } from '../world.js'

const orders = JSON.parse(process.argv[2] ?? '') as WriterOrders
const { chainId } = orders
const notices: string[] = []
const store = fileStore(orders.dir, { ...orders.store, onNotice: ({ code }) => notices.push(code) })
const ledger = await ledgerOn(store, fastClock(orders.clock))
ledger.on('warning', () => undefined)
const say = (what: object): void => {
  writeSync(1, `${JSON.stringify(what)}\n`)
}
const refusal = (error: unknown) => {
  if (!QuittanceError.is(error)) throw error
  const { outcome, reason, pid } = error.details
  return { code: error.code, outcome, reason, pid, message: error.message }
}

say({ ready: process.pid })
for await (const line of createInterface({ input: process.stdin })) {
  const [command, count = '1', timeout = '5000'] = line.split(' ')
  try {
    if (command === 'append') {
      const settled = await Promise.allSettled(
        Array.from({ length: Number(count) }, (_, n) =>
          ledger.append(draft(chainId, `commanded ${n}`, orders.text ?? 300), { timeoutMs: Number(timeout) }),
        ),
      )
      const acknowledged = settled.flatMap((one) =>
        one.status === 'fulfilled'
          ? [{ id: one.value.receiptId, seq: one.value.seq, hash: one.value.receiptHash }]
          : [],
      )
      const refused = settled.flatMap((one) => (one.status === 'rejected' ? [refusal(one.reason)] : []))
      say({ acknowledged, refused, notices: notices.splice(0) })
    } else if (command === 'close') {
      await ledger.close()
      say({ closed: true })
    } else if (command === 'put') {
      const version = await store.state.put(chainId, 'commanded', Buffer.from(`of ${process.pid}`), Number(count))
      say({ version })
    } else say({ head: (await store.head(chainId))?.seq ?? -1 })
  } catch (error) {
    say({ failed: refusal(error) })
  }
}
