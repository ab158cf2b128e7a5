/** Telling store URLs from paths as they were typed: what may hold a password is never taken for a path. */
import { redisFromUrl } from '../store/redis/from-url.js'

/** Two letters at least: one is a Windows drive. */
const otherUrl = /^(?:memory:|[a-z][a-z0-9+.-]+:\/\/)/i
/** `redis:u:p@h`, `redis;//u:p@h`, `redis//h`: a URL but for a slip. `redis-data` may well be a directory. */
const meantAsRedis = /^\s*rediss?(?:\+cluster)?(?:[:;]|\/\/|\W.*@)/is

/**
 * @param text - as it was typed; no `file:` URL
 * @returns whether it is a store URL, and not a path
 * @throws QuittanceError `STORE_URL` for a Redis URL with a slip in its beginning
 */
export function isStoreUrl(text: string): boolean {
  if (otherUrl.test(text)) return true
  // refuses all that is not rightly spelled, and repeats nothing of it
  if (meantAsRedis.test(text)) redisFromUrl(text)
  return false
}

/**
 * @param path - a path, or a mistyped URL that was taken for one
 * @returns it without what stands before an `@`: that is a password where it was meant as a URL
 */
export function shownPath(path: string): string {
  const at = path.lastIndexOf('@')
  return at < 0 ? path : `***${path.slice(at)}`
}
