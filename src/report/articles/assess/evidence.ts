/**
 * Counts which receipts speak to which provisions and controls.
 *
 * Receipts of one kind that have the same members of those asked for are one pattern. A receipt only finds its pattern and
 * is counted there; pointers are looked at once a pattern, so that a receipt costs the same however many provisions there are.
 */
import { refuseUnknownMembers } from '../../../primitives/known-members.js'
import type { DecisionReceipt } from '../../../receipt/types.js'
import { limitOf } from '../../statistics/options.js'
import { aiActProvisions } from '../ai-act.js'
import { gdprProvisions } from '../gdpr.js'
import { iso42001Crosswalk } from '../iso-42001.js'
import { nistAiRmfCrosswalk } from '../nist-ai-rmf.js'
import type { Crosswalk, EvidencePointer, Provision } from '../types.js'
import { type Column, type ColumnReader, compileColumns } from './columns.js'
import { canHave, isAlwaysThere, type Kind, kindNameOf, kinds } from './kinds.js'
import { createSpan, type Span, widen } from './span.js'
import { columnName, createPointerTotals, type PointerTotals } from './totals.js'
import type { ProvisionEvidenceSnapshot } from './types.js'

/** What is counted, and how much is remembered. */
export interface ProvisionEvidenceOptions {
  /** Default: those of Regulation (EU) 2024/1689 and of Regulation (EU) 2016/679. */
  readonly provisions?: readonly Provision[] | undefined
  /** Default: ISO/IEC 42001 and NIST AI RMF. */
  readonly crosswalks?: readonly Crosswalk[] | undefined
  /** How many patterns are remembered until they are summed up; default 4,096. It changes no count. */
  readonly patternLimit?: number | undefined
}

/** Counts receipts, one after another, in bounded memory. */
export interface ProvisionEvidence {
  /** @param receipt - of the period, and one against which the verifier found nothing; in any order */
  update(receipt: DecisionReceipt): void
  /** @returns the counts so far, as plain data */
  snapshot(): ProvisionEvidenceSnapshot
}

/** Receipts of one kind that have the same members. */
interface Pattern {
  readonly kind: CompiledKind
  readonly answer: readonly number[]
  count: number
  readonly span: Span
}

interface CompiledKind {
  readonly kind: Kind
  readonly reader: ColumnReader
  readonly pointers: readonly PointerTotals[]
  /** Patterns by the integers of their answer, one level an integer. */
  readonly patterns: Level
}

interface Level extends Map<number, Level | Pattern> {}

const optionNames: Readonly<Record<keyof ProvisionEvidenceOptions, true>> = {
  provisions: true,
  crosswalks: true,
  patternLimit: true,
}

/**
 * Counts receipts for `assessProvisions` and `crosswalkFindings`.
 *
 * @param options - the tables, and a bound of memory
 * @returns an accumulator
 * @throws RangeError when the bound makes no sense, TypeError when an option is unknown
 */
export function createProvisionEvidence(options: ProvisionEvidenceOptions = {}): ProvisionEvidence {
  refuseUnknownMembers(options, optionNames, 'options')
  const provisions = options.provisions ?? [...aiActProvisions.provisions, ...gdprProvisions.provisions]
  const crosswalks = options.crosswalks ?? [iso42001Crosswalk, nistAiRmfCrosswalk]
  const patternLimit = limitOf('patternLimit', options.patternLimit, 4096)

  const totals: PointerTotals[] = []
  const totalsOf = (pointer: Omit<EvidencePointer, 'shows'>): PointerTotals => {
    const one = createPointerTotals(pointer)
    totals.push(one)
    return one
  }
  const byProvision = provisions.map(({ id, evidence }) => ({ id, pointers: evidence.map(totalsOf) }))
  const byFramework = crosswalks.map(({ framework, entries }) => ({
    framework,
    entries: entries.map((entry) => ({ id: entry.id, totals: totalsOf(entry) })),
  }))
  const compiled = new Map(kinds.map((kind) => [kind.name, compileKind(kind, totals)]))

  let receipts = 0
  let patterns: Pattern[] = []
  const answer: number[] = []

  const sumUp = (): void => {
    for (const pattern of patterns) for (const pointer of pattern.kind.pointers) pointer.add(pattern)
    for (const { patterns: level } of compiled.values()) level.clear()
    patterns = []
  }

  const patternOf = (kind: CompiledKind, receipt: DecisionReceipt): Pattern => {
    let level = kind.patterns
    const last = kind.reader.words - 1
    for (let word = 0; word < last; word += 1) {
      const key = answer[word] as number
      let next = level.get(key) as Level | undefined
      if (next === undefined) {
        next = new Map()
        level.set(key, next)
      }
      level = next
    }
    const key = answer[last] as number
    const known = level.get(key) as Pattern | undefined
    if (known !== undefined) return known
    if (patterns.length >= patternLimit) {
      sumUp()
      return patternOf(kind, receipt)
    }
    const pattern = { kind, answer: answer.slice(0, last + 1), count: 0, span: createSpan(receipt) }
    patterns.push(pattern)
    level.set(key, pattern)
    return pattern
  }

  return {
    update(receipt) {
      const kind = compiled.get(kindNameOf(receipt))
      // a kind that this release doesn't know is never VALID, so that it isn't counted
      if (kind === undefined) throw new TypeError('receipt must be of an event type and an event of quittance/1')
      receipts += 1
      kind.reader.read(receipt, answer)
      const pattern = patternOf(kind, receipt)
      pattern.count += 1
      widen(pattern.span, receipt)
    },
    snapshot() {
      sumUp()
      return {
        receipts,
        provisions: Object.fromEntries(
          byProvision.map(({ id, pointers }) => [id, pointers.map((one) => one.snapshot())]),
        ),
        crosswalks: Object.fromEntries(
          byFramework.map(({ framework, entries }) => [
            framework,
            Object.fromEntries(entries.map((entry) => [entry.id, entry.totals.snapshot()])),
          ]),
        ),
      }
    },
  }
}

const nameOf = ({ path, values }: Column): string => columnName(path, values)

function compileKind(kind: Kind, totals: readonly PointerTotals[]): CompiledKind {
  const concerned = totals.filter(({ pointer }) => concerns(kind, pointer))
  const wanted = concerned.flatMap(({ pointer: { members, having } }) => [
    ...members.filter((path) => canHave(kind, path) && !isAlwaysThere(path)).map((path): Column => ({ path })),
    ...(having === undefined ? [] : [having]),
  ])
  const columns = [...new Map(wanted.map((column) => [nameOf(column), column])).values()]
  const places = new Map(columns.map((column, index) => [nameOf(column), index]))
  for (const one of concerned) one.learn(kind, places)
  return { kind, reader: compileColumns(columns), pointers: concerned, patterns: new Map() }
}

function concerns(kind: Kind, { eventTypes, events }: Omit<EvidencePointer, 'shows'>): boolean {
  if (eventTypes !== 'any' && !eventTypes.includes(kind.eventType)) return false
  return events === undefined || (kind.event !== undefined && events.includes(kind.event))
}
