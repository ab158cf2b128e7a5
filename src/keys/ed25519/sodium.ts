import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { QuittanceError } from '../../errors.js'
import { concatBytes, toHex, utf8 } from '../../primitives/bytes.js'
import { missingPackage } from '../../primitives/missing-package.js'
import type { Ed25519Backend } from './backend.js'
import { defaultBackend } from './verify.js'

/** What is used of the optional package `sodium-native`. */
export interface SodiumNative {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
  crypto_core_ed25519_is_valid_point(point: Uint8Array): boolean
  sodium_malloc(size: number): Uint8Array
  sodium_memzero(buffer: Uint8Array): void
}

const { n: order } = ed.Point.CURVE()
const orderEightPoint = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'

const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)
const toLittleEndian = (value: bigint): Uint8Array => ed.etc.hexToBytes(value.toString(16).padStart(64, '0')).reverse()

/**
 * Asks a libsodium whether it multiplies by the cofactor: its R and the true R are made to differ by each of the seven
 * points of small order. Releases of libsodium need not agree on this, and the package in use is not ours to choose.
 */
const isCofactored = (sodium: SodiumNative): boolean => {
  const message = utf8('quittance cofactor probe')
  // Any scalars do: nothing is secret here.
  const [a, r] = [3n, 5n]
  const publicKey = ed.Point.BASE.multiply(a).toBytes()
  const torsion = ed.Point.fromHex(orderEightPoint)
  for (let times = 1n; times < 8n; times++) {
    const R = ed.Point.BASE.multiply(r).add(torsion.multiply(times)).toBytes()
    const k = fromLittleEndian(sha512(concatBytes(R, publicKey, message))) % order
    const signature = concatBytes(R, toLittleEndian((r + k * a) % order))
    if (sodium.crypto_sign_verify_detached(signature, message, publicKey)) return true
  }
  return false
}

/** Room for signatures, taken from one allocation for many: what JavaScript keeps on its own heap is slow to hand over. */
const roomFor = (bytes: number, many: number): { next(): Uint8Array } => {
  let slab = new ArrayBuffer(0)
  let used = 0
  return {
    next() {
      if (used === slab.byteLength) {
        slab = new ArrayBuffer(bytes * many)
        used = 0
      }
      used += bytes
      return new Uint8Array(slab, used - bytes, bytes)
    },
  }
}

/** A backend on a libsodium, and what was found out about that. */
export interface SodiumBackend extends Ed25519Backend {
  /** Whether its equation multiplies by the cofactor. */
  readonly cofactored: boolean
}

/**
 * A backend on a libsodium.
 *
 * @param sodium - the module `sodium-native`, or one with its functions
 * @param cofactored - what another thread of this process found out about the same libsodium; asking takes tens of milliseconds
 * @returns the backend; where that libsodium's equation is cofactored, it also asks that R be in the group of prime order,
 *   which together with an admitted key comes to the cofactorless equation
 */
export function sodiumBackend(sodium: SodiumNative, cofactored: boolean = isCofactored(sodium)): SodiumBackend {
  return {
    name: 'sodium',
    cofactored,
    equationCheck(publicKey) {
      const bytes = Uint8Array.from(publicKey)
      return (message, signature) =>
        sodium.crypto_sign_verify_detached(signature, message, bytes) &&
        (!cofactored || sodium.crypto_core_ed25519_is_valid_point(signature.subarray(0, 32)))
    },
    signerFromSeed(seed) {
      const publicKey = new Uint8Array(32)
      const secretKey = sodium.sodium_malloc(64)
      sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
      const room = roomFor(64, 64)
      let wiped = false
      const signSync = (message: Uint8Array): Uint8Array => {
        if (wiped) throw new QuittanceError('KEY_UNAVAILABLE', 'the key was closed')
        const signature = room.next()
        sodium.crypto_sign_detached(signature, message, secretKey)
        return signature
      }
      return {
        publicKey,
        signSync,
        // what the executor throws is the promise's rejection
        sign: (message) => new Promise((resolve) => resolve(signSync(message))),
        wipe() {
          wiped = true
          sodium.sodium_memzero(secretKey)
        },
      }
    },
  }
}

/** Looking at a libsodium takes longer than a thousand signatures. */
let found: Ed25519Backend | undefined

/**
 * Loads `sodium-native`, an optional peer. Only Node's own entries may reach this file.
 *
 * @returns the backend; `undefined` where the package is not installed
 * @throws whatever the package throws when it is installed and can't be loaded
 */
export async function loadSodiumBackend(): Promise<Ed25519Backend | undefined> {
  // Not a literal, so that no bundler takes an optional package for a needed one.
  const name: string = 'sodium-native'
  try {
    const module: { readonly default: SodiumNative } = await import(name)
    found ??= sodiumBackend(module.default)
    return found
  } catch (error) {
    if (missingPackage(error) === name) return undefined
    throw error
  }
}

let fastest: Promise<Ed25519Backend> | undefined

/**
 * The fastest backend that this process has: `sodium-native` where it is installed, else the default. Every backend gives
 * the same verdicts, so one that can't be loaded costs only time: it is warned about and passed over.
 *
 * @returns the backend, looked for once
 */
export function fastestBackend(): Promise<Ed25519Backend> {
  fastest ??= loadSodiumBackend().then(
    (sodium) => sodium ?? defaultBackend,
    (error: unknown) => {
      process.emitWarning(`sodium-native is installed and can't be loaded: ${(error as Error).message}`)
      return defaultBackend
    },
  )
  return fastest
}
