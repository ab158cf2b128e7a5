/** Reports made to look good, or to keep whoever judges them from coming to an end. */
import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { Keyring } from '../../../src/keys/keyring.js'
import { realEnvironment } from '../../../src/ledger/environment.js'
import { type ChainPlace, frame, lineOf, link, type ReceiptBody, seal } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import { attachmentsIn } from '../../../src/report/checking/attachments.js'
import { renderReport } from '../../../src/report/formats.js'
import { parseReport, reportDigest, toJson } from '../../../src/report/json.js'
import { sealReport } from '../../../src/report/seal.js'
import type { Report, ReportSeal } from '../../../src/report/types.js'
import { type VerifyReportOptions, verifyReport } from '../../../src/report/verify-report.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { draft, keyNamed, stored } from '../../ledger/support.js'
import { ledgerOver, now, period, world } from './world.js'

const idOf = async (name: string): Promise<string> => (await keyNamed(name).signer()).keyId

const judged = async (input: string | Uint8Array, options: VerifyReportOptions) => {
  const { verdict, problems } = await verifyReport(input, options)
  return [verdict, problems.map(({ code }) => code)]
}

const bothSources = async (store: ReceiptStore) => [store, await stored(store), (await stored(store)).map(lineOf)]

const withMember = (report: Report, path: string, value: unknown): string => {
  const copy = structuredClone(report)
  const names = path.split('.')
  const last = names.pop() as string
  const holder = names.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  )
  holder[last] = value
  return JSON.stringify(copy)
}

describe('a report that stops where it looks best', () => {
  test('is INCOMPLETE, because its source goes on with the period', async () => {
    const store = memoryStore()
    const { ledger, decide } = ledgerOver(store)
    await decide(9)
    for (let bad = 0; bad < 5; bad++)
      await ledger.append(draft({ action: 'reject', checks: [{ name: 'safety', fired: true }] }))
    const keyring = new Keyring([await idOf('a')])
    const report = await buildReport(store, { period, keyring, now, chains: [{ chainId: 'acme', toSeq: 8 }] })
    expect([report.verdict, report.figures.failure.estimate.count]).toEqual(['VALID', 0])
    const sealed = await sealReport(report, { ledger })
    for (const source of await bothSources(store))
      expect(await judged(toJson(report), { keyring, source, seal: sealed })).toEqual([
        'INCOMPLETE',
        ['SOURCE_GOES_ON'],
      ])
  })

  test('one that leaves out the whole chain, too', async () => {
    const { store, keyring } = await world()
    const report = await buildReport(store, { period, keyring, now, chains: [{ chainId: 'acme', toSeq: -1 }] })
    const codes = ['NOT_SEALED', 'SOURCE_GOES_ON']
    expect(await judged(toJson(report), { keyring, source: store })).toEqual(['INCOMPLETE', codes])
  })

  test.each([
    ['is no receipt', () => 'rubbish'],
    [
      'was dated elsewhere',
      (line: string) => line.replace(/"timestamp":"[^"]*"/, '"timestamp":"2027-01-01T00:00:00.000Z"'),
    ],
  ])('what follows and %s is not taken for a later receipt', async (_, change) => {
    const { store, keyring } = await world()
    const report = await buildReport(store, { period, keyring, now, chains: [{ chainId: 'acme', toSeq: 8 }] })
    const lines = (await stored(store)).map(lineOf).map((line, seq) => (seq > 8 ? change(line) : line))
    const codes = ['NOT_SEALED', 'SOURCE_GOES_ON']
    expect(await judged(toJson(report), { keyring, source: lines })).toEqual(['INCOMPLETE', codes])
  })

  test('what came after it was asked for, or after its period, is not left out', async () => {
    const { store, keyring, decide, report, seal: sealed } = await world({ now: '2026-01-10T20:30:00.000Z' })
    await decide(3)
    expect(await judged(toJson(report), { keyring, source: store, seal: sealed })).toEqual(['VALID', []])
    const over = await world({ period: { from: '2026-01-01', until: '2026-01-10T15:00:00Z' } })
    const told = await judged(toJson(over.report), { keyring: over.keyring, source: over.store, seal: over.seal })
    expect(told).toEqual(['VALID', []])
  })
})

/** A receipt as the holder of a key may make it: no ledger would. */
async function signedBy(name: string, body: ReceiptBody, place: Omit<ChainPlace, 'keyId'>): Promise<DecisionReceipt> {
  const signer = await keyNamed(name).signer()
  const linked = link(frame(body), { ...place, keyId: signer.keyId } as ChainPlace)
  return seal(linked, await signer.sign(linked.message))
}

/** Appends a seal as the holder of a key may who can write to the store. */
async function sealedBy(name: string, report: Report, store: ReceiptStore, timestamp: string): Promise<ReportSeal> {
  const head = (await store.head('acme')) as DecisionReceipt
  const { version, tenantId } = head
  const sealed = await signedBy(
    name,
    {
      version,
      receiptId: realEnvironment.uuid(),
      chainId: 'acme',
      tenantId,
      eventType: 'system',
      system: {
        event: 'report',
        hash: reportDigest(report),
        fromSeq: 0,
        toSeq: report.chains[0]?.scope.toSeq as number,
      },
    },
    { seq: head.seq + 1, timestamp, prevReceiptHash: head.receiptHash as `sha256:${string}` },
  )
  await store.append('acme', [sealed], { seq: head.seq, receiptHash: head.receiptHash })
  return { digest: reportDigest(report), lines: [lineOf(sealed)] }
}

test('a receipt that the store gives in place of one that was verified does not come along, if it is by another key', async () => {
  const { store, keyring } = await world()
  const target = (await stored(store)).find(({ action }) => action === 'reject') as DecisionReceipt
  const { seq, timestamp, keyId: _, prevReceiptHash, receiptHash: __, signature: ___, ...body } = target
  const place = { seq, timestamp, prevReceiptHash: prevReceiptHash as `sha256:${string}` }
  const forged = lineOf(await signedBy('thief', { ...body, action: 'allow' } as ReceiptBody, place))
  async function* lines(chainId: string, range: { fromSeq?: number; toSeq?: number } = {}) {
    for await (const line of (store.lines as NonNullable<ReceiptStore['lines']>)(chainId, range))
      yield range.fromSeq === seq ? forged : line
  }
  const swapping = new Proxy(store, { get: (own, name) => (name === 'lines' ? lines : Reflect.get(own, name)) })
  const asked = { period, keyring, now, embed: 6 }
  expect((await buildReport(store, asked)).excerpt.cited).toContain(lineOf(target))
  const report = await buildReport(swapping, asked)
  expect(report.excerpt.cited).not.toContain(forged)
  expect(report.verdict).toBe('VALID')
})

describe('an end that something outside of the report shows', () => {
  test('is INCOMPLETE without it, and VALID with it', async () => {
    const { store, keyring, ledger } = await world()
    const last = (await store.head('acme')) as DecisionReceipt
    const expected = { chainId: 'acme', expect: { head: { seq: last.seq, receiptHash: last.receiptHash } } }
    const report = await buildReport(store, { period, keyring, now, chains: [{ ...expected, toSeq: last.seq }] })
    expect(report.chains[0]?.scope.tail).toBe('expected-head')
    const sealed = await sealReport(report, { ledger })
    for (const source of await bothSources(store)) {
      const without = await verifyReport(toJson(report), { keyring, source, seal: sealed })
      expect([without.verdict, without.problems.map(({ code, paths }) => [code, paths])]).toEqual([
        'INCOMPLETE',
        [['TAIL_NOT_SHOWN', ['chains[0].scope.tail']]],
      ])
      const given = { keyring, source, seal: sealed, chains: [expected] }
      expect(await judged(toJson(report), given)).toEqual(['VALID', []])
    }
  })

  test('is no excuse for anything else that differs', async () => {
    const { store, keyring, report } = await world()
    const copy = structuredClone(report) as unknown as {
      chains: { scope: { tail: string }; keys: { receipts: number }[] }[]
    }
    const [chain] = copy.chains
    Object.assign(chain?.scope ?? {}, { tail: 'checkpoint' })
    Object.assign(chain?.keys[0] ?? {}, { receipts: 7 })
    const codes = ['NOT_SEALED', 'FIGURES_DIFFER', 'TAIL_NOT_SHOWN']
    expect(await judged(JSON.stringify(copy), { keyring, source: store })).toEqual(['INVALID', codes])
    Object.assign(chain?.scope ?? {}, { tail: 'chain-end' })
    const ended = await judged(JSON.stringify(copy), { keyring, source: store })
    expect(ended).toEqual(['INVALID', ['NOT_SEALED', 'FIGURES_DIFFER']])
  })
})

describe('a seal by a key that the chain says more of', () => {
  test('one that was revoked in the chain seals nothing, though the report does not bring the revocation along', async () => {
    const store = memoryStore()
    const keyring = new Keyring([{ keyId: await idOf('a'), uses: ['receipt', 'revoke'] }, { keyId: await idOf('b') }])
    const { ledger, decide } = ledgerOver(store, keyNamed('a'), keyring)
    await decide(5)
    const revoked = { keyId: await idOf('b'), effectiveAt: '2026-01-10T06:00:00.000Z', reason: 'compromise' } as const
    await ledger.revoke('acme', revoked)
    const report = await buildReport(store, { period, keyring, now, embed: 0 })
    expect([report.verdict, report.excerpt.cited]).toEqual(['VALID', []])
    const sealed = await sealedBy('b', report, store, '2026-01-12T00:00:00.000Z')
    for (const source of await bothSources(store))
      expect(await judged(toJson(report), { keyring, source, seal: sealed })).toEqual([
        'INVALID',
        ['SEAL_RECEIPT_INVALID'],
      ])
    expect(await judged(toJson(report), { keyring, source: store })).toEqual(['INVALID', ['SEAL_RECEIPT_INVALID']])
  })

  test('nor one that was found revoked afterwards', async () => {
    const store = memoryStore()
    const keyring = new Keyring([{ keyId: await idOf('a'), uses: ['receipt', 'revoke'] }, { keyId: await idOf('b') }])
    const { ledger, decide } = ledgerOver(store, keyNamed('a'), keyring)
    await decide(5)
    const report = await buildReport(store, { period, keyring, now, embed: 0 })
    const sealed = await sealedBy('b', report, store, '2026-01-12T00:00:00.000Z')
    expect(await judged(toJson(report), { keyring, source: store, seal: sealed })).toEqual(['VALID', []])
    const at = ledgerOver(store, keyNamed('a'), keyring, 100).ledger
    await at.revoke('acme', { keyId: await idOf('b'), effectiveAt: '2026-01-11T00:00:00.000Z', reason: 'compromise' })
    const [verdict] = await judged(toJson(report), { keyring, source: store, seal: sealed })
    expect(verdict).not.toBe('VALID')
    await ledger.close()
  })

  test('one that the chain was handed over to seals it, though the report does not say so', async () => {
    const store = memoryStore()
    const keyring = new Keyring([{ keyId: await idOf('a'), uses: ['receipt', 'rotate'] }])
    const { ledger, decide } = ledgerOver(store, keyNamed('a'), keyring)
    await decide(5)
    await ledger.rotate('acme', { to: keyNamed('b') })
    await decide(3)
    const report = await buildReport(store, { period, keyring, now, embed: 0 })
    const sealed = await sealReport(report, { ledger })
    for (const source of await bothSources(store))
      expect(await judged(toJson(report), { keyring, source, seal: sealed })).toEqual(['VALID', []])
    expect(await judged(toJson(report), { keyring, source: store })).toEqual(['VALID', []])
  })
})

describe('a report that no report could be', () => {
  test.each([
    ['parameters.level', 0.1],
    ['parameters.sprt.p0', 0],
    ['parameters.averageRunLength', 0],
    ['parameters.embed', 200_000],
    ['parameters.expectedPerHour', 0],
    ['parameters.failure', []],
    ['parameters.acceptPruned', { minDays: -5 }],
    ['parameters.fairness', { ratioThreshold: 5 }],
    ['system', { name: '' }],
  ])('%s as %j is its own fault, not that of whoever asks', async (path, value) => {
    const { store, keyring, report } = await world()
    const result = await judged(withMember(report, path, value), { keyring, source: store })
    expect(result).toEqual(['INVALID', ['NOT_SEALED', 'FILE_MALFORMED']])
  })

  test.each([
    ['parameters.level', 0.1],
    ['chains.0.monitor.sprt.failures', 2 ** 53 - 1],
    ['figures.redactions.receipts', 2 ** 53 - 1],
    ['figures.actions.spans.0.from', 9e15],
  ])('%s as %j makes no page', async (path, value) => {
    const { keyring, report } = await world()
    const page = (await renderReport(report, 'html')) as string
    const carried = withMember(report, path, value)
    expect(() => parseReport(carried)).not.toThrow()
    const forged = `<html lang="en"><script type="application/json">${carried}</script>`
    expect(page).toContain('<script')
    const [verdict, codes] = await judged(forged, { keyring })
    expect(verdict).toBe('INVALID')
    expect(codes).toContain('PAGE_DIFFERS')
  })

  test('what whoever asks gave wrongly stays their fault', async () => {
    const { store, keyring, report } = await world()
    const wrong = { onProgress: 5, chains: [{ chainId: '..' }] }
    for (const [name, value] of Object.entries(wrong)) {
      const options = { keyring, source: store, [name]: value } as unknown as VerifyReportOptions
      await expect(verifyReport(toJson(report), options)).rejects.toThrow(TypeError)
    }
  })

  test('one that cites what is no receipt can be set, and carries it as it is', async () => {
    const { report } = await world()
    const odd = { ...report, excerpt: { ...report.excerpt, cited: ['not a receipt', 'null', '{}'] } }
    const found = await attachmentsIn((await renderReport(odd, 'pdf')) as Uint8Array)
    expect(found.map((bytes) => Buffer.from(bytes).toString())).toContain(toJson(odd))
  })

  test('a PDF whose report cites what is no receipt', async () => {
    const { keyring, report } = await world()
    const cited = [...report.excerpt.cited.slice(1), 'not a receipt', 'null', '{}']
    const carried = withMember({ ...report, parameters: { ...report.parameters, embed: 50 } }, 'excerpt.cited', cited)
    const stream = deflateSync(carried)
    const pdf = Buffer.concat([
      Buffer.from(
        `%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length ${stream.length} >>\nstream\n`,
      ),
      stream,
      Buffer.from('\nendstream\nendobj\n'),
    ])
    const [verdict, codes] = await judged(pdf, { keyring })
    expect(verdict).toBe('INVALID')
    expect(codes).toContain('PAGE_DIFFERS')
    expect(codes).toContain('EXCERPT_RECEIPT_INVALID')
  })
})

// each of these would take minutes to hours if what was read were read again
describe('a file that is made to be read again and again', () => {
  const keyring = new Keyring([])
  test.each([
    ['elements that never end', `<html>${'<script type="application/json">'.repeat(300_000)}`],
    ['tags that never end', `<html>${'<script a'.repeat(600_000)}`],
    ['ends without beginnings', `<html>${'</script '.repeat(600_000)}`],
  ])('a page of %s', async (_, page) => {
    expect(await judged(page, { keyring })).toEqual(['INVALID', ['FILE_MALFORMED']])
  })

  test.each([
    ['digits', '9'.repeat(4_000_000)],
    ['objects before few streams', `${'1 0 obj '.repeat(8_000)} stream\n`.repeat(150)],
    ['streams that reach over each other', '1 0 obj<</Type/EmbeddedFile/Length 99999>>stream\n'.repeat(100_000)],
  ])('a PDF of %s', async (_, text) => {
    expect(await judged(Buffer.from(`%PDF-${text}`), { keyring })).toEqual(['INVALID', ['FILE_MALFORMED']])
  })

  test('a script element is found as a browser finds it, the first that carries a report', async () => {
    const { keyring: trusted, report } = await world()
    const json = toJson(report)
    const page = `<html><SCRIPT\nTYPE="application/json">{"format":1}</sCript\n><script type='application/json' id=x>${json}</script><script type="application/json">{}</script>`
    const { kind, digest } = await verifyReport(page, { keyring: trusted })
    expect([kind, digest]).toEqual(['html', reportDigest(report)])
  })

  test('an attachment ends where it says, and none begins within another', async () => {
    const inner = '2 0 obj<</Type/EmbeddedFile/Length 3>>stream\nabc\nendstream endobj'
    const outer = `1 0 obj<</Type/EmbeddedFile/Length ${inner.length}>>stream\n${inner}\nendstream endobj\n`
    const found = await attachmentsIn(Buffer.from(`%PDF-1.7\n${outer}${inner}`))
    expect(found.map((bytes) => Buffer.from(bytes).toString())).toEqual([inner, 'abc'])
  })
})
