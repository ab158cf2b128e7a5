/** How many bytes a second are looked through: ordinary English with sparse personal data, one thread. */
import { createRandom } from './generator/random.js'

/** A way to look through one text. */
export type Analyse = (text: string) => unknown

const subjects = [
  'The committee',
  'Our team',
  'A neighbour',
  'The supplier',
  'Every department',
  'The old harbour',
  'Her brother',
  'The new system',
  'Nobody in the office',
  'The museum',
  'A small group of visitors',
  'The second report',
  'The engineer on duty',
  'The landlord',
]
const verbs = [
  'agreed to postpone',
  'had already described',
  'will hardly notice',
  'was asked to review',
  'could not explain',
  'prepared',
  'keeps talking about',
  'would rather avoid',
  'carefully compared',
  'finally accepted',
  'looked for',
  'never mentioned',
]
const objects = [
  'the plan for the coming season',
  'a rather long list of open questions',
  'the repairs on the northern side of the building',
  'what had been said during the meeting',
  'the costs of moving to another town',
  'an offer that nobody had expected',
  'the weather of the last few weeks',
  'the results of the survey',
  'how the work should be shared',
  'the letter from the insurance company',
  'two chapters of the manual',
  'the way people use the library',
]
const endings = [
  'because there was little time left',
  'although the first draft looked promising',
  'and that was the end of it',
  'before anybody had a chance to answer',
  'while the rest of us waited outside',
  'as far as I can tell',
  'which surprised no one',
  'until the summer of 2019',
  'for about 30 minutes',
  'with some 12 percent more in the second year',
  "but it wasn't enough",
  'in the hope of better days',
]

const personal = [
  'You can write to anna.keller@example.com about it.',
  'The request came from 203.0.113.77 in the evening.',
  'Please transfer it to DE89 3704 0044 0532 0130 00 this week.',
  'She paid with 4111 1111 1111 1111 as usual.',
  'His number is +44 20 7946 0958, but he rarely answers.',
  'Call (212) 555-0147 if the door is locked.',
]

/**
 * @param bytes - about how long
 * @param seed - any whole number
 * @returns ordinary English, ASCII only, with one personal value in some two thousand characters
 */
export function englishProse(bytes: number, seed = 1): string {
  const random = createRandom(seed)
  const parts: string[] = []
  let length = 0
  let next = 2_000
  while (length < bytes) {
    const sentence =
      length > next
        ? random.pick(personal)
        : `${random.pick(subjects)} ${random.pick(verbs)} ${random.pick(objects)}${random.chance(0.6) ? `, ${random.pick(endings)}` : ''}.`
    if (length > next) next += 2_000
    const join = random.chance(0.12) ? '\n\n' : ' '
    parts.push(sentence, join)
    length += sentence.length + join.length
  }
  return parts.join('')
}

/** Cuts a long text into texts of about this length, at blanks. */
export function pieces(text: string, length: number): string[] {
  const all: string[] = []
  for (let from = 0; from < text.length; ) {
    const blank = text.indexOf(' ', from + length)
    const to = blank < 0 ? text.length : blank
    all.push(text.slice(from, to))
    from = to
  }
  return all
}

/** Bytes a second by the clock on the wall and by what the process was given of the processor: they part on a busy machine. */
export interface Rate {
  readonly wall: number
  readonly cpu: number
}

/**
 * @param texts - ASCII, looked through one after the other
 * @param analyse - what is measured
 * @param rounds - the best of so many counts
 * @returns bytes a second
 */
export function throughput(texts: readonly string[], analyse: Analyse, rounds = 5): Rate {
  const bytes = texts.reduce((sum, { length }) => sum + length, 0)
  let wall = 0
  let cpu = 0
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now()
    const spent = process.cpuUsage()
    for (const text of texts) analyse(text)
    const { user, system } = process.cpuUsage(spent)
    wall = Math.max(wall, (bytes * 1000) / (performance.now() - begin))
    cpu = Math.max(cpu, (bytes * 1e6) / (user + system))
  }
  return { wall, cpu }
}

/** @returns microseconds for one prompt of about 300 characters that holds a mail address and an order number */
export function promptMicroseconds(analyse: Analyse): number {
  const prompt =
    'Hello, I ordered a coffee machine three weeks ago (order 4711-2203) and it still has not arrived. The shop says that the parcel was returned to the sender because nobody was at home. Could you please ask them to send it again, and write to me at maria.lopez@example.com once you know more? Many thanks.'
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 15; round += 1) {
    const begin = performance.now()
    for (let call = 0; call < 2_000; call += 1) analyse(prompt)
    best = Math.min(best, (performance.now() - begin) / 2)
  }
  return best
}
