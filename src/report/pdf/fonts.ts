/** The fonts of a PDF: three faces, each with another behind it for what it can't draw. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { visible } from '../text/visible.js'
import { missingPackage } from './missing.js'
import { hasGlyph, type Pdf } from './pdfkit.js'
import { sfntOf } from './sfnt.js'

/** How text is set. */
export type Face = 'regular' | 'bold' | 'mono'

/** Text in one font. */
export interface Run {
  readonly font: string
  readonly text: string
}

/** What is known of the fonts of one document. */
export interface Fonts {
  /**
   * Parts a text by the fonts that can draw it.
   *
   * @param text - Any text; what hides, and what no font draws, comes out as `\u{…}`.
   * @param face - The face that is asked for.
   * @returns Runs in the order of the text.
   */
  runs(text: string, face: Face): readonly Run[]
  /**
   * @param run - Text in one font.
   * @param size - In points.
   * @returns Its width in points.
   */
  width(run: Run, size: number): number
}

const files: Readonly<Record<string, string>> = {
  'plex-400': '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-400-normal.woff',
  'plex-600': '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-600-normal.woff',
  'plex-ext-400': '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-ext-400-normal.woff',
  'plex-ext-600': '@fontsource/ibm-plex-sans/files/ibm-plex-sans-latin-ext-600-normal.woff',
  'dejavu-400': '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff',
  'dejavu-700': '@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff',
  'mono-400': '@fontsource/dejavu-mono/files/dejavu-mono-latin-400-normal.woff',
}

/** For each face the fonts to try, the last one drawing what has to be written as an escape. */
const chains: Readonly<Record<Face, readonly string[]>> = {
  regular: ['plex-400', 'plex-ext-400', 'dejavu-400'],
  bold: ['plex-600', 'plex-ext-600', 'dejavu-700', 'dejavu-400'],
  mono: ['mono-400', 'dejavu-400'],
}

const nonCharacter = /\p{Noncharacter_Code_Point}/gu
const printableAscii = /^[\x20-\x7e]*$/

/**
 * Text for where no font draws it: bookmarks, titles, descriptions.
 *
 * @param text - Any text.
 * @returns The text on one line, without what hides or may not stand in XML.
 */
export const plain = (text: string): string =>
  visible(text).replace(nonCharacter, (char) => escaped(char.codePointAt(0) as number))

const escaped = (point: number): string => `\\u{${point.toString(16).toUpperCase()}}`

/**
 * Reads the fonts and gives them to a document.
 *
 * @param pdf - The document.
 * @returns What sets text in them.
 * @throws QuittanceError `REPORT_PACKAGE_MISSING` where a package with fonts is not installed.
 */
export async function registerFonts(pdf: Pdf): Promise<Fonts> {
  for (const [name, bytes] of await readFonts()) pdf.registerFont(name, bytes)
  const known = new Map<string, boolean>()
  const draws = (font: string, point: number): boolean => {
    const key = `${font} ${point}`
    let found = known.get(key)
    if (found === undefined) {
      found = hasGlyph(pdf, font, point)
      known.set(key, found)
    }
    return found
  }
  const clusters = new Intl.Segmenter('en', { granularity: 'grapheme' })

  const runs = (text: string, face: Face): Run[] => {
    const chain = chains[face]
    const first = chain[0] as string
    const shown = plain(text)
    if (printableAscii.test(shown)) return shown === '' ? [] : [{ font: first, text: shown }]
    const result: { font: string; text: string }[] = []
    const push = (font: string, piece: string): void => {
      const last = result.at(-1)
      if (last?.font === font) last.text += piece
      else result.push({ font, text: piece })
    }
    for (const { segment } of clusters.segment(shown)) {
      const points = Array.from(segment, (char) => char.codePointAt(0) as number)
      const whole = chain.find((font) => points.every((point) => draws(font, point)))
      if (whole !== undefined) push(whole, segment)
      else
        for (const point of points) {
          const font = chain.find((name) => draws(name, point))
          push(font ?? first, font === undefined ? escaped(point) : String.fromCodePoint(point))
        }
    }
    return result
  }
  return { runs, width: (run, size) => pdf.font(run.font).fontSize(size).widthOfString(run.text) }
}

let read: Promise<readonly (readonly [string, Uint8Array])[]> | undefined

/** Read once for the process: the files don't change, and unwrapping them takes longer than a short report. */
function readFonts(): Promise<readonly (readonly [string, Uint8Array])[]> {
  read ??= Promise.all(
    Object.entries(files).map(async ([name, path]) => [name, sfntOf(await readFile(resolved(path)))] as const),
  ).catch((error: unknown) => {
    read = undefined
    throw error
  })
  return read
}

function resolved(path: string): string {
  try {
    return createRequire(import.meta.url).resolve(path)
  } catch (error) {
    throw missingPackage(path.split('/').slice(0, 2).join('/'), error)
  }
}
