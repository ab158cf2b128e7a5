/**
 * The few building blocks from which the receipt is described once. Each gives the TypeScript type (by inference),
 * the fast check and the JSON Schema, so that the three can't drift apart.
 */

import { freeNames, freeText, isPlain, wellFormedText } from '../canonical.js'
import { perNameOrder } from '../name-orders.js'
import { type MemberPlan, memberPlan, type Read, writeMember } from './members.js'
import { type Readable, readBool, readList, readNumber, readObject, readSpelled, readText } from './reading.js'

/** JSON Schema 2020-12, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** One thing that is wrong with a value: `UNSUPPORTED` where a later release may know it, else `FIELD_INVALID`. */
export interface Fault {
  readonly code: 'FIELD_INVALID' | 'UNSUPPORTED'
  /** As `checks[0].score`; empty for the whole value. */
  path: string
  readonly message: string
}

/** A described value: `T` is its type. */
export interface Shape<out T> {
  /** Returns nothing when the value fits, so that the good case allocates nothing. */
  readonly check: (value: unknown) => Fault[] | undefined
  /**
   * The canonical text (RFC 8785) of a value that fits, in one pass with the check. `undefined` says only that it is not
   * so simple: the value is then checked by `check` and written by the general writer. `depth` is the level on which the
   * value stands, the receipt itself being the first.
   */
  readonly write: (value: unknown, depth: number) => string | undefined
  /** Reads a value that fits from its canonical text; -1 says only that it is not so simple. */
  readonly read?: Read | undefined
  /** Whether what was read last is worth keeping: true only where no value's text is the beginning of another's. */
  readonly kept?: boolean
  /** Whether a string fits, where a string that does is written as it is, in quotes. */
  readonly quotes?: (value: string) => boolean
  /** True where the same few values come again and again, so that what was written last is worth keeping. */
  readonly repeats?: boolean
  readonly json: JsonSchema
  readonly optional?: boolean
  readonly type?: T
}

/** The type that a shape describes. */
export type Infer<S> = S extends Shape<infer T> ? T : never

/** A shape whose member may be absent. */
export interface OptionalShape<T> extends Shape<T> {
  readonly optional: true
}
type Members = { readonly [name: string]: Shape<unknown> }
type OptionalNames<M> = { [K in keyof M]: M[K] extends OptionalShape<unknown> ? K : never }[keyof M]

/** The object type of a set of members. */
export type ObjectOf<M> = { readonly [K in Exclude<keyof M, OptionalNames<M>>]: Infer<M[K]> } & {
  readonly [K in OptionalNames<M>]?: Infer<M[K]> | undefined
}

const wrong = (message: string): Fault[] => [{ code: 'FIELD_INVALID', path: '', message }]
const unsupported = (message: string): Fault[] => [{ code: 'UNSUPPORTED', path: '', message }]

const below = (step: string, faults: Fault[]): Fault[] => {
  for (const fault of faults)
    fault.path = fault.path === '' || fault.path.startsWith('[') ? step + fault.path : `${step}.${fault.path}`
  return faults
}

/** Appends in place: the data says how many there are, and copying each time would take the square of that. */
const joined = (faults: Fault[] | undefined, found: Fault[]): Fault[] => {
  if (faults === undefined) return found
  for (const fault of found) faults.push(fault)
  return faults
}

/** What `text` may be told beside the pattern. */
export interface TextOptions {
  /** Decides in place of the pattern, of which it asks more. */
  readonly holds?: (value: string) => boolean
  readonly json?: JsonSchema
  /** True for names of things, of which a program has few. */
  readonly repeats?: boolean
}

/**
 * A string that matches a pattern or, where given, a predicate that asks more. The pattern is anchored, bounds the length,
 * and allows only characters that JSON writes as they are.
 */
export function text<T extends string = string>(pattern: RegExp, what: string, options: TextOptions = {}): Shape<T> {
  const fault = `must be ${what}`
  const holds = options.holds ?? ((value: string) => pattern.test(value))
  return {
    check: (value) => (typeof value === 'string' && holds(value) ? undefined : wrong(fault)),
    write: (value) => (typeof value === 'string' && holds(value) ? `"${value}"` : undefined),
    read: readText(holds),
    quotes: holds,
    repeats: options.repeats === true,
    kept: options.repeats === true,
    json: { type: 'string', pattern: pattern.source, ...options.json },
  }
}

/** Any string. */
export const anyText: Shape<string> = {
  check: (value) => (typeof value === 'string' ? undefined : wrong('must be a string')),
  write: (value) => (typeof value === 'string' ? wellFormedText(value) : undefined),
  json: { type: 'string' },
}

/** One of a closed list of words; another word is UNSUPPORTED. */
export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(words)
  const written: ReadonlyMap<unknown, string> = new Map(words.map((word) => [word, JSON.stringify(word)]))
  return {
    read: readText((word) => known.has(word)),
    kept: true,
    write: (value) => written.get(value),
    repeats: true,
    check: (value) => {
      if (known.has(value)) return undefined
      return typeof value === 'string'
        ? unsupported('is a value this release does not know')
        : wrong('must be a string')
    },
    json: { enum: words },
  }
}

/** `true` and nothing else. */
export const onlyTrue: Shape<true> = {
  check: (value) => (value === true ? undefined : wrong('must be true or absent')),
  write: (value) => (value === true ? 'true' : undefined),
  json: { const: true },
}

/** true or false. */
export const bool: Shape<boolean> = {
  check: (value) => (typeof value === 'boolean' ? undefined : wrong('must be true or false')),
  write: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  read: readBool,
  json: { type: 'boolean' },
}

const writeUint = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0) ? String(value) : undefined

/** An integer from 0 to 2^53-1. */
export const uint: Shape<number> = {
  read: readNumber(writeUint),
  check: (value) => (writeUint(value) === undefined ? wrong('must be an integer from 0 to 2^53-1') : undefined),
  write: writeUint,
  json: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
}

/** A finite number; an integer beyond ±(2^53-1) is refused, because two readers may round it differently. */
export const number: Shape<number> = numberIn(-Number.MAX_VALUE, Number.MAX_VALUE)

/** A finite number within limits, both inclusive. */
export function numberIn(minimum: number, maximum: number): Shape<number> {
  const limited = minimum !== -Number.MAX_VALUE || maximum !== Number.MAX_VALUE
  const fault = limited ? `must be a number from ${minimum} to ${maximum}` : 'must be a finite number'
  const holds = (value: unknown) =>
    typeof value === 'number' &&
    value >= minimum &&
    value <= maximum &&
    !(Number.isInteger(value) && !Number.isSafeInteger(value))
  const write = (value: unknown) => (holds(value) ? String(value) : undefined)
  return {
    read: readNumber(write),
    check: (value) => (holds(value) ? undefined : wrong(fault)),
    write,
    // beyond 2^53-1 every double is an integer, so that bounds say the same as the check
    json: {
      type: 'number',
      minimum: Math.max(minimum, Number.MIN_SAFE_INTEGER),
      maximum: Math.min(maximum, Number.MAX_SAFE_INTEGER),
    },
  }
}

/** The reader of a shape. */
const readOf = ({ read, write }: Shape<unknown>): Read => read ?? readSpelled(write)

/** An array of at most `most` items. */
export function list<T>(item: Shape<T>, most?: number): Shape<readonly T[]> {
  return {
    kept: true,
    read: readList(readOf(item), most ?? Number.POSITIVE_INFINITY),
    check: (value) => {
      if (!Array.isArray(value)) return wrong('must be an array')
      if (most !== undefined && value.length > most) return wrong(`must have at most ${most} items`)
      let faults: Fault[] | undefined
      for (let index = 0; index < value.length; index += 1) {
        const found = item.check(value[index])
        if (found) faults = joined(faults, below(`[${index}]`, found))
      }
      return faults
    },
    write: (value, depth) => {
      if (!Array.isArray(value) || (most !== undefined && value.length > most)) return undefined
      let items = ''
      for (let index = 0; index < value.length; index += 1) {
        const written = item.write(value[index], depth + 1)
        if (written === undefined) return undefined
        items += index === 0 ? written : `,${written}`
      }
      return `[${items}]`
    },
    json: { type: 'array', items: item.json, ...(most === undefined ? {} : { maxItems: most }) },
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object from any name of a shape to a value of a shape. */
export function record<T>(name: Shape<string>, value: Shape<T>): Shape<{ readonly [name: string]: T }> {
  return {
    check: (object) => {
      if (!isObject(object)) return wrong('must be an object')
      let faults: Fault[] | undefined
      for (const key of Object.keys(object)) {
        const found = name.check(key) ?? value.check(object[key])
        if (found) faults = joined(faults, below(key, found))
      }
      return faults
    },
    write: (object, depth) => {
      const names = isObject(object) ? freeNames(object) : undefined
      if (names === undefined) return undefined
      let members = ''
      for (const key of names) {
        const prefix = name.write(key, depth + 1)
        const written = value.write((object as Record<string, unknown>)[key], depth + 1)
        if (prefix === undefined || written === undefined) return undefined
        members += `${members === '' ? '' : ','}${prefix}:${written}`
      }
      return `{${members}}`
    },
    json: { type: 'object', propertyNames: name.json, additionalProperties: value.json },
  }
}

/** Any JSON value; its strictness (depth, numbers, names) is the canonical writer's. */
export const anyJson: Shape<unknown> = {
  check: (value) => (value === undefined ? wrong('must be a JSON value') : undefined),
  write: freeText,
  json: {},
}

/** Any JSON object. */
export const anyObject: Shape<{ readonly [name: string]: unknown }> = {
  check: (value) => (isObject(value) ? undefined : wrong('must be an object')),
  write: (value, depth) => (isObject(value) ? freeText(value, depth) : undefined),
  json: { type: 'object' },
}

/** Marks a member that may be absent (never null). */
export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { ...shape, optional: true }
}

const extension = /^x[A-Z]/

/** How long a name may be that is remembered. */
const MAX_NAME = 64

const spellsItself = (name: string): boolean => name.length <= MAX_NAME && wellFormedText(name) === `"${name}"`

/** A member that a deployer added: any JSON. */
const added: Shape<unknown> = { ...anyJson, optional: true }

/**
 * How an object with these members is written.
 *
 * @param members - what is known
 * @param open - whether others are allowed whose names are `x` and a capital
 * @returns gives the plan for names in canonical order; `undefined` where one is not allowed or one is missing
 */
export function planFor(members: Members, open: boolean): (sorted: readonly string[]) => MemberPlan | undefined {
  const required = Object.values(members).filter((shape) => !shape.optional).length
  return (sorted) => {
    const shapes = sorted.map((name) => {
      if (Object.hasOwn(members, name)) return members[name]
      return open && extension.test(name) && name.isWellFormed() ? added : undefined
    })
    const present = shapes.filter((shape) => shape && !shape.optional).length
    return present === required ? memberPlan(sorted, shapes) : undefined
  }
}

/**
 * As `planFor`, for reading.
 *
 * @param members - what is known
 * @param open - whether others are allowed whose names are `x` and a capital
 * @param heard - by name, who is told where a member stood
 * @returns reads an object
 */
export function readerFor(
  members: Members,
  open: boolean,
  heard: Readonly<Record<string, (from: number, end: number) => void>> = {},
): Read {
  const readable = (name: string, shape: Shape<unknown>): Readable => ({
    name,
    read: readOf(shape),
    optional: shape.optional === true,
    kept: shape.kept === true,
    heard: Object.hasOwn(heard, name) ? heard[name] : undefined,
  })
  return readObject(
    Object.entries(members).map(([name, shape]) => readable(name, shape)),
    (name) => (open && extension.test(name) && spellsItself(name) ? readable(name, added) : undefined),
  )
}

/** An object with these members. `open` allows others whose names are `x` and a capital. Any further one is UNSUPPORTED. */
export function object<const M extends Members>(
  members: M,
  options: { readonly open?: boolean; readonly json?: JsonSchema } = {},
): Shape<ObjectOf<M>> {
  const names = Object.keys(members)
  const required = names.filter((name) => !members[name]?.optional)
  const shapes = new Map(Object.entries(members))
  const planOf = perNameOrder(planFor(members, options.open === true))
  return {
    read: required.length === 0 ? undefined : readerFor(members, options.open === true),
    kept: true,
    write: (value, depth) => {
      const plan = isObject(value) && isPlain(value) ? planOf(value) : undefined
      if (plan === undefined) return undefined
      let text = ''
      for (const member of plan) {
        const fragment = writeMember(member, (value as Record<string, unknown>)[member.name], depth + 1)
        if (fragment === undefined) return undefined
        text += fragment
      }
      return text === '' ? '{}' : `${text}}`
    },
    check: (value) => {
      if (!isObject(value)) return wrong('must be an object')
      let faults: Fault[] | undefined
      let seen = 0
      for (const key of Object.keys(value)) {
        const shape = shapes.get(key)
        let found: Fault[] | undefined
        if (shape) {
          found = shape.check(value[key])
          if (!shape.optional) seen += 1
        } else if (!options.open || !extension.test(key)) found = unsupported('is a member this release does not know')
        if (found) faults = joined(faults, below(key, found))
      }
      if (seen < required.length) {
        for (const name of required) {
          if (!Object.hasOwn(value, name)) faults = joined(faults, below(name, wrong('is required')))
        }
      }
      return faults
    },
    json: {
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, members[name]?.json])),
      required,
      ...(options.open ? { patternProperties: { '^x[A-Z]': {} } } : {}),
      additionalProperties: false,
      ...options.json,
    },
  }
}

type Cases = { readonly [word: string]: Members }

/** One of several objects, told apart by the word in one member; an unknown word is UNSUPPORTED. */
export function tagged<const Tag extends string, const C extends Cases>(
  tag: Tag,
  cases: C,
): Shape<{ [W in keyof C & string]: { readonly [T in Tag]: W } & ObjectOf<C[W]> }[keyof C & string]> {
  const shapes = new Map(
    Object.entries(cases).map(([word, members]) => [word as unknown, object({ [tag]: oneOf(word), ...members })]),
  )
  return {
    check: (value) => {
      if (!isObject(value)) return wrong('must be an object')
      const shape = shapes.get(value[tag])
      if (shape) return shape.check(value)
      if (typeof value[tag] !== 'string') return below(tag, wrong('must be a string'))
      return below(tag, unsupported('is a value this release does not know'))
    },
    write: (value, depth) => (isObject(value) ? shapes.get(value[tag])?.write(value, depth) : undefined),
    json: { oneOf: [...shapes.values()].map((shape) => shape.json) },
  }
}
