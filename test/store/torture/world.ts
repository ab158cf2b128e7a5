/** What every one of these tests writes: small drafts, real signatures, a clock on which a day passes quickly. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Keyring } from '../../../src/keys/keyring.js'
import { localKey } from '../../../src/keys/local.js'
import type { KeyProvider } from '../../../src/keys/provider.js'
import type { ReceiptDraft } from '../../../src/ledger/draft.js'
import { type Environment, realEnvironment } from '../../../src/ledger/environment.js'
import { createLedgerWith } from '../../../src/ledger/ledger.js'
import type { Ledger } from '../../../src/ledger/types.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { verifyChain } from '../../../src/verify/chain.js'
import type { VerifyOptions, VerifyResult } from '../../../src/verify/types.js'

const DAY = 86_400_000
const START = Date.parse('2026-01-01T00:00:00.000Z')

const seedOf = (name: string): Uint8Array => createHash('sha256').update(`torture ${name}`).digest()

export const writerKey = (): KeyProvider => localKey({ seed: seedOf('writer') })
export const retentionKey = (): KeyProvider => localKey({ seed: seedOf('retention') })

let known: Promise<Keyring> | undefined

/** Where a folder can be made whose `fsync` costs nothing: what is durable there is what the test says. */
export const scratch = (): string => (existsSync('/dev/shm') ? '/dev/shm' : tmpdir())

/** What an auditor trusts. */
export function trusted(): Promise<Keyring> {
  known ??= (async () => {
    const [writer, retention] = [await writerKey().signer(), await retentionKey().signer()]
    return new Keyring([{ keyId: writer.keyId }, { keyId: retention.keyId, uses: ['retention'] }])
  })()
  return known
}

/** Receipts of more than this many days may be pruned. */
export const KEPT_DAYS = 1

/** The same in every process that is given the same `begun`: a day takes `dayMs` milliseconds. */
export function fastClock({ begun, dayMs }: { readonly begun: number; readonly dayMs: number }): Environment {
  return { ...realEnvironment, now: () => START + Math.round(((Date.now() - begun) / dayMs) * DAY) }
}

/** A clock that is moved by hand. */
export function handClock(start = START): Environment & { passDays(days: number): void } {
  let now = start
  return {
    ...realEnvironment,
    now: () => now,
    passDays(days) {
      now += days * DAY
    },
  }
}

export async function ledgerOn(store: ReceiptStore, environment: Environment): Promise<Ledger> {
  return createLedgerWith(
    {
      store,
      keys: writerKey(),
      keyring: await trusted(),
      redactor: false,
      retentionDays: KEPT_DAYS,
      retentionOverride: { reason: 'test' },
    },
    environment,
  )
}

/** A draft whose free text can be looked for in the files. */
export const draft = (chainId: string, text: string, size = 0): ReceiptDraft => ({
  receiptId: realEnvironment.uuid(),
  chainId,
  tenantId: 'torture',
  eventType: 'decision',
  checks: [],
  action: 'allow',
  details: { rationale: `${text}|${'x'.repeat(size)}` },
})

/** The judgement of who accepts what was pruned. */
export async function judged(
  lines: Iterable<string> | AsyncIterable<string>,
  environment: Environment,
  more: Partial<VerifyOptions> = {},
): Promise<VerifyResult> {
  return verifyChain(lines, {
    keyring: await trusted(),
    acceptPruned: { minDays: KEPT_DAYS },
    now: new Date(environment.now()),
    ...more,
  })
}
