import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import { detailsHashOf } from '../../src/receipt/digest.js'
import { memoryStore } from '../../src/store/memory.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

const open: Ledger[] = []
function ledgerWith(options: Partial<LedgerOptions> = {}): Ledger {
  const ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...options })
  open.push(ledger)
  return ledger
}
afterEach(async () => {
  for (const ledger of open.splice(0)) await ledger.close()
})

const sha = (text: string | Uint8Array) => `sha256:${createHash('sha256').update(text).digest('hex')}`

describe('append', () => {
  test('1,000 concurrent appends make one gap-free chain in the order of the calls', async () => {
    const ledger = ledgerWith()
    const drafts = Array.from({ length: 1000 }, () => draft())
    const receipts = await Promise.all(drafts.map((one) => ledger.append(one)))
    expect(receipts.map(({ seq }) => seq)).toEqual(drafts.map((_, index) => index + 1))
    expect(receipts.map(({ receiptId }) => receiptId)).toEqual(drafts.map(({ receiptId }) => receiptId))
    const result = await verifyChain(await stored(ledger.store), { keyring: await ledger.keyring(), chainId: 'acme' })
    expect(result).toMatchObject({ verdict: 'VALID', checked: 1001, problems: [] })
  })

  test('chains do not wait for each other and are numbered by themselves', async () => {
    const ledger = ledgerWith()
    const receipts = await Promise.all(
      ['a', 'b', 'a', 'c', 'b', 'a'].map((chainId) => ledger.append(draft({ chainId, tenantId: chainId }))),
    )
    expect(receipts.map(({ chainId, seq }) => `${chainId}${seq}`)).toEqual(['a1', 'b1', 'a2', 'c1', 'b2', 'a3'])
  })

  test('more chains than are kept in mind at once lose nothing', async () => {
    const ledger = ledgerWith({ maxQueued: 20_000 })
    const names = Array.from({ length: 10_050 }, (_, index) => `chain-${index}`)
    await Promise.all(names.map((chainId) => ledger.append(draft({ chainId }))))
    const again = await Promise.all(
      [names[0]!, names[77]!, names.at(-1)!].map((chainId) => ledger.append(draft({ chainId }))),
    )
    expect(again.map(({ seq }) => seq)).toEqual([2, 2, 2])
    expect(
      (await verifyChain(await stored(ledger.store, 'chain-0'), { keyring: await ledger.keyring() })).verdict,
    ).toBe('VALID')
  })

  test('a new chain begins with chain_start', async () => {
    const ledger = ledgerWith({ retentionDays: 200, operator: 'acme-bank' })
    await ledger.append(draft())
    const [start] = await stored(ledger.store)
    expect(start).toMatchObject({
      seq: 0,
      eventType: 'system',
      tenantId: 'acme',
      system: { event: 'chain_start', retentionDays: 200, operator: 'acme-bank' },
    })
    expect(start?.system).toHaveProperty('nonce', expect.stringMatching(/^[0-9a-f]{32}$/))
    await ledger.append(draft({ chainId: 'other' }))
    const [other] = await stored(ledger.store, 'other')
    expect(start?.system).not.toEqual(other?.system)
  })

  test('hashes can be recomputed by hand', async () => {
    const ledger = ledgerWith()
    const receipt = await ledger.append(
      draft({
        input: { kind: 'text', content: 'Cafe\u0301', ref: 'crm/1', mediaType: 'text/plain' },
        output: { kind: 'json', content: { b: [1, 'x', null], a: 'é', dropped: undefined }, partial: true },
      }),
    )
    expect(receipt.input).toEqual({ kind: 'text', hash: sha('Caf\u00e9'), ref: 'crm/1', mediaType: 'text/plain' })
    expect(receipt.output).toEqual({ kind: 'json', hash: sha('{"a":"é","b":[1,"x",null]}'), partial: true })
  })

  test('bytes are hashed as they are at the call, or as they flowed', async () => {
    const ledger = ledgerWith()
    const content = Uint8Array.of(1, 2, 3)
    const appended = ledger.append(
      draft({
        input: { kind: 'bytes', content },
        output: { kind: 'bytes', hash: sha('stream') as `sha256:${string}` },
      }),
    )
    content.fill(9)
    const receipt = await appended
    expect(receipt.input).toEqual({ kind: 'bytes', hash: sha(Uint8Array.of(1, 2, 3)) })
    expect(receipt.output).toEqual({ kind: 'bytes', hash: sha('stream') })
  })

  test('details get a salt of their own and a hash over both', async () => {
    const ledger = ledgerWith()
    const details = { rationale: 'income too low', metadata: { note: 'n' } }
    const one = await ledger.append(draft({ details }))
    const two = await ledger.append(draft({ details }))
    expect(one.details).toMatchObject(details)
    expect(one.details?.salt).toMatch(/^[0-9a-f]{64}$/)
    expect(one.details?.salt).not.toBe(two.details?.salt)
    expect(one.detailsHash).toBe(detailsHashOf(one.details))
    expect((await ledger.append(draft({ details: {} }))).detailsHash).toBeUndefined()
  })

  test('what the caller changes after the call changes nothing', async () => {
    const ledger = ledgerWith()
    const checks = [{ name: 'safety', fired: false }]
    const metadata = { deep: { list: [1, 2] } }
    const appended = ledger.append(draft({ checks, details: { metadata } }))
    checks[0]!.fired = true
    metadata.deep.list.push(3)
    const receipt = await appended
    expect(receipt.checks).toEqual([{ name: 'safety', fired: false }])
    expect(receipt.details?.metadata).toEqual({ deep: { list: [1, 2] } })
    expect(() => Object.assign(receipt.checks![0]!, { fired: true })).toThrow(TypeError)
    expect(() => (receipt.details!.metadata as { deep: { list: number[] } }).deep.list.push(4)).toThrow(TypeError)
  })

  test.each<[string, Record<string, unknown>, string, string]>([
    ['an event of the ledger', { eventType: 'system', system: { event: 'heartbeat' } }, 'RECEIPT_INVALID', 'system'],
    ['an event type of the ledger', { eventType: 'retention' }, 'RECEIPT_INVALID', 'eventType'],
    ['a key event', { key: { event: 'revoke' } }, 'RECEIPT_INVALID', 'key'],
    ['its own place', { seq: 7 }, 'RECEIPT_INVALID', 'seq'],
    ['a ready pseudonym', { subjectId: `hmac-sha256:${'0'.repeat(64)}` }, 'RECEIPT_INVALID', 'subjectId'],
    [
      'a ready reviewer',
      { humanOversight: { kind: 'stop', reviewerId: 'x' } },
      'RECEIPT_INVALID',
      'humanOversight.reviewerId',
    ],
    [
      'a ready record',
      { sources: [{ type: 'db', id: 'x', match: { found: true, recordId: 'x' } }] },
      'RECEIPT_INVALID',
      'sources[0].match.recordId',
    ],
    ['a salt', { details: { salt: '0'.repeat(64) } }, 'RECEIPT_INVALID', 'details.salt'],
    [
      'another redactor',
      { redactor: { name: 'x', version: '1', configDigest: sha('') } },
      'RECEIPT_INVALID',
      'redactor',
    ],
    ['an unknown member', { colour: 'red' }, 'RECEIPT_INVALID', 'colour'],
    ['a bad chain', { chainId: '../etc' }, 'RECEIPT_INVALID', 'chainId'],
    ['a bad id', { receiptId: 'x' }, 'RECEIPT_INVALID', 'receiptId'],
    ['no action', { action: undefined }, 'RECEIPT_INVALID', 'action'],
    ['groups that are missing', { decision: { groupBasis: 'direct' } }, 'RECEIPT_INVALID', 'details.groups'],
    ['content of no kind', { input: { kind: 'smoke', content: '' } }, 'RECEIPT_INVALID', 'input.kind'],
    ['content that is no text', { input: { kind: 'text', content: 1 } }, 'RECEIPT_INVALID', 'input.content'],
    ['a hash of text', { input: { kind: 'text', content: 'x', hash: sha('x') } }, 'RECEIPT_INVALID', 'input.hash'],
    [
      'bytes and their hash',
      { input: { kind: 'bytes', content: Uint8Array.of(1), hash: sha('x') } },
      'RECEIPT_INVALID',
      'input',
    ],
    [
      'a member beside content',
      { input: { kind: 'text', content: 'x', commitKeyId: 'k' } },
      'RECEIPT_INVALID',
      'input',
    ],
    [
      'content without JSON form',
      { input: { kind: 'json', content: { when: [new Date(0)] } } },
      'RECEIPT_NOT_JSON',
      'input.content.when[0]',
    ],
    ['no content', { input: { kind: 'json' } }, 'RECEIPT_NOT_JSON', 'input.content'],
    [
      'half a surrogate in content',
      { input: { kind: 'text', content: '\ud800' } },
      'RECEIPT_NOT_JSON',
      'input.content',
    ],
    ['a function', { details: { metadata: { f: () => 1 } } }, 'RECEIPT_NOT_JSON', 'details.metadata.f'],
    ['a bigint', { details: { metadata: { n: [1n] } } }, 'RECEIPT_NOT_JSON', 'details.metadata.n[0]'],
    ['a number that is not finite', { latencyMs: Number.NaN }, 'RECEIPT_NOT_JSON', 'latencyMs'],
    ['undefined in a list', { tags: ['a', undefined] }, 'RECEIPT_NOT_JSON', 'tags[1]'],
    [
      'the name of somebody is not repeated',
      { details: { metadata: { 'jo@example.org': Symbol('s') } } },
      'RECEIPT_NOT_JSON',
      'details.metadata.*',
    ],
    [
      'a prototype of the draft itself',
      JSON.parse('{"__proto__": {"tenantId": "other"}}') as Record<string, unknown>,
      'RECEIPT_NOT_JSON',
      '',
    ],
    [
      'a prototype',
      { details: { metadata: JSON.parse('{"__proto__": {}}') as object } },
      'RECEIPT_NOT_JSON',
      'details.metadata',
    ],
  ])('%s is refused', async (_, members, code, path) => {
    const ledger = ledgerWith()
    const { chainId } = draft()
    const given = Object.defineProperties(draft(), Object.getOwnPropertyDescriptors(members)) as ReceiptDraft
    await expect(ledger.append(given)).rejects.toMatchObject({ code, details: { path, outcome: 'absent' } })
    expect(await stored(ledger.store, chainId)).toEqual([])
  })

  test('something that refers to itself is refused', async () => {
    const metadata: Record<string, unknown> = {}
    metadata.self = metadata
    await expect(ledgerWith().append(draft({ details: { metadata } }))).rejects.toMatchObject({
      code: 'RECEIPT_NOT_JSON',
      details: { reason: 'too-deep' },
    })
  })

  test('too much is refused before it is queued, and its neighbours are not', async () => {
    const ledger = ledgerWith()
    const [one, big, two] = await Promise.allSettled([
      ledger.append(draft()),
      ledger.append(draft({ tags: Array.from({ length: 3000 }, () => 'x'.repeat(40)) })),
      ledger.append(draft()),
    ])
    expect(big).toMatchObject({
      status: 'rejected',
      reason: { code: 'RECEIPT_TOO_LARGE', details: { outcome: 'absent' } },
    })
    expect([one, two].map((settled) => settled.status === 'fulfilled' && settled.value.seq)).toEqual([1, 2])
  })

  test('a draft that is none is a mistake of the program', async () => {
    await expect(ledgerWith().append(null as never)).rejects.toThrow(TypeError)
    await expect(ledgerWith().append(draft(), { timeoutMs: 0 })).rejects.toThrow(RangeError)
    await expect(ledgerWith().append(draft(), { timeoutMs: Number.NaN })).rejects.toThrow(RangeError)
  })
})
