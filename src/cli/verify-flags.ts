/** What to hold a chain against. */
import type { Command } from 'commander'
import type { HeadRef } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { VerifyOptions } from '../verify/types.js'
import { UsageError } from './failure.js'
import { headRef, instant, once, positiveNumber, sha256Digest, wholeNumber } from './values.js'

/** The options that `addChainOptions` adds. */
export interface ChainOptions {
  readonly chain?: string | undefined
  readonly chainRoot?: string | undefined
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly expectHead?: HeadRef | undefined
  readonly minReceipts?: number | undefined
  readonly requireTail?: true | undefined
  readonly acceptPruned?: number | undefined
  readonly now?: string | undefined
}

/**
 * @param command - the command
 * @returns the command, with the options that say what is expected of a chain
 */
export function addChainOptions(command: Command): Command {
  return command
    .option('--chain <id>', 'the chain that is meant; another is CHAIN_MISMATCH', once(String))
    .option('--chain-root <sha256>', 'the receiptHash of its seq 0', once(sha256Digest))
    .option('--from-seq <n>', 'the first receipt that is asked for (default 0)', once(wholeNumber))
    .option('--to-seq <n>', 'the last receipt that is asked for', once(wholeNumber))
    .option('--expect-head <seq:sha256>', 'a head noted elsewhere, as "quittance head" prints it', once(headRef))
    .option('--min-receipts <n>', 'how many receipts there must be at least', once(wholeNumber))
    .option('--require-tail', 'INCOMPLETE unless something proves that nothing was cut at the end')
    .option(
      '--accept-pruned <min-days>',
      'accept a pruned beginning if all that went was this many days old',
      once(wholeNumber),
    )
    .option('--now <time>', 'judge as of this UTC time, such as 2026-01-31T12:00:00Z', once(instant))
}

/** Facts of one chain: they can't hold for several. */
const oneChainOnly = {
  chain: '--chain',
  chainRoot: '--chain-root',
  fromSeq: '--from-seq',
  toSeq: '--to-seq',
  expectHead: '--expect-head',
} as const satisfies Partial<Record<keyof ChainOptions, string>>

/**
 * @param options - what was typed beside `--all`
 * @throws UsageError when it is about one chain
 */
export function refuseOneChainOptions(options: ChainOptions): void {
  for (const [name, flag] of Object.entries(oneChainOnly)) {
    if (options[name as keyof typeof oneChainOnly] !== undefined) {
      throw new UsageError(`${flag} is about one chain and does not go with --all`)
    }
  }
}

/**
 * @param options - what was typed
 * @param keyring - whom to trust
 * @returns the verifier's options
 * @throws UsageError when they contradict each other
 */
export function verifyOptions(options: ChainOptions, keyring: Keyring): VerifyOptions {
  const { chain, chainRoot, fromSeq, toSeq, expectHead, minReceipts, requireTail, acceptPruned, now } = options
  if (fromSeq !== undefined && toSeq !== undefined && fromSeq > toSeq) {
    throw new UsageError('--from-seq is greater than --to-seq')
  }
  return {
    keyring,
    chainId: chain,
    expect: { root: chainRoot, head: expectHead, fromSeq, toSeq, minReceipts },
    requireTail,
    acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
    now,
  }
}

/** How many problems are listed for people, and for machines. */
export const defaultMaxProblems = { text: 20, json: 1_000 } as const

/**
 * @param command - the command
 * @returns the command, with `--max-problems`
 */
export function addListOption(command: Command): Command {
  const { text, json } = defaultMaxProblems
  return command.option('--max-problems <n>', `how many to list (default ${text}; with --json ${json})`, positiveNumber)
}
