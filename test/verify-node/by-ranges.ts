/** A chain judged by ranges, on threads or without them, and the same chain judged in one go. */
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect } from 'vitest'
import type { Ed25519Backend } from '../../src/keys/ed25519/backend.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyLines } from '../../src/verify/chain.js'
import { assemble } from '../../src/verify/node/assemble.js'
import type { Reports, Task } from '../../src/verify/node/examining.js'
import { meterFor } from '../../src/verify/node/meter.js'
import type { Crew } from '../../src/verify/node/threads.js'
import { rawLines } from '../verify/support.js'
import type { DamagedChain } from './damaged-chains.js'

/** Files are written anew in each case, and in memory where there is such a place: to make one takes longer than to judge a chain. */
const inMemory = '/dev/shm'

/** @returns four files, of which each case has as many as it needs */
export function fileSet() {
  const dir = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'quittance-by-ranges-'))
  const files = [0, 1, 2, 3].map((at) => {
    const name = `${at}.jsonl`
    const path = join(dir, name)
    return { name, path, fd: openSync(path, 'w') }
  })
  return {
    put(contents: readonly Buffer[]) {
      return contents.map((content, at) => {
        const { name, path, fd } = files[at]!
        ftruncateSync(fd, 0)
        writeSync(fd, content, 0, content.length, 0)
        return { name, path, bytes: content.length }
      })
    },
    close() {
      for (const { fd } of files) closeSync(fd)
      rmSync(dir, { recursive: true })
    },
  }
}
type FileSet = ReturnType<typeof fileSet>

/** The same few receipts come in thousands of cases: each signature is checked once. */
export const remembering: Ed25519Backend = {
  ...defaultBackend,
  equationCheck(publicKey) {
    const check = defaultBackend.equationCheck(publicKey)
    const known = new Map<string, boolean>()
    return (message, signature) => {
      const name = `${Buffer.from(message).toString('latin1')} ${Buffer.from(signature).toString('latin1')}`
      const found = known.get(name) ?? check(message, signature)
      known.set(name, found)
      return found
    }
  },
}

/** Does a thread's work on the calling thread. */
export function crewOf(examine: (task: Task) => Reports): Crew {
  return { size: 4, examine: async (task) => examine(task), awaited() {}, close: async () => {} }
}

/** A certificate may ride on any receipt. */
const isEvent = ({ eventType, key }: DecisionReceipt) =>
  key !== undefined || ['system', 'key', 'retention'].includes(eventType)

/** What the calling thread finds, alone, in one go. */
export async function alone({ files, options }: DamagedChain) {
  const events: string[] = []
  const lines = files.map(rawLines)
  const hears = (receipt: DecisionReceipt) => void (isEvent(receipt) && events.push(receipt.receiptId))
  const result = await verifyLines(lines.flat(), options, remembering, hears)
  const firstLines = lines.map((_, at) => 1 + lines.slice(0, at).flat().length)
  return { result, events, firstLines, bytes: files.reduce((sum, { length }) => sum + length, 0) }
}

/** What is found in parts of so many bytes. */
export async function byRanges(
  { files: contents, options }: DamagedChain,
  crew: Crew,
  rangeBytes: number,
  set: FileSet,
) {
  const events: string[] = []
  const meter = meterFor(options, undefined)
  const working = { crew, shape: { rangeBytes, batchFiles: 2 }, meter, backend: remembering }
  const hears = (receipt: DecisionReceipt) => void events.push(receipt.receiptId)
  const chain = { name: 'chain', files: set.put(contents) }
  for await (const { result, files: seen } of assemble([chain], options, working, hears)) {
    expect(meter.receipts).toBe(result.checked)
    return { result, events, firstLines: seen.map(({ firstLine }) => firstLine), bytes: meter.bytes }
  }
  throw new Error('there is no result')
}

/** How large the parts are: of a line or two, mostly. */
export const rangeBytes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(97) },
  { weight: 14, arbitrary: fc.integer({ min: 500, max: 6_000 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000) },
)
