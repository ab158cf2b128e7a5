/** A PDF as two libraries read it that had no part in making it. */
import { PDFArray, PDFDict, PDFDocument, PDFName, type PDFObject, PDFRawStream } from '@cantoo/pdf-lib'
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs'

/** An element of the structure of a page. */
export interface StructureNode {
  readonly role?: string
  readonly alt?: string
  readonly type?: string
  readonly children?: readonly StructureNode[]
}

/** A link of a page. */
export interface Link {
  readonly page: number
  readonly url?: string
  readonly dest?: string
  readonly contents: string
}

/** What a reader of the file gets. */
export interface Read {
  readonly title: string
  readonly language: string | undefined
  readonly xmp: string
  readonly marked: boolean
  /** Text of each page in the order of its content, heads and feet included; a space between pieces. */
  readonly pages: readonly string[]
  /** All that belongs to the structure, page after page, without white space: lines are broken where they are. */
  readonly solid: string
  readonly attachments: ReadonlyMap<string, { readonly bytes: Uint8Array; readonly description: string }>
  readonly bookmarks: readonly Bookmark[]
  readonly destinations: ReadonlySet<string>
  readonly structure: readonly StructureNode[]
  readonly links: readonly Link[]
}

/** An entry of the bookmarks. */
export interface Bookmark {
  readonly title: string
  readonly items: readonly Bookmark[]
}

/** @returns the text without white space */
export const solid = (text: string): string => text.replace(/\s+/g, '')

/**
 * Reads with pdf.js.
 *
 * @param bytes - A PDF.
 */
export async function readPdf(bytes: Uint8Array): Promise<Read> {
  const pdf = await getDocument({ data: bytes.slice(), verbosity: 0, useSystemFonts: false, disableFontFace: true })
    .promise
  try {
    const { info, metadata } = await pdf.getMetadata()
    const pages: string[] = []
    const structure: StructureNode[] = []
    const said: string[] = []
    const links: Link[] = []
    for (let n = 1; n <= pdf.numPages; n++) {
      const page = await pdf.getPage(n)
      const { items } = await page.getTextContent({ disableNormalization: true, includeMarkedContent: true })
      pages.push(items.flatMap((item) => ('str' in item ? [item.str] : [])).join(' '))
      const open: boolean[] = []
      for (const item of items) {
        if ('str' in item) {
          if (!open.includes(true)) said.push(item.str)
        } else if (item.type === 'endMarkedContent') open.pop()
        else open.push((item as { tag?: string }).tag === 'Artifact')
      }
      const tree = (await page.getStructTree()) as StructureNode | null
      if (tree !== null) structure.push(tree)
      for (const annotation of await page.getAnnotations()) {
        const { url, dest, contentsObj } = annotation
        links.push({ page: n, url, dest, contents: contentsObj?.str ?? '' })
      }
    }
    const attached = ((await pdf.getAttachments()) ?? {}) as Record<
      string,
      { filename: string; content: Uint8Array; description: string }
    >
    return {
      title: (info as { Title?: string }).Title ?? '',
      language: (info as { Language?: string }).Language,
      xmp: metadata?.getRaw() as string,
      marked: (await pdf.getMarkInfo())?.Marked === true,
      pages,
      solid: solid(said.join('')),
      attachments: new Map(
        Object.values(attached).map(({ filename, content, description }) => [
          filename,
          { bytes: content, description },
        ]),
      ),
      bookmarks: ((await pdf.getOutline()) ?? []) as readonly Bookmark[],
      destinations: new Set(Object.keys(await pdf.getDestinations())),
      structure,
      links,
    }
  } finally {
    await pdf.destroy()
  }
}

/** @returns every element of the structure, an element before what is in it */
export function nodesOf(nodes: readonly StructureNode[]): readonly StructureNode[] {
  return nodes.flatMap((node) => [node, ...nodesOf(node.children ?? [])])
}

/**
 * Lists every key and every name of every object, by pdf-lib.
 *
 * @param bytes - A PDF.
 * @returns Keys of dictionaries, names that are values, and the roles of all elements of the structure; text is none of them.
 */
export async function namesIn(
  bytes: Uint8Array,
): Promise<{ readonly keys: Set<string>; readonly names: Set<string>; readonly roles: readonly string[] }> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
  const keys = new Set<string>()
  const names = new Set<string>()
  const roles: string[] = []
  const visit = (object: PDFObject): void => {
    if (object instanceof PDFName) names.add(object.decodeText())
    else if (object instanceof PDFArray) for (const item of object.asArray()) visit(item)
    else if (object instanceof PDFRawStream) visit(object.dict)
    else if (object instanceof PDFDict) {
      const role = object.get(PDFName.of('S'))
      if (object.has(PDFName.of('P')) && role instanceof PDFName) roles.push(role.decodeText())
      for (const [key, value] of object.entries()) {
        keys.add(key.decodeText())
        visit(value)
      }
    }
  }
  for (const [, object] of pdf.context.enumerateIndirectObjects()) visit(object)
  return { keys, names, roles }
}

/** @returns the catalogue's dictionary, and what finds an object */
export async function catalogueOf(bytes: Uint8Array): Promise<PDFDict> {
  const pdf = await PDFDocument.load(bytes, { updateMetadata: false })
  return pdf.catalog
}
