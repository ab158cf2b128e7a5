/** JSON values: every text, every name and every number is looked at, and rules by path come first. */
import { QuittanceError } from '../errors.js'
import { wordsOfName } from './hint.js'
import { maskOfText } from './modes/mask.js'
import type { RuledNode } from './paths.js'
import { refusedValue, type Way } from './plain.js'
import type { Remembered } from './remembered.js'

/** What a walk needs. */
export interface WalkOptions {
  /** Words that name the whole value, lower case; empty where nothing is known. */
  readonly hint: string
  /** Replaces what is found in one text. */
  readonly redact: (text: string, hint: string) => string
  /** A keyed hash of a member's JSON text. */
  readonly hash: (json: string) => string
  /** Counts a member that a rule took. */
  readonly counted: () => void
  /** Names in which nothing was found: values mostly have the same. */
  readonly nobodys: Remembered
  /** What the whole value may take, in milliseconds. */
  readonly budgetMs: number
}

/** Stands for a member that a rule takes whole. */
export const FIELD = 'FIELD'

/** A number of fewer digits is no card, account or identity of anybody. */
const MIN_DIGITS = 6

/** Names that say nothing of what they hold: then the name above has the word. */
const saysNothing = /^(?:values?|text|content|data|raw|numbers?|nr|no|formatted|display|items?|string|\d+)$/

/**
 * @param name - of a member
 * @param above - the hint of what it stands in
 * @returns its words, lower case: what the member's value is called
 */
export function hintOfName(name: string, above: string): string {
  const words = wordsOfName(name)
  return saysNothing.test(words) && above !== '' ? `${above} ${words}` : words
}

/** JSON with its names in order, so that two equal values have one text. */
function sorted(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize('NFC')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name.normalize('NFC'), sorted(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/**
 * @param value - JSON that nobody else holds
 * @param rules - what rules say of it
 * @param options - how texts are replaced
 * @returns the value with what was found replaced
 * @throws QuittanceError `PII_VALUE_REFUSED` where two names are the same after redaction, `PII_BUDGET`
 */
export function redactJson(value: unknown, rules: RuledNode | undefined, options: WalkOptions): unknown {
  const { redact, hash, counted, budgetMs, hint, nobodys } = options
  const end = performance.now() + budgetMs

  const looked = (text: string, hint: string): string => {
    if (performance.now() > end)
      throw new QuittanceError('PII_BUDGET', 'looking through one value took longer than budgetMs')
    return redact(text, hint)
  }

  const renamed = (name: string): string => {
    if (nobodys.has(name)) return name
    const replaced = looked(name, '')
    if (replaced === name) nobodys.add(name)
    return replaced
  }

  const number = (given: number, hint: string): unknown => {
    const text = String(given)
    if (text.replace(/\D/g, '').length < MIN_DIGITS) return given
    const replaced = looked(text, hint)
    return replaced === text ? given : replaced
  }

  const taken = (given: unknown, rule: 'redact' | 'hash' | 'mask'): string => {
    counted()
    if (rule === 'hash') return `[${FIELD}:hmac:${hash(JSON.stringify(sorted(given)))}]`
    return (rule === 'mask' && typeof given === 'string' ? maskOfText(given) : undefined) ?? `[${FIELD}]`
  }

  const list = (
    items: readonly unknown[],
    hint: string,
    way: Way | undefined,
    node: RuledNode | undefined,
    kept: boolean,
  ) => {
    const copy: unknown[] = []
    items.forEach((item, index) => {
      const ruled = node?.below?.get(index)
      if (ruled?.rule === 'drop') counted()
      else copy.push(walk(item, hint, { parent: way, step: index }, ruled, kept))
    })
    return copy
  }

  const object = (given: object, hint: string, way: Way | undefined, node: RuledNode | undefined, kept: boolean) => {
    const done = new Map<string, readonly [name: string, value: unknown]>()
    // in the order of names, so that tokens don't depend on the order of members
    for (const name of Object.keys(given).sort()) {
      const ruled = node?.below?.get(name)
      if (ruled?.rule === 'drop') {
        counted()
        continue
      }
      const member = (given as Record<string, unknown>)[name]
      done.set(name, [
        kept ? name : renamed(name),
        walk(member, hintOfName(name, hint), { parent: way, step: name }, ruled, kept),
      ])
    }
    const copy: Record<string, unknown> = {}
    for (const name of Object.keys(given)) {
      const member = done.get(name)
      if (member === undefined) continue
      if (Object.hasOwn(copy, member[0])) throw refusedValue('same-name', way)
      copy[member[0]] = member[1]
    }
    return copy
  }

  const walk = (
    given: unknown,
    hint: string,
    way: Way | undefined,
    node: RuledNode | undefined,
    keptAbove: boolean,
  ): unknown => {
    const rule = node?.rule
    if (rule === 'redact' || rule === 'hash' || rule === 'mask') return taken(given, rule)
    const kept = keptAbove || rule === 'keep'
    if (kept && node?.below === undefined) return given
    if (typeof given === 'string') return looked(given, hint)
    if (typeof given === 'number') return number(given, hint)
    if (typeof given !== 'object' || given === null) return given
    return Array.isArray(given) ? list(given, hint, way, node, kept) : object(given, hint, way, node, kept)
  }

  return walk(value, hint, undefined, rules, false)
}
