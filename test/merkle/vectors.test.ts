/** The published eight-leaf vectors of Certificate Transparency (RFC 6962), as its logs have tested against them since. */
import { describe, expect, it } from 'vitest'
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  emptyRoot,
  frontierRoot,
  inclusionProof,
  leafHash,
  merkleRoot,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../../src/merkle/index.js'
import { hexesOf, hexOf, naivePath, naiveProof, naiveRoot } from './reference.js'

const entries = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')))

const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const leaves = entries.map(leafHash)

/** Level by level, as published. */
const nodes = [
  [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
    '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
    'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
    '46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1',
  ],
  [
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  ],
  [
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ],
] as const

const pick = (...places: readonly (readonly [level: 0 | 1 | 2, index: number])[]) =>
  places.map(([level, index]) => nodes[level][index] as string)

describe('hashes', () => {
  it('of an empty tree', () => {
    expect(hexOf(emptyRoot())).toBe(roots[0])
    expect(hexOf(frontierRoot(emptyFrontier))).toBe(roots[0])
  })

  it('of leaves and nodes, each level', () => {
    expect(hexesOf(leaves)).toEqual(nodes[0])
    const pairs = (level: readonly Uint8Array[]) =>
      Array.from({ length: level.length / 2 }, (_, index) => nodeHash(level[2 * index]!, level[2 * index + 1]!))
    const second = pairs(leaves)
    expect(hexesOf(second)).toEqual(nodes[1])
    const third = pairs(second)
    expect(hexesOf(third)).toEqual(nodes[2])
    expect(hexesOf(pairs(third))).toEqual([roots[8]])
  })

  it('keep leaves and nodes apart', () => {
    const [left, right] = [leaves[0]!, leaves[1]!]
    expect(hexOf(leafHash(new Uint8Array([...left, ...right])))).not.toBe(hexOf(nodeHash(left, right)))
  })
})

describe('roots', () => {
  it.each(roots.map((root, size) => ({ size, root })))('of the first $size leaves', ({ size, root }) => {
    expect(hexOf(naiveRoot(entries.slice(0, size)))).toBe(root)
    expect(hexOf(merkleRoot(leaves, size))).toBe(root)
    expect(hexOf(merkleRoot(leaves.slice(0, size)))).toBe(root)
    expect(hexOf(frontierRoot(leaves.slice(0, size).reduce(appendLeaf, emptyFrontier)))).toBe(root)
  })
})

describe('inclusion proofs', () => {
  it.each([
    { index: 0, size: 1, proof: [] },
    { index: 0, size: 8, proof: pick([0, 1], [1, 1], [2, 1]) },
    { index: 5, size: 8, proof: pick([0, 4], [1, 3], [2, 0]) },
    { index: 2, size: 3, proof: pick([1, 0]) },
    { index: 1, size: 5, proof: pick([0, 0], [1, 1], [0, 4]) },
  ])('of leaf $index among $size', ({ index, size, proof }) => {
    expect(hexesOf(naivePath(index, entries.slice(0, size)))).toEqual(proof)
    const ours = inclusionProof(leaves, index, size)
    expect(hexesOf(ours)).toEqual(proof)
    expect(verifyInclusion(leaves[index]!, index, size, ours, Buffer.from(roots[size]!, 'hex'))).toBe(true)
  })
})

describe('consistency proofs', () => {
  it.each([
    { first: 1, second: 1, proof: [] },
    { first: 1, second: 8, proof: pick([0, 1], [1, 1], [2, 1]) },
    { first: 6, second: 8, proof: pick([1, 2], [1, 3], [2, 0]) },
    { first: 2, second: 5, proof: pick([1, 1], [0, 4]) },
  ])('of $first with $second', ({ first, second, proof }) => {
    expect(hexesOf(naiveProof(first, entries.slice(0, second)))).toEqual(proof)
    const ours = consistencyProof(leaves, first, second)
    expect(hexesOf(ours)).toEqual(proof)
    const [firstRoot, secondRoot] = [Buffer.from(roots[first]!, 'hex'), Buffer.from(roots[second]!, 'hex')]
    expect(verifyConsistency(first, second, firstRoot, secondRoot, ours)).toBe(true)
  })
})
