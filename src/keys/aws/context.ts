/** AWS's limit for all pairs together, in bytes; a test of the service has the last word. */
const largest = 8192
// What stands in policies and logs is read by people.
const textPattern = /^[^\p{Cc}\p{Cs}]{1,1024}$/u

const pairOf = (name: string, value: unknown): [string, string] => {
  if (!textPattern.test(name) || /^aws:/i.test(name))
    throw new TypeError('a name in options.context must be a text that does not begin with aws:')
  if (typeof value !== 'string' || !textPattern.test(value))
    throw new TypeError('a value in options.context must be a text that is not empty, without control characters')
  return [name, value]
}

/**
 * @param given - as the caller gave it
 * @returns a frozen copy
 * @throws TypeError, RangeError unless it is one pair at least and within AWS's limits
 */
export function checkedContext(given: unknown): Readonly<Record<string, string>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('options.context must be an object of texts')
  const pairs = Object.entries(given).map(([name, value]) => pairOf(name, value))
  if (pairs.length === 0) throw new TypeError('options.context must have a pair at least, such as the tenant')
  if (Buffer.byteLength(JSON.stringify(pairs)) > largest)
    throw new RangeError(`options.context must be at most ${largest} bytes`)
  return Object.freeze(Object.fromEntries(pairs))
}
