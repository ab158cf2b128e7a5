/** The sequential test and the change detector of one chain. */
import { rateSequence } from '../../statistics/confidence-sequence.js'
import type { ChainFindings } from '../../types.js'
import type { Context } from '../context.js'
import { levelText, rateCells } from '../estimates.js'
import { code, facts, paragraph, phrase, receipt, section, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

/** @returns The test with all its parameters, its cycles, flags and path, and the change points. */
export function monitor(context: Context, chain: ChainFindings, index: number): Section {
  const { texts } = context
  const t = texts.failures
  const id = `failures-chain-${index + 1}`
  const title = t.chainTitle(chain.chainId)
  if (chain.monitor.decisions === 0) return section(id, title, [paragraph(t.noTest(code(chain.chainId)))])
  return section(id, title, [
    paragraph(t.chainIntro),
    parameters(context, chain),
    path(context, chain),
    ...cycles(context, chain),
    ...flags(context, chain),
    ...changes(context, chain),
  ])
}

function parameters(context: Context, { monitor: { sprt } }: ChainFindings): Block {
  const { texts, format } = context
  const t = texts.failures
  const llr = (value: number): string => format.decimals(value, 3)
  const cycleCount = sprt.decided.withinLimit + sprt.decided.flagged
  return facts([
    [t.status, t.statuses[sprt.status]],
    [t.tested, t.testedText(sprt.failures, sprt.n, anytime(context, sprt.failures, sprt.n))],
    [t.hypotheses, t.hypothesesText(levelText(context, sprt.p0), levelText(context, sprt.p1))],
    [t.errors, t.errorsText(levelText(context, sprt.alpha), levelText(context, sprt.beta))],
    [t.bounds, t.boundsText(llr(sprt.upper), llr(sprt.lower))],
    [t.steps, t.stepsText(llr(sprt.logFailure), llr(sprt.logGood))],
    [t.open, t.openText(sprt.open.n, sprt.open.failures, llr(sprt.open.llr))],
    [t.cycles, t.cyclesText(sprt.decided.withinLimit, sprt.decided.flagged)],
    [t.falseFlags, t.falseFlagsText(format.decimals(sprt.falseFlagsAtP0, 2), sprt.decided.flagged, cycleCount)],
  ])
}

/** The rate with an interval that holds although the data decide when a cycle ends. */
function anytime(context: Context, failures: number, n: number): string {
  const { level } = context.report.figures.failure.sequence
  return rateCells(context, rateSequence(failures, n, { level }))[1].join('')
}

function path(
  { texts, format }: Context,
  { chainId, monitor: { sprt, path: points } }: ChainFindings,
): Block | undefined {
  if (points.length === 0) return undefined
  const t = texts.failures
  const bound = (value: number): string => format.decimals(value, 3)
  return {
    kind: 'chart',
    title: t.pathTitle(chainId),
    description: t.pathDescription(
      sprt.n,
      sprt.decided.withinLimit + sprt.decided.flagged,
      bound(sprt.upper),
      bound(sprt.lower),
    ),
    chart: { kind: 'sprt', points, upper: sprt.upper, lower: sprt.lower },
  }
}

function cycles(context: Context, { chainId, monitor: { sprt } }: ChainFindings): (Block | undefined)[] {
  const { texts, format } = context
  const t = texts.failures
  const { items, omitted } = sprt.cycles
  return [
    table(
      t.cyclesCaption(chainId),
      [`>${t.from}`, `>${t.to}`, `>${t.n}`, `>${t.failed}`, `>${t.rate}`, `>${t.llr}`, t.decision],
      items.map(({ startSeq, endSeq, n, failures, llr, decision }) => [
        format.number(startSeq),
        format.number(endSeq),
        format.number(n),
        format.number(failures),
        anytime(context, failures, n),
        format.decimals(llr, 3),
        code(decision),
      ]),
    ),
    omitted === 0 ? undefined : paragraph(t.omitted(omitted)),
  ]
}

function flags(context: Context, { chainId, monitor: { sprt, flags: refs } }: ChainFindings): (Block | undefined)[] {
  const { texts, format } = context
  const t = texts.failures
  const { items, omitted } = sprt.flags
  if (items.length === 0) return [paragraph(t.noFlags)]
  return [
    table(
      t.flagsCaption(chainId),
      [t.flagReceipt, t.raised, `>${t.n}`, `>${t.failed}`, t.acknowledged],
      items.map(({ endSeq, n, failures, acknowledgement }) => {
        const ref = refs.find(({ seq }) => seq === endSeq)
        return [
          ref === undefined ? code(`${chainId}#${endSeq}`) : receipt(ref),
          ref === undefined ? t.notDated : format.stamp(ref.timestamp),
          format.number(n),
          format.number(failures),
          acknowledgement === undefined ? t.notAcknowledged : acknowledged(context, chainId, acknowledgement),
        ]
      }),
    ),
    omitted === 0 ? undefined : paragraph(t.omitted(omitted)),
  ]
}

function acknowledged(
  { texts, format }: Context,
  chainId: string,
  {
    seq,
    receiptId,
    timestamp,
  }: { readonly seq: number; readonly receiptId: string; readonly timestamp?: string | undefined },
): Phrase {
  const t = texts.failures
  const by = t.byReceipt(receipt({ chainId, seq, receiptId }))
  return timestamp === undefined ? by : phrase([by, t.at(format.stamp(timestamp))])
}

function changes(context: Context, { chainId, monitor: { change } }: ChainFindings): (Block | undefined)[] {
  const { texts, format } = context
  const t = texts.failures
  const { items, omitted } = change.alarms
  const fresh = items.filter(({ continues }) => !continues)
  const began = (seq: number | undefined): Inline => (seq === undefined ? t.beforeMemory : format.number(seq))
  return [
    paragraph(t.changes(levelText(context, change.baseline), format.number(change.averageRunLength), change.n)),
    fresh.length === 0 ? paragraph(t.noChanges) : undefined,
    table(
      t.changesCaption(chainId),
      [
        `>${t.noticed}`,
        t.direction,
        `>${t.n}`,
        `>${t.began}`,
        `>${t.beganInterval(levelText(context, fresh[0]?.begin.mass ?? 0))}`,
        `>${t.statistic}`,
      ],
      fresh.map(({ seq, direction, n, begin, statistic }) => [
        format.number(seq),
        t.directions[direction],
        format.number(n),
        began(begin.seq),
        texts.words.range(String(began(begin.lowerSeq)), format.number(begin.upperSeq)),
        format.number(Math.round(statistic)),
      ]),
    ),
    change.alarms.total > change.changes ? paragraph(t.continuing(change.alarms.total - change.changes)) : undefined,
    omitted === 0 ? undefined : paragraph(t.omitted(omitted)),
  ]
}
