/** The entries of a receipt's lists: checks and sources. */
import { derivedFired } from '../receipt/rules.js'
import * as shapes from '../receipt/schema/receipt.js'
import type { Check } from '../receipt/types.js'
import { copyMember, demandObject, demandText, hold } from './arguments.js'
import type { CheckFacts, SourceFacts } from './options.js'

/** On what level an entry stands: receipt, list, entry. */
const LEVEL = 3

/**
 * @param name - the check's
 * @param facts - what was measured
 * @param path - where it will stand, as `checks[2]`
 * @returns the check, frozen, and its free text
 * @throws TypeError naming the member that is wrong
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function checkOf(
  name: string,
  facts: CheckFacts,
  path: string,
): { readonly check: Check; readonly detail?: string | undefined } {
  const { detail, ...given } = copyMember(demandObject(facts, 'check'), path, LEVEL) as CheckFacts
  const derived = given.status === undefined ? derivedFired(given) : false
  const fired = given.fired ?? derived
  if (fired === undefined) throw new TypeError(`${path}.fired is required without op, score and threshold`)
  if (derived !== undefined && derived !== fired) {
    throw new TypeError(
      `${path}.fired contradicts ${given.status === undefined ? 'op, score and threshold' : 'status'}`,
    )
  }
  const check: Check = Object.freeze({ ...given, name, fired })
  hold(shapes.check, check, path)
  if (detail !== undefined) demandText(detail, `${path}.detail`)
  return { check, detail }
}

/**
 * @param facts - what was consulted
 * @param path - where it will stand, as `sources[2]`
 * @returns the source, frozen
 * @throws TypeError naming the member that is wrong
 * @throws QuittanceError `RECEIPT_NOT_JSON`
 */
export function sourceOf(facts: SourceFacts, path: string): SourceFacts {
  const copy = copyMember(demandObject(facts, 'source'), path, LEVEL) as SourceFacts
  if (copy.match === undefined) {
    hold(shapes.source, copy, path)
    return copy
  }
  const { record, ...match } = demandObject(copy.match, `${path}.match`)
  if (record !== undefined) demandText(record, `${path}.match.record`)
  // a pseudonym made elsewhere would be of another key, unseen
  if ('recordId' in match) throw new TypeError(`${path}.match.recordId is the ledger's to write: give record`)
  hold(shapes.source, { ...copy, match }, path)
  return copy
}
