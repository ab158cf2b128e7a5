/** A process of its own that writes in a file store: `writer.ts <what> <directory>`. It says on stdout what it did. */
import { createInterface } from 'node:readline'
import { QuittanceError } from '../../../src/errors.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { fileStore } from '../../../src/store/file.js'
import { testReceipts } from '../../../src/testing/receipts.js'

const [what = '', dir = '', chainId = 'acme'] = process.argv.slice(2)
const store = fileStore(dir, { onNotice: (notice) => say('notice', notice.code, String(notice.bytes)) })

// written at once: what was said was said, also by a process that is killed the moment after
function say(...words: readonly string[]): void {
  process.stdout.write(`${words.join(' ')}\n`)
}

const refOf = (receipt: DecisionReceipt | undefined) =>
  receipt && { seq: receipt.seq, receiptHash: receipt.receiptHash }

/** Appends behind the head, `count` receipts at a time. */
async function appendSome(count: number): Promise<DecisionReceipt> {
  const head = await store.head(chainId)
  const receipts = testReceipts({ chainId, count, after: head, rationale: () => 'x'.repeat(2_000) })
  await store.append(chainId, receipts, refOf(head))
  return receipts.at(-1) as DecisionReceipt
}

async function tryOnce(): Promise<void> {
  try {
    const { seq } = await appendSome(1)
    say('appended', String(seq))
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    say(error.code, String(error.details.pid), String(error.details.outcome))
  }
}

const deeds: Readonly<Record<string, () => Promise<void>>> = {
  async 'append-until-killed'() {
    for (let turn = 0; ; turn += 1) say('acknowledged', String((await appendSome((turn % 7) + 1)).seq))
  },
  async 'pipeline-until-killed'() {
    for (let head = await store.head(chainId); ; ) {
      const receipts = testReceipts({ chainId, count: 40, after: head, rationale: () => 'x'.repeat(3_000) })
      await Promise.all(
        receipts.map(async (receipt, index) => {
          await store.append(chainId, [receipt], refOf(receipts[index - 1] ?? head))
          say('acknowledged', String(receipt.seq))
        }),
      )
      head = receipts.at(-1)
    }
  },
  async 'append-and-exit'() {
    say('acknowledged', String((await appendSome(25)).seq))
    process.exit(0)
  },
  async 'append-and-end'() {
    // neither closed nor exited: nothing of an idle store keeps the process alive
    say('acknowledged', String((await appendSome(25)).seq))
    process.stdin.destroy()
  },
  async 'on-command'() {
    say('ready')
    for await (const command of createInterface({ input: process.stdin })) await commands[command]?.()
  },
}

const commands: Readonly<Record<string, () => Promise<void>>> = {
  append: tryOnce,
  async close() {
    await store.close()
    say('closed')
  },
  async prune() {
    const { first, last } = (await store.bounds(chainId)) ?? { first: 0, last: 0 }
    const at = Math.floor((first + last) / 2)
    for await (const { seq, receiptHash } of store.read(chainId, { fromSeq: at, toSeq: at })) {
      say('pruned', String(await store.prune?.(chainId, at + 1, { seq, receiptHash })))
    }
  },
  async erase() {
    say('erased', String(await store.eraseDetails?.(chainId, (await store.head(chainId))?.receiptId ?? '')))
  },
}

const deed = deeds[what]
if (deed === undefined) throw new Error(`no such thing to do: ${what}`)
await deed()
