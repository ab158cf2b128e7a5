/** The table of embedded receipts, one page of rows at a time. */
import { visible } from '../../text/visible.js'
import type { PageTexts } from '../texts/types.js'
import { byId, el, shape } from './dom.js'
import type { Embedded } from './embedded.js'
import { createSearch, everything, type Wanted } from './filter.js'

/** Rows of one page: what paints at once, and fits some sheets of paper. */
const ROWS = 50
/** After so many milliseconds without a key the search begins. */
const PAUSE_MS = 120

/** What is known of a receipt: `undefined` before it was verified, else the codes of what was found. */
export type StateOf = (one: Embedded) => readonly string[] | undefined

/** The table. */
export interface ReceiptsTable {
  /** Shows what was found. */
  states(of: StateOf): void
  /**
   * @param id - of a row
   * @returns whether it is here: then it is shown and open
   */
  open(id: string): boolean
}

/** Pretty JSON in which nothing hides; a text that is none as it stands. */
function prettyLines(line: string): string {
  let text = line
  try {
    text = JSON.stringify(JSON.parse(line), undefined, 2)
  } catch {
    // the verifier says what is wrong with it
  }
  return text
    .split('\n')
    .map((part) => visible(part))
    .join('\n')
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : '')

function checksOf(claim: Embedded['claim'], words: (fired: string, all: string) => string): string {
  if (!Array.isArray(claim.checks) || claim.checks.length === 0) return ''
  const fired = claim.checks.filter((check: unknown) => (check as { fired?: unknown } | null)?.fired === true)
  return words(String(fired.length), String(claim.checks.length))
}

const timeOf = (value: unknown): string => shown(value).replace('T', ' ').replace(/Z$/, '')

/**
 * @param lines - from `embeddedIn`
 * @param texts - of the page
 * @param localTime - an instant in the reader's zone
 * @param count - writes numbers
 * @returns the table, filled
 */
export function setUpReceipts(
  lines: readonly Embedded[],
  texts: PageTexts['receipts'],
  localTime: (iso: string) => string | undefined,
  count: (value: number) => string,
): ReceiptsTable {
  const host = document.getElementById('page-table')
  if (host === null) return { states: () => undefined, open: () => false }
  const body = byId('page-rows', HTMLTableSectionElement)
  const search = byId('page-search', HTMLInputElement)
  const seq = byId('page-seq', HTMLInputElement)
  const eventType = byId('page-event', HTMLSelectElement)
  const action = byId('page-action', HTMLSelectElement)
  const state = byId('page-state', HTMLSelectElement)
  const previous = byId('page-previous', HTMLButtonElement)
  const next = byId('page-next', HTMLButtonElement)
  const number = byId('page-number', HTMLSpanElement)
  const found = byId('page-found', HTMLParagraphElement)

  const manyChains = document.querySelectorAll('table.receipts thead th').length > 6
  const find = createSearch(lines)
  const opened = new Set<string>()
  let stateOf: StateOf = () => undefined
  let rows: readonly Embedded[] = lines
  let page = 0

  const offer = (select: HTMLSelectElement, values: Iterable<string>): void => {
    for (const value of [...new Set(values)].sort())
      select.append(el('option', { value }, value === '-' ? texts.noAction : value))
  }
  offer(eventType, lines.map(({ claim }) => shown(claim.eventType)).filter(Boolean))
  offer(
    action,
    lines.map(({ claim }) => (claim.action === undefined ? '-' : shown(claim.action))),
  )

  const stateCell = (one: Embedded): HTMLElement => {
    const codes = stateOf(one)
    if (codes === undefined) return el('td', { class: 'state' }, texts.pending)
    if (codes.length === 0) return el('td', { class: 'state good' }, shape('check'), ` ${texts.holds}`)
    return el('td', { class: 'state bad' }, shape('cross'), ` ${codes.join(', ')}`)
  }

  const toggle = (one: Embedded): void => {
    if (opened.has(one.id)) opened.delete(one.id)
    else opened.add(one.id)
    draw()
    document.getElementById(`${one.id}-open`)?.focus()
  }

  const rowOf = (one: Embedded): HTMLElement[] => {
    const { id, claim } = one
    const isOpen = opened.has(id)
    const button = el(
      'button',
      {
        type: 'button',
        id: `${id}-open`,
        class: 'open',
        'aria-expanded': String(isOpen),
        'aria-label': texts.open(String(one.seq)),
      },
      String(one.seq),
    )
    button.addEventListener('click', () => toggle(one))
    const row = el(
      'tr',
      { id, class: (stateOf(one)?.length ?? 0) > 0 ? 'bad' : undefined },
      el('th', { scope: 'row' }, button),
      manyChains ? el('td', {}, el('code', {}, one.chainId)) : undefined,
      el('td', { class: 'time', title: localTime(shown(claim.timestamp)) }, timeOf(claim.timestamp)),
      el('td', {}, shown(claim.eventType)),
      el('td', {}, shown(claim.action)),
      el('td', {}, checksOf(claim, texts.fired)),
      stateCell(one),
    )
    if (!isOpen) return [row]
    const pre = el('pre', { tabindex: '0', role: 'group', 'aria-label': texts.details(String(one.seq)) })
    pre.textContent = prettyLines(one.line)
    return [row, el('tr', { class: 'whole' }, el('td', { colspan: manyChains ? '7' : '6' }, pre))]
  }

  function draw(): void {
    const pages = Math.max(1, Math.ceil(rows.length / ROWS))
    page = Math.min(Math.max(page, 0), pages - 1)
    body.replaceChildren(...rows.slice(page * ROWS, (page + 1) * ROWS).flatMap(rowOf))
    number.textContent = texts.page(count(page + 1), count(pages))
    found.textContent = texts.found(count(rows.length), count(lines.length))
    previous.disabled = page === 0
    next.disabled = page === pages - 1
  }

  const wanted = (): Wanted => ({
    text: search.value,
    seq: seq.value,
    eventType: eventType.value,
    action: action.value,
    state: state.value as Wanted['state'],
  })
  const isBad = (one: Embedded): boolean => (stateOf(one)?.length ?? 0) > 0
  const refresh = (asked: Wanted = wanted()): void => {
    rows = find(asked, isBad)
    page = 0
    draw()
  }

  let pause: ReturnType<typeof setTimeout> | undefined
  const soon = (): void => {
    clearTimeout(pause)
    pause = setTimeout(() => refresh(), PAUSE_MS)
  }
  for (const input of [search, seq]) input.addEventListener('input', soon)
  for (const select of [eventType, action, state]) select.addEventListener('change', () => refresh())
  const clear = (): void => {
    for (const input of [search, seq, eventType, action, state]) input.value = ''
    refresh(everything)
  }
  byId('page-reset', HTMLButtonElement).addEventListener('click', clear)
  const turn = (by: number) => (): void => {
    page += by
    draw()
  }
  previous.addEventListener('click', turn(-1))
  next.addEventListener('click', turn(1))

  for (const note of document.querySelectorAll<HTMLElement>('.needs-script')) note.hidden = true
  host.hidden = false
  draw()

  return {
    states(of) {
      stateOf = of
      if (state.value === '') draw()
      else refresh()
    },
    open(id) {
      if (!rows.some((one) => one.id === id)) {
        if (!lines.some((one) => one.id === id)) return false
        clear()
      }
      page = Math.floor(rows.findIndex((one) => one.id === id) / ROWS)
      opened.add(id)
      draw()
      const row = document.getElementById(id)
      row?.scrollIntoView({ block: 'center' })
      document.getElementById(`${id}-open`)?.focus({ preventScroll: true })
      return true
    },
  }
}
