/** A report as one page that needs nothing else: text, charts, data, and the script that verifies the receipts again. */
import { base64 } from '@scure/base'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { sha256 } from '../../primitives/sha256.js'
import { outlineOf } from '../document/outline.js'
import type { Section } from '../document/types.js'
import { reportDigest, toJson } from '../json.js'
import type { Locale, Report, ReportSeal } from '../types.js'
import { inScript, PAGE_ELEMENT, type PageData, REPORT_ELEMENT } from './page-data.js'
import { pageScript } from './page-script.js'
import { block, section } from './render/block.js'
import type { RenderContext } from './render/context.js'
import { iconSheet } from './render/icons.js'
import { html, type Markup, textOfMarkup, trusted } from './render/markup.js'
import { RECEIPTS_SECTION, receiptsSection } from './render/receipts.js'
import { verdictBox, verificationSection } from './render/verification.js'
import { rowId } from './row-id.js'
import { pageStyles } from './styles.js'
import { pageTexts } from './texts.js'

/** How a page is made. */
export interface HtmlOptions {
  /** The page's language; default the report's. */
  readonly locale?: Locale | undefined
  /** The receipts that hold the report's digest. */
  readonly seal?: ReportSeal | undefined
}

const sourceOf = (text: string): string => `'sha256-${base64.encode(sha256(text))}'`

/** Nothing is fetched, sent or framed; one script and one stylesheet run, by their hashes; no script writes markup. */
function policyOf(script: string, styles: string): string {
  return [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(styles)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function claimed(line: string): { readonly chainId: string; readonly seq: number } | undefined {
  try {
    const value = JSON.parse(line) as { chainId?: unknown; seq?: unknown } | null
    const { chainId, seq } = value ?? {}
    return typeof chainId === 'string' && chainIdPattern.test(chainId) && Number.isSafeInteger(seq)
      ? { chainId, seq: seq as number }
      : undefined
  } catch {
    // what is no receipt has no row that a text could name
    return undefined
  }
}

/** Rows of the table, under the names by which the script finds them. */
function rowsOf({ excerpt }: Report, seal: ReportSeal | undefined): ReadonlySet<string> {
  const rows = new Set<string>()
  for (const { chainId, fromSeq, lines } of excerpt.ranges)
    for (const index of lines.keys()) rows.add(rowId(chainId, fromSeq + index))
  for (const line of [...excerpt.cited, ...(seal?.lines ?? [])]) {
    const at = claimed(line)
    if (at !== undefined) rows.add(rowId(at.chainId, at.seq))
  }
  return rows
}

function contents(opening: readonly Section[], rest: readonly Section[], context: RenderContext): Markup {
  const { texts } = context
  const item = (id: string, title: string, inner?: Markup): Markup =>
    html`<li><a href="#${id}">${title}</a>${inner}</li>`
  const below = (blocks: Section['blocks']): Markup | undefined => {
    const inner = blocks.filter((one) => one.kind === 'section')
    return inner.length === 0 ? undefined : html`<ol>${inner.map(({ id, title }) => item(id, title))}</ol>`
  }
  const listed = ({ id, title, blocks }: Section): Markup => item(id, title, below(blocks))
  return html`<nav id="page-contents" aria-labelledby="page-contents-title"><details open><summary id="page-contents-title">${texts.contents}</summary>
<ol>${opening.map(listed)}${item('page-verification', texts.verification.title)}${rest.map(listed)}${item(RECEIPTS_SECTION, texts.receipts.title)}</ol></details></nav>`
}

/**
 * Makes one self-contained page of a report. It asks nothing of any server, and verifies the embedded receipts again in the
 * reader's browser; what it says of them is `VALID` only under keys that the reader brings.
 *
 * @param report - from `buildReport`
 * @param options - the page's language, and the seal
 * @returns the whole HTML document
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { type Report, toHtml } from 'quittance/report'
 * const write = (report: Report) => writeFile('report.html', toHtml(report, { locale: 'de' }))
 * ```
 */
export function toHtml(report: Report, options: HtmlOptions = {}): string {
  const { seal } = options
  const locale = options.locale ?? report.locale
  const texts = pageTexts(locale)
  const document = outlineOf(report, { locale, seal })
  const rows = rowsOf(report, seal)
  let given = 0
  const context: RenderContext = {
    locale,
    texts,
    rows,
    next() {
      given += 1
      return given
    },
  }
  // what one should read first stands first; then how far to believe it
  const [opening, rest] = [document.sections.slice(0, 1), document.sections.slice(1)]
  const digest = reportDigest(report)
  const data: PageData = { locale, digest, ...(seal === undefined ? {} : { seal }) }
  const policy = policyOf(pageScript, pageStyles)
  const chains = new Set(report.chains.map(({ chainId }) => chainId))
  const embedded = (id: string, json: string): Markup =>
    html`<script type="application/json" id="${id}">${trusted(inScript(json))}</script>\n`
  const page = html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="quittance ${report.generator.version}">
<title>${document.title}</title>
<style>${trusted(pageStyles)}</style>
</head>
<body>
${iconSheet()}
<a class="skip" href="#page-main">${texts.skip}</a>
<header class="bar"><p class="brand"><a href="#page-main">quittance</a> <span>${texts.report}</span></p>
<div class="controls"><button type="button" id="page-theme" aria-pressed="false" hidden>${texts.darkTheme}</button> <button type="button" id="page-print" hidden>${texts.print}</button></div></header>
<div class="layout">
${contents(opening, rest, context)}
<main id="page-main" tabindex="-1">
<div class="title"><h1>${document.title}</h1>
${document.lead.map((part) => block(part, 2, context))}${verdictBox(context)}</div>
${opening.map((part) => section(part, 2, context))}${verificationSection(digest, context)}${rest.map((part) => section(part, 2, context))}${receiptsSection(rows.size, chains.size > 1, context)}
</main>
</div>
<footer class="foot"><p>${texts.footer(report.generator.version)}</p></footer>
${embedded(REPORT_ELEMENT, toJson(report))}${embedded(PAGE_ELEMENT, JSON.stringify(data))}<script>${trusted(pageScript)}</script>
</body>
</html>
`
  return textOfMarkup(page)
}
