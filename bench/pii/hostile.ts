/**
 * How long hostile texts take, as a ratio to ordinary English of the same size: `npm run build && tsx bench/pii/hostile.ts [all] [name …]`.
 * The package as it is published is measured: what is compiled on the fly is slower, and not evenly.
 */
import { allTypes, piiRedactor } from 'quittance/pii'
import { hostileTexts } from '../../test/pii/hostile-texts.js'
import { englishProse } from './speed.js'

const SIZE = 1024 * 1024
const [first, ...rest] = process.argv.slice(2)
const all = first === 'all'
const names = all || first === undefined ? rest : [first, ...rest]

const redactor = piiRedactor({
  budgetMs: 600_000,
  ...(all ? { detectors: allTypes } : {}),
})

/** Processor time: another process on the same machine lengthens a long run more than a short one. */
function milliseconds(text: string, rounds: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round += 1) {
    const begin = process.cpuUsage()
    redactor.redact(text, { path: 'input', kind: 'text' })
    const { user, system } = process.cpuUsage(begin)
    best = Math.min(best, (user + system) / 1000)
  }
  return best
}

const english = englishProse(SIZE).slice(0, SIZE)
milliseconds(english, 5)
const base = milliseconds(english, 9)
console.log(`ordinary English, 1 MiB, ${all ? 'all detectors' : 'default set'}: ${base.toFixed(1)} ms\n`)
const rows = hostileTexts(SIZE)
  .filter(([name]) => names.length === 0 || names.includes(name))
  .map(([name, text]) => ({ name, ratio: milliseconds(text, 3) / base }))
  .sort((a, b) => b.ratio - a.ratio)
for (const { name, ratio } of rows) {
  const most = name.startsWith('phone numbers') ? 15 : 4
  console.log(`${ratio > most ? '!' : ' '} ${ratio.toFixed(2).padStart(7)} x  ${name}`)
}
