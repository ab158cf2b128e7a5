/**
 * A second, slow opinion on Ed25519: plain BigInt arithmetic on edwards25519 (RFC 8032, section 5.1.4), written for the
 * tests only. It shares no code with the backends, decides each rule by a group computation, and must never sign or
 * verify anything real.
 */
import { createHash } from 'node:crypto'

const P = 2n ** 255n - 19n
/** The order of the base point. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n

const mod = (value: bigint, by: bigint = P): bigint => ((value % by) + by) % by
const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b)
  return result
}
const inverse = (value: bigint): bigint => power(value, P - 2n)
const D = mod(-121665n * inverse(121666n))

/** Extended homogeneous coordinates: x = X/Z, y = Y/Z, T = XY/Z. */
export interface Point {
  readonly X: bigint
  readonly Y: bigint
  readonly Z: bigint
  readonly T: bigint
}

const affine = (x: bigint, y: bigint): Point => ({ X: x, Y: y, Z: 1n, T: mod(x * y) })
/** The neutral element. */
export const identity: Point = affine(0n, 1n)

/** The sum of two points, by the complete formula. */
export const add = (p: Point, q: Point): Point => {
  const a = mod((p.Y - p.X) * (q.Y - q.X))
  const b = mod((p.Y + p.X) * (q.Y + q.X))
  const c = mod(2n * D * p.T * q.T)
  const d = mod(2n * p.Z * q.Z)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) }
}

/** A multiple of a point, for any scalar that is not negative; the scalar is not reduced. */
export const multiply = (scalar: bigint, point: Point): Point => {
  let result = identity
  for (let s = scalar, p = point; s > 0n; s >>= 1n, p = add(p, p)) if (s & 1n) result = add(result, p)
  return result
}

/** The point's negative. */
export const negate = (p: Point): Point => ({ X: mod(-p.X), Y: p.Y, Z: p.Z, T: mod(-p.T) })

/** Whether two points are the same. */
export const same = (p: Point, q: Point): boolean =>
  mod(p.X * q.Z - q.X * p.Z) === 0n && mod(p.Y * q.Z - q.Y * p.Z) === 0n

/** 32 little-endian bytes as a number. */
export const fromBytes = (bytes: Uint8Array): bigint => bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)

/** A number as 32 little-endian bytes. */
export const toBytes = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, index) => Number((value >> BigInt(8 * index)) & 255n))

/** The canonical encoding of a point. */
export const encode = (p: Point): Uint8Array => {
  const z = inverse(p.Z)
  const [x, y] = [mod(p.X * z), mod(p.Y * z)]
  return toBytes(y | ((x & 1n) << 255n))
}

/** Every encoding of a point, the canonical one first: y + p where that fits, and either sign where x = 0. */
export const encodings = (p: Point): Uint8Array[] => {
  const canonical = encode(p)
  const sign = fromBytes(canonical) >> 255n
  const y = fromBytes(canonical) & (2n ** 255n - 1n)
  const signs = mod(p.X) === 0n ? [0n, 1n] : [sign]
  const ys = y + P < 2n ** 255n ? [y, y + P] : [y]
  return ys.flatMap((each) => signs.map((s) => toBytes(each | (s << 255n))))
}

/** Decodes leniently: a y that is not reduced and a sign on x = 0 are taken; `undefined` where no point has that y. */
export const decode = (bytes: Uint8Array): Point | undefined => {
  const number = fromBytes(bytes)
  const y = mod(number & (2n ** 255n - 1n))
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n))
  let x = power(square, (P + 3n) / 8n)
  if (mod(x * x) !== square) x = mod(x * power(2n, (P - 1n) / 4n))
  if (mod(x * x) !== square) return undefined
  if ((x & 1n) !== number >> 255n) x = mod(-x)
  return affine(x, y)
}

/** The base point. */
export const B: Point = decode(toBytes(mod(4n * inverse(5n))))!

const isCanonical = (bytes: Uint8Array, p: Point): boolean => Buffer.compare(encode(p), bytes) === 0
const isSmallOrder = (p: Point): boolean => same(multiply(8n, p), identity)

/** A point of order 8. */
export const orderEight: Point = (() => {
  // [L] of any point is of small order; the first point of a small y whose [L] has the full order 8 will do.
  for (let y = 2n; ; y++) {
    const found = decode(toBytes(y))
    const torsion = found && multiply(L, found)
    if (torsion && !same(multiply(4n, torsion), identity)) return torsion
  }
})()

/** SHA-512(R, A, M) as a number, reduced. */
export const challenge = (R: Uint8Array, A: Uint8Array, message: Uint8Array): bigint =>
  fromBytes(createHash('sha512').update(R).update(A).update(message).digest()) % L

/** Why the rules refuse a public key, `undefined` where they admit it. */
export const refusal = (A: Uint8Array): string | undefined => {
  if (A.length !== 32) return 'encoding'
  const p = decode(A)
  if (!p) return (fromBytes(A) & (2n ** 255n - 1n)) >= P ? 'not_canonical' : 'not_on_curve'
  if (!isCanonical(A, p)) return 'not_canonical'
  if (isSmallOrder(p)) return 'small_order'
  return same(multiply(L, p), identity) ? undefined : 'mixed_order'
}

/** Whether the cofactored equation [8][S]B = [8]R + [8][k]A holds, decoded leniently, S reduced or not. */
export const holdsCofactored = (A: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  const [a, r] = [decode(A), decode(signature.subarray(0, 32))]
  if (!a || !r) return false
  const k = challenge(signature.subarray(0, 32), A, message)
  const difference = add(multiply(fromBytes(signature.subarray(32, 64)), B), negate(add(r, multiply(k, a))))
  return isSmallOrder(difference)
}

/** The verdict that the rules demand of one signature, the key's admission included. */
export const verdict = (A: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean => {
  if (refusal(A) !== undefined || signature.length !== 64) return false
  const R = signature.subarray(0, 32)
  const S = fromBytes(signature.subarray(32))
  const r = decode(R)
  if (S >= L || !r || !isCanonical(R, r) || isSmallOrder(r)) return false
  const expected = add(multiply(S, B), negate(multiply(challenge(R, A, message), decode(A)!)))
  return Buffer.compare(encode(expected), R) === 0
}
