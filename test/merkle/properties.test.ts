import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  emptyRoot,
  type Frontier,
  frontierRoot,
  inclusionProof,
  leafHash,
  merkleRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/index.js'
import { hexesOf, hexOf, naivePath, naiveProof, naiveRoot } from './reference.js'

const MOST = 64
const entries = Array.from({ length: MOST }, (_, index) => new Uint8Array(Buffer.from(`leaf ${index}`)))
const leaves = entries.map(leafHash)
const roots = Array.from({ length: MOST + 1 }, (_, size) => naiveRoot(entries.slice(0, size)))
const sizes = Array.from({ length: MOST + 1 }, (_, size) => size)

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}

describe('every size from 0 to 64', () => {
  it('has the root of the definition, as a whole, by lookup and leaf by leaf', () => {
    let frontier: Frontier = emptyFrontier
    for (const size of sizes) {
      if (size > 0) frontier = appendLeaf(frontier, leaves[size - 1]!)
      expect(frontier.size).toBe(size)
      expect(hexOf(frontierRoot(frontier))).toBe(hexOf(roots[size]!))
      expect(hexOf(merkleRoot(leaves, size))).toBe(hexOf(roots[size]!))
      expect(hexOf(merkleRoot((index) => leaves[index]!, size))).toBe(hexOf(roots[size]!))
    }
  })

  it('proves each leaf as the definition does, and no leaf at another place', () => {
    for (const size of sizes) {
      for (let index = 0; index < size; index += 1) {
        const proof = inclusionProof(leaves, index, size)
        expect(hexesOf(proof)).toEqual(hexesOf(naivePath(index, entries.slice(0, size))))
        const places = sizes.filter((place) => verifyInclusion(leaves[index]!, place, size, proof, roots[size]!))
        expect(places).toEqual([index])
      }
    }
  })

  it('proves each smaller tree as the definition does, and no other size', () => {
    for (const second of sizes) {
      for (let first = 1; first <= second; first += 1) {
        const proof = consistencyProof(leaves, first, second)
        expect(hexesOf(proof)).toEqual(hexesOf(naiveProof(first, entries.slice(0, second))))
        expect(verifyConsistency(first, second, roots[first]!, roots[second]!, proof)).toBe(true)
        expect(verifyConsistency(first, second, roots[second]!, roots[first]!, proof)).toBe(first === second)
        if (first > 1) expect(verifyConsistency(first - 1, second, roots[first]!, roots[second]!, proof)).toBe(false)
      }
    }
  })
})

describe('an append', () => {
  it('leaves the tree that it was given as it was', () => {
    const before = leaves.slice(0, 7).reduce(appendLeaf, emptyFrontier)
    const peaks = hexesOf(before.peaks)
    appendLeaf(before, leaves[7]!)
    expect(before.size).toBe(7)
    expect(hexesOf(before.peaks)).toEqual(peaks)
  })

  it('keeps one peak for each 1 of the size', () => {
    let frontier: Frontier = emptyFrontier
    for (const size of sizes) {
      if (size > 0) frontier = appendLeaf(frontier, leaves[size - 1]!)
      expect(frontier.peaks).toHaveLength([...size.toString(2)].filter((digit) => digit === '1').length)
    }
  })

  it('refuses what is not a hash, and a tree that can grow no more', () => {
    expect(() => appendLeaf(emptyFrontier, new Uint8Array(31))).toThrow(RangeError)
    expect(() => appendLeaf({ size: Number.MAX_SAFE_INTEGER, peaks: [] }, leaves[0]!)).toThrow(RangeError)
  })
})

describe('a tampered inclusion proof is refused', () => {
  const picked = fc
    .integer({ min: 1, max: MOST })
    .chain((size) => fc.record({ size: fc.constant(size), index: fc.nat({ max: size - 1 }), random: fc.nat() }))

  it('with one bit of leaf, root or path flipped', () => {
    fc.assert(
      fc.property(picked, ({ size, index, random }) => {
        const proof = inclusionProof(leaves, index, size)
        const bit = random % 256
        expect(verifyInclusion(flip(leaves[index]!, bit), index, size, proof, roots[size]!)).toBe(false)
        expect(verifyInclusion(leaves[index]!, index, size, proof, flip(roots[size]!, bit))).toBe(false)
        for (const at of proof.keys()) {
          const changed = proof.map((hash, place) => (place === at ? flip(hash, bit) : hash))
          expect(verifyInclusion(leaves[index]!, index, size, changed, roots[size]!)).toBe(false)
        }
      }),
      { seed: 9162, numRuns: 300 },
    )
  })

  it('with a step missing, added, doubled or of another length, or two changed round', () => {
    fc.assert(
      fc.property(picked, ({ size, index, random }) => {
        const proof = inclusionProof(leaves, index, size)
        const holds = (changed: readonly Uint8Array[]) =>
          verifyInclusion(leaves[index]!, index, size, changed, roots[size]!)
        expect(holds([...proof, leaves[0]!])).toBe(false)
        expect(holds([leaves[0]!, ...proof])).toBe(false)
        if (proof.length > 0) {
          const at = random % proof.length
          expect(holds(proof.toSpliced(at, 1))).toBe(false)
          expect(holds(proof.toSpliced(at, 0, proof[at]!))).toBe(false)
          expect(holds(proof.with(at, proof[at]!.subarray(0, 31)))).toBe(false)
          expect(holds(proof.with(at, new Uint8Array([...proof[at]!, 0])))).toBe(false)
        }
        if (proof.length > 1) expect(holds(proof.toReversed())).toBe(false)
      }),
      { seed: 9162, numRuns: 300 },
    )
  })

  it('with a place outside the tree or no whole number', () => {
    const proof = inclusionProof(leaves, 3, 7)
    for (const [index, size] of [
      [7, 7],
      [-1, 7],
      [3.5, 7],
      [3, 7.5],
      [Number.NaN, 7],
      [3, Number.POSITIVE_INFINITY],
      [0, 0],
    ]) {
      expect(verifyInclusion(leaves[3]!, index!, size!, proof, roots[7]!)).toBe(false)
    }
    expect(verifyInclusion(leaves[0]!, 0, 0, [], emptyRoot())).toBe(false)
  })

  it('where an inner node stands for a leaf', () => {
    const [, uncle] = inclusionProof(leaves, 0, 4)
    const inner = merkleRoot(leaves, 2)
    expect(verifyInclusion(inner, 0, 4, [uncle!], roots[4]!)).toBe(false)
    // a tree of two leaves that are themselves nodes would have this root, but not by hashing leaf data
    expect(hexOf(leafHash(new Uint8Array([...leaves[0]!, ...leaves[1]!])))).not.toBe(hexOf(inner))
  })
})

describe('a tampered consistency proof is refused', () => {
  const picked = fc
    .integer({ min: 2, max: MOST })
    .chain((second) =>
      fc.record({ second: fc.constant(second), first: fc.integer({ min: 1, max: second - 1 }), random: fc.nat() }),
    )

  it('with one bit of a root or of the path flipped', () => {
    fc.assert(
      fc.property(picked, ({ first, second, random }) => {
        const proof = consistencyProof(leaves, first, second)
        const bit = random % 256
        expect(verifyConsistency(first, second, flip(roots[first]!, bit), roots[second]!, proof)).toBe(false)
        expect(verifyConsistency(first, second, roots[first]!, flip(roots[second]!, bit), proof)).toBe(false)
        for (const at of proof.keys()) {
          expect(
            verifyConsistency(first, second, roots[first]!, roots[second]!, proof.with(at, flip(proof[at]!, bit))),
          ).toBe(false)
        }
      }),
      { seed: 6962, numRuns: 300 },
    )
  })

  it('with a step missing, added, doubled or of another length', () => {
    fc.assert(
      fc.property(picked, ({ first, second, random }) => {
        const proof = consistencyProof(leaves, first, second)
        const at = random % proof.length
        const holds = (changed: readonly Uint8Array[]) =>
          verifyConsistency(first, second, roots[first]!, roots[second]!, changed)
        expect(holds([])).toBe(false)
        expect(holds([...proof, leaves[0]!])).toBe(false)
        expect(holds([leaves[0]!, ...proof])).toBe(false)
        expect(holds(proof.toSpliced(at, 1))).toBe(false)
        expect(holds(proof.toSpliced(at, 0, proof[at]!))).toBe(false)
        expect(holds(proof.with(at, proof[at]!.subarray(1)))).toBe(false)
      }),
      { seed: 6962, numRuns: 300 },
    )
  })

  it('of a tree whose past was rewritten', () => {
    fc.assert(
      fc.property(picked, ({ first, second, random }) => {
        const rewritten = leaves.with(random % first, leafHash(new Uint8Array([1, 2, 3])))
        const proof = consistencyProof(rewritten, first, second)
        expect(verifyConsistency(first, second, roots[first]!, merkleRoot(rewritten, second), proof)).toBe(false)
      }),
      { seed: 6962, numRuns: 300 },
    )
  })

  it('with sizes that are none, or the wrong way round', () => {
    const proof = consistencyProof(leaves, 3, 7)
    for (const [first, second] of [
      [7, 3],
      [-1, 7],
      [3.5, 7],
      [3, Number.NaN],
      [3, 2 ** 53],
    ]) {
      expect(verifyConsistency(first!, second!, roots[3]!, roots[7]!, proof)).toBe(false)
    }
  })
})

describe('what the RFC leaves open', () => {
  it('an empty tree is consistent with any, without a proof', () => {
    expect(consistencyProof(leaves, 0, 5)).toEqual([])
    expect(verifyConsistency(0, 5, emptyRoot(), roots[5]!, [])).toBe(true)
    expect(verifyConsistency(0, 0, emptyRoot(), emptyRoot(), [])).toBe(true)
    expect(verifyConsistency(0, 5, roots[1]!, roots[5]!, [])).toBe(false)
    expect(verifyConsistency(0, 5, emptyRoot(), roots[5]!, [leaves[0]!])).toBe(false)
  })

  it('a tree is consistent with itself, without a proof', () => {
    expect(verifyConsistency(5, 5, roots[5]!, roots[5]!, [])).toBe(true)
    expect(verifyConsistency(5, 5, roots[5]!, roots[5]!, [leaves[0]!])).toBe(false)
  })
})

describe('arguments that name no tree', () => {
  it('are refused by name', () => {
    expect(() => inclusionProof(leaves, 8, 8)).toThrow(/^index/)
    expect(() => inclusionProof(leaves, -1, 8)).toThrow(/^index/)
    expect(() => inclusionProof(leaves, 0, 1.5)).toThrow(/^size/)
    expect(() => inclusionProof(leaves, 0, MOST + 1)).toThrow(/^leaves/)
    expect(() => consistencyProof(leaves, 3, 2)).toThrow(/^first/)
    expect(() => consistencyProof(leaves, 1, MOST + 1)).toThrow(/^leaves/)
    expect(() => merkleRoot(leaves, MOST + 1)).toThrow(/^leaves/)
    expect(() => merkleRoot((index) => leaves[index]!)).toThrow(TypeError)
  })
})

describe('places beyond 32 bits', () => {
  it('are walked exactly: a path through a tree of 2^40 + 1 leaves', () => {
    // all leaves but two are alike, so each perfect subtree of a level has one known root
    const alike = leafHash(new Uint8Array([0]))
    const last = leafHash(new Uint8Array([1]))
    const perfect = [alike]
    for (let level = 0; level < 40; level += 1)
      perfect.push(appendLeaf({ size: 1, peaks: [perfect[level]!] }, perfect[level]!).peaks[0]!)
    const size = 2 ** 40 + 1
    const root = frontierRoot(appendLeaf({ size: 2 ** 40, peaks: [perfect[40]!] }, last))
    expect(verifyInclusion(last, 2 ** 40, size, [perfect[40]!], root)).toBe(true)
    expect(verifyInclusion(alike, 2 ** 40 - 1, size, [...perfect.slice(0, 40), last], root)).toBe(true)
    expect(verifyInclusion(alike, 2 ** 40, size, [...perfect.slice(0, 40), last], root)).toBe(false)
    expect(verifyConsistency(2 ** 40, size, perfect[40]!, root, [last])).toBe(true)
    expect(verifyConsistency(2 ** 39, size, perfect[39]!, root, [perfect[39]!, last])).toBe(true)
    expect(verifyConsistency(2 ** 39, size, perfect[39]!, root, [last, perfect[39]!])).toBe(false)
  })
})
