/**
 * The same data as JSON would read it back: no member that is undefined, no negative zero, nothing shared.
 *
 * @param value - JSON data, with members that may be undefined
 * @returns a copy
 */
export function plain<T>(value: T): T {
  if (Object.is(value, -0)) return 0 as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain) as T
  const members: [string, unknown][] = []
  for (const [name, member] of Object.entries(value)) if (member !== undefined) members.push([name, plain(member)])
  return Object.fromEntries(members) as T
}
