// MB/s of NATIONAL_ID and TAX_ID alone, scanning included in neither: `npx tsx bench/pii/ids.ts`
import { nationalId } from '../../src/pii/detectors/national-id.js'
import { taxId } from '../../src/pii/detectors/tax-id.js'
import { createBudget, scan } from '../../src/pii/haystack.js'

let seed = 7
const random = (below: number): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((seed / 4_294_967_296) * below)
}

const fill = (size: number, next: () => string): string => {
  const parts: string[] = []
  for (let length = 0; length < size; ) {
    const part = next()
    parts.push(part)
    length += part.length
  }
  return parts.join('').slice(0, size)
}

const english =
  'The committee met on Tuesday to go through the report of the last quarter. Nobody had expected that sales in the north ' +
  'would rise by 12 percent, but the new depot, opened in 2019, made deliveries faster. Please send the signed copy back ' +
  'before the end of the week, and write to the office in Leeds if anything is missing. We will answer within 3 days. '
const digits = (count: number): string => fill(count, () => String(random(10)))

const size = 1 << 20
const texts: Record<string, string> = {
  'ordinary English': fill(size, () => english),
  'English, an id in 2 KB': fill(size, () => `${english.repeat(6)}My SSN is 123-45-6789. `),
  'log lines': fill(
    size,
    () =>
      `2026-03-${10 + random(20)}T1${random(10)}:0${random(10)}:12.${digits(3)}Z INFO worker[${digits(4)}] request ${digits(9)} took ${digits(2)} ms, ${digits(5)} bytes from 10.0.${random(255)}.${random(255)}\n`,
  ),
  'numbers of 9 digits': fill(size, () => `${digits(9)} `),
  'numbers of 10 and 11 digits': fill(size, () => `${digits(10 + random(2))}\n`),
  'groups of 3': fill(size, () => `${digits(3)} `),
  'single digits': fill(size, () => '1 '),
  'one run of digits': '1'.repeat(size),
  'letters and digits': fill(size, () => 'A1'),
  'dashed 3-2-4': fill(size, () => `${100 + random(500)}-${10 + random(89)}-${1000 + random(8999)} `),
  'valid DNIs': fill(size, () => '12345678Z '),
  'valid codici fiscali': fill(size, () => 'RSSMRA85T10A562S '),
  'valid SINs, each with its word': fill(size, () => 'SIN 046454286 '),
  'words and numbers': fill(size, () => `tax id order ${digits(9)} `),
}

const rate = (work: () => void): number => {
  let best = 0
  for (let round = 0; round < 7; round += 1) {
    const begin = performance.now()
    work()
    best = Math.max(best, size / 1e6 / ((performance.now() - begin) / 1000))
  }
  return best
}

const detectors = [nationalId(), taxId()]
console.log(['text'.padEnd(32), ...detectors.map(({ name }) => name.padStart(14))].join(''))
for (const [name, text] of Object.entries(texts)) {
  const haystack = scan(text, '', createBudget(3_600_000))
  const cells = detectors.map((detector) => {
    let found = 0
    const megabytes = rate(() => {
      found = 0
      detector.find(haystack, (_start, _end, _type, score) => {
        if (score >= 0.5) found += 1
      })
    })
    return `${megabytes.toFixed(0)} MB/s`.padStart(14) + ` (${found})`.padEnd(10)
  })
  console.log(name.padEnd(32) + cells.join(''))
}
