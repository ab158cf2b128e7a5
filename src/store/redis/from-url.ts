/** A Redis store that a URL names, its options in the query. No message repeats a part of the URL: it may be a password. */
import { QuittanceError } from '../../errors.js'
import { redisStore } from '../redis.js'
import type { ReceiptStore } from '../store.js'
import type { RedisStoreOptions, RedisTarget } from './options.js'

/** The schemes that name a Redis store, without their colon. */
export const redisSchemes = ['redis', 'rediss', 'redis+cluster', 'rediss+cluster'] as const

const malformed = (why: string): QuittanceError =>
  new QuittanceError('STORE_URL', `${why}; a Redis store URL looks like redis://localhost:6379?durability=replicated`, {
    details: { reason: 'malformed', retryable: false },
  })

const listed = (text: string): string[] => text.split(',')

function counted(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new RangeError('must be a whole number')
  return Number(text)
}

/** What each parameter means; what values it takes is the store's to say. */
const parameters: { readonly [Name in keyof RedisStoreOptions]-?: (text: string) => unknown } = {
  durability: (text) => text,
  replicas: counted,
  confirmMs: counted,
  prefix: (text) => text,
  indexes: listed,
  accept: listed,
}

function optionsOf(query: string): RedisStoreOptions {
  const options: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (!Object.hasOwn(parameters, name)) {
      throw malformed(`the store URL has a parameter that is not one of ${Object.keys(parameters).join(', ')}`)
    }
    if (Object.hasOwn(options, name)) throw malformed(`the store URL has the parameter ${name} twice`)
    try {
      options[name] = parameters[name as keyof RedisStoreOptions](value)
    } catch (error) {
      throw malformed(`the store URL's parameter ${name} ${(error as Error).message}`)
    }
  }
  return options
}

/** One URL a node, each with the same user and password. */
function nodesOf(scheme: string, rest: string): string[] {
  const [, user = '', hosts = ''] = /^(.*@)?([^@/]*)\/?$/.exec(rest) ?? []
  if (hosts === '') throw malformed('the store URL of a cluster names no HOST:PORT[,HOST:PORT…]')
  return hosts.split(',').map((host) => `${scheme}://${user}${host}`)
}

/**
 * @param url - `redis://…` or `rediss://…`, or `redis+cluster://HOST:PORT,HOST:PORT`, perhaps with a query
 * @returns the store; nothing is opened before it is used
 * @throws QuittanceError `STORE_URL`
 */
export function redisFromUrl(url: string): ReceiptStore {
  const [, scheme = '', cluster, rest = '', query] =
    /^(rediss?)(\+cluster)?:\/\/([^?#]*)(?:\?([^#]*))?$/i.exec(url) ?? []
  if (scheme === '') throw malformed('the store URL is malformed')
  const options = optionsOf(query ?? '')
  const protocol = scheme.toLowerCase()
  const target: RedisTarget = cluster ? { cluster: nodesOf(protocol, rest) } : { url: `${protocol}://${rest}` }
  try {
    return redisStore(target, options)
  } catch (error) {
    if (QuittanceError.is(error, 'STORE_URL')) throw malformed('the store URL has no host, or a malformed part')
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    throw malformed(`the store URL's ${error.message.replace('options.', '')}`)
  }
}

/**
 * @param url - a store URL
 * @returns it without user, password and parameters, fit to be shown
 */
export function shownUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^?#]*)/i.exec(url) ?? []
  return `${scheme}${rest.slice(rest.lastIndexOf('@') + 1)}`
}
