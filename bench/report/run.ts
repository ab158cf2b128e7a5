/**
 * What a report costs beyond verification alone, and how much memory it takes: `npm run bench:report -- --receipts 100000`.
 * Each measurement is a process of its own, so that its memory is nobody else's; the two take turns in one run.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { writeChain } from './chain.js'

const { values } = parseArgs({
  options: {
    receipts: { type: 'string', default: '100000' },
    million: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    help: { type: 'boolean', default: false },
  },
})

interface Measured {
  readonly wallMs: number
  readonly cpuMs: number
  readonly idleMb: number
  readonly peakMb: number
  readonly text?: number | undefined
  readonly formats?: { readonly [format: string]: { readonly ms: number; readonly bytes: number } } | undefined
}

const run = promisify(execFile)
const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

async function measure(what: 'verify' | 'report' | 'formats', dir: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', worker, what, dir], { maxBuffer: 1 << 26 })
  return JSON.parse(stdout) as Measured
}

const least = (list: readonly Measured[], of: (one: Measured) => number): number => Math.min(...list.map(of))
const most = (list: readonly Measured[], of: (one: Measured) => number): number => Math.max(...list.map(of))
const percent = (part: number, whole: number): string => `${(100 * (part / whole - 1)).toFixed(1)} %`

async function main(): Promise<void> {
  const count = values.million ? 1_000_000 : Number(values.receipts)
  const rounds = Number(values.rounds)
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(rounds) || rounds < 1)
    throw new RangeError('--receipts and --rounds must be positive integers')
  const dir = await mkdtemp(join(tmpdir(), 'quittance-bench-report-'))
  try {
    console.log(`writing ${count} receipts`)
    await writeChain(dir, count)
    const verify: Measured[] = []
    const report: Measured[] = []
    for (let round = 0; round < rounds; round += 1) {
      verify.push(await measure('verify', dir))
      report.push(await measure('report', dir))
    }
    const above = ({ idleMb, peakMb }: Measured): number => peakMb - idleMb
    const micros = (ms: number): string => `${((1000 * ms) / count).toFixed(1)} us a receipt`
    const [alone, whole] = [least(verify, ({ cpuMs }) => cpuMs), least(report, ({ cpuMs }) => cpuMs)]
    const [aloneWall, wholeWall] = [least(verify, ({ wallMs }) => wallMs), least(report, ({ wallMs }) => wallMs)]
    console.log(`verification alone   ${micros(alone)} of processor time, ${(aloneWall / 1000).toFixed(1)} s`)
    console.log(`report, verified     ${micros(whole)} of processor time, ${(wholeWall / 1000).toFixed(1)} s`)
    console.log(
      `beyond verification  ${percent(whole, alone)} of processor time, ${percent(wholeWall, aloneWall)} of time`,
    )
    console.log(
      `memory above idle    verification ${most(verify, above).toFixed(0)} MB, report ${most(report, above).toFixed(0)} MB`,
    )
    const { text = 0, formats = {} } = await measure('formats', dir)
    console.log(`report as JSON       ${(text / 1e6).toFixed(2)} MB`)
    for (const [format, { ms, bytes }] of Object.entries(formats))
      console.log(`${format.padEnd(20)} ${ms.toFixed(0)} ms, ${(bytes / 1e6).toFixed(2)} MB`)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

if (values.help) {
  console.log('usage: npm run bench:report -- [--receipts 100000] [--million] [--rounds 3]')
} else await main()
