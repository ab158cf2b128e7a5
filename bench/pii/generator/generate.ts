/** Fills templates with drawn values: a seed gives the same texts on every machine. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Faker } from '@faker-js/faker'
import { fakerDE, fakerEN, fakerES, fakerFR, fakerIT, fakerNL } from '@faker-js/faker'
import type { Label, Labelled } from '../labelled.js'
import { card, iban } from './accounts.js'
import { evaded } from './evasion.js'
import { lookalikes } from './lookalikes.js'
import { idKinds } from './national-ids.js'
import { email, ip, ipv4, ipv6, mac, url } from './network.js'
import { international, phone } from './phones.js'
import { createRandom, type Random } from './random.js'
import { opaque, password, tokens } from './secrets.js'

const fakers: Readonly<Record<string, Faker>> = {
  en: fakerEN,
  de: fakerDE,
  fr: fakerFR,
  es: fakerES,
  it: fakerIT,
  nl: fakerNL,
}
const LANGS = Object.keys(fakers)

/** How many values in a hundred are written in a form that evades. */
const EVADED = 4

/** The share of values that faker makes; the others follow the numbering plans and check digits of each country. */
const FAKED = 0.2

interface Scene {
  readonly random: Random
  readonly faker: Faker
  readonly lang: string
  readonly first: string
  readonly last: string
}

const kindsOf = (lang: string): string[] => {
  const kinds = Object.keys(idKinds).filter((name) => idKinds[name]?.langs.includes(lang))
  return kinds.length > 0 ? kinds : Object.keys(idKinds)
}

const spelt = (random: Random, name: string): string => {
  const kind = idKinds[name]
  if (!kind) throw new Error(`no such kind of id: ${name}`)
  const compact = kind.make(random)
  const spelling = random.chance(0.5) ? kind.spellings[0] : random.pick(kind.spellings)
  return spelling ? spelling(compact) : compact
}

/** Labelled values: what stands in upper case in a template. */
const values: Readonly<Record<string, (scene: Scene, argument: string) => string>> = {
  EMAIL: ({ random, faker, lang, first, last }, kind) =>
    random.chance(FAKED)
      ? faker.internet.exampleEmail({ firstName: first, lastName: last })
      : email(random, lang, first, last, kind === 'quoted'),
  PHONE: ({ random, faker, lang }, country) => {
    if (country) return international(random, country)
    if (!random.chance(FAKED / 2)) return phone(random, lang)
    return faker.phone.number({ style: random.pick(['human', 'national', 'international'] as const) })
  },
  IP: ({ random, faker }, kind) => {
    if (kind === 'v4') return ipv4(random)
    if (kind === 'v6') return ipv6(random)
    if (kind === 'cidr') return `${ipv4(random)}/24`
    return random.chance(FAKED) ? faker.internet.ipv6() : ip(random)
  },
  IBAN: ({ random, faker, lang }) =>
    random.chance(FAKED) ? faker.finance.iban({ formatted: random.chance(0.5) }) : iban(random, lang),
  CREDIT_CARD: ({ random, faker }) => (random.chance(FAKED) ? faker.finance.creditCardNumber() : card(random)),
  NATIONAL_ID: ({ random, lang }, kind) => spelt(random, kind || random.pick(kindsOf(lang))),
  SECRET: ({ random }, kind) => {
    if (kind === 'password') return password(random)
    if (kind === 'opaque') return opaque(random)
    const named = tokens[kind || random.pick(Object.keys(tokens).filter((name) => name !== 'pem'))]
    if (!named) throw new Error(`no such kind of secret: ${kind}`)
    return named(random)
  },
  MAC: ({ random }) => mac(random),
  URL: ({ random }) => url(random),
  GEO: ({ random }) => `${random.int(-60, 60)}.${random.digits(5)}, ${random.int(-170, 170)}.${random.digits(5)}`,
  DATE_OF_BIRTH: ({ random, lang }) => {
    const [y, m, d] = [
      random.int(1940, 2004),
      String(random.int(1, 12)).padStart(2, '0'),
      String(random.int(1, 28)).padStart(2, '0'),
    ]
    return random.pick(
      lang === 'en'
        ? [`${y}-${m}-${d}`, `${m}/${d}/${y}`]
        : lang === 'de'
          ? [`${d}.${m}.${y}`]
          : [`${d}/${m}/${y}`, `${d}-${m}-${y}`],
    )
  },
  PERSON: ({ first, last }) => `${first} ${last}`,
  STREET_ADDRESS: ({ faker }) => faker.location.streetAddress(),
}

const company = (faker: Faker): string => faker.company.name().replace(/[\n|]/g, ' ')

/** Everything else that a template can hold, unlabelled. */
function filler({ random, faker, lang, first, last }: Scene, name: string): string | undefined {
  switch (name) {
    case 'first':
      return first
    case 'last':
      return last
    case 'city':
      return faker.location.city()
    case 'company':
      return company(faker)
    case 'word':
      return faker.word.noun()
    case 'sentence':
      return faker.lorem.sentence()
    case 'id-label': {
      const kind = idKinds[random.pick(kindsOf(lang))]
      return random.pick(kind?.labels ?? ['ID'])
    }
    default:
      return lookalikes[name]?.(random, lang)
  }
}

/** `{{TYPE}}`, `{{TYPE kind}}`, `{{filler}}`, `{{ID}}` for a number with its label, and `⏎` for a new line. */
const SLOT = /\{\{([A-Za-z_0-9-]+)(?: ([A-Za-z0-9.]+))?\}\}/g

interface Template {
  readonly lang: string
  readonly source: string
}

const folder = fileURLToPath(new URL('../templates/', import.meta.url))

/** @returns every template: one a line, a file for each language, `any.txt` for what no language owns */
export function templates(): Template[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('%%'))
        .map((line) => ({ lang: basename(name, '.txt'), source: line.replaceAll('⏎', '\n') })),
    )
}

function fill(source: string, scene: Scene): { text: string; spans: Label[] } {
  const { random } = scene
  const spans: Label[] = []
  let text = ''
  let from = 0
  for (const match of source.matchAll(SLOT)) {
    text += source.slice(from, match.index)
    from = match.index + match[0].length
    const name = match[1] as string
    const argument = match[2] ?? ''
    if (name === 'ID') {
      const kinds = kindsOf(scene.lang)
      const kind = argument || random.pick(kinds)
      text += `${random.pick(idKinds[kind]?.labels ?? [])}${random.pick([': ', ': ', ' ', ' is ', ' - '].filter((join) => join !== ' is ' || scene.lang === 'en'))}`
      const value = written(scene, 'NATIONAL_ID', spelt(random, kind))
      spans.push({ type: 'NATIONAL_ID', start: text.length, end: text.length + value.length })
      text += value
      continue
    }
    const make = values[name]
    if (make) {
      const value = written(scene, name, make(scene, argument))
      spans.push({ type: name, start: text.length, end: text.length + value.length })
      const inner = name === 'URL' ? /token=([^&\s]+)/.exec(value) : null
      if (inner) {
        const start = text.length + inner.index + 'token='.length
        spans.push({ type: 'SECRET', start, end: start + (inner[1] as string).length })
      }
      text += value
      continue
    }
    const plain = filler(scene, name)
    if (plain === undefined) throw new Error(`no such slot: ${name}`)
    text += plain
  }
  return { text: text + source.slice(from), spans }
}

const written = ({ random }: Scene, type: string, value: string): string =>
  random.int(1, 100) <= EVADED ? evaded(type, value, random) : value

/**
 * @param options.seed - any whole number
 * @param options.count - how many texts; templates take turns
 * @returns texts with their labels
 */
export function generate({ seed, count }: { seed: number; count: number }): Labelled[] {
  const all = templates()
  const random = createRandom(seed)
  for (const faker of Object.values(fakers)) faker.seed(seed)
  return Array.from({ length: count }, (_, index) => {
    const { lang: own, source } = all[index % all.length] as Template
    const lang = own === 'any' ? random.pick(LANGS) : own
    const faker = fakers[lang] as Faker
    const scene: Scene = { random, faker, lang, first: faker.person.firstName(), last: faker.person.lastName() }
    return { id: `${own}-${(index % all.length) + 1}-${Math.floor(index / all.length)}`, lang, ...fill(source, scene) }
  })
}
