import GithubSlugger from 'github-slugger'
import { beforeAll, describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { legalSources } from '../../../src/report/articles/sources.js'
import { toMarkdown } from '../../../src/report/markdown/to-markdown.js'
import type { Report } from '../../../src/report/types.js'
import { hostileTexts, sample, sampleReport } from '../support/sample.js'
import { type Node, nodesOf, parse, readable, type Table, tablesOf } from './parse.js'

const pages: Record<string, string> = {}
let report: Report
let receipts: DecisionReceipt[]

beforeAll(async () => {
  report = await sampleReport()
  receipts = await (await sample()).receipts()
  pages.en = toMarkdown(report, { locale: 'en' })
  pages.de = toMarkdown(report, { locale: 'de' })
  for (const [name, options] of Object.entries({
    two: { chains: 2 },
    empty: { empty: true },
    tampered: { tampered: true },
    hostile: { hostile: true },
  } as const)) {
    const other = await sampleReport(options)
    pages[`${name}.en`] = toMarkdown(other, { locale: 'en' })
    pages[`${name}.de`] = toMarkdown(other, { locale: 'de' })
  }
  const attack = [
    ...hostileTexts,
    '| a@b.example|c \\| `|` | www.x.example #1 @x $x$ :smile: \n\n# heading\n- item\n---',
  ].join(' ')
  const poison = { ...(poisoned(report, attack) as Report), crosswalks: report.crosswalks }
  pages['poisoned.en'] = toMarkdown(poison, { locale: 'en' })
  pages['poisoned.de'] = toMarkdown(poison, { locale: 'de' })
})

/** Strings that came from outside, by the member that holds them. */
const outside = new Set([
  'chainId',
  'label',
  'name',
  'message',
  'requestId',
  'group',
  'reference',
  'attribute',
  'event',
  'path',
])

/** The report as somebody would have it who writes its JSON by hand: every such string ends in an attack. */
function poisoned(value: unknown, attack: string, member = ''): unknown {
  if (typeof value === 'string') return outside.has(member) ? `${value} ${attack}` : value
  if (Array.isArray(value)) return value.map((item) => poisoned(item, attack, member))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, poisoned(inner, attack, member === 'facts' ? 'name' : name)]),
  )
}

const names = [
  'en',
  'de',
  'two.en',
  'two.de',
  'empty.en',
  'empty.de',
  'tampered.en',
  'tampered.de',
  'hostile.en',
  'hostile.de',
  'poisoned.en',
  'poisoned.de',
]
const pageOf = (name: string): string => pages[name] as string

const trees = new Map<string, Node>()
/** The page as a tree, parsed once. */
function treeOf(name: string): Node {
  const tree = trees.get(name) ?? parse(pageOf(name))
  trees.set(name, tree)
  return tree
}

describe('the page kept', () => {
  test.each(['en', 'de'])('%s', async (locale) => {
    await expect(pageOf(locale)).toMatchFileSnapshot(`golden/sample.${locale}.md`)
  })
})

describe.each(names)('the page %s, as GitHub reads it', (name) => {
  test('has no link but those of our tables, no picture and no HTML', () => {
    const nodes = nodesOf(treeOf(name))
    const ours = new Set(['eur-lex.europa.eu', ...legalSources.map(({ address }) => new URL(address).host)])
    const links = nodes.filter(({ type }) => type === 'link').map(({ url }) => url as string)
    expect(links.length).toBeGreaterThan(30)
    for (const url of links) if (!url.startsWith('#')) expect(ours).toContain(new URL(url).host)
    const types = new Set(nodes.map(({ type }) => type))
    for (const type of [
      'html',
      'image',
      'footnoteReference',
      'definition',
      'code',
      'delete',
      'break',
      'thematicBreak',
    ]) {
      expect(types).not.toContain(type)
    }
  })

  test('has ways that lead to its headings', () => {
    const root = treeOf(name)
    const slugger = new GithubSlugger()
    const headings = nodesOf(root).filter(({ type }) => type === 'heading')
    const slugs = new Set(headings.map((heading) => slugger.slug(readable(heading))))
    const ways = nodesOf(root).flatMap(({ type, url }) => (type === 'link' && url?.startsWith('#') ? [url] : []))
    expect(ways.length).toBeGreaterThan(20)
    for (const way of ways) expect(slugs).toContain(decodeURIComponent(way.slice(1)))
  })

  test('has tables whose rows are as wide as their heads', () => {
    const tables = tablesOf(treeOf(name))
    expect(tables.length).toBeGreaterThan(20)
    // a row that a pipe had cut would show as another number of cells, one that a line had cut as a missing row
    expect(tables.length).toBe(
      pageOf(name)
        .split('\n')
        .filter((line) => /^\|( -+:? \|)+$/.test(line)).length,
    )
    for (const { head, rows, caption } of tables) {
      expect(rows.length, caption).toBeGreaterThan(0)
      for (const row of rows) expect(row.length, caption).toBe(head.length)
    }
    const lines = pageOf(name)
      .split('\n')
      .filter((line) => line.startsWith('| '))
    expect(lines.length).toBe(tables.reduce((sum, { rows }) => sum + rows.length + 2, 0))
  })

  test('shows nothing that hides', () => {
    expect(pageOf(name).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('has callouts that GitHub sets as such', () => {
    const quotes = nodesOf(treeOf(name)).filter(({ type }) => type === 'blockquote')
    expect(quotes.length).toBeGreaterThan(1)
    for (const quote of quotes) expect(readable(quote)).toMatch(/^\[!(NOTE|WARNING|CAUTION)\]\n/)
  })
})

describe('hostile texts', () => {
  test.each(['hostile.en', 'hostile.de'])('stand in %s as they are', (name) => {
    const [title] = treeOf(name).children ?? []
    expect(readable(title as Node)).toContain(hostileTexts[0])
    const read = nodesOf(treeOf(name)).flatMap((node) => (node.type === 'listItem' ? [readable(node)] : []))
    for (const text of hostileTexts.filter((text) => /^[\x20-\x7e]+$/.test(text))) {
      expect(
        read.some((item) => item.includes(text.replace(/ +/g, ' '))),
        text,
      ).toBe(true)
    }
    expect(read.some((item) => item.includes('\\u{202E}gnitnirp\\u{202C}'))).toBe(true)
    expect(read.some((item) => item.includes('passwd\\u{D}\\u{A}Set-Cookie'))).toBe(true)
  })
})

test('strings of a report written by hand stand in titles, tables and facts as they are', () => {
  for (const type of ['heading', 'tableCell', 'listItem', 'paragraph']) {
    const found = nodesOf(treeOf('poisoned.en')).filter(
      (node) => node.type === type && readable(node).includes('\\u{202E}gnitnirp'),
    )
    expect(found.length, type).toBeGreaterThan(1)
    for (const node of found) expect(readable(node)).toContain(':smile: \\u{A}\\u{A}# heading\\u{A}- item\\u{A}---')
  }
})

describe('the first callout', () => {
  const first = (name: string): string => {
    const [quote] = nodesOf(treeOf(name)).filter(({ type }) => type === 'blockquote')
    return readable(quote as Node)
  }

  test('of an empty period', () => {
    expect(first('empty.en')).toMatch(/^\[!WARNING\]\nThe period is empty/)
    expect(first('empty.de')).toMatch(/^\[!WARNING\]\nDer Zeitraum ist leer/)
  })

  test('of an INVALID report', () => {
    expect(first('tampered.en')).toMatch(/^\[!CAUTION\]\n.*INVALID/)
    expect(first('tampered.de')).toMatch(/^\[!CAUTION\]\n.*INVALID/)
  })
})

/** Wilson (1927), from the formula. */
function wilsonText(count: number, n: number): string {
  const z = 1.959963984540054
  const middle = (count + (z * z) / 2) / (n + z * z)
  const half = (z * Math.sqrt((count * (n - count)) / n + (z * z) / 4)) / (n + z * z)
  const percent = (share: number): string =>
    share < 1e-12 ? '0%' : share > 1 - 1e-12 ? '100%' : `${(share * 100).toFixed(1)}%`
  return `${percent(count / n)} (${percent(Math.max(0, middle - half))} to ${percent(Math.min(1, middle + half))})`
}

describe('figures of the page, counted again from the receipts', () => {
  const tableOf = (caption: RegExp, name = 'en'): Table => {
    const found = tablesOf(treeOf(name)).find((table) => caption.test(table.caption))
    if (found === undefined) throw new Error(`no table ${caption}`)
    return found
  }
  const factOf = (term: string): string => {
    const items = nodesOf(treeOf('en'))
      .filter(({ type }) => type === 'listItem')
      .map(readable)
    return items.find((item) => item.startsWith(`${term}: `))?.slice(term.length + 2) ?? ''
  }
  const tally = (labels: readonly string[]): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
    return counts
  }
  const decisionsOf = (): DecisionReceipt[] => receipts.filter(({ eventType }) => eventType === 'decision')
  const failed = ({ checks = [], error }: DecisionReceipt): boolean =>
    error !== undefined || checks.some(({ fired, mode, status }) => fired && mode !== 'shadow' && status === undefined)

  test('receipts and decisions', () => {
    expect(factOf('Receipts in the period')).toBe(String(receipts.length))
    expect(factOf('Decisions in the period')).toBe(String(decisionsOf().length))
    const words: Record<string, string> = {
      decision: 'decision',
      'human oversight': 'human_oversight',
      'model call': 'inference',
      'tool call': 'tool_call',
      'record of the ledger': 'system',
      'record about retention': 'retention',
    }
    const counts = tally(receipts.map(({ eventType }) => eventType))
    const { rows } = tableOf(/^Receipts by kind of event$/)
    expect(new Map(rows.map(([kind, n]) => [words[kind as string], Number(n)]))).toEqual(counts)
  })

  test('root and head', () => {
    const last = receipts.at(-1)
    expect(factOf('Root (digest of receipt 0)')).toBe(receipts[0]?.receiptHash)
    expect(factOf('Last receipt')).toBe(`number ${last?.seq}, ${last?.receiptHash}`)
  })

  test('actions, with first and last receipt', () => {
    const decisions = decisionsOf()
    const { rows } = tableOf(/^Decisions by action \(/)
    const counts = tally(decisions.flatMap(({ action }) => action ?? []))
    expect(rows.length).toBe(counts.size)
    for (const [action, of, share, first, last] of rows) {
      const count = counts.get(action as string) ?? 0
      const those = decisions.filter((receipt) => receipt.action === action)
      expect(of).toBe(`${count} of ${decisions.length}`)
      expect(share).toBe(wilsonText(count, decisions.length))
      expect(first).toBe(`${those[0]?.chainId}#${those[0]?.seq}`)
      expect(last).toBe(`${those.at(-1)?.chainId}#${those.at(-1)?.seq}`)
    }
  })

  test('failures', () => {
    const decisions = decisionsOf()
    const failures = decisions.filter(failed)
    const text = wilsonText(failures.length, decisions.length).replace('(', '(95% interval ')
    expect(factOf('Failure rate, one look (Wilson)')).toBe(`${failures.length} of ${decisions.length} = ${text}`)
    expect(factOf('Receipts of failures')).toBe(
      `first ${failures[0]?.chainId}#${failures[0]?.seq}, last ${failures.at(-1)?.chainId}#${failures.at(-1)?.seq}`,
    )
  })

  test('cycles of the sequential test', () => {
    const upper = Math.log(0.9 / 0.05)
    const lower = Math.log(0.1 / 0.95)
    const cycles: string[][] = []
    let [start, n, failures] = [-1, 0, 0]
    for (const receipt of decisionsOf()) {
      if (n === 0) start = receipt.seq
      n += 1
      if (failed(receipt)) failures += 1
      const llr = failures * Math.log(0.15 / 0.05) + (n - failures) * Math.log(0.85 / 0.95)
      if (llr < upper && llr > lower) continue
      const decision = llr >= upper ? 'FLAGGED' : 'WITHIN_LIMIT'
      cycles.push([`${start}`, `${receipt.seq}`, `${n}`, `${failures}`, llr.toFixed(3), decision])
      ;[n, failures] = [0, 0]
    }
    expect(cycles.length).toBeGreaterThan(2)
    const { rows } = tableOf(/^Cycles of the sequential test/)
    expect(rows.map(([a, b, c, d, , e, f]) => [a, b, c, d, e, f])).toEqual(cycles)
  })

  test('flags and who acknowledged them', () => {
    const flags = tableOf(/^Cycles of the sequential test/).rows.filter((row) => row.at(-1) === 'FLAGGED')
    const { rows } = tableOf(/^Flags and their acknowledgement/)
    expect(rows.map(([flag]) => flag?.split('#')[1])).toEqual(flags.map(([, end]) => end))
    for (const [flag, , , , acknowledged] of rows) {
      const flagged = receipts.find(({ seq }) => `${seq}` === flag?.split('#')[1])
      const by = receipts.find(
        ({ humanOversight, links = [] }) =>
          humanOversight?.kind === 'acknowledgement' && links.some(({ receiptId }) => receiptId === flagged?.receiptId),
      )
      expect(acknowledged).toContain(`yes, by ${by?.chainId}#${by?.seq}`)
    }
  })

  test('checks', () => {
    const checks = decisionsOf().flatMap((receipt) => receipt.checks ?? [])
    const { rows } = tableOf(/^Checks \(/)
    expect(rows.map(([name]) => name)).toEqual([...new Set(checks.map(({ name }) => name))].sort())
    for (const [name, of, rate] of rows) {
      const evaluated = checks.filter(
        (check) => check.name === name && check.mode !== 'shadow' && check.status === undefined,
      )
      const fired = evaluated.filter((check) => check.fired).length
      expect(of).toBe(`${fired} of ${evaluated.length}`)
      expect(rate).toBe(
        evaluated.length === 0 ? 'there is no figure: nothing was observed' : wilsonText(fired, evaluated.length),
      )
    }
  })

  test('latency', () => {
    const values = decisionsOf()
      .flatMap(({ latencyMs }) => latencyMs ?? [])
      .sort((a, b) => a - b)
    const { rows } = tableOf(/^Quantiles of the latency$/)
    expect(rows.map(([q]) => q)).toEqual(['50%', '90%', '95%', '99%'])
    for (const [q, value, , n] of rows) {
      const exact = values[Math.floor((Number.parseFloat(q as string) / 100) * (values.length - 1))] as number
      expect(Math.abs(Number.parseFloat(value as string) - exact) / exact).toBeLessThan(0.0105)
      expect(n).toBe(String(values.length))
    }
  })

  test('oversight', () => {
    const decisions = decisionsOf()
    const kinds = ['verification', 'approval', 'rejection', 'modification', 'override', 'disregard', 'reversal']
    const reviews = receipts.filter(({ humanOversight }) => kinds.includes(humanOversight?.kind ?? ''))
    const reviewed = new Set(reviews.flatMap(({ links = [] }) => links.map(({ receiptId }) => receiptId)))
    const asks = decisions.filter(({ decision }) => decision?.oversight === 'before' || decision?.oversight === 'after')
    const against = reviews.filter(
      ({ humanOversight }) => !['verification', 'approval'].includes(humanOversight?.kind ?? ''),
    )
    const count = (list: readonly DecisionReceipt[]): number =>
      list.filter(({ receiptId }) => reviewed.has(receiptId)).length
    const { rows } = tableOf(/^Rates \(/)
    expect(rows.map((row) => row.slice(1))).toEqual(
      [
        [count(decisions), decisions.length],
        [count(asks), asks.length],
        [against.length, reviews.length],
      ].map(([some, n]) => [`${some} of ${n}`, wilsonText(some as number, n as number)]),
    )
  })

  test('groups', () => {
    const labelled = decisionsOf().filter(({ details }) => details?.groups?.ageBand !== undefined)
    const { rows } = tableOf(/^Selection rates by ageBand/)
    for (const [group, of, rate] of rows) {
      const members = labelled.filter(({ details }) => details?.groups?.ageBand === group)
      const favourable = members.filter(({ decision }) => decision?.favourable).length
      expect(of).toBe(`${favourable} of ${members.length}`)
      expect(rate).toBe(wilsonText(favourable, members.length))
    }
    expect(rows).toHaveLength(2)
    const [[one, other]] = [rows.map(([, of]) => (of as string).split(' of ').map(Number))]
    const ratio = (one?.[0] as number) / (one?.[1] as number) / ((other?.[0] as number) / (other?.[1] as number))
    const comparison = tableOf(/^Comparisons by ageBand/).rows[0]
    expect(comparison?.[2]).toMatch(
      new RegExp(
        `^${Math.min(ratio, 1 / ratio)
          .toFixed(2)
          .replace('.', '\\.')} \\(`,
      ),
    )
  })

  test('redactions', () => {
    const counts = new Map<string, number>()
    for (const { input, output } of receipts) {
      for (const [type, n] of [
        ...Object.entries(input?.redactions ?? {}),
        ...Object.entries(output?.redactions ?? {}),
      ]) {
        counts.set(type, (counts.get(type) ?? 0) + (n as number))
      }
    }
    expect(new Map(tableOf(/^Replaced, by type$/).rows.map(([type, n]) => [type, Number(n)]))).toEqual(counts)
  })

  test('models', () => {
    const counts = tally(receipts.flatMap(({ modelId }) => modelId ?? []))
    expect(new Map(tableOf(/^Receipts by model/).rows.map(([model, n]) => [model, Number(n)]))).toEqual(counts)
  })
})

test('German tables hold the same figures as English ones', () => {
  const digits = (cell: string): string =>
    cell
      .replace(/\b(\d\d)\.(\d\d)\.(\d{4}) (\d\d:)/g, '$3-$2-$1 $4')
      .replace(/(\d)[.,](?=\d)/g, '$1')
      .match(/\d+/g)
      ?.join(' ') ?? ''
  const until = (tables: readonly Table[], caption: RegExp): readonly Table[] =>
    tables.slice(
      0,
      tables.findIndex((table) => caption.test(table.caption)),
    )
  const english = until(tablesOf(treeOf('two.en')), /^State of each provision$/)
  const german = until(tablesOf(treeOf('two.de')), /^Stand je Vorschrift$/)
  expect(english.length).toBeGreaterThan(25)
  const figures = (tables: readonly Table[]): string[][][] =>
    tables.map(({ rows }) => rows.map((row) => row.map(digits)))
  expect(figures(german)).toEqual(figures(english))
})
