// The long forms of test/store/torture: npm run torture [-- --seed N --kills N --only crash,power,chaos,stopped,takeover,readers]
// What is decided by lot comes again with the same seed; the moments at which processes are killed or stopped do not.
import { parseArgs } from 'node:util'
import { bundled } from '../test/store/torture/bundle.ts'
import { chaos } from '../test/store/torture/chaos.ts'
import { crash } from '../test/store/torture/crash.ts'
import { cutEverywhere, record } from '../test/store/torture/power-cut.ts'
import { readBeside } from '../test/store/torture/readers.ts'
import { stopBefore } from '../test/store/torture/stopped.ts'
import { takeOver } from '../test/store/torture/takeover.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    kills: { type: 'string', default: '1000' },
    chaos: { type: 'string', default: '100' },
    takeovers: { type: 'string', default: '60' },
    again: { type: 'string', default: '10' },
    only: { type: 'string', default: 'crash,power,chaos,stopped,takeover,readers' },
  },
})
const seed = Number(values.seed)
const only = new Set(values.only.split(','))
const begun = performance.now()
const say = (what, found) =>
  console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${what}`, found)
console.log(`seed ${seed}`)

if (only.has('crash')) {
  const writer = await bundled('writer')
  const onRound = (done) => done % 100 === 0 && say('kills so far', done)
  say('killed', await crash({ kills: Number(values.kills), seed, writer, onRound }))
  await writer.remove()
}
if (only.has('power')) {
  const recording = await record()
  say('power cut', await cutEverywhere(recording, { seed, rounds: 4, againEvery: Number(values.again) }))
}
if (only.has('chaos')) {
  let faults = 0
  let images = 0
  for (let run = 0; run < Number(values.chaos); run += 1) {
    const found = await chaos(seed + run, 80)
    faults += found.faults
    images += (await cutEverywhere(found.recording, { seed: seed + run, every: 11 })).images
    if (run % 20 === 19) say('runs with faults so far', { runs: run + 1, faults, images })
  }
}
if (only.has('stopped')) {
  const stopping = await bundled('stopping')
  // more than an undisturbed writer makes: the last of them stop nobody
  const calls = Array.from({ length: 220 }, (_, index) => index + 1)
  const stops = (await stopBefore(calls, stopping, 8)).filter(({ name }) => name !== undefined)
  // who is stopped while it counts itself counts itself when it wakes, and then is the writer by right
  const bad = stops.filter(
    ({ name, changes, acknowledged, left }) =>
      !/epoch/.test(name) && (changes.length > 0 || acknowledged > 0 || left.length > 0),
  )
  say('stopped before a call', { stops: stops.length, bad })
  if (bad.length > 0) process.exitCode = 1
  await stopping.remove()
}
if (only.has('takeover') || only.has('readers')) {
  const writer = await bundled('writer')
  if (only.has('takeover'))
    say('stopped anywhere', await takeOver({ rounds: Number(values.takeovers), seed, writer, atOnce: 8 }))
  if (only.has('readers')) say('readers', await readBeside({ ms: 60_000, seed, writer }))
  await writer.remove()
}
