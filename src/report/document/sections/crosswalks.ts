/** Frameworks set against receipts. */
import { iso42001Crosswalk } from '../../articles/iso-42001.js'
import { sourceById } from '../../articles/lookups.js'
import { nistAiRmfCrosswalk } from '../../articles/nist-ai-rmf.js'
import { crosswalkText, sourceText, textAddress } from '../../articles/texts.js'
import type { Crosswalk } from '../../articles/types.js'
import type { CrosswalkFindings } from '../../types.js'
import type { Context } from '../context.js'
import { firstAndLast } from '../estimates.js'
import { joined, paragraph, section, table } from '../phrase.js'
import type { Block, Section } from '../types.js'

const tables: readonly Crosswalk[] = [iso42001Crosswalk, nistAiRmfCrosswalk]

/** @returns Each framework: its controls, the receipts, and the reason of each mapping. */
export function crosswalks(context: Context): Section {
  const { report, texts } = context
  const t = texts.crosswalks
  return section('crosswalks', t.title, [
    paragraph(t.intro),
    ...report.crosswalks.map((found, i) =>
      section(`crosswalk-${i + 1}`, t.frameworkTitle(found.framework, found.edition), framework(context, found)),
    ),
  ])
}

function framework(context: Context, found: CrosswalkFindings): (Block | undefined)[] {
  const { texts, format, locale } = context
  const t = texts.crosswalks
  const known = tables.find(({ framework: name, version }) => name === found.framework && version === found.version)
  return [
    ...(known?.sources ?? []).map((id) => sourceOf(context, id)),
    table(
      t.caption(found.framework, found.version),
      [t.control, t.strength, `>${t.receipts}`, t.behind, t.reason],
      found.entries.map(({ id, receipts, first, last }) => {
        const entry = known?.entries.find((candidate) => candidate.id === id)
        const words = entry === undefined ? undefined : crosswalkText(found, entry, locale)
        return [
          words === undefined ? id : `${id} ${words.name}`,
          entry === undefined ? t.unknown : t.strengths[entry.strength],
          format.number(receipts),
          firstAndLast(context, first, last, t.noReceipt),
          words?.reason ?? t.unknown,
        ]
      }),
    ),
    known === undefined || known.silent.length === 0
      ? undefined
      : paragraph(t.silent(known.silent.length, joined([...known.silent]))),
  ]
}

function sourceOf({ texts, locale }: Context, id: string): Block | undefined {
  const source = sourceById(id)
  if (source === undefined) return undefined
  const { name, note } = sourceText(source, locale)
  const link = { kind: 'link', text: name, href: textAddress(source.address, locale) as `https://${string}` } as const
  return paragraph(texts.crosswalks.source(link, note ?? ''))
}
