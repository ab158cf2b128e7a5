import { equalBytes } from '../primitives/bytes.js'
import { emptyRoot, HASH_BYTES, nodeHash } from './hash.js'

function isPowerOfTwo(value: number): boolean {
  let rest = value
  while (rest > 1 && rest % 2 === 0) rest /= 2
  return rest === 1
}

/**
 * Tells whether a proof shows that the larger tree begins with the smaller one (RFC 9162 §2.1.4.2).
 * It never throws on what a stranger sent.
 *
 * The RFC leaves two cases open. Trees of one size are consistent when their roots are equal; an empty tree is
 * consistent with any, when its root is that of an empty tree. In both the proof must be empty.
 *
 * @param first - how many leaves the smaller tree has
 * @param second - how many leaves the larger tree has
 * @param firstRoot - the smaller tree's root, from someone who is trusted for it
 * @param secondRoot - the larger tree's root, from someone who is trusted for it
 * @param proof - from `consistencyProof`
 * @returns true when it does
 */
export function verifyConsistency(
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(second) || first < 0 || first > second) return false
  if (![firstRoot, secondRoot, ...proof].every((hash) => hash.length === HASH_BYTES)) return false
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot)
  if (first === 0) return proof.length === 0 && equalBytes(firstRoot, emptyRoot())
  if (proof.length === 0) return false
  const [start, ...path] = isPowerOfTwo(first) ? [firstRoot, ...proof] : proof
  // fn and sn of the RFC: the places of the last nodes of both trees in their level
  let place = first - 1
  let last = second - 1
  while (place % 2 === 1) {
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  let smaller = start as Uint8Array
  let larger = smaller
  for (const sibling of path) {
    if (last === 0) return false
    if (place % 2 === 1 || place === last) {
      smaller = nodeHash(sibling, smaller)
      larger = nodeHash(sibling, larger)
      while (place % 2 === 0 && place !== 0) {
        place /= 2
        last = Math.floor(last / 2)
      }
    } else {
      larger = nodeHash(larger, sibling)
    }
    place = Math.floor(place / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalBytes(smaller, firstRoot) && equalBytes(larger, secondRoot)
}
