import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { QuittanceError } from '../../errors.js'
import { didKey } from '../did-key.js'
import { parsePublicKey } from '../public-key.js'

const encoding = (why: string): QuittanceError =>
  new QuittanceError('KEY_ENCODING', `not an Ed25519 private key: ${why}`)
const wrongPassphrase = (why: string): QuittanceError => new QuittanceError('KEY_PASSPHRASE', why)

/**
 * Reads a private key. What OpenSSL says about a bad one is not passed on as a cause: it was made from key material.
 *
 * @param given - PKCS#8 PEM, one block, plain or encrypted
 * @param passphrase - of an encrypted one
 * @returns the key
 * @throws QuittanceError `KEY_ENCODING`; `KEY_PASSPHRASE` when it is missing, wrong, or given for a key that is not encrypted
 */
export function privateKeyFromPem(given: string, passphrase: string | undefined): KeyObject {
  const pem = given.trim()
  const label = /^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n/.exec(pem)?.[1]
  const encrypted = label === 'ENCRYPTED PRIVATE KEY'
  if (!encrypted && label !== 'PRIVATE KEY') {
    throw encoding('expected PKCS#8 PEM, a block of PRIVATE KEY or ENCRYPTED PRIVATE KEY')
  }
  if (pem.indexOf('-----BEGIN', 1) !== -1) throw encoding('the PEM has more than one block')
  if (encrypted && passphrase === undefined)
    throw wrongPassphrase('the private key is encrypted, and no passphrase was given')
  if (!encrypted && passphrase !== undefined) {
    throw wrongPassphrase('a passphrase was given, but the private key is not encrypted')
  }
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    if (encrypted) throw wrongPassphrase('the passphrase is wrong, or the encrypted private key is damaged')
    throw encoding('the PEM can not be read')
  }
  if (key.asymmetricKeyType !== 'ed25519') throw encoding('it is a key of another kind')
  return key
}

/**
 * Makes a new key.
 *
 * @param passphrase - encrypts it (PBES2, AES-256-CBC), when given
 * @returns the did:key, and the private key as PKCS#8 PEM
 */
export async function newPrivateKey(passphrase: string | undefined): Promise<{ keyId: string; pem: string }> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type: 'pkcs8',
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    },
  })
  return { keyId: didKey(parsePublicKey(publicKey)), pem: privateKey }
}
