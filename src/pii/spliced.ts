/** A text put together out of parts of another and of what stands between them. */

/** What goes into a text, and where; some of a longer list. */
export interface Inserts {
  /** Offsets in the text of what goes. */
  readonly start: Int32Array
  readonly end: Int32Array
  /** What comes instead. */
  readonly by: readonly string[]
  /** The first that counts. */
  readonly first: number
  /** Behind the last that counts. */
  readonly last: number
}

/** Fewer are joined as strings, and so are those with more than `DENSE` units to each. */
const MANY = 64
const DENSE = 96

/**
 * @param text - a text
 * @param from - first offset
 * @param to - the offset behind the last
 * @param inserts - what goes and what comes, between these, in order and without overlaps
 * @returns that part of the text with the inserts in it
 */
export function spliced(text: string, from: number, to: number, inserts: Inserts): string {
  const { start, end, by, first, last } = inserts
  return (
    (last - first > MANY && to - from < (last - first) * DENSE ? narrow(text, from, to, inserts) : undefined) ??
    joined()
  )

  function joined(): string {
    if (first === last) return text.slice(from, to)
    const parts: string[] = []
    let plain = from
    for (let index = first; index < last; index += 1) {
      if ((start[index] as number) > plain) parts.push(text.slice(plain, start[index]))
      parts.push(by[index] as string)
      plain = end[index] as number
    }
    if (to > plain) parts.push(text.slice(plain, to))
    return parts.join('')
  }
}

/** The same by units of one byte; undefined where there are others. */
function narrow(text: string, from: number, to: number, inserts: Inserts): string | undefined {
  const { start, end, by, first, last } = inserts
  let size = to - from
  for (let index = first; index < last; index += 1)
    size += (by[index] as string).length - (end[index] as number) + (start[index] as number)
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  let wide = 0
  let plain = from
  const copy = (part: string, begin: number, stop: number): void => {
    for (let at = begin; at < stop; at += 1) {
      const code = part.charCodeAt(at)
      wide |= code
      bytes[filled++] = code
    }
  }
  for (let index = first; index < last; index += 1) {
    const begin = start[index] as number
    copy(text, plain, begin)
    const instead = by[index] as string
    copy(instead, 0, instead.length)
    plain = end[index] as number
    if (wide > 0xff) return undefined
  }
  copy(text, plain, to)
  return wide > 0xff ? undefined : bytes.toString('latin1', 0, filled)
}
