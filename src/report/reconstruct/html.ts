/** A reconstruction as one page: no script, no request to anywhere, a graph and beside it a table with the same. */
import { sha256 } from '../../primitives/sha256.js'
import { chartStyles, toSvg } from '../charts/svg.js'
import { verdictTones } from '../document/tones.js'
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import { escapeMarkup } from '../text/markup.js'
import { visible } from '../text/visible.js'
import type { Locale } from '../types.js'
import { factsOf, headOf } from './describe.js'
import { drawTimeline, MOST_ROWS } from './draw.js'
import { subjectParts } from './text.js'
import type { MissingPiece, Reconstruction, TimelineEntry } from './types.js'
import { type ReconstructionWords, reconstructionWords } from './words.js'

/** Text from receipts: what hides or turns the writing direction is shown, and nothing is markup. */
const html = (text: string): string => escapeMarkup(visible(text))

const sheet = `
:root{color-scheme:light dark;--ink:light-dark(#1b2027,#e6e9ee);--soft:light-dark(#56606d,#a7b0bd);--line:light-dark(#d5dae1,#333b47);--paper:light-dark(#fff,#14181f);--good:light-dark(#1f7a4a,#5fc08a);--bad:light-dark(#b3261e,#f2857c);--warning:light-dark(#8f4f00,#e8a33d)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
code{font-family:ui-monospace,"SFMono-Regular",Menlo,Consolas,monospace;font-size:.875em;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:2px solid var(--soft);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
th,td{text-align:start;vertical-align:top;padding:.4rem .75rem .4rem 0;border-block-end:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600}
tbody th{font-weight:600}
dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:0 .75rem}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.good{color:var(--good)}
.bad{color:var(--bad)}
.warning{color:var(--warning)}
.verdict{font-weight:700}
.d1{padding-inline-start:1rem}.d2{padding-inline-start:2rem}.d3{padding-inline-start:3rem}.d4{padding-inline-start:4rem}
time,td>a,li>a{white-space:nowrap}
a{color:inherit}
.timeline td:nth-child(2){white-space:nowrap}
.timeline td:nth-child(2) .soft{font-size:.8125rem}
.timeline td:nth-child(4) code{overflow-wrap:normal}
.timeline td:nth-child(5){min-width:10rem}
@media print{body{max-width:none;padding:0;color:#000;background:#fff}h2{break-after:avoid}tr{break-inside:avoid}.scroll{overflow:visible}}
`

const tones = { HOLDS: 'good', BROKEN: 'bad', UNPROVED: 'warning' } as const

const idOf = ({ ref }: TimelineEntry, index: number): string => `r${index}-${ref.seq}`

/** Links within the page: each place of a receipt leads to its row. */
type Place = (ref: ReceiptRef) => string

function placesIn(timeline: readonly TimelineEntry[]): Place {
  const ids = new Map(
    timeline.map((entry, index) => [`${entry.ref.chainId} ${entry.ref.receiptId}`, idOf(entry, index)]),
  )
  return (ref) => {
    const name = `${html(ref.chainId)} seq ${ref.seq}`
    const id = ids.get(`${ref.chainId} ${ref.receiptId}`)
    return id === undefined ? name : `<a href="#${id}">${name}</a>`
  }
}

const timeTag = (time: string): string => {
  const shown = html(time)
  return Number.isNaN(Date.parse(time)) ? shown : `<time datetime="${shown}">${shown}</time>`
}

function table(caption: string, titles: readonly string[], rows: readonly string[], kind?: 'timeline'): string {
  const name = html(caption)
  const classes = kind === undefined ? '' : ` class="${kind}"`
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="${name}">`,
    `<table${classes}><caption>${name}</caption>`,
    `<thead><tr>${titles.map((title) => `<th scope="col">${html(title)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.join('\n')}</tbody></table></div>`,
  ].join('\n')
}

function entryRow(entry: TimelineEntry, index: number, words: ReconstructionWords): string {
  const { at, startedAt, endedAt, timestamp, depth, state, problems, relation, ref } = entry
  const times = [
    startedAt === undefined ? '' : `${html(words.began)} ${timeTag(startedAt)}`,
    endedAt === undefined ? '' : `${html(words.ended)} ${timeTag(endedAt)}`,
    `${html(words.sealed)} ${timeTag(timestamp)}`,
  ].filter((part) => part !== '')
  const facts = factsOf(entry, words).map(([name, value]) => `<dt>${html(name)}</dt><dd>${html(value)}</dd>`)
  const problem = problems.length === 0 ? '' : `<br><code>${html(problems.join(', '))}</code>`
  return [
    `<tr id="${idOf(entry, index)}">`,
    `<th scope="row" class="d${Math.min(depth, 4)}">${html(headOf(entry))}<br><span class="soft">${html(words.relation[relation])}</span></th>`,
    `<td>${timeTag(at)}<br><span class="soft">${times.join('<br>')}</span></td>`,
    `<td>${facts.length === 0 ? '' : `<dl>${facts.join('')}</dl>`}</td>`,
    `<td><span class="${tones[state]}">${html(words.state[state])}</span>${problem}</td>`,
    `<td>${html(ref.chainId)} seq ${ref.seq}<br><code>${html(ref.receiptId)}</code></td>`,
    '</tr>',
  ].join('')
}

function missingItem(piece: MissingPiece, words: ReconstructionWords, place: Place): string {
  const { code, by, receiptId, chainId, firstSeq } = piece
  const parts = [
    by === undefined ? undefined : place(by),
    by === undefined && chainId !== undefined ? `${html(words.chain)} ${html(chainId)}` : undefined,
    firstSeq === undefined ? undefined : `seq ${firstSeq}`,
  ].filter((part) => part !== undefined)
  const named = receiptId === undefined ? '' : `: <code>${html(receiptId)}</code>`
  const where = parts.length === 0 ? '' : `${parts.join(', ')}: `
  return `<li><code class="warning">${code}</code> ${where}${html(words.missingText[code])}${named}</li>`
}

function section(title: string, content: string): string {
  return content === '' ? '' : `<section><h2>${html(title)}</h2>\n${content}\n</section>`
}

function summaries(reconstruction: Reconstruction, words: ReconstructionWords, place: Place): string[] {
  const { decisions, tools, models, people } = reconstruction
  const { columns } = words
  const row = (head: string, ...cells: readonly string[]) =>
    `<tr><th scope="row">${head}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`
  const part = (title: string, titles: readonly string[], rows: readonly string[]) =>
    rows.length === 0 ? '' : section(title, table(title, titles, rows))
  const places = (refs: readonly ReceiptRef[]) => refs.map(place).join(', ')
  return [
    part(
      words.decisions,
      [columns.who, columns.outcome, columns.when, columns.receipt],
      decisions.map(({ by, who, what, outcome, at, ref }) =>
        row(
          `${html(words.by[by])}${who === undefined ? '' : ` <code>${html(who)}</code>`}`,
          html([what, outcome].filter((one) => one !== undefined).join(' ')),
          timeTag(at),
          place(ref),
        ),
      ),
    ),
    part(
      words.tools,
      [columns.tool, columns.duration, columns.receipt],
      tools.map(({ name, call, result, ms }) =>
        row(
          html(name),
          ms === undefined
            ? result === undefined
              ? `<span class="warning">${html(words.noResult)}</span>`
              : ''
            : html(words.span(ms)),
          [call, result]
            .filter((ref) => ref !== undefined)
            .map(place)
            .join(' → '),
        ),
      ),
    ),
    part(
      words.models,
      [words.facts.model, columns.receipt],
      models.map(({ modelId, providerId, receipts }) =>
        row(html([modelId, providerId].filter((one) => one !== undefined).join(' ')), places(receipts)),
      ),
    ),
    part(
      words.people,
      [columns.who, columns.roles, columns.receipt],
      people.map(({ id, roles, receipts }) =>
        row(`<code>${html(id)}</code>`, html(roles.map((role) => words.roles[role]).join(', ')), places(receipts)),
      ),
    ),
  ]
}

/**
 * Writes a reconstruction as one self-contained page with a graph and a table. It has no script and asks for nothing; a
 * content security policy says so to the browser.
 *
 * @param reconstruction - from `reconstruct`
 * @param options - `locale`, default `en`
 * @returns an HTML document
 */
export function toTimelineHtml(
  reconstruction: Reconstruction,
  options: { readonly locale?: Locale | undefined } = {},
): string {
  const { locale = 'en' } = options
  const words = reconstructionWords[locale]
  const { subject, verdict, chains, chainsRead, timeline, missing, asOf } = reconstruction
  const [kind, value] = subjectParts(subject)
  const place = placesIn(timeline)
  const title = `${words.title}: ${words.subject[kind]} ${value}`
  const style = `${sheet.trim()}\n${chartStyles()}`
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${Buffer.from(sha256(style)).toString('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const { columns } = words
  const drawn = Math.min(timeline.length, MOST_ROWS)
  const description = words.graphText(timeline.length, drawn)
  const chainItems = chains.map(({ chainId, verdict: of, checked, receipts, counts }) => {
    const listed = Object.entries(counts).map(([code, count]) => `, ${code} ${count}`)
    return `<li>${html(words.chain)} <code>${html(chainId)}</code>: <span class="verdict ${verdictTones[of]}">${of}</span>, ${html(words.checked(checked, receipts) + listed.join(''))}</li>`
  })
  const parts = [
    `<h1>${html(title)}</h1>`,
    `<p><span class="verdict ${verdictTones[verdict]}">${verdict}</span> ${html(words.verdict[verdict])}</p>`,
    `<ul>${chainItems.join('')}<li>${html(words.chainsRead(chainsRead))}, ${html(words.asOf)} ${timeTag(asOf)}</li></ul>`,
    `<p class="soft">${html(words.proves)}</p>`,
    timeline.length === 0
      ? ''
      : section(
          words.graph,
          `<p class="soft">${html(description)}</p>\n<div class="scroll" tabindex="0" role="region" aria-label="${html(words.graph)}">\n${toSvg(drawTimeline(reconstruction, { width: 960, locale }), { id: 'course', title: words.graph, description })}\n</div>`,
        ),
    section(
      words.missing,
      missing.length === 0
        ? `<p>${html(words.nothingMissing)}</p>`
        : `<ul>${missing.map((piece) => missingItem(piece, words, place)).join('\n')}</ul>`,
    ),
    ...summaries(reconstruction, words, place),
    timeline.length === 0
      ? ''
      : section(
          words.timeline,
          table(
            words.timeline,
            [columns.what, columns.when, columns.facts, columns.state, columns.receipt],
            timeline.map((entry, index) => entryRow(entry, index, words)),
            'timeline',
          ),
        ),
  ]
  return [
    '<!doctype html>',
    `<html lang="${locale}">`,
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${html(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...parts.filter((part) => part !== ''),
    '</main>',
    `<footer><p class="soft">${html(words.limits)}</p></footer>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}
