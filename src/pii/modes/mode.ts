/** What becomes of a value that was found. */

/**
 * `redact`: `[EMAIL]`. `hash`: `[EMAIL:hmac:…]`, the same for the same value and tenant. `mask`: a stated minimum is shown.
 * `token`: `[EMAIL_1]`, the same for the same value within one receipt or tenant.
 */
export type PiiMode = 'redact' | 'hash' | 'mask' | 'token'

/** Modes by type; `*` stands for the types that are not named. */
export type PiiModes = Readonly<Record<string, PiiMode>>

const modeNames: ReadonlySet<unknown> = new Set<PiiMode>(['redact', 'hash', 'mask', 'token'])

/**
 * @param given - the option
 * @param types - the types there are: a misspelt one would silently leave its values to another mode
 * @returns the modes, by type
 * @throws TypeError naming the member that is wrong
 */
export function checkedModes(given: unknown, types: ReadonlySet<string>): ReadonlyMap<string, PiiMode> {
  if (given === undefined) return new Map()
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError('modes must be an object of modes by type')
  const modes = new Map<string, PiiMode>()
  for (const [type, mode] of Object.entries(given)) {
    if (type !== '*' && !types.has(type)) throw new TypeError(`modes.${type}: no detector reports this type`)
    if (!modeNames.has(mode)) throw new TypeError(`modes.${type} must be redact, hash, mask or token`)
    modes.set(type, mode as PiiMode)
  }
  return modes
}
