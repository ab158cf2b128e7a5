/** Collecting what others say of a head: cosignatures and time stamps. */
import { utf8 } from '../../primitives/bytes.js'
import { type Cosignature, verifyCosignature } from '../../tlog/cosignature.js'
import { formatNote, type NoteSignature, parseNote, parseSignatureLine } from '../../tlog/note.js'
import { type Policy, quorumReached } from '../../tlog/policy.js'
import type { TimestampAuthority, Witness } from '../types.js'
import type { Kept, Token } from './cell.js'
import { answered, type Destination, failedOnce, within } from './destination.js'

/** A witness and how it stands. */
export interface AskedWitness {
  readonly witness: Witness
  readonly as: Destination
}

/** An authority and how it stands. */
export interface AskedAuthority {
  readonly authority: TimestampAuthority
  readonly as: Destination
}

/** What was collected for a head. */
export interface Collected {
  readonly signatures: readonly NoteSignature[]
  readonly witnessed: readonly string[]
  readonly tokens: readonly Token[]
}

/** How it is collected. */
export interface Collecting {
  readonly witnesses: readonly AskedWitness[]
  readonly authorities: readonly AskedAuthority[]
  readonly timeoutMs: number
  readonly firstPauseMs: number
  readonly signal: AbortSignal
  consistencyFrom(oldSize: number, signal: AbortSignal): Promise<readonly Uint8Array[]>
  /** Hears of each failure. */
  failed(error: unknown, name: string): void
  now(): number
}

const lacking = <T extends { readonly as: Destination }>(asked: readonly T[], names: readonly string[]): T[] =>
  asked.filter(({ as }) => !names.includes(as.name))

/** @returns the witnesses that have not cosigned a head */
export const unwitnessed = (kept: Kept, witnesses: readonly AskedWitness[]): AskedWitness[] =>
  lacking(witnesses, kept.witnessed)

/** @returns the authorities that have not stamped it */
export const unstamped = (kept: Kept, authorities: readonly AskedAuthority[]): AskedAuthority[] =>
  lacking(
    authorities,
    kept.tokens.map(({ name }) => name),
  )

/**
 * Asks everybody who has given nothing for a head yet and whose turn it is.
 *
 * @param kept - the head
 * @param how - whom, and for how long
 * @returns what they gave; it throws nothing
 */
export async function collect(kept: Kept, how: Collecting): Promise<Collected> {
  const { timeoutMs, firstPauseMs, signal, failed, now } = how
  const { text } = parseNote(kept.note)
  const collected = { signatures: [] as NoteSignature[], witnessed: [] as string[], tokens: [] as Token[] }
  const asked = async (as: Destination, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    if (as.retryAt > performance.now()) return
    try {
      await within(timeoutMs, signal, work)
      answered(as, now())
    } catch (error) {
      failedOnce(as, error, firstPauseMs)
      failed(error, as.name)
    }
  }
  await Promise.all([
    ...unwitnessed(kept, how.witnesses).map(({ witness, as }) =>
      asked(as, async (within) => {
        const request = {
          note: kept.note,
          size: kept.size,
          consistencyFrom: (oldSize: number) => how.consistencyFrom(oldSize, within),
        }
        const lines = await witness.cosign(request, { signal: within })
        const signatures = lines.map((line) => parseSignatureLine(line.endsWith('\n') ? line.slice(0, -1) : line))
        collected.signatures.push(...signatures)
        collected.witnessed.push(as.name)
      }),
    ),
    ...unstamped(kept, how.authorities).map(({ authority, as }) =>
      asked(as, async (within) => {
        const token = await authority.stamp(utf8(text), { signal: within })
        collected.tokens.push({ name: as.name, token: Uint8Array.from(token) })
      }),
    ),
  ])
  return collected
}

/**
 * @param kept - a head
 * @param collected - what was given for it
 * @returns the head with both; of two lines of one key the first stays, because it is the older
 */
export function withCollected(kept: Kept, { signatures, witnessed, tokens }: Collected): Kept {
  const note = parseNote(kept.note)
  const merged = [...note.signatures]
  for (const line of signatures) {
    if (!merged.some(({ name, keyId }) => name === line.name && keyId === line.keyId)) merged.push(line)
  }
  const has = new Set(kept.tokens.map(({ name }) => name))
  return {
    ...kept,
    note: formatNote({ text: note.text, signatures: merged }),
    witnessed: [...new Set([...kept.witnessed, ...witnessed])],
    tokens: [...kept.tokens, ...tokens.filter(({ name }) => !has.has(name))],
  }
}

/**
 * @param kept - a head
 * @param policy - who is enough
 * @returns whether the Ed25519 cosignatures that it has are enough
 */
export function isWitnessed({ note }: Kept, policy: Policy): boolean {
  const parsed = parseNote(note)
  const cosignatures: Cosignature[] = []
  for (const { key } of policy.witnesses) {
    if (key.type !== 'ed25519-cosignature') continue
    for (const line of parsed.signatures) {
      const cosignature = verifyCosignature(parsed, line, key)
      if (cosignature !== undefined) cosignatures.push(cosignature)
    }
  }
  return quorumReached(policy, cosignatures)
}
