/** Private keys that are written as a block of lines, also where the line ends are `\n` in a string, also when cut off. */

/** A block longer than this is no key. */
const LONGEST = 16_384
const opening = /-{4,5} ?BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}/y
const closing = /-{4,5} ?END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g
const header = /(?:\\[nr]|\s)*(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject): ?[^\n\\"]{1,120}/y
const piece = /(?:\\[nr]|\s|["'+,]){0,16}([A-Za-z0-9+/=]{1,4096})/y

/** Finds the ends of blocks; asks the text for the next closing line only once. */
export interface Blocks {
  /**
   * @param start - where `-----BEGIN` stands
   * @returns where the block ends, or undefined where none is
   */
  end(start: number): number | undefined
}

/**
 * @param text - the text
 * @returns what tells the ends of its blocks
 */
export function blocksOf(text: string): Blocks {
  let next: { start: number; end: number } | undefined
  let none = false
  const closingAfter = (from: number) => {
    if (next && next.start >= from) return next
    if (none) return undefined
    closing.lastIndex = from
    const match = closing.exec(text)
    next = match ? { start: match.index, end: match.index + match[0].length } : undefined
    none = next === undefined
    return next
  }
  return {
    end(start) {
      opening.lastIndex = start
      if (!opening.test(text)) return undefined
      const body = opening.lastIndex
      const close = closingAfter(body)
      if (close && close.start - start <= LONGEST) {
        const inner = text.slice(body, close.start)
        if (!inner.includes('-----BEGIN') && /[A-Za-z0-9+/]{16}/.test(inner)) return close.end
      }
      return cut(text, body)
    },
  }
}

/** As far as what follows looks like base64. */
function cut(text: string, body: number): number | undefined {
  let end = body
  let any = false
  const stop = Math.min(text.length, body + LONGEST)
  while (end < stop) {
    header.lastIndex = end
    if (header.test(text)) {
      end = header.lastIndex
      continue
    }
    piece.lastIndex = end
    const match = piece.exec(text)
    const value = match?.[1]
    if (value === undefined) break
    if (value.length < 16 && !(any && /\d|=$/.test(value))) break
    if (value.length < 16 && text.charCodeAt(piece.lastIndex) > 0x20 && /[\w.]/.test(text[piece.lastIndex] as string))
      break
    any = true
    end = piece.lastIndex
  }
  return any ? end : undefined
}

const PUTTY = 'PuTTY-User-Key-File-'

/**
 * @param text - the text
 * @param colon - a colon
 * @returns the span of the PuTTY key whose first line that colon stands in, or undefined
 */
export function puttyAt(text: string, colon: number): { start: number; end: number } | undefined {
  const start = colon - PUTTY.length - 1
  if (start < 0 || !text.startsWith(PUTTY, start)) return undefined
  const part = text.slice(colon, colon + LONGEST)
  const mac = /Private-MAC: ?[0-9a-f]{16,64}/.exec(part)
  if (mac) return { start, end: colon + mac.index + mac[0].length }
  const lines = /Private-Lines: ?\d{1,4}(?:(?:\s|\\[nr]){1,4}[A-Za-z0-9+/=]{4,80}){1,200}/.exec(part)
  return lines ? { start, end: colon + lines.index + lines[0].length } : undefined
}
