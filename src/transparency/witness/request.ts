/** The body of an `add-checkpoint` request (C2SP tlog-witness): an old size, a consistency proof, and a checkpoint. */
import { HASH_BYTES } from '../../merkle/hash.js'
import { decodeUtf8 } from '../../primitives/bytes.js'
import { base64Of, bytesIn, countIn } from '../../tlog/lines.js'

/** More leaves than 2^63 has no tree. */
const MAX_PROOF_LINES = 63

/** What a log asks of a witness. */
export interface AddCheckpoint {
  /** What the log believes that the witness has cosigned last. */
  readonly oldSize: number
  /** From the old size to that of the checkpoint, 32 bytes each. */
  readonly proof: readonly Uint8Array[]
  /** The signed checkpoint. */
  readonly note: string
}

/**
 * @param request - what to ask
 * @returns the body
 */
export function addCheckpointBody({ oldSize, proof, note }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${base64Of(hash)}\n`).join('')}\n${note}`
}

/**
 * @param body - what was sent
 * @returns what it asks; `undefined` where it is not such a request. The note is not looked at
 */
export function parseAddCheckpoint(body: Uint8Array): AddCheckpoint | undefined {
  const text = decodeUtf8(body)
  const gap = text?.indexOf('\n\n') ?? -1
  if (text === undefined || gap < 0) return undefined
  const [old = '', ...lines] = text.slice(0, gap).split('\n')
  const oldSize = old.startsWith('old ') ? countIn(old.slice('old '.length)) : undefined
  if (oldSize === undefined || lines.length > MAX_PROOF_LINES) return undefined
  const proof: Uint8Array[] = []
  for (const line of lines) {
    const hash = bytesIn(line, HASH_BYTES)
    if (hash === undefined) return undefined
    proof.push(hash)
  }
  return { oldSize, proof, note: text.slice(gap + 2) }
}
