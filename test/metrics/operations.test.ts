/** The scrape, the alert rules, the dashboard and docs/operations.md agree with each other and with promtool. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { memoryStore } from '../../src/store/memory.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, stored } from '../ledger/support.js'
import { root } from '../support/program.js'
import { observed, promtool } from './support.js'

const read = (path: string) => readFile(join(root, path), 'utf8')

let scrape: string
/** Every metric and its labels, as the scrape declares and shows them. */
const labelsOf = new Map<string, Set<string>>()
/** Every name that a query can ask for. */
const queryable = new Set<string>()

beforeAll(async () => {
  const store = faultyStore(memoryStore(), [{ method: 'append', call: 1, kind: 'after' }])
  const { ledger, metrics } = observed({ store }, { labels: { chain: true, tenant: true } })
  ledger.on('warning', () => undefined)
  await ledger.append(
    draft({
      checks: [
        { name: 'tone', fired: true },
        { name: 'slow', fired: false, status: 'timeout' },
      ],
    }),
  )
  ledger.warn(new Error('any'))
  metrics.verified(await verifyChain(await stored(ledger.store), { keyring: await ledger.keyring() }))
  scrape = await metrics.registry.metrics()
  for (const [, name = '', type] of scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    labelsOf.set(name, new Set(type === 'histogram' ? ['le'] : []))
    for (const suffix of type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']) queryable.add(name + suffix)
  }
  // two that this work does not bring about
  labelsOf.get('quittance_redactions_total')?.add('type')
  for (const line of scrape.split('\n')) {
    const [, key = '', labels] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? []
    const name = labelsOf.has(key) ? key : key.replace(/_(?:bucket|sum|count)$/, '')
    for (const [, label = ''] of (labels ?? '').matchAll(/(\w+)="/g)) labelsOf.get(name)?.add(label)
  }
})

/** Each metric that a query asks for, with the labels that it selects by. */
function asked(query: string): { readonly name: string; readonly labels: string[] }[] {
  return [...query.matchAll(/(?<![:\w])(quittance_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', selector = '']) => ({
    name,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
  }))
}

const base = (name: string) => (labelsOf.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''))

function expectKnown(query: string): void {
  for (const { name, labels } of asked(query)) {
    expect(queryable, query).toContain(name)
    // job and instance are the scraper's
    const known = new Set([...(labelsOf.get(base(name)) ?? []), 'job', 'instance'])
    expect(
      labels.filter((label) => !known.has(label)),
      query,
    ).toEqual([])
  }
}

describe('the scrape', () => {
  test('passes promtool check metrics without a remark', async () => {
    expect(await promtool(['check', 'metrics'], scrape)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('and promtool would have remarked on a wrong unit', async () => {
    const wrong =
      '# HELP quittance_wait_milliseconds Waits.\n# TYPE quittance_wait_milliseconds counter\nquittance_wait_milliseconds 1\n'
    const { code, stderr } = await promtool(['check', 'metrics'], wrong)
    expect(code).not.toBe(0)
    expect(stderr).toContain('base unit')
  })

  test('has each metric in docs/operations.md, with its type and labels, and no other', async () => {
    const page = await read('docs/operations.md')
    const rows = [...page.matchAll(/^\| `(quittance_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
      ([, name = '', type = '', labels = '']) => ({
        name,
        type,
        labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
      }),
    )
    const scraped = [...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
      name,
      type,
      labels: [...(labelsOf.get(name) ?? [])].filter((label) => label !== 'le').sort(),
    }))
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)
    expect(rows.sort(byName)).toEqual(scraped.sort(byName))
    for (const { name } of asked(page)) expect(queryable.has(name) || labelsOf.has(name), name).toBe(true)
  })
})

describe('the alert rules', () => {
  test('pass promtool check rules and promtool test rules', async () => {
    const checked = await promtool(['check', 'rules', 'prometheus-rules.yml'])
    expect(checked.stderr).toBe('')
    expect(checked.code).toBe(0)
    const tested = await promtool(['test', 'rules', 'prometheus-rules.test.yml'])
    expect(tested.stderr).toBe('')
    expect(tested.stdout).toContain('SUCCESS')
    expect(tested.code).toBe(0)
  })

  test('ask for metrics and labels that there are', async () => {
    const rules = await read('ops/prometheus-rules.yml')
    const queries = [...rules.matchAll(/expr: (?:>-\n((?: {10,}.*\n)+)|(.*)\n)/g)].map(
      ([, many, one]) => many ?? one ?? '',
    )
    expect(queries.length).toBe([...rules.matchAll(/expr:/g)].length)
    for (const query of queries) expectKnown(query)
  })

  test('name codes that there are', async () => {
    const codes = new Set([...(await read('src/errors.ts')).matchAll(/\| '([A-Z_]+)'/g)].map(([, code]) => code))
    const named = [...(await read('ops/prometheus-rules.yml')).matchAll(/code[=!]~?"([^"]+)"/g)]
      .flatMap(([, list = '']) => list.split('|'))
      .filter((code) => code !== 'other')
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((code) => !codes.has(code))).toEqual([])
  })

  test('begin with 0 where the first fault must count', async () => {
    const rules = await read('ops/prometheus-rules.yml')
    for (const [, name = '', selector = ''] of rules.matchAll(/increase\((quittance_\w+)\{([^}]*)\}/g)) {
      const [, label = '', values = ''] = /(\w+)=~?"([^"]+)"/.exec(selector) ?? []
      for (const value of values.split('|')) {
        expect(scrape).toMatch(new RegExp(`^${name}\\{(?:.*,)?${label}="${value}"`, 'm'))
      }
    }
  })

  test('are each tested, silent and firing, and explained', async () => {
    const rules = await read('ops/prometheus-rules.yml')
    const tests = await read('ops/prometheus-rules.test.yml')
    const page = await read('docs/operations.md')
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name)
    expect(alerts.length).toBeGreaterThan(15)
    for (const alert of alerts) {
      expect(rules).toContain(`runbook: docs/operations.md#${alert.toLowerCase()}\n`)
      const [, body = ''] = new RegExp(`^### ${alert}\n([\\s\\S]*?)(?=^##)`, 'm').exec(page) ?? []
      expect(body, alert).toContain('**Means**')
      expect(body, alert).toMatch(/First look/)
      expect(body, alert).toMatch(/[Cc]ure:\*\*/)
      for (const expected of ['exp_alerts:\n', 'exp_alerts: []\n']) {
        expect(tests.includes(`alertname: ${alert}\n        ${expected}`), `${alert} ${expected}`).toBe(true)
      }
    }
    expect([...page.matchAll(/^### (Quittance\w+)/gm)].map(([, name]) => name).sort()).toEqual(alerts.sort())
  })
})

describe('the dashboard', () => {
  interface Panel {
    readonly type: string
    readonly title: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets?: readonly { readonly expr: string }[]
  }

  test('asks for metrics and labels that there are, and shows every metric', async () => {
    const { panels, templating } = JSON.parse(await read('ops/grafana-dashboard.json')) as {
      panels: Panel[]
      templating: { list: { definition?: string }[] }
    }
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    expect(queries.length).toBeGreaterThan(20)
    for (const query of [...queries, ...templating.list.map(({ definition = '' }) => definition)]) expectKnown(query)
    const shown = new Set(queries.flatMap((query) => asked(query).map(({ name }) => base(name))))
    expect([...labelsOf.keys()].filter((name) => !shown.has(name))).toEqual(['quittance_rolled_back_total'])
    for (const { type, title, targets = [] } of panels) if (type !== 'row') expect(targets, title).not.toEqual([])
  })

  test('lays no panel over another', async () => {
    const { panels } = JSON.parse(await read('ops/grafana-dashboard.json')) as { panels: Panel[] }
    const taken = new Set<string>()
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), title).toBe(false)
          taken.add(`${x} ${y}`)
        }
      }
    }
  })

  test('is accepted by promtool: its queries are PromQL', async () => {
    const { panels } = JSON.parse(await read('ops/grafana-dashboard.json')) as { panels: Panel[] }
    const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    const filled = queries.map((query) => query.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h'))
    const rules = filled.map((query, index) => ({ record: `panel:${index}`, expr: query }))
    const folder = await mkdtemp(join(tmpdir(), 'quittance-panels-'))
    try {
      const file = join(folder, 'panels.json')
      await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }))
      const checked = await promtool(['check', 'rules', file])
      expect(checked.stderr).toBe('')
      expect(checked.stdout).toContain(`SUCCESS: ${queries.length} rules found`)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
