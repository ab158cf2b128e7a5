/** What verify.py works out by itself: signatures that others made, and the same with one thing changed. */
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { expect, test } from 'vitest'
import { randomOf } from '../fuzz/random.js'
import { type AskedSignature, judgedByPython } from './python.js'

const patient = { timeout: 120_000 }
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const random = randomOf(44)
const bytesOf = (length: number) => Uint8Array.from({ length }, () => random.int(256))
const flipped = (bytes: Uint8Array, at = random.int(bytes.length)) =>
  bytes.map((byte, index) => (index === at ? byte ^ (1 << random.int(8)) : byte))

/** DER of an AlgorithmIdentifier, by hand. */
const element = (tag: number, ...parts: readonly string[]) => {
  const body = parts.join('')
  const length = body.length / 2
  const prefix = length < 128 ? '' : '81'
  return `${tag.toString(16).padStart(2, '0')}${prefix}${length.toString(16).padStart(2, '0')}${body}`
}
const hashes = { sha256: '608648016503040201', sha384: '608648016503040202', sha512: '608648016503040203' } as const
type Hash = keyof typeof hashes
const hashId = (hash: Hash) => element(0x30, element(0x06, hashes[hash]), '0500')
const pkcs1 = { sha256: '0b', sha384: '0c', sha512: '0d' } as const
const ecdsa = { sha256: '02', sha384: '03', sha512: '04' } as const
const rsaId = (hash: Hash) => element(0x30, element(0x06, `2a864886f70d0101${pkcs1[hash]}`), '0500')
const ecId = (hash: Hash) => element(0x30, element(0x06, `2a8648ce3d0403${ecdsa[hash]}`))
const pssId = (hash: Hash, salt: number) =>
  element(
    0x30,
    element(0x06, '2a864886f70d01010a'),
    element(
      0x30,
      element(0xa0, hashId(hash)),
      element(0xa1, element(0x30, element(0x06, '2a864886f70d010108'), hashId(hash))),
      element(0xa2, element(0x02, salt.toString(16).padStart(2, '0'))),
    ),
  )

interface Kind {
  readonly name: string
  readonly algorithm: string
  readonly key: KeyObject
  readonly spki: Uint8Array
  readonly make: (message: Uint8Array) => Uint8Array
}

function kinds(): readonly Kind[] {
  const found: Kind[] = []
  const add = (
    name: string,
    algorithm: string,
    { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
    hash: Hash | null,
    options: object = {},
  ) => {
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    const make = (message: Uint8Array) => sign(hash, message, { key: privateKey, ...options })
    found.push({ name, algorithm, key: publicKey, spki, make })
  }
  for (const [bits, hash, salt] of [
    [2048, 'sha256', 32],
    [3072, 'sha512', 0],
    [2049, 'sha384', 48],
  ] as const) {
    const pair = generateKeyPairSync('rsa', { modulusLength: bits })
    add(`RSA ${bits}`, rsaId(hash), pair, hash)
    const padding = constants.RSA_PKCS1_PSS_PADDING
    add(`RSA-PSS ${bits}`, pssId(hash, salt), pair, hash, { padding, saltLength: salt })
  }
  for (const [curve, hash] of [
    ['prime256v1', 'sha256'],
    ['prime256v1', 'sha512'],
    ['secp384r1', 'sha384'],
    ['secp521r1', 'sha512'],
    ['secp521r1', 'sha256'],
    ['brainpoolP256r1', 'sha256'],
    ['brainpoolP384r1', 'sha384'],
    ['brainpoolP512r1', 'sha512'],
  ] as const)
    add(`${curve} over ${hash}`, ecId(hash), generateKeyPairSync('ec', { namedCurve: curve }), hash)
  add('Ed25519', element(0x30, '06032b6570'), generateKeyPairSync('ed25519'), null)
  add('Ed448', element(0x30, '06032b6571'), generateKeyPairSync('ed448'), null)
  return found
}

test('signatures of authorities, good and spoiled', patient, async () => {
  const asked: (AskedSignature & { readonly name: string; readonly expected: string })[] = []
  for (const { name, algorithm, spki, make } of kinds()) {
    const add = (what: string, expected: string, message: Uint8Array, signature: Uint8Array, by = hex(spki)) =>
      void asked.push({
        name: `${name}, ${what}`,
        expected,
        spki: by,
        algorithm,
        message: hex(message),
        signature: hex(signature),
      })
    for (const length of [0, 1, 500]) {
      const message = bytesOf(length)
      const signature = make(message)
      add('good', 'good', message, signature)
      add('another message', 'wrong', Uint8Array.of(...message, 0), signature)
      add('cut', 'wrong', message, signature.subarray(1))
      add('with a byte behind it', 'wrong', message, Uint8Array.of(...signature, 0))
      for (let time = 0; time < 4; time += 1) add('changed', 'wrong', message, flipped(signature))
    }
    add('none', 'wrong', bytesOf(3), new Uint8Array())
  }
  const judged = await judgedByPython<string>(asked)
  expect(asked.map(({ name }, index) => [name, judged[index]])).toEqual(
    asked.map(({ name, expected }) => [name, expected]),
  )
})

test('keys and hashes that prove nothing, or are none', patient, async () => {
  const message = hex(bytesOf(10))
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const strong = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spkiOf = ({ publicKey }: { publicKey: KeyObject }) => hex(publicKey.export({ type: 'spki', format: 'der' }))
  const p256 = '301306072a8648ce3d020106082a8648ce3d030107'
  const cases = [
    ['weak', spkiOf(weak), rsaId('sha256')],
    ['weak', spkiOf(strong), element(0x30, '06092a864886f70d010105', '0500')],
    ['unsupported', spkiOf(strong), element(0x30, '06032a0304')],
    ['unsupported', spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), ecId('sha256')],
    ['unsupported', spkiOf(generateKeyPairSync('x25519')), ecId('sha256')],
    // the point at infinity, a point beside the curve, and keys of small order
    ['unsupported', element(0x30, p256, '03020000'), ecId('sha256')],
    ['unsupported', element(0x30, p256, element(0x03, `0004${'11'.repeat(64)}`)), ecId('sha256')],
    ['unsupported', element(0x30, '300506032b6570', element(0x03, `0001${'00'.repeat(31)}`)), '300506032b6570'],
    ['unsupported', element(0x30, '300506032b6571', element(0x03, `0001${'00'.repeat(56)}`)), '300506032b6571'],
    ['wrong', spkiOf(strong), ecId('sha256')],
    ['wrong', spkiOf(generateKeyPairSync('ed448')), rsaId('sha256')],
  ] as const
  const asked = cases.map(([, spki, algorithm]) => ({ spki, algorithm, message, signature: '3006020101020101' }))
  expect(await judgedByPython(asked)).toEqual(cases.map(([expected]) => expected))
})

test('signatures of ML-DSA-44, good and spoiled', patient, async () => {
  const asked: (AskedSignature & { readonly name: string; readonly holds: boolean })[] = []
  for (let seed = 0; seed < 12; seed += 1) {
    const { secretKey, publicKey } = ml_dsa44.keygen(new Uint8Array(32).fill(seed))
    const message = bytesOf(seed * 41)
    const signature = ml_dsa44.sign(message, secretKey)
    const add = (name: string, key: Uint8Array, over: Uint8Array, given: Uint8Array) => {
      // what is too short or too long is no signature for the other implementation either, which says so by an exception
      const whole = given.length === signature.length
      const holds = whole && ml_dsa44.verify(given, over, key)
      asked.push({ name, holds, mlDsa44: hex(key), message: hex(over), signature: hex(given) })
    }
    add('good', publicKey, message, signature)
    add('another message', publicKey, Uint8Array.of(...message, 1), signature)
    add('another key', flipped(publicKey), message, signature)
    add('cut', publicKey, message, signature.subarray(1))
    add('with a byte behind it', publicKey, message, Uint8Array.of(...signature, 0))
    add('all zeros', publicKey, message, new Uint8Array(signature.length))
    add('all ones', publicKey, message, new Uint8Array(signature.length).fill(255))
    // the challenge, the answer and the hints, each
    for (const at of [0, 31, 32, 2335, 2336, 2415, 2416, 2419, random.int(2420)])
      add(`changed at ${at}`, publicKey, message, flipped(signature, at))
    // hints in another order, or twice, say the same of the polynomials: only one spelling may hold
    const hints = signature.subarray(2336)
    const count = hints[80] ?? 0
    const swapped = Uint8Array.from(signature)
    swapped.set([hints[1] ?? 0, hints[0] ?? 0], 2336)
    const padded = Uint8Array.from(signature)
    padded[2336 + (hints[83] ?? 0)] = 1
    if (count > 1) add('hints in another order', publicKey, message, swapped)
    if ((hints[83] ?? 80) < 80) add('hints with something behind them', publicKey, message, padded)
  }
  const judged = await judgedByPython<boolean>(asked)
  expect(asked.map(({ name }, index) => [name, judged[index]])).toEqual(asked.map(({ name, holds }) => [name, holds]))
  const held = new Set(asked.filter(({ holds }) => holds).map(({ name }) => name))
  expect([...held]).toEqual(['good'])
})
