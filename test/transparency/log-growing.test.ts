/** Trees that grow in stretches, against the definition of a tree's root. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyFrontier, frontierRoot } from '../../src/merkle/frontier.js'
import { leafHash, merkleRoot, receiptLeaf } from '../../src/merkle/index.js'
import { sha256Hex } from '../../src/primitives/sha256.js'
import { growing, stretchFrom } from '../../src/transparency/log/growing.js'
import { binaryLeafHashes } from '../../src/transparency/log/leaf-hash.js'

const MOST = 700
const receipts = Array.from({ length: MOST }, (_, seq) => ({
  receiptHash: `sha256:${sha256Hex(`receipt ${seq}`)}`,
  signature: `ed25519:${sha256Hex(`left ${seq}`)}${sha256Hex(`right ${seq}`)}`,
}))
const leaves = receipts.map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))

/** Batches of receipts, by how many each has. */
const batched = (from: number, sizes: readonly number[]) => {
  const batches: (typeof receipts)[] = []
  let at = from
  for (const size of sizes) {
    batches.push(receipts.slice(at, at + size))
    at += size
  }
  return { batches, end: Math.min(at, MOST) }
}

describe('a stretch of leaves', () => {
  it('joins the tree before it, wherever it begins and however its leaves come', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 300 }),
        fc.array(fc.nat({ max: 150 }), { maxLength: 8 }),
        fc.nat({ max: 60 }),
        (from, sizes, behind) => {
          const { batches, end } = batched(from, sizes)
          const stretch = stretchFrom(from)
          for (const batch of batches) stretch.add(binaryLeafHashes(batch))
          const tree = growing(emptyFrontier)
          for (const leaf of binaryLeafHashes(receipts.slice(0, from))) tree.add(leaf)
          for (const subtree of stretch.subtrees()) tree.join(subtree)
          expect(tree.size).toBe(end)
          expect(frontierRoot(tree.frontier())).toEqual(merkleRoot(leaves, end))
          // and it can be gone on from
          const more = Math.min(MOST, end + behind)
          for (const leaf of binaryLeafHashes(receipts.slice(end, more))) tree.add(leaf)
          expect(frontierRoot(tree.frontier())).toEqual(merkleRoot(leaves, more))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is no more than two subtrees for each power of two', () => {
    for (const [from, to] of [
      [0, 700],
      [1, 699],
      [333, 334],
      [255, 513],
    ] as const) {
      const stretch = stretchFrom(from)
      stretch.add(binaryLeafHashes(receipts.slice(from, to)))
      const levels = stretch.subtrees().map(({ level }) => level)
      for (const level of new Set(levels)) expect(levels.filter((one) => one === level).length).toBeLessThanOrEqual(2)
      expect(levels.reduce((sum, level) => sum + 2 ** level, 0)).toBe(to - from)
    }
  })

  it('joins no tree that ends elsewhere', () => {
    const stretch = stretchFrom(4)
    stretch.add(binaryLeafHashes(receipts.slice(4, 8)))
    const tree = growing(emptyFrontier)
    tree.add(binaryLeafHashes(receipts.slice(0, 1))[0] as string)
    expect(() => tree.join(stretch.subtrees()[0] as { root: string; level: number })).toThrow(RangeError)
  })
})
