/** Whatever is wrong with a chain, and wherever that falls, threads find what the calling thread alone finds. */
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Ed25519Backend } from '../../src/keys/ed25519/backend.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyLines } from '../../src/verify/chain.js'
import { assemble } from '../../src/verify/node/assemble.js'
import { examiner, type Reports, type Task } from '../../src/verify/node/examining.js'
import { meterFor } from '../../src/verify/node/meter.js'
import { type Crew, threads } from '../../src/verify/node/threads.js'
import { incompleteCodes, invalidCodes } from '../../src/verify/types.js'
import { rawLines } from '../verify/support.js'
import { type DamagedChain, damagedChain } from './damaged-chains.js'

/** Files are written anew in each case, and in memory where there is such a place: to make one takes longer than to judge a chain. */
const inMemory = '/dev/shm'
let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(existsSync(inMemory) ? inMemory : tmpdir(), 'quittance-threads-agree-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

function fileSet(label: string) {
  const files = [0, 1, 2, 3].map((at) => {
    const name = `${label}-${at}.jsonl`
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
    },
  }
}
type FileSet = ReturnType<typeof fileSet>

/** The same few receipts come in thousands of cases: each signature is checked once. */
const remembering: Ed25519Backend = {
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
function crewOf(examine: (task: Task) => Reports): Crew {
  return { size: 4, examine: async (task) => examine(task), awaited() {}, close: async () => {} }
}

/** A certificate may ride on any receipt. */
const isEvent = ({ eventType, key }: DecisionReceipt) =>
  key !== undefined || ['system', 'key', 'retention'].includes(eventType)

/** What the calling thread finds, alone, in one go. */
async function alone({ files, options }: DamagedChain) {
  const events: string[] = []
  const lines = files.map(rawLines)
  const hears = (receipt: DecisionReceipt) => void (isEvent(receipt) && events.push(receipt.receiptId))
  const result = await verifyLines(lines.flat(), options, remembering, hears)
  const firstLines = lines.map((_, at) => 1 + lines.slice(0, at).flat().length)
  return { result, events, firstLines, bytes: files.reduce((sum, { length }) => sum + length, 0) }
}

async function byRanges({ files: contents, options }: DamagedChain, crew: Crew, rangeBytes: number, set: FileSet) {
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

const rangeBytes = fc.oneof(
  { weight: 1, arbitrary: fc.constant(97) },
  { weight: 14, arbitrary: fc.integer({ min: 500, max: 6_000 }) },
  { weight: 1, arbitrary: fc.constant(1_000_000) },
)

describe('damaged chains', () => {
  test('10,000 are judged by ranges as in one go', { timeout: 600_000 }, async () => {
    const set = fileSet('ranges')
    const examine = examiner(remembering)
    const seen = { runs: 0, codes: new Map<string, number>() }
    const count = (code: string) => seen.codes.set(code, (seen.codes.get(code) ?? 0) + 1)
    let loses = false
    let asked = 0
    const crew = crewOf((task) =>
      examine(task).map((report) => {
        asked += 1
        // what has no report is read by the calling thread
        if (loses && asked % 3 === 0) return undefined
        if (report?.parts.some(({ rest }) => rest !== undefined)) seen.runs += 1
        return report
      }),
    )
    const property = fc.asyncProperty(damagedChain, rangeBytes, fc.nat({ max: 3 }), async (drawn, size, lot) => {
      loses = lot === 0
      const expected = await alone(drawn)
      expect(await byRanges(drawn, crew, size, set)).toEqual(expected)
      count(expected.result.verdict)
      for (const code of Object.keys(expected.result.counts)) count(code)
    })
    await fc.assert(property, { numRuns: 10_000, seed: 8 })
    set.close()
    // what was drawn was worth it: runs, every verdict, and every code
    expect(seen.runs).toBeGreaterThan(10_000)
    for (const verdict of ['VALID', 'INVALID', 'INCOMPLETE']) expect(seen.codes.get(verdict)).toBeGreaterThan(500)
    const codes: string[] = [...invalidCodes, ...incompleteCodes]
    expect(codes.filter((code) => !seen.codes.has(code))).toEqual([])
  })

  test('hundreds are judged by threads as in one go', async () => {
    const set = fileSet('threads')
    const crew = await threads(2)
    try {
      const property = fc.asyncProperty(damagedChain, rangeBytes, async (drawn, size) => {
        expect(await byRanges(drawn, crew, size, set)).toEqual(await alone(drawn))
      })
      await fc.assert(property, { numRuns: 300, seed: 88 })
    } finally {
      await crew.close()
      set.close()
    }
  })
})
