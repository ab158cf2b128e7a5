/** A chain with a past: keys handed over, its beginning pruned, its end declared. The CLI judges what the ledger wrote. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { localKey } from '../../src/keys/local.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { runCli } from './run-cli.js'

const DAY_MS = 86_400_000
const keys = { first: randomBytes(32), second: randomBytes(32), pruner: randomBytes(32) }
const keyOf = (name: keyof typeof keys) => localKey({ seed: keys[name] })
const didOf = async (name: keyof typeof keys) => (await keyOf(name).signer()).keyId

let cwd: string
let trust: string[]
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-chain-'))
  const [first, pruner] = [await didOf('first'), await didOf('pruner')]
  trust = ['--trust', `receipt,rotate=${first}`, '--trust', `retention=${pruner}`]
  let now = Date.UTC(2025, 0, 1)
  const ledger = createLedgerWith(
    {
      store: fileStore(join(cwd, 'store')),
      keys: keyOf('first'),
      redactor: false,
      keyring: new Keyring([
        { keyId: first, uses: ['receipt', 'rotate'] },
        { keyId: pruner, uses: ['retention'] },
      ]),
      retentionDays: 184,
    },
    { now: () => now, uuid: () => v7({ msecs: now }), random: (count) => randomBytes(count) },
  )
  const decide = () =>
    ledger.append({
      receiptId: v7({ msecs: now }),
      chainId: 'acme',
      tenantId: 'acme',
      eventType: 'decision',
      checks: [],
      action: 'allow',
    })
  for (let count = 0; count < 3; count += 1) await decide()
  now += 10 * DAY_MS
  await decide()
  now += 190 * DAY_MS
  await decide()
  await ledger.prune('acme', { olderThanDays: 184, reason: 'age', keys: keyOf('pruner') })
  await ledger.rotate('acme', { to: keyOf('second') })
  await decide()
  await ledger.succeed('acme', { reason: 'full', chainId: 'acme-2' })
  await ledger.close()
})
afterAll(() => rm(cwd, { recursive: true }))

const judge = async (...args: string[]) => {
  const { code, stdout } = await runCli(['verify', 'store', '--chain', 'acme', ...trust, ...args, '--json'], { cwd })
  const { counts, scope } = JSON.parse(stdout)
  return { code, codes: Object.keys(counts), fromSeq: scope.fromSeq, tail: scope.tail }
}

test('a pruned beginning counts only as far as it is accepted', async () => {
  const pruned = await judge()
  expect(pruned).toMatchObject({ code: 3, codes: ['PRUNED'], tail: 'chain-end' })
  expect(pruned.fromSeq).toBeGreaterThan(0)
  expect(await judge('--accept-pruned', '184')).toMatchObject({ code: 0, codes: [] })
  expect(await judge('--accept-pruned', '400')).toMatchObject({ code: 3, codes: ['PRUNED'] })
  expect(await judge('--from-seq', String(pruned.fromSeq))).toMatchObject({ code: 0 })
})

test('an end that the chain declares is a proof of its tail', async () => {
  expect(await judge('--accept-pruned', '184', '--require-tail')).toMatchObject({ code: 0, tail: 'chain-end' })
})

test('inspect follows a rotation that stands on an earlier line', async () => {
  const { code, stdout } = await runCli(['inspect', 'store', '--chain', 'acme', ...trust, '--json'], { cwd })
  const { receipt, steps } = JSON.parse(stdout)
  expect([code, receipt.keyId, steps.key.ok]).toEqual([0, await didOf('second'), true])
  const strict = await runCli(['inspect', 'store', '--chain', 'acme', '--trust', await didOf('first')], { cwd })
  expect(strict.code).toBe(3)
})

test('both chains are there', async () => {
  const { code, stdout } = await runCli(['verify', 'store', '--all', '--accept-pruned', '184', ...trust], { cwd })
  expect(stdout).toContain('chain acme-2')
  expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([0, 'VALID  2 chains; the worst verdict counts'])
})
