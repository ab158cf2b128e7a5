/** A ledger with a log of checkpoints, and what judges its checkpoints apart from the code that made them. */
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { openCheckpoint } from '../../src/tlog/checkpoint.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { checkpointLog } from '../../src/transparency/log/checkpoint-log.js'
import type { CheckpointLog, CheckpointLogOptions } from '../../src/transparency/log/types.js'
import type {
  CheckpointSink,
  CosignRequest,
  PublishedCheckpoint,
  TimestampAuthority,
  Witness,
} from '../../src/transparency/types.js'
import { collect, draft, keyNamed } from '../ledger/support.js'
import { naiveRoot } from '../merkle/reference.js'

export const ORIGIN = 'log.example/acme'
export const LOG_CHAIN = 'transparency-log'

/** Nothing but what is asked for happens: neither count nor time comes to it. */
export const never = { everyReceipts: 1_000_000, everyMs: 2_000_000_000 }

export interface World {
  readonly ledger: Ledger
  readonly log: CheckpointLog
  readonly warnings: unknown[]
}

export function worldOn(
  store: ReceiptStore,
  options: Partial<CheckpointLogOptions> = {},
  ledgerOptions: Partial<LedgerOptions> = {},
): World {
  const ledger = createLedger({ store, keys: keyNamed('receipts'), redactor: false, ...ledgerOptions })
  const log = checkpointLog(ledger, { origin: ORIGIN, keys: keyNamed('checkpoints'), ...options })
  const warnings: unknown[] = []
  log.on('warning', ({ error }) => warnings.push(error))
  return { ledger, log, warnings }
}

/** Appends so many receipts, many at once. */
export async function fill(ledger: Ledger, count: number, chainId = 'acme'): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => ledger.append(draft({ chainId }))))
}

const bytesOf = (text: string): Buffer => Buffer.from(text.slice(text.indexOf(':') + 1), 'hex')

/** The root over the first receipts, by the definitions of the RFC alone. */
export const rootOf = (receipts: readonly DecisionReceipt[], size: number): string =>
  naiveRoot(
    receipts.slice(0, size).map((one) => Buffer.concat([bytesOf(one.receiptHash), bytesOf(one.signature)])),
  ).toString('hex')

/** Says what a checkpoint claims, after checking that its log signed it; throws where it did not. */
export async function opened(
  note: string,
  key = 'checkpoints',
): Promise<{ origin: string; size: number; root: string }> {
  const [, claimed = ''] = /^([^\n]*)\n/.exec(note) ?? []
  const { key: trusted } = await noteSigner(claimed, keyNamed(key))
  const { origin, size, rootHash } = openCheckpoint(note, [trusted])
  return { origin, size, root: Buffer.from(rootHash).toString('hex') }
}

/** Tells where a checkpoint does not lead; `undefined` where the receipts give its root. */
export async function mismatch(
  store: ReceiptStore,
  { chainId, note, size, origin }: PublishedCheckpoint,
): Promise<string | undefined> {
  const receipts = await collect(store.read(chainId))
  const said = await opened(note)
  if (said.size !== size || said.origin !== origin)
    return `says ${said.origin} ${said.size} and was told as ${origin} ${size}`
  if (receipts.length < size) return `covers ${size} of ${receipts.length} receipts`
  const root = rootOf(receipts, size)
  return said.root === root ? undefined : `${chainId} at ${size}: ${said.root} is not ${root}`
}

export interface RecordingSink extends CheckpointSink {
  readonly got: PublishedCheckpoint[]
  /** Failures to come: before it is there, or after. */
  readonly faults: ('absent' | 'there')[]
}

/** Keeps what it gets. */
export function recordingSink(name = 'recording'): RecordingSink {
  const got: PublishedCheckpoint[] = []
  const faults: ('absent' | 'there')[] = []
  return {
    name,
    got,
    faults,
    async publish(checkpoint) {
      const fault = faults.shift()
      if (fault !== 'absent') got.push(checkpoint)
      if (fault !== undefined) throw new Error('the sink is away')
    },
  }
}

/** One that answers with what it is told, and records what it was asked. */
export function scriptedWitness(
  name: string,
  answer: (request: CosignRequest) => Promise<readonly string[]>,
): Witness & { readonly asked: CosignRequest[] } {
  const asked: CosignRequest[] = []
  return {
    name,
    asked,
    async cosign(request) {
      asked.push(request)
      return answer(request)
    },
  }
}

export function scriptedAuthority(
  name: string,
  answer: (message: Uint8Array) => Promise<Uint8Array>,
): TimestampAuthority {
  return { name, stamp: answer }
}
