/** The names that members of a package may have: such that no two of them are one file anywhere. */

/** Lower-case letters, digits, `.`, `_` and `-` in parts between slashes, no part beginning with a dot. */
const memberName = /^[a-z0-9][a-z0-9._-]{0,63}(?:\/[a-z0-9][a-z0-9._-]{0,63}){0,3}$/

/**
 * @param name - what a member is called
 * @returns whether a package may have it; what it refuses are absolute paths, `..`, backslashes, capitals, other alphabets
 */
export function isMemberName(name: string): boolean {
  return memberName.test(name)
}

/** The list of all other members. */
export const MANIFEST = 'manifest.json'
/** Who vouches for the list. */
export const SIGNATURE = 'manifest.sig'

const mediaTypes: Readonly<Record<string, string>> = {
  jsonl: 'application/jsonl',
  json: 'application/json',
  txt: 'text/plain;charset=utf-8',
  md: 'text/markdown;charset=utf-8',
  html: 'text/html;charset=utf-8',
  pdf: 'application/pdf',
  tsr: 'application/timestamp-reply',
  p7s: 'application/pkcs7-signature',
  mjs: 'text/javascript',
  py: 'text/x-python',
}

/**
 * @param name - of a member
 * @returns its media type, by the ending of its name
 */
export function mediaTypeOf(name: string): string {
  return mediaTypes[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}
