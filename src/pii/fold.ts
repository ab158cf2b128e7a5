/** A text with evasions folded away, and the way back to the offsets of the original. */

/** What folding gives. */
export interface Folded {
  readonly text: string
  /** For each UTF-16 unit of `text` where it begins in the original; absent where folding changed nothing. */
  readonly starts?: Int32Array | undefined
  /** For each UTF-16 unit of `text` where it ends in the original, exclusive; absent where folding changed nothing. */
  readonly ends?: Int32Array | undefined
}

/**
 * @param text - the original
 * @returns what detectors look through
 */
export function fold(text: string): Folded {
  return { text }
}
