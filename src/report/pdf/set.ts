/** A document set on pages. */
import type { Block, Document, Section } from '../document/types.js'
import { type Attachment, attach, sha256Of } from './attachments.js'
import { drawCallout } from './blocks/callout.js'
import { drawFigure, figureHeight } from './blocks/chart.js'
import { drawTable } from './blocks/table.js'
import { drawFacts, drawHeading, drawLines, drawList, drawParagraph, type Place } from './blocks/text.js'
import { drawContents } from './contents.js'
import { registerFonts } from './fonts.js'
import { linesOf } from './lines.js'
import { addAccessibilityMark, informed } from './metadata.js'
import { type Bookmark, loadPdfkit, type Pdf } from './pdfkit.js'
import { drawRunning } from './running.js'
import { createSheet, type Sheet } from './sheet.js'
import { colours, column, leading, page, sizes } from './style.js'
import { words } from './words.js'

/** What a document needs to become a file. */
export interface Imprint {
  /** `sha256:` and hex: of the report that the document is made from. */
  readonly digest: string
  /** The only date in the file. */
  readonly asOf: Date
  /** Who made it: name and version. */
  readonly creator: string
  /** Said at the foot of every page. */
  readonly foot: string
  readonly attachments: readonly Attachment[]
}

/**
 * Sets a document as a tagged PDF/A-3a that carries files.
 *
 * @param document - What is said.
 * @param imprint - Dates, digest and files.
 * @returns The file: the same bytes for the same input.
 * @throws QuittanceError `REPORT_PACKAGE_MISSING` where pdfkit or a package with fonts is not installed.
 */
export async function setDocument(document: Document, imprint: Imprint): Promise<Uint8Array> {
  const begin = await loadPdfkit()
  const texts = words[document.locale]
  const pdf = begin({
    pdfVersion: '1.7',
    subset: 'PDF/A-3a',
    tagged: true,
    displayTitle: true,
    lang: document.locale,
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    // Without it pdfkit begins with Helvetica, which is not embedded.
    font: null,
    info: {
      Title: informed(document.title),
      Subject: informed(`${texts.digest}: ${imprint.digest}`),
      Creator: informed(imprint.creator),
      Producer: informed('PDFKit'),
      CreationDate: imprint.asOf,
      ModDate: imprint.asOf,
    },
  })
  const bytes = collected(pdf)
  const fonts = await registerFonts(pdf)
  const files: Section | undefined = imprint.attachments.length === 0 ? undefined : filesSection(document, imprint)
  const sections = files === undefined ? document.sections : [...document.sections, files]
  const sheet = createSheet(pdf, fonts, idsOf(sections))
  const pages = new Map<string, number>()
  const whole: Place = { parent: undefined, left: column.left, width: column.width }

  const draw = (block: Block, place: Place, depth: number, bookmark: Bookmark): void => {
    switch (block.kind) {
      case 'section': {
        const parent = sheet.element('Sect', place.parent)
        const item = drawHeading(
          sheet,
          block,
          depth,
          { ...place, parent },
          bookmark,
          roomFor(sheet, block.blocks, place, document),
        )
        pages.set(block.id, sheet.page() + 1)
        for (const inner of block.blocks) draw(inner, { ...place, parent }, depth + 1, item)
        break
      }
      case 'paragraph':
        drawParagraph(sheet, block.content, place)
        break
      case 'list':
        drawList(sheet, block.items, place)
        break
      case 'facts':
        drawFacts(sheet, block.items, place)
        break
      case 'table':
        drawTable(sheet, block, place, texts)
        break
      case 'callout':
        drawCallout(sheet, block, place)
        break
      case 'chart':
        drawFigure(sheet, block, place, document.locale)
    }
  }

  drawTitle(sheet, document.title, imprint)
  for (const block of document.lead) draw(block, whole, 0, pdf.outline)
  const contents = sections.length < 2 ? undefined : drawContents(sheet, sections, texts.contents)
  for (const section of sections) draw(section, whole, 0, pdf.outline)
  contents?.fill((id) => pages.get(id) as number)
  drawRunning(sheet, { title: document.title, digest: shortOf(imprint.digest), foot: imprint.foot }, texts)
  addAccessibilityMark(pdf)
  attach(pdf, imprint.attachments, imprint.asOf)
  pdf.end()
  return bytes
}

/** What a heading has to have under it on its page: a heading never stands alone at the foot of one. */
function roomFor(sheet: Sheet, blocks: readonly Block[], place: Place, document: Document): number {
  const [first] = blocks
  switch (first?.kind) {
    case undefined:
      return 0
    case 'section':
      return 35 + roomFor(sheet, first.blocks, place, document)
    case 'chart':
      return figureHeight(sheet, first, place, document.locale)
    case 'table':
      return 90
    case 'callout':
      return 65
    default:
      return 4 * leading(sizes.text)
  }
}

function drawTitle(sheet: Sheet, title: string, { digest }: Imprint): void {
  const { pdf, fonts } = sheet
  sheet.artifact(() => pdf.rect(0, 0, page.width, 10).fillColor(colours.accent).fill())
  const lines = linesOf(fonts, [title], column.width, { size: sizes.title, face: 'bold', colour: colours.heading })
  drawLines(sheet, lines, column.left, sizes.title, { type: 'H1', element: sheet.element('H1', undefined) })
  const setting = { size: sizes.table, face: 'mono' as const, colour: colours.soft }
  const under = linesOf(fonts, [digest], column.width, setting)
  sheet.y += 2
  drawLines(sheet, under, column.left, sizes.table, { type: 'P', element: sheet.element('P', undefined) })
  sheet.y += leading(sizes.text) * 0.8
}

/** `sha256:` and twelve digits: enough to tell two print-outs apart. */
const shortOf = (digest: string): string => `${digest.slice(0, 'sha256:'.length + 12)}…`

/** Ids of sections at every depth, in their order. */
function idsOf(sections: readonly Section[]): string[] {
  return sections.flatMap(({ id, blocks }) => [id, ...idsOf(blocks.filter((block) => block.kind === 'section'))])
}

/** The last section: what the file carries. Its id is no document's own. */
function filesSection({ locale }: Document, { attachments }: Imprint): Section {
  const { files } = words[locale]
  return {
    kind: 'section',
    id: 'pdf-files',
    title: files.title,
    blocks: [
      { kind: 'paragraph', content: [files.about] },
      {
        kind: 'table',
        caption: files.caption,
        columns: files.columns.map((title, i) => ({ title, align: i === 2 ? 'end' : 'start' })),
        rows: attachments.map((attachment) => [
          [{ kind: 'code', text: attachment.name }],
          [attachment.description],
          [attachment.bytes.byteLength.toLocaleString(locale)],
          [{ kind: 'code', text: sha256Of(attachment) }],
        ]),
      },
    ],
  }
}

function collected(pdf: Pdf): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  return new Promise((resolve, reject) => {
    pdf
      .on('data', (chunk) => chunks.push(chunk))
      .on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))))
      .on('error', reject)
  })
}
