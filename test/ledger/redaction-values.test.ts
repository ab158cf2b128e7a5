import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import type { Detector } from '../../src/pii/detector.js'
import { type PiiOptions, piiRedactor } from '../../src/pii/pii-redactor.js'
import type { RedactionContext, Redactor } from '../../src/pii/redactor.js'
import { memoryStore } from '../../src/store/memory.js'
import { draft, keyNamed, stored } from './support.js'

const sha = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Finds the words MARK1 to MARK9, and sixteen digits. */
const marks: Detector = {
  name: 'marks',
  version: '1',
  types: ['THING', 'LONG'],
  find({ text }, report) {
    for (const { index } of text.matchAll(/MARK\d/g)) report(index, index + 5, 'THING', 1, 'marked')
    for (const { index } of text.matchAll(/(?<!\d)\d{16}(?!\d)/g)) report(index, index + 16, 'LONG', 1, 'long')
  },
}
const redactorOf = (options: PiiOptions = {}) => piiRedactor({ detectors: [marks], ...options })
const ledgerOf = (redactor: Redactor, more: Partial<LedgerOptions> = {}): Ledger =>
  createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor, ...more })
const card = 4111111111111111

describe('whole values', () => {
  test('numbers are looked at in contents, details and extensions', async () => {
    const receipt = await ledgerOf(redactorOf()).append(
      draft({
        input: { kind: 'json', content: { card, n: 7 } },
        output: { kind: 'json', content: card },
        details: { metadata: { card }, rationale: card, config: [card], xMore: { card } },
        xVendor: { card },
        checks: [{ name: 'c', fired: false, xOf: card }],
      } as Partial<ReceiptDraft>),
    )
    expect(receipt.input).toEqual({ kind: 'json', hash: sha('{"card":"[LONG]","n":7}'), redactions: { LONG: 1 } })
    expect(receipt.output).toEqual({ kind: 'json', hash: sha('"[LONG]"'), redactions: { LONG: 1 } })
    expect(receipt.details).toMatchObject({
      metadata: { card: '[LONG]' },
      rationale: '[LONG]',
      config: ['[LONG]'],
      xMore: { card: '[LONG]' },
    })
    expect(JSON.stringify(receipt)).not.toContain(String(card))
  })

  test('paths hold in contents and metadata, and nowhere else', async () => {
    const value = () => ({ applicant: { name: 'Jo', age: 4 } })
    const receipt = await ledgerOf(redactorOf({ paths: { '$.applicant.name': 'drop' } })).append(
      draft({
        input: { kind: 'json', content: value() },
        details: { metadata: value(), config: value() },
      }),
    )
    expect(receipt.input).toEqual({ kind: 'json', hash: sha('{"applicant":{"age":4}}'), redactions: { FIELD: 1 } })
    expect(receipt.details).toMatchObject({ metadata: { applicant: { age: 4 } }, config: value() })
    expect(receipt.details?.metadata).toEqual({ applicant: { age: 4 } })
  })

  test('one value has one token in all texts of a receipt, and another receipt begins anew', async () => {
    const ledger = ledgerOf(redactorOf({ modes: { '*': 'token' } }))
    const members = {
      details: { metadata: { b: 'MARK2', a: 'MARK1' }, checks: { c: 'MARK1' } },
      tags: ['MARK3 and MARK1'],
      output: { kind: 'text', content: 'to MARK3' },
      input: { kind: 'text', content: 'from MARK1' },
    } as const
    const receipt = await ledger.append(draft(members))
    const again = await ledger.append(
      draft({
        input: members.input,
        output: members.output,
        tags: members.tags,
        details: { checks: { c: 'MARK1' }, metadata: { a: 'MARK1', b: 'MARK2' } },
      }),
    )
    const { metadata, checks } = receipt.details as { metadata: object; checks: object }
    expect({ metadata, checks, tags: receipt.tags }).toEqual({
      metadata: { a: '[THING_1]', b: '[THING_2]' },
      checks: { c: '[THING_1]' },
      tags: ['[THING_3] and [THING_1]'],
    })
    expect(receipt.input?.hash).toBe(sha('from [THING_1]'))
    expect(receipt.output?.hash).toBe(sha('to [THING_3]'))
    // the order in which a caller wrote the members says nothing
    expect([again.input, again.output, again.tags]).toEqual([receipt.input, receipt.output, receipt.tags])
  })

  test('what is delivered again with tokens is the same receipt', async () => {
    const ledger = ledgerOf(redactorOf({ modes: { '*': 'token' } }))
    const one = draft({ input: { kind: 'text', content: 'MARK4 MARK5' }, tags: ['MARK5'] })
    const receipt = await ledger.append(one)
    expect(await ledger.append({ ...one })).toEqual(receipt)
    expect(await stored(ledger.store)).toHaveLength(2)
  })

  test('hashes of two tenants differ', async () => {
    const ledger = ledgerOf(redactorOf({ modes: { '*': 'hash' }, secret: new Uint8Array(32) }))
    const tagged = async (tenantId: string) => (await ledger.append(draft({ tenantId, tags: ['MARK1'] }))).tags?.[0]
    const [a, b, again] = [await tagged('acme'), await tagged('other'), await tagged('acme')]
    expect(a).toMatch(/^\[THING:hmac:[a-p]{16}\]$/)
    expect([again === a, b === a]).toEqual([true, false])
  })

  test('two names that become the same refuse the receipt as they always did', async () => {
    const ledger = ledgerOf(redactorOf())
    await expect(
      ledger.append(draft({ input: { kind: 'json', content: { MARK1: 1, MARK2: 2 } } })),
    ).rejects.toMatchObject({ code: 'RECEIPT_INVALID', details: { path: 'input', outcome: 'absent' } })
  })
})

describe('a redactor of one’s own that takes whole values', () => {
  const own = (redactValue: NonNullable<Redactor['redactValue']>): Redactor => ({
    name: 'own',
    version: '1',
    configDigest: sha('own'),
    countsInReceipt: true,
    redact: (text) => ({ text }),
    redactValue,
  })

  test.each([
    ['at once', (found: object) => found],
    ['later', async (found: object) => found],
  ])('is told where the value stands, and is believed %s', async (_, when) => {
    const seen: RedactionContext[] = []
    const ledger = ledgerOf(
      own((value, context) => {
        seen.push(context)
        return when({ value: { of: value }, counts: { X: 2, Y: 0 } }) as never
      }),
    )
    const receipt = await ledger.append(
      draft({ input: { kind: 'json', content: [1] }, details: { metadata: { a: 1 } }, xV: 'text' } as object),
    )
    expect(receipt.input).toEqual({ kind: 'json', hash: sha('{"of":[1]}'), redactions: { X: 2 } })
    expect(receipt.details?.metadata).toEqual({ of: { a: 1 } })
    expect(seen.map(({ path, kind, tenantId }) => [path, kind, tenantId]).sort()).toEqual([
      ['details.metadata', 'text', 'acme'],
      ['input', 'text', 'acme'],
      ['xV', 'text', 'acme'],
    ])
    expect(new Set(seen.map(({ scope }) => scope)).size).toBe(1)
  })

  test('can not reach a receipt afterwards through what it gave', async () => {
    const given: { list: number[] } = { list: [1] }
    const receipt = await ledgerOf(own(() => ({ value: given }))).append(draft({ details: { metadata: { a: 1 } } }))
    given.list.push(2)
    expect(receipt.details?.metadata).toEqual({ list: [1] })
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('broken')
      },
    ],
    ['gives nothing', () => undefined],
    ['gives no JSON', () => ({ value: { at: new Date() } })],
    ['gives a value that is none', () => ({ value: undefined })],
  ])('and %s refuses the receipt', async (_, redactValue) => {
    const ledger = ledgerOf(own(redactValue as never))
    await expect(
      ledger.append(draft({ input: { kind: 'json', content: { somebody: 'private' } } })),
    ).rejects.toMatchObject({ code: 'LEDGER_REDACTION_FAILED', details: { path: 'input', outcome: 'absent' } })
    expect(await stored(ledger.store)).toEqual([])
  })
})

describe('identifiers that hold personal data', () => {
  const ledger = () => ledgerOf(piiRedactor({ detectors: [marks, 'EMAIL', 'CREDIT_CARD'] }))
  const values = ['jo@example.org', '4111111111111111', '4111-1111-1111-1111']

  test.each(values)('%s is refused as whatever id, and never rewritten', async (id) => {
    const members: readonly (readonly [string, Partial<ReceiptDraft>])[] = [
      ['tenantId', { tenantId: id }],
      ['chainId', { chainId: id }],
      ['systemId', { systemId: id }],
      ['agentId', { agentId: id }],
      ['sessionId', { sessionId: id }],
      ['decisionId', { decisionId: id }],
      ['modelId', { modelId: id }],
      ['input.ref', { input: { kind: 'text', content: 'x', ref: id } }],
      ['sources[0].id', { sources: [{ type: 't', id }] }],
      ['checks[0].name', { checks: [{ name: id, fired: false }] }],
      ['tool.name', { tool: { name: id } }],
    ]
    for (const [path, member] of members) {
      const error = await ledger()
        .append(draft(member))
        .then(
          () => undefined,
          (caught: unknown) => caught as Error & { details: object },
        )
      // an address is no id in every place: then it is refused for that, and not repeated either
      expect(error, path).toMatchObject({ details: { path, outcome: 'absent' } })
      expect(error, path).toMatchObject({ code: expect.stringMatching(/^PII_IN_IDENTIFIER$|^RECEIPT_INVALID$/) })
      expect(`${error?.message} ${JSON.stringify(error?.details)}`).not.toContain(id)
    }
  })
})
