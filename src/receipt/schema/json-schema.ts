/** The published JSON Schema: the shapes, each under its name, and those rules between members that a schema can say. */
import type { JsonSchema } from './describe.js'
import { withPointers } from './pointers.js'
import * as shapes from './receipt.js'
import * as words from './words.js'

const ID = 'urn:quittance:schema:receipt:1'

/** One rule that a reader has to check beside the schema. */
export interface RuleBeyond {
  /** A stable word for it. */
  readonly name: string
  /** The rule, one sentence. */
  readonly rule: string
}

/** What makes a receipt malformed though the schema takes it. `docs/receipt-format.md` has the same list. */
export const beyondSchema: readonly RuleBeyond[] = [
  { name: 'calendar', rule: 'A time is a real instant: its day exists in its month and year.' },
  { name: 'period', rule: '`endedAt` is not before `startedAt`.' },
  {
    name: 'derived-fired',
    rule: 'Where a check has `op`, `score` and `threshold` and no `status`, `fired` is what they say.',
  },
  { name: 'confidence-decimals', rule: '`decision.confidence` has at most 4 decimals.' },
  { name: 'negative-zero', rule: 'A count is not written `-0`.' },
]

/** What the strict canonical form refuses, whatever the members mean. `docs/receipt-format.md` has the same list. */
export const beyondShape: readonly RuleBeyond[] = [
  { name: 'text', rule: 'No string and no name holds half a surrogate pair.' },
  { name: 'numbers', rule: 'No number is beyond ±(2^53-1), also where any JSON is allowed.' },
  { name: 'forbidden-names', rule: 'No member at any depth is named `__proto__`, `constructor` or `prototype`.' },
  {
    name: 'reserved-names',
    rule: 'Below the top and outside `details` no member is named `receiptHash`, `signature`, `details` or `detailsHash`, but where this schema itself names it.',
  },
  { name: 'duplicates', rule: 'No object has a member twice.' },
  { name: 'depth', rule: 'Objects and arrays are nested at most 16 deep, the receipt being the first.' },
  { name: 'size', rule: 'A preimage has at most 65,000 bytes, a line at most 131,072.' },
]

/** Each shape that is said once, under `$defs`, and what it is. */
const definitions: readonly (readonly [name: string, shape: { readonly json: JsonSchema }, description: string])[] = [
  ['id', words.id, 'An identifier.'],
  ['version', words.version, 'A version.'],
  ['token', words.token, 'A word of an open vocabulary: a new one never makes a receipt unsupported.'],
  ['chainId', words.chainName, 'The name of a chain.'],
  ['receiptId', words.uuidv7, 'A UUID of version 7 (RFC 9562).'],
  ['digest', words.digest, 'A SHA-256.'],
  ['pseudonym', words.pseudonym, 'A keyed pseudonym (HMAC-SHA-256).'],
  ['digestOrPseudonym', words.digestOrPseudonym, 'A digest, plain or keyed.'],
  ['signature', words.signature, 'An Ed25519 signature.'],
  ['keyId', words.didKey, 'An Ed25519 public key as did:key.'],
  ['hex32', words.hex32, '128 bits.'],
  ['hex64', words.hex64, '256 bits.'],
  ['time', words.time, 'An instant in UTC, to the millisecond.'],
  ['eventType', shapes.eventType, 'What happened. Closed.'],
  ['action', shapes.action, 'What the system did with a decision. Closed.'],
  ['commitment', shapes.commitment, 'A hash of content that is kept elsewhere, or nowhere.'],
  ['link', shapes.link, 'A typed pointer to another receipt.'],
  ['source', shapes.source, 'What was consulted.'],
  ['usage', shapes.usage, 'Token counts of a model call.'],
  ['error', shapes.errorInfo, 'That something failed.'],
  ['humanOversight', shapes.humanOversight, 'What a person did about a decision.'],
  ['tool', shapes.tool, 'The tool that was called.'],
  ['decision', shapes.decision, 'What kind of decision it was and how it fell out.'],
  ['model', shapes.model, 'How the model was asked and answered.'],
  ['check', shapes.check, 'One check and whether it fired.'],
  ['capture', shapes.capture, 'How the receipt came to be recorded.'],
  ['system', shapes.system, 'What the ledger says about the chain itself.'],
  ['certificate', shapes.certificate, 'What a root key lets a delegate do.'],
  ['key', shapes.key, 'What changes trust.'],
  ['retention', shapes.retention, 'What removes data, or forbids its removal.'],
  ['details', shapes.details, 'Every free text of a receipt, erasable.'],
]

const nameOf: ReadonlyMap<unknown, string> = new Map(definitions.map(([name, shape]) => [shape.json, name]))

const has = (...members: readonly string[]): JsonSchema => ({ type: 'object', required: members })
const hasNot = (name: string): JsonSchema => ({ type: 'object', properties: { [name]: false } })
const member = (name: string, schema: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: { [name]: schema },
  required: [name],
})
const isEvent = (...types: readonly string[]): JsonSchema => member('eventType', { enum: types })
const some = (items: JsonSchema): JsonSchema => ({ type: 'array', contains: items })

const when = (condition: JsonSchema, consequence: JsonSchema, otherwise?: JsonSchema): JsonSchema => ({
  if: condition,
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema
  then: consequence,
  ...(otherwise === undefined ? {} : { else: otherwise }),
})

/** Rules within one object, beside its members. */
const rulesWithin: { readonly [definition: string]: JsonSchema } = {
  // a keyed hash says which secret it was keyed from
  commitment: when(member('hash', { type: 'string', pattern: '^hmac-' }), has('commitKeyId'), hasNot('commitKeyId')),
  // a check that was not evaluated can't have fired
  check: when(has('status'), member('fired', { const: false })),
  humanOversight: { anyOf: [member('kind', { const: 'request' }), has('reviewerId')] },
}

const only = (eventType: string, name: string): JsonSchema => when(isEvent(eventType), has(name), hasNot(name))

const aPerson: JsonSchema = {
  anyOf: [
    has('subjectId'),
    has('principalId'),
    member('humanOversight', has('reviewerId')),
    member('sources', some(member('match', has('recordId')))),
  ],
}

const oversightOfOneReceipt: JsonSchema = {
  allOf: [has('humanOversight'), { not: member('humanOversight', member('kind', { enum: ['stop', 'resume'] })) }],
}

const linkAbout = member('links', some({ allOf: [member('rel', { const: 'about' }), has('receiptHash')] }))

/** Rules between members of a receipt; each says what `rules.ts` says. */
const rulesBetween: readonly JsonSchema[] = [
  when(isEvent('decision'), { allOf: [has('checks'), { anyOf: [has('action'), has('error')] }] }),
  when(has('action'), isEvent('decision', 'inference', 'tool_call', 'tool_result', 'human_oversight')),
  only('system', 'system'),
  only('retention', 'retention'),
  only('human_oversight', 'humanOversight'),
  // a delegation may ride on any event type, nothing else may
  when(isEvent('key'), has('key'), { properties: { key: member('event', { const: 'delegate' }) } }),
  when(oversightOfOneReceipt, linkAbout),
  when(aPerson, has('pseudonymKeyId'), hasNot('pseudonymKeyId')),
  when(has('details'), has('detailsHash')),
]

const numbered = (rules: readonly RuleBeyond[]) => rules.map(({ rule }, index) => `(${index + 1}) ${rule}`).join(' ')

/**
 * The schema of a sealed `quittance/1` receipt.
 *
 * @returns JSON Schema 2020-12, as plain data; patterns are ECMA-262 and anchored
 */
export function receiptSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: ID,
    title: 'A quittance/1 receipt',
    description: 'One sealed record of one AI decision, or of what happened around it.',
    $comment: `What this schema can't say. Of the members: ${numbered(beyondSchema)} Of the text: ${numbered(beyondShape)} Hash, signature and chain are a verifier's.`,
    ...withPointers(shapes.receipt.json, nameOf),
    allOf: rulesBetween,
    $defs: Object.fromEntries(
      definitions.map(([name, shape, description]) => [
        name,
        { description, ...withPointers(shape.json, nameOf), ...rulesWithin[name] },
      ]),
    ),
  }
}
