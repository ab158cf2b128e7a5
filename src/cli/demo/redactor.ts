import type { Redactor } from '../../pii/redactor.js'
import { digestOf } from '../../receipt/digest.js'

/** What this demonstration takes out of free text. A real service needs more than two patterns and a phrase. */
const patterns = [
  ['EMAIL', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
  ['PHONE', /\+\d[\d ]{6,17}\d/g],
  ['PERSON', /(?<=\bI am )[A-Z]\w+ [A-Z]\w+/g],
] as const

/** Replaces e-mail addresses, international phone numbers and "I am …" by their type. */
export const demoRedactor: Redactor = {
  name: 'demo-patterns',
  version: '1',
  configDigest: digestOf(patterns.map(([type, pattern]) => `${type} ${pattern.source}\n`).join('')),
  countsInReceipt: true,
  redact(text, { kind }) {
    if (kind === 'machine') return { text }
    const counts: Record<string, number> = {}
    let redacted = text
    for (const [type, pattern] of patterns) {
      redacted = redacted.replace(pattern, () => {
        counts[type] = (counts[type] ?? 0) + 1
        return `[${type}]`
      })
    }
    return { text: redacted, counts }
  },
}
