/** How much groups of digits look like a phone number on their own: forms first, numbering plans where the form earns it. */
import type { CountryCode } from 'libphonenumber-js/core'
import { type Chain, CLOSE, DASH, DOT, OPEN, SLASH, SPACE } from './chain.js'
import { callingCodeLength, callingCodeOf, type Plan, planOfCode, planOfRegion } from './plans.js'

/** What the judge thinks of a number, words beside it aside. */
export interface Verdict {
  score: number
  reason: string
  /** Nothing beside it can make it a phone number. */
  never: boolean
}

/** Looks at the groups of one candidate. */
export type Judge = (text: string, chain: Chain, groups: number, plus: boolean, parens: boolean) => Verdict

const verdict = (score: number, reason: string, never = false): Verdict => ({ score, reason, never })

const NOTHING = verdict(0, '', true)

const DATE_GAPS = DASH | DOT | SLASH

const isYear = (digits: string): boolean => digits.length === 4 && (digits.startsWith('19') || digits.startsWith('20'))

const within = (text: string, least: number, most: number): boolean => Number(text) >= least && Number(text) <= most

/** A date, or a date and what follows it, or two years. */
function isDate(parts: readonly string[], chain: Chain): boolean {
  if (parts.length === 2) return isYear(parts[0] as string) && isYear(parts[1] as string)
  return (
    isDay(parts, chain, 0) ||
    (parts.length > 3 && (chain.gaps[0] as number) !== chain.gaps[1] && isDay(parts, chain, 1))
  )
}

/** Three groups that follow one another. */
function isDay(parts: readonly string[], chain: Chain, from: number): boolean {
  const [a, b, c] = parts.slice(from, from + 3) as [string, string?, string?]
  if (b === undefined || c === undefined) return false
  const gap = chain.gaps[from] as number
  if (gap !== chain.gaps[from + 1] || ((gap & DATE_GAPS) === 0 && parts.length > 3)) return false
  if (isYear(a) && b.length <= 2 && within(b, 1, 12) && c.length <= 2 && within(c, 1, 31)) return true
  if (a.length > 2 || b.length > 2) return false
  if (isYear(c)) return within(a, 1, 31) && within(b, 1, 31)
  return parts.length === 3 && c.length === 2
}

/** Four groups of at most 255 with dots between: an IP address. */
function isAddress(parts: readonly string[], chain: Chain): boolean {
  if (parts.length !== 4) return false
  for (let index = 0; index < 4; index += 1) {
    if ((parts[index] as string).length > 3 || Number(parts[index]) > 255) return false
    if (index < 3 && chain.gaps[index] !== DOT) return false
  }
  return true
}

/** `1.234.567`, `1 234 567`: an amount. */
const isAmount = (parts: readonly string[], gaps: number): boolean =>
  parts.length > 1 &&
  (gaps === DOT || gaps === SPACE) &&
  (parts[0] as string).length <= 3 &&
  parts.every((part, index) => index === 0 || part.length === 3)

/** `0800-1200 1300-1700`: hours of the day. */
const areHours = (parts: readonly string[]): boolean =>
  parts.every((part) => part.length === 4 && Number(part) < 2400 && Number(part) % 100 < 60)

/** `0-675-16726-7`: a book. */
const isBook = (parts: readonly string[], gaps: number, length: number): boolean =>
  parts.length === 4 && length === 10 && gaps === DASH && parts[3]?.length === 1

/** `36.2.1302.92`: a version. */
const isVersion = (parts: readonly string[], gaps: number): boolean =>
  gaps === DOT && parts.length > 2 && parts.some((part, index) => index > 0 && part.length === 1)

/** `0063 0063 0053`: characters by their numbers. */
const areCodes = (parts: readonly string[], gaps: number): boolean =>
  parts.length > 1 &&
  gaps === SPACE &&
  (parts[0] as string).startsWith('00') &&
  parts.every(({ length }) => length === 4)

/** Group lengths as one number, so that a form is one comparison. */
const shapeOf = (parts: readonly string[]): number => parts.reduce((shape, { length }) => shape * 16 + length, 0)

/** Written in more groups it is no number that is written as usual. */
const MOST_PARTS = 8

const SHAPE_334 = 0x334
const SHAPE_333 = 0x333
const SHAPE_444 = 0x444
const SHAPE_324 = 0x324
const SHAPE_64 = 0x64
const SHAPE_65 = 0x65
const SHAPE_27 = 0x27
const PAIRS = 0x22222

/** Forms of eleven digits that numbers of the United Kingdom are written in, unassigned ones included. */
const british = new Set([0x56, 0x533, 0x434, 0x344, 0x47, 0x38, 0x353])

/** Forms of nine digits that only a phone number has, where there is no trunk prefix. */
const distinct = new Set([0x3222, 0x2322])

function bitsOf(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1
  return count
}

/** Bits of all gaps in front of a group. */
function gapsOf(chain: Chain, groups: number): number {
  let bits = 0
  for (let index = 0; index + 1 < groups; index += 1) bits |= chain.gaps[index] as number
  return bits
}

/**
 * @param regions - whose numbers are known without calling code
 * @returns what judges candidates for them
 * @throws RangeError when a region is unknown
 */
export function createJudge(regions: readonly CountryCode[]): Judge {
  for (const region of regions)
    if (callingCodeOf(region) === undefined)
      throw new RangeError(`regions holds ${JSON.stringify(region)}, which libphonenumber does not know`)
  const american = regions.filter((region) => callingCodeOf(region) === '1')
  const others = regions.filter((region) => callingCodeOf(region) !== '1')
  const english = regions.includes('GB')

  let all: Plan[] | undefined
  /** Those without trunk prefix. */
  let open: Plan[] | undefined
  const plans = (): void => {
    if (all) return
    // plans that say exactly how long a number is come first: they decide more, and sooner
    all = others.map(planOfRegion).sort((a, b) => bitsOf(a.lengths) - bitsOf(b.lengths))
    open = all.filter(({ trunk }) => trunk === '')
  }

  /** Behind `+`, `00`, `011`. */
  const international = (digits: string, parts: readonly string[], gaps: number, plus: boolean): Verdict => {
    const length = callingCodeLength(digits)
    let possible = false
    if (length > 0) {
      const plan = planOfCode(digits.slice(0, length))
      let national = digits.slice(length)
      if (plan.valid(national)) return verdict(0.95, 'international, valid')
      possible = (plan.lengths & (1 << national.length)) !== 0
      if (plan.trunk !== '' && national.startsWith(plan.trunk)) {
        national = national.slice(plan.trunk.length)
        if (plan.valid(national)) return verdict(0.92, 'international, valid')
        possible ||= (plan.lengths & (1 << national.length)) !== 0
      }
    }
    if ((isAmount(parts, gaps) && !(possible && digits.length >= 10)) || (gaps === DOT && parts.length === 2))
      return verdict(0.2, 'international form')
    if (possible && digits.length >= 9) return verdict(plus ? 0.7 : 0.6, 'international, possible')
    return verdict(
      plus && !digits.startsWith('0') && digits.length >= 10 && digits.length <= 15 ? 0.52 : 0.25,
      'international form',
    )
  }

  /** Three, three and four digits, `1` before them or not. */
  const northAmerican = (digits: string, gaps: number, led: boolean): Verdict => {
    const area = digits.charCodeAt(0) >= 0x32
    const exchange = digits.charCodeAt(3) >= 0x32
    const valid = area && exchange && planOfCode('1').valid(digits)
    const fictional = digits.startsWith('555')
    // "200-300-4000"; 500, 800 and 900 are codes
    const round = digits.charAt(1) === '0' && digits.charAt(2) === '0' && !'589'.includes(digits.charAt(0))
    let score = valid ? 0.75 : round ? 0.4 : area && (exchange || fictional) ? 0.65 : area ? 0.5 : 0.3
    if ((gaps & CLOSE) !== 0) score += 0.1
    else if (gaps === SPACE) score -= fictional ? 0.1 : valid ? 0.18 : 0.25
    else if (gaps === DOT) score -= area ? 0.08 : 0.15
    if (led) score += 0.08
    return verdict(score, valid ? 'North American, valid' : 'North American form')
  }

  /** A trunk prefix in front, as in Europe. */
  const trunk = (digits: string, parts: readonly string[], gaps: number, parens: boolean): Verdict => {
    plans()
    const { length } = digits
    const shape = shapeOf(parts)
    const first = parts[0] as string
    const ahead = first.length === 1 && parts.length > 1 ? 1 + (parts[1] as string).length : first.length
    let valid = false
    let formed = false
    for (const plan of all as Plan[]) {
      const national = digits.slice(plan.trunk.length)
      if (plan.trunk !== '' && !digits.startsWith(plan.trunk)) continue
      if ((plan.lengths & (1 << national.length)) === 0 || !plan.valid(national)) continue
      valid = true
      const area = plan.groups(national)?.[0]
      // German mobile numbers are written with three digits of their code as often as with four
      const mobile = length >= 11 && /^01[567]/.test(digits) && ahead === 4
      if (area !== undefined && (ahead === area + plan.trunk.length || mobile)) {
        formed = true
        break
      }
    }
    const single = parts.length === 1
    if (single)
      return verdict(
        valid && length >= 9 && length <= 12 ? 0.35 : length >= 9 && length <= 12 ? 0.3 : 0.15,
        'national, digits alone',
      )
    const reason = valid ? 'national, valid' : 'national form'
    if (shape === SHAPE_324 || shape === SHAPE_333) return verdict(shape === SHAPE_324 ? 0.2 : 0.4, reason)
    if (areHours(parts)) return verdict(0.25, reason)
    // "0.42583098", "0706.12345"
    if (gaps === DOT && parts.length === 2) return first === '0' ? NOTHING : verdict(0.2, reason)
    if (gaps === DASH && shape === SHAPE_444) return verdict(0.3, reason)
    if (length < 9 || length > 13 || parts.length > 5) return verdict(valid ? 0.4 : 0.2, reason)
    if (parens) {
      if (formed) return verdict(0.8, reason)
      if (first.length >= 3 && first.length <= 6 && parts.length <= 3) return verdict(valid ? 0.7 : 0.6, reason)
    }
    const joint = gaps & (DASH | DOT | SLASH)
    if (joint === DASH && (shape === SHAPE_64 || shape === SHAPE_65)) return verdict(0.2, reason)
    // "031-64057-77", "0532.414.05"
    if ((gaps === DASH || gaps === DOT) && parts.length === 3 && (parts[2] as string).length < 3)
      return verdict(0.4, reason)
    if (joint === DASH && shape === SHAPE_27) return verdict(0.42, reason)
    if (gaps === SLASH && parts.length > 2) return verdict(0.3, reason)
    if (shape === PAIRS) return verdict(valid ? 0.8 : 0.4, reason)
    if (formed) return verdict(joint === 0 ? 0.7 : 0.62, reason)
    if (english && length === 11 && british.has(shape) && /^0[1-37-9]/.test(digits))
      return verdict(joint === 0 ? 0.56 : 0.45, reason)
    // a number that is written with other groups than usual
    const usual = joint === 0 && length >= 10 && first.length >= 3 && first.length <= 6 && parts.length <= 4
    if (valid && usual && parts.every((part) => part.length >= 3)) return verdict(0.52, reason)
    return verdict(valid ? 0.45 : 0.4, reason)
  }

  /** Regions without trunk prefix. */
  const bare = (digits: string, parts: readonly string[], gaps: number): Verdict => {
    plans()
    const shape = shapeOf(parts)
    if (shape === SHAPE_324 || shape === SHAPE_64 || (parts.length === 1 && digits.length > 10)) return NOTHING
    for (const plan of open as Plan[]) {
      if ((plan.lengths & (1 << digits.length)) === 0 || !plan.valid(digits)) continue
      if (parts.length === 1) return verdict(0.3, 'national, digits alone')
      if (digits.length >= 9 && gaps !== DOT) {
        if (distinct.has(shape)) return verdict(0.66, 'national, valid')
        if (shape === 0x37 && digits.startsWith('3')) return verdict(0.56, 'national, valid')
      }
      return verdict(0.42, 'national, valid')
    }
    return NOTHING
  }

  return (text, chain, groups, plus, parens) => {
    const count = chain.digits[groups - 1] as number
    const parts: string[] = []
    let digits = ''
    for (let index = 0; index < groups; index += 1) {
      const part = text.slice(chain.starts[index], chain.ends[index])
      // the trunk prefix in "+44 (0)20"
      const zero =
        part === '0' &&
        index > 0 &&
        ((chain.gaps[index - 1] as number) & OPEN) !== 0 &&
        ((chain.gaps[index] as number) & CLOSE) !== 0
      if (zero) continue
      parts.push(part)
      digits += part
    }
    const gaps = gapsOf(chain, groups)
    if (plus) return digits.length < 7 ? NOTHING : international(digits, parts, gaps, true)
    // "0 1 7 1 …": written digit by digit, so that nobody sees a number
    if (parts.length > MOST_PARTS) {
      if (digits.length !== parts.length || digits.length < 10) return NOTHING
      const spelled = digits.startsWith('0') || /^1?[2-9]/.test(digits)
      return verdict(spelled ? 0.2 : 0.1, 'digit by digit')
    }
    if (isDate(parts, chain) || isAddress(parts, chain)) return NOTHING
    if (isBook(parts, gaps, digits.length) || isVersion(parts, gaps) || areCodes(parts, gaps)) return NOTHING
    const first = parts[0] as string
    for (let index = first === '00' || first === '1' ? 2 : 1; index + 1 < groups; index += 1)
      if (((chain.gaps[index] as number) & OPEN) !== 0 && !digits.startsWith('00')) return NOTHING
    // "13.0.9396.319"
    if (parts.length > 2 && parts.indexOf('0', 1) > 0) return NOTHING
    if (american.length > 0 && first === '011' && parts.length > 2) {
      const found = international(digits.slice(3), parts, gaps, false)
      if (found.score > 0.9) return verdict(0.82, found.reason)
    }
    if (digits.startsWith('00')) {
      const behind = digits.slice(2)
      // "004-9206355-9971811": only calling codes of one digit stand so
      const cut = first.length === 3 && parts.length > 1 && first !== '001' && first !== '007'
      if (cut || behind.startsWith('0') || behind.length < 7) return verdict(0.12, 'groups of digits')
      const found = international(behind, parts, gaps, false)
      if (parts.length === 1) return verdict(found.score > 0.9 ? 0.45 : found.score >= 0.6 ? 0.3 : 0.15, found.reason)
      if (found.score > 0.9) return verdict(0.82, found.reason)
      // "001-555-123-4567"
      return verdict(first === '001' && found.score >= 0.6 ? 0.7 : found.score - 0.1, found.reason)
    }
    if (american.length > 0) {
      const led = first === '1' && parts.length > 1
      const rest = led ? parts.slice(1) : parts
      const shape = shapeOf(rest)
      if (shape === SHAPE_334 || (shape === 0x37 && (gaps & CLOSE) !== 0 && first !== '0'))
        if (!first.startsWith('0')) {
          const found = northAmerican(led ? digits.slice(1) : digits, gaps, led)
          const alone = bare(digits, parts, gaps)
          return alone.score > found.score ? alone : found
        }
      // seconds since 1970; no area code begins so
      if (parts.length === 1 && first[0] === '1' && count === 10) return verdict(0.08, 'digits alone')
      if (parts.length === 1 && first[0] !== '0' && (count === 10 || (count === 11 && digits.startsWith('1'))))
        return first[0] !== '1' && bare(digits, parts, gaps).score > 0
          ? verdict(0.3, 'national, digits alone')
          : verdict(/^1?[2-9]\d\d[2-9]|^1?555/.test(digits) ? 0.285 : 0.2, 'North American form, digits alone')
      if (shape === 0x34 && !led && gaps !== SPACE && gaps !== SLASH && /^[2-9]/.test(digits))
        return verdict(digits.startsWith('555') ? 0.35 : 0.3, 'North American local form')
    }
    if (digits.startsWith('0')) return trunk(digits, parts, gaps, parens)
    const alone = bare(digits, parts, gaps)
    if (alone.score > 0) return alone
    if (parts.length > 1 && (shapeOf(parts) === SHAPE_324 || shapeOf(parts) === SHAPE_64))
      return verdict(0.05, 'groups of digits')
    if (parts.length === 1) {
      if (count >= 11 && count <= 15 && international(digits, parts, gaps, false).score > 0.9)
        return verdict(0.25, 'international without sign, valid')
      return count <= 15 ? verdict(count >= 9 && count <= 11 ? 0.15 : 0.12, 'digits alone') : NOTHING
    }
    if (count > 13 || parts.length > 6 || isYear(first)) return verdict(0.05, 'groups of digits')
    if (isAmount(parts, gaps)) return verdict(count === 9 ? 0.15 : 0.08, 'groups of digits')
    return verdict(count >= 8 ? 0.15 : 0.1, 'groups of digits')
  }
}
