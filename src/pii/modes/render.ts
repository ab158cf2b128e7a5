/** What stands in the place of a value. */
import { keyedHash, type PiiKey } from './keyed.js'
import { maskOf } from './mask.js'
import type { PiiMode } from './mode.js'
import { normalForm } from './normal.js'
import type { TokenBook } from './tokens.js'

/** Whose text is being replaced. */
export interface RenderPlace {
  readonly tenantId: string
  readonly book: TokenBook
}

/**
 * @param type - of what was found
 * @param value - as detectors saw it
 * @param place - whose text it stands in
 * @returns what is written instead
 * @throws QuittanceError `PII_TOKENS_FULL`
 */
export type Render = (type: string, value: string, place: RenderPlace) => string

/**
 * @param modes - by type, `*` for the others; `redact` where neither is named
 * @param key - for hashes
 * @returns the writer of replacements
 * @throws TypeError where a mode is `hash` and there is no secret: what can be guessed could be found by guessing
 */
export function createRender(modes: ReadonlyMap<string, PiiMode>, key: PiiKey | undefined): Render {
  const others = modes.get('*') ?? 'redact'
  if (key === undefined && [...modes.values()].includes('hash'))
    throw new TypeError('secret must be given where a mode is hash: there is no hash without a key')
  if (modes.size === 0) return (type) => `[${type}]`
  return (type, value, { tenantId, book }) => {
    switch (modes.get(type) ?? others) {
      case 'hash':
        return `[${type}:hmac:${keyedHash(key as PiiKey, tenantId, type, normalForm(type, value))}]`
      case 'mask':
        return maskOf(type, value) ?? `[${type}]`
      case 'token':
        return `[${type}_${book.numberOf(type, normalForm(type, value))}]`
      default:
        return `[${type}]`
    }
  }
}
