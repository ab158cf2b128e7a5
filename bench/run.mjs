// `npm run bench`: every figure of docs/performance.md, as ratios within this run. `--json FILE` also writes them.

import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { core } from './core.mjs'
import { importTime } from './import-time.mjs'
import { ledger } from './ledger.mjs'
import { percent, perSecond } from './measure.mjs'

const at = process.argv.indexOf('--json')
const results = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
results.core = await core()
results.ledger = await ledger()
results.import = importTime()

const { core: c, ledger: l, import: i } = results
const rows = [
  [
    'sealing, one thread',
    `${perSecond(c.seal)}`,
    `${percent(c.seal, c.rawSign)} of node:crypto sign (${perSecond(c.rawSign)})`,
  ],
  [
    'verifying lines, one thread',
    `${perSecond(c.verifyChain)}`,
    `${percent(c.verifyChain, c.rawVerify)} of node:crypto verify (${perSecond(c.rawVerify)})`,
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
