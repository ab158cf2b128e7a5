/** Packages with cosignatures by ML-DSA-44 keys, good and altered, and what their verdict has to be. */
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { readCheckpoint } from '../../src/tlog/checkpoint.js'
import { mlDsaMessage } from '../../src/tlog/ml-dsa.js'
import { signatureLine } from '../../src/tlog/note.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { days } from '../verify/support.js'
import type { Misleading } from './misleading.js'
import { asking, LOG, log, logVkey, noteOf, packed, slim } from './support.js'

const pairOf = (seed: number) => ml_dsa44.keygen(new Uint8Array(32).fill(seed))
const { secretKey, publicKey } = pairOf(7)
export const mlDsaKey = noteKey('witness.example/pq', 'ml-dsa-44-cosignature', publicKey)
const another = noteKey('witness.example/other', 'ml-dsa-44-cosignature', pairOf(8).publicKey)
const line = (name: string, key: typeof mlDsaKey) => `witness ${name} ${vkeyOf(key)}`
export const mlDsaPolicy = asking({ checkpoints: { policy: `log ${logVkey}\n${line('pq', mlDsaKey)}\nquorum pq\n` } })

const signatureOf = (message: Uint8Array) => ml_dsa44.sign(message, secretKey)

/** The log's newest checkpoint, cosigned by the one witness of the policy; what is signed and the signature may be spoiled. */
export async function mlDsaCosigned(
  spoil = (signature: Uint8Array) => signature,
  more: {
    readonly at?: string
    readonly said?: string
    readonly sign?: typeof signatureOf
    readonly cosigner?: string
    readonly receipts?: typeof log
  } = {},
): Promise<string> {
  const { at = days(3), said = at, sign = signatureOf, cosigner = mlDsaKey.name, receipts = log } = more
  const note = await noteOf(LOG, log)
  const { origin, size, rootHash } = readCheckpoint(await noteOf(LOG, receipts))
  const seconds = (time: string) => Date.parse(time) / 1000
  const message = mlDsaMessage({ cosigner, time: seconds(at), origin, size, rootHash }) as Uint8Array
  const signature = spoil(sign(message))
  const bytes = Buffer.alloc(8 + signature.length)
  bytes.writeBigUInt64BE(BigInt(seconds(said)))
  bytes.set(signature, 8)
  return `${note}${signatureLine(mlDsaKey, bytes)}`
}

const changedAt = (at: number) => (signature: Uint8Array) =>
  signature.map((byte, index) => (index === at ? byte ^ 1 : byte))

/** @returns each package by its name */
export async function postQuantum(): Promise<readonly Misleading[]> {
  const wrong = 'INVALID CHECKPOINT_INVALID'
  const none = `${wrong} REQUIRED_WITNESS_MISSING`
  void none
  const good = await mlDsaCosigned()
  const of = async (name: string, expected: string, note: string, policy = mlDsaPolicy): Promise<Misleading> => ({
    name: `ML-DSA-44: ${name}`,
    bytes: await slim(await packed({ checkpoints: [{ note, timestamps: [] }] })),
    policy,
    expected,
  })
  const two = (quorum: string) =>
    asking({
      checkpoints: {
        policy: `log ${logVkey}\n${line('pq', mlDsaKey)}\n${line('other', another)}\ngroup g ${quorum} pq other\nquorum g\n`,
      },
    })
  const altered = await Promise.all(
    [0, 31, 32, 100, 1_000, 2_335, 2_336, 2_400, 2_416, 2_419].map(async (at) =>
      of(`a signature with byte ${at} changed`, '', await mlDsaCosigned(changedAt(at))),
    ),
  )
  return [
    await of('good', 'VALID', good),
    await of('good, one of two', 'VALID', good, two('1')),
    await of('good, and two are asked for', 'INCOMPLETE REQUIRED_WITNESS_MISSING', good, two('2')),
    await of('by a key that nobody asks for', 'VALID', good, asking({ checkpoints: { from: [logVkey] } })),
    await of('good, tail', 'VALID', good, mlDsaPolicy.replace('"checkpoints"', '"tail":true,"checkpoints"')),
    await of('none', 'INCOMPLETE REQUIRED_WITNESS_MISSING', await noteOf(LOG, log)),
    await of('at another time than was signed', '', await mlDsaCosigned(undefined, { said: days(2) })),
    await of(
      'at no time',
      '',
      await mlDsaCosigned(undefined, { at: days(0).replace(/^.*$/, '1970-01-01T00:00:00.000Z') }),
    ),
    await of('in another name', '', await mlDsaCosigned(undefined, { cosigner: 'witness.example/x' })),
    await of('of another tree', '', await mlDsaCosigned(undefined, { receipts: log.slice(0, 2) })),
    await of(
      'by another key',
      '',
      await mlDsaCosigned(undefined, { sign: (message) => ml_dsa44.sign(message, pairOf(9).secretKey) }),
    ),
    await of(
      'with a context',
      '',
      await mlDsaCosigned(undefined, {
        sign: (message) => ml_dsa44.sign(message, secretKey, { context: Buffer.from('x') }),
      }),
    ),
    await of('that is short', '', await mlDsaCosigned((signature) => signature.subarray(1))),
    await of('of zeros', '', await mlDsaCosigned((signature) => new Uint8Array(signature.length))),
    await of('of ones', '', await mlDsaCosigned((signature) => new Uint8Array(signature.length).fill(255))),
    ...altered,
  ]
}
