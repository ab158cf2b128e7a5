/** The keys that a reader brings: fingerprints that were pasted, or a keyring. */
import { Keyring, type KeyringEntry, type KeyUse } from '../../../keys/keyring.js'

const fingerprint = /^(?:([a-z]+(?:,[a-z]+)*)=)?(did:key:[A-Za-z0-9]+)$/

/** What a reader's text can't be read as. */
export type KeysRefused = 'empty' | 'not-a-key' | 'keyring'

/** The reader's keyring, or why there is none. */
export type ReadersKeys =
  | { readonly keyring: Keyring; readonly refused?: undefined }
  | { readonly keyring?: undefined; readonly refused: KeysRefused; readonly message?: string | undefined }

/**
 * @param text - a keyring as JSON, or did:keys one a line, each as `[USE[,USE]=]did:key:…`
 * @param uses - what a key without uses of its own may sign
 * @returns the keyring
 */
export function readersKeys(text: string, uses: readonly KeyUse[]): ReadersKeys {
  const given = text.trim()
  if (given === '') return { refused: 'empty' }
  try {
    if (given.startsWith('{')) {
      const keyring = Keyring.parse(given)
      return keyring.entries().length === 0 ? { refused: 'empty' } : { keyring }
    }
    const entries = given.split(/\s+/u).map((word): KeyringEntry | undefined => {
      const [, own, keyId] = fingerprint.exec(word) ?? []
      if (keyId === undefined) return undefined
      return { keyId, uses: own === undefined ? uses : (own.split(',') as KeyUse[]) }
    })
    if (entries.includes(undefined)) return { refused: 'not-a-key' }
    return { keyring: new Keyring(entries as KeyringEntry[]) }
  } catch (error) {
    return { refused: 'keyring', message: error instanceof Error ? error.message : undefined }
  }
}
