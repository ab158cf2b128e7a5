/** How a line lies in Redis: without its `details`, which are kept apart so that they can be erased by themselves. */
import { canonicalMember } from '../../receipt/canonical.js'
import type { DecisionReceipt } from '../../receipt/types.js'

/** A line in its parts. */
export interface SplitLine {
  /** The line without `details`. */
  readonly core: string
  /** `"details":{…},` and the offset in `core`, in UTF-16 units, at which it goes. */
  readonly details?: { readonly offset: number; readonly text: string } | undefined
}

/**
 * @param receipt - a receipt
 * @param line - its canonical line
 * @returns the line in its parts
 */
export function splitLine(receipt: DecisionReceipt, line: string): SplitLine {
  if (receipt.details === undefined) return { core: line }
  // receiptHash and seq come behind it, so that there is a comma
  const text = `${canonicalMember('details', receipt.details)},`
  // a quote inside a string has a backslash before it, and no member before this one may hold its name
  const offset = line.indexOf(`,${text}`) + 1
  if (offset === 0 && !line.startsWith(text, 1)) throw new TypeError('a receipt was changed after it was sealed')
  const at = offset === 0 ? 1 : offset
  return { core: line.slice(0, at) + line.slice(at + text.length), details: { offset: at, text } }
}

/**
 * @param core - the line without `details`
 * @param offset - where they go
 * @param text - their text; `undefined` where they were erased or never there
 * @returns the line as it was, byte for byte
 */
export function joinLine(core: string, offset: number, text: string | undefined): string {
  return text === undefined ? core : core.slice(0, offset) + text + core.slice(offset)
}
