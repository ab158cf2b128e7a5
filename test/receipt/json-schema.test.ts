/** The hand-fast validator and the published schema must say the same, but for the rules listed as beyond a schema. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/receipt/schema/describe.js'
import { beyondSchema, beyondShape, receiptSchema } from '../../src/receipt/schema/json-schema.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import { anyReceipt, type Json, type JsonObject, plainReceipt } from './arbitraries.js'
import { spoiled } from './mutations.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const published = JSON.parse(readFileSync(`${root}schema/receipt.schema.json`, 'utf8')) as JsonSchema

// `format` is an annotation in 2020-12: declared, so that strict mode knows the word, and not asserted
const ajv = new Ajv2020({ strict: true, strictRequired: false, formats: { 'date-time': true } })
const whole = ajv.compile(published)

const isRealTime = (text: string): boolean => {
  const date = new Date(text)
  return !Number.isNaN(date.getTime()) && date.toISOString() === text
}

/** Every leaf of a value that fits the schema, with the part of the schema it stands under. */
function* leaves(schema: JsonSchema, value: Json): Generator<[JsonSchema, Json]> {
  if (Array.isArray(schema.oneOf)) {
    const event = (value as JsonObject).event
    const [one] = (schema.oneOf as JsonSchema[]).filter(
      (each) => (each.properties as { event: { enum: Json[] } }).event.enum[0] === event,
    )
    yield* leaves(one as JsonSchema, value)
  } else if (Array.isArray(value) && schema.items !== undefined) {
    for (const item of value) yield* leaves(schema.items as JsonSchema, item)
  } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const properties = (schema.properties ?? {}) as { [name: string]: JsonSchema }
    const others = typeof schema.additionalProperties === 'object' ? (schema.additionalProperties as JsonSchema) : {}
    for (const [name, member] of Object.entries(value))
      yield* leaves(Object.hasOwn(properties, name) ? (properties[name] as JsonSchema) : others, member)
  } else {
    yield [schema, value]
  }
}

type Loose = { [name: string]: never }

/** The rules of `beyondSchema`, written a second time from their sentences. */
const breaks: { readonly [name: string]: (receipt: JsonObject) => boolean } = {
  calendar: (receipt) =>
    [...leaves(receiptShape.json, receipt)].some(
      ([schema, value]) => schema.format === 'date-time' && !isRealTime(value as string),
    ),
  period: ({ startedAt, endedAt }) =>
    startedAt !== undefined && endedAt !== undefined && Date.parse(endedAt as string) < Date.parse(startedAt as string),
  'derived-fired': ({ checks }) =>
    ((checks ?? []) as Loose[]).some(({ op, score, threshold, status, fired }) => {
      if (op === undefined || score === undefined || threshold === undefined || status !== undefined) return false
      const above = score > threshold
      const equal = score === threshold
      return fired !== { gt: above, gte: above || equal, lt: !above && !equal, lte: !above }[op as string]
    }),
  'confidence-decimals': ({ decision }) => {
    const confidence = (decision as { confidence?: number } | undefined)?.confidence
    return confidence !== undefined && !/^[01](\.\d{1,4})?$/.test(String(confidence))
  },
  'negative-zero': (receipt) =>
    [...leaves(receiptShape.json, receipt)].some(
      ([schema, value]) => schema.type === 'integer' && Object.is(value, -0),
    ),
}

/** What is wrong where the two judges differ; nothing where they agree. */
function disagreement(receipt: JsonObject, fits: ValidateFunction = whole): string | undefined {
  const faults = receiptFaults(receipt)
  if (!fits(receipt))
    return faults.length > 0 ? undefined : `only the schema refuses it: ${ajv.errorsText(fits.errors)}`
  const broken = Object.keys(breaks).filter((name) => breaks[name]?.(receipt))
  if (faults.length > 0 && broken.length === 0)
    return `only the validator refuses it: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}`
  if (faults.length === 0 && broken.length > 0) return `nobody refuses it, though it breaks ${broken.join()}`
  return undefined
}

describe('the published schema', { timeout: 60_000 }, () => {
  it('is what the shapes and rules say now', async () => {
    expect(published).toEqual(receiptSchema())
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'scripts/generate-schema.ts', '--check'],
      { cwd: root },
    )
    expect(stdout).toContain('up to date')
  })

  it('fits the meta-schema of its draft', () => {
    expect(published.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(ajv.validateSchema(published)).toBe(true)
  })

  it('points only to definitions that are there, and has none to spare', () => {
    const pointers = new Set([...JSON.stringify(published).matchAll(/"#\/\$defs\/(\w+)"/g)].map(([, name]) => name))
    expect(Object.keys(published.$defs as object).sort()).toEqual([...pointers].sort())
  })

  it("lists what it can't say, and so does the page", () => {
    const page = readFileSync(`${root}docs/receipt-format.md`, 'utf8').replace(/\s+/g, ' ')
    for (const { rule } of [...beyondSchema, ...beyondShape]) {
      expect(published.$comment).toContain(rule)
      expect(page).toContain(rule)
    }
  })
})

describe('schema and validator', { timeout: 60_000 }, () => {
  it('take every well-formed receipt', () => {
    fc.assert(
      fc.property(anyReceipt, (receipt) => {
        expect(receiptFaults(receipt)).toEqual([])
        whole(receipt)
        expect(whole.errors ?? []).toEqual([])
      }),
      { seed: 20250101, numRuns: 3_000 },
    )
  })

  it('agree on receipts that were changed in up to three places', () => {
    let refused = 0
    let runs = 0
    fc.assert(
      fc.property(spoiled(anyReceipt), (receipt) => {
        expect(disagreement(receipt)).toBeUndefined()
        runs += 1
        if (receiptFaults(receipt).length > 0) refused += 1
      }),
      { seed: 20250102, numRuns: 8_000 },
    )
    // a comparison says something only where both answers are common
    expect(refused).toBeGreaterThan(runs / 4)
    expect(runs - refused).toBeGreaterThan(runs / 8)
  })

  it('agree on each member left out, and on each value replaced by each other kind of value', () => {
    const kinds: readonly Json[] = [null, true, 0, -1, 0.5, 2 ** 53, '', 'text', [], {}]
    fc.assert(
      fc.property(anyReceipt, (receipt) => {
        for (const name of Object.keys(receipt)) {
          const { [name]: _gone, ...rest } = receipt
          expect(disagreement(rest)).toBeUndefined()
          for (const kind of kinds) expect(disagreement({ ...receipt, [name]: kind })).toBeUndefined()
        }
      }),
      { seed: 20250103, numRuns: 100 },
    )
  })

  it('agree on what is no object at all', () => {
    for (const value of [null, true, 1, 'text', []]) {
      expect(whole(value)).toBe(false)
      expect(receiptFaults(value).length).toBeGreaterThan(0)
    }
  })
})

describe('the comparison', { timeout: 60_000 }, () => {
  const rules = published.allOf as readonly JsonSchema[]
  const defs = published.$defs as { readonly [name: string]: JsonSchema }
  const conditional = Object.keys(defs).filter(
    (name) => defs[name]?.if !== undefined || defs[name]?.anyOf !== undefined,
  )
  const lessOne: readonly (readonly [string, JsonSchema])[] = [
    ...rules.map(
      (_, index) => [`rule ${index + 1} between members`, { ...published, allOf: rules.toSpliced(index, 1) }] as const,
    ),
    ...conditional.map((name) => {
      const { if: _if, then: _then, else: _else, anyOf: _anyOf, ...rest } = defs[name] as JsonSchema
      return [`the rule within ${name}`, { ...published, $defs: { ...defs, [name]: rest } }] as const
    }),
  ]

  it.each(lessOne)('notices a schema without %s', (_, weaker) => {
    const { $id: _id, ...anonymous } = weaker
    const fits = ajv.compile(anonymous)
    const found = fc.check(
      fc.property(spoiled(anyReceipt), (receipt) => disagreement(receipt, fits) === undefined),
      { seed: 20250104, numRuns: 40_000, endOnFailure: true },
    )
    expect(found.failed).toBe(true)
  })
})

describe('beyond the schema', () => {
  const examples: { readonly [name: string]: Json } = {
    calendar: { ...plainReceipt(), timestamp: '2026-02-29T00:00:00.000Z' } as unknown as JsonObject,
    period: {
      ...plainReceipt(),
      startedAt: '2026-01-01T00:00:00.001Z',
      endedAt: '2026-01-01T00:00:00.000Z',
    } as unknown as JsonObject,
    'derived-fired': {
      ...plainReceipt(),
      checks: [{ name: 'limit', op: 'gt', score: 1, threshold: 1, fired: true }],
    } as unknown as JsonObject,
    'confidence-decimals': { ...plainReceipt(), decision: { confidence: 0.12345 } } as unknown as JsonObject,
    'negative-zero': { ...plainReceipt(), stepIndex: -0 } as unknown as JsonObject,
  }

  it('has an example for each rule', () => {
    expect(Object.keys(examples)).toEqual(beyondSchema.map(({ name }) => name))
    expect(Object.keys(breaks)).toEqual(beyondSchema.map(({ name }) => name))
  })

  it.each(beyondSchema.map(({ name }) => name))('%s: the schema takes it, the validator does not', (name) => {
    const receipt = examples[name] as JsonObject
    expect(whole(receipt)).toBe(true)
    expect(receiptFaults(receipt)).toHaveLength(1)
    expect(breaks[name]?.(receipt)).toBe(true)
    expect(Object.keys(breaks).filter((other) => breaks[other]?.(receipt))).toEqual([name])
  })
})
