/** A short run of the fuzzer with seeds that never change; `npm run fuzz` is the long one. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyLines } from '../../src/verify/chain.js'
import { judgeChain, linesOfFile } from '../reference/chain.js'
import { readKeyring } from '../reference/keyring.js'
import { fileOf, linesOf, NOW, plainChain, rawLines, trustOne } from '../verify/support.js'
import { disagreements } from './compare.js'
import { runCase } from './one.js'

const CASES = 250

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quittance-fuzz-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test(`verifier and reference agree on ${CASES} chains and keyrings, most of them spoilt`, async () => {
  const verdicts = new Map<string, number>()
  let open = 0
  for (let seed = 1; seed <= CASES; seed += 1) {
    const { findings, verdict, open: isOpen } = await runCase(seed, join(folder, 'chain.jsonl'))
    expect(findings, `seed ${seed}`).toEqual([])
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
    if (isOpen) open += 1
  }
  // a fuzzer that only makes nonsense, or that the reference leaves alone, would show nothing
  for (const verdict of ['VALID', 'INCOMPLETE', 'INVALID'])
    expect(verdicts.get(verdict), verdict).toBeGreaterThan(CASES / 20)
  expect(open).toBeLessThan(CASES / 20)
}, 60_000)

test('a disagreement is seen', async () => {
  const lines = linesOf(plainChain(4))
  const good = fileOf(lines)
  const cut = fileOf([...lines.slice(0, 1), ...lines.slice(2)])
  const keyring = readKeyring(JSON.stringify(trustOne)) ?? new Map()
  const judgedGood = await verifyLines(rawLines(good), { keyring: trustOne, now: NOW })
  const judgedCut = await verifyLines(rawLines(cut), { keyring: trustOne, now: NOW })
  const expectedGood = judgeChain(linesOfFile(good), keyring, { now: NOW })
  const expectedCut = judgeChain(linesOfFile(cut), keyring, { now: NOW })
  expect(disagreements(judgedGood, expectedGood)).toEqual([])
  expect(disagreements(judgedCut, expectedCut)).toEqual([])
  expect(disagreements(judgedGood, expectedCut)).toContain('the verdict is VALID, the reference says INVALID')
  expect(disagreements(judgedGood, expectedCut)).toContain('SEQ_GAP was not found in line 2')
  expect(disagreements(judgedCut, expectedGood)).toContain('SEQ_GAP was found in line 2')
  expect(disagreements({ ...judgedGood, notices: [], counts: { DETAILS_ERASED: 1 } }, expectedGood)).toHaveLength(1)
  expect(
    disagreements({ ...judgedGood, scope: { ...judgedGood.scope, tail: 'chain-end' } }, expectedGood),
  ).toHaveLength(1)
})
