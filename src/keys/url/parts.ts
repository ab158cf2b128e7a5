/** How key URLs are taken apart. No message repeats a part of one: people put secrets into URLs, also where none belongs. */
import { QuittanceError } from '../../errors.js'

/**
 * @param why - what is wrong with it, without any of its text
 * @param example - what such a URL looks like
 * @returns the error to throw
 */
export function malformed(why: string, example: string): QuittanceError {
  return new QuittanceError('KEY_URL', `${why}; such a key URL looks like ${example}`, {
    details: { reason: 'malformed', retryable: false },
  })
}

/** A key URL as `SCHEME://AUTHORITY/PATH?QUERY`. */
export interface KeyUrl {
  readonly scheme: string
  /** `HOST` or `HOST:PORT`; empty where none was named. */
  readonly authority: string
  /** Decoded. */
  readonly segments: readonly string[]
  readonly query: readonly (readonly [name: string, value: string])[]
}

/**
 * @param text - percent-encoded
 * @returns it decoded; `undefined` where the encoding is wrong, or it holds a control character
 */
export function decoded(text: string): string | undefined {
  try {
    const plain = decodeURIComponent(text)
    return /\p{Cc}/u.test(plain) ? undefined : plain
  } catch {
    return undefined
  }
}

/**
 * @param text - what stands behind the `?`
 * @param example - for the messages
 * @returns its parameters, each once, in order; `+` stands for itself, as RFC 3986 has it
 * @throws QuittanceError `KEY_URL`
 */
export function queryOf(text: string, example: string): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = []
  for (const part of text === '' ? [] : text.split('&')) {
    const [, rawName = '', rawValue] = /^([^=]*)=(.*)$/s.exec(part) ?? []
    const [name, value] = [decoded(rawName), rawValue === undefined ? undefined : decoded(rawValue)]
    if (name === undefined || name === '' || value === undefined || value === '')
      throw malformed('a parameter of the key URL is not NAME=VALUE, percent-encoded', example)
    if (pairs.some(([other]) => other === name)) throw malformed('the key URL has a parameter twice', example)
    pairs.push([name, value])
  }
  return pairs
}

/**
 * @param url - with `://`
 * @param example - for the messages
 * @returns its parts
 * @throws QuittanceError `KEY_URL`
 */
export function partsOf(url: string, example: string): KeyUrl {
  const [, scheme = '', authority = '', path = '', query = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(url) ?? []
  if (scheme === '') throw malformed('the key URL has no // behind its scheme, or a fragment', example)
  if (authority.includes('@'))
    throw malformed('a user, a password or a token does not belong in a key URL: the environment holds it', example)
  const segments = path
    .replace(/^\//, '')
    .split('/')
    .filter((segment, at, all) => segment !== '' || all.length > 1 || at > 0)
    .map((segment) => {
      const plain = decoded(segment)
      if (plain === undefined || plain === '' || plain === '.' || plain === '..')
        throw malformed('the path of the key URL has a part that is empty, dots, or badly encoded', example)
      return plain
    })
  return { scheme: scheme.toLowerCase(), authority, segments, query: queryOf(query, example) }
}

/** What a parameter's text means; throws a RangeError that says what it must be. */
export type Meaning = (text: string) => unknown

/** The text itself. */
export const text: Meaning = (given) => given

/** A number of milliseconds, attempts or the like. */
export const whole: Meaning = (given) => {
  if (!/^(?:0|[1-9]\d{0,11})$/.test(given)) throw new RangeError('must be a whole number')
  return Number(given)
}

/** A share such as 0.1. */
export const share: Meaning = (given) => {
  if (!/^(?:0?\.\d{1,9}|1)$/.test(given)) throw new RangeError('must be a share above 0 and at most 1, such as 0.1')
  return Number(given)
}

/** `true` or `false`. */
export const flag: Meaning = (given) => {
  if (given !== 'true' && given !== 'false') throw new RangeError('must be true or false')
  return given === 'true'
}

/**
 * @param query - the parameters
 * @param meanings - which there are
 * @param example - for the messages
 * @returns the options that they stand for
 * @throws QuittanceError `KEY_URL`
 */
export function optionsOf(
  query: KeyUrl['query'],
  meanings: Readonly<Record<string, Meaning>>,
  example: string,
): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const [name, value] of query) {
    const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined
    if (meaning === undefined) {
      const known = Object.keys(meanings).join(', ')
      throw malformed(`the key URL has a parameter that is not one of ${known}`, example)
    }
    try {
      options[name] = meaning(value)
    } catch (error) {
      throw malformed(`the key URL's parameter ${name} ${(error as Error).message}`, example)
    }
  }
  return options
}

/**
 * Makes a provider; what its factory says of an option is said of the URL.
 *
 * @param make - calls the factory
 * @param example - for the messages
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function made<T>(make: () => T, example: string): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    // the factories name the option and never repeat its value
    throw malformed(`the key URL is refused: ${error.message.replaceAll('options.', '')}`, example)
  }
}
