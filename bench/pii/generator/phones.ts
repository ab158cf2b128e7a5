/** Telephone numbers inside the numbering plans, in the spellings of each country; the drama ranges where one is published. */
import type { Random } from './random.js'

interface Plan {
  readonly code: string
  /** What is dialled before a national number; part of none of the groups below. */
  readonly trunk: string
  /** Patterns of the national number: `x` any digit, `n` any but 0 and 1; blanks part the usual groups, the first is the area. */
  readonly land: readonly string[]
  readonly mobile: readonly string[]
}

const plans: Readonly<Record<string, Plan>> = {
  US: {
    code: '1',
    trunk: '',
    land: ['212 555 01xx', '415 555 01xx', '305 nxx xxxx', '617 nxx xxxx', '206 nxx xxxx'],
    mobile: ['646 nxx xxxx', '312 555 01xx'],
  },
  GB: {
    code: '44',
    trunk: '0',
    land: ['20 7946 0xxx', '161 496 0xxx', '131 496 0xxx', '1632 960xxx', '117 496 0xxx'],
    mobile: ['7700 900xxx', '7911 123xxx'],
  },
  IE: { code: '353', trunk: '0', land: ['1 6xx xxxx', '21 4xx xxxx'], mobile: ['87 nxx xxxx', '85 nxx xxxx'] },
  DE: {
    code: '49',
    trunk: '0',
    land: [
      '30 23125 xxx',
      '89 99998 xxx',
      '40 66969 xxx',
      '221 4710 xxx',
      '69 90009 xxx',
      '711 2nxx xxx',
      '6221 5nxxx',
    ],
    mobile: ['171 39200xx', '152 28817 xxx', '176 0406 0xxx', '160 9n xx xx xx'],
  },
  AT: {
    code: '43',
    trunk: '0',
    land: ['1 5xx xx xx', '316 8nx xxx', '662 8nx xxx'],
    mobile: ['664 nxx xx xx', '660 nxx xx xx'],
  },
  CH: {
    code: '41',
    trunk: '0',
    land: ['44 2xx xx xx', '31 3xx xx xx', '22 7xx xx xx', '91 9xx xx xx'],
    mobile: ['79 nxx xx xx', '78 nxx xx xx'],
  },
  FR: {
    code: '33',
    trunk: '0',
    land: ['1 42 xx xx xx', '4 72 xx xx xx', '5 61 xx xx xx', '2 40 xx xx xx'],
    mobile: ['6 12 xx xx xx', '7 81 xx xx xx', '6 39 98 xx xx'],
  },
  BE: {
    code: '32',
    trunk: '0',
    land: ['2 5nx xx xx', '3 2nx xx xx', '4 2nx xx xx'],
    mobile: ['475 xx xx xx', '494 xx xx xx'],
  },
  ES: {
    code: '34',
    trunk: '',
    land: ['91 5nx xx xx', '93 4nx xx xx', '95 4nx xx xx'],
    mobile: ['612 xx xx xx', '655 xx xx xx', '689 xxx xxx'],
  },
  IT: {
    code: '39',
    trunk: '',
    land: ['02 4nxx xxxx', '06 6nxx xxxx', '011 5nx xxxx', '055 2nx xxxx'],
    mobile: ['347 nxx xxxx', '333 nxx xxxx', '320 nxx xxxx'],
  },
  NL: {
    code: '31',
    trunk: '0',
    land: ['20 5nx xxxx', '10 4nx xxxx', '30 2nx xxxx', '70 3nx xxxx'],
    mobile: ['6 1nxx xxxx', '6 2nxx xxxx'],
  },
  PL: { code: '48', trunk: '', land: ['22 6nx xx xx'], mobile: ['601 xxx xxx', '512 xxx xxx'] },
  PT: { code: '351', trunk: '', land: ['21 3nx xxxx'], mobile: ['91 nxx xxxx', '96 nxx xxxx'] },
  SE: { code: '46', trunk: '0', land: ['8 5nx xxx xx'], mobile: ['70 1nx xx xx'] },
  BR: { code: '55', trunk: '', land: ['11 3nxx xxxx'], mobile: ['11 9nxxx xxxx'] },
  IN: { code: '91', trunk: '', land: [], mobile: ['98xxx xxxxx', '99xxx xxxxx'] },
}

const homeOf: Readonly<Record<string, readonly string[]>> = {
  en: ['US', 'GB', 'US', 'GB', 'IE'],
  de: ['DE', 'DE', 'AT', 'CH'],
  fr: ['FR', 'FR', 'BE', 'CH'],
  es: ['ES'],
  it: ['IT', 'IT', 'CH'],
  nl: ['NL', 'NL', 'BE'],
}

const filled = (random: Random, pattern: string): string =>
  pattern.replace(/[xn]/g, (kind) => String(kind === 'x' ? random.int(0, 9) : random.int(2, 9)))

const extensions: Readonly<Record<string, readonly string[]>> = {
  en: [' ext. ', ' x', ' extension '],
  de: [' Durchwahl ', '-', ' DW '],
  fr: [' poste ', ' ext. '],
  es: [' ext. ', ' extensión '],
  it: [' int. ', ' interno '],
  nl: [' toestel ', ' tst. '],
}

function draw(random: Random, country: string): { plan: Plan; groups: string[]; mobile: boolean } {
  const plan = plans[country] as Plan
  const mobile = plan.land.length === 0 || random.chance(0.5)
  return { plan, groups: filled(random, random.pick(mobile ? plan.mobile : plan.land)).split(' '), mobile }
}

/** A number with its country code, in one of the usual spellings. */
export function international(random: Random, country: string): string {
  const { plan, groups } = draw(random, country)
  const spaced = groups.join(' ')
  const compact = groups.join('')
  const [area, ...rest] = groups
  switch (random.int(1, 10)) {
    case 1:
    case 2:
      return `+${plan.code}${compact}`
    case 3:
    case 4:
    case 5:
      return `+${plan.code} ${spaced}`
    case 6:
      return `+${plan.code}-${groups.join('-')}`
    case 7:
      return plan.trunk === '0'
        ? `+${plan.code} (0)${area} ${rest.join(' ')}`
        : `+${plan.code} (${area}) ${rest.join(' ')}`
    case 8:
      return country === 'US' ? `1-${groups.join('-')}` : `00${plan.code} ${spaced}`
    case 9:
      return `+${plan.code} ${area} ${rest.join('')}`
    default:
      return `+${plan.code}.${groups.join('.')}`
  }
}

/** A number as people of the country write it among themselves. */
export function national(random: Random, country: string): string {
  const { plan, groups, mobile } = draw(random, country)
  const [area, ...rest] = groups as [string, ...string[]]
  const whole = [plan.trunk + area, ...rest]
  const style = random.int(1, 8)
  if (country === 'US') {
    if (style <= 3) return `(${area}) ${rest.join('-')}`
    if (style <= 6) return groups.join('-')
    return style === 7 ? groups.join('.') : groups.join(' ')
  }
  if (country === 'FR') return whole.join(style <= 4 ? ' ' : style <= 6 ? '.' : style === 7 ? '' : '-')
  if (country === 'DE' || country === 'AT') {
    if (style <= 3) return `${whole[0]}/${rest.join(style === 1 ? ' ' : '')}`
    if (style <= 5) return `${whole[0]} ${rest.join(' ')}`
    if (style === 6) return `${whole[0]}-${rest.join('')}`
    return style === 7 && !mobile ? `(${whole[0]}) ${rest.join(' ')}` : whole.join('')
  }
  if (country === 'NL' || country === 'BE') {
    if (style <= 3) return `${whole[0]}-${rest.join('')}`
    if (style <= 6) return `${whole[0]} ${rest.join(' ')}`
    return style === 7 && !mobile ? `(${whole[0]}) ${rest.join(' ')}` : whole.join('')
  }
  if (country === 'GB' && style <= 2) return `(${whole[0]}) ${rest.join(' ')}`
  if (style <= 6) return whole.join(' ')
  return style === 7 && country !== 'GB' ? `${whole[0]}/${rest.join('')}` : whole.join('')
}

/** A number of the language's countries, or of another one. */
export function phone(random: Random, lang: string): string {
  const style = random.int(1, 20)
  if (style <= 8) return international(random, random.pick(homeOf[lang] ?? Object.keys(plans)))
  if (style <= 11) return international(random, random.pick(Object.keys(plans)))
  const local = national(random, random.pick(homeOf[lang] ?? ['US', 'GB']))
  if (style < 20) return local
  return local + random.pick(extensions[lang] ?? [' ext. ']) + random.int(10, 489)
}
