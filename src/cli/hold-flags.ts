/** What `hold` and `release` share. */
import type { Command } from 'commander'
import type { DisregardedRelease, HoldTerms, StandingHold } from '../ledger/types.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { UsageError } from './failure.js'
import type { Io } from './io.js'
import { printable, printableJson } from './printable.js'
import { addRetentionOptions, idOption, type RetentionOptions, required } from './retention-flags.js'
import { once, wholeNumber } from './values.js'

/** What was typed. */
export interface HoldFlags extends RetentionOptions {
  readonly holdId?: string | undefined
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly decision?: string | undefined
}

/**
 * @param command - the command
 * @returns it, with the options of a hold
 */
export function addHoldOptions(command: Command): Command {
  return addRetentionOptions(command)
    .option('--hold-id <id>', 'the name of the hold', idOption)
    .option('--from-seq <n>', 'the first receipt that is meant', once(wholeNumber))
    .option('--to-seq <n>', 'the last receipt that is meant', once(wholeNumber))
    .option('--decision <id>', 'the receipts of one case, by their decisionId', idOption)
}

/**
 * @param options - what was typed
 * @returns the hold that is meant
 * @throws UsageError when something is missing or makes no sense
 */
export function termsOf(options: HoldFlags): HoldTerms {
  const { fromSeq, toSeq, decision } = options
  if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq)
    throw new UsageError('--from-seq is greater than --to-seq')
  return {
    holdId: required(options.holdId, '--hold-id'),
    reason: required(options.reason, '--reason'),
    ...(fromSeq === undefined ? {} : { fromSeq }),
    ...(toSeq === undefined ? {} : { toSeq }),
    ...(decision === undefined ? {} : { decisionId: decision }),
  }
}

/** @returns what a hold covers, in words */
export function coverText({ fromSeq, toSeq, decisionId }: Omit<HoldTerms, 'holdId' | 'reason'>): string {
  const range =
    fromSeq === undefined && toSeq === undefined
      ? undefined
      : `seq ${fromSeq ?? 0} ${toSeq === undefined ? 'and all after it' : `to ${toSeq}`}`
  const decision = decisionId === undefined ? undefined : `decision ${printable(decisionId)}`
  return [range, decision].filter((part) => part !== undefined).join(', and ') || 'the whole chain'
}

const whyNot: Readonly<Record<DisregardedRelease['reason'], string>> = {
  'key-untrusted': 'its key is not trusted for it',
  'key-revoked': 'its key is revoked',
  delegate: 'its key is a delegate, who may not end a hold',
  invalid: 'it does not verify',
}

/** @returns which releases of a hold ended nothing, and why; empty where there is none */
export function disregardedText({ holdId, disregarded = [] }: StandingHold): string {
  return disregarded
    .map(
      ({ seq, reason }) =>
        `; the release of ${printable(holdId, 100)} at seq ${seq} was disregarded: ${whyNot[reason]}`,
    )
    .join('')
}

/** Writes what was recorded, and the holds that stand now. */
export function tellRecorded(
  io: Io,
  json: boolean,
  text: string,
  { chainId, seq, receiptId, receiptHash, retention }: DecisionReceipt,
  standing: readonly StandingHold[],
): void {
  if (json) {
    io.stdout.write(printableJson({ chainId, receipt: { seq, receiptId, receiptHash, retention }, holds: standing }))
    return
  }
  const others = standing.length === 1 ? '1 hold stands' : `${standing.length} holds stand`
  io.stdout.write(`${printable(chainId)}  ${text}, recorded at seq ${seq}; ${others}\n`)
}
