import { beforeAll, describe, expect, test } from 'vitest'
import { formatOf } from '../../../src/report/document/format.js'
import { outlineOf } from '../../../src/report/document/outline.js'
import type { Document } from '../../../src/report/document/types.js'
import { idleChecks } from '../../../src/report/idle-checks.js'
import type { Report } from '../../../src/report/types.js'
import { hostileTexts, sample, sampleReport } from '../support/sample.js'
import { blocksOf, inlinesOf, inlineText, sectionOf, shapeOf, textOf } from './walk.js'

const inOrder = [
  'summary',
  'about',
  'verification',
  'chains',
  'decisions',
  'failures',
  'checks',
  'latency',
  'oversight',
  'fairness',
  'gaps',
  'personal-data',
  'articles',
  'crosswalks',
  'application-dates',
  'sources',
  'seal',
]

const digest = `sha256:${'a'.repeat(64)}`
const reports: Record<string, Report> = {}

beforeAll(async () => {
  reports.sample = await sampleReport()
  reports.two = await sampleReport({ chains: 2 })
  reports.empty = await sampleReport({ empty: true })
  reports.tampered = await sampleReport({ tampered: true })
  reports.hostile = await sampleReport({ hostile: true })
  reports.open = await sampleReport({ acknowledged: false })
  reports.noSystem = await sampleReport({ report: { system: undefined } })
  reports.noChain = { ...(reports.sample as Report), chains: [] }
})

const kinds = ['sample', 'two', 'empty', 'tampered', 'hostile', 'open', 'noSystem', 'noChain'] as const

function outlined(name: (typeof kinds)[number], locale: 'en' | 'de' = 'en'): Document {
  return outlineOf(reports[name] as Report, { locale })
}

describe.each(kinds)('the outline of the report %s', (name) => {
  test('has the same structure in both languages', () => {
    expect(shapeOf(outlined(name, 'de'))).toEqual(shapeOf(outlined(name, 'en')))
  })

  test('has its sections in order, with unique ids', () => {
    const document = outlined(name)
    expect(document.sections.map(({ id }) => id)).toEqual(inOrder)
    const ids = blocksOf(document).flatMap((block) => (block.kind === 'section' ? [block.id] : []))
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(id).toMatch(/^[a-z0-9-]+$/)
  })

  test.each(['en', 'de'] as const)('in %s: tables have all their cells, and none is blank', (locale) => {
    for (const block of blocksOf(outlined(name, locale))) {
      if (block.kind !== 'table') continue
      for (const row of block.rows) {
        expect(row.length, block.caption).toBe(block.columns.length)
        for (const cell of row) expect(cell.map(inlineText).join(''), block.caption).not.toBe('')
      }
    }
  })

  test('leads to sections that are there', () => {
    const document = outlined(name)
    const ids = new Set(blocksOf(document).flatMap((block) => (block.kind === 'section' ? [block.id] : [])))
    const ways = inlinesOf(document).filter((inline) => typeof inline !== 'string' && inline.kind === 'see')
    expect(ways.length).toBeGreaterThan(5)
    for (const way of ways) expect(ids).toContain((way as { section: string }).section)
  })

  test.each([
    ['en', /\b(compliant|complies|certified|safe|trustworthy)\b/i],
    ['de', /\b(konform|zertifiziert|unbedenklich)\b/i],
  ] as const)('in %s: praises nothing', (locale, praise) => {
    expect(textOf(outlined(name, locale)).match(praise)).toBeNull()
  })

  test('has no figure that is not one', () => {
    for (const locale of ['en', 'de'] as const) {
      expect(textOf(outlined(name, locale))).not.toMatch(/\b(NaN|undefined|null|Infinity|\[object)/)
    }
  })
})

describe('the first thing said', () => {
  const first = (document: Document) => document.sections[0]?.blocks[0]

  test('of a good report is its verdict, and what it does not say', () => {
    const block = first(outlined('sample'))
    expect(block).toMatchObject({ kind: 'callout', tone: 'good' })
    expect(JSON.stringify(block)).toContain('does not say that the system works well')
  })

  test('of an INVALID report is that', () => {
    expect(first(outlined('tampered'))).toMatchObject({
      kind: 'callout',
      tone: 'bad',
      title: expect.stringContaining('INVALID'),
    })
    expect(first(outlined('tampered', 'de'))).toMatchObject({ tone: 'bad', title: expect.stringContaining('INVALID') })
  })

  test('of an empty period is that; nothing in it looks good', () => {
    const document = outlined('empty')
    expect(first(document)).toMatchObject({ kind: 'callout', tone: 'warning', title: 'The period is empty' })
    expect(blocksOf(document).filter((block) => block.kind === 'callout' && block.tone === 'good')).toEqual([])
    const failures = sectionOf(document, 'failures')
    expect(JSON.stringify(failures.blocks[1])).toContain('nothing was observed')
    // a rate of what was not observed would be a percentage in one of these sections
    for (const id of ['decisions', 'checks', 'latency', 'oversight', 'fairness', 'personal-data']) {
      const facts = textOf({ ...document, title: '', lead: [], sections: [sectionOf(document, id)] })
      expect(facts, id).not.toMatch(/\b0 of 0 = /)
    }
  })

  test('of a running period is that, and of one ahead', async () => {
    const running = await sampleReport({ report: { now: '2026-04-12T00:00:00.000Z' } })
    expect(first(outlineOf(running))).toMatchObject({ tone: 'warning', title: 'The period is still running' })
    const ahead = { ...running, period: { ...running.period, state: 'ahead' as const, empty: true, receipts: 0 } }
    const titles = outlineOf(ahead).sections[0]?.blocks.flatMap((block) =>
      block.kind === 'callout' ? [block.title] : [],
    )
    expect(titles?.slice(0, 2)).toEqual(['The period is empty', 'The period has not begun'])
  })

  test('of a report on no chain is that', () => {
    expect(first(outlined('noChain'))).toMatchObject({ tone: 'bad', title: 'No chain was looked at' })
  })
})

describe('what the verifier found', () => {
  test('stands there by code, with the receipt and how many were left out', () => {
    const report = reports.tampered as Report
    const [chain] = report.chains
    const document = outlined('tampered')
    const text = textOf({ ...document, sections: [sectionOf(document, 'verification')] })
    for (const code of Object.keys(chain?.counts ?? {})) expect(text).toContain(code)
    const left = (chain?.checked ?? 0) - (chain?.counted ?? 0)
    expect(left).toBeGreaterThan(0)
    const summary = sectionOf(document, 'summary')
    expect(JSON.stringify(summary)).toContain(`${left} of ${chain?.checked} receipts or lines are not counted`)
    const problem = chain?.problems[0]
    expect(text).toContain(`${chain?.chainId}#${problem?.seq}`)
  })

  test('comes with a command that judges the chain again', () => {
    const [chain] = (reports.sample as Report).chains
    const text = textOf(outlined('sample'))
    expect(text).toContain(
      `quittance verify ./receipts --chain ${chain?.chainId} --keyring keyring.json --chain-root ${chain?.scope.root} ` +
        `--expect-head ${chain?.scope.head?.seq}:${chain?.scope.head?.receiptHash}`,
    )
  })
})

describe('receipts named', () => {
  test.each(['sample', 'hostile'] as const)('in %s are receipts of the store', async (name) => {
    const { receipts } = await sample(name === 'hostile' ? { hostile: true } : {})
    const byId = new Map((await receipts()).map((receipt) => [receipt.receiptId, receipt]))
    const named = inlinesOf(outlined(name)).flatMap((inline) =>
      typeof inline !== 'string' && inline.kind === 'receipt' ? [inline.ref] : [],
    )
    expect(named.length).toBeGreaterThan(100)
    for (const { receiptId, seq, chainId } of named) expect(byId.get(receiptId)).toMatchObject({ seq, chainId })
  })
})

describe('flags and changes', () => {
  test('open flags are told first and named beside what chance would raise', () => {
    const report = reports.open as Report
    const open = report.chains[0]?.monitor.sprt.openFlags ?? 0
    expect(open).toBeGreaterThan(0)
    const summary = JSON.stringify(sectionOf(outlined('open'), 'summary'))
    expect(summary).toContain('Flags are open')
    const failures = textOf({ ...outlined('open'), sections: [sectionOf(outlined('open'), 'failures-chain-1')] })
    expect(failures).toContain('no: it is open')
    expect(failures).toMatch(/at most 0\.\d\d on average in \d+ cycles; \d+ were raised/)
  })

  test('flags that a person acknowledged stay countable in the summary', () => {
    const report = reports.sample as Report
    const { openFlags, flags } = report.chains[0]?.monitor.sprt ?? { openFlags: -1, flags: { total: 0 } }
    expect(openFlags).toBe(0)
    expect(flags.total).toBeGreaterThan(0)
    const summary = JSON.stringify(sectionOf(outlined('sample'), 'summary'))
    expect(summary).toContain(`0 of ${flags.total} that were raised`)
    expect(summary).not.toContain('Flags are open')
  })

  test('alarms that only continue are no change points', () => {
    const report = reports.sample as Report
    const [chain] = report.chains
    if (chain === undefined) throw new Error('the sample has a chain')
    const [alarm] = chain.monitor.change.alarms.items
    if (alarm === undefined) throw new Error('the sample has an alarm')
    const again = { ...alarm, seq: alarm.seq + 1, continues: true }
    const alarms = { ...chain.monitor.change.alarms, total: 2, items: [alarm, again] }
    const monitor = { ...chain.monitor, change: { ...chain.monitor.change, alarms } }
    const document = outlineOf({ ...report, chains: [{ ...chain, monitor }] })
    const caption = `Change points, chain ${chain.chainId}`
    const table = blocksOf(document).find((block) => block.kind === 'table' && block.caption === caption)
    expect(table).toMatchObject({ rows: [expect.anything()] })
    expect(textOf(document)).toContain('1 more alarm only says that the change of the alarm before is still there.')
  })
})

describe('a failure rule that waits in vain', () => {
  const ruled = (names: readonly string[]): Report => {
    const report = reports.sample as Report
    return { ...report, parameters: { ...report.parameters, failure: [{ kind: 'check', names }] } }
  }
  const summaryOf = (report: Report, locale: 'en' | 'de' = 'en'): string =>
    textOf({
      ...outlineOf(report, { locale }),
      sections: [sectionOf(outlineOf(report, { locale }), 'summary')],
    }).replaceAll('\n', '')

  test('names the checks of which no result counts, each once, and no other', () => {
    const ran = (reports.sample as Report).figures.checks.checks.find(({ fireRate }) => fireRate.n > 0)?.name ?? ''
    expect(ran).not.toBe('')
    const told = summaryOf(ruled(['toxicit', ran, 'toxicit']))
    expect(told).toContain('has a result that counts of toxicit, which the failure rule names')
    expect(told).not.toContain(`${ran}, which the failure rule`)
    expect(summaryOf(ruled(['toxicit']), 'de')).toContain('trägt ein Ergebnis von toxicit, das zählt')
    expect(summaryOf(ruled([ran]))).not.toContain('which the failure rule names')
  })

  test('a check that failed each time, or ran in shadow only, has no result that counts', () => {
    const report = ruled(['dead'])
    const [like] = report.figures.checks.checks
    if (like === undefined) throw new Error('the sample has checks')
    const dead = { ...like, name: 'dead', fireRate: { ...like.fireRate, count: 0, n: 0 } }
    const checks = { ...report.figures.checks, checks: [...report.figures.checks.checks, dead] }
    expect(idleChecks({ ...report, figures: { ...report.figures, checks } })).toEqual(['dead'])
  })

  test('says nothing of an empty period, nor where names are beyond the limit', () => {
    const { parameters } = ruled(['toxicit'])
    expect(idleChecks({ ...(reports.empty as Report), parameters })).toEqual([])
    const report = ruled(['toxicit'])
    const checks = { ...report.figures.checks, other: 1 }
    expect(idleChecks({ ...report, figures: { ...report.figures, checks } })).toEqual([])
  })
})

describe('the system', () => {
  test('is said to be unchecked, and unstated where nothing was stated', () => {
    expect(textOf(outlined('sample'))).toContain('No receipt and no person confirms them')
    expect(textOf(outlined('noSystem'))).toContain('Nothing was said about the system')
    expect(textOf(outlined('noSystem', 'de'))).toContain('Über das System wurde nichts angegeben')
  })

  test('texts from outside stand as they are: formats escape them', () => {
    expect(textOf(outlined('hostile'))).toContain(hostileTexts[0])
  })
})

describe('articles', () => {
  test.each(['en', 'de'] as const)('in %s: each has its title, its limits and its address', (locale) => {
    const report = reports.sample as Report
    const document = outlined('sample', locale)
    for (const { id } of report.provisions.findings) {
      const section = sectionOf(document, `provision-${id}`)
      expect(section.blocks.map(({ kind }) => kind)).toEqual(['facts', 'table', 'paragraph', 'list'])
      const links = inlinesOf({ ...document, lead: [], sections: [section] }).flatMap((inline) =>
        typeof inline !== 'string' && inline.kind === 'link' ? [inline.href] : [],
      )
      expect(links).toHaveLength(1)
      expect(links[0]).toMatch(/^https:\/\/eur-lex\.europa\.eu\//)
      expect(links[0]).toContain(`/${locale.toUpperCase()}/`)
    }
  })
})

describe('the seal', () => {
  const line = (hash: string): string =>
    JSON.stringify({
      chainId: 'acme',
      seq: 7,
      receiptId: '01980000-0000-7000-8000-000000000000',
      timestamp: '2026-04-20T12:00:00.000Z',
      system: { event: 'report', hash, fromSeq: 0, toSeq: 6 },
    })
  const told = (lines: readonly string[]): string => {
    const document = outlineOf(reports.sample as Report, { seal: { digest, lines } })
    return textOf({ ...document, title: '', lead: [], sections: [sectionOf(document, 'seal')] })
  }

  test('that is missing is said to be missing', () => {
    expect(JSON.stringify(sectionOf(outlined('sample'), 'seal'))).toContain('This report is not sealed')
  })

  test('names digest and receipt', () => {
    expect(told([line(digest)])).toContain(digest)
    expect(told([line(digest)])).toContain('acme#7')
    expect(told([line(digest)])).toContain('\nyes')
  })

  test('of another report is said to be of another', () => {
    expect(told([line(`sha256:${'b'.repeat(64)}`)])).toContain('no: another digest')
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"system":{"event":"report"}}',
    line(digest).replace('"seq":7', '"seq":"7"'),
    line(digest).replace('2026-04', '2026-99'),
  ])('that cannot be read is said to be unreadable: %s', (text) => {
    expect(told([text])).toContain('not readable as a receipt')
  })
})

test('the language is the report’s unless another is asked for', () => {
  const report = reports.sample as Report
  expect(outlineOf({ ...report, locale: 'de' }).locale).toBe('de')
  expect(outlineOf({ ...report, locale: 'de' }, { locale: 'en' }).locale).toBe('en')
})

test('the same report gives the same text', () => {
  expect(outlined('two')).toEqual(outlined('two'))
  expect(formatOf('en')).toBe(formatOf('en'))
})
