/** Only receipts against which the verifier found nothing count; what it found is in the report. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import type { BuildReportOptions } from '../../../src/report/options.js'
import type { Report } from '../../../src/report/types.js'
import { verifyReceipt } from '../../../src/verify/receipt.js'
import { ChainTrust } from '../../../src/verify/trust.js'
import {
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  entryOf,
  keys,
  lineOfLoose,
  linesOf,
  msAfter,
  plainChain,
  prune,
  resealed,
  revocation,
  rotation,
  trusting,
  trustOne,
} from '../../verify/support.js'
import { sample, sampleReport } from '../support/sample.js'

const build = (source: Parameters<typeof buildReport>[0], more: Partial<BuildReportOptions> = {}): Promise<Report> =>
  buildReport(source, {
    period: { from: '2026-01-01', until: '2027-01-01' },
    keyring: trustOne,
    now: '2027-01-01',
    ...more,
  })

const seqs = (report: Report): number[] =>
  report.excerpt.ranges.flatMap(({ fromSeq, lines }) => lines.map((_, index) => fromSeq + index))

/** A reader's check of what came with a report: receipts of a chain in order, keys learned on the way. */
function readerVerdicts(report: Report, keyring = trustOne): readonly string[] {
  const all = [...report.excerpt.ranges.flatMap(({ lines }) => lines), ...report.excerpt.cited]
  const parsed = all.map((line) => ({ line, receipt: JSON.parse(line) as DecisionReceipt }))
  parsed.sort((a, b) => a.receipt.seq - b.receipt.seq)
  const trust = new Map<string, ChainTrust>()
  return parsed.map(({ line, receipt: { chainId } }) => {
    const known = trust.get(chainId) ?? new ChainTrust(keyring, chainId)
    trust.set(chainId, known)
    return verifyReceipt(line, { keyring, trust: known }).verdict
  })
}

describe('a falsified chain', () => {
  it('is INVALID, and what was falsified is in no figure', async () => {
    const [honest, report] = [await sampleReport(), await sampleReport({ tampered: true })]
    const receipts = await (await sample()).receipts()
    const [chain] = report.chains
    expect([report.verdict, chain?.verdict]).toEqual(['INVALID', 'INVALID'])
    expect(chain?.counts).toMatchObject({ HASH_MISMATCH: 1 })
    const seq = chain?.problems[0]?.seq as number
    const falsified = receipts[seq] as DecisionReceipt
    expect(falsified.action).toBe('reject')
    expect([chain?.checked, chain?.counted]).toEqual([receipts.length, receipts.length - 1])
    const count = (of: Report, label: string) =>
      of.figures.counts.actions.labels.find((one) => one.label === label)?.count ?? 0
    expect(count(report, 'reject')).toBe(count(honest, 'reject') - 1)
    expect(count(report, 'allow')).toBe(count(honest, 'allow'))
    expect(report.figures.failure.estimate.n).toBe(honest.figures.failure.estimate.n - 1)
    expect(seqs(report)).not.toContain(seq)
    expect(seqs(report)).toContain(seq + 1)
    for (const { reasons, state } of report.provisions.findings)
      if (state !== 'OUT OF SCOPE') expect(reasons).toContain('CHAIN_INVALID')
  })

  it.each([
    ['out of order', [0, 2, 1, 3, 4]],
    ['with one twice', [0, 1, 1, 2, 3, 4]],
    ['with one missing', [0, 1, 3, 4]],
  ])('%s is INVALID, and still reported', async (_name, order) => {
    const chain = plainChain(5)
    const report = await build(order.map((index) => chain[index] as DecisionReceipt))
    expect(report.verdict).toBe('INVALID')
    expect(report.chains[0]?.checked).toBe(order.length)
    // nothing that comes back or behind a hole counts
    expect(report.chains[0]?.counted).toBeLessThan(order.length)
    expect(new Set(seqs(report)).size).toBe(report.chains[0]?.counted)
  })

  it('whose time goes back is INVALID, and what went back is not counted', async () => {
    const chain = chainOf([{ at: msAfter(0) }, { at: msAfter(9_000) }, { at: msAfter(4_000) }, { at: msAfter(5_000) }])
    const report = await build(chain)
    expect(report.chains[0]).toMatchObject({ verdict: 'INVALID', counted: 3, counts: { TIME_WENT_BACK: 1 } })
    expect(seqs(report)).toEqual([0, 1, 3])
    expect(report.figures.counts.receipts).toBe(3)
  })

  it('does not let a receipt sealed by somebody else into a figure', async () => {
    const chain = plainChain(4)
    const forged = lineOfLoose(resealed(chain[2] as DecisionReceipt, { action: 'reject' }, keys.two))
    const lines = linesOf(chain)
    const report = await build([...lines.slice(0, 2), forged, lines[3] as string])
    expect(report.verdict).toBe('INVALID')
    expect(report.figures.counts.actions.labels.map(({ label }) => label)).toEqual(['allow'])
  })

  it('is reported where a line is no receipt at all', async () => {
    const lines = linesOf(plainChain(3))
    const report = await build([lines[0] as string, '{"half":', lines[2] as string])
    expect(report.chains[0]).toMatchObject({
      verdict: 'INVALID',
      checked: 3,
      counted: 2,
      counts: { LINE_MALFORMED: 1 },
    })
  })

  it('is INVALID as a whole for a fault outside the period', async () => {
    const lines = linesOf(plainChain(10))
    lines[9] = (lines[9] as string).replace('"action":"allow"', '"action":"reject"')
    const report = await build(lines, { period: { from: msAfter(0), until: msAfter(3_000) } })
    expect(report).toMatchObject({ verdict: 'INVALID', period: { receipts: 3 } })
  })
})

describe('keys', () => {
  it('that the keyring does not have: nothing counts, and nobody says VALID', async () => {
    const report = await build(plainChain(5), { keyring: trusting(keys.two) })
    expect(report.chains[0]).toMatchObject({
      verdict: 'INCOMPLETE',
      checked: 5,
      counted: 0,
      counts: { KEY_UNKNOWN: 5 },
      keys: [],
    })
    expect(report.period).toMatchObject({ empty: true, receipts: 0 })
    expect(report.excerpt).toEqual({ ranges: [], cited: [], whole: true })
  })

  it('of a delegate are named as certified, and its certificate comes with the excerpt', async () => {
    const certificate = delegation({ notAfter: days(30) })
    const chain = chainOf([
      delegated(certificate, chainStart()),
      // the certificate again: no event of its own
      delegated(certificate),
      ...Array.from({ length: 38 }, () => ({ by: keys.delegate })),
    ])
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    const report = await build(chain, { keyring, embed: 10 })
    expect(report.verdict).toBe('VALID')
    expect(report.chains[0]?.keys).toMatchObject([
      { keyId: keys.delegate.keyId, trustedBy: 'certificate', receipts: 40 },
    ])
    expect(report.chains[0]?.events.items.map(({ event }) => event)).toEqual(['system.chain_start'])
    expect(seqs(report).length).toBeGreaterThan(3)
    const cited = report.excerpt.cited.map((line) => (JSON.parse(line) as DecisionReceipt).seq)
    expect(cited).toContain(0)
    expect(new Set(readerVerdicts(report, keyring))).toEqual(new Set(['VALID']))
  })

  it('that were handed over are named so, and the handing over comes with the excerpt', async () => {
    const chain = chainOf([{}, rotation(keys.two), ...Array.from({ length: 30 }, () => ({ by: keys.two }))])
    const keyring = trusting(entryOf(keys.one, { uses: ['receipt', 'rotate'] }))
    const report = await build(chain, { keyring, embed: 8 })
    expect(report.verdict).toBe('VALID')
    expect(report.chains[0]?.keys.map(({ keyId, trustedBy, receipts }) => [keyId, trustedBy, receipts])).toEqual([
      [keys.one.keyId, 'keyring', 2],
      [keys.two.keyId, 'rotation', 30],
    ])
    expect(report.chains[0]?.events.items).toMatchObject([{ event: 'key.rotate', facts: { newKeyId: keys.two.keyId } }])
    expect(new Set(readerVerdicts(report, keyring))).toEqual(new Set(['VALID']))
    expect(report.excerpt.cited.map((line) => (JSON.parse(line) as DecisionReceipt).seq)).toContain(1)
  })

  it('that were revoked in the chain are shown, and the chain is what the verifier says', async () => {
    const chain = chainOf([{}, {}, revocation(keys.one, msAfter(500), { by: keys.two }), { by: keys.two }])
    const report = await build(chain, {
      keyring: trusting(keys.one, entryOf(keys.two, { uses: ['receipt', 'revoke'] })),
    })
    expect(report.chains[0]?.events.items).toMatchObject([{ event: 'key.revoke', facts: { keyId: keys.one.keyId } }])
    expect(report.verdict).not.toBe('VALID')
  })
})

describe('a pruned chain', () => {
  const whole = chainOf(Array.from({ length: 12 }, (_, index) => ({ at: days(index) })))
  const pruned = [...whole.slice(4), ...chainOf([prune(whole[3] as DecisionReceipt, { at: days(200) })], { on: whole })]
  const keyring = trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] }))

  it('is INCOMPLETE, unless pruning of that age is accepted', async () => {
    const report = await build(pruned, { keyring })
    expect(report.chains[0]).toMatchObject({ verdict: 'INCOMPLETE', counts: { PRUNED: 1 }, counted: 9 })
    const accepted = await build(pruned, { keyring, acceptPruned: { minDays: 184 } })
    expect(accepted.verdict).toBe('VALID')
    expect(accepted.parameters.acceptPruned).toEqual({ minDays: 184 })
    expect(accepted.chains[0]?.events.items).toMatchObject([
      { event: 'retention.prune', facts: { 'through.seq': '3', count: '4', policy: 'retention-policy-1' } },
    ])
    expect(accepted.chains[0]?.oldest?.seq).toBe(4)
    // pruned at 196 days, where six months are the least: nothing was removed early
    const logs = accepted.provisions.findings.find(({ id }) => id === 'ai-act-19')
    expect(logs?.reasons).not.toContain('REMOVED_EARLY')
  })

  it('that removed too early is said to have', async () => {
    const early = [...whole.slice(4), ...chainOf([prune(whole[3] as DecisionReceipt, { at: days(20) })], { on: whole })]
    const report = await build(early, { keyring })
    expect(report.provisions.findings.find(({ id }) => id === 'ai-act-19')?.reasons).toContain('REMOVED_EARLY')
  })
})
