/** Where the next thing is drawn, and to which element of the structure it belongs. */
import { type Fonts, plain } from './fonts.js'
import type { Element, ElementOptions, Pdf } from './pdfkit.js'
import { column } from './style.js'

/** The pages as they are filled, from top to bottom. */
export interface Sheet {
  readonly pdf: Pdf
  readonly fonts: Fonts
  /** Distance from the top of the current page. */
  y: number
  /** Number of the current page, from 0. */
  readonly page: () => number
  /** Begins a page. */
  readonly turn: () => void
  /** Begins a page unless so much room is left on this one. */
  readonly need: (height: number) => void
  /** Adds an element to another; without one, to the document. */
  readonly element: (type: string, parent: Element | undefined, options?: ElementOptions) => Element
  /** Draws what belongs to an element. */
  readonly within: (type: string, element: Element, draw: () => void) => void
  /** Draws what says nothing: rules, grounds, repeated heads. */
  readonly artifact: (draw: () => void, type?: 'Layout' | 'Pagination') => void
  /** The name of a section's destination in the file. */
  readonly destination: (section: string) => string | undefined
}

/**
 * Begins the first page.
 *
 * @param pdf - A document without pages.
 * @param fonts - Its fonts.
 * @param sections - Ids of all sections, in their order.
 * @returns The sheet.
 */
export function createSheet(pdf: Pdf, fonts: Fonts, sections: readonly string[]): Sheet {
  let current = -1
  // Numbers, because the file's table of names has to be in the order of bytes, and pdfkit sorts it by a language's.
  const names = new Map(sections.map((id, i) => [id, `section${String(i).padStart(5, '0')}`]))
  const root = pdf.struct('Document')
  pdf.addStructure(root)
  const sheet: Sheet = {
    pdf,
    fonts,
    y: column.top,
    page: () => current,
    turn: () => {
      pdf.addPage()
      current++
      sheet.y = column.top
    },
    need: (height) => {
      if (sheet.y + height > column.bottom && sheet.y > column.top) sheet.turn()
    },
    element: (type, parent, options = {}) => {
      const { alt, title, ...rest } = options
      const element = pdf.struct(type, {
        ...rest,
        ...(alt === undefined ? {} : { alt: plain(alt) }),
        ...(title === undefined ? {} : { title: plain(title) }),
      })
      ;(parent ?? root).add(element)
      return element
    },
    within: (type, element, draw) => {
      element.add(pdf.markStructureContent(type))
      draw()
      pdf.endMarkedContent()
    },
    artifact: (draw, type = 'Layout') => {
      pdf.markContent('Artifact', { type })
      pdf.save()
      draw()
      pdf.restore()
      pdf.endMarkedContent()
    },
    destination: (section) => names.get(section),
  }
  sheet.turn()
  return sheet
}
