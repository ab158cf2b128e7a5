import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed } from '../ledger/support.js'
import { collect, refOf, temporaryFolder } from './temporary.js'

const lostOf = ({ seq, receiptId, receiptHash }: { seq: number; receiptId: string; receiptHash: string }) => ({
  seq,
  receiptId,
  receiptHash,
})

/** A server whose folder can be put back to a copy that was made earlier. */
async function restorable() {
  const folder = await temporaryFolder()
  const [dir, backup] = [join(folder, 'data'), join(folder, 'backup')]
  await mkdir(dir)
  const redis = await startRedis({ aof: 'always', dir })
  onTestFinished(() => redis.stop())
  const resting = async (deed: () => Promise<void>) => {
    await redis.kill('SIGTERM')
    await deed()
    await redis.start()
  }
  return {
    redis,
    backUp: () => resting(() => cp(dir, backup, { recursive: true })),
    restore: () =>
      resting(async () => {
        await rm(dir, { recursive: true })
        await cp(backup, dir, { recursive: true })
      }),
  }
}

function ledgerOn(redis: RedisService) {
  const ledger = createLedger({ store: redisStore({ url: redis.url }), keys: keyNamed('a'), redactor: false })
  onTestFinished(() => ledger.close())
  const events: LedgerEvents['rolled_back'][] = []
  ledger.on('rolled_back', (event) => events.push(event))
  return { ledger, events }
}

const appendSome = (ledger: Ledger, count: number) =>
  Promise.all(Array.from({ length: count }, () => ledger.append(draft({ details: { rationale: 'because' } }))))

const linesOf = (store: ReceiptStore) => collect(store.lines!('acme'))

async function expectValid({ store }: Ledger) {
  const keyring = new Keyring(await keyNamed('a').publicKeys!())
  expect(await verifyChain(await linesOf(store), { keyring })).toMatchObject({ verdict: 'VALID', problems: [] })
}

test('a server restored from an older copy gets back, byte for byte, what a running ledger remembers', async () => {
  const { redis, backUp, restore } = await restorable()
  const { ledger, events } = ledgerOn(redis)
  await appendSome(ledger, 5)
  await backUp()
  const later = await appendSome(ledger, 40)
  const before = await linesOf(ledger.store)
  await restore()
  const [next] = await appendSome(ledger, 1)
  expect((await linesOf(ledger.store)).slice(0, -1)).toEqual(before)
  expect(next?.seq).toBe(before.length)
  expect(events).toMatchObject([{ outcome: 'restored', found: { seq: 5 }, lost: later.map(lostOf) }])
  await expectValid(ledger)
})

test('what another ledger wrote on the older copy stays, and what was lost is named', async () => {
  const { redis, backUp, restore } = await restorable()
  const { ledger, events } = ledgerOn(redis)
  await appendSome(ledger, 5)
  await backUp()
  const lost = (await appendSome(ledger, 40)).map(lostOf)
  await restore()
  const other = ledgerOn(redis).ledger
  const theirs = await appendSome(other, 3)
  const [next] = await appendSome(ledger, 1)
  const chain = await collect(ledger.store.read('acme'))
  expect(chain.slice(6, 9)).toEqual(theirs)
  expect(chain.slice(9)).toMatchObject([{ system: { event: 'rollback', lost } }, { receiptId: next?.receiptId }])
  expect(events).toMatchObject([{ outcome: 'recorded', found: refOf(theirs.at(-1)!), lost }])
  await expectValid(ledger)
})

test('a ledger that lost more than it remembers appends nothing until somebody accepts it', async () => {
  const { redis, backUp, restore } = await restorable()
  const { ledger } = ledgerOn(redis)
  await appendSome(ledger, 5)
  await backUp()
  const gone = await appendSome(ledger, 1_000)
  await restore()
  const one = draft()
  const refused = {
    code: 'STORE_ROLLED_BACK',
    details: { outcome: 'absent', expected: refOf(gone.at(-1)!), actual: { seq: 5 } },
  }
  await expect(ledger.append(one)).rejects.toMatchObject(refused)
  await expect(ledger.append(one)).rejects.toMatchObject(refused)
  expect((await linesOf(ledger.store)).length).toBe(6)
  const { system } = await ledger.acceptRollback('acme')
  expect(system).toMatchObject({ event: 'rollback', lost: gone.slice(-256).map(lostOf) })
  expect((await ledger.append(one)).seq).toBe(7)
  await expectValid(ledger)
})

test('a server that lost everything is found out, and what is remembered beside the chain is written anew', async () => {
  const redis = await startRedis()
  onTestFinished(() => redis.stop())
  const { ledger, events } = ledgerOn(redis)
  const warnings: unknown[] = []
  ledger.on('warning', ({ error }) => warnings.push((error as { code?: string }).code))
  await appendSome(ledger, 20)
  const before = await linesOf(ledger.store)
  await redis.kill()
  await redis.start()
  await appendSome(ledger, 1)
  expect((await linesOf(ledger.store)).slice(0, -1)).toEqual(before)
  expect(events.map(({ outcome, lost }) => [outcome, lost.length])).toEqual([['restored', 21]])
  await ledger.close()
  expect(warnings.filter((code) => code === 'STORE_STATE_CONFLICT')).toEqual([])
  const reader = redisStore({ url: redis.url })
  onTestFinished(() => reader.close())
  const remembered = await reader.state.get('acme', 'acknowledged')
  expect(JSON.parse(Buffer.from(remembered!.bytes).toString())).toMatchObject({ seq: 21 })
})
