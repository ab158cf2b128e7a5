/** The table of embedded receipts: its frame. Its rows are the script's, as many as a page holds. */
import type { RenderContext } from './context.js'
import { html, type Markup } from './markup.js'

/** The id of the section, for the list of contents. */
export const RECEIPTS_SECTION = 'page-receipts'

/**
 * @param count - of embedded receipts
 * @param manyChains - whether they are of more than one chain
 * @param context - of the page
 * @returns the section
 */
export function receiptsSection(count: number, manyChains: boolean, context: RenderContext): Markup {
  const texts = context.texts.receipts
  const { columns } = texts
  const heads = [
    columns.seq,
    ...(manyChains ? [columns.chain] : []),
    columns.time,
    columns.event,
    columns.action,
    columns.checks,
    columns.state,
  ]
  const table =
    count === 0
      ? html`<p>${texts.none}</p>`
      : html`<p>${texts.intro(new Intl.NumberFormat(context.locale).format(count))}</p>
<p class="needs-script">${texts.needsScript}</p>
<div id="page-table" hidden>
<div class="filters" role="search" aria-label="${texts.caption}">
<label>${texts.search}<input id="page-search" type="search" spellcheck="false" autocomplete="off"></label>
<label>${texts.seq}<input id="page-seq" inputmode="numeric" autocomplete="off" placeholder="${texts.seqHint}"></label>
<label>${texts.eventType}<select id="page-event"><option value="">${texts.all}</option></select></label>
<label>${texts.action}<select id="page-action"><option value="">${texts.all}</option></select></label>
<label>${texts.state}<select id="page-state"><option value="">${texts.all}</option><option value="bad">${texts.withProblems}</option><option value="good">${texts.withoutProblems}</option></select></label>
<button type="button" id="page-reset">${texts.reset}</button></div>
<p id="page-found" class="found" role="status"></p>
<div class="table" role="group" aria-labelledby="page-rows-caption" tabindex="0"><table class="receipts"><caption id="page-rows-caption">${texts.caption}</caption>
<thead><tr>${heads.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead><tbody id="page-rows"></tbody></table></div>
<div class="pager"><button type="button" id="page-previous">${texts.previous}</button> <span id="page-number"></span> <button type="button" id="page-next">${texts.next}</button></div>
</div>`
  return html`<section id="${RECEIPTS_SECTION}" class="level-2" aria-labelledby="${RECEIPTS_SECTION}-title">
<h2 id="${RECEIPTS_SECTION}-title">${texts.title}</h2>
${table}
<section id="page-look-up" class="level-3" aria-labelledby="page-look-up-title"><h3 id="page-look-up-title" tabindex="-1">${texts.lookUpTitle}</h3>
<p id="page-look-up-text" role="status">${texts.lookUp}</p>
<p class="command"><code id="page-look-up-command">quittance query ./receipts --chain CHAIN --seq NUMBER</code></p></section>
</section>\n`
}
