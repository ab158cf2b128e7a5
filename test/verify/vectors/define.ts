/** What a published vector is, and how one is written down. */
import type { KeyringJson } from '../../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import type { Anchor, NoticeCode, ProblemCode, Tail, Verdict } from '../../../src/verify/types.js'
import { entryOf, fileOf, keys, type Loose, lineOfLoose, type TestKey, testKey } from '../support.js'

/** The options of a verification, as JSON. */
export interface VectorOptions {
  readonly now: string
  readonly chainId?: string
  readonly expect?: {
    readonly root?: string
    readonly head?: { readonly seq: number; readonly receiptHash: string }
    readonly fromSeq?: number
    readonly toSeq?: number
    readonly minReceipts?: number
  }
  readonly requireTail?: boolean
  readonly acceptPruned?: { readonly minDays: number }
  readonly anchors?: readonly Anchor[]
}

/** A finding without its message, which is not part of the format. */
export interface VectorFinding {
  readonly code: string
  readonly seq?: number
  readonly line?: number
}

/** One vector as the manifest has it. */
export interface Vector {
  readonly name: string
  readonly about: string
  /** Beside the manifest; several vectors may judge one file. */
  readonly file: string
  readonly keyring: KeyringJson
  readonly options: VectorOptions
  readonly expected: {
    readonly verdict: Verdict
    readonly scope: object
    readonly checked: number
    readonly problems: readonly VectorFinding[]
    readonly notices: readonly VectorFinding[]
    readonly counts: object
  }
}

/** A vector and the bytes of its file. */
export interface VectorFile {
  readonly vector: Vector
  readonly bytes: Uint8Array
}

/** `CODE`, `CODE@seq`, `CODE:line` or `CODE@seq:line`. */
export type Expected = ProblemCode | NoticeCode | `${ProblemCode | NoticeCode}${'@' | ':'}${string}`

type Source = Uint8Array | readonly (DecisionReceipt | Loose | string)[]

/** What is said of a vector beside its bytes. */
export interface Definition {
  readonly about: string
  readonly keyring?: KeyringJson['keys'] | undefined
  readonly options?: Partial<VectorOptions> | undefined
  readonly problems?: readonly Expected[] | undefined
  readonly notices?: readonly Expected[] | undefined
  /** Where a finding stands for several receipts. */
  readonly counts?: Readonly<Record<string, number>> | undefined
  /** The receipts that have their place in the chain; default: all of the source. */
  readonly placed?: readonly DecisionReceipt[] | undefined
  /** Over the scope of `placed`: what was asked for, where nothing has a place. */
  readonly chainId?: string | undefined
  readonly tail?: Tail | undefined
  readonly checked?: number | undefined
}

/** The judge's clock where a vector says nothing else. */
export const VECTOR_NOW = '2026-12-31T12:00:00.000Z'

/** The seed of the first Ed25519ctx vector of RFC 8032, section 7.2: nobody's keyring has it. */
export const stranger: TestKey = testKey(
  Buffer.from('0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6', 'hex'),
)

export const one = entryOf(keys.one)
export const rootEntry = entryOf(keys.root, { uses: ['delegate'] })
export const retentionEntry = entryOf(keys.retention, { uses: ['retention'] })

function findingOf(text: Expected): VectorFinding {
  const [, code, seq, line] = /^([A-Z_]+)(?:@(\d+))?(?::(\d+))?$/.exec(text) as RegExpExecArray
  return { code: code as string, ...(seq && { seq: Number(seq) }), ...(line && { line: Number(line) }) }
}

function scopeOf(placed: readonly DecisionReceipt[], chainId: string | undefined, tail: Tail): object {
  const [first, last] = [placed[0], placed.at(-1)]
  if (first === undefined || last === undefined) return { ...(chainId && { chainId }), tail }
  return {
    chainId: chainId ?? first.chainId,
    ...(first.seq === 0 && { root: first.receiptHash }),
    fromSeq: first.seq,
    toSeq: last.seq,
    head: { seq: last.seq, receiptHash: last.receiptHash },
    tail,
  }
}

const isList = (source: Source): source is readonly (DecisionReceipt | Loose | string)[] => Array.isArray(source)

function bytesOf(source: Source): Uint8Array {
  return isList(source) ? fileOf(source.map((item) => (typeof item === 'string' ? item : lineOfLoose(item)))) : source
}

/** Writes one vector down; verdict and scope are what the definition says, never what the verifier said. */
export function define(verdict: Verdict, name: string, source: Source, definition: Definition): VectorFile {
  const { about, problems = [], notices = [], options, tail = 'unproved' } = definition
  const placed = definition.placed ?? (isList(source) ? (source as readonly DecisionReceipt[]) : [])
  const found = [...problems, ...notices].map((text) => findingOf(text).code)
  const counts = Object.fromEntries(found.map((code) => [code, found.filter((other) => other === code).length]))
  const path = `${verdict.toLowerCase()}/${name}`
  return {
    bytes: bytesOf(source),
    vector: {
      name: path,
      about,
      file: `chains/${name}.jsonl`,
      keyring: { keys: definition.keyring ?? [one] },
      options: { now: VECTOR_NOW, ...options },
      expected: {
        verdict,
        scope: scopeOf(placed, definition.chainId ?? options?.chainId, tail),
        checked: definition.checked ?? (isList(source) ? source.length : 0),
        problems: problems.map(findingOf),
        notices: notices.map(findingOf),
        counts: { ...counts, ...definition.counts },
      },
    },
  }
}
