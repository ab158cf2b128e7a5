/** One decision, proved to the person concerned: what it takes, what it shows, and that nothing of it can be altered. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { leafHash } from '../../src/merkle/hash.js'
import { inclusionProof } from '../../src/merkle/inclusion-proof.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { memoryStore } from '../../src/store/memory.js'
import { parsePolicy, quorumTime } from '../../src/tlog/policy.js'
import { formatProof, parseProof } from '../../src/tlog/proof.js'
import { openTrusted } from '../../src/tlog/trusted.js'
import { type MakeProofOptions, makeProof } from '../../src/transparency/decision-proof.js'
import {
  type DecisionProof,
  formatDecisionProof,
  parseDecisionProof,
} from '../../src/transparency/decision-proof-format.js'
import { pathBuilder } from '../../src/transparency/decision-proof-path.js'
import { type VerifyDecisionProofOptions, verifyDecisionProof } from '../../src/transparency/decision-proof-verify.js'
import { proofWords } from '../../src/transparency/decision-proof-words.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import { delegatedBy, draft, keyNamed, stored } from '../ledger/support.js'
import { type ProofWorld, policyText, proofWorld, WITNESS } from './proof-support.js'

let world: ProofWorld
let ids: string[]
/** Of `ids[2]`, with the log's level. */
let file: string
/** Of the same, without. */
let alone: string

beforeAll(async () => {
  world = await proofWorld()
  ids = await world.decide(7)
  await world.decide(3, 'other')
  await world.publish('acme', 'other')
  file = (await prove(ids[2])).text
  alone = (await prove(ids[2], { logChainId: false })).text
})
afterAll(() => world.close())

const prove = (receiptId: string | undefined, more: Partial<MakeProofOptions> = {}) =>
  makeProof(world.store, { chainId: 'acme', receiptId: receiptId as string, ...more })

/** As somebody who knows the keys of the world and asks for its witness; what is given stands over it. */
const verify = (text: string | Uint8Array, more: Partial<VerifyDecisionProofOptions> = {}) =>
  verifyDecisionProof(text, { keyring: world.keyring, policy: world.policy, ...more })

const codes = async (text: string | Uint8Array, more: Partial<VerifyDecisionProofOptions> = {}) => {
  const { verdict, problems } = await verify(text, more)
  return [verdict, ...problems.map(({ code }) => code)]
}

describe('a proof', () => {
  test('shows the decision, the chain, the log and its witness', async () => {
    const { verdict, receipt, problems, proved, notProved, chain, log, witnesses, seenBy } = await verify(file)
    expect([verdict, problems]).toEqual(['VALID', []])
    expect(receipt?.receiptId).toBe(ids[2])
    expect(proved).toEqual(['RECEIPT_INTACT', 'SIGNER_TRUSTED', 'IN_CHAIN', 'IN_LOG', 'WITNESSED'])
    expect(notProved).toEqual([
      'CHAIN_ROOT',
      'TIME_STAMPED',
      'CONTENT_NOT_SHOWN',
      'DETAILS_NOT_SHOWN',
      'STANDS_UNCHANGED',
      'NOTHING_ELSE',
      'TRUE',
    ])
    expect(chain).toEqual({ origin: expect.stringMatching(/^log\.example\/acme\/[0-9a-f]{16}$/), size: 8 })
    expect(log).toEqual({ origin: 'log.example/acme', size: 3 })
    expect(witnesses).toEqual([WITNESS])
    expect(Date.parse(seenBy as string)).toBeGreaterThan(Date.parse(receipt?.timestamp as string) - 1)
  })

  test('is a tlog-proof that any reader of that format takes', async () => {
    const { index, hashes, note } = parseProof(file)
    expect(index).toBe(3)
    const leaves = (await stored(world.store)).map(({ receiptHash, signature }) =>
      leafHash(Buffer.from(`${receiptHash.slice(7)}${signature.slice(8)}`, 'hex')),
    )
    expect(hashes.map((hash) => Buffer.from(hash))).toEqual(
      inclusionProof(leaves, index, leaves.length).map((hash) => Buffer.from(hash)),
    )
    expect(note).toBe((await storedCheckpoint(world.store, 'acme'))?.note)
  })

  test('shows no neighbour, and free texts only where that was asked for', async () => {
    const text = Buffer.from(parseProof(file).extra ?? []).toString()
    for (const id of ids) expect(text.includes(id)).toBe(id === ids[2])
    expect(text).not.toContain('neighbour')
    const { text: whole } = await prove(ids[2], { withDetails: true })
    const { verdict, receipt, notProved } = await verify(whole)
    expect(verdict).toBe('VALID')
    expect(receipt?.details?.metadata).toEqual({ note: 'neighbour acme 2' })
    expect(notProved).not.toContain('DETAILS_NOT_SHOWN')
    expect(Buffer.from(parseProof(whole).extra ?? []).toString()).not.toContain('neighbour acme 1')
  })

  test('of the first receipt proves which chain it is', async () => {
    const [start] = await stored(world.store)
    const { verdict, proved } = await verify((await prove(start?.receiptId)).text)
    expect([verdict, proved.includes('CHAIN_ROOT')]).toEqual(['VALID', true])
  })

  test('of a receipt of the log chain itself', async () => {
    const [, entry] = await stored(world.store, 'transparency-log')
    const { text } = await makeProof(world.store, {
      chainId: 'transparency-log',
      receiptId: entry?.receiptId as string,
    })
    const { verdict, proved } = await verify(text)
    expect([verdict, proved]).toEqual(['VALID', ['RECEIPT_INTACT', 'SIGNER_TRUSTED', 'IN_CHAIN', 'WITNESSED']])
  })

  test('reads back as it was written', () => {
    expect(formatDecisionProof(parseDecisionProof(file))).toBe(file)
    expect(formatDecisionProof(parseDecisionProof(Buffer.from(alone)))).toBe(alone)
  })
})

describe('what is missing makes it INCOMPLETE', () => {
  test('keyring and policy of the verifier', async () => {
    expect(await codes(file, { keyring: undefined })).toEqual(['INCOMPLETE', 'KEYRING_MISSING'])
    expect(await codes(file, { policy: undefined })).toEqual(['INCOMPLETE', 'POLICY_MISSING'])
    const none = await verifyDecisionProof(file, {})
    expect([none.verdict, none.proved]).toEqual(['INCOMPLETE', ['RECEIPT_INTACT']])
  })

  test('a key or a log that the verifier does not know', async () => {
    const stranger = new Keyring([(await keyNamed('stranger').signer()).keyId])
    expect(await codes(file, { keyring: stranger })).toEqual(['INCOMPLETE', 'KEY_UNKNOWN'])
    const policy = parsePolicy(await policyText('w1', 'stranger'))
    expect(await codes(file, { policy })).toEqual(['INCOMPLETE', 'LOG_UNKNOWN', 'LOG_UNKNOWN'])
  })

  test('the level of the log, where the policy asks for witnesses', async () => {
    expect(await codes(alone)).toEqual(['INCOMPLETE', 'LOG_MISSING'])
    const { verdict, notProved } = await verify(alone, { policy: world.lonely })
    expect(verdict).toBe('VALID')
    expect(notProved).toContain('WITNESSED')
  })

  test('the witness that the policy asks for', async () => {
    const policy = parsePolicy(await policyText('w1', 'checkpoints', 'another'))
    expect(await codes(file, { policy })).toEqual(['INCOMPLETE', 'WITNESSES_MISSING'])
  })

  test('a time stamp that was asked for', async () => {
    expect(await codes(file, { requireTimestamp: true })).toEqual(['INCOMPLETE', 'TIMESTAMP_MISSING'])
  })

  test('a time that a witness has not proved, for a key that was revoked later', async () => {
    const [keyId] = world.keyring.entries().map((entry) => entry.keyId)
    const revoked = (at: string) => new Keyring([{ keyId: keyId as string, revokedAt: at }])
    const later = new Date(Date.now() + 3_600_000).toISOString()
    expect(await codes(file, { keyring: revoked(later) })).toEqual(['VALID'])
    expect(await codes(alone, { keyring: revoked(later), policy: world.lonely })).toEqual([
      'INCOMPLETE',
      'KEY_REVOKED_UNDATED',
    ])
    expect(await codes(file, { keyring: revoked('2026-01-01T00:00:00.000Z') })).toEqual(['INVALID', 'KEY_REVOKED'])
  })
})

describe('time stamps', () => {
  const stamped = (proof: DecisionProof, ...tokens: string[]) =>
    formatDecisionProof({
      ...proof,
      log: { ...(proof.log as NonNullable<DecisionProof['log']>), timestamps: tokens.map((one) => Buffer.from(one)) },
    })

  test('are of the text of the log’s checkpoint, and say by when it was there', async () => {
    const text = stamped(parseDecisionProof(file), 'good')
    const asked: string[] = []
    const { verdict, proved, seenBy } = await verify(text, {
      requireTimestamp: true,
      timestamps: async (token, message) => {
        asked.push(Buffer.from(token).toString(), Buffer.from(message).toString())
        return { verdict: 'VALID', proved: { latest: '2026-01-01T00:00:00.000Z' } }
      },
    })
    expect([verdict, seenBy]).toEqual(['VALID', '2026-01-01T00:00:00.000Z'])
    expect(proved).toContain('TIME_STAMPED')
    const log = await storedCheckpoint(world.store, 'transparency-log')
    expect(asked).toEqual(['good', log?.note.slice(0, log.note.indexOf('\n\n') + 1)])
  })

  test('have a time of their own: no party is said to have seen it when another did', async () => {
    const latest = '2026-01-01T00:00:00.000Z'
    const result = await verify(stamped(parseDecisionProof(file), 'good'), {
      timestamps: async () => ({ verdict: 'VALID', proved: { latest } }),
    })
    const log = await storedCheckpoint(world.store, 'transparency-log')
    const opened = openTrusted(log?.note as string, world.policy)
    const second = quorumTime(world.policy, opened.cosignatures) as number
    const seen = new Date(second * 1_000 + 999).toISOString()
    expect(result).toMatchObject({ witnessedBy: seen, stampedBy: latest, seenBy: latest })
    for (const locale of ['en', 'de'] as const) {
      const { WITNESSED, TIME_STAMPED } = proofWords[locale].proved(result)
      expect([WITNESSED.includes(seen), WITNESSED.includes(latest)]).toEqual([true, false])
      expect([TIME_STAMPED.includes(seen), TIME_STAMPED.includes(latest)]).toEqual([false, true])
    }
    const alone = await verify(file)
    expect(alone).toMatchObject({ witnessedBy: seen, seenBy: seen })
    expect(alone).not.toHaveProperty('stampedBy')
  })

  test('do not contradict what is said where witnesses are missing', async () => {
    const result = await verify(stamped(parseDecisionProof(file), 'good'), {
      policy: world.lonely,
      timestamps: async () => ({ verdict: 'VALID', proved: { latest: '2026-01-01T00:00:00.000Z' } }),
    })
    expect(result.proved).toContain('TIME_STAMPED')
    expect(result.notProved).toContain('WITNESSED')
    expect(result).not.toHaveProperty('witnessedBy')
    expect(proofWords.en.notProved.WITNESSED).not.toMatch(/anybody|operator/)
    expect(proofWords.de.notProved.WITNESSED).not.toMatch(/jemand|Betreiber/)
  })

  test('that are wrong make it INVALID, those of strangers count for nothing', async () => {
    const text = stamped(parseDecisionProof(file), 'bad')
    expect(await codes(text, { timestamps: async () => ({ verdict: 'INVALID' }) })).toEqual([
      'INVALID',
      'TIMESTAMP_WRONG',
    ])
    const unknown = { timestamps: async () => ({ verdict: 'INCOMPLETE' }) as const }
    expect(await codes(text, unknown)).toEqual(['VALID'])
    expect(await codes(text, { ...unknown, requireTimestamp: true })).toEqual(['INCOMPLETE', 'TIMESTAMP_MISSING'])
  })
})

/** Another file with something of this one. */
const altered = (change: (proof: DecisionProof) => DecisionProof, from = file): string =>
  formatDecisionProof(change(parseDecisionProof(from)))

/** Another value of the same kind. */
const flip = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes, (byte, at) => (at === 0 ? byte ^ 1 : byte))

describe('whatever is altered, it is not VALID any more', () => {
  test('each member of the receipt', async () => {
    const { line } = parseDecisionProof(file)
    const receipt = JSON.parse(line) as Record<string, unknown>
    for (const [name, value] of Object.entries(receipt)) {
      const other =
        typeof value === 'number'
          ? value + 1
          : typeof value === 'string'
            ? value.replace(/[0-9a-z](?=[^0-9a-z]*$)/, (char) => (char === '1' ? '2' : '1'))
            : Array.isArray(value)
              ? [{ name: 'x', fired: true }]
              : {}
      for (const changed of [
        { ...receipt, [name]: other },
        { ...receipt, [name]: undefined },
      ]) {
        const text = altered((proof) => ({ ...proof, line: canonicalize(JSON.parse(JSON.stringify(changed))) }))
        // of another version of the format nobody here can say whether it is right
        const unknown = name === 'version' && changed.version !== undefined
        expect((await verify(text)).verdict, name).toBe(unknown ? 'INCOMPLETE' : 'INVALID')
        expect((await verify(text)).proved, name).toEqual([])
      }
    }
    const more = altered((proof) => ({ ...proof, line: canonicalize({ ...receipt, xMore: 1 }) }))
    expect((await verify(more)).verdict).toBe('INVALID')
  })

  test('the place in the tree, and each hash of the way', async () => {
    const { proof } = parseDecisionProof(file)
    for (const index of [0, 2, 4, 7, 8])
      expect((await codes(altered((one) => ({ ...one, proof: { ...proof, index } }))))[0]).toBe('INVALID')
    for (const at of proof.hashes.keys()) {
      const hashes = proof.hashes.map((hash, one) => (one === at ? flip(hash) : hash))
      expect(await codes(altered((one) => ({ ...one, proof: { ...proof, hashes } })))).toContain('INCLUSION_WRONG')
    }
    for (const hashes of [
      proof.hashes.slice(1),
      [...proof.hashes, ...proof.hashes.slice(-1)],
      proof.hashes.toReversed(),
    ])
      expect(await codes(altered((one) => ({ ...one, proof: { ...proof, hashes } })))).toContain('INCLUSION_WRONG')
  })

  test('size, root and signature of the checkpoint', async () => {
    const { note } = parseProof(file)
    const [origin = '', size = '', root = '', , line = ''] = note.split('\n')
    const withNote = (changed: string) => altered((one) => ({ ...one, proof: { ...one.proof, note: changed } }))
    const signature = line.slice(line.lastIndexOf(' ') + 1)
    const bytes = Buffer.from(signature, 'base64')
    bytes[10] = (bytes[10] as number) ^ 1
    for (const [from, to] of [
      [`\n${size}\n`, '\n9\n'],
      [root, Buffer.from(flip(Buffer.from(root, 'base64'))).toString('base64')],
      [signature, bytes.toString('base64')],
    ] as const) {
      const [verdict, ...found] = await codes(withNote(note.replace(from, () => to)))
      expect([verdict, found.includes('CHECKPOINT_SIGNATURE_WRONG')]).toEqual(['INVALID', true])
    }
    // another chain's name: nobody whom the policy names has signed that, and the log speaks of another chain
    const other = note.replaceAll(origin, `${origin.slice(0, -1)}${origin.endsWith('0') ? '1' : '0'}`)
    expect(await codes(withNote(other))).toEqual(['INVALID', 'LOG_UNKNOWN', 'LOG_ENTRY_WRONG'])
    // without its signature line it is not signed by anyone
    const unsigned = note.replace(line, `— stranger.example/log ${signature}`)
    expect(await codes(withNote(unsigned))).toEqual(['INCOMPLETE', 'LOG_UNKNOWN'])
  })

  test('the level of the log: its receipt, the way, the checkpoint, the cosignature', async () => {
    const level = parseDecisionProof(file).log as NonNullable<DecisionProof['log']>
    const withLog = (change: Partial<typeof level>) => altered((one) => ({ ...one, log: { ...level, ...change } }))
    const entries = await stored(world.store, 'transparency-log')
    for (const { details: _, ...entry } of entries) {
      const line = canonicalize(entry)
      if (line === level.line) continue
      expect((await codes(withLog({ line })))[0]).toBe('INVALID')
      // with its own true proof it is an entry about another chain
      const own = (await makeProof(world.store, { chainId: 'transparency-log', receiptId: entry.receiptId })).text
      const { extra: __, ...proof } = parseProof(own)
      expect(await codes(withLog({ line, proof }))).toContain('LOG_ENTRY_WRONG')
    }
    expect((await codes(withLog({ line: level.line.replace('"size":8', '"size":9') })))[0]).toBe('INVALID')
    const hashes = level.proof.hashes.map(flip)
    expect(await codes(withLog({ proof: { ...level.proof, hashes } }))).toEqual(['INVALID', 'LOG_INCLUSION_WRONG'])
    expect((await codes(withLog({ proof: { ...level.proof, index: 0 } })))[0]).toBe('INVALID')
    expect(await codes(withLog({ hashes: parseProof(file).hashes.map(flip) }))).toEqual(['INVALID', 'LOG_ENTRY_WRONG'])
    const { note } = level.proof
    for (const line of note.trimEnd().split('\n').slice(-2)) {
      const at = line.lastIndexOf(' ') + 1
      const bytes = Buffer.from(line.slice(at), 'base64')
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] as number) ^ 1
      const changed = note.replace(line, `${line.slice(0, at)}${bytes.toString('base64')}`)
      expect(await codes(withLog({ proof: { ...level.proof, note: changed } }))).toEqual([
        'INVALID',
        'CHECKPOINT_SIGNATURE_WRONG',
      ])
      expect((await verify(withLog({ proof: { ...level.proof, note: note.replace(`${line}\n`, '') } }))).verdict).toBe(
        'INCOMPLETE',
      )
    }
    // a chain's checkpoint is no head of the log
    const { extra: ___, ...chainProof } = parseProof(file)
    expect((await codes(withLog({ proof: chainProof })))[0]).toBe('INVALID')
  })

  test('another receipt’s proof, or its log', async () => {
    const other = parseDecisionProof((await prove(ids[3])).text)
    expect(await codes(altered((one) => ({ ...one, line: other.line })))).toContain('INCLUSION_WRONG')
    expect(await codes(altered((one) => ({ ...one, proof: other.proof })))).toContain('SEQ_MISMATCH')
    const [, decision] = await stored(world.store, 'other')
    const elsewhere = parseDecisionProof(
      (await makeProof(world.store, { chainId: 'other', receiptId: decision?.receiptId as string })).text,
    )
    expect(await codes(altered((one) => ({ ...one, log: elsewhere.log })))).toEqual(['INVALID', 'LOG_ENTRY_WRONG'])
    expect((await codes(altered((one) => ({ ...one, proof: elsewhere.proof }))))[0]).toBe('INVALID')
  })

  test('any byte of the file', async () => {
    const bytes = Buffer.from(file)
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(bytes)
          changed[at] = (changed[at] as number) ^ by
          expect((await verify(changed)).verdict).not.toBe('VALID')
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each<[string, (extra: Record<string, unknown>) => unknown]>([
    ['no extra data', () => undefined],
    ['another format', (extra) => ({ ...extra, format: 'quittance/proof/2' })],
    ['a member that is not known', (extra) => ({ ...extra, note: 'trust me' })],
    ['a member of the log that is not known', (extra) => ({ ...extra, log: { ...(extra.log as object), keys: [] } })],
    ['no receipt', ({ format }) => ({ format })],
    ['a receipt that is no line', (extra) => ({ ...extra, receipt: `${extra.receipt}\n` })],
    ['a receipt that is no text', (extra) => ({ ...extra, receipt: JSON.parse(extra.receipt as string) })],
    ['a list', () => []],
    ['time stamps that are none', (extra) => ({ ...extra, timestamps: ['%'] })],
    ['too many time stamps', (extra) => ({ ...extra, timestamps: Array(33).fill('AA==') })],
    ['a delegation that is none', (extra) => ({ ...extra, delegation: { certificate: {}, certificateSignature: '' } })],
  ])('%s is INVALID', async (_, change) => {
    const proof = parseProof(file)
    const value = change(JSON.parse(Buffer.from(proof.extra ?? []).toString()) as Record<string, unknown>)
    const extra = value === undefined ? undefined : Buffer.from(canonicalize(value))
    expect(await codes(formatProof({ ...proof, extra }))).toEqual(['INVALID', 'PROOF_MALFORMED'])
  })

  test('extra data in another spelling is INVALID', async () => {
    const proof = parseProof(file)
    const json = Buffer.from(proof.extra ?? []).toString()
    for (const text of [` ${json}`, json.replace('{', '{"format":"quittance/proof/1",'), json.slice(1)])
      expect(await codes(formatProof({ ...proof, extra: Buffer.from(text) }))).toEqual(['INVALID', 'PROOF_MALFORMED'])
    expect(await codes(formatProof({ ...proof, extra: Buffer.from([0xff]) }))).toEqual(['INVALID', 'PROOF_MALFORMED'])
    expect(await codes('')).toEqual(['INVALID', 'PROOF_MALFORMED'])
  })

  test('a receipt from the future', async () => {
    expect(await codes(file, { now: '2020-01-01T00:00:00.000Z' })).toEqual(['INVALID', 'TIME_IN_FUTURE'])
    await expect(verify(file, { now: 'soon' })).rejects.toThrow(RangeError)
    await expect(verify(file, { keyring: {} as never })).rejects.toThrow(TypeError)
  })
})

describe('making', () => {
  test('what is not covered yet has to wait, and says so', async () => {
    const own = await proofWorld()
    try {
      const [first] = await own.decide(1)
      const of = (receiptId: string | undefined, more: Partial<MakeProofOptions> = {}) =>
        makeProof(own.store, { chainId: 'acme', receiptId: receiptId as string, ...more })
      await expect(of(first)).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'no-checkpoint' } })
      await expect(of(ids[0])).rejects.toMatchObject({ code: 'TLOG_UNAVAILABLE', details: { reason: 'no-receipt' } })
      await own.log.checkpoint('acme')
      expect((await of(first)).log).toBe('absent')
      await own.log.publish()
      expect((await of(first)).log).toBe('included')
      const [second] = await own.decide(1)
      await expect(of(second)).rejects.toMatchObject({ details: { reason: 'not-covered' } })
      // the chain's newest checkpoint is not in the log's newest head: an older one that is leads there
      await own.log.checkpoint('acme')
      expect((await of(second)).log).toBe('not-covered')
      const made = await of(first)
      expect([made.log, made.size]).toEqual(['included', 3])
      expect(parseDecisionProof(made.text).log?.hashes).toBeDefined()
      expect((await verifyDecisionProof(made.text, own)).verdict).toBe('VALID')
      const given = await storedCheckpoint(own.store, 'transparency-log')
      expect((await of(first, { logCheckpoint: { note: given?.note as string } })).log).toBe('included')
      await expect(of(first, { details: true } as never)).rejects.toThrow(TypeError)
    } finally {
      await own.close()
    }
  })

  test('a chain that does not lead to its checkpoint is refused', async () => {
    const note = (await storedCheckpoint(world.store, 'other'))?.note as string
    await expect(prove(ids[1], { checkpoint: { note } })).rejects.toMatchObject({
      code: 'TLOG_REFUSED',
      details: { reason: 'inclusion' },
    })
  })

  test('a delegate comes with its certificate', async () => {
    const root = keyNamed('receipts')
    const own = await proofWorld(memoryStore(), await delegatedBy(root, keyNamed('delegate')))
    try {
      const [, id] = await own.decide(3)
      await own.publish('acme')
      const { text, receipt } = await makeProof(own.store, { chainId: 'acme', receiptId: id as string })
      const rootId = (await root.signer()).keyId
      expect(receipt.key).toBeUndefined()
      const asked = { policy: own.policy, keyring: new Keyring([{ keyId: rootId, uses: ['delegate'] }]) }
      const { verdict, notProved, problems } = await verifyDecisionProof(text, asked)
      expect([verdict, problems]).toEqual(['VALID', []])
      expect(notProved).toContain('DELEGATED_IN_CHAIN')
      // a root that may not delegate, and a certificate that says something else
      expect(await codes(text, { ...asked, keyring: new Keyring([rootId]) })).toContain('DELEGATION_INVALID')
      const taken = parseDecisionProof(text)
      const delegation = taken.delegation as NonNullable<DecisionProof['delegation']>
      const forged = { ...delegation, certificate: { ...delegation.certificate, serial: '2' } }
      expect(await codes(formatDecisionProof({ ...taken, delegation: forged }), asked)).toContain('DELEGATION_INVALID')
      const { delegation: _, ...bare } = taken
      expect(await codes(formatDecisionProof(bare), asked)).toEqual(['INCOMPLETE', 'KEY_UNKNOWN'])
      const known = { chainId: 'acme', receiptId: id as string, keyring: new Keyring([receipt.keyId]) }
      expect(parseDecisionProof((await makeProof(own.store, known)).text).delegation).toBeUndefined()
    } finally {
      await own.close()
    }
  })

  test('chains of any size, any receipt: the proof verifies, and for the next receipt it does not', async () => {
    const own = await proofWorld()
    try {
      await own.ledger.append(draft())
      for (let size = 2; size <= 18; size += 1) {
        await own.publish('acme')
        const receipts = await stored(own.store)
        for (const seq of [0, Math.floor(size / 2), size - 1]) {
          const { text } = await makeProof(own.store, {
            chainId: 'acme',
            receiptId: receipts[seq]?.receiptId as string,
          })
          expect((await verifyDecisionProof(text, own)).verdict, `${seq} of ${size}`).toBe('VALID')
          const taken = parseDecisionProof(text)
          const { details: _, ...next } = receipts[(seq + 1) % size] as (typeof receipts)[0]
          const swapped = formatDecisionProof({ ...taken, line: canonicalize(next) })
          expect((await verifyDecisionProof(swapped, own)).verdict).toBe('INVALID')
        }
        await own.decide(1)
      }
    } finally {
      await own.close()
    }
  })

  test('paths of any leaf in any tree are those that the whole tree gives', () => {
    const leaves = Array.from({ length: 70 }, (_, at) => leafHash(Uint8Array.of(at)))
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 69 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 3 }),
        (index, some) => {
          const sizes = some.map((size) => Math.max(size, index + 1))
          const builder = pathBuilder(index, sizes)
          for (const leaf of leaves.slice(0, Math.max(...sizes))) builder.push(leaf)
          expect(builder.paths()).toEqual(sizes.map((size) => inclusionProof(leaves, index, size)))
        },
      ),
    )
  })
})
