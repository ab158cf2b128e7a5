/** Where two JSON values differ. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const simple = /^[A-Za-z_$][\w$]*$/
const member = (path: string, name: string): string => {
  if (!simple.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

/**
 * @param one - a JSON value; a member that is undefined counts as absent
 * @param other - another
 * @param most - how many paths are enough
 * @returns the paths of the innermost members that differ, members by name and lists by place, as far as asked for
 */
export function differences(one: unknown, other: unknown, most = 10): readonly string[] {
  const found: string[] = []
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= most || Object.is(a, b)) return
    if (Array.isArray(a) && Array.isArray(b)) {
      const length = Math.max(a.length, b.length)
      for (let index = 0; index < length && found.length < most; index++) walk(a[index], b[index], `${path}[${index}]`)
    } else if (isObject(a) && isObject(b)) {
      for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
        if (found.length >= most) return
        walk(a[name], b[name], member(path, name))
      }
    } else if (!(a === 0 && b === 0)) found.push(path)
  }
  walk(one, other, '')
  return found
}
