import { utf8 } from '../../src/primitives/bytes.js'
import {
  add,
  B,
  challenge,
  encode,
  encodings,
  fromBytes,
  identity,
  L,
  multiply,
  orderEight,
  type Point,
  same,
  toBytes,
} from './reference-ed25519.js'

/** One signature to be judged. */
export interface EdgeCase {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
}

/** The eight points of small order: the multiples of one of order 8. */
export const torsion: readonly Point[] = Array.from({ length: 8 }, (_, times) => multiply(BigInt(times), orderEight))

const secret = 0x1f2e3d4c5b6a79880123456789abcdef0fedcba987654321n
const nonce = 0x2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8091n

const join = (R: Uint8Array, S: Uint8Array): Uint8Array => Uint8Array.from([...R, ...S])

interface Half {
  readonly name: string
  /** The discrete logarithm of its part of prime order; zero for a point of small order. */
  readonly scalar: bigint
  readonly torsion: Point
  readonly bytes: Uint8Array
}

/** A point with every torsion point added, in every encoding. */
const halves = (scalar: bigint, name: string): Half[] =>
  torsion.flatMap((t, times) => {
    const point = add(multiply(scalar, B), t)
    return encodings(point).map((bytes, spelling) => ({
      name: `${name}${scalar === 0n ? '' : ' prime order'} + T${times}${spelling === 0 ? '' : ` in spelling ${spelling}`}`,
      scalar,
      torsion: t,
      bytes,
    }))
  })

/**
 * Every A and R of the kinds above, each with a message under which the cofactorless equation holds (where there is one)
 * and with one under which only the cofactored equation does (where there is one).
 */
const pointCases = (): EdgeCase[] => {
  const keys = [...halves(0n, 'A'), ...halves(secret, 'A')]
  const nonces = [...halves(0n, 'R'), ...halves(nonce, 'R')]
  return keys.flatMap((A) =>
    nonces.flatMap((R) => {
      const found = new Map<boolean, EdgeCase>()
      for (let attempt = 0; attempt < 24 && found.size < 2; attempt++) {
        const message = utf8(`edge case ${attempt}`)
        const k = challenge(R.bytes, A.bytes, message)
        const residueFree = same(add(R.torsion, multiply(k % 8n, A.torsion)), identity)
        if (found.has(residueFree)) continue
        found.set(residueFree, {
          name: `${A.name}, ${R.name}, ${residueFree ? 'cofactorless' : 'cofactored only'}`,
          publicKey: A.bytes,
          message,
          signature: join(R.bytes, toBytes((R.scalar + k * A.scalar) % L)),
        })
      }
      return [...found.values()]
    }),
  )
}

const sign = (message: Uint8Array, A: Uint8Array, R: Uint8Array): Uint8Array =>
  join(R, toBytes((nonce + challenge(R, A, message) * secret) % L))

/** What can be done to the scalar, the lengths and the bits of a good signature. */
const plainCases = (): EdgeCase[] => {
  const publicKey = encode(multiply(secret, B))
  const R = encode(multiply(nonce, B))
  const message = utf8('a good message')
  const good = sign(message, publicKey, R)
  const S = fromBytes(good.subarray(32))
  const withS = (name: string, value: bigint): EdgeCase => ({
    name,
    publicKey,
    message,
    signature: join(R, toBytes(value)),
  })
  const edge = (name: string, signature: Uint8Array, other: Uint8Array = message): EdgeCase => ({
    name,
    publicKey,
    message: other,
    signature,
  })
  const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
    bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
  const empty = new Uint8Array()
  return [
    edge('good', good),
    edge('good, empty message', sign(empty, publicKey, R), empty),
    edge('another message', good, utf8('another message')),
    edge('empty message under a signature of another', good, empty),
    ...[1n, 2n, 3n, 7n, 14n]
      .map((times) => withS(`S + ${times}L`, S + times * L))
      .filter((c) => fromBytes(c.signature.subarray(32)) > S),
    withS('S = 0', 0n),
    withS('S = 1', 1n),
    withS('S = L - 1', L - 1n),
    withS('S = L', L),
    withS('S = L + 1', L + 1n),
    withS('-S', L - S),
    withS('S = 2^252', 2n ** 252n),
    withS('S = 2^255 - 1', 2n ** 255n - 1n),
    withS('S = 2^256 - 1', 2n ** 256n - 1n),
    withS('S with the top bit', S | (1n << 255n)),
    edge('R = 0, S = 0', new Uint8Array(64)),
    edge('all ones', new Uint8Array(64).fill(255)),
    edge('R and S swapped', join(good.subarray(32), good.subarray(0, 32))),
    ...[0, 1, 31, 32, 33, 63].map((length) => edge(`${length} bytes`, good.subarray(0, length))),
    ...[65, 96, 128].map((length) =>
      edge(
        `${length} bytes`,
        Uint8Array.from({ length }, (_, index) => good[index] ?? 0),
      ),
    ),
    ...Array.from({ length: 512 }, (_, bit) => edge(`bit ${bit} of the signature`, flipped(good, bit))),
    ...Array.from({ length: 256 }, (_, bit) => ({
      name: `bit ${bit} of the key`,
      publicKey: flipped(publicKey, bit),
      message,
      signature: good,
    })),
    ...Array.from({ length: message.length * 8 }, (_, bit) =>
      edge(`bit ${bit} of the message`, good, flipped(message, bit)),
    ),
  ]
}

/** Encodings with y from p to 2^255 - 1, with either sign: the 19 ys that have a second spelling, points or not. */
const unreducedCases = (): EdgeCase[] => {
  const P = 2n ** 255n - 19n
  const publicKey = encode(multiply(secret, B))
  const message = utf8('unreduced')
  const S = toBytes(12345n)
  return Array.from({ length: 19 }, (_, above) => P + BigInt(above)).flatMap((y) =>
    [0n, 1n].flatMap((sign) => {
      const bytes = toBytes(y | (sign << 255n))
      const name = `y = p + ${y - P}, sign ${sign}`
      return [
        { name: `A: ${name}`, publicKey: bytes, message, signature: join(encode(B), S) },
        { name: `R: ${name}`, publicKey, message, signature: join(bytes, S) },
      ]
    }),
  )
}

/** Every case; nothing in it is random. */
export const edgeCases = (): EdgeCase[] => [...plainCases(), ...unreducedCases(), ...pointCases()]
