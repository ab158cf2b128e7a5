/** Numbering plans out of libphonenumber's own metadata, each compiled when a candidate first needs it. */
import type { CountryCode } from 'libphonenumber-js/core'
import metadata from 'libphonenumber-js/max/metadata'

/** The layout of one plan in the metadata, version 4, as far as it is read here. */
const VERSION = 4
const CODE = 0
const GENERAL = 2
const LENGTHS = 3
const FORMATS = 4
const TRUNK = 5
const KINDS = 11

type RawFormat = readonly [pattern: string, format: string, leading?: readonly string[]]
type RawPlan = readonly unknown[]

/** How many digits the area code has in numbers that begin a certain way. */
interface Form {
  readonly least: number
  readonly most: number
  readonly leading: RegExp | undefined
  /** Length of each group, 0 where it varies. */
  readonly groups: readonly number[]
}

/** What is dialled within one region, or behind one calling code. */
export interface Plan {
  /** What stands before a number within the region, and not behind its calling code: `0`, `1`; empty where nothing does. */
  readonly trunk: string
  /** Bit n is set where a number may have n digits. */
  readonly lengths: number
  /**
   * @param digits - a number without trunk prefix and calling code
   * @returns whether it is one that the region assigns to a kind of line
   */
  valid(digits: string): boolean
  /**
   * @param digits - a number without trunk prefix
   * @returns its group lengths as the region writes it, 0 where a group's length varies; undefined where it has no form
   */
  groups(digits: string): readonly number[] | undefined
}

const countries = metadata.countries as Readonly<Record<string, RawPlan | undefined>>
const nonGeographic = metadata.nonGeographic as Readonly<Record<string, RawPlan | undefined>>
const byCode = metadata.country_calling_codes as Readonly<Record<string, readonly string[] | undefined>>

/** The numbers of each kind of line that a plan has: the metadata leaves the kinds out where they say nothing new. */
function kindsOf(plan: RawPlan): string[] {
  const kinds = (plan[KINDS] || []) as readonly (readonly [string] | 0)[]
  const patterns = kinds.filter((kind) => kind !== 0).map(([pattern]) => pattern)
  return patterns.length > 0 ? patterns.filter((pattern) => pattern !== '') : [plan[GENERAL] as string]
}

/** How many digits `\d{3,5}`, `\d\d` or `9` stand for. */
function sizeOf(group: string): readonly [least: number, most: number] {
  const repeated = /^\\d\{(\d+)(?:,(\d+))?\}$/.exec(group)
  if (repeated) return [Number(repeated[1]), Number(repeated[2] ?? repeated[1])]
  const single = group.replaceAll('\\d', '0').length
  return [single, single]
}

/** `(\d{2})(\d{3,5})` has a first group of two and a second one that varies. */
function formOf([pattern, , leading]: RawFormat): Form {
  const groups = [...pattern.matchAll(/\(([^)]*)\)/g)].map(([, group]) => sizeOf(group as string))
  const sum = (end: 0 | 1): number => groups.reduce((total, size) => total + size[end], 0)
  const last = leading?.at(-1)
  return {
    least: sum(0),
    most: sum(1),
    leading: last ? new RegExp(`^(?:${last})`) : undefined,
    groups: groups.map(([least, most]) => (least === most ? least : 0)),
  }
}

function planFrom(plans: readonly RawPlan[]): Plan {
  const main = plans[0] as RawPlan
  let lengths = 0
  for (const plan of plans) for (const length of plan[LENGTHS] as readonly number[]) lengths |= 1 << length
  const anyOf = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${[...new Set(patterns)].join('|')})$`)
  const kinds = anyOf(plans.flatMap(kindsOf))
  // a kind may reach further than the numbers that there are
  const general = anyOf(plans.map((plan) => plan[GENERAL] as string))
  let forms: readonly Form[] | undefined
  return {
    trunk: (main[TRUNK] as string | 0) || '',
    lengths,
    valid: (digits) => kinds.test(digits) && general.test(digits),
    groups(digits) {
      if (!forms) {
        const own = main[FORMATS] as readonly RawFormat[] | 0
        const shared = countries[byCode[main[CODE] as string]?.[0] as string]?.[FORMATS] as readonly RawFormat[]
        forms = (own || shared || []).map(formOf)
      }
      const { length } = digits
      for (const { least, most, leading, groups } of forms)
        if (length >= least && length <= most && (!leading || leading.test(digits))) return groups
      return undefined
    },
  }
}

function known(): void {
  if (metadata.version !== VERSION)
    throw new TypeError(
      'this release of libphonenumber-js lays out its metadata in a way that the phone detector does not know',
    )
}

const compiled = new Map<string, Plan>()

/**
 * @param region - ISO 3166-1 alpha-2
 * @returns what is dialled within it
 * @throws RangeError when libphonenumber has no such region
 */
export function planOfRegion(region: CountryCode): Plan {
  let plan = compiled.get(region)
  if (!plan) {
    known()
    const raw = countries[region]
    if (!raw) throw new RangeError(`regions holds ${JSON.stringify(region)}, which libphonenumber does not know`)
    plan = planFrom([raw])
    compiled.set(region, plan)
  }
  return plan
}

/**
 * @param region - ISO 3166-1 alpha-2
 * @returns its calling code; undefined where libphonenumber has no such region
 */
export const callingCodeOf = (region: CountryCode): string | undefined =>
  countries[region]?.[CODE] as string | undefined

/**
 * @param digits - an international number without `+`
 * @returns how many of its digits are an assigned calling code; 0 where none are
 */
export function callingCodeLength(digits: string): number {
  for (let length = 1; length <= 3; length += 1) {
    const code = digits.slice(0, length)
    if (byCode[code] || nonGeographic[code]) return length
  }
  return 0
}

/**
 * @param code - an assigned calling code
 * @returns what is dialled behind it, in any of its regions
 */
export function planOfCode(code: string): Plan {
  let plan = compiled.get(code)
  if (!plan) {
    known()
    const regions = byCode[code] ?? []
    const raw = regions.map((region) => countries[region]).filter((found) => found !== undefined)
    plan = planFrom(raw.length > 0 ? raw : [nonGeographic[code] as RawPlan])
    compiled.set(code, plan)
  }
  return plan
}
