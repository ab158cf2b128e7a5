/** Writes the members of an object one by one, each as a piece that only has to be joined to the others. */

/** What a shape has to say of how its values are written. */
interface Writer {
  readonly write?: ((value: unknown, depth: number) => string | undefined) | undefined
  readonly quotes?: ((value: string) => boolean) | undefined
  readonly repeats?: boolean | undefined
}

/** Reads a value from where it begins in a text; gives where it ends, or -1. */
export type Read = (text: string, from: number, depth: number) => number

/** How one member is written, in its place among the others. */
export interface Member {
  readonly name: string
  /** `{"name":` for the first, `,"name":` for the others. */
  readonly prefix: string
  readonly write: (value: unknown, depth: number) => string | undefined
  /** Whether a string fits that is then written as it is; its prefix has the opening quote. */
  readonly quotes: ((value: string) => boolean) | undefined
  /** Whether the piece that was written last is kept. */
  readonly repeats: boolean
  last: string | undefined
  piece: string
}

/** The members of an object, in canonical order. */
export type MemberPlan = readonly Member[]

/**
 * @param sorted - the names of an object, in canonical order
 * @param writers - for each the shape of its value
 * @returns the plan; `undefined` where a member has no such writer
 */
export function memberPlan(
  sorted: readonly string[],
  writers: readonly (Writer | undefined)[],
): MemberPlan | undefined {
  const plan: Member[] = []
  for (const [index, name] of sorted.entries()) {
    const { write, quotes, repeats = false } = writers[index] ?? {}
    if (write === undefined) return undefined
    const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:${quotes ? '"' : ''}`
    plan.push({ name, prefix, write, quotes, repeats, last: undefined, piece: '' })
  }
  return plan
}

/**
 * @param member - from a plan
 * @param value - its value
 * @param depth - the level on which the value stands
 * @returns `{"name":value` or `,"name":value`; `undefined` where the value's writer gives none
 */
export function writeMember(member: Member, value: unknown, depth: number): string | undefined {
  if (value === member.last && value !== undefined) return member.piece
  const { prefix, quotes } = member
  let piece: string
  if (quotes !== undefined) {
    if (typeof value !== 'string' || !quotes(value)) return undefined
    piece = `${prefix}${value}"`
  } else {
    const text = member.write(value, depth)
    if (text === undefined) return undefined
    piece = prefix + text
  }
  if (member.repeats) {
    member.last = value as string
    member.piece = piece
  }
  return piece
}
