/** One name as programs write them, without digits: a caller's own name may be somebody's number or address. */
const source = '(?:[a-z][A-Za-z]{0,31}|[a-z]{1,20}(?:_[a-z]{1,20}){1,3})'
const whole = new RegExp(`^${source}$`)
const path = new RegExp(`^${source}(?![^.[])(?:\\[\\d+\\]|\\.${source}(?![^.[]))*`)

/**
 * @param name - of a member that a caller made up
 * @returns whether an error may show it
 */
export function isProgramName(name: string): boolean {
  return whole.test(name)
}

/**
 * @param text - names and indexes, some of which a caller made up
 * @returns it up to the first name that an error may not show
 */
export function programPath(text: string): string {
  return path.exec(text)?.[0] ?? ''
}
