/** One provision. */
import { applicationOf } from '../../articles/lookups.js'
import { provisionText, textAddress } from '../../articles/texts.js'
import type { Provision } from '../../articles/types.js'
import type { FigureName, PointerEvidence, ProvisionFinding } from '../../types.js'
import type { Context } from '../context.js'
import { levelText, rateCells } from '../estimates.js'
import { code, facts, joined, list, paragraph, phrase, receipt, section, see, strong, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

/** Where each figure stands. */
const sectionOfFigure: Readonly<Record<FigureName, string>> = {
  verification: 'verification',
  counts: 'decisions',
  failure: 'failures',
  errors: 'decisions',
  checks: 'checks',
  latency: 'latency',
  oversight: 'oversight',
  fairness: 'fairness',
  gaps: 'gaps',
  monitor: 'failures',
  retention: 'chains',
  keys: 'verification',
  redactions: 'personal-data',
  changes: 'chains',
}

/** @returns The id of a provision's section. */
export function sectionIdOf({ id }: Pick<ProvisionFinding, 'id'>): string {
  return `provision-${id.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`
}

/** @returns A provision's state as a mark. */
export function stateOf({ texts }: Context, { state }: ProvisionFinding): Inline {
  return { kind: 'state', state, text: texts.articles.states[state] }
}

/** @returns The provision as one cites it: `AI Act, Article 12(2)(a)`. */
export function citeOf({ texts }: Context, { regulation, cite }: Pick<Provision, 'regulation' | 'cite'>): string {
  const t = texts.articles
  return `${t.regulation[regulation] ?? regulation}, ${t.article(cited(texts, cite))}`
}

function cited({ articles: t }: Context['texts'], cite: string): string {
  const [, article = cite, number, point] = /^(\d+)(?:\((\w+)\))?(?:\((\w+)\))?$/.exec(cite) ?? []
  return t.cited(article, number, point)
}

/** @returns Title, duty, what receipts show and can't show, and from when it applies. */
export function provision(context: Context, finding: ProvisionFinding, row: Provision): Section {
  const { texts, locale } = context
  const t = texts.articles
  const words = provisionText(row, locale)
  const cite = citeOf(context, row)
  return section(sectionIdOf(finding), `${cite}: ${words.title}`, [
    facts([
      [
        t.state,
        phrase([
          stateOf(context, finding),
          ...finding.reasons.flatMap((reason, i) => [i === 0 ? ': ' : ' ', t.reason[reason]]),
        ]),
      ],
      [t.asks, words.asks],
      [t.addressees, row.addressees.map((addressee) => t.addressee[addressee]).join(', ')],
      [
        t.covers,
        `${t.coverage[row.covers]}${row.exceptAnnexIII === undefined ? '' : t.except(row.exceptAnnexIII.join(', '))}`,
      ],
      [t.keepFor, leastPeriod(context, row)],
      [t.from, dates(context, row)],
      [t.note, words.applicationNote],
      [t.amended, row.amended?.map((part) => t.article(cited(texts, part))).join(', ')],
      [t.rests, joined(finding.figures.map((name) => see(sectionOfFigure[name], t.figure[name])))],
      [t.link, { kind: 'link', text: t.linkText(cite), href: textAddress(row.address, locale) as `https://${string}` }],
    ]),
    evidence(context, finding, words.shows, cite),
    paragraph(strong(`${t.cannot}:`)),
    list(words.cannotShow.map((sentence) => [sentence])),
  ])
}

function leastPeriod({ texts }: Context, { keepFor }: Provision): string | undefined {
  if (keepFor === undefined) return undefined
  const t = texts.articles
  return [
    ...(keepFor.years === undefined ? [] : [t.years(keepFor.years)]),
    ...(keepFor.months === undefined ? [] : [t.months(keepFor.months)]),
  ].join(', ')
}

function dates({ texts, format }: Context, row: Provision): Phrase {
  const t = texts.articles
  const days = applicationOf(row).map(({ date, replaces }) =>
    t.fromText(format.day(date), replaces === undefined ? undefined : format.day(replaces)),
  )
  return phrase([joined(days, '; '), '. ', see('application-dates', t.fromWhy), '.'])
}

function evidence(
  context: Context,
  { evidence: pointers }: ProvisionFinding,
  shows: readonly string[],
  cite: string,
): Block | undefined {
  const { report, texts } = context
  const t = texts.articles
  return table(
    t.evidenceCaption(cite),
    [t.shows, `>${t.speaking}`, `>${t.share(levelText(context, report.parameters.level))}`, t.behind],
    pointers.map((found) => [
      shows[found.pointer] ?? texts.words.none,
      ...(found.speaking.n === 0
        ? [rateCells(context, found.speaking)[0], t.noReceipts]
        : rateCells(context, found.speaking)),
      members(context, found),
    ]),
  )
}

/** Members that the same receipts carry stand together. */
function members({ texts }: Context, { members: all }: PointerEvidence): Phrase {
  const t = texts.articles
  const groups = new Map<string, PointerEvidence['members'][number][]>()
  for (const member of all) {
    const { present, first, last } = member
    if (present.count === 0) continue
    const key = JSON.stringify([present.count, present.n, first?.receiptId, last?.receiptId])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [member])
    else group.push(member)
  }
  if (groups.size === 0) return [t.noMembers]
  return joined(
    [...groups.values()].map((group) => {
      const { present, first, last } = group[0] as PointerEvidence['members'][number]
      const paths = joined(group.map(({ path }) => code(path)))
      return phrase([
        t.member(paths, present.count, present.n),
        ...(first === undefined || last === undefined ? [] : [t.memberRefs(receipt(first), receipt(last))]),
      ])
    }),
    '; ',
  )
}
