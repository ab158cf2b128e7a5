/** MB/s of the PHONE detector alone, scan included: `tsx bench/pii/phone.ts` */
import { phone } from '../../src/pii/detectors/phone.js'
import { createBudget, scan } from '../../src/pii/haystack.js'

const SIZE = 1 << 20

const fill = (part: string): string => part.repeat(Math.ceil(SIZE / part.length)).slice(0, SIZE)

const prose =
  'The committee met again on Tuesday to look at the plans for the new library, which had been put off twice before. ' +
  'Most of those who spoke were in favour, although the costs (about 1.2 million in 2023) were thought to be too low. ' +
  'A second report will be ready by 15 March, and anyone who wants a copy may ask for one at the office in room 214. '

const texts: Record<string, string> = {
  'ordinary English, one number in 2 KB': fill(`${prose.repeat(6)}Ask for Tom on 020 7946 0958. `),
  'dense: log lines, tables, amounts': fill(
    '2024-01-15 12:33:01.123 10.0.0.12 GET /orders/12345678 200 1532 ms=17 | 1.234,56 | 4 100 200 | +49 171 3920012 | 7.5% ISBN 978-3-16-148410-0\n',
  ),
  'hostile: +49 171 3920012, end to end': fill('+49 171 3920012 '),
  'hostile: 555-123-4567, end to end': fill('555-123-4567 '),
  'hostile: 212 555 0123, end to end': fill('212 555 0123 '),
  'hostile: 030 1234567, end to end': fill('030 1234567 '),
  'hostile: 06 12 34 56 78, one a line': fill('06 12 34 56 78\n'),
  'hostile: tel 5551234567': fill('tel 5551234567 '),
  'hostile: (0703) 101335462, unassigned': fill('(0703) 101335462, '),
  'hostile: nearly a number': fill('040 123 4567 89 01 2 '),
  'hostile: single digits': fill('0 1 '),
  'hostile: digits and dashes': fill('1-'),
  'hostile: brackets': fill('(1) '),
}

const detector = phone()
let ordinary = 0
for (const [name, text] of Object.entries(texts)) {
  let found = 0
  const once = (): number => {
    found = 0
    const begin = performance.now()
    detector.find(scan(text, '', createBudget(60_000)), (_start, _end, _type, score) => {
      if (score >= 0.5) found += 1
    })
    return performance.now() - begin
  }
  const best = Math.min(...Array.from({ length: 15 }, once))
  ordinary ||= best
  const each = found > 0 ? `${((best * 1000) / found).toFixed(2)} µs each` : ''
  console.log(
    `${name.padEnd(40)} ${(SIZE / 1e3 / best).toFixed(1).padStart(7)} MB/s  ${(best / ordinary).toFixed(1).padStart(5)} × ordinary  ${String(found).padStart(6)} found  ${each}`,
  )
}
