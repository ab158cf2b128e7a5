/** Receipts for property tests, made from the JSON Schema of the shapes, so that a new member is tested unasked. */
import fc from 'fast-check'
import { derivedFired } from '../../src/receipt/rules.js'
import type { JsonSchema } from '../../src/receipt/schema/describe.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
export type JsonObject = { [name: string]: Json }

/** Names that no receipt may hold at any depth, or not below the top. */
const refusedNames = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'receiptHash',
  'signature',
  'details',
  'detailsHash',
])

/** Texts that a line tool could stumble over: quotes, brackets, text that looks like members. */
const awkwardTexts = [
  '',
  ',"receiptHash":"sha256:',
  '"details":{"salt":"00"},"detailsHash":',
  '},"detailsHash":',
  ',"signature":"ed25519:',
  '\\',
  '\\"',
  '\n\r\t\u0000\u001f\u007f\u0080\u2028',
  '€ßÉ漢字😀\ufb33\uffff',
  '{}[]',
]

const anyText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(...awkwardTexts) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...awkwardTexts), fc.constantFrom(...awkwardTexts)).map((two) => two.join('')),
  },
)

/** Numbers that the format takes: no integer beyond 2^53-1. */
export const anyNumber = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
)

/** Any JSON within the format's strictness; `deep` is how many levels may follow. */
export function anyJson(names: fc.Arbitrary<string>, deep = 3): fc.Arbitrary<Json> {
  const leaf: fc.Arbitrary<Json> = fc.oneof(fc.constant(null), fc.boolean(), anyNumber, anyText)
  if (deep === 0) return leaf
  const below = anyJson(names, deep - 1)
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(below, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.dictionary(names, below, { maxKeys: 3, noNullPrototype: true }) },
  )
}

/** Names of members that the format does not reserve. */
export const freeName = fc
  .oneof(
    anyText,
    fc.constantFrom('keyId', 'prevReceiptHash', 'receiptId', 'rel', 'seq', 'redactor', 'retention', '10', '9'),
  )
  .filter((name) => !refusedNames.has(name))

/** Names within `details`: also those that are reserved elsewhere. */
export const detailName = fc.oneof(freeName, fc.constantFrom('receiptHash', 'signature', 'details', 'detailsHash'))

const anyTime = fc
  .date({ min: new Date('0000-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

/** Texts of a pattern; what it says by looking ahead, which the generator can't follow, is filtered for. */
function matching(source: string): fc.Arbitrary<string> {
  const pattern = new RegExp(source)
  const loose = fc.stringMatching(new RegExp(source.replace(/\(\?![^)]*\)/g, '')), { size: 'xsmall' })
  return loose.filter((text) => pattern.test(text))
}

function ofString(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.format === 'date-time') return anyTime
  if (typeof schema.pattern === 'string') return matching(schema.pattern)
  return anyText
}

const extensionName = fc
  .tuple(fc.constantFrom('xA', 'xVendor', 'xZ'), fc.constantFrom('', 'id', '"', 'é', ',"receiptHash":"'))
  .map((two) => two.join(''))

function ofObject(schema: JsonSchema, names: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  const properties = schema.properties as { [name: string]: JsonSchema } | undefined
  if (properties === undefined) {
    const values =
      schema.additionalProperties === undefined
        ? anyJson(names, 2)
        : fromSchema(schema.additionalProperties as JsonSchema, names)
    const keys =
      schema.propertyNames === undefined
        ? names
        : (fromSchema(schema.propertyNames as JsonSchema, names) as fc.Arbitrary<string>)
    return fc.dictionary(
      keys.filter((name) => !refusedNames.has(name)),
      values,
      { maxKeys: 3, noNullPrototype: true },
    )
  }
  const required = schema.required as string[]
  const optional = Object.keys(properties).filter((name) => !required.includes(name))
  const extensions =
    schema.patternProperties === undefined
      ? fc.constant({})
      : fc.oneof(
          { weight: 4, arbitrary: fc.constant({}) },
          {
            weight: 1,
            arbitrary: fc.dictionary(extensionName, anyJson(names, 2), { maxKeys: 2, noNullPrototype: true }),
          },
        )
  return fc
    .tuple(fc.subarray(optional, { maxLength: Math.min(optional.length, 16) }), extensions)
    .chain(([chosen, more]) =>
      fc
        .record(
          Object.fromEntries(
            [...required, ...chosen].map((name) => [
              name,
              fromSchema(properties[name] as JsonSchema, name === 'details' ? detailName : names),
            ]),
          ),
          { noNullPrototype: true },
        )
        .map((members) => ({ ...members, ...more })),
    )
}

const made = new Map<JsonSchema, Map<fc.Arbitrary<string>, fc.Arbitrary<Json>>>()

/** Values that a schema of ours takes; `names` are those of free objects. */
export function fromSchema(schema: JsonSchema, names: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  const before = made.get(schema)?.get(names)
  if (before) return before
  const arbitrary = build(schema, names)
  made.set(schema, (made.get(schema) ?? new Map()).set(names, arbitrary))
  return arbitrary
}

function build(schema: JsonSchema, names: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as Json[]))
  if (schema.const !== undefined) return fc.constant(schema.const as Json)
  if (schema.oneOf !== undefined)
    return fc.oneof(...(schema.oneOf as JsonSchema[]).map((one) => fromSchema(one, names)))
  const { minimum, maximum } = schema as { minimum: number; maximum: number }
  switch (schema.type) {
    case 'string':
      return ofString(schema)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.oneof(fc.nat({ max: 1000 }), fc.constantFrom(minimum, maximum))
    case 'number':
      return fc.oneof(
        fc.double({ min: minimum, max: maximum, noNaN: true }),
        fc.constantFrom(minimum, maximum),
        fc.integer({ min: 0, max: 10_000 }).map((part) => Math.min(Math.max(part / 10_000, minimum), maximum)),
      )
    case 'array':
      return fc.array(fromSchema(schema.items as JsonSchema, names), { maxLength: 3 })
    case 'object':
      return ofObject(schema, names)
    default:
      return anyJson(names, 2)
  }
}

const anyReceiptShape = fromSchema(receiptShape.json, freeName) as fc.Arbitrary<JsonObject>

type Loose = { [name: string]: unknown }

/** Changes the least that makes the rules between members hold. */
function mended(shape: JsonObject): JsonObject {
  const receipt = structuredClone(shape) as Loose
  const without = (name: string) => delete receipt[name]
  const digest = `sha256:${'0'.repeat(64)}`
  const person = `hmac-sha256:${'1'.repeat(64)}`
  // fewer chain events, more decisions: their rules are the richer ones
  for (const name of ['system', 'retention', 'humanOversight'] as const) {
    const eventType = name === 'humanOversight' ? 'human_oversight' : name
    if (receipt[name] !== undefined) receipt.eventType = eventType
    for (const other of ['system', 'retention', 'humanOversight'])
      if (receipt[name] !== undefined && other !== name) without(other)
  }
  const { eventType } = receipt
  if (eventType === 'system') receipt.system ??= { event: 'heartbeat' }
  if (eventType === 'retention') receipt.retention ??= { event: 'shred', secretId: 's', use: 'commit', reason: 'r' }
  if (eventType === 'human_oversight') receipt.humanOversight ??= { kind: 'request' }
  const key = receipt.key as Loose | undefined
  if (eventType === 'key' && key === undefined) {
    receipt.key = { event: 'revoke', keyId: receipt.keyId, effectiveAt: receipt.timestamp, reason: 'r' }
  } else if (eventType !== 'key' && key !== undefined && key.event !== 'delegate') without('key')
  if (!['decision', 'inference', 'tool_call', 'tool_result', 'human_oversight'].includes(eventType as string))
    without('action')
  if (eventType === 'decision') {
    receipt.checks ??= []
    if (receipt.error === undefined) receipt.action ??= 'allow'
  }
  const oversight = receipt.humanOversight as Loose | undefined
  if (oversight !== undefined) {
    if (oversight.kind !== 'request') oversight.reviewerId ??= person
    if (oversight.kind !== 'stop' && oversight.kind !== 'resume') {
      receipt.links = [
        ...((receipt.links as Loose[] | undefined) ?? []),
        { rel: 'about', receiptId: receipt.receiptId, receiptHash: digest },
      ]
    }
  }
  const sources = (receipt.sources ?? []) as Loose[]
  const persons =
    'subjectId' in receipt ||
    'principalId' in receipt ||
    oversight?.reviewerId !== undefined ||
    sources.some((source) => (source.match as Loose | undefined)?.recordId !== undefined)
  if (persons) receipt.pseudonymKeyId ??= 'p-1'
  else without('pseudonymKeyId')
  for (const name of ['input', 'output']) {
    const commitment = receipt[name] as Loose | undefined
    if (commitment === undefined) continue
    if ((commitment.hash as string).startsWith('hmac')) commitment.commitKeyId ??= 'c-1'
    else delete commitment.commitKeyId
  }
  for (const check of (receipt.checks ?? []) as Loose[]) {
    if (check.status !== undefined) check.fired = false
    else check.fired = derivedFired(check) ?? check.fired
  }
  const { startedAt, endedAt } = receipt as { startedAt?: string; endedAt?: string }
  if (startedAt !== undefined && endedAt !== undefined && endedAt < startedAt) {
    receipt.startedAt = endedAt
    receipt.endedAt = startedAt
  }
  const decision = receipt.decision as { confidence?: number } | undefined
  if (decision?.confidence !== undefined) decision.confidence = Math.round(decision.confidence * 10_000) / 10_000
  if (receipt.details !== undefined) receipt.detailsHash ??= digest
  return receipt as JsonObject
}

/** Well-formed receipts of every kind. Hash, link and signature are of the right form, not true. */
export const anyReceipt: fc.Arbitrary<JsonObject> = anyReceiptShape.map(mended)

/** A receipt without its place in a chain: what `frame` takes. */
export const anyBody: fc.Arbitrary<JsonObject> = anyReceipt.map((receipt) => {
  const body = { ...receipt }
  for (const name of ['seq', 'timestamp', 'keyId', 'prevReceiptHash', 'receiptHash', 'signature']) delete body[name]
  return body
})

/** A small decision that every rule accepts, for tests that change one thing. */
export function plainReceipt(): DecisionReceipt {
  return {
    version: 'quittance/1',
    receiptId: '019a0000-0000-7000-8000-000000000001',
    chainId: 'acme',
    seq: 1,
    timestamp: '2026-01-02T03:04:05.678Z',
    eventType: 'decision',
    tenantId: 'acme',
    checks: [{ name: 'limit', fired: false }],
    action: 'allow',
    keyId: `did:key:z6Mk${'a'.repeat(44)}`,
    prevReceiptHash: `sha256:${'2'.repeat(64)}`,
    receiptHash: `sha256:${'3'.repeat(64)}`,
    signature: `ed25519:${'4'.repeat(128)}`,
  }
}
