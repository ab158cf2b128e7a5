/** What looks like something personal and is nothing of the kind. */
import { ean, notACard, routing } from './accounts.js'
import { ALNUM, HEX, type Random, UPPER } from './random.js'

const hex = (random: Random, count: number): string => random.string(count, HEX)

/** By the name that templates call them. */
export const lookalikes: Readonly<Record<string, (random: Random, lang: string) => string>> = {
  order: (random) =>
    random.pick([
      () => random.digits(10).replace(/^0/, '4'),
      () => `${random.int(100, 999)}-${random.digits(7)}-${random.digits(7)}`,
      () => `ORD-${random.int(2019, 2026)}-${random.digits(6)}`,
      () => `${random.string(2, UPPER)}${random.digits(8)}`,
      () => `#${random.int(10_000, 999_999)}`,
    ])(),
  ticket: (random) =>
    random.pick([
      () => `INC${random.digits(7)}`,
      () => `JIRA-${random.int(100, 99_999)}`,
      () => `[#${random.digits(8)}]`,
      () => `REQ-${random.digits(6)}-${random.digits(4)}`,
    ])(),
  isbn: (random) => {
    const compact = ean(random, '978')
    return random.pick([
      compact,
      `${compact.slice(0, 3)}-${compact[3]}-${compact.slice(4, 7)}-${compact.slice(7, 12)}-${compact[12]}`,
    ])
  },
  ean: (random) => ean(random, random.pick(['40', '87', '30', '80', '84', '50'])),
  version: (random) =>
    random.pick([
      () => `v${random.int(1, 9)}.${random.int(0, 30)}.${random.int(0, 40)}`,
      () => `${random.int(1, 30)}.${random.int(0, 30)}.${random.int(0, 99)}-rc.${random.int(1, 9)}`,
      () => `${random.int(10, 140)}.0.${random.int(1000, 9999)}.${random.int(256, 999)}`,
      () => `${random.int(1, 9)}.${random.int(0, 9)}`,
    ])(),
  sha1: (random) => hex(random, 40),
  sha256: (random) => hex(random, 64),
  md5: (random) => hex(random, 32),
  short: (random) => hex(random, 7),
  uuid: (random) =>
    `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(random, 3)}-${hex(random, 12)}`,
  amount: (random, lang) => {
    const whole = random.int(1, 9_999_999)
    const grouped = (separator: string): string => String(whole).replace(/\B(?=(\d{3})+$)/g, separator)
    const cents = random.digits(2)
    if (lang === 'en') return `${random.pick(['$', '£', 'USD '])}${grouped(',')}.${cents}`
    if (lang === 'fr') return `${grouped(random.pick([' ', '\u202f', '\u00a0']))},${cents} €`
    return random.pick([`${grouped('.')},${cents} €`, `€ ${grouped('.')},${cents}`, `EUR ${grouped('.')},${cents}`])
  },
  date: (random, lang) => {
    const [y, m, d] = [random.int(1995, 2026), random.int(1, 12), random.int(1, 28)]
    const [mm, dd] = [String(m).padStart(2, '0'), String(d).padStart(2, '0')]
    return random.pick([
      `${y}-${mm}-${dd}`,
      lang === 'en' ? `${mm}/${dd}/${y}` : `${dd}.${mm}.${y}`,
      `${dd}/${mm}/${y}`,
      `${d}.${m}.${String(y).slice(2)}`,
    ])
  },
  time: (random) =>
    `${String(random.int(0, 23)).padStart(2, '0')}:${String(random.int(0, 59)).padStart(2, '0')}${random.pick(['', ':17', ':42'])}`,
  stamp: (random) =>
    random.pick([
      () =>
        `${random.int(2019, 2026)}-0${random.int(1, 9)}-1${random.int(0, 9)}T0${random.int(0, 9)}:${random.int(10, 59)}:${random.int(10, 59)}.${random.digits(3)}Z`,
      () => String(random.int(1_500_000_000, 1_790_000_000)),
      () => String(random.int(1_500_000_000, 1_790_000_000)) + random.digits(3),
      () =>
        `${random.int(2019, 2026)}-1${random.int(0, 2)}-2${random.int(0, 8)} 1${random.int(0, 9)}:${random.int(10, 59)}:${random.int(10, 59)},${random.digits(3)}`,
    ])(),
  flight: (random) =>
    `${random.pick(['LH', 'BA', 'AF', 'KL', 'IB', 'AZ', 'UA', 'EW'])}${random.pick(['', ' '])}${random.int(10, 9999)}`,
  room: (random) => `${random.int(1, 12)}.${random.int(10, 99)}${random.pick(['', 'a'])}`,
  part: (random) =>
    random.pick([
      () => `${random.digits(3)}-${random.digits(5)}-${random.digits(2)}`,
      () => `${random.string(3, UPPER)}-${random.digits(4)}-${random.string(2, UPPER)}`,
      () => `${random.digits(4)}.${random.digits(3)}.${random.digits(2)}`,
    ])(),
  tracking: (random) =>
    random.pick([
      () => `1Z${random.string(16, `${UPPER}0123456789`)}`,
      () => `00${random.digits(18)}`,
      () => `JD${random.digits(18)}`,
      () => `${random.string(2, 'RLC')}${random.digits(9)}DE`,
    ])(),
  routing: (random) => routing(random),
  bic: (random) =>
    `${random.string(4, UPPER)}${random.pick(['DE', 'FR', 'ES', 'IT', 'NL', 'GB'])}${random.string(2, UPPER)}${random.pick(['', 'XXX'])}`,
  notcard: (random) => notACard(random),
  plate: (random) =>
    random.pick([
      () => `B-${random.string(2, UPPER)} ${random.int(100, 9999)}`,
      () => `${random.string(2, UPPER)}-${random.digits(3)}-${random.string(2, UPPER)}`,
    ])(),
  number: (random) => String(random.int(2, 9_999)),
  percent: (random) => `${random.int(1, 99)}.${random.digits(1)}%`,
  zip: (random, lang) => (lang === 'nl' ? `${random.int(1000, 9999)} ${random.string(2, UPPER)}` : random.digits(5)),
  hex: (random) => `0x${random.string(random.pick([4, 8, 16]), HEX)}`,
  slug: (random) => random.string(11, ALNUM),
  measure: (random) => `${random.int(1, 200)},${random.int(0, 9)} ${random.pick(['mg/dl', 'mmHg', 'kg', 'ml', 'km'])}`,
}
