/** Signed checkpoints for tests: a log, its witnesses, and policies that name them. */
import { parseDidKey } from '../../src/keys/did-key.js'
import { fromHex } from '../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { checkpointText } from '../../src/tlog/checkpoint.js'
import { cosign } from '../../src/tlog/cosignature.js'
import { type NoteSigner, signatureLine, signNote } from '../../src/tlog/note.js'
import { type Policy, parsePolicy } from '../../src/tlog/policy.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { LOG_CHAIN } from '../../src/verify/log.js'
import { anchorOf } from './anchor.js'
import { chainOf, chainStart, type Entry, keyNamed, plainChain, type TestKey } from './support.js'

export const LOG_ORIGIN = 'log.example/acme'

/** The checkpoint key, and witnesses of others. */
export const checkpointKey = keyNamed('checkpoint')
export const witnessKeys = ['w1', 'w2', 'w3'].map((name) => ({ name, key: keyNamed(`witness ${name}`) }))

const publicKeyOf = ({ keyId }: TestKey): Uint8Array => parseDidKey(keyId)
const witnessNoteKey = ({ name, key }: (typeof witnessKeys)[number]): NoteKey =>
  noteKey(`${name}.example`, 'ed25519-cosignature', publicKeyOf(key))

export function signerOf(key: TestKey, origin: string): NoteSigner {
  const named = noteKey(origin, 'ed25519', publicKeyOf(key))
  return { key: named, sign: async (text) => signatureLine(named, key.sign(new TextEncoder().encode(text))) }
}

/** @returns the origin of a chain's checkpoints */
export const originOf = (root: string, log = LOG_ORIGIN): string => `${log}/${root.slice(7, 23)}`

export interface NoteOptions {
  readonly size?: number
  readonly origin?: string
  readonly by?: TestKey
  /** Witnesses by index, and when they cosign, in seconds since 1970. */
  readonly witnesses?: readonly (readonly [who: number, time: number])[]
}

/** The checkpoint of a chain's first receipts; its root is computed by the tests' own tree. */
export async function noteOf(receipts: readonly DecisionReceipt[], options: NoteOptions = {}): Promise<string> {
  const { size = receipts.length, by = checkpointKey, witnesses = [] } = options
  const origin = options.origin ?? originOf((receipts[0] as DecisionReceipt).receiptHash)
  const rootHash = fromHex(anchorOf(receipts, size).rootHash.slice('sha256:'.length))
  const text = checkpointText({ origin, size, rootHash })
  let note = await signNote(text, [signerOf(by, origin)])
  for (const [who, time] of witnesses) {
    const witness = witnessKeys[who] as (typeof witnessKeys)[number]
    note += await cosign(text, witnessNoteKey(witness), time, async (message) => witness.key.sign(message))
  }
  return note
}

/** The log's own checkpoint. */
export const logNoteOf = (receipts: readonly DecisionReceipt[], options: NoteOptions = {}): Promise<string> =>
  noteOf(receipts, { origin: LOG_ORIGIN, ...options })

/** The log, three witnesses, and how many of them it takes. */
export function policyTextOf(quorum: 0 | 1 | 2 | 3 = 0, log: TestKey = checkpointKey): string {
  const lines = [
    `log ${vkeyOf(noteKey(LOG_ORIGIN, 'ed25519', publicKeyOf(log)))}`,
    ...witnessKeys.map((witness) => `witness ${witness.name} ${vkeyOf(witnessNoteKey(witness))}`),
    ...(quorum === 0 ? [] : [`group enough ${quorum} w1 w2 w3`]),
    `quorum ${quorum === 0 ? 'none' : 'enough'}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}

export const policyOf = (quorum: 0 | 1 | 2 | 3 = 0, log: TestKey = checkpointKey): Policy =>
  parsePolicy(policyTextOf(quorum, log))

/** Two chains that a log has entries of. */
export const [a, b] = [plainChain(9, { chainId: 'a' }), plainChain(6, { chainId: 'b' })]

export const rootOf = (receipts: readonly DecisionReceipt[]): string => (receipts[0] as DecisionReceipt).receiptHash

/** What the log's chain says of a chain when it had so many receipts. */
export const entry = (
  receipts: readonly DecisionReceipt[],
  size: number,
  origin = originOf(rootOf(receipts)),
): Entry => ({
  body: {
    eventType: 'system',
    system: { event: 'checkpoint', origin, size, rootHash: anchorOf(receipts, size).rootHash as `sha256:${string}` },
  },
})

/** A log's chain. */
export const logOf = (...entries: readonly Entry[]): DecisionReceipt[] =>
  chainOf([chainStart(), ...entries], { chainId: LOG_CHAIN })
