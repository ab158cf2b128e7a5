/** A reader of JSON and a writer of RFC 8785, written from the format's page: slow, and with no JSON.parse in it. */

/** JSON as a reader sees it; objects are maps, so that no name is special. */
export type Value = null | boolean | number | string | Value[] | Members
export type Members = Map<string, Value>

/** What a text gets wrong that is JSON all the same. */
export type TextFault = 'MEMBER_DUPLICATE' | 'MEMBER_FORBIDDEN' | 'NOT_CANONICAL' | 'FIELD_INVALID'

export interface JsonText {
  readonly value: Value
  readonly faults: ReadonlySet<TextFault>
}

const MAX_DEPTH = 16
const MAX_NUMBER = 2 ** 53 - 1
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])
const numberForm = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const shortEscapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

export const isMembers = (value: Value | undefined): value is Members => value instanceof Map

export function hasLoneSurrogate(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 0xd800 || unit > 0xdfff) continue
    const next = text.charCodeAt(at + 1)
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true
    at += 1
  }
  return false
}

/** A string as RFC 8785 writes it. */
export function writeString(text: string): string {
  let out = '"'
  for (const char of text) {
    const unit = char.charCodeAt(0)
    if (char === '"' || char === '\\') out += `\\${char}`
    else if (unit === 8) out += '\\b'
    else if (unit === 9) out += '\\t'
    else if (unit === 10) out += '\\n'
    else if (unit === 12) out += '\\f'
    else if (unit === 13) out += '\\r'
    else if (unit < 0x20) out += `\\u${unit.toString(16).padStart(4, '0')}`
    else out += char
  }
  return `${out}"`
}

/** A value as RFC 8785 writes it. Members are sorted by UTF-16 code units, which is how JavaScript compares texts. */
export function canonical(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  // RFC 8785 takes over how ECMAScript writes numbers
  if (typeof value === 'number') return String(value === 0 ? 0 : value)
  if (typeof value === 'string') return writeString(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = [...(value as Members)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${members.map(([name, member]) => `${writeString(name)}:${canonical(member)}`).join(',')}}`
}

/** The text is no JSON. */
class Malformed extends Error {}

interface Open {
  readonly container: Value[] | Members
  name: string | undefined
}

/**
 * Reads a text with a stack of its own: a line may open a hundred thousand brackets.
 *
 * @returns `undefined` where it is no JSON
 */
export function readJson(text: string): JsonText | undefined {
  try {
    return read(text)
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}

function read(text: string): JsonText {
  const faults = new Set<TextFault>()
  let at = 0

  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at += 1
  }

  const string = (): string => {
    const start = at
    at += 1
    let value = ''
    for (;;) {
      const char = text[at]
      if (char === undefined || char < ' ') throw new Malformed()
      at += 1
      if (char === '"') break
      if (char !== '\\') {
        value += char
        continue
      }
      const letter = text[at] ?? ''
      at += 1
      if (letter === 'u') {
        const hex = text.slice(at, at + 4)
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new Malformed()
        value += String.fromCharCode(Number.parseInt(hex, 16))
        at += 4
      } else {
        const meant = shortEscapes.get(letter)
        if (meant === undefined) throw new Malformed()
        value += meant
      }
    }
    if (hasLoneSurrogate(value) || writeString(value) !== text.slice(start, at)) faults.add('NOT_CANONICAL')
    return value
  }

  const scalar = (): Value => {
    const char = text[at]
    if (char === '"') return string()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (text.startsWith(word, at)) {
        at += word.length
        return value
      }
    }
    numberForm.lastIndex = at
    const found = numberForm.exec(text)?.[0]
    if (found === undefined) throw new Malformed()
    at += found.length
    const value = Number(found)
    if (!(Math.abs(value) <= MAX_NUMBER) || canonical(value) !== found) faults.add('NOT_CANONICAL')
    return value
  }

  const stack: Open[] = []
  let result: Value | undefined

  /** Puts a finished value where it belongs. */
  const place = (value: Value) => {
    const top = stack.at(-1)
    if (top === undefined) result = value
    else if (Array.isArray(top.container)) top.container.push(value)
    else top.container.set(top.name as string, value)
  }

  const memberName = (top: Open) => {
    if (text[at] !== '"') throw new Malformed()
    const name = string()
    if ((top.container as Members).has(name)) faults.add('MEMBER_DUPLICATE')
    if (forbidden.has(name)) faults.add('MEMBER_FORBIDDEN')
    top.name = name
    space()
    if (text[at] !== ':') throw new Malformed()
    at += 1
    space()
  }

  space()
  for (;;) {
    // a value begins here
    const char = text[at]
    if (char === '{' || char === '[') {
      at += 1
      const container: Value[] | Members = char === '{' ? new Map() : []
      const open: Open = { container, name: undefined }
      stack.push(open)
      if (stack.length > MAX_DEPTH) faults.add('FIELD_INVALID')
      space()
      if (text[at] !== (char === '{' ? '}' : ']')) {
        if (char === '{') memberName(open)
        continue
      }
    } else {
      place(scalar())
      space()
    }
    // a value ended here, or an empty container is about to
    for (;;) {
      const top = stack.at(-1)
      if (top === undefined) {
        if (at < text.length) throw new Malformed()
        return { value: result as Value, faults }
      }
      const close = Array.isArray(top.container) ? ']' : '}'
      if (text[at] === close) {
        at += 1
        stack.pop()
        place(top.container)
        space()
        continue
      }
      if (text[at] !== ',') throw new Malformed()
      at += 1
      space()
      if (close === '}') memberName(top)
      break
    }
  }
}
