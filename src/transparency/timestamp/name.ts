/**
 * Distinguished names, and when two of them are one (RFC 5280, 7.1): they have as many parts, and part by part the same
 * attributes. Within a part the order means nothing. Two values of one attribute are the same
 *
 * - as texts, whichever string type each has: without case, in composed form (NFC), without blanks before and behind, and with
 *   one blank for several. Blanks are space, tab and the four that end lines. Characters that nobody sees count.
 * - byte by byte where they are bit strings.
 *
 * A value of another type, or one whose text can't be read, makes the whole name unreadable.
 */
import { decodeUtf8 } from '../../primitives/bytes.js'
import { malformed } from '../../tlog/malformed.js'
import { type Der, membersOf, oidOf, tags, unusedBits } from './asn1.js'

/** A name in the one form that all names that are the same have. */
export type NameKey = string

const strings = { utf8: 0x0c, numeric: 0x12, printable: 0x13, teletex: 0x14, ia5: 0x16, universal: 0x1c, bmp: 0x1e }

const isCharacter = (code: number): boolean => code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)

/** Characters of a fixed width. */
function wideText(bytes: Uint8Array, width: 2 | 4): string | undefined {
  if (bytes.length % width !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const characters: string[] = []
  for (let at = 0; at < bytes.length; at += width) {
    const code = width === 2 ? view.getUint16(at) : view.getUint32(at)
    if (!isCharacter(code)) return undefined
    characters.push(String.fromCodePoint(code))
  }
  return characters.join('')
}

function textOf({ tag, content }: Der): string | undefined {
  switch (tag) {
    case strings.utf8:
      return decodeUtf8(content)
    case strings.bmp:
      return wideText(content, 2)
    case strings.universal:
      return wideText(content, 4)
    case strings.numeric:
    case strings.printable:
    case strings.teletex:
    case strings.ia5:
      return Buffer.from(content).toString('latin1')
    default:
      return undefined
  }
}

const folded = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\t-\r ]+/g, ' ')
    .replace(/^ | $/g, '')

function attributeValue(value: Der, what: string): string {
  if (value.tag === tags.bits) {
    unusedBits(value, what)
    return `bits ${Buffer.from(value.content).toString('hex')}`
  }
  const text = textOf(value)
  if (text === undefined) throw malformed(what, 'a name in it is of no known kind')
  return `text ${folded(text)}`
}

/**
 * @param der - a Name
 * @param what - for errors
 * @returns its one form: two names are the same where these are
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function nameOf(der: Der, what: string): NameKey {
  membersOf(der, what)
  const parts = der.children.map((part) => {
    membersOf(part, what, tags.set)
    if (part.children.length === 0) throw malformed(what, 'a name in it has an empty part')
    const attributes = part.children.map((one) => {
      const members = membersOf(one, what)
      const type = oidOf(members.any(), what)
      const value = attributeValue(members.any(), what)
      members.end()
      return `${type} ${value}`
    })
    return attributes.sort()
  })
  // JSON, so that no text can look like two
  return JSON.stringify(parts)
}
