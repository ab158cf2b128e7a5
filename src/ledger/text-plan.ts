/**
 * Which texts of a receipt are looked at, and as what: read off the receipt's own schema, so that no member can be
 * forgotten. A text is left alone only where its pattern leaves no room for anybody's data.
 */
import type { RedactionContext } from '../pii/redactor.js'
import type { JsonSchema } from '../receipt/schema/describe.js'
import { receiptMembers } from '../receipt/schema/receipt.js'
import * as words from '../receipt/schema/words.js'

/** As what a text is looked at. */
export type TextKind = RedactionContext['kind']

/** What is to be done below one member; `undefined` where there is nothing to look at. */
export type TextPlan =
  | { readonly is: 'text'; readonly kind: TextKind }
  | { readonly is: 'object'; readonly members: ReadonlyMap<string, TextPlan>; readonly open: boolean }
  | { readonly is: 'record'; readonly names: TextKind; readonly value: TextPlan | undefined }
  | { readonly is: 'list'; readonly item: TextPlan }
  /** Any JSON: every string, and every name. */
  | { readonly is: 'any' }

/** Patterns that only hashes, keys, times and closed words fit. */
const closed: ReadonlySet<unknown> = new Set([
  ...[words.uuidv7, words.digest, words.pseudonym, words.digestOrPseudonym, words.signature].map(
    (word) => word.json.pattern,
  ),
  ...[words.didKey, words.hex32, words.hex64, words.time, receiptMembers.version].map((word) => word.json.pattern),
])

/** Ids that machines make: long runs of digits are normal in them. */
const machineMade: ReadonlySet<string> = new Set(['traceId', 'spanId', 'callId', 'responseId'])

const asText: TextPlan = { is: 'text', kind: 'text' }

function stringPlan(schema: JsonSchema, name: string, free: boolean): TextPlan | undefined {
  if (schema.pattern === undefined) return asText
  if (closed.has(schema.pattern)) return undefined
  if (free) return asText
  return { is: 'text', kind: machineMade.has(name) ? 'machine' : 'identifier' }
}

function objectPlan(schema: JsonSchema, free: boolean): TextPlan | undefined {
  const members = new Map<string, TextPlan>()
  for (const [name, member] of Object.entries(schema.properties as Readonly<Record<string, JsonSchema>>)) {
    const plan = planOf(member, name, free)
    if (plan) members.set(name, plan)
  }
  const open = schema.patternProperties !== undefined
  return members.size > 0 || open ? { is: 'object', members, open } : undefined
}

/** One of several objects: what any of them has is looked at. */
function unionPlan(schemas: readonly JsonSchema[], free: boolean): TextPlan | undefined {
  const members = new Map<string, TextPlan>()
  for (const schema of schemas) {
    const plan = objectPlan(schema, free)
    if (plan?.is === 'object') for (const [name, member] of plan.members) members.set(name, member)
  }
  return members.size > 0 ? { is: 'object', members, open: false } : undefined
}

function planOf(schema: JsonSchema, name: string, free: boolean): TextPlan | undefined {
  if (schema.const !== undefined || schema.enum !== undefined) return undefined
  if (schema.oneOf !== undefined) return unionPlan(schema.oneOf as readonly JsonSchema[], free)
  switch (schema.type) {
    case 'string':
      return stringPlan(schema, name, free)
    case 'integer':
    case 'number':
    case 'boolean':
      return undefined
    case 'array': {
      const item = planOf(schema.items as JsonSchema, name, free)
      return item && { is: 'list', item }
    }
    case 'object':
      if (schema.properties !== undefined) return objectPlan(schema, free)
      if (schema.additionalProperties !== undefined) {
        const value = planOf(schema.additionalProperties as JsonSchema, name, free)
        return { is: 'record', names: free ? 'text' : 'identifier', value }
      }
      return { is: 'any' }
    default:
      return { is: 'any' }
  }
}

/** In `details` everything is free text, also what the schema holds to a pattern: what redaction leaves must still fit. */
const members = new Map<string, TextPlan>()
for (const [name, shape] of Object.entries(receiptMembers)) {
  const plan = planOf(shape.json, name, name === 'details')
  if (plan) members.set(name, plan)
}

/** The plan of a whole receipt. */
export const receiptPlan: TextPlan & { readonly is: 'object' } = { is: 'object', members, open: true }
