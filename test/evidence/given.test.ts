/** A package judged against checkpoints that the verifier has from elsewhere. */
import { describe, expect, test } from 'vitest'
import { type EvidenceResult, verifyEvidence } from '../../src/evidence/index.js'
import { Keyring } from '../../src/keys/keyring.js'
import { chainOf, keyNamed } from '../verify/support.js'
import {
  acme,
  beta,
  chainOrigin,
  fileOf,
  LOG,
  log,
  logKey,
  noteOf,
  now,
  packed,
  storeOf,
  tlogPolicy,
  verifierKeyring,
} from './support.js'

const keyring = new Keyring([...verifierKeyring.entries(), { keyId: logKey.keyId, uses: ['checkpoint'] }])
const bare = { checkpoints: [] } as const

async function judge(
  bytes: Uint8Array,
  checkpoints: readonly (string | Uint8Array)[] | undefined,
  require: object = { chains: ['acme'] },
): Promise<EvidenceResult> {
  return verifyEvidence(await fileOf(bytes), { keyring, now, checkpoints, policy: JSON.stringify({ require }) })
}
const found = ({ verdict, problems }: EvidenceResult) => [verdict, ...new Set(problems.map(({ code }) => code))]
const cut = async () => packed({ ...bare, store: await storeOf(acme.slice(0, 9)), logChain: undefined })

describe('a checkpoint of the chain', () => {
  test('that it leads to proves its tail', async () => {
    const result = await judge(await packed(bare), [await noteOf(chainOrigin(acme), acme)])
    expect(found(result)).toEqual(['VALID'])
    const chain = result.chains.find(({ chainId }) => chainId === 'acme')
    expect(chain?.result.scope.tail).toBe('checkpoint')
    expect(chain?.checkpoints).toEqual([{ size: 14, by: 'note', witnessed: false, given: true }])
    expect(result.checkpoints).toEqual([{ given: 0, origin: chainOrigin(acme), size: 14, kind: 'chain' }])
  })

  test('that it does not come to names what is missing', async () => {
    const bytes = await cut()
    expect(found(await judge(bytes, undefined))).toEqual(['VALID'])
    const result = await judge(bytes, [await noteOf(chainOrigin(acme), acme)])
    expect(found(result)).toEqual(['INCOMPLETE', 'CHAIN_INCOMPLETE', 'REQUIRED_CHECKPOINT_MISSING'])
    expect(result.chains[0]?.result.problems.map(({ message }) => message)).toEqual([
      'the checkpoint of size 14 covers seq 9 to 13, which are missing',
    ])
  })

  test('that it contradicts is INVALID', async () => {
    const fork = chainOf([() => ({ body: { eventType: 'system', system: acme[0]?.system as never } }), {}, {}], {})
    expect(fork[0]?.receiptHash).toBe(acme[0]?.receiptHash)
    const other = [...fork.slice(0, 2), ...beta.slice(2, 4)]
    const result = await judge(await packed(bare), [await noteOf(chainOrigin(acme), other)])
    expect(found(result)[0]).toBe('INVALID')
    expect(result.chains.find(({ chainId }) => chainId === 'acme')?.result.counts).toEqual({ CHECKPOINT_MISMATCH: 1 })
  })

  test('of another chain is passed over, and then one is missing', async () => {
    const ofBeta = [await noteOf(chainOrigin(beta), beta)]
    expect(found(await judge(await packed(bare), ofBeta))).toEqual(['INCOMPLETE', 'REQUIRED_CHECKPOINT_MISSING'])
    expect(found(await judge(await packed(bare), ofBeta, { chains: ['Beta/Unicode'] }))).toEqual(['VALID'])
    // a package that has its own does not make up for it
    expect(found(await judge(await packed(), ofBeta))).toEqual(['INCOMPLETE', 'REQUIRED_CHECKPOINT_MISSING'])
  })

  test('is asked of each chain where none is named', async () => {
    const bytes = await packed({ ...bare, logChain: undefined, chains: ['acme', 'Beta/Unicode'] })
    const ofAcme = await noteOf(chainOrigin(acme), acme)
    const result = await judge(bytes, [ofAcme], {})
    expect(result.problems.map(({ code, chainId }) => [code, chainId])).toEqual([
      ['REQUIRED_CHECKPOINT_MISSING', 'Beta/Unicode'],
    ])
    expect(found(await judge(bytes, [ofAcme, await noteOf(chainOrigin(beta), beta)], {}))).toEqual(['VALID'])
    const none = await packed({ ...bare, chains: [], logChain: undefined, store: await storeOf(acme) })
    expect(found(await judge(none, [ofAcme], {}))).toContain('REQUIRED_CHAIN_MISSING')
  })

  test('meets a policy as one of the package does', async () => {
    const require = { chains: ['acme'], checkpoints: { policy: tlogPolicy } }
    const seen = await noteOf(chainOrigin(acme), acme, [0, 2])
    expect(found(await judge(await packed(bare), [seen], require))).toEqual(['VALID'])
    expect(found(await judge(await packed(bare), [await noteOf(chainOrigin(acme), acme)], require))).toEqual([
      'INCOMPLETE',
      'REQUIRED_WITNESS_MISSING',
    ])
  })
})

describe('a checkpoint of the log', () => {
  test('vouches for what the log’s chain says of the others', async () => {
    const result = await judge(await packed(bare), [await noteOf(LOG, log)], {})
    expect(found(result)).toEqual(['VALID'])
    expect(result.chains.find(({ chainId }) => chainId === 'acme')?.checkpoints.at(-1)).toMatchObject({
      size: 14,
      by: 'log',
      given: true,
    })
    // the entry about all of acme is the last
    const early = await judge(await packed(bare), [await noteOf(LOG, log.slice(0, 1))])
    expect(found(early)).toEqual(['INCOMPLETE', 'REQUIRED_CHECKPOINT_MISSING'])
  })

  test('shows that the log’s chain was cut', async () => {
    const bytes = await packed({ ...bare, store: await storeOf(acme, beta, log.slice(0, 2)) })
    expect(found(await judge(bytes, undefined))).toEqual(['VALID'])
    expect(found(await judge(bytes, [await noteOf(LOG, log)]))[0]).toBe('INCOMPLETE')
  })
})

describe('a checkpoint that nobody trusts', () => {
  test('counts for nothing', async () => {
    const stranger = await noteOf(chainOrigin(acme), acme, [], keyNamed('stranger'))
    const result = await judge(await packed(bare), [stranger])
    expect(found(result)).toEqual(['INCOMPLETE', 'REQUIRED_CHECKPOINT_MISSING'])
    expect(result.checkpoints).toEqual([{ given: 0, origin: chainOrigin(acme), size: 14, kind: 'unknown' }])
  })

  test('is refused where its signature is wrong or it can’t be read', async () => {
    const good = await noteOf(chainOrigin(acme), acme)
    const forged = good.replace('\n14\n', '\n13\n')
    await expect(judge(await packed(bare), [good, forged])).rejects.toMatchObject({
      code: 'TLOG_UNTRUSTED',
      message: expect.stringContaining('checkpoint 2: '),
    })
    await expect(judge(await packed(bare), ['no note'])).rejects.toMatchObject({ code: 'TLOG_MALFORMED' })
  })

  test.each([
    ['one note', 'x'],
    ['no notes', [1]],
  ])('%s is no list of them', async (_name, checkpoints) => {
    const file = await fileOf(new Uint8Array())
    await expect(verifyEvidence(file, { keyring, checkpoints: checkpoints as never })).rejects.toThrow(TypeError)
  })
})
