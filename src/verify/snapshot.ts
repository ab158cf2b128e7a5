/**
 * An object in memory can show another face at each look: getters, prototypes, hidden members, proxies. It is copied once,
 * and only the copy is judged. Lines have none of this; prefer them where there are any.
 */
import { MAX_DEPTH, MAX_LINE_BYTES } from '../receipt/limits.js'

/** Why an object can't be taken for a receipt. */
export type SnapshotFault = 'not-data' | 'too-deep' | 'too-large'

class Refused {
  readonly fault: SnapshotFault
  constructor(fault: SnapshotFault) {
    this.fault = fault
  }
}

/** How much may still come: no line that is short enough has more values or characters than bytes. */
interface Budget {
  left: number
  /** Whether a negative zero was met, which no JSON says. */
  lossy?: true
}

function spend(budget: Budget, amount: number): void {
  budget.left -= amount
  if (budget.left < 0) throw new Refused('too-large')
}

function dataOf(value: object, name: string | symbol): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(value, name)
  if (descriptor === undefined || !('value' in descriptor) || !descriptor.enumerable) throw new Refused('not-data')
  return descriptor.value
}

function copyArray(value: readonly unknown[], depth: number, budget: Budget): unknown[] {
  const { length } = value
  spend(budget, length)
  // every index and `length`, and nothing else: no hole, no further member
  if (Reflect.ownKeys(value).length !== length + 1) throw new Refused('not-data')
  return Array.from({ length }, (_, index) => copy(dataOf(value, String(index)), depth + 1, budget))
}

function copyObject(value: object, depth: number, budget: Budget): Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as object | null
  // an object of another realm is as plain as one of this
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw new Refused('not-data')
  if (prototype !== null && !Object.hasOwn(prototype, 'hasOwnProperty')) throw new Refused('not-data')
  const result: Record<string, unknown> = Object.create(null)
  for (const name of Reflect.ownKeys(value)) {
    // a hidden symbol is no member to anybody; a sealed receipt has one
    if (typeof name === 'symbol' && !Object.getOwnPropertyDescriptor(value, name)?.enumerable) continue
    const member = dataOf(value, name)
    if (typeof name === 'symbol') throw new Refused('not-data')
    spend(budget, name.length + 1)
    // as the types have it: an optional member may be undefined
    if (member !== undefined) result[name] = copy(member, depth + 1, budget)
  }
  return result
}

function copy(value: unknown, depth: number, budget: Budget): unknown {
  if (typeof value === 'string') spend(budget, value.length)
  if (Object.is(value, -0)) budget.lossy = true
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) throw new Refused('too-deep')
  return Array.isArray(value) ? copyArray(value, depth, budget) : copyObject(value, depth, budget)
}

/**
 * Copies an object, reading each member once.
 *
 * @param value - what claims to be a receipt
 * @returns the copy, of plain data alone, and whether its JSON says less than it does; or why there is none
 */
export function snapshot(
  value: unknown,
): { readonly copy: unknown; readonly lossy?: true | undefined } | { readonly fault: SnapshotFault } {
  const budget: Budget = { left: MAX_LINE_BYTES }
  try {
    return { copy: copy(value, 1, budget), lossy: budget.lossy }
  } catch (refused) {
    // a proxy may throw what it likes: it is no data either
    return { fault: refused instanceof Refused ? refused.fault : 'not-data' }
  }
}
