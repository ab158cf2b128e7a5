import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { inclusionProof, leafHash, merkleRoot } from '../../src/merkle/index.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { checkProof, formatProof, type LogProof, parseProof } from '../../src/tlog/proof.js'
import { caught } from './support.js'

const leaves = Array.from({ length: 40 }, (_, index) => leafHash(Uint8Array.of(index)))
/** Nobody's signature: proofs are checked without looking at it. */
const signature = `— log.example/a ${Buffer.alloc(68, 7).toString('base64')}\n`
const noteOf = (size: number) =>
  `${checkpointText({ origin: 'log.example/a', size, rootHash: merkleRoot(leaves, size) })}\n${signature}`
const proofOf = (index: number, size: number, extra?: Uint8Array): LogProof => ({
  ...(extra && { extra }),
  index,
  hashes: inclusionProof(leaves, index, size),
  note: noteOf(size),
})

const places = fc
  .integer({ min: 1, max: leaves.length })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }))

describe('a proof as text', () => {
  it('has the lines of C2SP tlog-proof', () => {
    const text = formatProof(proofOf(1, 3, Buffer.from('hello')))
    const [sibling, last] = [leaves[0]!, leaves[2]!].map((hash) => Buffer.from(hash).toString('base64'))
    expect(text).toBe(`c2sp.org/tlog-proof@v1\nextra aGVsbG8=\nindex 1\n${sibling}\n${last}\n\n${noteOf(3)}`)
    expect(parseProof(Buffer.from(text))).toEqual(parseProof(text))
  })

  it('has no extra line where there is no extra data, and no hashes for the only leaf', () => {
    const text = formatProof(proofOf(0, 1))
    expect(text).toBe(`c2sp.org/tlog-proof@v1\nindex 0\n\n${noteOf(1)}`)
    expect(formatProof(proofOf(0, 1, new Uint8Array()))).toBe(text)
    expect(parseProof(text)).not.toHaveProperty('extra')
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(places, fc.option(fc.uint8Array({ minLength: 1 })), ({ size, index }, extra) => {
        const proof = proofOf(index, size, extra ?? undefined)
        const back = parseProof(formatProof(proof))
        expect(formatProof(back)).toBe(formatProof(proof))
        expect(back.index).toBe(index)
        expect(back.note).toBe(proof.note)
        expect(back.hashes.map((hash) => Buffer.from(hash))).toEqual(proof.hashes.map((hash) => Buffer.from(hash)))
        expect(Buffer.from(back.extra ?? [])).toEqual(Buffer.from(extra ?? []))
      }),
    )
  })

  const good = formatProof(proofOf(1, 3, Buffer.from('hello')))
  it.each([
    ['nothing', '', undefined],
    ['another version', good.replace('@v1', '@v2'), 1],
    ['no index', good.replace('index 1\n', ''), 3],
    ['an index with a leading zero', good.replace('index 1', 'index 01'), 3],
    ['an index above 2^53-1', good.replace('index 1', 'index 9007199254740992'), 3],
    ['extra behind the index', good.replace('extra aGVsbG8=\nindex 1', 'index 1\nextra aGVsbG8='), 3],
    ['two extra lines', good.replace('extra aGVsbG8=\n', 'extra aGVsbG8=\nextra aGVsbG8=\n'), 3],
    ['extra without data', good.replace('extra aGVsbG8=', 'extra '), 2],
    ['extra in another spelling of base64', good.replace('aGVsbG8=', 'aGVsbG9='), 2],
    ['extra without padding', good.replace('aGVsbG8=', 'aGVsbG8'), 2],
    ['a hash of 31 bytes', good.replace(/^[^\n]{43}=$/m, Buffer.alloc(31).toString('base64')), 4],
    ['carriage returns', good.replaceAll('\n', '\r\n'), undefined],
    ['no checkpoint', good.slice(0, good.indexOf('\n\n')), undefined],
    ['a checkpoint without signatures', good.slice(0, good.lastIndexOf('\n\n') + 1), undefined],
    ['a note that is no checkpoint', good.replace('\n3\n', '\nthree\n'), 2],
    [
      'more hashes than any tree needs',
      good.replace('index 1\n', `index 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(65)}`),
      undefined,
    ],
    ['more than anybody sends', good.replace('aGVsbG8=', 'AAAA'.repeat(1_000_000)), undefined],
  ])('is refused with %s', (_, text, line) => {
    expect(text).not.toBe(good)
    const error = caught(() => parseProof(text))
    expect(error).toMatchObject({ code: 'TLOG_MALFORMED', details: line === undefined ? {} : { line } })
  })

  it('is refused when it is not UTF-8', () => {
    expect(caught(() => parseProof(Buffer.concat([Buffer.from(good), Buffer.of(0xff, 0x0a)])))).toMatchObject({
      code: 'TLOG_MALFORMED',
    })
  })

  it('is never anything but read or refused', () => {
    const mutated = fc
      .tuple(fc.nat(good.length), fc.nat(10), fc.string({ unit: 'grapheme', maxLength: 10 }))
      .map(([at, count, text]) => good.slice(0, at) + text + good.slice(at + count))
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' }), fc.uint8Array()), (rubbish) => {
        try {
          const proof = parseProof(rubbish)
          // one spelling only: what is read is written as it was read
          expect(formatProof(proof)).toBe(rubbish)
        } catch (error) {
          if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is not made of what can be none', () => {
    const proof = proofOf(1, 3)
    expect(() => formatProof({ ...proof, index: -1 })).toThrow(RangeError)
    expect(() => formatProof({ ...proof, index: 2 ** 53 })).toThrow(RangeError)
    expect(() => formatProof({ ...proof, hashes: [new Uint8Array(31)] })).toThrow(RangeError)
    expect(() => formatProof({ ...proof, hashes: Array.from({ length: 65 }, () => leaves[0]!) })).toThrow(RangeError)
    expect(() => formatProof({ ...proof, extra: new Uint8Array(4_000_000) })).toThrow(RangeError)
    expect(caught(() => formatProof({ ...proof, note: 'x\n' }))).toMatchObject({ code: 'TLOG_MALFORMED' })
  })
})

describe('checking a proof', () => {
  it('gives the checkpoint that the leaf is in', () => {
    fc.assert(
      fc.property(places, ({ size, index }) => {
        const { origin, size: found, note } = checkProof(parseProof(formatProof(proofOf(index, size))), leaves[index]!)
        expect({ origin, found, names: note.signatures.map(({ name }) => name) }).toEqual({
          origin: 'log.example/a',
          found: size,
          names: ['log.example/a'],
        })
      }),
    )
  })

  it('refuses every proof that was altered, and every other leaf', () => {
    const wrong = { code: 'TLOG_UNTRUSTED', details: { reason: 'inclusion' } }
    fc.assert(
      fc.property(places, fc.nat(), fc.nat(255), fc.integer({ min: 1, max: 255 }), ({ size, index }, at, byte, xor) => {
        const proof = proofOf(index, size)
        const leaf = leaves[index]!
        expect(caught(() => checkProof(proof, leaves[(index + 1) % leaves.length]!))).toMatchObject(wrong)
        expect(caught(() => checkProof({ ...proof, index: size }, leaf))).toMatchObject(wrong)
        expect(caught(() => checkProof({ ...proof, hashes: [...proof.hashes, leaf] }, leaf))).toMatchObject(wrong)
        if (proof.hashes.length === 0) return
        const place = at % proof.hashes.length
        const hashes = proof.hashes.map((hash) => Uint8Array.from(hash))
        hashes[place]![byte % 32]! ^= xor
        expect(caught(() => checkProof({ ...proof, hashes }, leaf))).toMatchObject(wrong)
        expect(caught(() => checkProof({ ...proof, hashes: proof.hashes.toSpliced(place, 1) }, leaf))).toMatchObject(
          wrong,
        )
      }),
    )
  })
})
