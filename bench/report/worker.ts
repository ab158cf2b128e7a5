/** One measurement of `run.ts`: prints its figures as JSON. */

import { fastestBackend } from '../../src/keys/ed25519/sodium.js'
import { buildReport } from '../../src/report/build.js'
import { toJson } from '../../src/report/json.js'
import type { Report } from '../../src/report/types.js'
import { fileStore } from '../../src/store/file.js'
import { verifyLines } from '../../src/verify/chain.js'
import { benchKeyring, chainId } from './chain.js'

const [what, dir = ''] = process.argv.slice(2)
const MB = 1 << 20

const store = fileStore(dir)
const keyring = await benchKeyring()
const period = { from: '2026-01-01', until: '2027-01-01' }
// for what is loaded only when it is first used
await verifyLines([], { keyring }, await fastestBackend())

async function* lines() {
  for await (const text of store.lines?.(chainId) ?? []) yield { text, terminated: true }
}

async function built(): Promise<Report> {
  return buildReport(store, { chainId, period, keyring, now: '2027-01-01' })
}

async function formatsOf(report: Report): Promise<{ [format: string]: { ms: number; bytes: number } }> {
  const { toHtml } = await import('../../src/report/html/to-html.js')
  const begin = performance.now()
  const bytes = Buffer.byteLength(toHtml(report))
  return { HTML: { ms: performance.now() - begin, bytes } }
}

globalThis.gc?.()
const idle = process.memoryUsage.rss()
let peak = idle
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 20)
const begin = performance.now()
const used = process.cpuUsage()
let report: Report | undefined
if (what === 'verify') {
  const { verdict } = await verifyLines(
    lines(),
    { keyring, chainId, now: '2027-01-01T00:00:00.000Z' },
    await fastestBackend(),
  )
  if (verdict !== 'VALID') throw new Error(`the chain is ${verdict}`)
} else {
  report = await built()
  if (report.verdict !== 'VALID') throw new Error(`the chain is ${report.verdict}`)
}
const { user, system } = process.cpuUsage(used)
const wallMs = performance.now() - begin
clearInterval(watch)
peak = Math.max(peak, process.memoryUsage.rss())
console.log(
  JSON.stringify({
    wallMs,
    cpuMs: (user + system) / 1000,
    idleMb: idle / MB,
    peakMb: peak / MB,
    ...(report === undefined ? {} : { text: toJson(report).length }),
    ...(what === 'formats' && report !== undefined ? { formats: await formatsOf(report) } : {}),
  }),
)
await store.close()
