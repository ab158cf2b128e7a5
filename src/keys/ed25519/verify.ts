import { nodeCrypto } from '../../primitives/platform.js'
import { type AdmittedKey, publicKeyOf } from './admission.js'
import type { Ed25519Backend, EquationCheck } from './backend.js'
import { nobleBackend } from './noble.js'
import { nodeBackend } from './node.js'
import { hasStrictForm } from './rules.js'

/** One check a key and backend: importing a key costs as much as using it. */
const checks = new WeakMap<Ed25519Backend, WeakMap<AdmittedKey, EquationCheck>>()

const checkOf = (backend: Ed25519Backend, key: AdmittedKey): EquationCheck => {
  let ofBackend = checks.get(backend)
  if (!ofBackend) {
    ofBackend = new WeakMap()
    checks.set(backend, ofBackend)
  }
  let check = ofBackend.get(key)
  if (!check) {
    check = backend.equationCheck(publicKeyOf(key))
    ofBackend.set(key, check)
  }
  return check
}

/** `node:crypto` where the runtime has it, else `@noble/ed25519`. */
export const defaultBackend: Ed25519Backend = nodeCrypto() ? nodeBackend : nobleBackend

/**
 * Checks a pure Ed25519 signature by the strict rules that give one verdict whatever the backend: 64 bytes, S below the
 * group order, R canonical and not of small order, the cofactorless equation, R compared as bytes.
 *
 * @param key - from `admitKey`
 * @param message - the bytes that were signed
 * @param signature - what claims to be the signature, of any length
 * @param backend - default: the fastest that is always there
 * @returns whether it is the key's signature over the message
 * @throws TypeError when an argument is not what its type says
 */
export function verifySignature(
  key: AdmittedKey,
  message: Uint8Array,
  signature: Uint8Array,
  backend: Ed25519Backend = defaultBackend,
): boolean {
  if (!(message instanceof Uint8Array)) throw new TypeError('message must be a Uint8Array')
  if (!(signature instanceof Uint8Array)) throw new TypeError('signature must be a Uint8Array')
  const check = checkOf(backend, key)
  return hasStrictForm(signature) && check(message, signature)
}
