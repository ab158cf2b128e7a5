/** What somebody was handed: a report as JSON, or a page or a PDF that carries one. */
import { decodeUtf8 } from '../../primitives/bytes.js'
import { attachmentsIn } from './attachments.js'

/** What a file turned out to be. */
export interface HandedReport {
  readonly kind: 'json' | 'html' | 'pdf'
  /** The report's JSON; absent where there is none. */
  readonly text?: string | undefined
  /** The seal that came with it, unchecked. */
  readonly seal?: unknown
  /** The whole page. */
  readonly page?: string | undefined
  /** The whole PDF. */
  readonly pdf?: Uint8Array | undefined
}

/** One JSON script element after another, as far as they end; each character is looked at a bounded number of times. */
function* jsonScripts(page: string): Generator<string> {
  const opening = /<script(?=[\s/>])/gi
  const closing = /<\/script(?=[\s/>])/gi
  for (let begin = opening.exec(page); begin !== null; begin = opening.exec(page)) {
    const tagEnd = page.indexOf('>', opening.lastIndex)
    if (tagEnd < 0) return
    closing.lastIndex = tagEnd + 1
    const end = closing.exec(page)
    // an element that never ends takes all that follows, as in a browser
    if (end === null) return
    if (/application\/json/i.test(page.slice(opening.lastIndex, tagEnd))) yield page.slice(tagEnd + 1, end.index)
    opening.lastIndex = closing.lastIndex
  }
}

type Members = Readonly<Record<string, unknown>>

function objectIn(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
  } catch {
    return undefined
  }
}

const isReport = (value: Members): boolean =>
  typeof value.format === 'string' && value.format.startsWith('quittance-report/')
const isSeal = (value: Members): boolean => typeof value.digest === 'string' && Array.isArray(value.lines)

/** Takes the report, and the seal, out of texts that may hold them, by what they say. */
function pick(texts: Iterable<string>): Pick<HandedReport, 'text' | 'seal'> {
  let text: string | undefined
  let seal: unknown
  for (const candidate of texts) {
    const value = objectIn(candidate)
    if (value === undefined) continue
    // the first counts, as in a reader's browser
    if (isReport(value)) text ??= candidate
    else if (isSeal(value)) seal ??= value
    // what a page says of itself
    else if (value.seal !== undefined) seal ??= value.seal
  }
  return { ...(text === undefined ? {} : { text }), ...(seal === undefined ? {} : { seal }) }
}

function ofPage(page: string): HandedReport {
  return { kind: 'html', page, ...pick(jsonScripts(page)) }
}

/** The lines of the receipts that sealed a report, with the digest that they name. */
function sealOfLines(text: string): unknown {
  const lines = text.split('\n').filter((line) => line !== '')
  for (const line of lines) {
    const { system } = (objectIn(line) ?? {}) as {
      readonly system?: { readonly event?: unknown; readonly hash?: unknown }
    }
    if (system?.event === 'report') return { digest: system.hash, lines }
  }
  return undefined
}

async function ofPdf(pdf: Uint8Array): Promise<HandedReport> {
  const texts = (await attachmentsIn(pdf)).map((bytes) => decodeUtf8(bytes) ?? '')
  const report = texts.findIndex((text) => isReport(objectIn(text) ?? {}))
  if (report < 0) return { kind: 'pdf', pdf }
  // the receipts that came with the report stand before it, its seal behind it
  const seal = texts
    .slice(report + 1)
    .map(sealOfLines)
    .find((one) => one !== undefined)
  return { kind: 'pdf', pdf, text: texts[report], ...(seal === undefined ? {} : { seal }) }
}

/**
 * @param input - a file's text or bytes
 * @returns what it is, and what it carries; nothing of it is believed
 */
export async function handedReport(input: string | Uint8Array): Promise<HandedReport> {
  if (typeof input !== 'string') {
    if (Buffer.from(input.buffer, input.byteOffset, Math.min(5, input.byteLength)).toString('latin1') === '%PDF-')
      return ofPdf(input)
    const decoded = decodeUtf8(input)
    return decoded === undefined ? { kind: 'json' } : handedReport(decoded)
  }
  if (/^\s*<(?:!doctype html|html|!--)/i.test(input)) return ofPage(input)
  return { kind: 'json', text: input }
}
