/** What a process of a fleet is told to do; the same in the test and in the process. */
import { v7 } from 'uuid'
import type { KeyringEntry } from '../../src/keys/keyring-entry.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { sha256 } from '../../src/primitives/sha256.js'

/** What one process is told. */
export interface FleetOrders {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[]
  readonly name: string
  readonly durability: 'memory' | 'replicated'
  readonly keyring: readonly KeyringEntry[]
  readonly chainId: string
  /** Which process it is: its share is the same when it is started again. */
  readonly writer: number
  readonly count: number
  readonly inFlight: number
  /** How long it hopes that what was lost comes back, in milliseconds. */
  readonly patienceMs: number
  /** Files for what was acknowledged (id, seq and hash a line) and what was told to be lost (JSON a line). */
  readonly acknowledged: string
  readonly told: string
}

/** The id of a writer's n-th receipt. */
export const fleetId = (writer: number, index: number): string =>
  v7({ msecs: Date.UTC(2026, 0, 1) + index, random: sha256(`fleet ${writer} ${index}`) })

/** A writer's n-th draft, always the same. */
export const fleetDraft = (
  { chainId, writer }: Pick<FleetOrders, 'chainId' | 'writer'>,
  index: number,
): ReceiptDraft => ({
  receiptId: fleetId(writer, index),
  chainId,
  tenantId: 'acme',
  eventType: 'decision',
  action: 'allow',
  checks: [],
  traceId: `writer-${writer}`,
  input: { kind: 'text', content: `question ${index}` },
})
