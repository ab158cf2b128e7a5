/** Assertions without a module of any runtime. */

/** A value as text, members sorted; what is `undefined` is absent, as in JSON. */
function told(value) {
  return JSON.stringify(value, (_name, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}

/** Throws unless two values have the same JSON. */
export function same(actual, expected, about = '') {
  const [is, wanted] = [told(actual), told(expected)]
  if (is !== wanted) throw new Error(`${about === '' ? '' : `${about}: `}expected ${wanted}, got ${is}`)
}

/** Throws unless it holds. */
export function holds(condition, about) {
  if (!condition) throw new Error(`does not hold: ${about}`)
}

/** Throws unless the call fails with this code of a QuittanceError, or this error name. @returns the error */
export async function fails(call, code) {
  try {
    await call()
  } catch (error) {
    if (error.code === code || error.name === code) return error
    throw new Error(`expected ${code}, got ${error.code ?? error.name}: ${error.message}`, { cause: error })
  }
  throw new Error(`expected ${code}, but nothing failed`)
}

export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
export const bytesOf = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
/** SHA-256 by the runtime's own Web Crypto: nothing of the package. */
export const sha256 = async (text) => {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  return `sha256:${hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))}`
}
