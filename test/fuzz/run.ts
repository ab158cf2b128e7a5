/**
 * The fuzzer: chains and keyrings, spoilt in every way, and judged twice.
 *
 *     npm run fuzz -- --minutes 10          from a seed of its own choice, which it prints
 *     npm run fuzz -- --seed 123            one case again
 *     npm run fuzz -- --from 1 --cases 500  these
 *
 * What it finds (a crash, a hang, an unexpected error, another verdict or code than the reference's) is printed with its
 * seed, and the case is kept in a folder. Exit code 1 where anything was found.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type Case, runCase } from './one.js'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    from: { type: 'string' },
    cases: { type: 'string' },
    keep: { type: 'string', default: join(tmpdir(), 'quittance-fuzz') },
  },
})

const HANG_MS = 5_000

/** Watches from a thread of its own: who hangs can't say so. */
const beat = new Int32Array(new SharedArrayBuffer(8))
const watchdog = new Worker(
  `const { workerData: beat } = require('node:worker_threads')
   const { writeSync } = require('node:fs')
   let last = -1, since = Date.now()
   setInterval(() => {
     const now = Atomics.load(beat, 1)
     if (now !== last) { last = now; since = Date.now(); return }
     if (Date.now() - since < ${HANG_MS}) return
     writeSync(2, 'HANG: no end after ${HANG_MS} ms at seed ' + (Atomics.load(beat, 0) >>> 0) + '\\n')
     process.exit(1)
   }, 250)`,
  { eval: true, workerData: beat },
)
let watched = true
watchdog.on('exit', () => {
  if (watched) process.exit(1)
})

async function keep({ seed, file, keyring, tried, options, findings }: Case): Promise<string> {
  const folder = join(values.keep, String(seed))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'chain.jsonl'), file)
  await writeFile(join(folder, 'keyring.json'), keyring)
  await writeFile(join(folder, 'keyring-tried.json'), tried)
  await writeFile(join(folder, 'options.json'), JSON.stringify(options, null, 2))
  await writeFile(join(folder, 'findings.txt'), `${findings.join('\n')}\n`)
  return folder
}

const work = await mkdtemp(join(tmpdir(), 'quittance-fuzz-'))
const single = values.seed === undefined ? undefined : Number(values.seed)
const from = single ?? (values.from === undefined ? Date.now() >>> 0 : Number(values.from))
const most = single === undefined ? Number(values.cases ?? Number.POSITIVE_INFINITY) : 1
const ends =
  values.cases === undefined && single === undefined
    ? Date.now() + Number(values.minutes) * 60_000
    : Number.POSITIVE_INFINITY
console.log(`from seed ${from}`)

const verdicts: Record<string, number> = {}
let cases = 0
let open = 0
let bad = 0
try {
  for (; cases < most && Date.now() < ends; cases += 1) {
    const seed = (from + cases) >>> 0
    Atomics.store(beat, 0, seed | 0)
    Atomics.add(beat, 1, 1)
    const result = await runCase(seed, join(work, 'chain.jsonl'))
    verdicts[result.verdict] = (verdicts[result.verdict] ?? 0) + 1
    if (result.open) open += 1
    if (result.findings.length > 0 || single !== undefined) {
      bad += result.findings.length > 0 ? 1 : 0
      console.log(`seed ${seed} (${await keep(result)}): ${result.verdict}\n  ${result.findings.join('\n  ')}`)
    }
    if (bad >= 20) break
  }
} finally {
  await rm(work, { recursive: true, force: true })
  watched = false
  await watchdog.terminate()
}
console.log(`${cases} cases, ${bad} with findings; verdicts ${JSON.stringify(verdicts)}; the pages leave ${open} open`)
process.exitCode = bad > 0 ? 1 : 0
