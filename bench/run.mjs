// `npm run bench`: every figure of docs/performance.md, as ratios within this run. `--json FILE` also writes them.

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { canonical } from './canonical.mjs'
import { collector } from './collector.mjs'
import { core } from './core.mjs'
import { importTime } from './import-time.mjs'
import { ledger } from './ledger.mjs'
import { percent, perSecond } from './measure.mjs'

const at = process.argv.indexOf('--json')
const results = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
results.core = await core()
results.canonical = await canonical()
results.collector = await collector()
results.ledger = await ledger()
results.import = importTime()

const { core: c, canonical: f, collector: g, ledger: l, import: i } = results
const rows = [
  ...Object.entries({ 'node:crypto': c.node, 'sodium-native': c.sodium }).flatMap(([name, rates]) =>
    rates === undefined
      ? []
      : [
          [
            `sealing, one thread, ${name}`,
            perSecond(rates.seal),
            `${percent(rates.seal, rates.rawSign)} of its signatures alone (${perSecond(rates.rawSign)})`,
          ],
          [
            `verifying a file, one thread, ${name}`,
            perSecond(rates.verifyFile),
            `${percent(rates.verifyFile, rates.rawVerify)} of its verifications alone (${perSecond(rates.rawVerify)})`,
          ],
        ],
  ),
  [
    'canonical form of a receipt',
    perSecond(f.ours),
    `${(f.ours / f.canonicalize).toFixed(1)} times the package canonicalize (${perSecond(f.canonicalize)})`,
  ],
  [
    'a collector, filled and drafted',
    `${(1e6 / g.drafted).toFixed(1)} µs`,
    `in its context ${(1e6 / g.inContext).toFixed(1)} µs`,
  ],
  [
    'ledger to memory, 256 in flight',
    `${perSecond(l.memory)}`,
    `${percent(l.memory, l.rawInFlight)} of node:crypto sign, 64 in flight (${perSecond(l.rawInFlight)})`,
  ],
  ['ledger to file, 256 in flight', `${perSecond(l.file)}`, `${percent(l.file, l.memory)} of ledger to memory`],
  [
    'ledger to memory, one by one',
    `${perSecond(l.oneByOne)}`,
    `${percent(l.oneByOne, l.rawInFlight)} of node:crypto sign, 64 in flight`,
  ],
  [
    "import of 'quittance', cold",
    `${i.quittanceMs.toFixed(0)} ms`,
    `an empty module takes ${i.emptyMs.toFixed(0)} ms of it`,
  ],
]
console.log(`Node ${results.node}, ${results.cores} × ${results.cpu}; a line has ${c.lineBytes} bytes\n`)
const width = Math.max(...rows.map(([name]) => name.length))
for (const [name, rate, ratio] of rows) console.log(`${name.padEnd(width)}  ${rate.padStart(8)}  ${ratio}`)
if (at !== -1) writeFileSync(process.argv[at + 1], `${JSON.stringify(results, undefined, 2)}\n`)
