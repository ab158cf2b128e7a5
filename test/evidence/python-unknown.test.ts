/** Receipts of a later release, which may lack what this one asks for: verify.py says of them what the library says. */
import { expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyLines } from '../../src/verify/chain.js'
import type { VerifyResult } from '../../src/verify/types.js'
import { chainOf, keys, lineOfLoose, linesOf, NOW, rawLines, resealed } from '../verify/support.js'
import { judgedByPython } from './python.js'
import { fileOf } from './support.js'

const keyring = new Keyring([{ keyId: keys.one.keyId, uses: ['receipt'] }])
const kinds =
  'decision inference tool_call tool_result human_oversight annotation session_start session_end system key retention later'
const members = [{}, { key: { event: 'later' } }, { system: { event: 'later' } }, { retention: {} }]

const codes = ({ verdict, problems }: VerifyResult) => [verdict, ...new Set(problems.map(({ code }) => code))].sort()

test('a receipt with a member that is not known, and without those that are', { timeout: 120_000 }, async () => {
  const [first, second] = chainOf([{}, {}]) as [DecisionReceipt, DecisionReceipt]
  const cases = kinds.split(' ').flatMap((eventType) => members.map((more) => ({ eventType, ...more })))
  const asked = await Promise.all(
    cases.map(async (members) => {
      const later = resealed(second, { checks: undefined, action: undefined, later: 1, ...members })
      const bytes = Buffer.from(`${linesOf([first])[0]}\n${lineOfLoose(later)}\n`)
      const found = await verifyLines(rawLines(bytes), { keyring, now: NOW })
      return { found, file: await fileOf(bytes), keyring: keyring.toJSON(), options: { now: NOW } }
    }),
  )
  const judged = await judgedByPython<VerifyResult>(asked)
  for (const [index, { found }] of asked.entries()) {
    expect([cases[index], codes(judged[index] as VerifyResult)]).toEqual([cases[index], codes(found)])
    expect(found.counts.UNSUPPORTED).toBeGreaterThan(0)
  }
})
