/** A chain with decisions, a report on it, and its seal. */
import { Keyring } from '../../../src/keys/keyring.js'
import type { KeyProvider } from '../../../src/keys/provider.js'
import { realEnvironment } from '../../../src/ledger/environment.js'
import { createLedgerWith } from '../../../src/ledger/ledger.js'
import { buildReport } from '../../../src/report/build.js'
import type { BuildReportOptions } from '../../../src/report/options.js'
import { sealReport } from '../../../src/report/seal.js'
import type { Report, ReportSeal } from '../../../src/report/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'
import { draft, keyNamed } from '../../ledger/support.js'

export const period = { from: '2026-01-01', until: '2026-04-01' }
export const now = '2026-05-01T00:00:00.000Z'

/** A ledger whose clock goes on an hour a receipt, from 10 January 2026 on. */
export function ledgerOver(store: ReceiptStore, keys: KeyProvider = keyNamed('a'), keyring?: Keyring, begun = 0) {
  let hours = begun
  const environment = {
    ...realEnvironment,
    now: () => Date.parse('2026-01-10T00:00:00.000Z') + hours * 3_600_000,
  }
  const ledger = createLedgerWith({ store, keys, redactor: false, keyring }, environment)
  return {
    ledger,
    async decide(count: number, chainId = 'acme') {
      for (let index = 0; index < count; index++) {
        hours += 1
        const fired = index % 10 === 9
        await ledger.append(draft({ chainId, action: fired ? 'reject' : 'allow', checks: [{ name: 'safety', fired }] }))
      }
    },
  }
}

export interface World {
  readonly store: ReceiptStore
  readonly keyring: Keyring
  readonly ledger: ReturnType<typeof ledgerOver>['ledger']
  readonly decide: ReturnType<typeof ledgerOver>['decide']
  readonly report: Report
  readonly seal: ReportSeal
}

export async function world(
  more: Partial<BuildReportOptions> = {},
  chains: readonly string[] = ['acme'],
): Promise<World> {
  const store = memoryStore()
  const { ledger, decide } = ledgerOver(store)
  for (const chainId of chains) await decide(20, chainId)
  const keyring = new Keyring([(await keyNamed('a').signer()).keyId])
  const report = await buildReport(store, { period, keyring, now, embed: 5, ...more })
  return { store, keyring, ledger, decide, report, seal: await sealReport(report, { ledger }) }
}
