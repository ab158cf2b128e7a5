/** pdfkit as far as it is used here, loaded only when a PDF is asked for. */
import { missingPackage } from './missing.js'

/** A structure element of a tagged PDF. */
export interface Element {
  add(child: Element | Content): Element
  end(): void
}

declare const content: unique symbol
/** A stretch of a page's content that belongs to an element. */
export interface Content {
  readonly [content]: true
}

/** What an element says of itself. */
export interface ElementOptions {
  readonly alt?: string
  readonly title?: string
  readonly scope?: 'Column' | 'Row'
  /** Left, top, right, bottom on the current page. */
  readonly bbox?: readonly [number, number, number, number]
}

/** An entry of the bookmarks. */
export interface Bookmark {
  addItem(
    title: string,
    options: { readonly fit: false; readonly top: number; readonly left: number; readonly expanded: boolean },
  ): Bookmark
}

/** An object of the file that others point at. */
export interface Reference {
  readonly data: Record<string, unknown>
  end(bytes?: Uint8Array): void
}

/** What is called of a pdfkit document. */
export interface Pdf {
  readonly page: { readonly width: number; readonly height: number }
  readonly outline: Bookmark
  registerFont(name: string, bytes: Uint8Array): Pdf
  font(name: string): Pdf
  fontSize(size: number): Pdf
  widthOfString(text: string): number
  text(text: string, x: number, y: number, options: { readonly lineBreak: false; readonly baseline: 'alphabetic' }): Pdf
  addPage(): Pdf
  switchToPage(index: number): void
  bufferedPageRange(): { readonly start: number; readonly count: number }
  save(): Pdf
  restore(): Pdf
  translate(x: number, y: number): Pdf
  scale(factor: number): Pdf
  moveTo(x: number, y: number): Pdf
  lineTo(x: number, y: number): Pdf
  rect(x: number, y: number, width: number, height: number): Pdf
  roundedRect(x: number, y: number, width: number, height: number, radius: number): Pdf
  circle(x: number, y: number, radius: number): Pdf
  path(d: string): Pdf
  lineWidth(width: number): Pdf
  lineJoin(join: 'round'): Pdf
  dash(length: number, options: { readonly space: number }): Pdf
  undash(): Pdf
  fillColor(colour: string): Pdf
  strokeColor(colour: string): Pdf
  fill(): Pdf
  stroke(): Pdf
  struct(type: string, options?: ElementOptions): Element
  addStructure(element: Element): Pdf
  markContent(tag: 'Artifact', options: { readonly type: 'Layout' | 'Pagination' }): Pdf
  markStructureContent(tag: string): Content
  endMarkedContent(): Pdf
  addNamedDestination(name: string, fit: 'XYZ', x: number, y: number, zoom: null): void
  goTo(x: number, y: number, width: number, height: number, name: string, options: LinkOptions): Pdf
  link(x: number, y: number, width: number, height: number, url: string, options: LinkOptions): Pdf
  appendXML(xml: string): void
  ref(data: Record<string, unknown>): Reference
  addNamedEmbeddedFile(name: string, file: Reference): void
  end(): void
  on(event: 'data', listener: (chunk: Uint8Array) => void): Pdf
  on(event: 'end', listener: () => void): Pdf
  on(event: 'error', listener: (error: Error) => void): Pdf
}

/** What a link says of itself; a `String` object is a text of the file, where a plain one would be a name. */
export interface LinkOptions {
  readonly structParent: Element
  // biome-ignore lint/complexity/noBannedTypes: pdfkit tells texts from names by it
  readonly Contents: String
}

/** How a document is begun. */
export interface PdfOptions {
  readonly pdfVersion: '1.7'
  readonly subset: 'PDF/A-3a'
  readonly tagged: true
  readonly displayTitle: true
  readonly lang: string
  readonly size: 'A4'
  readonly margin: 0
  readonly autoFirstPage: false
  readonly bufferPages: true
  readonly font: null
  readonly info: Record<string, unknown>
}

/**
 * Loads pdfkit.
 *
 * @returns What begins a document.
 * @throws QuittanceError `REPORT_PACKAGE_MISSING` where pdfkit is not installed.
 */
export async function loadPdfkit(): Promise<(options: PdfOptions) => Pdf> {
  // Not a literal, so that no bundler takes an optional package for a needed one.
  const name: string = 'pdfkit'
  let module: { readonly default: new (options: PdfOptions) => Pdf }
  try {
    module = await import(name)
  } catch (error) {
    throw missingPackage(name, error)
  }
  return (options) => new module.default(options)
}

/** The catalogue and the current font, which pdfkit keeps to itself: it has no call for either. */
interface Kept {
  readonly _root: Reference
  readonly _font: { readonly font: { hasGlyphForCodePoint(point: number): boolean } }
}

/**
 * The document's catalogue.
 *
 * @param pdf - The document.
 * @returns Its entries, to be added to.
 */
export const catalogue = (pdf: Pdf): Record<string, unknown> => (pdf as unknown as Kept)._root.data

/**
 * Whether a registered font draws a character.
 *
 * @param pdf - The document.
 * @param font - The name under which the font was registered.
 * @param point - The character's code point.
 * @returns false where it would draw a box.
 */
export function hasGlyph(pdf: Pdf, font: string, point: number): boolean {
  pdf.font(font)
  return (pdf as unknown as Kept)._font.font.hasGlyphForCodePoint(point)
}

/**
 * Gives an element attributes that pdfkit's options don't know.
 *
 * @param element - An element that has not ended.
 * @param attributes - The attribute dictionary.
 */
export function setAttributes(element: Element, attributes: Record<string, string>): void {
  ;(element as unknown as { readonly dictionary: Reference }).dictionary.data.A = attributes
}
