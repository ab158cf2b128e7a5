/** How many receipts speak to each control of a framework. */
import type { CrosswalkFindings } from '../../types.js'
import { iso42001Crosswalk } from '../iso-42001.js'
import { nistAiRmfCrosswalk } from '../nist-ai-rmf.js'
import type { Crosswalk } from '../types.js'
import type { ProvisionEvidenceSnapshot } from './types.js'

/**
 * Sets counts beside the entries of the crosswalks.
 *
 * @param evidence - what `createProvisionEvidence` counted over the period
 * @param crosswalks - the tables that were counted for; default: ISO/IEC 42001 and NIST AI RMF
 * @returns the findings of each framework, its entries in the order of its table
 * @throws RangeError when a framework or an entry was not counted for
 */
export function crosswalkFindings(
  evidence: ProvisionEvidenceSnapshot,
  crosswalks: readonly Crosswalk[] = [iso42001Crosswalk, nistAiRmfCrosswalk],
): readonly CrosswalkFindings[] {
  return crosswalks.map(({ framework, edition, version, entries }) => ({
    framework,
    edition,
    version,
    entries: entries.map(({ id }) => {
      const count = evidence.crosswalks[framework]?.[id]
      if (count === undefined) throw new RangeError(`evidence must have been counted for ${framework} ${id}`)
      const { speaking, first, last } = count
      return {
        id,
        receipts: speaking,
        ...(first === undefined ? {} : { first }),
        ...(last === undefined ? {} : { last }),
      }
    }),
  }))
}
