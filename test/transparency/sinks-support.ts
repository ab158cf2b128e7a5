/** Checkpoints to be published, made apart from any ledger. */
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { signNote } from '../../src/tlog/note.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { keyNamed } from '../ledger/support.js'

export const hashOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)

/** A checkpoint signed by some keys. */
export async function published(
  size: number,
  { root = size % 250, by = ['checkpoints'], origin = 'log.example/acme', timestamps = [] as Uint8Array[] } = {},
): Promise<PublishedCheckpoint> {
  const signers = await Promise.all(
    by.map((name) => noteSigner(name === 'checkpoints' ? origin : name, keyNamed(name))),
  )
  const note = await signNote(checkpointText({ origin, size, rootHash: hashOf(root) }), signers)
  return { kind: 'log', chainId: 'transparency-log', origin, size, note, timestamps }
}
