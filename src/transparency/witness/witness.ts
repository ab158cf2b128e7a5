/** The part of a witness that decides: what it cosigns, and what it answers otherwise (C2SP tlog-witness). */
import { QuittanceError } from '../../errors.js'
import { parseDidKey } from '../../keys/did-key.js'
import type { KeyProvider, Signer } from '../../keys/provider.js'
import { emptyRoot, HASH_BYTES } from '../../merkle/hash.js'
import { verifyConsistency } from '../../merkle/verify-consistency.js'
import { equalBytes } from '../../primitives/bytes.js'
import { sha256Hex } from '../../primitives/sha256.js'
import { type Checkpoint, parseCheckpoint } from '../../tlog/checkpoint.js'
import { cosign, cosignatureLine, cosignatureMessage, verifyCosignature } from '../../tlog/cosignature.js'
import { base64Of, bytesIn } from '../../tlog/lines.js'
import {
  formatNote,
  type Note,
  type NoteSignature,
  parseNote,
  parseSignatureLine,
  verifyNote,
} from '../../tlog/note.js'
import { isKeyName, type NoteKey, noteKey } from '../../tlog/vkey.js'
import { forkProof } from './fork-proof.js'
import { parseAddCheckpoint } from './request.js'
import type { RefusedHead, WitnessAnswer, WitnessedHead, WitnessState } from './types.js'

/** A clock that was set back by less is waited out by repeating the time before. */
const CLOCK_STEP_SECONDS = 300

/** What a witness is made of. */
export interface WitnessOptions {
  /** Where its key lives; a delegate is refused. The key is for this witness only: see C2SP tlog-cosignature. */
  readonly keys: KeyProvider
  /** The name of the witness: a schema-less URL, no white space, no plus. */
  readonly name: string
  /** Whose checkpoints it cosigns: keys of type `ed25519`, the name of each the origin of its log. A log may have several. */
  readonly logs: readonly NoteKey[]
  readonly state: WitnessState
  /** Hears of each head that a log has signed and that was refused, once, as long as the state has room for it. */
  readonly onRefused?: ((refused: RefusedHead) => void) | undefined
  /** Milliseconds since 1970; default the clock. */
  readonly now?: (() => number) | undefined
}

/** A witness without its network. */
export interface WitnessCore {
  readonly name: string
  /** @returns its public key, of type `ed25519-cosignature` */
  key(): Promise<NoteKey>
  /**
   * Answers one `add-checkpoint`. A cosignature is given out only after its head is in the state.
   *
   * @param body - whatever was sent
   * @returns status 200 with the signature line, or 400, 403, 404, 409, 422 as the specification has them
   * @throws QuittanceError `STORE_*`, `KEY_*` when state or key fail: the client may repeat the request
   */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>
  /**
   * Answers one retrieval of a log's newest cosigned checkpoint.
   *
   * @param originHash - SHA-256 of the origin, 64 lower-case hex digits
   * @returns status 200 with the note, or 404
   * @throws QuittanceError `STORE_*`
   */
  checkpoint(originHash: string): Promise<WitnessAnswer>
}

const plain = { 'content-type': 'text/plain; charset=utf-8' }
const answer = (status: number, reason: string): WitnessAnswer => ({ status, headers: plain, body: `${reason}\n` })

function conflict(latest: WitnessedHead | undefined): WitnessAnswer {
  return { status: 409, headers: { 'content-type': 'text/x.tlog.size' }, body: `${latest?.size ?? 0}\n` }
}

interface Head extends Checkpoint {
  readonly note: Note
  /** It says that it is empty, and has another root than an empty tree has: a status of its own. */
  readonly wrongEmptyRoot: boolean
}

function readHead(text: string): Head | undefined {
  try {
    const note = parseNote(text)
    const lines = note.text.split('\n')
    const root = bytesIn(lines[2] ?? '', HASH_BYTES)
    const wrongEmptyRoot = lines[1] === '0' && root !== undefined && !equalBytes(root, emptyRoot())
    const readable = wrongEmptyRoot ? lines.with(2, base64Of(emptyRoot())).join('\n') : note.text
    return { ...parseCheckpoint(readable), note, wrongEmptyRoot }
  } catch (error) {
    if (QuittanceError.is(error, 'TLOG_MALFORMED')) return undefined
    throw error
  }
}

/** The signature lines of keys that signed, each once. */
function linesOf(note: Note, keys: readonly NoteKey[]): NoteSignature[] {
  return keys.flatMap((key) => note.signatures.find(({ name, keyId }) => name === key.name && keyId === key.id) ?? [])
}

function logsByOrigin(logs: readonly NoteKey[]): ReadonlyMap<string, readonly NoteKey[]> {
  const byOrigin = new Map<string, NoteKey[]>()
  for (const key of logs) {
    if (key.type !== 'ed25519') throw new TypeError('logs must be keys of type ed25519')
    byOrigin.set(key.name, [...(byOrigin.get(key.name) ?? []), key])
  }
  return byOrigin
}

/** Stands in the file itself: whoever finds it there must not take it for more. */
const UNPROVED =
  'no proof was given that holds; by itself this shows nothing against the log: anybody can send its head with a wrong proof'

/** What was refused, as evidence; `undefined` where the head is not against what was cosigned. */
function refusedHead(latest: WitnessedHead, head: Head, signatures: readonly NoteSignature[]): RefusedHead | undefined {
  const note = formatNote({ text: head.note.text, signatures })
  const { origin } = head
  const id = sha256Hex(head.note.text)
  if (latest.size === head.size)
    return equalBytes(latest.rootHash, head.rootHash)
      ? undefined
      : { id, origin, kind: 'fork', text: forkProof(latest.note, note) }
  const both = { format: 'quittance/1 refused-head', meaning: UNPROVED, cosigned: latest.note, refused: note }
  return { id, origin, kind: 'unproved', text: `${JSON.stringify(both, undefined, 2)}\n` }
}

/**
 * Makes the deciding part of a witness. Nothing is opened before the first request.
 *
 * @param options - its key, name, logs and state
 * @returns what answers requests; several may be under way at once, also for one log
 * @throws RangeError when the name can't be a key's; TypeError when a log's key is not of type `ed25519`
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * import { createWitness, memoryWitnessState, parseVkey } from 'quittance/transparency'
 * const witness = createWitness({
 *   keys: localKey({ file: './witness.key.pem' }),
 *   name: 'witness.example/w1',
 *   logs: [parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')],
 *   state: memoryWitnessState(),
 * })
 * ```
 */
export function createWitness(options: WitnessOptions): WitnessCore {
  const { keys, name, state, onRefused, now = Date.now } = options
  if (typeof name !== 'string' || !isKeyName(name))
    throw new RangeError('name must be a text without white space and plus')
  const logs = logsByOrigin(options.logs)
  const origins = new Map([...logs.keys()].map((origin) => [sha256Hex(origin), origin]))
  let pinned: NoteKey | undefined

  const opened = async (): Promise<{ readonly signer: Signer; readonly key: NoteKey }> => {
    const signer = await keys.signer()
    if (signer.delegation) throw new QuittanceError('KEY_WRONG_TYPE', 'a delegate is no key of a witness')
    const publicKey = parseDidKey(signer.keyId)
    pinned ??= noteKey(name, 'ed25519-cosignature', publicKey)
    if (!equalBytes(pinned.publicKey, publicKey))
      throw new QuittanceError('KEY_WRONG_TYPE', 'the key of the witness is another than when it began', {
        details: { keyId: signer.keyId },
      })
    return { signer, key: pinned }
  }

  /** What a witness says at a time, it must not take back by a clock that was set back. */
  const timeAfter = (latest: WitnessedHead | undefined): number => {
    const time = Math.floor(now() / 1000)
    if (latest === undefined || time >= latest.time) return time
    if (latest.time - time <= CLOCK_STEP_SECONDS) return latest.time
    throw new QuittanceError('STORE_CLOCK', 'the clock is more than 5 minutes behind the newest cosignature')
  }

  /** The cosignature of a key that is not in this process, or that has no hurry. */
  const cosignatureOf = async (note: Note, time: number): Promise<string> => {
    const { signer, key } = await opened()
    const line = await cosign(
      note.text,
      key,
      time,
      async (message) => signer.signSync?.(message) ?? signer.sign(message),
    )
    // a key elsewhere may give anything; one in this process is asked for every checkpoint, and a look takes as long as the rest
    if (
      signer.signSync === undefined &&
      verifyCosignature(note, parseSignatureLine(line.slice(0, -1)), key) === undefined
    )
      throw new QuittanceError('KEY_BAD_SIGNATURE', 'the key gave a signature that does not verify', {
        details: { keyId: signer.keyId },
      })
    return line
  }

  /** A head as it is shown: one that was read from the state may not have its cosignature with it, which is made again. */
  const shown = async ({ note, time }: WitnessedHead): Promise<string> => {
    const { key } = await opened()
    const parsed = parseNote(note)
    const isThere = parsed.signatures.some(({ name, keyId }) => name === key.name && keyId === key.id)
    return isThere ? note : `${note}${await cosignatureOf(parsed, time)}`
  }

  /**
   * Replaces the newest head, and cosigns it: while the disk works where the key is in this process, else before.
   *
   * @returns the cosignature; `undefined` where another request was faster
   */
  const advanced = async (
    latest: WitnessedHead | undefined,
    { origin, size, rootHash, note }: Head,
    signatures: readonly NoteSignature[],
  ): Promise<string | undefined> => {
    const { signer, key } = await opened()
    const time = timeAfter(latest)
    const next = { origin, size, rootHash, time, note: formatNote({ text: note.text, signatures }) }
    const { signSync } = signer
    if (signSync === undefined) {
      const line = await cosignatureOf(note, time)
      return (await state.advance(latest, { ...next, note: `${next.note}${line}` })) ? line : undefined
    }
    let line: string | undefined
    const isNewest = await state.advance(latest, next, () => {
      try {
        line = cosignatureLine(key, time, signSync.call(signer, cosignatureMessage(note.text, time)))
        return { ...next, note: `${next.note}${line}` }
      } catch {
        // asked again below, where a fault is told to who waits for it
        return undefined
      }
    })
    return isNewest ? (line ?? cosignatureOf(note, time)) : undefined
  }

  /** @returns why a head is not cosigned; `undefined` where nothing is against it */
  const objection = (latest: WitnessedHead | undefined, head: Head, oldSize: number, proof: readonly Uint8Array[]) => {
    if ((latest?.size ?? 0) !== oldSize) return conflict(latest)
    if (head.wrongEmptyRoot) return answer(422, 'the root is not that of an empty tree')
    if (oldSize === 0 && proof.length > 0) return answer(422, 'from size 0 there is nothing to prove')
    if (latest === undefined || verifyConsistency(oldSize, head.size, latest.rootHash, head.rootHash, proof))
      return undefined
    if (oldSize === head.size && proof.length === 0)
      return answer(422, 'the root is another than was cosigned at this size')
    return answer(422, 'the consistency proof does not hold')
  }

  const refuse = async (latest: WitnessedHead, head: Head, signatures: readonly NoteSignature[]): Promise<void> => {
    const refused = refusedHead({ ...latest, note: await shown(latest) }, head, signatures)
    if (refused === undefined) return
    // who sends the same again fills no log of ours
    if (await state.keep(refused)) onRefused?.(refused)
  }

  return {
    name,
    async key() {
      return (await opened()).key
    },
    async addCheckpoint(body) {
      const request = parseAddCheckpoint(body)
      const head = request && readHead(request.note)
      if (request === undefined || head === undefined) return answer(400, 'this is no add-checkpoint request')
      const known = logs.get(head.origin)
      if (known === undefined) return answer(404, 'the log is not known')
      let signatures: readonly NoteSignature[]
      try {
        signatures = linesOf(head.note, verifyNote(head.note, known))
      } catch (error) {
        if (QuittanceError.is(error, 'TLOG_UNTRUSTED'))
          return answer(403, 'no signature of a known key of the log holds')
        throw error
      }
      const { oldSize, proof } = request
      if (oldSize > head.size) return answer(400, 'the old size is above that of the checkpoint')
      for (;;) {
        const latest = await state.latest(head.origin)
        const against = objection(latest, head, oldSize, proof)
        if (against) {
          // at the size that was cosigned another root is a fork, whatever the request says beside it
          const isFork = latest?.size === head.size && !equalBytes(latest.rootHash, head.rootHash)
          if (latest && !head.wrongEmptyRoot && (against.status === 422 || isFork))
            await refuse(latest, head, signatures)
          return against
        }
        const line = await advanced(latest, head, signatures)
        if (line !== undefined) return { status: 200, headers: plain, body: line }
        // another request was faster: what it left is what counts now
      }
    },
    async checkpoint(originHash) {
      const origin = origins.get(originHash)
      const latest = origin === undefined ? undefined : await state.latest(origin)
      if (latest === undefined) return answer(404, 'no checkpoint of this log was cosigned')
      return { status: 200, headers: plain, body: await shown(latest) }
    },
  }
}
