const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g

/**
 * Finds a member that one object of a JSON text has twice: `JSON.parse` keeps the last and says nothing, other readers
 * keep the first.
 *
 * @param json - a text that `JSON.parse` accepts
 * @returns the member's name, `undefined` when every object has each member once
 */
export function duplicateMember(json: string): string | undefined {
  const open: Set<string>[] = []
  let text = ''
  for (const [part] of json.matchAll(token)) {
    if (part === '{' || part === '[') open.push(new Set())
    else if (part === '}' || part === ']') open.pop()
    else if (part !== ':') text = part
    else {
      // Only behind a member's name does a colon stand outside of strings.
      const name: string = JSON.parse(text)
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}
