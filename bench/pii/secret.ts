/** MB of text a second of processor time, the detector of SECRET alone: `npx tsx bench/pii/secret.ts [part of a name]` */
import { secret } from '../../src/pii/detectors/secret.js'
import { scan } from '../../src/pii/haystack.js'

const MIB = 1 << 20
const ROUNDS = 9

const sentences = [
  'The committee met on Tuesday to go over the plans for the new library, and nobody had much to add.',
  'After lunch the team walked through the garden; the roses were late this year because of the cold spring.',
  'She wrote that the invoice would follow within a week, and asked for patience until the 14th of March.',
  'It is hard to say whether the change will help: some think so, others would rather wait for the numbers.',
  'Please reply to alice@example.com or call the front desk when you have a moment to talk it over.',
  'He assessed the message twice, passed it on to the next person, and went back to reading his book.',
]
const lines = (make: (index: number) => string): string => {
  let text = ''
  for (let index = 0; text.length < MIB; index += 1) text += make(index)
  return text.slice(0, MIB)
}
const hex = (index: number): string => ((index * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')
const random = (length: number, seed: number): string => {
  let text = ''
  for (let index = seed; text.length < length; index += 1) text += Buffer.from(hex(index)).toString('base64url')
  return text.slice(0, length)
}

const texts: Readonly<Record<string, string>> = {
  'ordinary English': lines((index) => `${sentences[(index * 7) % sentences.length]}${index % 6 === 0 ? '\n\n' : ' '}`),
  'log lines': lines(
    (index) =>
      `2024-05-01T10:${10 + (index % 50)}:33.${100 + (index % 900)}Z level=info svc=api trace=${hex(index)}${hex(index + 1)} method=GET path=/v1/items/${index} status=200 ms=${index % 97} user=u_${index}\n`,
  ),
  JSON: lines(
    (index) => `{"id":${index},"name":"item ${index}","sku":"AB-${hex(index)}","tags":["a1","b2"],"price":12.5},`,
  ),
  'hostile: digits': '7'.repeat(MIB),
  'hostile: colons': ':'.repeat(MIB),
  'hostile: equals': '='.repeat(MIB),
  'hostile: a.a.a': 'a.'.repeat(MIB / 2),
  'hostile: 1.a': '1.a'.repeat(MIB / 3),
  'hostile: a1 b2 words': 'a1b2c3 '.repeat(MIB / 7),
  'hostile: password a1 b2': lines((index) => `password x${index % 9}y ${hex(index).slice(0, 6)} `),
  'hostile: password is': 'password is '.repeat(MIB / 12),
  'hostile: password: ': 'password: '.repeat(MIB / 10),
  'hostile: key=': 'api_key='.repeat(MIB / 8),
  'hostile: password for a b c :': 'password for a b c :'.repeat(MIB / 20),
  'hostile: strong words': lines((index) => `Xk7!${hex(index).slice(0, 5)} is `),
  'hostile: BEGIN': '-----BEGIN PRIVATE KEY-----'.repeat(MIB / 27),
  'hostile: eyJ': 'eyJ1.'.repeat(MIB / 5),
  'hostile: one long word': random(MIB, 1),
  'hostile: ://': 'a://b:c'.repeat(MIB / 7),
  'hostile: a=b;': 'a=b;'.repeat(MIB / 4),
  'hostile: pwd=x1y2z3;': 'pwd=x1y2z3;'.repeat(MIB / 11),
  'hostile: quotes': 'pwd="'.repeat(MIB / 5),
  'hostile: brackets': '[{(<'.repeat(MIB / 4),
  'valid: passwords end to end': lines((index) => `password: Xk7!${hex(index)} `),
  'valid: tokens end to end': lines((index) => `ghp_${random(36, index * 40)} `),
}

const only = process.argv[2]
for (const [name, made] of Object.entries(texts)) {
  if (only !== undefined && !name.includes(only)) continue
  const text = Buffer.from(made, 'latin1').toString('latin1')
  let best = Number.POSITIVE_INFINITY
  let found = 0
  const budget = { step() {} }
  const detector = secret()
  for (let round = 0; round < ROUNDS; round += 1) {
    const haystack = scan(text, '', budget)
    found = 0
    const from = process.cpuUsage()
    detector.find(haystack, () => {
      found += 1
    })
    const { user, system } = process.cpuUsage(from)
    best = Math.min(best, Math.max(1, user + system))
  }
  console.log(`${name.padEnd(34)} ${(text.length / best).toFixed(0).padStart(6)} MB/s  ${found} found`)
}
