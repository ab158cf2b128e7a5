/** Times without receipts. */
import type { GapRule, GapsSnapshot } from '../../statistics/gaps.js'
import type { ChainFindings } from '../../types.js'
import type { Context } from '../context.js'
import { levelText } from '../estimates.js'
import { facts, paragraph, phrase, receipt, section, table } from '../phrase.js'
import type { Inline, Phrase, Section } from '../types.js'

/** @returns The rule and the unusual silences of each chain. */
export function gaps(context: Context): Section {
  const { report, texts } = context
  return section('gaps', texts.gaps.title, [
    paragraph(texts.gaps.intro),
    ...report.chains.map((chain, i) => ofChain(context, chain, i)),
  ])
}

function ruleText({ texts, format }: Context, rule: GapRule): Phrase {
  const threshold = format.duration(rule.thresholdMs)
  return rule.kind === 'expected-rate'
    ? texts.gaps.expectedRule(format.number(rule.expectedPerHour), threshold)
    : texts.gaps.tailRule(
        threshold,
        format.duration(rule.medianMs),
        format.duration(rule.q90Ms),
        format.duration(rule.q99Ms),
      )
}

function ofChain(context: Context, chain: ChainFindings, index: number): Section {
  const { texts, format } = context
  const t = texts.gaps
  const { gaps } = chain
  const { longest } = gaps
  return section(`gaps-chain-${index + 1}`, t.chainTitle(chain.chainId), [
    facts([
      [t.rule, gaps.rule === undefined ? t.noRule(gaps.gaps) : ruleText(context, gaps.rule)],
      [t.falseAlarm, levelText(context, gaps.falseAlarm)],
      [t.activity, format.number(gaps.activity)],
      [t.gaps, format.number(gaps.gaps)],
      [
        t.longest,
        longest === undefined
          ? t.noLongest
          : t.longestText(format.duration(longest.ms), format.stamp(longest.from), format.stamp(longest.to)),
      ],
      [t.declared, t.declaredText(gaps.declared.gaps, format.duration(gaps.declared.ms), gaps.declared.count)],
      [t.heartbeats, t.heartbeatsText(gaps.heartbeats.count, gaps.heartbeats.dropped)],
    ]),
    gaps.rule !== undefined && gaps.unusual.length === 0 ? paragraph(t.noUnusual) : undefined,
    table(
      t.caption(chain.chainId),
      [t.from, t.to, `>${t.length}`, t.explanation, t.between],
      gaps.unusual.map((gap) => [
        format.stamp(gap.from),
        format.stamp(gap.to),
        format.duration(gap.ms),
        explained(context, gap),
        phrase([
          gap.before === undefined ? t.start : receipt(gap.before),
          texts.words.and,
          gap.after === undefined ? t.end : receipt(gap.after),
        ]),
      ]),
    ),
    gaps.truncated ? paragraph(t.truncated) : undefined,
  ])
}

function explained({ texts }: Context, gap: GapsSnapshot['unusual'][number]): Inline | Phrase {
  const text = texts.gaps.explanations[gap.explanation]
  const [declared] = gap.declared
  return declared === undefined ? text : phrase([text, ': ', receipt(declared.receipt)])
}
