/** The report as a file: one text, a schema that says what the reader checks, and nothing else is read. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Infer, JsonSchema } from '../../../src/receipt/schema/describe.js'
import { parseReport, reportDigest, toJson } from '../../../src/report/json.js'
import { reportSchema } from '../../../src/report/schema/json-schema.js'
import type { report as reportShape } from '../../../src/report/schema/report.js'
import type { Report } from '../../../src/report/types.js'
import { jcs } from '../../receipt/jcs.js'
import { hostileTexts, type SampleOptions, sampleReport } from '../support/sample.js'

const published = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../../schema/report.schema.json', import.meta.url)), 'utf8'),
) as JsonSchema
const ajv = new Ajv2020({ strict: true, strictRequired: false, formats: { 'date-time': true } })
const fits = ajv.compile(published)

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const variants: readonly (readonly [string, SampleOptions])[] = [
  ['the sample', {}],
  ['an empty period', { empty: true }],
  ['a falsified chain', { tampered: true }],
  ['two chains', { chains: 2 }],
  ['an open flag', { acknowledged: false }],
  ['hostile strings', { hostile: true }],
  ['three decisions', { n: 3 }],
]

describe('the published schema', () => {
  it('is what the shapes say', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(reportSchema())))
  })

  it.each(variants)('takes %s, and so does the reader', async (_name, options) => {
    const report = await sampleReport(options)
    expect(fits(report), JSON.stringify(fits.errors?.slice(0, 3))).toBe(true)
    expect(parseReport(toJson(report))).toEqual(report)
  })

  it('allows no member that it does not name, anywhere', () => {
    const open: string[] = []
    const walk = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      if ('properties' in schema && (schema as JsonSchema).additionalProperties !== false) open.push(path)
      for (const [name, part] of Object.entries(schema)) walk(part, `${path}/${name}`)
    }
    walk(published, '')
    expect(open).toEqual([])
  })

  it('is of the type: no member of one is missing in the other', () => {
    /** Every optional member required, so that one that is only in one of them shows. */
    type Whole<T> = T extends string | number | boolean
      ? T
      : T extends readonly (infer Item)[]
        ? readonly Whole<Item>[]
        : { readonly [Name in keyof T]-?: Whole<Exclude<T[Name], undefined>> }
    // texts with a form of their own are strings in the type
    type Described = Whole<Infer<typeof reportShape>>
    expectTypeOf<Described>().toMatchTypeOf<Whole<Report>>()
    expectTypeOf<Whole<Report>>().toMatchTypeOf<Described>()
  })
})

describe('the text', () => {
  it('is the canonical form, by another writer of it, and its digest that of the bytes', async () => {
    const report = await sampleReport({ hostile: true })
    const text = toJson(report)
    expect(text).toBe(jcs(report as unknown as Parameters<typeof jcs>[0]))
    expect(text.endsWith('\n')).toBe(false)
    expect(reportDigest(report)).toBe(`sha256:${createHash('sha256').update(text).digest('hex')}`)
  })

  it('is read in whatever order and white space, to the same digest', async () => {
    const report = await sampleReport({ n: 3 })
    const reversed = (value: Json): Json =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([name, member]) => [name, reversed(member)]),
            )
          : value
    const text = JSON.stringify(reversed(JSON.parse(toJson(report))), undefined, 3)
    expect(reportDigest(parseReport(text))).toBe(reportDigest(report))
  })

  it('keeps hostile strings as the data that they are', async () => {
    const report = parseReport(toJson(await sampleReport({ hostile: true })))
    expect(report.verdict).toBe('VALID')
    expect(report.system?.name).toBe(hostileTexts[0])
    for (const text of hostileTexts) {
      const stored = report.excerpt.ranges.some(({ lines }) =>
        lines.some((line) => {
          const { tags, details } = JSON.parse(line)
          return tags?.includes(text) && details?.rationale === text && details.metadata.note === text
        }),
      )
      expect(stored, text).toBe(true)
    }
    const labels = report.figures.fairness.attributes.flatMap(({ groups }) => groups.map(({ group }) => group))
    expect(labels).toContain('alert(1)')
    expect(report.figures.counts.models.labels.map(({ label }) => label)).toContain('javascript:alert')
  })
})

describe('a report read back', () => {
  const refusal = (value: Json | string): { code?: string; details?: { path?: string } } | undefined => {
    try {
      parseReport(typeof value === 'string' ? value : JSON.stringify(value))
      return undefined
    } catch (error) {
      return error as { code?: string; details?: { path?: string } }
    }
  }

  /** A report with something in most places, as small as it can be. */
  async function smallReport(): Promise<Json> {
    const report = JSON.parse(toJson(await sampleReport({ n: 40, report: { embed: 2 } })))
    report.provisions.findings.splice(2)
    for (const { entries } of report.crosswalks) entries.splice(1)
    for (const chain of report.chains) {
      chain.monitor.path.splice(2)
      chain.events.items.splice(3)
      chain.notices.splice(1)
    }
    report.figures.failure.course.splice(2)
    report.figures.actions.spans.splice(2)
    report.figures.latency.distribution.splice(2)
    expect(parseReport(JSON.stringify(report))).toEqual(report)
    return report
  }

  /** Every place of a value, the first item of a list standing for all. */
  function* places(value: Json, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
    if (path.length > 0) yield path
    if (Array.isArray(value))
      for (const [index, item] of value.slice(0, 1).entries()) yield* places(item, [...path, index])
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) yield* places(member, [...path, name])
  }

  const at = (value: Json, path: readonly (string | number)[]): Json =>
    path.reduce((inner: Json, step) => (inner as { [name: string]: Json })[step] as Json, value)

  /** The refusal of a report with one change, which is undone. */
  function refusalWith(
    value: Json,
    path: readonly (string | number)[],
    change: (parent: { [name: string]: Json }, name: string) => void,
  ) {
    const parent = at(value, path.slice(0, -1)) as { [name: string]: Json }
    const name = String(path.at(-1))
    const before = parent[name] as Json
    change(parent, name)
    const text = JSON.stringify(value)
    parent[name] = before
    return { text, error: refusal(text) }
  }

  /** Free vocabulary: any text, or any name, is right there. */
  const free = /\.(facts|types|counts|reference)$|^chains\.\d\.counts$/

  it('is refused with a member of another type, wherever it is', async () => {
    const small = await smallReport()
    let tried = 0
    for (const path of places(small)) {
      const others: readonly Json[] = [null, typeof at(small, path) === 'string' ? 7 : 'text', [[]]]
      for (const wrong of [others[tried % 3] as Json]) {
        const { error } = refusalWith(small, path, (parent, name) => {
          parent[name] = wrong
        })
        tried += 1
        expect(error?.code, `${path.join('.')} = ${JSON.stringify(wrong)}`).toBe('REPORT_MALFORMED')
      }
    }
    expect(tried).toBeGreaterThan(600)
  })

  it('is refused with a member more, wherever it is', async () => {
    const small = await smallReport()
    let tried = 0
    for (const path of [[], ...places(small)]) {
      const value = at(small, path)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
      if (free.test(`.${path.join('.')}`)) continue
      const { error } = refusalWith(small, [...path, 'unheardOf'], (parent, name) => {
        parent[name] = 1
      })
      delete (value as { [name: string]: Json }).unheardOf
      tried += 1
      expect(error?.code, path.join('.')).toBe('REPORT_MALFORMED')
    }
    expect(tried).toBeGreaterThan(100)
  })

  it('is refused with a member less, where the schema asks for it', async () => {
    const small = await smallReport()
    let refused = 0
    const accepted = new Set<string>()
    for (const path of places(small)) {
      if (typeof path.at(-1) === 'number') continue
      const { text, error } = refusalWith(small, path, (parent, name) => {
        delete parent[name]
      })
      const schemaTakes = fits(JSON.parse(text))
      // the reader is at least as strict as the schema
      if (!schemaTakes) expect(error?.code, path.join('.')).toBe('REPORT_MALFORMED')
      if (error === undefined) accepted.add(path.join('.'))
      else refused += 1
    }
    expect(refused).toBeGreaterThan(400)
    // what may be absent: members of open vocabularies, and what the types mark so
    for (const path of accepted) {
      expect(path).not.toMatch(/^[a-z]+$(?<!^system$)/i)
      expect(path).not.toMatch(
        /(?:^|\.)(?:verdict|n|level|rate|seq|receipts|decisions|state)$(?<!\.begin\.seq|notices\.0\.seq)/,
      )
    }
  })

  it.each<[string, (report: { [name: string]: never }) => void, string]>([
    [
      'a better verdict',
      (report: { verdict: string }) => {
        report.verdict = 'VALID'
      },
      'verdict',
    ],
    [
      'more receipts',
      (report: { period: { receipts: number } }) => {
        report.period.receipts += 1
      },
      'period.receipts',
    ],
    [
      'a period that is no longer empty',
      (report: { period: { empty: boolean } }) => {
        report.period.empty = true
      },
      'period.empty',
    ],
    [
      'a period that is not over',
      (report: { period: { state: string } }) => {
        report.period.state = 'running'
      },
      'period.state',
    ],
    [
      'a period that ends before it begins',
      (report: { period: { until: string } }) => {
        report.period.until = '2020-01-01T00:00:00.000Z'
      },
      'period.until',
    ],
    [
      'a better rate',
      (report: Report) => {
        ;(report.figures.failure.estimate as { rate: number }).rate = 0.001
      },
      'figures.failure.estimate',
    ],
    [
      'fewer failures',
      (report: Report) => {
        ;(report.figures.failure.estimate as { count: number }).count -= 1
      },
      'figures.failure.estimate',
    ],
    [
      'a chain twice',
      (report: Report) => {
        ;(report.chains as unknown[]).push(report.chains[0])
      },
      '',
    ],
    [
      'a line that is gone',
      (report: Report) => {
        const [range] = report.excerpt.ranges
        ;(range?.lines as unknown as string[] | undefined)?.pop()
      },
      'excerpt.ranges[0].lines',
    ],
    [
      'more lines than were allowed',
      (report: Report) => {
        ;(report.parameters as { embed: number }).embed = 3
      },
      'excerpt',
    ],
    [
      '23 hours',
      (report: Report) => {
        ;(report.figures.counts.hourOfDay as number[]).pop()
      },
      'figures.counts.hourOfDay',
    ],
    [
      'a day that does not exist',
      (report: Report) => {
        ;(report as { asOf: string }).asOf = '2026-02-30T00:00:00.000Z'
      },
      'asOf',
    ],
  ] as never)('is refused with %s', async (_name, change, path) => {
    const copy = JSON.parse(toJson(await sampleReport({ tampered: true })))
    change(copy)
    const error = refusal(copy)
    expect(error?.code).toBe('REPORT_MALFORMED')
    expect(error?.details?.path).toContain(path)
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another format', '{"format":"quittance-report/2"}'],
    ['a byte order mark', '\ufeff{}'],
  ])('is refused when it is %s', (_name, text) => {
    expect(refusal(text)?.code).toBe('REPORT_MALFORMED')
  })

  it('is refused with a member twice, and with what has no canonical form', async () => {
    const text = toJson(await sampleReport({ n: 3 }))
    expect(refusal(text.replace('"locale":"en"', '"locale":"en","locale":"en"'))?.code).toBe('REPORT_MALFORMED')
    expect(refusal(text.replace('"name":"Meadow', '"name":"\\ud800Meadow'))?.code).toBe('REPORT_MALFORMED')
    expect(refusal(text.replace('"name":"Meadow', '"__proto__":{},"name":"Meadow'))?.code).toBe('REPORT_MALFORMED')
  })

  it('quotes nothing of what it refuses', () => {
    const error = refusal('{"<script>alert(1)</script>":1}')
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('script')
  })
})
