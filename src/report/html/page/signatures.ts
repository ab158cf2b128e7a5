/**
 * The signatures of many receipts, checked ahead without keeping the page from painting: by the browser's own Ed25519 where
 * it keeps the verifier's rules, else by noble. The verifier then looks the results up.
 */
import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { admitKey, publicKeyOf } from '../../../keys/ed25519/admission.js'
import type { Ed25519Backend, EquationCheck } from '../../../keys/ed25519/backend.js'
import { nobleBackend } from '../../../keys/ed25519/noble.js'
import { hasStrictForm } from '../../../keys/ed25519/rules.js'
import { concatBytes, fromHex, toHex, utf8 } from '../../../primitives/bytes.js'
import { signedMessage } from '../../../receipt/digest.js'
import type { Embedded } from './embedded.js'

/** Checks one equation; under an admitted key, of a signature that has strict form. */
type AsyncCheck = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>

/** How long one turn of noble may keep the page, in milliseconds. */
const TURN_MS = 12
/** Checks that the browser is given at once. */
const IN_FLIGHT = 128

const bytesForWeb = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

function webCheck(subtle: SubtleCrypto): AsyncCheck {
  const keys = new Map<string, Promise<CryptoKey>>()
  return async (publicKey, message, signature) => {
    const name = toHex(publicKey)
    let key = keys.get(name)
    if (key === undefined) {
      key = subtle.importKey('raw', bytesForWeb(publicKey), { name: 'Ed25519' }, false, ['verify'])
      keys.set(name, key)
    }
    return subtle.verify({ name: 'Ed25519' }, await key, bytesForWeb(signature), bytesForWeb(message))
  }
}

const orderEightPoint = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
const { n: order } = ed.Point.CURVE()
const fromLittleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`)
const toLittleEndian = (value: bigint): Uint8Array => fromHex(value.toString(16).padStart(64, '0')).reverse()

/**
 * Whether an implementation takes the equation as the verifier does: a right signature holds, and none whose R is off by one
 * of the seven points of small order, which a check that multiplies by the cofactor would let pass.
 */
async function keepsTheRules(check: AsyncCheck): Promise<boolean> {
  const message = utf8('quittance cofactor probe')
  // any scalars do: nothing is secret here
  const [a, r] = [3n, 5n]
  const publicKey = ed.Point.BASE.multiply(a).toBytes()
  const torsion = ed.Point.fromHex(orderEightPoint)
  for (let times = 0n; times < 8n; times += 1n) {
    const base = ed.Point.BASE.multiply(r)
    const R = (times === 0n ? base : base.add(torsion.multiply(times))).toBytes()
    const k = fromLittleEndian(sha512(concatBytes(R, publicKey, message))) % order
    const signature = concatBytes(R, toLittleEndian((r + k * a) % order))
    if ((await check(publicKey, message, signature)) !== (times === 0n)) return false
  }
  return true
}

/**
 * @param subtle - the browser's cryptography, where the page has it
 * @returns its check of Ed25519 equations; `undefined` where it has none or one with other rules
 */
export async function trustedWebCheck(subtle: SubtleCrypto | undefined): Promise<AsyncCheck | undefined> {
  if (subtle === undefined) return undefined
  const check = webCheck(subtle)
  try {
    return (await keepsTheRules(check)) ? check : undefined
  } catch {
    // Ed25519 is newer than many browsers
    return undefined
  }
}

interface Job {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

const jobName = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): string =>
  `${toHex(publicKey)} ${toHex(message)} ${toHex(signature)}`

const signatureText = /^ed25519:[0-9a-f]{128}$/
const hashText = /^sha256:[0-9a-f]{64}$/

function jobOf({ claim }: Embedded): Job | undefined {
  const { keyId, signature, receiptHash } = claim
  if (typeof keyId !== 'string' || typeof signature !== 'string' || typeof receiptHash !== 'string') return undefined
  if (!signatureText.test(signature) || !hashText.test(receiptHash)) return undefined
  const { key } = admitKey(keyId)
  const bytes = fromHex(signature.slice('ed25519:'.length))
  if (key === undefined || !hasStrictForm(bytes)) return undefined
  const publicKey = publicKeyOf(key)
  const message = signedMessage(receiptHash)
  return { name: jobName(publicKey, message, bytes), publicKey, message, signature: bytes }
}

/** Checks signatures ahead and remembers them. */
export interface SignatureDesk {
  /** For the verifier: what was checked ahead is looked up, everything else is computed. */
  readonly backend: Ed25519Backend
  /**
   * @param lines - whose signatures will be asked for
   * @param onProgress - hears how many are done
   */
  prepare(lines: readonly Embedded[], onProgress?: (done: number) => void): Promise<void>
}

/**
 * @param subtle - the browser's cryptography, where the page has it
 * @returns a desk with nothing on it
 */
export function createSignatureDesk(subtle: SubtleCrypto | undefined): SignatureDesk {
  const known = new Map<string, boolean>()
  let web: Promise<AsyncCheck | undefined> | undefined

  const byBrowser = async (jobs: readonly Job[], check: AsyncCheck, onDone: (count: number) => void): Promise<void> => {
    for (let from = 0; from < jobs.length; from += IN_FLIGHT) {
      const turn = jobs.slice(from, from + IN_FLIGHT)
      await Promise.all(
        turn.map(async (job) => {
          known.set(job.name, await check(job.publicKey, job.message, job.signature))
        }),
      )
      onDone(from + turn.length)
      await nextTurn()
    }
  }

  const byNoble = async (jobs: readonly Job[], onDone: (count: number) => void): Promise<void> => {
    const checks = new Map<string, EquationCheck>()
    let turnEnds = performance.now() + TURN_MS
    for (const [index, { name, publicKey, message, signature }] of jobs.entries()) {
      const keyName = toHex(publicKey)
      const check = checks.get(keyName) ?? nobleBackend.equationCheck(publicKey)
      checks.set(keyName, check)
      known.set(name, check(message, signature))
      if (performance.now() < turnEnds) continue
      onDone(index + 1)
      await nextTurn()
      turnEnds = performance.now() + TURN_MS
    }
    onDone(jobs.length)
  }

  return {
    backend: {
      ...nobleBackend,
      equationCheck(publicKey) {
        let compute: EquationCheck | undefined
        return (message, signature) => {
          const ahead = known.get(jobName(publicKey, message, signature))
          if (ahead !== undefined) return ahead
          compute ??= nobleBackend.equationCheck(publicKey)
          return compute(message, signature)
        }
      },
    },
    async prepare(lines, onProgress = () => undefined) {
      const jobs = lines.flatMap((line) => jobOf(line) ?? []).filter(({ name }) => !known.has(name))
      web ??= trustedWebCheck(subtle)
      const check = await web
      if (check === undefined) return byNoble(jobs, onProgress)
      try {
        await byBrowser(jobs, check, onProgress)
      } catch {
        // an implementation that fails halfway decides nothing
        await byNoble(jobs, onProgress)
      }
    },
  }
}
