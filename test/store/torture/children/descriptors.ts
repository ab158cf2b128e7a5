/**
 * One process that runs out of descriptors: `descriptors.mjs <directory>`, under a low `ulimit -n`. It leaves fewer and
 * fewer free, appends, and says what came of it; then it lets go of them and appends again.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { QuittanceError } from '../../../../src/errors.js'
import { fileStore } from '../../../../src/store/file.js'
import { draft, handClock, ledgerOn } from '../world.js'

const say = (what: object): void => {
  writeSync(1, `${JSON.stringify(what)}\n`)
}

const ledger = await ledgerOn(fileStore(process.argv[2] ?? '', { segmentBytes: 65_536 }), handClock())
ledger.on('warning', () => undefined)
const one = draft('acme', 'first', 500)
const first = await ledger.append(one)
say({ acknowledged: first.receiptId, hash: first.receiptHash })

/** Takes every descriptor but so many. */
function taken(free: number): number[] {
  const held: number[] = []
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error
  }
  for (const fd of held.splice(0, free)) closeSync(fd)
  return held
}

/** Takes whatever comes free, until it is told to stop. */
function grabbing(): () => void {
  const held: number[] = []
  let next: NodeJS.Immediate
  const grab = () => {
    held.push(...taken(0))
    next = setImmediate(grab)
  }
  grab()
  return () => {
    clearImmediate(next)
    for (const fd of held) closeSync(fd)
  }
}

for (let free = 8; free >= -1; free -= 1) {
  for (const chainId of ['acme', `new-${free}`]) {
    const held = free < 0 ? [] : taken(free)
    const letGo = free < 0 ? grabbing() : () => undefined
    const given = draft(chainId, `free ${free}`, 30_000)
    try {
      const receipt = await ledger.append(given, { timeoutMs: 300 })
      say({ acknowledged: receipt.receiptId, hash: receipt.receiptHash, free })
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      const { outcome, reason } = error.details
      say({ refused: error.code, outcome, reason, free })
    } finally {
      letGo()
      for (const fd of held) closeSync(fd)
    }
    const receipt = await ledger.append(draft(chainId, 'again', 100))
    say({ acknowledged: receipt.receiptId, hash: receipt.receiptHash })
  }
}
await ledger.close()
say({ done: true })
