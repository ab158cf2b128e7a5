import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendLeaf,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierRoot,
  leafHash,
} from '../../src/merkle/index.js'
import { hexesOf, hexOf } from './reference.js'

const grown = (size: number): Frontier =>
  Array.from({ length: size }, (_, index) => leafHash(Uint8Array.of(index))).reduce(appendLeaf, emptyFrontier)

describe('a frontier as bytes', () => {
  it('comes back as it was, and grows on as if it had never left', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), (size) => {
        const before = grown(size)
        const bytes = encodeFrontier(before)
        expect(bytes).toHaveLength(8 + 32 * before.peaks.length)
        const after = decodeFrontier(bytes)
        expect(after?.size).toBe(size)
        expect(hexesOf(after?.peaks ?? [])).toEqual(hexesOf(before.peaks))
        const next = leafHash(Uint8Array.of(255))
        expect(hexOf(frontierRoot(appendLeaf(after!, next)))).toBe(hexOf(frontierRoot(appendLeaf(before, next))))
      }),
      { seed: 8, numRuns: 60 },
    )
  })

  it('has its size first, big-endian', () => {
    expect(hexOf(encodeFrontier(grown(3)).subarray(0, 8))).toBe('0000000000000003')
    expect(encodeFrontier(emptyFrontier)).toEqual(new Uint8Array(8))
  })

  it('is read from the middle of a larger buffer', () => {
    const bytes = encodeFrontier(grown(5))
    const larger = new Uint8Array(bytes.length + 7)
    larger.set(bytes, 7)
    expect(decodeFrontier(larger.subarray(7))?.size).toBe(5)
  })

  it('does not share memory with the bytes that it was read from', () => {
    const bytes = encodeFrontier(grown(1))
    const read = decodeFrontier(bytes)
    const peak = hexOf(read!.peaks[0]!)
    bytes.fill(0)
    expect(hexOf(read!.peaks[0]!)).toBe(peak)
  })

  it('is undefined where the length does not fit the size, or the size is too large', () => {
    const bytes = encodeFrontier(grown(5))
    expect(decodeFrontier(new Uint8Array(0))).toBeUndefined()
    expect(decodeFrontier(bytes.subarray(0, 7))).toBeUndefined()
    expect(decodeFrontier(bytes.subarray(0, bytes.length - 1))).toBeUndefined()
    expect(decodeFrontier(new Uint8Array([...bytes, 0]))).toBeUndefined()
    const tooLarge = new Uint8Array(8 + 32)
    new DataView(tooLarge.buffer).setBigUint64(0, 2n ** 53n)
    expect(decodeFrontier(tooLarge)).toBeUndefined()
  })
})
