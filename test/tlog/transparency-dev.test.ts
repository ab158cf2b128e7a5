/** The probes with which the Merkle library of transparency-dev tests its own verifiers. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyConsistency, verifyInclusion } from '../../src/merkle/index.js'
import { sha256 } from '../../src/primitives/sha256.js'

interface Probe {
  readonly name: string
  readonly desc: string
  readonly wantErr: boolean
  readonly proof: readonly string[] | null
}
interface Inclusion extends Probe {
  readonly leafIdx: number
  readonly treeSize: number
  readonly root: string
  readonly leafHash: string
}
interface Consistency extends Probe {
  readonly size1: number
  readonly size2: number
  readonly root1: string
  readonly root2: string
}
const probes = JSON.parse(readFileSync(new URL('./vectors/transparency-dev-merkle.json', import.meta.url), 'utf8')) as {
  readonly inclusion: readonly Inclusion[]
  readonly consistency: readonly Consistency[]
}
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'))
const all = (proof: Probe['proof']) => (proof ?? []).map(bytes)

describe('probes of transparency-dev/merkle', () => {
  it('are all there', () => {
    const count = (list: readonly Probe[]) => [list.length, list.filter(({ wantErr }) => !wantErr).length]
    expect(count(probes.inclusion)).toEqual([98, 6])
    expect(count(probes.consistency)).toEqual([98, 6])
  })

  it.each(probes.inclusion)('$name', ({ leafHash, leafIdx, treeSize, proof, root, wantErr }) => {
    expect(verifyInclusion(bytes(leafHash), leafIdx, treeSize, all(proof), bytes(root))).toBe(!wantErr)
  })

  // a root of 12 bytes is no SHA-256, and not taken here
  const short = probes.consistency.filter(({ wantErr, root1 }) => !wantErr && bytes(root1).length !== 32)
  it('of equal trees of one leaf, whose roots can be none', () => {
    expect(short.map(({ name }) => name)).toEqual(['consistency/additional/sizes-are-equal-one-and-proof-is-empty'])
    for (const { size1, size2, root1, root2, proof } of short) {
      expect(verifyConsistency(size1, size2, bytes(root1), bytes(root2), all(proof))).toBe(false)
      expect(verifyConsistency(size1, size2, sha256(bytes(root1)), sha256(bytes(root2)), all(proof))).toBe(true)
    }
  })

  it.each(probes.consistency.filter((probe) => !short.includes(probe)))(
    '$name',
    ({ size1, size2, root1, root2, proof, wantErr }) => {
      expect(verifyConsistency(size1, size2, bytes(root1), bytes(root2), all(proof))).toBe(!wantErr)
    },
  )
})
