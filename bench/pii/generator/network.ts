/** Addresses of mail, machines and pages. */
import { ALNUM, HEX, type Random } from './random.js'

const domains: Readonly<Record<string, readonly string[]>> = {
  en: ['example.com', 'northwind.example', 'acme-corp.co.uk', 'mail.example.org', 'brightside.io'],
  de: ['beispiel.de', 'muster-gmbh.de', 'praxis-am-see.example', 'post.example.at', 'werkstatt.ch'],
  fr: ['exemple.fr', 'cabinet-duval.fr', 'courriel.example', 'mairie-exemple.be'],
  es: ['ejemplo.es', 'correo.example', 'clinica-sol.es', 'empresa.com.mx'],
  it: ['esempio.it', 'studio-rossi.it', 'posta.example', 'pec.esempio.it'],
  nl: ['voorbeeld.nl', 'bedrijf.example', 'huisarts-dam.nl', 'post.voorbeeld.be'],
}
const international = [
  'müller.example',
  'bücher.de',
  'xn--bcher-kva.example',
  'café.fr',
  'señal.es',
  'почта.рф',
  '例え.jp',
]

/** What comes before and after the `@` is made from a name, as people do. */
export function email(random: Random, lang: string, first: string, last: string, quoted = false): string {
  const plain = (name: string): string =>
    name
      .normalize('NFD')
      .replace(/[^a-zA-Z]/g, '')
      .toLowerCase() || 'info'
  const [a, b] = [plain(first), plain(last)]
  const style = random.int(1, 24)
  const domain = random.chance(0.06) ? random.pick(international) : random.pick(domains[lang] ?? ['example.com'])
  const local =
    style <= 8
      ? `${a}.${b}`
      : style <= 11
        ? `${a[0]}${b}`
        : style <= 13
          ? `${a}_${b}${random.int(1, 99)}`
          : style <= 15
            ? `${a}+${random.pick(['news', 'shop', 'test'])}`
            : style <= 17
              ? `${a}-${b}`
              : style === 18 && quoted
                ? `"${a} ${b}"`
                : style === 19
                  ? first
                      .normalize('NFC')
                      .replace(/[^\p{L}]/gu, '')
                      .toLowerCase() || a
                  : style === 20
                    ? `${a}.o'${b}`
                    : style === 21
                      ? `${a.toUpperCase()}.${b.toUpperCase()}`
                      : `${a}${random.int(1950, 2005)}`
  return `${local}@${domain}`
}

const octets = (random: Random): string =>
  [
    random.pick([10, 81, 93, 172, 185, 192, 203, 212, 51, 8]),
    random.int(0, 255),
    random.int(0, 255),
    random.int(1, 254),
  ].join('.')

const groups = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.int(1, 0xffff).toString(16)).join(':')

/** A v4 or v6 address in one of its spellings, without a port. */
export function ip(random: Random): string {
  switch (random.int(1, 14)) {
    case 1:
      return `${octets(random)}/${random.pick([8, 16, 24, 32])}`
    case 2:
      return `2001:db8:${groups(random, 6)}`
    case 3:
      return `2001:db8::${groups(random, 1)}`
    case 4:
      return `2a02:${groups(random, 2)}::${groups(random, random.int(1, 3))}`
    case 5:
      return `fe80::${groups(random, 4)}%${random.pick(['eth0', 'en1', 'wlan0', '3'])}`
    case 6:
      return `::ffff:${octets(random)}`
    case 7:
      return `2001:0DB8:0000:0000:${random.string(4, HEX.toUpperCase())}:0000:${random.string(4, HEX.toUpperCase())}:0001`
    case 8:
      return `2001:db8:${groups(random, 1)}::/${random.pick([32, 48, 64])}`
    default:
      return octets(random)
  }
}

/** A v4 address alone, for places that take a port. */
export const ipv4 = octets
/** A v6 address alone, for places in brackets. */
export const ipv6 = (random: Random): string => `2001:db8::${groups(random, random.int(1, 4))}`

/** A hardware address. */
export function mac(random: Random): string {
  const pairs = Array.from({ length: 6 }, () => random.string(2, HEX))
  const style = random.int(1, 4)
  if (style === 1) return pairs.join('-').toUpperCase()
  if (style === 2) return (pairs.join('').match(/.{4}/g) as string[]).join('.')
  return style === 3 ? pairs.join(':').toUpperCase() : pairs.join(':')
}

/** A page whose address holds something that opens it. */
export function url(random: Random): string {
  const host = random.pick(['app.example.com', 'login.example.org', 'files.example.net'])
  return random.pick([
    () => `https://${host}/reset?token=${random.string(32, ALNUM)}`,
    () => `https://${host}/invite?id=${random.int(1, 999)}&access_token=${random.string(40, ALNUM)}`,
    () => `https://${host}/cb#access_token=${random.string(36, ALNUM)}&state=x`,
  ])()
}
