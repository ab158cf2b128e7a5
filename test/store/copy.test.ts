/** Copying from store to store: the same lines, resumed wherever it broke off, and nothing that does not verify. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { lineOf } from '../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { type CopyProgress, copy } from '../../src/store/copy.js'
import { fileStoreOn } from '../../src/store/file/file-store.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore, type PlannedFault } from '../../src/testing/faulty-store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { verifyChain } from '../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed } from '../ledger/support.js'
import { failingFs } from './failing-fs.js'
import { closedAtEnd, collect, failureOf, refOf, temporaryFolder } from './temporary.js'

const keyring = new Keyring([testReceiptKeyId()])
const linesIn = (store: ReceiptStore, chainId: string) =>
  collect((store.lines as NonNullable<ReceiptStore['lines']>)(chainId))

let redis: RedisService
let runs = 0
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

const kinds = {
  memory: async () => closedAtEnd(memoryStore()),
  file: async () => closedAtEnd(fileStore(await temporaryFolder())),
  redis: async () => {
    runs += 1
    return closedAtEnd(redisStore({ url: redis.url }, { prefix: `copy-${runs}` }))
  },
} satisfies Record<string, () => Promise<ReceiptStore>>
type Kind = keyof typeof kinds
const names = Object.keys(kinds) as Kind[]
const pairs = names.flatMap((from) => names.map((to) => [from, to] as const))

/** A chain of which every other receipt has free text. */
const chainOf = (chainId: string, count: number) =>
  testReceipts({ chainId, count, rationale: (seq) => (seq % 2 === 0 ? `why ${seq} – “quoted”` : undefined) })

async function filled(kind: Kind, ...chains: readonly (readonly DecisionReceipt[])[]): Promise<ReceiptStore> {
  const store = await kinds[kind]()
  for (const receipts of chains) {
    const [first] = receipts
    if (first) await store.append(first.chainId, receipts, undefined)
  }
  return store
}

describe.each(pairs)('from %s to %s', (source, target) => {
  test('every chain arrives line by line, once', async () => {
    const chains = [chainOf('acme', 23), chainOf('Acme/EU', 1), chainOf('b', 7)]
    const from = await filled(source, ...chains)
    const to = await kinds[target]()
    const first = await copy(from, to, { keyring, batch: 5 })
    expect(first.chains.map(({ chainId, copied, already }) => [chainId, copied, already]).sort()).toEqual([
      ['Acme/EU', 1, 0],
      ['acme', 23, 0],
      ['b', 7, 0],
    ])
    for (const receipts of chains) {
      const { chainId } = receipts[0] as DecisionReceipt
      expect(await linesIn(to, chainId)).toEqual(receipts.map(lineOf))
    }
    const [acme] = first.chains.filter(({ chainId }) => chainId === 'acme')
    expect(acme).toMatchObject({
      first: 0,
      head: refOf(chains[0]?.at(-1) as DecisionReceipt),
      verification: { verdict: 'VALID', checked: 23, scope: { root: chains[0]?.[0]?.receiptHash } },
    })
    const again = await copy(from, to, { keyring })
    expect(again.chains.map(({ copied, already }) => [copied, already]).sort()).toEqual([
      [0, 1],
      [0, 23],
      [0, 7],
    ])
    expect((await linesIn(to, 'acme')).length).toBe(23)
  })

  test('a chain that was pruned begins where it began there, and goes on', async () => {
    const receipts = chainOf('acme', 20)
    const from = await filled(source, receipts.slice(0, 12))
    await from.prune?.('acme', 5, refOf(receipts[4] as DecisionReceipt))
    const to = await kinds[target]()
    const { chains } = await copy(from, to, { keyring, batch: 3 })
    // nothing in the chain says that it was pruned, so the verifier misses the beginning
    expect(chains).toMatchObject([
      { first: 5, copied: 7, verification: { verdict: 'INCOMPLETE', counts: { STARTS_LATE: 1 } } },
    ])
    expect(await to.bounds('acme')).toEqual({ first: 5, last: 11 })
    await from.append('acme', receipts.slice(12), refOf(receipts[11] as DecisionReceipt))
    expect((await copy(from, to, { keyring })).chains).toMatchObject([{ copied: 8, already: 7 }])
    expect(await linesIn(to, 'acme')).toEqual(receipts.slice(5).map(lineOf))
    expect(await to.get('acme', (receipts[5] as DecisionReceipt).receiptId)).toEqual(receipts[5])
  })
})

test('any chain is copied line by line, in any batches, whatever the target had of it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.nat(60),
      fc.nat(60),
      fc.boolean(),
      async (count, batch, had, gone, verified) => {
        const receipts = chainOf('acme', count)
        const first = gone % count
        const held = Math.min(had, count)
        const from = memoryStore()
        await from.append('acme', receipts, undefined)
        if (first > 0) await from.prune?.('acme', first, refOf(receipts[first - 1] as DecisionReceipt))
        const to = memoryStore()
        if (held > first) await to.append('acme', receipts.slice(0, held), undefined)
        const { chains } = await copy(from, to, { keyring: verified ? keyring : false, batch })
        const kept = held > first ? held : first
        expect(chains[0]).toMatchObject({ copied: count - kept, already: kept - first })
        expect(chains[0]?.verification === undefined).toBe(!verified)
        expect(await linesIn(to, 'acme')).toEqual(receipts.slice(held > first ? 0 : first).map(lineOf))
      },
    ),
    { numRuns: 150 },
  )
})

describe('a copy that broke off', () => {
  const faults: readonly PlannedFault[] = [
    { method: 'append', call: 2, kind: 'before' },
    { method: 'append', call: 2, kind: 'after' },
    { method: 'append', call: 2, kind: 'partial', count: 3 },
  ]
  test.each(faults)('at an append ($kind) goes on from there', async (fault) => {
    const receipts = chainOf('acme', 20)
    const from = await filled('memory', receipts)
    const inner = memoryStore()
    const error = await failureOf(copy(from, faultyStore(inner, [fault]), { keyring, batch: 5 }))
    expect(error.code).toBe('STORE_UNAVAILABLE')
    const there = fault.kind === 'before' ? 5 : fault.kind === 'after' ? 10 : 8
    expect(await inner.bounds('acme')).toEqual({ first: 0, last: there - 1 })
    const { chains } = await copy(from, inner, { keyring, batch: 5 })
    expect(chains).toMatchObject([{ copied: 20 - there, already: there, verification: { checked: 20 } }])
    expect(await linesIn(inner, 'acme')).toEqual(receipts.map(lineOf))
  })

  test.each(['before', 'partial', 'after'] as const)('at the source (%s) goes on from there', async (kind) => {
    const receipts = chainOf('acme', 20)
    const inner = await filled('memory', receipts)
    const fault: PlannedFault =
      kind === 'partial' ? { method: 'lines', call: 1, kind, count: 12 } : { method: 'lines', call: 1, kind }
    const to = memoryStore()
    const from = faultyStore(inner, [fault])
    expect((await failureOf(copy(from, to, { keyring, batch: 5 }))).code).toBe('STORE_UNAVAILABLE')
    // what did not fill a batch waits for the next copy
    expect((await linesIn(to, 'acme')).length).toBe(kind === 'before' ? 0 : kind === 'partial' ? 10 : 20)
    await copy(from, to, { keyring })
    expect(await linesIn(to, 'acme')).toEqual(receipts.map(lineOf))
  })

  test('by its signal keeps what was written', async () => {
    const receipts = chainOf('acme', 20)
    const from = await filled('memory', receipts)
    const to = memoryStore()
    const given = new AbortController()
    const reason = new Error('enough')
    const onProgress = ({ copied }: CopyProgress) => copied >= 10 && given.abort(reason)
    await expect(copy(from, to, { keyring, batch: 5, signal: given.signal, onProgress })).rejects.toBe(reason)
    expect(await to.bounds('acme')).toEqual({ first: 0, last: 9 })
  })

  test('between an erasure and its record erases again', async () => {
    const from = memoryStore()
    const ledger = createLedger({ store: from, keys: keyNamed('a'), redactor: false })
    for (const rationale of ['kept', 'personal']) await ledger.append(draft({ details: { rationale } }))
    const to = memoryStore()
    const trusted = await ledger.keyring()
    await copy(from, to, { keyring: trusted })
    const [, , erased] = await collect(from.read('acme'))
    expect((await to.get('acme', erased?.receiptId as string))?.details?.rationale).toBe('personal')
    await ledger.eraseDetails('acme', erased?.receiptId as string, { reason: 'request' })
    await expect(
      copy(from, faultyStore(to, [{ method: 'append', call: 1, kind: 'before' }]), { keyring: trusted }),
    ).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await copy(from, to, { keyring: trusted })
    expect(await linesIn(to, 'acme')).toEqual(await linesIn(from, 'acme'))
    expect((await linesIn(to, 'acme')).join()).not.toContain('personal')
    await ledger.close()
  })
})

describe('free text that was erased in the source', () => {
  test('is refused, with its record, by a target that can not erase', async () => {
    const from = memoryStore()
    const ledger = createLedger({ store: from, keys: keyNamed('a'), redactor: false })
    const { receiptId } = await ledger.append(draft({ details: { rationale: 'personal' } }))
    const { eraseDetails: _, ...target } = memoryStore()
    const trusted = await ledger.keyring()
    await copy(from, target, { keyring: trusted })
    await ledger.eraseDetails('acme', receiptId, { reason: 'request' })
    expect(await failureOf(copy(from, target, { keyring: trusted }))).toMatchObject({ code: 'STORE_UNSUPPORTED' })
    expect(await target.bounds('acme')).toEqual({ first: 0, last: 1 })
    await ledger.close()
  })
})

describe('an erasure in the source', () => {
  const keysOf = async (...named: readonly string[]) =>
    Promise.all([...new Set(named)].map(async (name) => (await keyNamed(name).signer()).keyId))

  /** A source with one text that was copied, and then a record of its erasure by the key of a name. */
  async function erasedBy(name: string, { removed }: { readonly removed: boolean }) {
    const [from, to] = [memoryStore(), memoryStore()]
    const all = new Keyring(await keysOf('a', name))
    const own = createLedger({ store: from, keys: keyNamed('a'), redactor: false, keyring: all })
    const { receiptId, seq } = await own.append(draft({ details: { rationale: 'evidence' } }))
    await copy(from, to, { keyring: all })
    // the record comes first: what breaks off then has removed nothing
    const store = removed ? from : { ...from, eraseDetails: async () => false }
    const eraser = createLedger({ store, keys: keyNamed(name), redactor: false, keyring: all })
    await eraser.eraseDetails('acme', receiptId, { reason: 'request' })
    const textIn = async (one: ReceiptStore) => (await one.get('acme', receiptId))?.details?.rationale
    return { from, to, all, text: { receiptId, seq }, textIn }
  }

  test.each([true, false])(
    'by a key that is not trusted takes no text from the target (removed there: %s)',
    async (removed) => {
      const { from, to, text, textIn } = await erasedBy('thief', { removed })
      const trusted = new Keyring(await keysOf('a'))
      for (const copied of [1, 0]) {
        const [chain] = (await copy(from, to, { keyring: trusted })).chains
        expect(chain).toMatchObject({ copied, verification: { verdict: 'INCOMPLETE', counts: { KEY_UNKNOWN: 1 } } })
        // more than the source has is told
        expect(chain?.kept).toEqual(removed ? [text] : undefined)
        expect(await textIn(to)).toBe('evidence')
      }
      expect(await textIn(from)).toBe(removed ? undefined : 'evidence')
    },
  )

  test('is repeated once its key is trusted, though its record was copied before', async () => {
    const { from, to, all, textIn } = await erasedBy('b', { removed: true })
    await copy(from, to, { keyring: new Keyring(await keysOf('a')) })
    expect(await textIn(to)).toBe('evidence')
    const [chain] = (await copy(from, to, { keyring: all })).chains
    expect(chain).toMatchObject({ copied: 0, verification: { verdict: 'VALID' } })
    expect(chain?.kept).toBeUndefined()
    expect(await textIn(to)).toBeUndefined()
  })

  test('that only has its record takes nothing from the target before the source has lost it', async () => {
    const { from, to, all, text, textIn } = await erasedBy('a', { removed: false })
    expect((await copy(from, to, { keyring: all })).chains).toMatchObject([{ copied: 1 }])
    expect(await textIn(to)).toBe('evidence')
    await from.eraseDetails?.('acme', text.receiptId)
    await copy(from, to, { keyring: all })
    expect(await textIn(to)).toBeUndefined()
  })

  test.each([true, false])('is repeated without a keyring only where the source has lost it (%s)', async (removed) => {
    const { from, to, textIn } = await erasedBy('thief', { removed })
    expect((await copy(from, to, { keyring: false })).chains).toMatchObject([{ copied: 1 }])
    expect(await textIn(to)).toBe(removed ? undefined : 'evidence')
  })

  test('by a key that was revoked and that nothing dates takes no text from the target', async () => {
    const { from, to, text, textIn } = await erasedBy('b', { removed: true })
    const [a, b] = await keysOf('a', 'b')
    const revokedAt = new Date(Date.now() + 60_000).toISOString()
    const keyring = new Keyring([{ keyId: a as string }, { keyId: b as string, revokedAt }])
    const [chain] = (await copy(from, to, { keyring })).chains
    expect(chain).toMatchObject({ verification: { counts: { KEY_REVOKED_UNDATED: 1 } }, kept: [text] })
    expect(await textIn(to)).toBe('evidence')
  })

  test('that could not be repeated, its record written, is repeated by the next copy', async () => {
    const { from, to, all, textIn } = await erasedBy('a', { removed: true })
    await createLedger({ store: from, keys: keyNamed('a'), redactor: false, keyring: all }).append(draft())
    const failing = faultyStore(to, [{ method: 'eraseDetails', call: 1, kind: 'before' }])
    expect((await failureOf(copy(from, failing, { keyring: all, batch: 1 }))).code).toBe('STORE_UNAVAILABLE')
    expect([await textIn(to), (await to.bounds('acme'))?.last]).toEqual(['evidence', 3])
    await copy(from, to, { keyring: all, batch: 1 })
    expect(await textIn(to)).toBeUndefined()
    expect(await linesIn(to, 'acme')).toEqual(await linesIn(from, 'acme'))
  })
})

describe('a source that does not verify', () => {
  /** A file store whose line of a seq was changed, and its path. */
  async function tampered(seq: number, change: (line: string) => string): Promise<ReceiptStore> {
    const dir = await temporaryFolder()
    const store = fileStore(dir)
    await store.append('acme', chainOf('acme', 20), undefined)
    await store.close()
    const [folder] = (await readdir(dir)).filter((name) => name.startsWith('acme'))
    const [name] = (await readdir(join(dir, folder as string))).filter((one) => one.endsWith('.jsonl'))
    const file = join(dir, folder as string, name as string)
    const lines = (await readFile(file, 'utf8')).split('\n')
    lines[seq] = change(lines[seq] as string)
    await writeFile(file, lines.join('\n'))
    return closedAtEnd(fileStore(dir))
  }
  const changed = (line: string) => line.replace('"action":"allow"', '"action":"reject"')

  test.each([
    ['a member that was changed', 12, changed, 'HASH_MISMATCH'],
    ['the first receipt', 0, changed, 'HASH_MISMATCH'],
    ['free text that was changed', 14, (line: string) => line.replace('quoted', 'edited'), 'DETAILS_MISMATCH'],
    [
      'a signature that was changed',
      7,
      (line: string) => line.replace(/"ed25519:..../, '"ed25519:0000'),
      'SIGNATURE_INVALID',
    ],
    ['a member twice', 9, (line: string) => line.replace('{', '{"action":"allow",'), 'MEMBER_DUPLICATE'],
  ])('%s: nothing from there on is written', async (_, seq, change, reason) => {
    const from = await tampered(seq, change)
    const to = memoryStore()
    const error = await failureOf(copy(from, to, { keyring, batch: 5 }))
    expect(error).toMatchObject({ code: 'COPY_INVALID', details: { chainId: 'acme', seq, reason } })
    const there = await linesIn(to, 'acme')
    expect(there).toEqual(
      chainOf('acme', 20)
        .slice(0, seq - (seq % 5))
        .map(lineOf),
    )
  })

  test('a line in another order of members is copied as it is signed, and without a verifier refused', async () => {
    const receipts = chainOf('acme', 20)
    const from = await tampered(6, (line) => line.replace('{', '{ '))
    expect((await failureOf(copy(from, memoryStore(), { keyring: false, batch: 5 }))).details).toMatchObject({
      seq: 6,
      reason: 'NOT_CANONICAL',
    })
    const to = memoryStore()
    const { chains } = await copy(from, to, { keyring })
    expect(chains[0]?.verification).toMatchObject({ verdict: 'VALID', counts: { LINE_NOT_CANONICAL: 1 } })
    expect(await linesIn(to, 'acme')).toEqual(receipts.map(lineOf))
  })

  test('without a verifier what was changed is copied, and links that do not hold are not', async () => {
    const to = memoryStore()
    expect((await copy(await tampered(12, changed), to, { keyring: false })).chains).toEqual([
      { chainId: 'acme', copied: 20, already: 0, first: 0, head: refOf(chainOf('acme', 20)[19] as DecisionReceipt) },
    ])
    expect((await verifyChain(to.lines?.('acme') ?? [], { keyring })).verdict).toBe('INVALID')
    const memory = memoryStore()
    const receipts = chainOf('acme', 6)
    await memory.append('acme', receipts, undefined)
    const rival = lineOf(testReceipts({ chainId: 'acme', count: 1, after: receipts[2], label: 'rival' })[0] as never)
    const broken = (line: (index: number, text: string) => string | undefined): ReceiptStore => ({
      ...memory,
      async *lines(chainId, range) {
        let index = 0
        for await (const text of memory.lines?.(chainId, range) ?? []) {
          const shown = line(index, text)
          index += 1
          if (shown !== undefined) yield shown
        }
      },
    })
    const cases = [
      [broken((index, text) => (index === 3 ? undefined : text)), 'SEQ_GAP', 3],
      [broken((index, text) => (index === 3 ? rival : text)), 'LINK_MISMATCH', 4],
      [broken((index, text) => (index === 3 ? 'null' : text)), 'LINE_MALFORMED', 3],
      [broken((index, text) => (index === 3 ? '{' : text)), 'LINE_MALFORMED', 3],
      [broken((index, text) => (index === 3 ? text.replace('"acme"', '"other"') : text)), 'CHAIN_MISMATCH', 3],
      [broken((index, text) => (index > 3 ? undefined : text)), 'HEAD_NOT_REACHED', 4],
    ] as const
    for (const [source, reason, seq] of cases) {
      expect((await failureOf(copy(source, memoryStore(), { keyring: false }))).details).toMatchObject({ reason, seq })
    }
  })

  test('only the end shows that a key was revoked for the time before: what waits is not written', async () => {
    const from = memoryStore()
    const [a, b] = [(await keyNamed('a').signer()).keyId, (await keyNamed('b').signer()).keyId]
    const trusted = new Keyring([{ keyId: a }, { keyId: b, uses: ['receipt', 'revoke'] }])
    const effectiveAt = new Date(Date.now() - 60_000).toISOString()
    const stolen = createLedger({ store: from, keys: keyNamed('a'), redactor: false, keyring: trusted })
    await stolen.append(draft())
    const revoking = createLedger({ store: from, keys: keyNamed('b'), redactor: false, keyring: trusted })
    await revoking.revoke('acme', { keyId: a, effectiveAt, reason: 'compromise' })
    const to = memoryStore()
    expect(await failureOf(copy(from, to, { keyring: trusted }))).toMatchObject({
      code: 'COPY_INVALID',
      details: { reason: 'KEY_REVOKED', seq: 1 },
    })
    expect(await collect(to.chains())).toEqual([])
    expect((await copy(from, to, { keyring: false })).chains).toMatchObject([{ copied: 3 }])
    await stolen.close()
    await revoking.close()
  })

  test('a key that nobody vouches for is INCOMPLETE, and is copied', async () => {
    const from = await filled('memory', chainOf('acme', 3))
    const to = memoryStore()
    const { chains } = await copy(from, to, { keyring: new Keyring([(await keyNamed('other').signer()).keyId]) })
    expect(chains).toMatchObject([{ copied: 3, verification: { verdict: 'INCOMPLETE', counts: { KEY_UNKNOWN: 3 } } }])
    expect(await to.bounds('acme')).toEqual({ first: 0, last: 2 })
  })
})

describe('what the target has', () => {
  test('another chain of that name is STORE_CONFLICT, and nothing is written', async () => {
    const rivals = testReceipts({ chainId: 'acme', count: 4, label: 'rival' })
    for (const count of [2, 4, 9]) {
      const from = await filled('memory', chainOf('acme', count))
      const to = await filled('memory', rivals)
      const error = await failureOf(copy(from, to, { keyring }))
      expect(error).toMatchObject({ code: 'STORE_CONFLICT', details: { actual: refOf(rivals[3] as DecisionReceipt) } })
      expect(await linesIn(to, 'acme')).toEqual(rivals.map(lineOf))
    }
  })

  test('more of the same chain is left alone', async () => {
    const receipts = chainOf('acme', 9)
    const from = await filled('memory', receipts.slice(0, 6))
    const to = await filled('memory', receipts)
    expect((await copy(from, to, { keyring })).chains).toMatchObject([
      { copied: 0, already: 6, verification: { checked: 6 } },
    ])
    expect((await copy(from, to, { keyring: false })).chains).toMatchObject([{ copied: 0, already: 6 }])
  })

  test('an end before what the source still holds is STORE_CONFLICT, unless the rest follows on it', async () => {
    const receipts = chainOf('acme', 12)
    const to = await filled('memory', receipts.slice(0, 4))
    const from = await filled('memory', receipts)
    await from.prune?.('acme', 6, refOf(receipts[5] as DecisionReceipt))
    expect(await failureOf(copy(from, to, { keyring }))).toMatchObject({
      code: 'STORE_CONFLICT',
      details: { expected: refOf(receipts[5] as DecisionReceipt), actual: refOf(receipts[3] as DecisionReceipt) },
    })
    await to.append('acme', receipts.slice(4, 6), refOf(receipts[3] as DecisionReceipt))
    expect((await copy(from, to, { keyring })).chains).toMatchObject([{ copied: 6, already: 0 }])
    expect(await linesIn(to, 'acme')).toEqual(receipts.map(lineOf))
  })

  test('a rotation and a certificate among it decide about what follows', async () => {
    const from = memoryStore()
    const delegated = await delegatedBy(keyNamed('root'), keyNamed('delegate'))
    const [root, old] = [(await keyNamed('root').signer()).keyId, (await keyNamed('old').signer()).keyId]
    const trusted = new Keyring([
      { keyId: root, uses: ['delegate'] },
      { keyId: old, uses: ['receipt', 'rotate'] },
    ])
    const one = createLedger({ store: from, keys: delegated, redactor: false, keyring: trusted })
    await one.append(draft({ chainId: 'delegated' }))
    const other = createLedger({ store: from, keys: keyNamed('old'), redactor: false, keyring: trusted })
    await other.append(draft({ chainId: 'rotated' }))
    await other.rotate('rotated', { to: keyNamed('new') })
    const to = memoryStore()
    await copy(from, to, { keyring: trusted })
    await one.append(draft({ chainId: 'delegated' }))
    await other.append(draft({ chainId: 'rotated' }))
    const { chains } = await copy(from, to, { keyring: trusted })
    expect(chains).toMatchObject([
      { copied: 1, verification: { verdict: 'VALID' } },
      { copied: 1, verification: { verdict: 'VALID' } },
    ])
    await one.close()
    await other.close()
  })
})

describe('a source in use', () => {
  test('is copied up to the head that it had', async () => {
    const receipts = chainOf('acme', 30)
    const from = await filled('memory', receipts.slice(0, 20))
    const to = memoryStore()
    let grown = false
    const onProgress = () => {
      if (grown) return
      grown = true
      void from.append('acme', receipts.slice(20), refOf(receipts[19] as DecisionReceipt))
    }
    expect((await copy(from, to, { keyring, batch: 4, onProgress })).chains).toMatchObject([{ copied: 20 }])
    expect(await to.bounds('acme')).toEqual({ first: 0, last: 19 })
    expect((await copy(from, to, { keyring })).chains).toMatchObject([{ copied: 10, already: 20 }])
  })

  test('tells how far it is', async () => {
    const from = await filled('memory', chainOf('acme', 12))
    const to = await filled('memory', chainOf('acme', 12).slice(0, 5))
    const told: CopyProgress[] = []
    await copy(from, to, { keyring, batch: 3, onProgress: (progress) => told.push(progress) })
    expect(told.map(({ already, copied }) => [already, copied])).toEqual([
      [3, 0],
      [5, 3],
      [5, 6],
      [5, 7],
    ])
    expect(told[0]).toEqual({ chainId: 'acme', copied: 0, already: 3, fromSeq: 0, toSeq: 11 })
  })

  test('a store without lines is read receipt by receipt', async () => {
    const receipts = chainOf('acme', 5)
    const { lines: _, ...from } = await filled('memory', receipts)
    const to = memoryStore()
    expect((await copy(from, to, { keyring })).chains).toMatchObject([
      { copied: 5, verification: { verdict: 'VALID' } },
    ])
    expect(await linesIn(to, 'acme')).toEqual(receipts.map(lineOf))
  })
})

describe('what is asked for', () => {
  test('a source without any chain is no error, and nothing is written', async () => {
    const from = closedAtEnd(fileStore(join(await temporaryFolder(), 'absent')))
    const to = memoryStore()
    expect(await copy(from, to, { keyring })).toEqual({ chains: [] })
    expect(await collect(to.chains())).toEqual([])
  })

  test('is the chains that are named, each once; one that is not there is INCOMPLETE', async () => {
    const from = await filled('memory', chainOf('a', 2), chainOf('b', 2))
    const to = memoryStore()
    const { chains } = await copy(from, to, { keyring, chains: ['b', 'absent', 'b'] })
    expect(chains).toMatchObject([
      { chainId: 'b', copied: 2 },
      { chainId: 'absent', copied: 0, verification: { verdict: 'INCOMPLETE', counts: { EMPTY: 1 } } },
    ])
    expect(await collect(to.chains())).toEqual(['b'])
    expect((await copy(from, to, { keyring: false, chains: ['absent'] })).chains).toEqual([
      { chainId: 'absent', copied: 0, already: 0 },
    ])
  })

  test('a pruned beginning is complete where it is accepted, and only then', async () => {
    const trusted = new Keyring([{ keyId: testReceiptKeyId(), uses: ['receipt', 'retention'] }])
    const old = testReceipts({ chainId: 'acme', count: 5 })
    const through = refOf(old[1] as DecisionReceipt)
    const merkleRoot = `sha256:${'0'.repeat(64)}`
    const retention = { event: 'prune', through, count: 2, merkleRoot, policy: 'age', reason: 'expired' }
    const record = testReceipts({
      chainId: 'acme',
      count: 1,
      after: old[4],
      body: () => ({ eventType: 'retention', retention, action: undefined, checks: undefined }) as never,
    })
    const from = await filled('memory', [...old, ...record])
    await from.prune?.('acme', 2, through)
    const verdicts: unknown[] = []
    for (const acceptPruned of [undefined, { minDays: 1 }, { minDays: 0 }]) {
      const { chains } = await copy(from, memoryStore(), { keyring: trusted, acceptPruned })
      verdicts.push([chains[0]?.copied, chains[0]?.verification?.verdict, chains[0]?.verification?.counts])
    }
    expect(verdicts).toEqual([
      [4, 'INCOMPLETE', { PRUNED: 1 }],
      [4, 'INCOMPLETE', { PRUNED: 1 }],
      [4, 'VALID', {}],
    ])
  })

  test('wrong arguments are named', async () => {
    const [from, to] = [memoryStore(), memoryStore()]
    onTestFinished(() => from.close())
    await expect(copy({} as never, to, { keyring })).rejects.toThrow(/^from/)
    await expect(copy(from, undefined as never, { keyring })).rejects.toThrow(/^to/)
    await expect(copy(from, from, { keyring })).rejects.toThrow(/^to must be another/)
    await expect(copy(from, to, undefined as never)).rejects.toThrow(/^options/)
    await expect(copy(from, to, {} as never)).rejects.toThrow(/options\.keyring/)
    await expect(copy(from, to, { keyring: undefined as never })).rejects.toThrow(/options\.keyring/)
    await expect(copy(from, to, { keyring, chain: 'acme' } as never)).rejects.toThrow(/chain/)
    await expect(copy(from, to, { keyring, chains: 'acme' as never })).rejects.toThrow(/options\.chains/)
    await expect(copy(from, to, { keyring, chains: ['../x'] })).rejects.toThrow(RangeError)
    await expect(copy(from, to, { keyring, onProgress: 1 as never })).rejects.toThrow(/options\.onProgress/)
    for (const batch of [0, 1_001, 1.5, '5' as never]) {
      await expect(copy(from, to, { keyring, batch })).rejects.toThrow(RangeError)
    }
  })
})

describe('a file store that begins behind a pruned head', () => {
  const receipts = chainOf('acme', 6)
  const before = refOf(receipts[2] as DecisionReceipt)

  test('has all of the first batch or nothing, whatever fails, and takes the same append again', async () => {
    const measured = failingFs(() => undefined)
    const probe = fileStoreOn(await temporaryFolder(), {}, measured)
    await probe.append('acme', receipts.slice(3), before, { afterPruned: true })
    await probe.close()
    const outcomes = new Set<string>()
    for (let number = 1; number <= measured.calls.length; number += 1) {
      for (const when of ['before', 'after', 'partial'] as const) {
        const dir = await temporaryFolder()
        const fs = failingFs((call) => (call.number === number ? { code: 'EIO', when } : undefined))
        const store = fileStoreOn(dir, {}, fs)
        const failure = await store.append('acme', receipts.slice(3), before, { afterPruned: true }).then(
          () => undefined,
          (error: unknown) => error,
        )
        const outcome = QuittanceError.is(failure) ? (failure.details.outcome ?? 'unsaid') : 'done'
        outcomes.add(outcome)
        await store.close().catch(() => undefined)
        // another process comes: it finds the whole batch or an empty chain
        const next = fileStore(dir)
        const there = await linesIn(next, 'acme')
        expect([0, 3]).toContain(there.length)
        if (outcome === 'done') expect(there.length).toBe(3)
        if (outcome === 'absent') expect(there.length).toBe(0)
        await next.append('acme', receipts.slice(3), before, { afterPruned: true })
        expect(await linesIn(next, 'acme')).toEqual(receipts.slice(3).map(lineOf))
        await next.close()
      }
    }
    // done: what failed was only worth time, such as letting go
    expect([...outcomes].sort()).toEqual(['absent', 'done', 'unknown'])
  })

  test('is still free for any beginning after a crash in between', async () => {
    const dir = await temporaryFolder()
    const fs = failingFs((call) =>
      call.name === 'rename' && /-first\.jsonl$/.test(call.path) ? { code: 'EIO', when: 'before' } : undefined,
    )
    const store = fileStoreOn(dir, {}, fs)
    expect(await failureOf(store.append('acme', receipts.slice(3), before, { afterPruned: true }))).toMatchObject({
      code: 'STORE_IO',
      details: { outcome: 'unknown' },
    })
    await store.close()
    const next = closedAtEnd(fileStore(dir))
    await next.append('acme', receipts.slice(0, 2), undefined)
    expect(await next.bounds('acme')).toEqual({ first: 0, last: 1 })
  })
})
