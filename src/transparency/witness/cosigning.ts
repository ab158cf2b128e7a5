/** What a log says to a witness, whichever way the words go. */
import { QuittanceError } from '../../errors.js'
import { utf8 } from '../../primitives/bytes.js'
import { readCheckpoint, type SignedCheckpoint } from '../../tlog/checkpoint.js'
import { verifyCosignature } from '../../tlog/cosignature.js'
import { countIn } from '../../tlog/lines.js'
import { type NoteSignature, parseSignatureLine, signatureLine } from '../../tlog/note.js'
import type { CosignatureVerifier } from '../../tlog/trusted.js'
import type { NoteKey } from '../../tlog/vkey.js'
import type { CosignRequest, PatienceOptions, Witness } from '../types.js'
import { addCheckpointBody } from './request.js'

/** A witness answers with a line a key, of which it has few; an ML-DSA-44 line has 3,300 bytes. */
export const MAX_ANSWER_BYTES = 65_536

/** What a witness answered. */
export interface Answer {
  readonly status: number
  readonly contentType: string | undefined
  readonly body: string
}

/** One witness, and a way to it. */
export interface Correspondent {
  readonly name: string
  /** Of the types of cosignatures; lines of others are passed over. */
  keys(): Promise<readonly NoteKey[]>
  /**
   * @returns its answer, at most `MAX_ANSWER_BYTES` of it
   * @throws QuittanceError `TLOG_UNAVAILABLE`
   */
  post(body: Uint8Array, options: PatienceOptions): Promise<Answer>
  /** Checks lines of ML-DSA-44 keys; without it they go to `onUnverified`. */
  readonly mlDsa44?: CosignatureVerifier | undefined
  readonly onUnverified?: ((lines: readonly string[]) => void) | undefined
}

const refusals: Readonly<Record<number, readonly [reason: string, text: string]>> = {
  400: ['bad-request', 'takes the request for malformed'],
  403: ['signature', 'finds no signature of a key that it knows for this log'],
  404: ['unknown-log', 'does not know this log'],
  422: ['inconsistent', 'says that this head does not go on from the one that it has cosigned'],
}

/**
 * @param name - whose answer it is
 * @param reason - a stable word
 * @param text - what is the matter, behind the name
 * @param cause - what was caught
 * @returns the error that says that nothing is known of the head
 */
export function unavailable(name: string, reason: string, text: string, cause?: unknown): QuittanceError {
  return new QuittanceError('TLOG_UNAVAILABLE', `the witness ${name} ${text}`, {
    details: { reason, retryable: reason !== 'superseded' },
    ...(cause === undefined ? {} : { cause }),
  })
}

function refused(name: string, reason: string, text: string): QuittanceError {
  return new QuittanceError('TLOG_REFUSED', `the witness ${name} ${text}`, { details: { reason, retryable: false } })
}

function untrusted(name: string, reason: string, text: string): QuittanceError {
  return new QuittanceError('TLOG_UNTRUSTED', `the witness ${name} ${text}`, { details: { reason } })
}

function linesIn(name: string, body: string): readonly NoteSignature[] {
  try {
    if (!body.endsWith('\n')) throw unavailable(name, 'malformed', 'answered with half a line')
    return body
      .slice(0, -1)
      .split('\n')
      .map((line) => parseSignatureLine(line))
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    throw unavailable(name, 'malformed', 'answered with something else than signature lines', error)
  }
}

/** @returns the lines of the witness's keys, each verified */
async function verified(to: Correspondent, { note }: SignedCheckpoint, body: string): Promise<readonly string[]> {
  const found: string[] = []
  const unverified: string[] = []
  const keys = await to.keys()
  for (const line of linesIn(to.name, body)) {
    const key = keys.find(({ name, id }) => name === line.name && id === line.keyId)
    if (key === undefined) continue
    const text = signatureLine(key, line.signature)
    const verify = key.type === 'ed25519-cosignature' ? verifyCosignature : to.mlDsa44
    if (verify === undefined) {
      unverified.push(text)
      continue
    }
    const cosignature = verify(note, line, key)
    if (cosignature === undefined || cosignature.time === 0)
      throw untrusted(to.name, 'signature', 'answered with a cosignature that does not hold')
    if (!found.includes(text)) found.push(text)
  }
  if (unverified.length > 0) to.onUnverified?.(unverified)
  if (found.length === 0) throw untrusted(to.name, 'no-known-key', 'answered without a cosignature of its known key')
  return found
}

/**
 * Asks a witness as C2SP tlog-witness has it: with the size that it had cosigned when it was asked last, and once again
 * with the size that it names.
 *
 * @param to - the witness
 * @returns `cosign` of a `Witness`
 */
export function cosigningBy(to: Correspondent): Witness['cosign'] {
  /** The newest size of each log that this witness has cosigned for us. */
  const sizes = new Map<string, number>()

  const ask = async (
    checkpoint: SignedCheckpoint,
    request: CosignRequest,
    oldSize: number,
    patience: PatienceOptions,
  ) => {
    const { size } = checkpoint
    const proof = oldSize === 0 || oldSize === size ? [] : await request.consistencyFrom(oldSize)
    return to.post(utf8(addCheckpointBody({ oldSize, proof, note: request.note })), patience)
  }

  const sizeIn = ({ contentType, body }: Answer): number => {
    const type = contentType?.split(';')[0]?.trim().toLowerCase()
    const size = type === 'text/x.tlog.size' && body.endsWith('\n') ? countIn(body.slice(0, -1)) : undefined
    if (size === undefined) throw unavailable(to.name, 'malformed', 'answered 409 without a size')
    return size
  }

  return async (request, patience = {}) => {
    const checkpoint = readCheckpoint(request.note)
    const { origin, size } = checkpoint
    if (size !== request.size) throw new RangeError('request.size must be that of request.note')
    const known = sizes.get(origin) ?? 0
    // of a larger one it is asked anew: it says itself what it has
    let response = await ask(checkpoint, request, known > size ? 0 : known, patience)
    if (response.status === 409) {
      const theirs = sizeIn(response)
      if (theirs > size && theirs <= (sizes.get(origin) ?? 0))
        throw unavailable(to.name, 'superseded', 'has cosigned a newer head of this log for us already')
      if (theirs > size)
        throw refused(
          to.name,
          'witness-ahead',
          `has cosigned ${theirs} leaves of this log, more than these ${size}: the log was rolled back, or somebody else writes it`,
        )
      response = await ask(checkpoint, request, theirs, patience)
    }
    const { status, body } = response
    if (status === 200) {
      const lines = await verified(to, checkpoint, body)
      sizes.set(origin, Math.max(size, sizes.get(origin) ?? 0))
      return lines
    }
    if (status === 409) throw unavailable(to.name, 'conflict', 'cosigns other heads of this log meanwhile')
    const refusal = refusals[status]
    if (refusal) throw refused(to.name, ...refusal)
    throw unavailable(to.name, `status-${status}`, `answered with status ${status}`)
  }
}
