/** What threads found is taken for what it is: of a chain against which there is nothing to say, nothing is read again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ed25519Backend } from '../../src/keys/ed25519/backend.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { assemble } from '../../src/verify/node/assemble.js'
import { examiner, type Reports, type Task } from '../../src/verify/node/examining.js'
import { meterFor } from '../../src/verify/node/meter.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { anchorOf } from '../verify/anchor.js'
import {
  chainEnd,
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  entryOf,
  fileOf,
  keys,
  linesOf,
  msAfter,
  NOW,
  plainChain,
  rotation,
  trusting,
} from '../verify/support.js'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-read-once-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** The calling thread has no business with signatures here. */
const idle: Ed25519Backend = {
  ...defaultBackend,
  equationCheck: () => () => {
    throw new Error('a line was read again')
  },
}

async function judged(receipts: readonly DecisionReceipt[], more: Partial<VerifyOptions>, backend = idle) {
  const path = join(dir, 'chain.jsonl')
  const bytes = fileOf(linesOf(receipts))
  await writeFile(path, bytes)
  const options = { keyring: trusting(keys.one, keys.two), now: NOW, ...more }
  const examine = examiner(defaultBackend)
  const found: Reports[number][] = []
  const crew = {
    size: 2,
    async examine(task: Task) {
      const reports = examine(task)
      found.push(...reports)
      return reports
    },
    awaited() {},
    close: async () => {},
  }
  const working = { crew, shape: { rangeBytes: 5_000, batchFiles: 1 }, meter: meterFor(options, 0), backend }
  const chain = { name: 'chain', files: [{ name: 'chain', path, bytes: bytes.length }] }
  let result: VerifyResult | undefined
  for await (const one of assemble([chain], options, working)) result = one.result
  const parts = found.flatMap((report) => report?.parts ?? [])
  return { result, folded: parts.reduce((sum, { rest }) => sum + (rest?.count ?? 0), 0), reports: found.length }
}

const some = (count: number, by?: (typeof keys)['one']) => Array.from({ length: count }, () => ({ by }))
const headOf = (receipts: readonly DecisionReceipt[]) => {
  const { seq, receiptHash } = receipts.at(-1)!
  return { seq, receiptHash }
}

const plain = plainChain(60)
const long = delegation({ notAfter: days(9) })
const cases: readonly (readonly [string, readonly DecisionReceipt[], Partial<VerifyOptions>])[] = [
  ['plain', plain, {}],
  ['a head at its end', plain, { expect: { head: headOf(plain) }, requireTail: true }],
  ['a head behind a part of it', plain.slice(0, 40), { expect: { head: headOf(plain.slice(0, 40)), minReceipts: 40 } }],
  ['checkpoints', plain, { anchors: [60, 7, 7, 33, 0].map((size) => anchorOf(plain, size)), requireTail: true }],
  ['of a ledger', chainOf([chainStart(), ...some(50), chainEnd()]), { requireTail: true }],
  ['of two keys', chainOf([...some(20), ...some(20, keys.two), ...some(20)]), {}],
  [
    'of a delegate',
    chainOf([delegated(long), ...some(40), delegated(long), ...some(10)], { by: keys.delegate }),
    { keyring: trusting(entryOf(keys.root, { uses: ['delegate'] })) },
  ],
  [
    'of a key that another handed over to',
    chainOf([...some(20), rotation(keys.two), ...some(30, keys.two)]),
    { keyring: trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'], validUntil: msAfter(30_000) })) },
  ],
  [
    'of a key that was revoked later, dated by another',
    chainOf([...some(30), { by: keys.two, at: days(2) }]),
    { keyring: trusting(entryOf(keys.one, { revokedAt: days(3) }), keys.two) },
  ],
]

test.each(cases)('a chain: %s', async (_, receipts, more) => {
  const { result, folded, reports } = await judged(receipts, more)
  expect(result).toMatchObject({ verdict: 'VALID', checked: receipts.length })
  expect(reports).toBeGreaterThan(3)
  // but for the first of each part and what is the ledger's own
  expect(folded).toBeGreaterThan(receipts.length / 2)
})

test('of a chain whose key nobody knows only the beginning is read again', async () => {
  const strangers = plainChain(120)
  let again = 0
  const counting: Ed25519Backend = {
    ...defaultBackend,
    equationCheck: () => () => {
      again += 1
      return true
    },
  }
  const { result, folded } = await judged(strangers, { keyring: new Keyring([]) }, counting)
  expect(result).toMatchObject({ verdict: 'INCOMPLETE', counts: { KEY_UNKNOWN: strangers.length } })
  expect(folded).toBeGreaterThan(0)
  expect(again).toBe(folded)
  expect(again).toBeLessThan(strangers.length / 4)
})
