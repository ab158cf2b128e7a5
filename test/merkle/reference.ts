/** The definitions of RFC 9162 §2.1, written down as they stand there: slow, recursive, on their own SHA-256. */
import { createHash } from 'node:crypto'

const hash = (...parts: readonly Uint8Array[]): Buffer => {
  const digest = createHash('sha256')
  for (const part of parts) digest.update(part)
  return digest.digest()
}

const split = (n: number): number => {
  let k = 1
  while (2 * k < n) k = 2 * k
  return k
}

/** MTH over the leaves' data. */
export function naiveRoot(entries: readonly Uint8Array[]): Buffer {
  const n = entries.length
  if (n === 0) return hash()
  if (n === 1) return hash(Uint8Array.of(0), entries[0]!)
  const k = split(n)
  return hash(Uint8Array.of(1), naiveRoot(entries.slice(0, k)), naiveRoot(entries.slice(k)))
}

/** PATH(m, D[n]). */
export function naivePath(m: number, entries: readonly Uint8Array[]): Buffer[] {
  const n = entries.length
  if (n === 1) return []
  const k = split(n)
  return m < k
    ? [...naivePath(m, entries.slice(0, k)), naiveRoot(entries.slice(k))]
    : [...naivePath(m - k, entries.slice(k)), naiveRoot(entries.slice(0, k))]
}

/** SUBPROOF(m, D[n], b); PROOF(m, D[n]) is SUBPROOF(m, D[n], true). */
export function naiveProof(m: number, entries: readonly Uint8Array[], whole = true): Buffer[] {
  const n = entries.length
  if (m === n) return whole ? [] : [naiveRoot(entries)]
  const k = split(n)
  return m <= k
    ? [...naiveProof(m, entries.slice(0, k), whole), naiveRoot(entries.slice(k))]
    : [...naiveProof(m - k, entries.slice(k), false), naiveRoot(entries.slice(0, k))]
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const hexesOf = (list: readonly Uint8Array[]): string[] => list.map(hexOf)
