/** Ed25519 by the rules of docs/keys.md, in plain integers. Only the equation itself is left to OpenSSL where that is told. */
import { createHash, createPublicKey, verify as opensslVerify } from 'node:crypto'

const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const mod = (a: bigint, m = P) => ((a % m) + m) % m

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

const inverse = (a: bigint) => power(a, P - 2n)
const D = mod(-121665n * inverse(121666n))
const SQRT_M1 = power(2n, (P - 1n) / 4n)

/** X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z. */
type Point = readonly [bigint, bigint, bigint, bigint]
const IDENTITY: Point = [0n, 1n, 1n, 0n]

/** RFC 8032, section 5.1.4; complete, so that it also doubles. */
function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(2n * t1 * D * t2)
  const d = mod(2n * z1 * z2)
  const e = b - a
  const f = d - c
  const g = d + c
  const h = b + a
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function times(point: Point, scalar: bigint): Point {
  let result = IDENTITY
  let double = point
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = add(result, double)
    double = add(double, double)
  }
  return result
}

const isIdentity = ([x, y, z]: Point) => x === 0n && y === z

const littleEndian = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)

function encode([x, y, z]: Point): Buffer {
  const scale = inverse(z)
  const sign = mod(x * scale) & 1n
  const hex = (mod(y * scale) | (sign << 255n)).toString(16).padStart(64, '0')
  return Buffer.from(hex, 'hex').reverse()
}

/** @returns `undefined` where the bytes are no canonical encoding of a point */
function decode(bytes: Uint8Array): Point | undefined {
  const all = littleEndian(bytes)
  const sign = all >> 255n
  const y = all & (2n ** 255n - 1n)
  if (y >= P) return undefined
  const u = mod(y * y - 1n)
  const v = mod(D * y * y + 1n)
  let x = mod(u * v ** 3n * power(u * mod(v ** 7n), (P - 5n) / 8n))
  if (mod(v * x * x) !== u) x = mod(x * SQRT_M1)
  if (mod(v * x * x) !== u) return undefined
  if (x === 0n && sign === 1n) return undefined
  if ((x & 1n) !== sign) x = P - x
  return [x, y, 1n, mod(x * y)]
}

const BASE = decode(Buffer.from(`58${'66'.repeat(31)}`, 'hex')) as Point

const admitted = new Map<string, boolean>()

/** Whether a key may be used at all. */
export function isAdmissible(key: Uint8Array): boolean {
  const name = Buffer.from(key).toString('hex')
  const known = admitted.get(name)
  if (known !== undefined) return known
  const point = key.length === 32 ? decode(key) : undefined
  const good = point !== undefined && !isIdentity(times(point, 8n)) && isIdentity(times(point, L))
  admitted.set(name, good)
  return good
}

function equationHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32)
  const k = mod(littleEndian(createHash('sha512').update(r).update(key).update(message).digest()), L)
  const minusA = times(decode(key) as Point, L - k)
  return encode(add(times(BASE, littleEndian(signature.subarray(32))), minusA)).equals(r)
}

/** OpenSSL's equation is the one without cofactor, and compares R as bytes. */
function opensslHolds(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const x = Buffer.from(key).toString('base64url')
  return opensslVerify(
    null,
    message,
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    signature,
  )
}

const seen = new Map<string, boolean>()

/**
 * @param thorough - the equation in integers too; both must say the same
 * @returns whether the signature counts
 */
export function isSignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array, thorough = false): boolean {
  if (!isAdmissible(key) || signature.length !== 64) return false
  if (littleEndian(signature.subarray(32)) >= L) return false
  const name = createHash('sha256').update(key).update(signature).update(message).digest('base64')
  const known = seen.get(name)
  if (known !== undefined) return known
  const r = decode(signature.subarray(0, 32))
  const good = r !== undefined && !isIdentity(times(r, 8n)) && opensslHolds(key, message, signature)
  if (thorough && good !== (r !== undefined && !isIdentity(times(r, 8n)) && equationHolds(key, message, signature)))
    throw new Error('OpenSSL and the integers differ')
  if (seen.size > 20_000) seen.clear()
  seen.set(name, good)
  return good
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** The key that a did:key names, by docs/keys.md; `undefined` where it names none. */
export function keyOfDid(did: string): Uint8Array | undefined {
  const digits = /^did:key:z([1-9A-HJ-NP-Za-km-z]+)$/.exec(did)?.[1]
  if (digits === undefined || did.length !== 56) return undefined
  let number = 0n
  for (const digit of digits) number = number * 58n + BigInt(alphabet.indexOf(digit))
  const hex = number.toString(16)
  // ed 01 and 32 bytes: no leading zero byte, so no leading 1
  if (hex.length !== 68 || !hex.startsWith('ed01') || digits.startsWith('1')) return undefined
  return Buffer.from(hex.slice(4), 'hex')
}
