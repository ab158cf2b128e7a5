/** What the chains hold and what they record of themselves. */
import type { ChainFindings } from '../../types.js'
import type { Context } from '../context.js'
import type { EventName } from '../names.js'
import { code, joined, paragraph, phrase, receipt, section, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

/** @returns The map, and the events of each chain. */
export function chains(context: Context): Section {
  const { report, texts, format } = context
  const t = texts.chains
  const cell = (ref: ChainFindings['oldest']): Inline | Phrase =>
    ref === undefined ? t.none : phrase([receipt(ref), ', ', format.stamp(ref.timestamp)])
  return section('chains', t.title, [
    paragraph(t.intro),
    report.chains.length === 0 ? undefined : map(context),
    table(
      t.caption,
      [t.chain, t.held, `>${t.inPeriod}`, t.firstInPeriod, t.lastInPeriod],
      report.chains.map(({ chainId, oldest, newest, period }) => [
        code(chainId),
        oldest === undefined || newest === undefined
          ? t.none
          : texts.words.firstAndLast(receipt(oldest), receipt(newest)),
        format.number(period.receipts),
        cell(period.first),
        cell(period.last),
      ]),
    ),
    ...report.chains.flatMap((chain) => events(context, chain)),
  ])
}

function map({ report, texts }: Context): Block {
  const t = texts.chains
  const at = (iso: string): number => Date.parse(iso)
  const rows = report.chains.map(({ chainId, oldest, newest, gaps, events }) => ({
    chainId,
    ...(oldest === undefined ? {} : { oldest: at(oldest.timestamp) }),
    ...(newest === undefined ? {} : { newest: at(newest.timestamp) }),
    gaps: gaps.unusual.map(({ from, to, explanation }) => ({ from, to, explained: explanation !== 'UNEXPLAINED' })),
    marks: events.items.map(({ timestamp, event }) => ({ at: at(timestamp), event })),
  }))
  const count = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((sum, row) => sum + of(row), 0)
  const from = Math.min(at(report.period.from), ...rows.flatMap(({ oldest }) => oldest ?? []))
  const until = Math.max(at(report.period.until), ...rows.flatMap(({ newest }) => newest ?? []))
  return {
    kind: 'chart',
    title: t.mapTitle,
    description: t.mapDescription(
      texts.words.chains(rows.length),
      count((row) => row.gaps.length),
      count((row) => row.marks.length),
    ),
    chart: { kind: 'chain-map', from, until, rows },
  }
}

function events(context: Context, chain: ChainFindings): (Block | undefined)[] {
  const { texts, format } = context
  const t = texts.chains
  const { items, omitted } = chain.events
  if (items.length === 0) return [paragraph(t.noEvents(code(chain.chainId)))]
  return [
    table(
      t.eventsCaption(chain.chainId),
      [t.time, t.event, t.facts, t.receipt, t.within],
      items.map((event) => [
        format.stamp(event.timestamp),
        texts.words.event[event.event as EventName] ?? event.event,
        factsOf(context, event.facts),
        receipt(event),
        event.inPeriod ? texts.words.yes : texts.words.no,
      ]),
    ),
    omitted === 0 ? undefined : paragraph(t.omitted(omitted)),
  ]
}

function factsOf({ texts }: Context, named: { readonly [name: string]: string }): Phrase {
  const pairs = Object.entries(named).map(([name, value]) => phrase([`${name}: `, code(value)]))
  return pairs.length === 0 ? [texts.words.none] : joined(pairs, '; ')
}
