import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import { type PrometheusOptions, prometheusMetrics } from '../../src/metrics/prometheus.js'
import { memoryStore } from '../../src/store/memory.js'
import { keyNamed } from '../ledger/support.js'
import { type Ran, root } from '../support/program.js'

/** Metrics on a registry of their own, and a ledger that they observe. */
export function observed(options: Partial<LedgerOptions> = {}, given: PrometheusOptions = {}) {
  const metrics = prometheusMetrics({ registry: new Registry(), ...given })
  const ledger: Ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...options })
  return { metrics, ledger, stop: metrics.observe(ledger), scrape: () => samples(metrics.registry) }
}

type Scraped = ReadonlyMap<string, number>

/** What a scrape says, by name and labels as they are written. */
export async function samples(registry: { metrics(): Promise<string> }): Promise<Scraped> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, name = '', value = ''] = /^([^{ ]+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
      return [name, Number(value)]
    }),
  )
}

/** The time series of one metric that are not 0, by their labels. */
export const nonZero = (scraped: Scraped, name: string): Record<string, number> =>
  Object.fromEntries(
    [...scraped]
      .filter(([key, value]) => key.split('{')[0] === name && value !== 0)
      .map(([key, value]) => [key.slice(name.length), value]),
  )

/** The values that a label has in a scrape. */
export const valuesOf = (scraped: Scraped, name: string, label: string): Set<string> =>
  new Set(
    [...scraped.keys()]
      .filter((key) => key.split('{')[0] === name)
      .map((key) => new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1] ?? ''),
  )

/** Runs promtool in ops/. */
export function promtool(args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn('promtool', args, { cwd: join(root, 'ops') })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })
}
