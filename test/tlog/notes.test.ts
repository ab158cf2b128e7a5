/** Signed notes, verifier keys, checkpoints and cosignatures: the vectors that C2SP publishes, and any text at all. */
import { createHash, createPrivateKey, sign as nodeSign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { localKey } from '../../src/keys/local.js'
import { emptyRoot } from '../../src/merkle/index.js'
import { checkpointText, openCheckpoint, parseCheckpoint, readCheckpoint } from '../../src/tlog/checkpoint.js'
import { cosign, cosignatureMessage, timedSignature, verifyCosignature } from '../../src/tlog/cosignature.js'
import { formatNote, parseNote, parseSignatureLine, signatureLine, signNote, verifyNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { isKeyName, keyIdHex, noteKey, parseVkey, vkeyOf } from '../../src/tlog/vkey.js'
import { caught } from './support.js'

/** The example of C2SP signed-note. */
const exampleVkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
const exampleNote =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
/** Of C2SP signed-note too: an empty line in the text. */
const poem =
  'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n'
/** The example of C2SP tlog-cosignature. */
const behindTheSofa =
  'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n'

/** Signs by the platform's own Ed25519. */
const pkcs8 = (seed: number) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]),
    format: 'der',
    type: 'pkcs8',
  })
const publicOf = (seed: number) => Buffer.from(pkcs8(seed).export({ format: 'jwk' }).x!, 'base64url')
const signedBy = (seed: number, message: string | Uint8Array) => nodeSign(null, Buffer.from(message), pkcs8(seed))
const malformed = { code: 'TLOG_MALFORMED' }
const untrusted = (reason: string) => ({ code: 'TLOG_UNTRUSTED', details: { reason } })

/** Reads or refuses, never anything else. */
function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (QuittanceError.is(error, 'TLOG_MALFORMED')) return undefined
    throw error
  }
}
/** A text with something put in and something taken out. */
const mutationsOf = (text: string) =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(8),
      fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom(' ', '\n', '\n\n', '+', '—', '\r')),
    )
    .map(([at, count, put]) => text.slice(0, at) + put + text.slice(at + count))
const lineText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .map((text) => text.replaceAll(/\p{Cc}/gu, '.'))
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(isKeyName)

describe('the examples of C2SP', () => {
  it('open under their key', () => {
    const key = parseVkey(exampleVkey)
    expect(verifyNote(parseNote(exampleNote), [key])).toEqual([key])
    expect(vkeyOf(key)).toBe(exampleVkey)
    expect(formatNote(parseNote(exampleNote))).toBe(exampleNote)
  })

  it('do not open when one character of the text is another', () => {
    const note = parseNote(exampleNote.replace('message.', 'message!'))
    expect(caught(() => verifyNote(note, [parseVkey(exampleVkey)]))).toMatchObject(untrusted('signature'))
    expect(caught(() => verifyNote(note, []))).toMatchObject(untrusted('no-known-key'))
  })

  it('may have empty lines in their text', () => {
    const { text, signatures } = parseNote(Buffer.from(poem))
    expect(text.split('\n')).toHaveLength(5)
    expect(signatures.map(({ name, keyId }) => [name, keyIdHex(keyId)])).toEqual([
      ['quasimodo.example/salvatore', '367ba04b'],
    ])
    expect(formatNote({ text, signatures })).toBe(poem)
  })

  it('are checkpoints with a cosignature of a time', () => {
    const { origin, size, rootHash, extensions, note } = readCheckpoint(behindTheSofa)
    expect({ origin, size, extensions }).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      extensions: [],
    })
    expect(Buffer.from(rootHash).toString('base64')).toBe('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=')
    const [log, witness] = note.signatures
    expect(log!.signature).toHaveLength(64)
    // the time that the specification's text of the signed message has
    expect(timedSignature(witness!)).toMatchObject({ time: 1_679_315_147, signature: { length: 64 } })
    expect(Buffer.from(cosignatureMessage(note.text, 1_679_315_147)).toString()).toBe(
      'cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n',
    )
    expect(checkpointText({ origin, size, rootHash })).toBe(note.text)
  })
})

describe('verifier keys', () => {
  it('come back as they were, with the id of the specification', () => {
    fc.assert(
      fc.property(
        names,
        fc.constantFrom(
          ['ed25519', 1, 32] as const,
          ['ed25519-cosignature', 4, 32] as const,
          ['ml-dsa-44-cosignature', 6, 1312] as const,
        ),
        fc.nat(255),
        (name, [type, byte, length], fill) => {
          const key = noteKey(name, type, new Uint8Array(length).fill(fill))
          const digest = createHash('sha256').update(`${name}\n`).update(Buffer.of(byte)).update(key.publicKey).digest()
          expect(vkeyOf(key).startsWith(`${name}+${digest.toString('hex', 0, 4)}+`)).toBe(true)
          expect(parseVkey(vkeyOf(key))).toEqual(key)
        },
      ),
    )
  })

  it.each([
    ['nothing', ''],
    ['no name', exampleVkey.replace('example.com/foo', '')],
    ['a name with a space', exampleVkey.replace('example.com', 'example com')],
    ['a name with a no-break space', exampleVkey.replace('example.com', 'example\u00a0com')],
    ['the id of another key', exampleVkey.replace('530d903a', '530d903b')],
    ['an id in capitals', exampleVkey.replace('530d903a', '530D903A')],
    ['another name', exampleVkey.replace('foo', 'bar')],
    [
      'base64url',
      exampleVkey.replace(
        '+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
        '+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U-_',
      ),
    ],
    ['an unknown type', 'example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'],
    ['a key of 31 bytes', `a+00000000+${Buffer.concat([Buffer.of(1), Buffer.alloc(31)]).toString('base64')}`],
    ['a newline at its end', `${exampleVkey}\n`],
  ])('are refused with %s', (_, vkey) => {
    expect(caught(() => parseVkey(vkey))).toMatchObject(malformed)
  })

  it('are read or refused, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(mutationsOf(exampleVkey), fc.string({ unit: 'binary' })), (text) => {
        const key = readOrRefused(() => parseVkey(text))
        if (key !== undefined) expect(vkeyOf(key)).toBe(text)
      }),
    )
  })
})

describe('notes', () => {
  it('come back as they were', () => {
    const line = fc.record({
      name: names,
      keyId: fc.nat(0xffffffff),
      signature: fc.uint8Array({ minLength: 1, maxLength: 90 }),
    })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(lineText, fc.constant('')), { minLength: 1 }),
        fc.array(line, { minLength: 1, maxLength: 5 }),
        (lines, signatures) => {
          const note = { text: `${lines.join('\n')}\n`, signatures }
          const back = parseNote(formatNote(note))
          expect(back.text).toBe(note.text)
          expect(back.signatures.map((one) => ({ ...one, signature: [...one.signature] }))).toEqual(
            signatures.map((one) => ({ ...one, signature: [...one.signature] })),
          )
        },
      ),
    )
  })

  it('are read or refused, whatever they are, and have one spelling', () => {
    fc.assert(
      fc.property(fc.oneof(mutationsOf(behindTheSofa), mutationsOf(poem), fc.string({ unit: 'binary' })), (text) => {
        const note = readOrRefused(() => parseNote(text))
        if (note !== undefined) expect(formatNote(note)).toBe(text)
        const checkpoint = readOrRefused(() => readCheckpoint(text))
        if (checkpoint !== undefined) expect(checkpointText(checkpoint)).toBe(checkpoint.note.text)
      }),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(readOrRefused(() => parseNote(bytes))).toBeUndefined()
      }),
    )
  })

  const one = '— a AAAAAAE=\n'
  it.each([
    ['nothing', ''],
    ['no signature', 'text\n'],
    ['no signature behind the empty line', 'text\n\n'],
    ['no newline at the end', `text\n\n${one.trimEnd()}`],
    ['no text', one],
    ['a carriage return', `text\r\n\n${one}`],
    ['a tab', `te\txt\n\n${one}`],
    ['a hyphen instead of a dash', `text\n\n${one.replace('—', '-')}`],
    ['two spaces', `text\n\n${one.replace('— a', '—  a')}`],
    ['a word too many', `text\n\n${one.replace('=\n', '= x\n')}`],
    ['a plus in a name', `text\n\n${one.replace(' a ', ' a+b ')}`],
    ['a key id and nothing behind it', 'text\n\n— a AAAAAA==\n'],
    ['base64 without padding', 'text\n\n— a AAAAAAE\n'],
    ['base64 with bits left over', 'text\n\n— a AAAAAAF=\n'],
    ['a lone surrogate', `te\ud800xt\n\n${one}`],
    ['more than 100 signatures', `text\n\n${one.repeat(101)}`],
    ['more than 1,000,000 bytes', `${'x'.repeat(1_000_000)}\n\n${one}`],
  ])('are refused with %s', (_, text) => {
    expect(caught(() => parseNote(text))).toMatchObject(malformed)
  })

  it('are refused when they are not UTF-8 or too long as bytes', () => {
    expect(caught(() => parseNote(Buffer.concat([Buffer.of(0xff), Buffer.from(`\n\n${one}`)])))).toMatchObject(
      malformed,
    )
    expect(caught(() => parseNote(Buffer.alloc(1_000_001, 0x78)))).toMatchObject(malformed)
    expect(parseNote(`text\n\n${one.repeat(100)}`).signatures).toHaveLength(100)
  })

  it('tell which line is to blame', () => {
    expect(caught(() => parseNote(`a\nb\n\n${one}— a b c d\n`))).toMatchObject({ details: { line: 5 } })
    expect(caught(() => parseSignatureLine('x', 7))).toMatchObject({ details: { line: 7 } })
  })

  it('are verified under those keys that are trusted, and under no key that shares only a name or an id', async () => {
    const key = noteKey('log.example', 'ed25519', publicOf(1))
    const text = 'hello\n'
    const good = signatureLine(key, signedBy(1, text))
    const strangers = [
      signatureLine({ name: 'other.example', id: key.id }, signedBy(2, text)),
      signatureLine({ name: key.name, id: key.id ^ 1 }, signedBy(2, text)),
    ]
    const open = (lines: readonly string[]) => verifyNote(parseNote(`${text}\n${lines.join('')}`), [key])
    expect(open([...strangers, good])).toEqual([key])
    expect(caught(() => open(strangers))).toMatchObject(untrusted('no-known-key'))
    // a wrong line of a known key spoils the note, whether or not a right one stands beside it
    const bad = signatureLine(key, signedBy(2, text))
    expect(caught(() => open([good, bad]))).toMatchObject(untrusted('signature'))
    expect(caught(() => open([bad]))).toMatchObject(untrusted('signature'))
    expect(caught(() => open([signatureLine(key, signedBy(1, text).subarray(1))]))).toMatchObject(
      untrusted('signature'),
    )
  })

  it('are signed with a key of a provider', async () => {
    const signer = await noteSigner('log.example/acme', localKey({ seed: new Uint8Array(32).fill(1) }))
    expect(signer.key).toEqual(noteKey('log.example/acme', 'ed25519', publicOf(1)))
    const note = await signNote('hello\n', [signer])
    expect(note).toBe(`hello\n\n${signatureLine(signer.key, signedBy(1, 'hello\n'))}`)
    await expect(signNote('hello', [signer])).rejects.toThrow(RangeError)
    await expect(signNote('a\tb\n', [signer])).rejects.toThrow(RangeError)
  })
})

describe('checkpoints', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(
        lineText,
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.array(lineText, { maxLength: 3 }),
        (origin, size, rootHash, extensions) => {
          const back = parseCheckpoint(checkpointText({ origin, size, rootHash, extensions }))
          expect({ ...back, rootHash: [...back.rootHash] }).toEqual({
            origin,
            size,
            rootHash: [...rootHash],
            extensions,
          })
        },
      ),
    )
    expect(parseCheckpoint(checkpointText({ origin: 'o', size: 0, rootHash: emptyRoot() }))).toMatchObject({ size: 0 })
  })

  const root = Buffer.alloc(32, 9).toString('base64')
  it.each([
    ['two lines', 'o\n1\n'],
    ['no newline at the end', `o\n1\n${root}`],
    ['an empty origin', `\n1\n${root}\n`],
    ['an empty extension', `o\n1\n${root}\n\n`],
    ['a size with a leading zero', `o\n01\n${root}\n`],
    ['a negative size', `o\n-1\n${root}\n`],
    ['a size above 2^53-1', `o\n9007199254740992\n${root}\n`],
    ['a size with a sign', `o\n+1\n${root}\n`],
    ['a root of 31 bytes', `o\n1\n${Buffer.alloc(31).toString('base64')}\n`],
    ['a root without padding', `o\n1\n${root.slice(0, -1)}\n`],
    ['an empty tree with a root', `o\n0\n${root}\n`],
    ['a space behind the size', `o\n1 \n${root}\n`],
  ])('are refused with %s', (_, text) => {
    expect(caught(() => parseCheckpoint(text))).toMatchObject(malformed)
  })

  it('are not made of what can be none', () => {
    const rootHash = new Uint8Array(32)
    for (const wrong of [
      { origin: '', size: 1, rootHash },
      { origin: 'a\nb', size: 1, rootHash },
      { origin: 'a', size: -1, rootHash },
      { origin: 'a', size: 1.5, rootHash },
      { origin: 'a', size: 1, rootHash: new Uint8Array(31) },
      { origin: 'a', size: 1, rootHash, extensions: [''] },
      { origin: 'a\t', size: 1, rootHash },
    ])
      expect(() => checkpointText(wrong)).toThrow(RangeError)
  })

  it('are opened under their own origin only', () => {
    const text = checkpointText({ origin: 'log.example/a', size: 5, rootHash: new Uint8Array(32) })
    const keys = ['log.example/a', 'log.example/b'].map((name) => noteKey(name, 'ed25519', publicOf(1)))
    const open = (key: (typeof keys)[number]) =>
      openCheckpoint(`${text}\n${signatureLine(key, signedBy(1, text))}`, keys)
    expect(open(keys[0]!)).toMatchObject({ origin: 'log.example/a', size: 5 })
    expect(caught(() => open(keys[1]!))).toMatchObject(untrusted('no-known-key'))
  })
})

describe('Ed25519 cosignatures', () => {
  const key = noteKey('witness.example/w1', 'ed25519-cosignature', publicOf(4))
  const text = checkpointText({ origin: 'log.example/a', size: 5, rootHash: new Uint8Array(32) })

  it('are over the time and the text, and verify', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), async (time) => {
        const line = await cosign(text, key, time, async (message) => signedBy(4, message))
        const note = parseNote(`${text}\n${line}`)
        const expected = signedBy(4, `cosignature/v1\ntime ${time}\n${text}`)
        const seconds = Buffer.from(time.toString(16).padStart(16, '0'), 'hex')
        expect(Buffer.from(note.signatures[0]!.signature)).toEqual(Buffer.concat([seconds, expected]))
        expect(verifyCosignature(note, note.signatures[0]!, key)).toEqual({ key, time })
      }),
      { numRuns: 20 },
    )
  })

  it('are not taken when a bit is another, or from another name, id or text', async () => {
    const note = parseNote(
      `${text}\n${await cosign(text, key, 1_700_000_000, async (message) => signedBy(4, message))}`,
    )
    const line = note.signatures[0]!
    fc.assert(
      fc.property(fc.nat(line.signature.length * 8 - 1), (bit) => {
        const signature = Uint8Array.from(line.signature)
        signature[bit >> 3]! ^= 1 << (bit & 7)
        expect(verifyCosignature(note, { ...line, signature }, key)).toBeUndefined()
      }),
    )
    expect(verifyCosignature(note, { ...line, name: 'witness.example/w2' }, key)).toBeUndefined()
    expect(verifyCosignature(note, { ...line, keyId: line.keyId ^ 1 }, key)).toBeUndefined()
    expect(verifyCosignature({ ...note, text: text.replace('\n5\n', '\n6\n') }, line, key)).toBeUndefined()
    for (const length of [0, 7, 8, 71])
      expect(verifyCosignature(note, { ...line, signature: line.signature.subarray(0, length) }, key)).toBeUndefined()
    expect(caught(() => verifyCosignature(note, line, noteKey('w', 'ed25519', publicOf(4))))).toBeInstanceOf(TypeError)
  })

  it('are not made at no time, or with a key of another type', async () => {
    const sign = async (message: Uint8Array) => signedBy(4, message)
    for (const time of [0, -1, 1.5, 2 ** 53]) await expect(cosign(text, key, time, sign)).rejects.toThrow(RangeError)
    await expect(cosign(text, noteKey('w', 'ed25519', publicOf(4)), 1, sign)).rejects.toThrow(TypeError)
  })
})
