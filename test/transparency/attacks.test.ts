/**
 * Each line of the table in docs/transparency.md, played by somebody who has the signing key in hand: what shows the attack, and what
 * would not show without it.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { extensions, startStamps } from '../../scripts/services/time-stamps.js'
import { verifyEvidence, writeEvidence } from '../../src/evidence/index.js'
import { parseDidKey } from '../../src/keys/did-key.js'
import { Keyring, type KeyringEntry } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { toHex, utf8 } from '../../src/primitives/bytes.js'
import { sha256 } from '../../src/primitives/sha256.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { type Policy, parsePolicy } from '../../src/tlog/policy.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { reconcile } from '../../src/transparency/reconcile.js'
import { parseCounts } from '../../src/transparency/reconcile-counts.js'
import { timestampsOf } from '../../src/transparency/timestamp/index.js'
import { forkProof, verifyForkProof } from '../../src/transparency/witness/fork-proof.js'
import { type LocalWitness, localWitness } from '../../src/transparency/witness/local-witness.js'
import { verifyChain } from '../../src/verify/chain.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { missingChains, type VerifiedLog, verifyLog } from '../../src/verify/log.js'
import type { VerifyOptions, VerifyResult } from '../../src/verify/types.js'
import { draft, keyNamed, stored } from '../ledger/support.js'
import { fill, LOG_CHAIN, never, ORIGIN, type RecordingSink, recordingSink, worldOn } from './log-support.js'

const SOON_MS = 60_000
/** Keys that are in the attacker's hands: the ledger's always, the log's where that is said. */
const signing = () => keyNamed('receipts')
const checkpointing = () => keyNamed('checkpoints')

let policy: Policy
let keyring: Keyring
let logVkey: string
let witness: LocalWitness
let sink: RecordingSink
let acme: readonly DecisionReceipt[]
let beta: readonly DecisionReceipt[]
let log: readonly DecisionReceipt[]
/** What lies where nobody of the deployment can take it back: chains' checkpoints, then heads of the log with a cosignature. */
let notes: readonly string[]
/** The log's heads alone, the older first. */
let heads: readonly string[]

const witnessNamed = async (name: string): Promise<LocalWitness> => {
  const { keyId } = await checkpointing().signer()
  return localWitness({
    keys: keyNamed(name),
    name: `${name}.example`,
    logs: [noteKey(ORIGIN, 'ed25519', parseDidKey(keyId))],
  })
}

async function policyWith(quorum: string, ...witnesses: readonly LocalWitness[]): Promise<Policy> {
  const lines = await Promise.all(
    witnesses.map(async ({ core }, index) => `witness w${index + 1} ${vkeyOf(await core.key())}\n`),
  )
  return parsePolicy(`log ${logVkey}\n${lines.join('')}${quorum}\n`)
}

beforeAll(async () => {
  logVkey = vkeyOf(noteKey(ORIGIN, 'ed25519', parseDidKey((await checkpointing().signer()).keyId)))
  keyring = new Keyring([(await signing().signer()).keyId])
  witness = await witnessNamed('witness')
  policy = await policyWith('quorum w1', witness)
  const store = memoryStore()
  sink = recordingSink()
  const world = worldOn(store, { ...never, sinks: [sink], witnesses: { clients: [witness], policy } })
  await fill(world.ledger, 5)
  await world.log.checkpoint('acme')
  await world.log.publish()
  await fill(world.ledger, 4)
  await fill(world.ledger, 3, 'beta')
  await world.log.checkpoint('acme')
  await world.log.checkpoint('beta')
  await world.log.publish()
  await world.log.close()
  expect(world.warnings).toEqual([])
  acme = await stored(store, 'acme')
  beta = await stored(store, 'beta')
  log = await stored(store, LOG_CHAIN)
  await world.ledger.close()
  const notesOf = (wanted: string) => sink.got.filter(({ kind }) => kind === wanted).map(({ note }) => note)
  heads = notesOf('log')
  notes = [...notesOf('chain'), ...heads]
  expect([acme.length, beta.length, log.length, heads.length]).toEqual([10, 4, 4, 2])
})

const judge = (receipts: readonly DecisionReceipt[], options: Partial<VerifyOptions> = {}): Promise<VerifyResult> =>
  verifyChain(receipts, { keyring, ...options })
const codes = ({ problems }: VerifyResult): string[] => problems.map(({ code }) => code)
const held = (given: readonly string[] = notes, by = policy) => openCheckpoints(given, by)
const judgeLog = (receipts = log, given: readonly string[] = heads, by = policy): Promise<VerifiedLog> =>
  verifyLog(receipts, { keyring, checkpoints: openCheckpoints(given, by) })

async function storeWith(...chains: readonly (readonly DecisionReceipt[])[]): Promise<ReceiptStore> {
  const made = memoryStore()
  for (const chain of chains)
    if (chain.length > 0) await made.append((chain[0] as DecisionReceipt).chainId, [...chain], undefined)
  return made
}

/** Another history behind the first receipts, sealed with the ledger's own key by the ledger itself. */
async function rewritten(chain: readonly DecisionReceipt[], kept: number): Promise<DecisionReceipt[]> {
  const { chainId } = chain[0] as DecisionReceipt
  const forged = await storeWith(chain.slice(0, kept))
  const ledger = createLedger({ store: forged, keys: signing(), redactor: false })
  while ((await stored(forged, chainId)).length < chain.length)
    await ledger.append(draft({ chainId, action: 'reject' }))
  const receipts = await stored(forged, chainId)
  await ledger.close()
  return receipts
}

/** A second history of everything, made with both keys; its log wants cosignatures, and does not ask what was signed before. */
async function secondHistory(ask: readonly LocalWitness[]) {
  const forged = await storeWith(await rewritten(acme, 5), beta)
  const out = recordingSink()
  const world = worldOn(forged, {
    ...never,
    sinks: [out],
    witnesses: { clients: ask.map(({ newest: _, ...one }) => one) },
  })
  await world.log.checkpoint('acme')
  await world.log.checkpoint('beta')
  await world.log.publish()
  // one more than the honest one has, so that its head could replace it
  await fill(world.ledger, 1, 'gamma')
  await world.log.checkpoint('gamma')
  await world.log.publish()
  await world.log.close()
  const [forgedAcme, forgedLog] = [await stored(forged, 'acme'), await stored(forged, LOG_CHAIN)]
  await world.ledger.close()
  return {
    acme: forgedAcme,
    log: forgedLog,
    notes: out.got.map(({ note }) => note),
    heads: out.got.filter(({ kind }) => kind === 'log').map(({ note }) => note),
    warnings: world.warnings,
  }
}

const attacks = {
  'the tail of a chain is cut': async () => {
    const cut = acme.slice(0, 8)
    const shown = await judge(cut, { checkpoints: held() })
    expect(shown.verdict).toBe('INCOMPLETE')
    expect(new Set(codes(shown))).toEqual(new Set(['CHECKPOINT_NOT_REACHED']))
    expect(shown.problems[0]?.message).toContain('seq 8 to 9')
    const alone = await judge(cut)
    expect([alone.verdict, alone.scope.tail]).toEqual(['VALID', 'unproved'])
  },

  'the head of a chain is cut, and no retention receipt says so': async () => {
    const shown = await judge(acme.slice(3), { checkpoints: held(), acceptPruned: { minDays: 0 } })
    expect([shown.verdict, ...codes(shown)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED', 'STARTS_LATE'])
  },

  'receipts in the middle are removed': async () => {
    const shown = await judge([...acme.slice(0, 4), ...acme.slice(6)], { checkpoints: held() })
    expect(shown.verdict).toBe('INVALID')
    expect(codes(shown)).toContain('SEQ_GAP')
    // with the key, what follows is sealed anew, and the chain has no gap any more
    const relinked = await rewritten(acme.slice(0, 8), 4)
    expect((await judge(relinked)).verdict).toBe('VALID')
    expect((await judge(relinked, { checkpoints: held() })).verdict).toBe('INVALID')
  },

  'a chain is written anew with the stolen signing key': async () => {
    const forged = await rewritten(acme, 4)
    const shown = await judge(forged, { checkpoints: held() })
    expect([shown.verdict, ...codes(shown)]).toEqual(['INVALID', 'CHECKPOINT_MISMATCH'])
    expect(shown.problems[0]?.notes).toEqual([notes[0]])
    expect((await judge(forged)).verdict).toBe('VALID')
  },

  'everything is written anew with the signing key and the checkpoint key': async () => {
    const forged = await secondHistory([witness])
    expect(forged.warnings.map((error) => (error as { code?: string }).code)).toContain('TLOG_REFUSED')
    // its heads have no witness, so they are taken for nothing
    const own = await judgeLog(forged.log, forged.heads)
    expect([own.result.verdict, ...codes(own.result)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED'])
    // and it does not lead to what the witness has cosigned
    const against = await judgeLog(forged.log, heads)
    expect([against.result.verdict, ...codes(against.result)]).toEqual(['INVALID', 'CHECKPOINT_MISMATCH'])
    // the checkpoints of its chains were made by both keys, and no witness that the policy asks for has seen them
    expect((await judge(forged.acme, { checkpoints: held(forged.notes) })).verdict).toBe('INCOMPLETE')
    const { checkpoints } = await judgeLog()
    expect((await judge(forged.acme, { checkpoints })).verdict).toBe('INVALID')
  },

  'two verifiers are shown two histories': async () => {
    const forged = await secondHistory([])
    // each alone finds his own whole, where nobody asks for a witness
    const nobody = await policyWith('quorum none')
    expect((await judgeLog(log, heads, nobody)).result.verdict).toBe('VALID')
    expect((await judgeLog(forged.log, forged.heads, nobody)).result.verdict).toBe('VALID')
    // with the witness that both ask for, only one history can be whole
    expect((await judgeLog(forged.log, forged.heads)).result.verdict).toBe('INCOMPLETE')
    // and who has two heads of one size has the proof
    const [a, b] = [heads[1] as string, forged.heads[1] as string]
    expect([a, b].map((head) => head.split('\n')[1])).toEqual(['4', '4'])
    expect(openCheckpoints([a, b], nobody).conflicts).toHaveLength(1)
    const logs = nobody.logs.map(({ key }) => key)
    expect(verifyForkProof(forkProof(a, b), logs).origin).toBe(ORIGIN)
    const compared = await judgeLog(log, [...heads, ...forged.heads], nobody)
    expect([compared.result.verdict, compared.chains]).toEqual(['INVALID', []])
  },

  'a whole chain is withheld': async () => {
    const { checkpoints, ...rest } = await judgeLog()
    const there = await judge(acme, { checkpoints })
    expect(there.verdict).toBe('VALID')
    const [missing, ...more] = missingChains({ checkpoints, ...rest }, [there])
    expect([missing?.result.verdict, more.length]).toEqual(['INCOMPLETE', 0])
    expect(missing?.chain.origin).toBe(`${ORIGIN}/${(beta[0] as DecisionReceipt).receiptHash.slice(7, 23)}`)
  },

  'receipts are dated back with a key that was stolen later': async () => {
    const revokedAt = new Date(Date.now() + SOON_MS).toISOString()
    const entry: KeyringEntry = { keyId: (await signing().signer()).keyId, revokedAt }
    const revoked = { keyring: new Keyring([entry]), now: new Date(Date.now() + 2 * SOON_MS) }
    const { checkpoints } = await judgeLog()
    // what witnesses had seen before holds
    expect((await judge(acme, { ...revoked, checkpoints })).verdict).toBe('VALID')
    // what the thief put behind it, under an earlier time, is not dated by anybody
    const forged = await rewritten([...acme, ...acme.slice(0, 2)], acme.length)
    const shown = await judge(forged, { ...revoked, checkpoints })
    expect([shown.verdict, ...codes(shown)]).toEqual(['INCOMPLETE', 'KEY_REVOKED_UNDATED'])
    // nor is anything, where no witness is asked for
    expect((await judge(acme, { ...revoked, checkpoints: held(notes, await policyWith('quorum none')) })).verdict).toBe(
      'INCOMPLETE',
    )
  },

  'the newest checkpoint of a chain is withheld': async () => {
    const [older] = notes
    const cut = acme.slice(0, 8)
    const shown = await judge(cut, { checkpoints: held([older as string]) })
    expect([shown.verdict, shown.scope.tail, shown.scope.checkpoint?.size]).toEqual(['INCOMPLETE', 'unproved', 6])
    expect((await judge(cut, { checkpoints: held([older as string]), requireTail: true })).verdict).toBe('INCOMPLETE')
    // the log has it, and the log's head lies with the witness
    const { checkpoints } = await judgeLog()
    expect((await judge(cut, { checkpoints })).verdict).toBe('INCOMPLETE')
  },

  'an old head is replayed, with the copy of that time': async () => {
    const old = await judgeLog(log.slice(0, 2), heads.slice(0, 1))
    // nothing contradicts: it only says how old it is
    expect([old.result.verdict, old.result.scope.tail]).toEqual(['VALID', 'checkpoint'])
    expect(old.result.scope.checkpoint?.witnessedAt).toMatch(/999Z$/)
    // whoever asks the witness himself has the newest
    const { status, body } = await witness.core.checkpoint(toHex(sha256(utf8(ORIGIN))))
    expect(status).toBe(200)
    const asked = await judgeLog(log.slice(0, 2), [heads[0] as string, body])
    expect([asked.result.verdict, ...codes(asked.result)]).toEqual(['INCOMPLETE', 'CHECKPOINT_NOT_REACHED'])
  },

  'a witness colludes': async () => {
    const [bought, honest] = [await witnessNamed('bought'), await witnessNamed('honest')]
    const forged = await secondHistory([bought])
    const believing = await policyWith('quorum w1', bought)
    expect((await judgeLog(forged.log, forged.heads, believing)).result.verdict).toBe('VALID')
    // two of two: one that is honest is enough to show it
    const two = await policyWith('group both all w1 w2\nquorum both', bought, honest)
    expect((await judgeLog(forged.log, forged.heads, two)).result.verdict).toBe('INCOMPLETE')
  },

  'a time-stamp authority colludes': async () => {
    const stamps = await startStamps()
    try {
      for (const root of ['one', 'two']) {
        stamps.issue({ name: root, extensions: extensions.root })
        stamps.issue({ name: `${root}-tsa`, issuer: root, extensions: extensions.stamping })
        stamps.authority(`${root}-tsa`)
      }
      const text = `${(notes[0] as string).split('\n\n')[0]}\n`
      await writeFile(join(stamps.dir, 'message'), text)
      const token = async (name: string) => {
        const query = stamps.openssl('ts', '-query', '-data', 'message', '-cert', '-sha256')
        const reply = join(stamps.dir, `${name}.reply`)
        await writeFile(reply, await stamps.reply(name, query))
        return stamps.openssl('ts', '-reply', '-in', reply, '-token_out')
      }
      const authorities = ['one', 'two'].map((root) => stamps.pem(root))
      const bought = await token('one-tsa')
      const alone = await timestampsOf([bought], text, { authorities, now: Date.now() + SOON_MS })
      expect(alone.verdict).toBe('VALID')
      const both = { authorities, atLeast: 2, now: Date.now() + SOON_MS }
      expect((await timestampsOf([bought, bought], text, both)).verdict).toBe('INCOMPLETE')
      expect((await timestampsOf([bought, await token('two-tsa')], text, both)).verdict).toBe('VALID')
    } finally {
      await stamps.stop()
    }
  },

  'evidence is left out of a package': async () => {
    const dir = await mkdtemp(join(tmpdir(), 'attacks-'))
    const store = await storeWith(acme, beta, log)
    try {
      const signer = keyNamed('packer')
      const readers = new Keyring([
        (await signing().signer()).keyId,
        { keyId: (await signer.signer()).keyId, uses: ['report'] },
      ])
      const asked = JSON.stringify({
        require: {
          chains: ['acme', 'beta'],
          checkpoints: { policy: `log ${logVkey}\nwitness w1 ${vkeyOf(await witness.core.key())}\nquorum w1\n` },
        },
      })
      const pack = async (name: string, chains: string[], checkpoints = sink.got) => {
        const out = join(dir, name)
        await writeEvidence({ store, chains, logChain: LOG_CHAIN, keyring, signer, checkpoints, out })
        return (await verifyEvidence(out, { keyring: readers, policy: asked })).verdict
      }
      expect(await pack('whole.zip', ['acme', 'beta'])).toBe('VALID')
      expect(await pack('no-beta.zip', ['acme'])).toBe('INCOMPLETE')
      expect(await pack('no-checkpoints.zip', ['acme', 'beta'], [])).toBe('INCOMPLETE')
      const unwitnessed = sink.got.map((one) => ({ ...one, note: one.note.replace(/^— witness.*\n/gm, '') }))
      expect(await pack('no-witness.zip', ['acme', 'beta'], unwitnessed)).not.toBe('VALID')
    } finally {
      await rm(dir, { recursive: true })
    }
  },

  'a decision is never logged': async () => {
    // everything that there is holds, and nothing tells of what there is not
    const { checkpoints } = await judgeLog()
    expect((await judge(acme, { checkpoints, requireTail: true })).verdict).toBe('VALID')
    // somebody who has counted too
    const day = (acme[0] as DecisionReceipt).timestamp.slice(0, 10)
    const next = new Date(Date.parse(day) + 2 * 86_400_000).toISOString().slice(0, 10)
    const compared = reconcile(parseCounts(`from,to,count\n${day}T00:00:00Z,${next}T00:00:00Z,10\n`))
    for (const receipt of acme) compared.update(receipt)
    expect(compared.result()).toMatchObject({ answer: 'FEWER', outside: 10, receipts: 9 })
  },
} satisfies Readonly<Record<string, () => Promise<void>>>

describe('the attack is shown:', () => {
  for (const [name, play] of Object.entries(attacks)) it(name, play)
})

it('the documentation has these attacks, and no others', async () => {
  const page = await readFile(new URL('../../docs/transparency.md', import.meta.url), 'utf8')
  const table = page.slice(page.indexOf('<!-- attacks -->'), page.indexOf('<!-- /attacks -->'))
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
  expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(Object.keys(attacks))
})
