import { QuittanceError } from '../../errors.js'
import { formatNote, type NoteSignature, parseNote, parseSignatureLine } from '../../tlog/note.js'
import type { CosignRequest, PatienceOptions, Witness } from '../types.js'

/** How cosignatures are collected. */
export interface CollectOptions extends PatienceOptions {
  /** How many witnesses with keys of their own are enough, or what says so of the note with its cosignatures; default: all. */
  readonly quorum?: number | ((note: string) => boolean) | undefined
}

/** What witnesses answered. */
export interface Collected {
  /** The note with the cosignatures behind the lines it had: by name and key id, one a key. */
  readonly note: string
  /** The names of the witnesses that cosigned. */
  readonly cosigned: readonly string[]
  readonly failed: readonly { readonly witness: string; readonly error: unknown }[]
  readonly quorumReached: boolean
}

const idOf = ({ name, keyId }: NoteSignature): string => `${name} ${keyId}`

function withLines(note: string, lines: readonly string[]): string {
  const { text, signatures } = parseNote(note)
  const fresh = new Map<string, NoteSignature>()
  for (const line of lines) {
    const signature = parseSignatureLine(line.slice(0, -1))
    fresh.set(idOf(signature), signature)
  }
  const sorted = [...fresh.values()].sort((a, b) => (a.name === b.name ? a.keyId - b.keyId : a.name < b.name ? -1 : 1))
  // a witness that cosigned the note before has said it anew
  return formatNote({ text, signatures: [...signatures.filter((line) => !fresh.has(idOf(line))), ...sorted] })
}

/**
 * Asks several witnesses at once, and waits for all of them: each has its own time.
 *
 * @param request - the head to be cosigned
 * @param witnesses - whom to ask; what they return was verified by them
 * @param options - how many are enough
 * @returns the note with what was collected, and who failed and why; it does not reject where witnesses fail
 * @throws RangeError for a quorum that makes no sense; the reason of an aborted signal; QuittanceError `TLOG_MALFORMED` for the note
 * @example
 * ```ts
 * import { collectCosignatures, type CosignRequest, type Witness } from 'quittance/transparency'
 * async function twoOf(request: CosignRequest, witnesses: readonly Witness[]): Promise<string | undefined> {
 *   const { note, quorumReached } = await collectCosignatures(request, witnesses, { quorum: 2 })
 *   return quorumReached ? note : undefined
 * }
 * ```
 */
export async function collectCosignatures(
  request: CosignRequest,
  witnesses: readonly Witness[],
  options: CollectOptions = {},
): Promise<Collected> {
  const { quorum = witnesses.length, signal } = options
  if (typeof quorum === 'number' && (!Number.isSafeInteger(quorum) || quorum < 0))
    throw new RangeError('quorum must be a whole number, 0 or more')
  const results = await Promise.allSettled(
    witnesses.map(async (witness) => {
      const lines = await witness.cosign(request, { signal })
      // what is no signature line is this witness's fault, and not that of the note
      withLines(request.note, lines)
      if (lines.length === 0)
        throw new QuittanceError('TLOG_UNTRUSTED', `the witness ${witness.name} gave no cosignature`, {
          details: { reason: 'no-known-key' },
        })
      return lines
    }),
  )
  signal?.throwIfAborted()
  const lines: string[] = []
  const keys = new Set<string>()
  let count = 0
  const cosigned: string[] = []
  const failed: { readonly witness: string; readonly error: unknown }[] = []
  for (const [index, result] of results.entries()) {
    const witness = witnesses[index]?.name ?? ''
    if (result.status === 'rejected') failed.push({ witness, error: result.reason })
    else {
      cosigned.push(witness)
      lines.push(...result.value)
      const ids = result.value.map((line) => idOf(parseSignatureLine(line.slice(0, -1))))
      // one that was given twice counts once
      if (ids.every((id) => !keys.has(id))) count += 1
      for (const id of ids) keys.add(id)
    }
  }
  const note = withLines(request.note, lines)
  const quorumReached = typeof quorum === 'number' ? count >= quorum : quorum(note)
  return { note, cosigned, failed, quorumReached }
}
