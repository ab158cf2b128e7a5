/** Which receipts the reader wants to see. */
import type { Embedded } from './embedded.js'

/** What was asked for; an empty text asks for nothing. */
export interface Wanted {
  readonly text: string
  readonly seq: string
  readonly eventType: string
  /** `-`: without one. */
  readonly action: string
  readonly state: '' | 'good' | 'bad'
}

/** Every receipt. */
export const everything: Wanted = { text: '', seq: '', eventType: '', action: '', state: '' }

/** @returns the bounds of `120` or `100-200`; `undefined` for another text */
function seqRange(text: string): readonly [number, number] | undefined {
  const [, from, to] = /^\s*(\d+)\s*(?:[-–]\s*(\d+)\s*)?$/.exec(text) ?? []
  return from === undefined ? undefined : [Number(from), Number(to ?? from)]
}

/**
 * Looks for receipts. Every word that is typed has to stand somewhere in the line, whatever its case.
 *
 * @param lines - from `embeddedIn`
 * @returns searches among them; the lower-case texts are made at the first search for a text and kept
 */
export function createSearch(
  lines: readonly Embedded[],
): (wanted: Wanted, isBad: (one: Embedded) => boolean) => readonly Embedded[] {
  let folded: readonly string[] | undefined
  return (wanted, isBad) => {
    const words = wanted.text.toLowerCase().split(/\s+/u).filter(Boolean)
    const range = wanted.seq.trim() === '' ? undefined : (seqRange(wanted.seq) ?? ([1, 0] as const))
    if (words.length > 0) folded ??= lines.map(({ line }) => line.toLowerCase())
    return lines.filter((one, index) => {
      const { seq, claim } = one
      if (range !== undefined && (seq < range[0] || seq > range[1])) return false
      if (wanted.eventType !== '' && claim.eventType !== wanted.eventType) return false
      if (wanted.action !== '' && (claim.action ?? '-') !== wanted.action) return false
      if (wanted.state !== '' && isBad(one) !== (wanted.state === 'bad')) return false
      return words.every((word) => folded?.[index]?.includes(word))
    })
  }
}
