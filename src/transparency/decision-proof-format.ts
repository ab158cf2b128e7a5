/** The file that proves one decision: a C2SP tlog-proof, whose `extra` holds the receipt and what leads on from its chain. */
import { QuittanceError } from '../errors.js'
import { decodeUtf8, utf8 } from '../primitives/bytes.js'
import { canonicalize } from '../receipt/canonical.js'
import { MAX_LINE_BYTES } from '../receipt/limits.js'
import type { KeyEvent } from '../receipt/types.js'
import { base64Of, bytesIn } from '../tlog/lines.js'
import { malformed } from '../tlog/malformed.js'
import { formatProof, type LogProof, parseProof } from '../tlog/proof.js'

/** The name of the format, with its version. */
export const DECISION_PROOF = 'quittance/proof/1'

/** A certificate that rides on a delegate's first receipt. */
export type Delegation = Omit<Extract<KeyEvent, { event: 'delegate' }>, 'event'>

/** How a deployment's log leads on from the chain. */
export interface LogLevel {
  /** The line of the log chain's receipt that has a checkpoint of the decision's chain. */
  readonly line: string
  /** That this receipt is in the log, under the log's own checkpoint. */
  readonly proof: LogProof
  /**
   * Where that checkpoint is not the one of the outer proof: the decision's path in the tree of the size that the log has,
   * 32 bytes each.
   */
  readonly hashes?: readonly Uint8Array[] | undefined
  /** RFC 3161 tokens over the text of the log's checkpoint, DER. */
  readonly timestamps: readonly Uint8Array[]
}

/** A file that proves one decision, taken apart. Nothing of it is verified. */
export interface DecisionProof {
  /** That the receipt is in its chain. */
  readonly proof: LogProof
  /** The receipt's line; without its details, unless the file was made with them. */
  readonly line: string
  /** What a keyring key signed for the receipt's own, where that is a delegate. */
  readonly delegation?: Delegation | undefined
  /** RFC 3161 tokens over the text of the outer checkpoint, DER. */
  readonly timestamps: readonly Uint8Array[]
  readonly log?: LogLevel | undefined
}

const MAX_TOKENS = 32
const MAX_HASHES = 64

/**
 * @param proof - all that the file is to hold
 * @returns its text, for a file that ends in `.tlog-proof`
 * @throws RangeError where it is too long
 */
export function formatDecisionProof({ proof, line, delegation, timestamps, log }: DecisionProof): string {
  const tokens = (all: readonly Uint8Array[]) => (all.length === 0 ? {} : { timestamps: all.map(base64Of) })
  const extra = {
    format: DECISION_PROOF,
    receipt: line,
    ...(delegation === undefined ? {} : { delegation }),
    ...tokens(timestamps),
    ...(log === undefined
      ? {}
      : {
          log: {
            receipt: log.line,
            proof: formatProof({ index: log.proof.index, hashes: log.proof.hashes, note: log.proof.note }),
            ...(log.hashes === undefined ? {} : { hashes: log.hashes.map(base64Of) }),
            ...tokens(log.timestamps),
          },
        }),
  }
  return formatProof({ ...proof, extra: utf8(canonicalize(extra)) })
}

const wrong = (why: string): QuittanceError => malformed('proof', `its extra data is not ${DECISION_PROOF}: ${why}`)

type Members = Readonly<Record<string, unknown>>

/** An object with these members, of which the second list may be absent. */
function membersOf(value: unknown, needed: readonly string[], others: readonly string[], what: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(`${what} is no object`)
  const names = Object.keys(value)
  if (!needed.every((name) => names.includes(name))) throw wrong(`${what} lacks a member`)
  if (!names.every((name) => needed.includes(name) || others.includes(name)))
    throw wrong(`${what} has a member that is not known`)
  return value as Members
}

function lineIn(value: unknown, what: string): string {
  if (typeof value !== 'string' || value.includes('\n') || utf8(value).length > MAX_LINE_BYTES)
    throw wrong(`${what} is no line of a receipt`)
  return value
}

function bytesList(value: unknown, most: number, length: number | undefined, what: string): Uint8Array[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length > most) throw wrong(`${what} are no list, or too many`)
  return value.map((one) => {
    const bytes = typeof one === 'string' ? bytesIn(one, length) : undefined
    if (bytes === undefined || bytes.length === 0) throw wrong(`one of the ${what} is not base64 of its length`)
    return bytes
  })
}

function delegationIn(value: unknown): Delegation | undefined {
  if (value === undefined) return undefined
  const { certificate, certificateSignature } = membersOf(
    value,
    ['certificate', 'certificateSignature'],
    [],
    'delegation',
  )
  const names = ['root', 'delegate', 'chains', 'notBefore', 'notAfter', 'uses', 'serial']
  const members = membersOf(certificate, names, [], 'certificate')
  const texts = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string')
  const { chains, uses, ...rest } = members
  if (!texts(chains) || !texts(uses) || !texts(Object.values(rest)) || typeof certificateSignature !== 'string')
    throw wrong('the certificate has a member of another type')
  if (!/^ed25519:[0-9a-f]{128}$/.test(certificateSignature)) throw wrong('the certificate has no signature')
  return { certificate: members, certificateSignature } as unknown as Delegation
}

function logIn(value: unknown): LogLevel | undefined {
  if (value === undefined) return undefined
  const { receipt, proof, hashes, timestamps } = membersOf(value, ['receipt', 'proof'], ['hashes', 'timestamps'], 'log')
  if (typeof proof !== 'string') throw wrong("the log's proof is no text")
  const parsed = parseProof(proof)
  if (parsed.extra !== undefined) throw wrong("the log's proof has extra data of its own")
  return {
    line: lineIn(receipt, "the log's receipt"),
    proof: parsed,
    ...(hashes === undefined ? {} : { hashes: bytesList(hashes, MAX_HASHES, 32, 'hashes') }),
    timestamps: bytesList(timestamps, MAX_TOKENS, undefined, 'time stamps'),
  }
}

function jsonOf(extra: Uint8Array): unknown {
  const text = decodeUtf8(extra)
  if (text === undefined) throw wrong('it is not UTF-8')
  let value: unknown
  try {
    value = JSON.parse(text)
    // one text, one meaning: no member twice, no other spelling
    if (canonicalize(value) === text) return value
  } catch (error) {
    if (!(error instanceof SyntaxError) && !QuittanceError.is(error, 'RECEIPT_NOT_JSON')) throw error
    throw wrong('it is no JSON')
  }
  throw wrong('it is not canonical')
}

/**
 * Takes a file apart. Nothing is verified.
 *
 * @param file - its bytes or text
 * @returns what it holds
 * @throws QuittanceError `TLOG_MALFORMED` for anything but such a file, also for members that are not known
 */
export function parseDecisionProof(file: string | Uint8Array): DecisionProof {
  const proof = parseProof(file)
  if (proof.extra === undefined) throw wrong('there is none')
  const members = membersOf(jsonOf(proof.extra), ['format', 'receipt'], ['delegation', 'timestamps', 'log'], 'it')
  if (members.format !== DECISION_PROOF) throw wrong('it has another format')
  const delegation = delegationIn(members.delegation)
  const log = logIn(members.log)
  return {
    proof,
    line: lineIn(members.receipt, 'the receipt'),
    ...(delegation === undefined ? {} : { delegation }),
    timestamps: bytesList(members.timestamps, MAX_TOKENS, undefined, 'time stamps'),
    ...(log === undefined ? {} : { log }),
  }
}
