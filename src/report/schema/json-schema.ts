/** The published JSON Schema of a report: the shapes, each under its name. */
import type { JsonSchema } from '../../receipt/schema/describe.js'
import { withPointers } from '../../receipt/schema/pointers.js'
import * as words from '../../receipt/schema/words.js'
import * as shapes from './report.js'
import * as statistics from './statistics.js'

const ID = 'urn:quittance:schema:report:1'

/** What makes a report malformed though the schema takes it: `consistency.ts` has each. */
export const beyondReportSchema: readonly string[] = [
  'A time is a real instant: its day exists in its month and year.',
  '`period.from` is before `period.until`, `period.state` follows from `asOf`, and `period.receipts` is the sum of the chains.',
  '`verdict` is the worst of the chains; without a chain it is INCOMPLETE.',
  'Chains are in order of their names, each once.',
  'No chain counts more receipts than were checked, nor has more in the period than count.',
  'A rate is its count by its n; with n 0 there is neither rate nor interval, and `absent` says why.',
  'A range has a line for each seq, and there are no more lines than `parameters.embed`.',
]

/** Each shape that is said once, under `$defs`, and what it is. */
const definitions: readonly (readonly [name: string, shape: { readonly json: JsonSchema }, description: string])[] = [
  ['chainId', words.chainName, 'The name of a chain.'],
  ['receiptId', words.uuidv7, 'A UUID of version 7 (RFC 9562).'],
  ['digest', words.digest, 'A SHA-256.'],
  ['keyId', words.didKey, 'An Ed25519 public key as did:key.'],
  ['token', words.token, 'A word of an open vocabulary.'],
  ['time', words.time, 'An instant in UTC, to the millisecond.'],
  ['ref', statistics.ref, 'Where a receipt can be looked up.'],
  ['dated', statistics.dated, 'Where a receipt can be looked up, and when it was sealed.'],
  ['rate', statistics.rate, 'A rate with its sample size and its interval.'],
  ['tally', statistics.tally, 'Counts by label.'],
  ['counts', statistics.counts, 'How much of what.'],
  ['sequence', statistics.sequence, 'A rate with an interval that holds at every sample size.'],
  ['checkRates', statistics.checkRates, 'How often each check fired.'],
  ['oversight', statistics.oversight, 'What people did.'],
  ['fairness', statistics.fairness, 'Selection rates by group: material, not a verdict.'],
  ['gaps', statistics.gaps, 'Time without receipts.'],
  ['sprt', statistics.sprt, "Wald's sequential probability ratio test in recorded cycles."],
  ['change', statistics.change, 'The change detector.'],
  ['verdict', shapes.verdict, 'What the verifier says.'],
  ['system', shapes.system, 'The system, in the words of whoever asked for the report: nobody checked them.'],
  ['parameters', shapes.parameters, 'With them and the same receipts the report can be built again.'],
  ['monitor', shapes.monitor, 'The tests of one chain, from its first receipt to the end of the period.'],
  ['chain', shapes.chain, 'One chain: what the verifier says of it, and what it holds.'],
  ['figures', shapes.figures, 'Figures over the receipts of the period, all chains together.'],
  ['provision', shapes.provision, 'What receipts show of one provision.'],
  ['crosswalk', shapes.crosswalk, 'How many receipts speak to the controls of a framework.'],
  ['excerpt', shapes.excerpt, 'Receipts that come with the report, as they are stored.'],
]

const nameOf: ReadonlyMap<unknown, string> = new Map(definitions.map(([name, shape]) => [shape.json, name]))

/**
 * The schema of a report of format `quittance-report/1`.
 *
 * @returns JSON Schema 2020-12, as plain data; patterns are ECMA-262 and anchored
 */
export function reportSchema(): JsonSchema {
  const beyond = beyondReportSchema.map((rule, index) => `(${index + 1}) ${rule}`).join(' ')
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: ID,
    title: 'A quittance-report/1 report',
    description: 'What verified chains of receipts say about a period. Its digest is over its RFC 8785 form.',
    $comment: `What this schema can't say: ${beyond} Whether the figures are right, the receipts say.`,
    ...withPointers(shapes.report.json, nameOf),
    $defs: Object.fromEntries(
      definitions.map(([name, shape, description]) => [name, { description, ...withPointers(shape.json, nameOf) }]),
    ),
  }
}
