/** The verifier and what is as portable as it, for bundles: a worker at the edge, a browser. */

import { defaultBackend } from '../../src/keys/ed25519/verify.ts'
import { Keyring } from '../../src/keys/keyring.ts'
import { verifyLines } from '../../src/verify/chain.ts'
import { coreCases } from './cases/core.mjs'
import { runCases } from './cases/tap.mjs'
import { vectorCases } from './cases/vectors.mjs'
import { rawLines } from './lines.mjs'

/**
 * @param published - the vectors, their bytes in base64
 * @param say - takes a line of the report
 * @param more - other cases
 */
export async function runPortable(published, say, more = []) {
  const vectors = published.map((vector) => ({
    ...vector,
    bytes: Uint8Array.from(atob(vector.bytes), (character) => character.charCodeAt(0)),
  }))
  const judge = ({ bytes, keyring, options }) =>
    verifyLines(rawLines(bytes), { ...options, keyring: Keyring.parse(keyring) })
  say(`# signatures by ${defaultBackend.name}`)
  await runCases([...vectorCases(vectors, judge), ...coreCases(vectors), ...more], say)
}
