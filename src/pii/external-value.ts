/** Whole JSON values for detectors that work elsewhere: each different text is asked about once. */
import { refusedValue } from './plain.js'
import type { RedactedText, RedactedValue } from './redactor.js'

/** How many texts of one value are asked about at once. */
const IN_FLIGHT = 8

function textsIn(value: unknown, into: Set<string>): Set<string> {
  if (typeof value === 'string') into.add(value)
  else if (Array.isArray(value)) for (const item of value) textsIn(item, into)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      into.add(name)
      textsIn(member, into)
    }
  }
  return into
}

/**
 * @param given - what the redactor before left of a value
 * @param more - asks about one text
 * @returns the value with what was found replaced in its texts and names
 * @throws QuittanceError `PII_VALUE_REFUSED` where two names are the same after redaction
 */
export async function moreOfValue(
  given: RedactedValue,
  more: (text: string) => Promise<RedactedText>,
): Promise<RedactedValue> {
  const answers = new Map<string, RedactedText>()
  const waiting = [...textsIn(given.value, new Set())]
  const work = async (): Promise<void> => {
    for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) answers.set(text, await more(text))
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))

  const counts: Record<string, number> = { ...given.counts }
  const taken = (text: string): string => {
    const { text: replaced, counts: found = {} } = answers.get(text) as RedactedText
    for (const [type, number] of Object.entries(found)) counts[type] = (counts[type] ?? 0) + number
    return replaced
  }
  const rebuilt = (value: unknown): unknown => {
    if (typeof value === 'string') return taken(value)
    if (Array.isArray(value)) return value.map(rebuilt)
    if (typeof value !== 'object' || value === null) return value
    const copy: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value)) {
      const renamed = taken(name)
      if (Object.hasOwn(copy, renamed)) throw refusedValue('same-name', undefined)
      copy[renamed] = rebuilt(member)
    }
    return copy
  }
  return { value: rebuilt(given.value), counts }
}
