/** Sealing a report: its digest goes into the chains that it is about. */

import { QuittanceError } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { KeyProvider } from '../keys/provider.js'
import type { Ledger } from '../ledger/types.js'
import { lineOf } from '../receipt/seal.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { receiptAt } from '../store/receipt-at.js'
import { examineReceipt } from '../verify/examine.js'
import { ChainTrust } from '../verify/trust.js'
import { reportDigest } from './json.js'
import type { ChainFindings, Report, ReportSeal } from './types.js'

/** How to seal a report. */
export interface SealReportOptions {
  /** Over the store whose chains the report is about. It stays the caller's. */
  readonly ledger: Ledger
  /** Signs instead of the chains' own keys, such as an auditor's key of the use `report`; stays the caller's. */
  readonly keys?: KeyProvider | undefined
  readonly signal?: AbortSignal | undefined
  /** How long each receipt may take to become durable, in milliseconds; default the ledger's. */
  readonly timeoutMs?: number | undefined
}

/** A chain of a report that has receipts. */
type Filled = ChainFindings & {
  readonly scope: { readonly fromSeq: number; readonly head: { readonly seq: number; readonly receiptHash: string } }
}

const isFilled = (chain: ChainFindings): chain is Filled =>
  chain.scope.fromSeq !== undefined && chain.scope.head !== undefined

/** The head pins all that is before it; the root tells two chains of one name apart also where the head is gone. */
async function checkSameChain({ store }: Ledger, chain: Filled, signal: AbortSignal | undefined): Promise<void> {
  const { chainId, scope } = chain
  const other = (message: string, seq: number): QuittanceError =>
    new QuittanceError(
      'REPORT_OTHER_CHAIN',
      `the report is about another chain ${chainId} than the ledger's: ${message}`,
      {
        details: { chainId, seq },
      },
    )
  const bounds = await store.bounds(chainId)
  if (bounds === undefined) throw other('the store has no such chain', scope.head.seq)
  if (scope.root !== undefined && bounds.first === 0) {
    const root = await receiptAt(store, chainId, 0, signal)
    if (root?.receiptHash !== scope.root) throw other('its root is another', 0)
  }
  const head = await receiptAt(store, chainId, scope.head.seq, signal)
  if (head?.receiptHash !== scope.head.receiptHash)
    throw other('the last receipt of the report is not there', scope.head.seq)
}

function isTrusted(receipt: DecisionReceipt, keyring: Keyring, before: readonly DecisionReceipt[]): boolean {
  const trust = new ChainTrust(keyring, receipt.chainId)
  for (const one of before) trust.judge(one, examineReceipt(one).sound)
  return trust.judge(receipt, true).length === 0
}

function keyReceiptsIn({ excerpt }: Report, chainId: string): DecisionReceipt[] {
  const lines = [...excerpt.ranges.flatMap((range) => range.lines), ...excerpt.cited]
  return lines
    .filter((line) => line.includes('"key":'))
    .map((line) => JSON.parse(line) as DecisionReceipt)
    .filter((receipt) => receipt.key !== undefined && receipt.chainId === chainId)
    .sort((a, b) => a.seq - b.seq)
}

/** The receipts without which nobody who has only the report could tell that the seal's key is trusted. */
async function neededFor(
  sealed: DecisionReceipt,
  report: Report,
  from: number,
  { ledger, signal }: SealReportOptions,
): Promise<readonly DecisionReceipt[]> {
  const keyring = await ledger.keyring()
  const known = keyReceiptsIn(report, sealed.chainId)
  if (isTrusted(sealed, keyring, known)) return []
  const readFrom = async (fromSeq: number): Promise<DecisionReceipt[]> => {
    const found: DecisionReceipt[] = []
    for await (const receipt of ledger.store.read(sealed.chainId, { fromSeq, toSeq: sealed.seq - 1, signal }))
      if (receipt.key !== undefined) found.push(receipt)
    return found
  }
  const since = await readFrom(from)
  if (isTrusted(sealed, keyring, [...known, ...since])) return since
  return readFrom((await ledger.store.bounds(sealed.chainId))?.first ?? 0)
}

/**
 * Seals a report: appends a `system` receipt of event `report`, with the report's digest and the range that was verified, to
 * each of its chains that has a receipt and has not ended. Sealing the same report again finds the receipts that are there. A report whose
 * verdict is not VALID is sealed too, which is honest, because the digest covers the verdict; those who listen to the ledger
 * are warned of it (`REPORT_NOT_VALID`).
 *
 * @param report - from `buildReport`
 * @param options - `ledger`, over the store that the report was built from
 * @returns the digest, and the receipts as they are stored, each behind the `key` receipts that it needs and that the report
 *   does not hold
 * @throws QuittanceError `REPORT_OTHER_CHAIN` where a chain is another than the ledger's, `REPORT_NO_RECEIPT` where there is
 *   nothing to seal, `LEDGER_CHAIN_ENDED` where every chain has ended, and as `ledger.append`
 * @example
 * ```ts
 * import type { Ledger } from 'quittance'
 * import { type Report, sealReport } from 'quittance/report'
 *
 * export async function sealed(report: Report, ledger: Ledger) {
 *   const { digest, lines } = await sealReport(report, { ledger })
 *   console.log(digest, lines.length)
 * }
 * ```
 */
export async function sealReport(report: Report, options: SealReportOptions): Promise<ReportSeal> {
  const { ledger, keys, signal, timeoutMs } = options
  const digest = reportDigest(report)
  const chains = report.chains.filter(isFilled)
  if (chains.length === 0)
    throw new QuittanceError('REPORT_NO_RECEIPT', 'the report is about no receipt: there is no chain to seal it in')
  for (const chain of chains) await checkSameChain(ledger, chain, signal)
  if (report.verdict !== 'VALID') {
    const warning = `a report whose verdict is ${report.verdict} is sealed`
    ledger.warn(new QuittanceError('REPORT_NOT_VALID', warning))
  }
  const lines: string[] = []
  let ended: QuittanceError | undefined
  for (const { chainId, scope } of chains) {
    const made = { hash: digest, fromSeq: scope.fromSeq, toSeq: scope.head.seq }
    const receipt = await ledger.report(chainId, made, { keys, signal, timeoutMs }).catch((error: unknown) => {
      // nothing follows the end of a chain; the digest, in another chain, is over this one's findings too
      if (!QuittanceError.is(error, 'LEDGER_CHAIN_ENDED')) throw error
      ended = error
      return undefined
    })
    if (receipt === undefined) continue
    const needed = await neededFor(receipt, report, scope.head.seq + 1, options)
    lines.push(...[...needed, receipt].map(lineOf))
  }
  if (lines.length === 0 && ended !== undefined) throw ended
  return { digest, lines }
}
