/** The tables of articles and controls: ids, titles, dates and members, each against something they were not made from. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  aiActProvisions,
  applicationDates,
  applicationOf,
  gdprProvisions,
  iso42001Crosswalk,
  legalSources,
  nistAiRmfCrosswalk,
  provisionById,
  sourceById,
} from '../../src/report/articles/index.js'

const provisions = [...aiActProvisions.provisions, ...gdprProvisions.provisions]
const crosswalks = [iso42001Crosswalk, nistAiRmfCrosswalk]
const tables = {
  aiActProvisions,
  applicationDates,
  gdprProvisions,
  iso42001Crosswalk,
  legalSources,
  nistAiRmfCrosswalk,
}

/** Typed from the Official Journal: https://eur-lex.europa.eu/eli/reg/2024/1689/oj, OJ L, 2024/1689, 12.7.2024. */
const aiActTitles: Readonly<Record<number, string>> = {
  9: 'Risk management system',
  10: 'Data and data governance',
  12: 'Record-keeping',
  13: 'Transparency and provision of information to deployers',
  14: 'Human oversight',
  15: 'Accuracy, robustness and cybersecurity',
  17: 'Quality management system',
  18: 'Documentation keeping',
  19: 'Automatically generated logs',
  20: 'Corrective actions and duty of information',
  26: 'Obligations of deployers of high-risk AI systems',
  27: 'Fundamental rights impact assessment for high-risk AI systems',
  50: 'Transparency obligations for providers and deployers of certain AI systems',
  72: 'Post-market monitoring by providers and post-market monitoring plan for high-risk AI systems',
  73: 'Reporting of serious incidents',
  86: 'Right to explanation of individual decision-making',
}

/** Typed from the Official Journal: https://eur-lex.europa.eu/eli/reg/2016/679/oj, OJ L 119, 4.5.2016. */
const gdprTitles: Readonly<Record<number, string>> = {
  5: 'Principles relating to processing of personal data',
  17: 'Right to erasure (\u2018right to be forgotten\u2019)',
  22: 'Automated individual decision-making, including profiling',
  30: 'Records of processing activities',
}

const repeated = (ids: readonly string[]) => ids.filter((id, index) => ids.indexOf(id) !== index)

function isCalendarDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00.000Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

const schema: Schema = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../schema/receipt.schema.json', import.meta.url)), 'utf8'),
)

/** The object shapes that a place of the schema allows. */
function shapesOf(place: Schema): readonly Schema[] {
  if (place.$ref !== undefined) {
    const target = schema.$defs?.[place.$ref.replace('#/$defs/', '')]
    if (target === undefined) throw new Error(`the schema has no ${place.$ref}`)
    return shapesOf(target)
  }
  if (place.oneOf !== undefined) return place.oneOf.flatMap(shapesOf)
  if (place.items !== undefined) return shapesOf(place.items)
  return [place]
}

const eventOf = (shape: Schema) => shape.properties?.event?.enum?.[0]

function has(shapes: readonly Schema[], path: readonly string[]): boolean {
  const [name, ...rest] = path
  if (name === undefined) return true
  return shapes.some((shape) => {
    const member = shape.properties?.[name]
    return member !== undefined && has(shapesOf(member), rest)
  })
}

const ledgerMembers = ['system', 'key', 'retention'] as const

/** Whether the schema has the member: under one of the events, where it stands under a member that has events. */
function exists(member: string, events: readonly string[] | undefined): boolean {
  const [top, ...rest] = member.split('.')
  const place = schema.properties?.[top ?? '']
  if (place === undefined) return false
  const shapes = shapesOf(place)
  const allowed = events === undefined || !ledgerMembers.some((name) => name === top)
  return has(allowed ? shapes : shapes.filter((shape) => events.some((event) => event === eventOf(shape))), rest)
}

const pointers = [
  ...provisions.flatMap(({ id, evidence }) => evidence.map((pointer) => ({ id, ...pointer }))),
  ...crosswalks.flatMap(({ entries }) => entries),
]

describe('the articles', () => {
  it('have ids of their own', () => {
    expect(repeated(provisions.map(({ id }) => id))).toEqual([])
  })

  it('are the ones that a report needs', () => {
    expect(aiActProvisions.provisions.map(({ cite }) => cite)).toEqual(
      '9 10 12(1) 12(2)(a) 12(2)(b) 12(2)(c) 12(3) 13 14 15 17 18 19 20 26(5) 26(6) 27 50 72 73 86'.split(' '),
    )
    expect(gdprProvisions.provisions.map(({ cite }) => cite)).toEqual(['5', '17', '22', '30'])
  })

  it.each([
    ['Regulation (EU) 2024/1689', aiActProvisions, aiActTitles, 'CELEX:32024R1689'],
    ['Regulation (EU) 2016/679', gdprProvisions, gdprTitles, 'CELEX:32016R0679'],
  ] as const)('of %s bear its titles and lead to its text', (_name, table, titles, celex) => {
    for (const { article, title, address, cite, id, regulation } of table.provisions) {
      expect(title, cite).toBe(titles[article])
      expect(address).toBe(`https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=${celex}#art_${article}`)
      expect(cite === String(article) || cite.startsWith(`${article}(`), cite).toBe(true)
      expect(id).toBe(
        `${id.split('-')[0]}-${id.startsWith('ai') ? 'act-' : ''}${cite.replace(/\)?\(/g, '-').replace(')', '')}`,
      )
      expect(regulation).toBe(table.source)
      expect(`CELEX:${sourceById(regulation)?.celex}`).toBe(celex)
    }
  })

  it('say what they ask in one line, what receipts show and what receipts do not', () => {
    for (const { cite, asks, evidence, cannotShow, addressees } of provisions) {
      expect(asks, cite).toMatch(/^[A-Z][^\n]{20,220}\.$/)
      expect(evidence.length, cite).toBeGreaterThan(0)
      expect(addressees.length, cite).toBeGreaterThan(0)
      expect(cannotShow.length, cite).toBeGreaterThan(0)
      for (const line of cannotShow) expect(line, cite).toMatch(/^[A-Z].+\.$/)
      for (const { shows } of evidence) expect(shows, cite).toMatch(/^[a-z].{10,}[^.]$/)
    }
  })

  it('name the periods of the text for what must be kept: Articles 18(1), 19(1) and 26(6)', () => {
    const kept = provisions.flatMap(({ cite, keepFor }) => (keepFor === undefined ? [] : [{ cite, ...keepFor }]))
    expect(kept).toEqual([
      { cite: '18', years: 10 },
      { cite: '19', months: 6 },
      { cite: '26(6)', months: 6 },
    ])
  })

  it('are confined as the text confines them: Articles 12(3), 27(1) and 86(1)', () => {
    const confined = aiActProvisions.provisions.filter(({ covers }) => covers !== 'high-risk')
    expect(confined.map(({ cite, covers, exceptAnnexIII }) => [cite, covers, exceptAnnexIII])).toEqual([
      ['12(3)', 'annex-iii-1-a', undefined],
      ['27', 'annex-iii', ['2']],
      ['50', 'certain-ai-systems', undefined],
      ['86', 'annex-iii', ['2']],
    ])
  })

  it('never count as shown in full where the article is about papers, people or judgement', () => {
    const full = provisions.filter(({ atMost }) => atMost === 'EVIDENCE').map(({ cite }) => cite)
    expect(full).toEqual(['12(1)', '12(2)(a)', '12(2)(b)', '12(2)(c)', '12(3)', '19', '26(6)'])
  })

  it('are found by id', () => {
    expect(provisionById('ai-act-12-2-a')?.cite).toBe('12(2)(a)')
    expect(provisionById('gdpr-17')?.article).toBe(17)
    expect(provisionById('ai-act-11')).toBeUndefined()
    expect(sourceById('reg-1')).toBeUndefined()
  })
})

describe('the days of application', () => {
  const { dates } = applicationDates

  it('are days of the calendar, in order, under ids of their own', () => {
    expect(repeated(dates.map(({ id }) => id))).toEqual([])
    for (const { date, replaces } of dates) {
      expect(isCalendarDay(date), date).toBe(true)
      if (replaces !== undefined) {
        expect(isCalendarDay(replaces), replaces).toBe(true)
        expect(replaces < date).toBe(true)
      }
    }
    expect(dates.map(({ date }) => date)).toEqual(dates.map(({ date }) => date).toSorted())
  })

  it('are those of Article 113 after the amendment: https://eur-lex.europa.eu/eli/reg/2026/1744/oj, Article 1(39), (40)', () => {
    expect(Object.fromEntries(dates.map(({ id, date }) => [id, date]))).toEqual({
      gdpr: '2018-05-25',
      prohibitions: '2025-02-02',
      'general-purpose-models': '2025-08-02',
      amendment: '2026-07-27',
      general: '2026-08-02',
      'marking-of-earlier-systems': '2026-12-02',
      'added-prohibitions': '2026-12-02',
      'annex-iii-duties': '2027-12-02',
      'annex-i-duties': '2028-08-02',
      'public-authorities': '2030-08-02',
    })
  })

  it('put the amendment into force on the third day after it was published, as its Article 4 says', () => {
    const published = sourceById('reg-2026-1744')?.reference.match(/(\d+)\.(\d+)\.(\d+)$/)
    const [, day, month, year] = (published ?? []).map(Number)
    const third = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, (day ?? 0) + 3)).toISOString().slice(0, 10)
    expect(dates.find(({ id }) => id === 'amendment')?.date).toBe(third)
  })

  it('stand in a source, and say when they could not be read there', () => {
    for (const { id, basis, sources, verified } of dates) {
      expect(basis, id).toMatch(/Article \d/)
      expect(sources.length, id).toBeGreaterThan(0)
      const read = sources.some((source) => sourceById(source)?.verified === true)
      expect(
        sources.filter((source) => sourceById(source) === undefined),
        id,
      ).toEqual([])
      if (verified) expect(read, id).toBe(true)
    }
  })

  it('fit the chapter: Articles 9 to 27 were postponed, Articles 50, 72, 73 and 86 were not', () => {
    for (const provision of aiActProvisions.provisions) {
      const days = applicationOf(provision).map(({ date }) => date)
      const onlyAnnexIII = provision.covers.startsWith('annex-iii')
      if (provision.article < 28)
        expect(days, provision.cite).toEqual(['2027-12-02', ...(onlyAnnexIII ? [] : ['2028-08-02'])])
      else expect(days[0], provision.cite).toBe('2026-08-02')
      expect(days.length).toBe(provision.application.length)
    }
    for (const provision of gdprProvisions.provisions) {
      expect(applicationOf(provision).map(({ date }) => date)).toEqual(['2018-05-25'])
    }
  })
})

describe('the crosswalks', () => {
  /** How many numbers each part has: the numbers run without a break from the first. */
  const nist = { GOVERN: [7, 3, 2, 3, 2, 2], MAP: [6, 3, 5, 2, 2], MEASURE: [3, 13, 3, 3], MANAGE: [4, 4, 2, 3] }
  const nistIds = Object.entries(nist).flatMap(([name, parts]) =>
    parts.flatMap((count, part) => Array.from({ length: count }, (_, index) => `${name} ${part + 1}.${index + 1}`)),
  )
  /** The same for Annex A, where the first number of a part is 2. */
  const iso = {
    'A.2': 3,
    'A.3': 2,
    'A.4': 5,
    'A.5': 4,
    'A.6.1': 2,
    'A.6.2': 7,
    'A.7': 5,
    'A.8': 4,
    'A.9': 3,
    'A.10': 3,
  }
  const isoIds = Object.entries(iso).flatMap(([part, count]) =>
    Array.from({ length: count }, (_, index) => `${part}.${index + 2}`),
  )

  it.each([
    ['NIST AI RMF', nistAiRmfCrosswalk, nistIds, 72],
    ['ISO/IEC 42001', iso42001Crosswalk, isoIds, 38],
  ] as const)('of %s maps or names as silent each id, once', (_name, table, ids, count) => {
    const listed = [...table.entries.map(({ id }) => id), ...table.silent]
    expect(ids).toHaveLength(count)
    expect(repeated(listed)).toEqual([])
    expect(listed.toSorted()).toEqual([...ids].sort())
  })

  it('keep to the order of the framework', () => {
    const places = nistAiRmfCrosswalk.entries.map(({ id }) => nistIds.indexOf(id))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    const controls = iso42001Crosswalk.entries.map(({ id }) => isoIds.indexOf(id))
    expect(controls).toEqual(controls.toSorted((a, b) => a - b))
  })

  it('give each mapping a name, a group and a reason of one sentence', () => {
    for (const { entries, groups, sources } of crosswalks) {
      expect(repeated(groups.map(({ id }) => id))).toEqual([])
      expect(repeated(entries.map(({ reason }) => reason))).toEqual([])
      expect(sources.filter((source) => sourceById(source) === undefined)).toEqual([])
      for (const { id, name, group, reason } of entries) {
        expect(name, id).not.toBe('')
        expect(id.startsWith(`${group}.`), id).toBe(true)
        expect(
          groups.some((one) => one.id === group),
          id,
        ).toBe(true)
        expect(reason, id).toMatch(/^[A-Z][^.]{30,}\.$/)
      }
    }
  })

  it('own up to what was not read', () => {
    expect(legalSources.filter(({ verified }) => !verified).map(({ id }) => id)).toEqual(['iso-iec-42001-2023'])
    for (const { checkedOn, address } of legalSources) {
      expect(isCalendarDay(checkedOn)).toBe(true)
      expect(new URL(address).protocol).toBe('https:')
    }
  })
})

describe('what the tables say of receipts', () => {
  it('names only members of the published schema', () => {
    const strangers = pointers.flatMap(({ id, members, events }) =>
      members.filter((member) => !exists(member, events)).map((member) => `${id}: ${member}`),
    )
    expect(strangers).toEqual([])
    expect(pointers.every(({ members }) => members.length > 0 && repeated(members).length === 0)).toBe(true)
  })

  it('would notice a member or an event that is not there', () => {
    expect(exists('checks.fired', undefined)).toBe(true)
    expect(exists('checks.fires', undefined)).toBe(false)
    expect(exists('verdict', undefined)).toBe(false)
    expect(exists('system.what', ['change'])).toBe(true)
    expect(exists('system.what', ['gap'])).toBe(false)
    expect(exists('sources.match.found', undefined)).toBe(true)
    expect(exists('timestamp.zone', undefined)).toBe(false)
  })

  it('names only event types of the schema, and members that they can have', () => {
    const known = schema.$defs?.eventType?.enum ?? []
    const owned: Readonly<Record<string, readonly string[]>> = {
      system: ['system'],
      key: ['key'],
      retention: ['retention'],
      humanOversight: ['human_oversight'],
      action: ['decision', 'inference', 'tool_call', 'tool_result', 'human_oversight'],
    }
    expect(known).toHaveLength(11)
    for (const { id, eventTypes, members } of pointers) {
      if (eventTypes === 'any') continue
      expect(
        eventTypes.filter((type) => !known.includes(type)),
        id,
      ).toEqual([])
      expect(repeated(eventTypes), id).toEqual([])
      for (const member of members) {
        const owners = owned[member.split('.')[0] ?? '']
        if (owners !== undefined)
          expect(
            eventTypes.some((type) => owners.includes(type)),
            `${id}: ${member}`,
          ).toBe(true)
      }
    }
  })

  it('names only events that exist, on their event types, with something to see on each', () => {
    for (const { id, events, eventTypes, members } of pointers) {
      if (events === undefined) continue
      if (eventTypes === 'any') throw new Error(`${id} has events on any event type`)
      expect(
        eventTypes.filter((type) => !ledgerMembers.some((name) => name === type)),
        id,
      ).toEqual([])
      for (const event of events) {
        const carriers = eventTypes.filter((type) => exists(`${type}.event`, [event]))
        expect(carriers.length, `${id}: ${event}`).toBeGreaterThan(0)
        expect(
          members.some((member) => exists(member, [event])),
          `${id}: ${event}`,
        ).toBe(true)
      }
    }
  })

  it('promises nothing: no word of a verdict', () => {
    expect(JSON.stringify(tables)).not.toMatch(/complian|complies|certif|guarantee|legally safe/i)
  })
})

describe('each table', () => {
  it.each([aiActProvisions, gdprProvisions, applicationDates, iso42001Crosswalk, nistAiRmfCrosswalk])(
    'has a version and a day',
    ({ version, date }) => {
      expect(Number.isInteger(version) && version > 0).toBe(true)
      expect(isCalendarDay(date)).toBe(true)
    },
  )

  it('survives the way through JSON', () => {
    expect(JSON.parse(JSON.stringify(tables))).toEqual(tables)
  })
})
