/**
 * Reads values as RFC 8785 spells them, and no others: what is read is written as it stands. A reader gives up where it is
 * not certain, for whatever reason; then the general parser, check and writer decide.
 */

import { ownText } from '../../primitives/one-piece.js'
import type { Read } from './members.js'

/** What was read last. */
export const found: { value: unknown } = { value: undefined }

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * @param holds - whether a text fits, of characters that JSON writes as they are
 * @returns its reader
 */
export function readText(holds: (value: string) => boolean): Read {
  return (text, from) => {
    const end = text.indexOf('"', from + 1)
    const value = text.slice(from + 1, end)
    if (end < 0 || text.charCodeAt(from) !== QUOTE || !holds(value)) return -1
    found.value = value
    return end + 1
  }
}

const isNumeric = new Uint8Array(128)
for (const character of '0123456789+-.e') isNumeric[character.charCodeAt(0)] = 1

/**
 * @param write - how a number that fits is spelled
 * @returns the reader of such a number
 */
export function readNumber(write: (value: unknown) => string | undefined): Read {
  return (text, from) => {
    let end = from
    while (isNumeric[text.charCodeAt(end)] === 1) end += 1
    const spelled = text.slice(from, end)
    const value = Number(spelled)
    if (write(value) !== spelled) return -1
    found.value = value
    return end
  }
}

/** Where a value ends that begins at `from`, if it is JSON. */
function endOf(text: string, from: number): number {
  let open = 0
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      do at = text.indexOf('"', at + 1)
      while (at > 0 && isEscaped(text, at))
      if (at < 0) return -1
      if (open === 0) return at + 1
    } else if (code === OPEN || code === OPEN_LIST) open += 1
    else if (code === CLOSE || code === CLOSE_LIST) {
      open -= 1
      if (open <= 0) return open === 0 ? at + 1 : at
    } else if (code === COMMA && open === 0) return at
  }
  return -1
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1
  return (quote - before) % 2 === 1
}

/**
 * @param write - how a value that fits is spelled
 * @returns its reader, by way of the general parser
 */
export function readSpelled(write: (value: unknown, depth: number) => string | undefined): Read {
  return (text, from, depth) => {
    const end = endOf(text, from)
    const spelled = text.slice(from, end)
    let value: unknown
    try {
      value = JSON.parse(spelled)
    } catch {
      return -1
    }
    if (end < 0 || write(value, depth) !== spelled) return -1
    found.value = value
    return end
  }
}

/**
 * @param item - reads an item
 * @param most - how many there may be
 * @returns the reader of a list
 */
export function readList(item: Read, most: number): Read {
  return (text, from, depth) => {
    if (text.charCodeAt(from) !== OPEN_LIST) return -1
    const items: unknown[] = []
    let at = from + 1
    if (text.charCodeAt(at) !== CLOSE_LIST)
      for (;;) {
        at = item(text, at, depth + 1)
        if (at < 0 || items.length === most) return -1
        items.push(found.value)
        if (text.charCodeAt(at) !== COMMA) break
        at += 1
      }
    if (text.charCodeAt(at) !== CLOSE_LIST) return -1
    found.value = items
    return at + 1
  }
}

/** true or false. */
export const readBool: Read = (text, from) => {
  const value = text.startsWith('true', from)
  if (!value && !text.startsWith('false', from)) return -1
  found.value = value
  return from + (value ? 4 : 5)
}

/** One member that an object may have. */
export interface Readable {
  readonly name: string
  readonly read: Read
  readonly optional: boolean
  /** Whether the same values come again and again, none of which may be the beginning of another. */
  readonly kept: boolean
  /** Is told where the member stood, from the comma or brace in front of it to its end. */
  readonly heard: ((from: number, end: number) => void) | undefined
}

interface Known extends Readable {
  /** `"name":`. */
  readonly prefix: string
  /** `"name":value` as it stood there last; empty where none is kept. */
  piece: string
  value: unknown
  /** How much more often the same came again than not: below 1 none is kept. */
  worth: number
}

const MOST_WORTH = 8
/** How long a piece may be that is kept. */
const MAX_PIECE = 1_024

// member by member, so that all of them have one hidden class
const known = ({ name, read, optional, kept, heard }: Readable): Known => {
  const worth = kept ? MOST_WORTH / 2 : 0
  return { name, read, optional, kept, heard, prefix: `"${name}":`, piece: '', value: undefined, worth }
}

/** What is given out again and again is nobody's to change. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const part of Object.values(Object.freeze(value))) freeze(part)
}

function keep(member: Known, piece: string): void {
  member.worth -= 1
  member.piece = ''
  if (member.worth === 0 || piece.length > MAX_PIECE) return
  // a slice of a line keeps all of it. The very text that was checked: written anew it need not be canonical
  member.piece = ownText(piece)
  member.value = JSON.parse(piece.slice(member.prefix.length))
  freeze(member.value)
}

/** A member behind those that came before it, in canonical order: objects with the same members take the same steps. */
interface Step {
  readonly member: Known
  readonly before: Step | undefined
  /** How many of the required members there are up to here. */
  readonly present: number
  /** How many members there are up to here. */
  readonly count: number
  /** The step that was taken last from here. */
  next: Step | undefined
  readonly all: Map<string, Step>
  form: Form | undefined
}

/** Objects that end with the same step. */
interface Form {
  readonly names: readonly string[]
  /** One that is made like another is made faster than member by member. */
  readonly sample: Readonly<Record<string, unknown>>
}

const stepTo = (member: Known, before: Step | undefined): Step => {
  const present = (before?.present ?? 0) + (member.optional ? 0 : 1)
  const count = before === undefined ? 0 : before.count + 1
  return { member, before, present, count, next: undefined, all: new Map(), form: undefined }
}

function formOf(last: Step): Form {
  const names: string[] = []
  for (let step = last; step.before !== undefined; step = step.before) names.unshift(step.member.name)
  // by the parser: an object of many members that are added one by one would be a slow one
  return { names, sample: JSON.parse(`{${names.map((name) => `"${name}":null`)}}`) }
}

/** How many steps are remembered for an object, so that data can't make it more; when there are more, all are found anew. */
const MAX_STEPS = 1_024
/** Objects of more members are left to the general way: a form for each of many long ones would take the square of them. */
const MAX_MEMBERS = 128

/**
 * @param members - what is known; at least one of them is required
 * @param added - gives another member, where its name is allowed and needs no escape
 * @returns the reader of an object
 */
export function readObject(members: readonly Readable[], added: (name: string) => Readable | undefined): Read {
  const byName = new Map(members.map((member) => [member.name, known(member)]))
  const required = members.filter(({ optional }) => !optional).length
  const none: Readable = { name: '', read: () => -1, optional: true, kept: false, heard: undefined }
  let start = stepTo(known(none), undefined)
  let steps = 0

  /** The step to the member whose name begins at `from`. */
  const follow = (step: Step, text: string, from: number): Step | undefined => {
    if (text.charCodeAt(from) !== QUOTE) return undefined
    const name = text.slice(from + 1, text.indexOf('":', from + 1))
    let next = step.all.get(name)
    if (next === undefined) {
      const other = byName.has(name) ? undefined : added(ownText(name))
      const member = other === undefined ? byName.get(name) : known(other)
      // in canonical order, and so none twice
      if (member === undefined || name <= step.member.name || step.count === MAX_MEMBERS) return undefined
      if (steps === MAX_STEPS) {
        start = stepTo(start.member, undefined)
        steps = 0
      }
      next = stepTo(member, step)
      step.all.set(member.name, next)
      steps += 1
    }
    step.next = next
    return next
  }

  return (text, from, depth) => {
    if (text.charCodeAt(from) !== OPEN) return -1
    const values: unknown[] = []
    let at = from
    let step = start
    do {
      const begin = at + 1
      let next = step.next
      if (next !== undefined) {
        const { member } = next
        const end = begin + member.piece.length
        if (end > begin && text.slice(begin, end) === member.piece) {
          if (member.worth < MOST_WORTH) member.worth += 1
          values.push(member.value)
          at = end
          step = next
          continue
        }
        if (text.slice(begin, begin + member.prefix.length) !== member.prefix) next = undefined
      }
      next ??= follow(step, text, begin)
      if (next === undefined) return -1
      const { member } = next
      const end = member.read(text, begin + member.prefix.length, depth + 1)
      if (end < 0) return -1
      values.push(found.value)
      if (member.worth > 0) keep(member, text.slice(begin, end))
      member.heard?.(at, end)
      at = end
      step = next
    } while (text.charCodeAt(at) === COMMA)
    if (text.charCodeAt(at) !== CLOSE || step.present !== required) return -1
    step.form ??= formOf(step)
    const { names, sample } = step.form
    const object: Record<string, unknown> = { ...sample }
    for (let index = 0; index < names.length; index += 1) object[names[index] as string] = values[index]
    found.value = object
    return at + 1
  }
}
