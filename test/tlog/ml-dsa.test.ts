import { createHash } from 'node:crypto'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { type MlDsa44, mlDsa44Cosignatures, mlDsaMessage } from '../../src/tlog/ml-dsa.js'
import { loadMlDsa44 } from '../../src/tlog/ml-dsa-noble.js'
import { type Note, parseNote, parseSignatureLine, signatureLine } from '../../src/tlog/note.js'
import { type NoteKey, noteKey, parseVkey, vkeyOf } from '../../src/tlog/vkey.js'
import { caught } from './support.js'

const { secretKey, publicKey } = ml_dsa44.keygen(new Uint8Array(32).fill(44))
const key = noteKey('witness.example/pq', 'ml-dsa-44-cosignature', publicKey)
const origin = 'log.example/a'
const rootHash = new Uint8Array(32).fill(3)
const text = checkpointText({ origin, size: 70_000, rootHash })

/** The message as RFC 8446 notation has it, put together another way. */
function message(name: string, time: bigint, log: string, end: bigint, hash: Uint8Array): Buffer {
  const uint64 = (value: bigint) => Buffer.from(value.toString(16).padStart(16, '0'), 'hex')
  const opaque = (value: string) => Buffer.concat([Buffer.of(Buffer.byteLength(value)), Buffer.from(value)])
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    opaque(name),
    uint64(time),
    opaque(log),
    uint64(0n),
    uint64(end),
    hash,
  ])
}
function timed(time: bigint, signature: Uint8Array): Uint8Array {
  const whole = Buffer.alloc(8 + signature.length)
  whole.writeBigUInt64BE(time)
  whole.set(signature, 8)
  return whole
}
function cosigned(time: bigint, of = message(key.name, time, origin, 70_000n, rootHash)): Note {
  return parseNote(`${text}\n${signatureLine(key, timed(time, ml_dsa44.sign(of, secretKey)))}`)
}
const library: MlDsa44 = { verify: (pub, signed, signature) => ml_dsa44.verify(signature, signed, pub) }
const check = mlDsa44Cosignatures(library)

describe('ML-DSA-44 cosignatures', () => {
  it('have the key id of their type', () => {
    const digest = createHash('sha256').update(`${key.name}\n`).update(Buffer.of(6)).update(publicKey).digest()
    expect(key.id).toBe(digest.readUInt32BE())
    expect(parseVkey(vkeyOf(key))).toEqual(key)
  })

  it('sign the message of C2SP tlog-cosignature', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        fc.maxSafeNat(),
        fc.maxSafeNat(),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (name, time, size, hash) => {
          const ours = mlDsaMessage({ cosigner: name, time, origin: `x${name}`, size, rootHash: hash })
          expect(Buffer.from(ours!)).toEqual(message(name, BigInt(time), `x${name}`, BigInt(size), hash))
        },
      ),
    )
  })

  it('can be over no name that is empty or longer than 255 bytes', () => {
    const tree = { cosigner: key.name, time: 1, origin, size: 1, rootHash }
    for (const name of ['', 'é'.repeat(128)]) {
      expect(mlDsaMessage({ ...tree, cosigner: name })).toBeUndefined()
      expect(mlDsaMessage({ ...tree, origin: name })).toBeUndefined()
    }
    expect(mlDsaMessage({ ...tree, cosigner: 'x'.repeat(255) })).toHaveLength(12 + 256 + 8 + 14 + 8 + 8 + 32)
  })

  it('are verified, also one without a time', async () => {
    const loaded = await loadMlDsa44()
    for (const time of [1_679_315_147n, 0n]) {
      const note = cosigned(time)
      for (const verify of [check, loaded])
        expect(verify(note, note.signatures[0]!, key)).toEqual({ key, time: Number(time) })
    }
  })

  it('are not taken when anything was altered', () => {
    const note = cosigned(1_679_315_147n)
    const line = note.signatures[0]!
    const altered = (at: number) => {
      const signature = Uint8Array.from(line.signature)
      signature[at]! ^= 1
      return { ...line, signature }
    }
    // a byte of the time, the first and the last of the signature proper
    for (const at of [7, 8, line.signature.length - 1]) expect(check(note, altered(at), key)).toBeUndefined()
    expect(check(note, { ...line, signature: line.signature.subarray(0, -1) }, key)).toBeUndefined()
    expect(check(note, { ...line, signature: line.signature.subarray(0, 8) }, key)).toBeUndefined()
    expect(check(note, { ...line, name: 'witness.example/other' }, key)).toBeUndefined()
    expect(check(note, { ...line, keyId: line.keyId ^ 1 }, key)).toBeUndefined()
    for (const other of [
      checkpointText({ origin: 'log.example/b', size: 70_000, rootHash }),
      checkpointText({ origin, size: 70_001, rootHash }),
      checkpointText({ origin, size: 70_000, rootHash: new Uint8Array(32).fill(4) }),
    ])
      expect(check({ ...note, text: other }, line, key)).toBeUndefined()
  })

  it('commit to the name of the cosigner', () => {
    const note = cosigned(5n, message('witness.example/other', 5n, origin, 70_000n, rootHash))
    expect(check(note, note.signatures[0]!, key)).toBeUndefined()
  })

  it('are not taken from a time above 2^53-1', () => {
    const note = cosigned(2n ** 53n)
    expect(check(note, note.signatures[0]!, key)).toBeUndefined()
  })

  it('say nothing about extension lines', () => {
    const note = cosigned(5n)
    const extended = { ...note, text: checkpointText({ origin, size: 70_000, rootHash, extensions: ['more'] }) }
    expect(check(extended, note.signatures[0]!, key)).toEqual({ key, time: 5 })
  })

  it('of another type of key are a programming mistake, and of no checkpoint malformed', () => {
    const note = cosigned(5n)
    const line = parseSignatureLine(`— a ${Buffer.alloc(76).toString('base64')}`)
    const other: NoteKey = noteKey('a', 'ed25519-cosignature', new Uint8Array(32))
    expect(caught(() => check(note, line, other))).toBeInstanceOf(TypeError)
    expect(caught(() => check({ ...note, text: 'x\n' }, note.signatures[0]!, key))).toMatchObject({
      code: 'TLOG_MALFORMED',
    })
  })
})
