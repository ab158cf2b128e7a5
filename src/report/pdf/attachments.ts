/** The data behind the pages, carried in the same file. */
import { createHash } from 'node:crypto'
import type { Excerpt, ReportSeal } from '../types.js'
import { plain } from './fonts.js'
import { catalogue, type Pdf, type Reference } from './pdfkit.js'
import type { Words } from './words.js'

/** A file in the PDF. */
export interface Attachment {
  /** ASCII; unique; in the order of names as they are listed. */
  readonly name: string
  readonly type: 'application/json' | 'application/jsonl'
  /** Source: these pages were made from it. Data: what the pages speak of. */
  readonly relationship: 'Source' | 'Data'
  readonly description: string
  readonly bytes: Uint8Array
}

const utf8 = new TextEncoder()

/** JSON Lines: every line ends. */
const jsonLines = (lines: readonly string[]): Uint8Array => utf8.encode(lines.map((line) => `${line}\n`).join(''))

/**
 * Gathers what a PDF carries.
 *
 * @param json - The report's own text.
 * @param excerpt - The receipts that came with it.
 * @param seal - Its seal.
 * @param texts - Words of the document's language.
 * @returns `receipts.jsonl`, or one such file a chain; `report.json`; `seal.jsonl`.
 */
export function attachmentsOf(
  json: string,
  excerpt: Excerpt,
  seal: ReportSeal | undefined,
  { files }: Words,
): readonly Attachment[] {
  const chains = chainsOf(excerpt)
  const digits = String(chains.length).length
  const receipts = chains.map(
    ({ chainId, lines }, i): Attachment => ({
      name: chains.length === 1 ? 'receipts.jsonl' : `receipts-${String(i + 1).padStart(digits, '0')}.jsonl`,
      type: 'application/jsonl',
      relationship: 'Data',
      description: files.receipts(chainId),
      bytes: jsonLines(lines),
    }),
  )
  const report: Attachment = {
    name: 'report.json',
    type: 'application/json',
    relationship: 'Source',
    description: files.report,
    bytes: utf8.encode(json),
  }
  if (seal === undefined) return [...receipts, report]
  const sealed: Attachment = {
    name: 'seal.jsonl',
    type: 'application/jsonl',
    relationship: 'Data',
    description: files.seal,
    bytes: jsonLines(seal.lines),
  }
  return [...receipts, report, sealed]
}

/** Where a line says that it stands; `undefined` for one that is no receipt, which a report that somebody handed on may hold. */
function placeOf(line: string): { readonly chainId: string; readonly seq: number } | undefined {
  try {
    const { chainId, seq } = JSON.parse(line) as { readonly chainId?: unknown; readonly seq?: unknown }
    return typeof chainId === 'string' && typeof seq === 'number' ? { chainId, seq } : undefined
  } catch {
    // it stands in report.json as it is
    return undefined
  }
}

/** Receipts by chain, each chain's in the order of seq, none twice. */
function chainsOf({ ranges, cited }: Excerpt): { chainId: string; lines: string[] }[] {
  const chains = new Map<string, Map<number, string>>()
  const put = (chainId: string, seq: number, line: string): void => {
    let chain = chains.get(chainId)
    if (chain === undefined) {
      chain = new Map()
      chains.set(chainId, chain)
    }
    chain.set(seq, line)
  }
  for (const { chainId, fromSeq, lines } of ranges)
    for (const [i, line] of lines.entries()) put(chainId, fromSeq + i, line)
  for (const line of cited) {
    const place = placeOf(line)
    if (place !== undefined) put(place.chainId, place.seq, line)
  }
  return Array.from(chains, ([chainId, lines]) => ({
    chainId,
    lines: [...lines].sort(([a], [b]) => a - b).map(([, line]) => line),
  }))
}

/**
 * The digest of a file, as it is printed beside its name.
 *
 * @param attachment - The file.
 * @returns 64 hex digits.
 */
export const sha256Of = ({ bytes }: Attachment): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Puts files into a document. pdfkit's own call writes the checksum as text; the format asks for its bytes.
 *
 * @param pdf - The document.
 * @param attachments - In the order of their names.
 * @param modified - The date that each bears.
 */
export function attach(pdf: Pdf, attachments: readonly Attachment[], modified: Date): void {
  const specs = attachments.map(({ name, type, relationship, description, bytes }): Reference => {
    const file = pdf.ref({
      Type: 'EmbeddedFile',
      Subtype: type.replace('/', '#2F'),
      Params: {
        CreationDate: modified,
        ModDate: modified,
        CheckSum: new Uint8Array(createHash('md5').update(bytes).digest()),
        Size: bytes.byteLength,
      },
    })
    file.end(bytes)
    const spec = pdf.ref({
      Type: 'Filespec',
      AFRelationship: relationship,
      F: new String(name),
      UF: new String(name),
      Desc: new String(plain(description)),
      EF: { F: file, UF: file },
    })
    spec.end()
    pdf.addNamedEmbeddedFile(name, spec)
    return spec
  })
  catalogue(pdf).AF = specs
}
