/**
 * Reads the lines of an INFO reply.
 *
 * @returns name to value
 */
export function infoOf(reply: unknown): ReadonlyMap<string, string> {
  const pairs = String(reply)
    .split(/\r?\n/)
    .filter((line) => line.includes(':'))
    .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
  return new Map(pairs)
}
