import type { DecisionReceipt } from '../receipt/types.js'

function isDeepFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (!Object.isFrozen(value)) return false
  for (const member of Object.values(value)) if (!isDeepFrozen(member)) return false
  return true
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const member of Object.values(value)) deepFreeze(member)
  return Object.freeze(value)
}

/**
 * Reads a line into a receipt that nobody can edit.
 *
 * @param line - a line that `JSON.parse` takes
 * @returns the receipt, frozen at every level
 */
export function frozenFrom(line: string): DecisionReceipt {
  return deepFreeze(JSON.parse(line) as DecisionReceipt)
}

/**
 * Makes sure that nobody can edit what a store keeps through an object that they hold.
 *
 * @param receipt - what a caller handed over
 * @param line - its line
 * @returns the same object where it is frozen at every level, else a frozen copy
 */
export function frozenReceipt(receipt: DecisionReceipt, line: string): DecisionReceipt {
  return isDeepFrozen(receipt) ? receipt : frozenFrom(line)
}
