import { resolve } from 'node:path'
import { base64 } from '@scure/base'
import { QuittanceError } from '../../errors.js'
import { createKeyFile, readKeyFile } from '../local/key-file.js'

/** Where a wrapped seed is kept: a file's path, or a place of your own. What is kept is no secret without the KMS key. */
export interface WrappedSeedStore {
  /** @returns the text that `create` was given, `undefined` when there is none */
  load(): Promise<string | undefined>
  /** Keeps a text, durably, unless there is one already: it never overwrites. */
  create(text: string): Promise<unknown>
}

/** A seed that only AWS KMS can unwrap, and the public key that it must give. */
export interface WrappedSeed {
  readonly keyId: string
  readonly wrapped: Uint8Array
}

const format = 'quittance/kms-seed/1'
/** What KMS returns for 32 bytes is some 200 bytes, and at most 6,144. */
const longestText = 16 * 1024

const malformed = (): QuittanceError => new QuittanceError('KEY_ENCODING', 'what is kept there is no wrapped seed')

/**
 * @param seed - what to keep
 * @returns its text: one line of JSON
 */
export function wrappedSeedText({ keyId, wrapped }: WrappedSeed): string {
  return `${JSON.stringify({ format, keyId, wrapped: base64.encode(wrapped) })}\n`
}

/**
 * @param text - what was kept
 * @returns the seed, still wrapped
 * @throws QuittanceError `KEY_ENCODING`
 */
export function parseWrappedSeed(text: unknown): WrappedSeed {
  if (typeof text !== 'string' || text.length > longestText) throw malformed()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed()
  }
  if (typeof value !== 'object' || value === null) throw malformed()
  const { format: found, keyId, wrapped, ...more } = value as Readonly<Record<string, unknown>>
  if (found !== format || typeof keyId !== 'string' || typeof wrapped !== 'string' || Object.keys(more).length > 0)
    throw malformed()
  try {
    return { keyId, wrapped: base64.decode(wrapped) }
  } catch {
    throw malformed()
  }
}

const fileStore = (file: string): WrappedSeedStore => ({
  async load() {
    try {
      return (await readKeyFile(file)).text
    } catch (error) {
      if (QuittanceError.is(error, 'KEY_NOT_FOUND') && error.details.reason === 'ENOENT') return undefined
      throw error
    }
  },
  create: (text) => createKeyFile(file, text),
})

/** What a place of the caller's own throws may hold a login to it. */
const guarded = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    if (QuittanceError.is(error)) throw error
    throw new QuittanceError('KEY_UNAVAILABLE', "the wrapped seed's store failed", {
      details: { reason: 'store', retryable: true },
    })
  }
}

/**
 * @param given - as the caller gave it
 * @returns the store; a path is resolved now
 * @throws TypeError when it is neither a path nor a pair of callbacks
 */
export function checkedStore(given: unknown): WrappedSeedStore {
  if (typeof given === 'string' && given !== '') return fileStore(resolve(given))
  const store = given as WrappedSeedStore | undefined | null
  if (typeof store === 'object' && typeof store?.load === 'function' && typeof store.create === 'function') {
    return {
      load: () => guarded(async () => store.load()),
      create: (text) => guarded(async () => store.create(text)),
    }
  }
  throw new TypeError('options.store must be the path of a file, or an object with load and create')
}
