/** A key URL whose key only certifies: `delegate=` in its query, whatever its scheme. */
import { delegatedKey } from '../delegated.js'
import type { KeyProvider } from '../provider.js'
import { decoded, made, malformed, whole } from './parts.js'

const example = 'awskms:///alias/receipts?delegate=acme,acme/*&ttlMs=86400000'
const names = ['delegate', 'ttlMs', 'renewBeforeMs'] as const

/** The URL of the root, and how the root's key is handed on. */
export interface Delegating {
  readonly url: string
  readonly wrap: (root: KeyProvider) => KeyProvider
}

/**
 * @param url - any key URL
 * @returns the URL without these parameters, and what makes the delegated key; without `delegate` the key itself signs
 * @throws QuittanceError `KEY_URL`
 */
export function delegatingFromUrl(url: string): Delegating {
  const at = url.indexOf('?')
  const given = new Map<string, string>()
  const rest = (at === -1 ? [] : url.slice(at + 1).split('&')).filter((part) => {
    const [name = '', ...value] = part.split('=')
    if (!names.some((one) => one === name)) return true
    const plain = decoded(value.join('='))
    if (plain === undefined || plain === '' || given.has(name))
      throw malformed(`the key URL's parameter ${name} is empty, badly encoded, or there twice`, example)
    given.set(name, plain)
    return false
  })
  if (given.size === 0) return { url, wrap: (root) => root }
  const chains = given.get('delegate')?.split(',')
  if (chains === undefined)
    throw malformed("the key URL's parameters ttlMs and renewBeforeMs go with delegate", example)
  const times: Record<string, number> = {}
  for (const name of ['ttlMs', 'renewBeforeMs'] as const) {
    const value = given.get(name)
    if (value === undefined) continue
    try {
      times[name] = whole(value) as number
    } catch (error) {
      throw malformed(`the key URL's parameter ${name} ${(error as Error).message}`, example)
    }
  }
  return {
    url: `${url.slice(0, at)}${rest.length === 0 ? '' : `?${rest.join('&')}`}`,
    wrap: (root) => made(() => delegatedKey({ root, chains, ...times }), example),
  }
}
