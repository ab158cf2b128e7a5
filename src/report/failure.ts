/** What makes a decision a failure: rules, as a caller gives them and as a report prints them. */
import type { DecisionReceipt } from '../receipt/types.js'
import type { FailureRule, PrintedFailureRule } from './types.js'

/** What holds where nobody says otherwise: a check fired, or there was an error. */
export const defaultFailure: readonly FailureRule[] = [{ kind: 'check' }, { kind: 'error' }]

/**
 * Makes the rules one question.
 *
 * @param rules - any of them is enough
 * @returns whether a decision fails
 */
export function failureTest(rules: readonly FailureRule[]): (receipt: DecisionReceipt) => boolean {
  const tests = rules.map(testOf)
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (receipt) => tests.some((test) => test(receipt))
}

function testOf(rule: FailureRule): (receipt: DecisionReceipt) => boolean {
  if (rule.kind === 'custom') return (receipt) => rule.test(receipt) === true
  if (rule.kind === 'error') return ({ error }) => error !== undefined
  if (rule.kind === 'action') {
    const actions: ReadonlySet<string> = new Set(rule.actions)
    return ({ action }) => action !== undefined && actions.has(action)
  }
  const names = rule.names === undefined ? undefined : new Set(rule.names)
  return ({ checks }) => {
    if (checks === undefined) return false
    for (const check of checks) {
      if (check.fired && check.mode !== 'shadow' && (names === undefined || names.has(check.name))) return true
    }
    return false
  }
}

/**
 * The rules without their functions.
 *
 * @param rules - as a caller gave them
 * @returns as a report prints them
 */
export function printedFailure(rules: readonly FailureRule[]): readonly PrintedFailureRule[] {
  return rules.map((rule) => {
    if (rule.kind === 'custom') return { kind: 'custom', name: rule.name }
    if (rule.kind === 'action') return { kind: 'action', actions: [...rule.actions] }
    if (rule.kind === 'check' && rule.names !== undefined) return { kind: 'check', names: [...rule.names] }
    return { kind: rule.kind }
  })
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((text) => typeof text === 'string' && text.isWellFormed())

const holds: { readonly [kind: string]: (rule: Readonly<Record<string, unknown>>) => boolean } = {
  action: ({ actions }) => isTexts(actions),
  check: ({ names }) => names === undefined || isTexts(names),
  error: () => true,
  custom: ({ name, test }) =>
    typeof name === 'string' && name !== '' && name.isWellFormed() && typeof test === 'function',
}

const members: { readonly [kind: string]: readonly string[] } = {
  action: ['kind', 'actions'],
  check: ['kind', 'names'],
  error: ['kind'],
  custom: ['kind', 'name', 'test'],
}

/**
 * @param rules - what was given as `statistics.failure`
 * @throws TypeError when it is not a list of at least one rule
 */
export function checkFailure(rules: unknown): asserts rules is readonly FailureRule[] {
  const name = 'options.statistics.failure'
  if (!Array.isArray(rules) || rules.length === 0) throw new TypeError(`${name} must be a list of at least one rule`)
  for (const [index, rule] of rules.entries()) {
    const kind: unknown = typeof rule === 'object' && rule !== null ? rule.kind : undefined
    const known = typeof kind === 'string' && Object.hasOwn(holds, kind) ? kind : undefined
    if (known === undefined || !holds[known]?.(rule) || !Object.keys(rule).every((it) => members[known]?.includes(it)))
      throw new TypeError(`${name}[${index}] must be a rule of kind action, check, error or custom, and of that alone`)
  }
}
