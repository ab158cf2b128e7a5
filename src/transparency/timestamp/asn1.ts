/** ASN.1 as time stamps and certificates are written in it: a strict reader. */
import { isTime } from '../../primitives/time.js'
import { malformed } from '../../tlog/malformed.js'

/** Identifier octets of what is read here. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** `[n]` of the context, constructed or primitive. */
export const context = (n: number, constructed = true): number => 0x80 | (constructed ? 0x20 : 0) | n

/** One element, as it stands in the bytes. */
export interface Der {
  /** Its identifier octet. */
  readonly tag: number
  /** All of its bytes. */
  readonly raw: Uint8Array
  /** Its content octets. */
  readonly content: Uint8Array
  /** What is in it, where it is constructed. */
  readonly children: readonly Der[]
}

const MAX_DEPTH = 40

/** @returns the length of the content and where it begins; `undefined` where it is not in its shortest form */
function lengthAt(bytes: Uint8Array, at: number): { length: number; from: number } | undefined {
  const first = bytes[at]
  if (first === undefined || first === 0x80) return undefined
  if (first < 0x80) return { length: first, from: at + 1 }
  const count = first & 0x7f
  const digits = bytes.subarray(at + 1, at + 1 + count)
  if (count > 4 || digits.length < count || digits[0] === 0) return undefined
  const length = digits.reduce((sum, byte) => sum * 256 + byte, 0)
  return length < 0x80 ? undefined : { length, from: at + 1 + count }
}

/** Elements that fill the bytes to the last one; `undefined` where they don't. */
function elementsOf(bytes: Uint8Array, depth: number): readonly Der[] | undefined {
  const elements: Der[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] ?? 0
    const measured = lengthAt(bytes, at + 1)
    // None of what is read here has a tag number above 30.
    if ((tag & 0x1f) === 0x1f || measured === undefined || depth > MAX_DEPTH) return undefined
    const end = measured.from + measured.length
    if (end > bytes.length) return undefined
    const content = bytes.subarray(measured.from, end)
    const children = tag & 0x20 ? elementsOf(content, depth + 1) : []
    if (children === undefined) return undefined
    elements.push({ tag, raw: bytes.subarray(at, end), content, children })
    at = end
  }
  return elements
}

/**
 * Reads DER. The library's own decoder is more lenient: with lengths that don't add up, one token could be written in many ways.
 *
 * @param bytes - one element and nothing behind it
 * @param what - for the error
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readDer(bytes: Uint8Array, what: string): Der {
  const [element, ...more] = elementsOf(bytes, 0) ?? []
  if (element === undefined || more.length > 0) throw malformed(what, 'it is not one element in DER')
  return element
}

/** Takes the members of a constructed element in their order. */
export interface Members {
  /** @throws QuittanceError `TLOG_MALFORMED` unless the next member has one of these tags */
  take(...wanted: readonly number[]): Der
  /** @returns the next member when it has this tag */
  maybe(wanted: number): Der | undefined
  /** @returns the next member, whatever it is */
  any(): Der
  /** @throws QuittanceError `TLOG_MALFORMED` when there is more */
  end(): void
}

/**
 * @param der - a constructed element
 * @param what - for errors
 * @param tag - what it must be; default SEQUENCE
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function membersOf(der: Der, what: string, tag: number = tags.sequence): Members {
  if (der.tag !== tag) throw malformed(what, 'a part of it is of another kind')
  let next = 0
  const any = (): Der => {
    const found = der.children[next]
    if (found === undefined) throw malformed(what, 'a part of it is missing')
    next += 1
    return found
  }
  return {
    any,
    take(...wanted) {
      const found = any()
      if (!wanted.includes(found.tag)) throw malformed(what, 'a part of it is of another kind')
      return found
    },
    maybe: (wanted) => (der.children[next]?.tag === wanted ? any() : undefined),
    end() {
      if (next < der.children.length) throw malformed(what, 'it has parts that do not belong there')
    },
  }
}

/** No identifier that anybody uses is longer; to write a very long one in decimal would take long. */
const MAX_OID_BYTES = 64

/** @returns dotted decimal */
export function oidOf(der: Der, what: string): string {
  const { tag, content } = der
  if (tag !== tags.oid || content.length === 0 || (content.at(-1) ?? 0) > 127 || content.length > MAX_OID_BYTES)
    throw malformed(what, 'an object identifier is missing')
  const arcs: bigint[] = []
  let arc = 0n
  for (const byte of content) {
    // a number is never written with zeros before it
    if (arc === 0n && byte === 0x80) throw malformed(what, 'an object identifier is not in its shortest form')
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte > 127) continue
    arcs.push(arc)
    arc = 0n
  }
  const [joint = 0n, ...rest] = arcs
  const first = joint < 80n ? joint / 40n : 2n
  return [first, joint - first * 40n, ...rest].join('.')
}

const generalized = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z$/

/**
 * @returns milliseconds since 1970, and whether something below one was cut off
 */
export function generalizedTime({ tag, content }: Der, what: string): { ms: number; more: boolean } {
  const [, year, month, day, hour, minute, second, fraction = ''] =
    generalized.exec(Buffer.from(content).toString('latin1')) ?? []
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  if (tag !== tags.generalizedTime || !isTime(text)) throw malformed(what, 'a time in it is not one in UTC')
  return { ms: Date.parse(text), more: fraction.length > 3 }
}

const time = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
/** Two digits from here on are of the years 1950 to 1999. */
const LAST_CENTURY = 50

/**
 * Reads a time as certificates have it (RFC 5280, 4.1.2.5): with seconds, without parts of them, in UTC.
 *
 * @returns milliseconds since 1970
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function certificateTime({ tag, content }: Der, what: string): number {
  const digits = tag === tags.utcTime ? 2 : tag === tags.generalizedTime ? 4 : 0
  const [, short = '', month, day, hour, minute, second] = time.exec(Buffer.from(content).toString('latin1')) ?? []
  const century = digits === 4 ? '' : Number(short) >= LAST_CENTURY ? '19' : '20'
  const text = `${century}${short}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  if (short.length !== digits || !isTime(text)) throw malformed(what, 'a time in it is not one in UTC')
  return Date.parse(text)
}

/**
 * @returns content octets of an INTEGER in its shortest form, of any size and sign
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function integerBytes({ tag, content }: Der, what: string): Uint8Array {
  const [first, second = 0] = content
  const padded = content.length > 1 && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (tag !== tags.integer || first === undefined || padded) throw malformed(what, 'a number is missing')
  return content
}

/** @throws QuittanceError `TLOG_MALFORMED` unless it is a BOOLEAN as DER has it */
export function booleanOf({ tag, content }: Der, what: string): boolean {
  if (tag !== tags.boolean || content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff))
    throw malformed(what, 'a part of it is neither true nor false')
  return content[0] === 0xff
}

/** @returns the integer, when it is not negative and below 2^31 */
export function smallInteger(der: Der, what: string): number {
  const value = der.content.reduce((sum, byte) => sum * 256 + byte, 0)
  if (der.content.length === 0 || (der.content[0] ?? 0) > 127 || value >= 2 ** 31)
    throw malformed(what, 'a number is out of range')
  return value
}

/** @returns the bytes of an OCTET STRING */
export function octetsOf(der: Der, what: string): Uint8Array {
  if (der.tag !== tags.octets) throw malformed(what, 'an octet string is missing')
  return der.content
}

/**
 * @param tag - what it must be; default BIT STRING
 * @returns how many bits of its last byte are none; they are 0
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function unusedBits(der: Der, what: string, tag: number = tags.bits): number {
  const { content } = der
  const [unused = 8] = content
  const last = content.length > 1 ? (content.at(-1) ?? 0) : 0
  if (der.tag !== tag || unused > 7 || (content.length === 1 && unused > 0) || last & ((1 << unused) - 1))
    throw malformed(what, 'a bit string is missing')
  return unused
}

/** @returns the bytes of a BIT STRING of whole bytes */
export function wholeBits(der: Der, what: string): Uint8Array {
  if (unusedBits(der, what) !== 0) throw malformed(what, 'a bit string is missing')
  return der.content.subarray(1)
}

/** @returns which bits of a BIT STRING are set, counted from 0 */
export function bitsOf(der: Der, what: string): ReadonlySet<number> {
  unusedBits(der, what)
  const set = new Set<number>()
  for (const [at, byte] of der.content.subarray(1).entries())
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) set.add(at * 8 + bit)
  return set
}

/** An algorithm and its parameters. */
export interface AlgorithmId {
  readonly oid: string
  readonly parameters: Der | undefined
  readonly raw: Uint8Array
}

const NULL = 0x05

/** Whether it is what algorithms have as parameters: NULL, the name of a curve, or several of them. */
function isParameters(der: Der, what: string): boolean {
  if (der.tag === tags.oid) return oidOf(der, what) !== ''
  return der.tag === tags.sequence || (der.tag === NULL && der.content.length === 0)
}

/** @throws QuittanceError `TLOG_MALFORMED` */
export function algorithmOf(der: Der, what: string): AlgorithmId {
  const members = membersOf(der, what)
  const oid = oidOf(members.any(), what)
  const parameters = der.children[1]
  if (parameters !== undefined && !isParameters(members.any(), what))
    throw malformed(what, 'an algorithm in it has parameters of no known kind')
  members.end()
  return { oid, parameters, raw: der.raw }
}

/** Reads PEM or DER. */
export function derBlocks(given: string | Uint8Array, label: 'CERTIFICATE' | 'X509 CRL', name: string): Uint8Array[] {
  if (given instanceof Uint8Array) return [given]
  if (typeof given !== 'string') throw new TypeError(`${name} must be PEM texts, or DER as Uint8Array`)
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  const blocks = [...given.matchAll(pattern)].map(([, body = '']) => Buffer.from(body, 'base64'))
  if (blocks.length === 0) throw malformed(name, `there is no "BEGIN ${label}" in it`)
  return blocks
}
