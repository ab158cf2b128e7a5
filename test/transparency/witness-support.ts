/** Logs that can lie: trees of leaves that a test chooses, and heads signed with a key that a test has. */
import { localKey } from '../../src/keys/local.js'
import { consistencyProof, leafHash, merkleRoot } from '../../src/merkle/index.js'
import { utf8 } from '../../src/primitives/bytes.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { type NoteSigner, signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import type { NoteKey } from '../../src/tlog/vkey.js'
import type { CosignRequest } from '../../src/transparency/types.js'
import { addCheckpointBody } from '../../src/transparency/witness/request.js'

export const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

export const keysOf = (byte: number) => localKey({ seed: seedOf(byte) })

/** A history: the texts of its leaves. */
export type History = readonly string[]

export const history = (size: number, branch = 'a'): History =>
  Array.from({ length: size }, (_, at) => `${branch}${at}`)

/** The same beginning, another end. */
export const forked = (from: History, keep: number, size: number, branch: string): History => [
  ...from.slice(0, keep),
  ...Array.from({ length: size - keep }, (_, at) => `${branch}${keep + at}`),
]

export const hashesOf = (leaves: History): Uint8Array[] => leaves.map((leaf) => leafHash(utf8(leaf)))

export interface TestLog {
  readonly origin: string
  readonly key: NoteKey
  readonly signer: NoteSigner
  /** Signs whatever it is told to. */
  sign(leaves: History, size?: number, extensions?: readonly string[]): Promise<string>
  body(leaves: History, oldSize: number, size?: number): Promise<Uint8Array>
  request(leaves: History, size?: number): Promise<CosignRequest>
}

export async function testLog(origin = 'log.example/acme', byte = 1): Promise<TestLog> {
  const signer = await noteSigner(origin, keysOf(byte))
  const sign: TestLog['sign'] = (leaves, size = leaves.length, extensions = []) =>
    signNote(checkpointText({ origin, size, rootHash: merkleRoot(hashesOf(leaves), size), extensions }), [signer])
  return {
    origin,
    key: signer.key,
    signer,
    sign,
    async body(leaves, oldSize, size = leaves.length) {
      const proof = oldSize <= size ? consistencyProof(hashesOf(leaves), oldSize, size) : []
      return utf8(addCheckpointBody({ oldSize, proof, note: await sign(leaves, size) }))
    },
    async request(leaves, size = leaves.length) {
      return {
        note: await sign(leaves, size),
        size,
        consistencyFrom: async (oldSize) => consistencyProof(hashesOf(leaves), oldSize, size),
      }
    },
  }
}
