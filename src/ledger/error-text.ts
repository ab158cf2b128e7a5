/** What is kept of an error's own words: a receipt has to fit into its line. */

/** The most characters of a message or a stack. */
export const MAX_ERROR_TEXT = 8_192

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Cuts message and stack, and the text says so. Done after redaction: half a value would no longer be known for one.
 *
 * @param details - after redaction
 * @returns the same, or a copy with shorter texts
 */
export function withShortErrorTexts(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { error } = details
  if (!isObject(error)) return details
  const long = Object.entries(error).filter(([, text]) => typeof text === 'string' && text.length > MAX_ERROR_TEXT)
  if (long.length === 0) return details
  const cut = long.map(([name, text]) => {
    const whole = text as string
    return [name, `${whole.slice(0, MAX_ERROR_TEXT).toWellFormed()} [cut: ${whole.length} characters]`] as const
  })
  return Object.freeze({ ...details, error: Object.freeze({ ...error, ...Object.fromEntries(cut) }) })
}
