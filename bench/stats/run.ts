/** Shows by simulation what the statistics promise: `npm run bench:stats -- --help`. */
import { parseArgs } from 'node:util'
import { seededGenerator } from '../../src/report/statistics/generator.js'
import { beginnings, delays, runLengths } from './change.js'
import { meanCoverage, rateCoverage } from './coverage.js'
import { driftLevel, driftSpeed, gapAlarms, quantileCoverage, receiptSpeed } from './receipts.js'
import { speed } from './speed.js'
import { sprtSections } from './sprt.js'
import { print, type Section } from './table.js'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    runs: { type: 'string', default: '10000' },
    looks: { type: 'string', default: '10000' },
    only: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const seed = Number(options.seed)
const runs = Number(options.runs)
const looks = Number(options.looks)

// each part has its own generator, so that --only shows the same figures as the whole
const parts: Readonly<Record<string, () => readonly Section[]>> = {
  sprt: () => sprtSections(seededGenerator(seed), runs),
  rate: () => [rateCoverage(seededGenerator(seed + 1), runs, looks)],
  mean: () => [meanCoverage(seededGenerator(seed + 2), runs, looks)],
  arl: () => [runLengths(seededGenerator(seed + 3), runs)],
  delay: () => [delays(seededGenerator(seed + 4), runs, looks)],
  begin: () => [beginnings(seededGenerator(seed + 5), runs)],
  speed: () => [speed(seededGenerator(seed + 6))],
  quantiles: () => [quantileCoverage(seededGenerator(seed + 7), runs)],
  gaps: () => [gapAlarms(seededGenerator(seed + 8), runs)],
  drift: () => [driftLevel(seededGenerator(seed + 9), Math.ceil(runs / 5)), driftSpeed(seededGenerator(seed + 10))],
  receipts: () => [receiptSpeed(seededGenerator(seed + 11))],
}

if (options.help) {
  console.log(`npm run bench:stats -- [options]
  --seed N       of the generator (7)
  --runs N       of each simulation (10000)
  --looks N      receipts of each run (10000)
  --only PART    one of ${Object.keys(parts).join(', ')}; repeatable
  --json         print one JSON object instead`)
  process.exit(0)
}

const sections: Section[] = []
for (const part of options.only ?? Object.keys(parts)) {
  const run = parts[part]
  if (!run) throw new RangeError(`--only must be one of ${Object.keys(parts).join(', ')}`)
  for (const section of run()) {
    sections.push(section)
    if (!options.json) print(section)
  }
}
if (options.json) console.log(JSON.stringify({ seed, runs, looks, sections }))
