/** What `copy` and `import` share: receipts that move into a store, verified on the way unless somebody says otherwise. */
import type { Command } from 'commander'
import type { HeadRef } from '../errors.js'
import type { Keyring } from '../keys/keyring.js'
import type { VerifyResult } from '../verify/types.js'
import { UsageError } from './failure.js'
import type { Io } from './io.js'
import { printable } from './printable.js'
import { addTrustOptions, type TrustOptions, trustFor } from './trust-flags.js'
import { batchSize, once, wholeNumber } from './values.js'
import { paintVerdict } from './verdict.js'

/** The flags that they share. */
export interface MovingOptions extends TrustOptions {
  readonly unverified?: true | undefined
  readonly acceptPruned?: number | undefined
  readonly batch?: number | undefined
  readonly quiet?: true | undefined
  readonly json?: true | undefined
}

/**
 * @param command - gets the flags
 * @param words - what is done, as it stands in the help: `copy` and `copied`, `written`
 * @returns the command
 */
export function addMovingOptions(
  command: Command,
  { move, moved, written }: { readonly move: string; readonly moved: string; readonly written: string },
): Command {
  return addTrustOptions(command)
    .option('--unverified', `${move} without a keyring: nothing but the links is looked at`)
    .option(
      '--accept-pruned <min-days>',
      `accept a pruned beginning if all that went was this many days old; it is ${moved} either way`,
      once(wholeNumber),
    )
    .option('--batch <n>', `how many receipts are ${written} at once (default 500, at most 1000)`, once(batchSize))
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print {verdict, chains} as one line of JSON')
}

/**
 * @param options - the flags
 * @param io - the program's surroundings
 * @returns the keys that are trusted; false where nothing is to be verified
 * @throws UsageError where both are asked for
 */
export async function keyringOf(options: MovingOptions, io: Io): Promise<Keyring | false> {
  if (!options.unverified) return (await trustFor(options, io)).keyring
  if (options.keyring !== undefined || options.trust !== undefined || options.acceptPruned !== undefined) {
    throw new UsageError('--unverified does not go with --keyring, --trust and --accept-pruned')
  }
  return false
}

/** What became of one chain. */
export interface Moved {
  /** The chain, or what stands for it. */
  readonly name: string
  readonly verification?: VerifyResult | undefined
  readonly first?: number | undefined
  readonly last?: HeadRef | undefined
  /** Receipts whose details nobody trusted had erased. */
  readonly kept?: readonly { readonly seq: number }[] | undefined
  /** How many were moved and how many were there: `12 copied, 3 there already`. */
  readonly counts: string
}

/**
 * @param moved - what became of one chain
 * @param io - the program's surroundings
 * @returns the line that says so
 */
export function movedText({ name, verification, first, last, kept = [], counts }: Moved, io: Io): string {
  const verdict = verification === undefined ? 'not verified' : paintVerdict(verification.verdict, io)
  const range = first === undefined || last === undefined ? 'no receipt' : `seq ${first} to ${last.seq}`
  const codes = Object.entries(verification?.counts ?? {}).map(([code, count]) => `${code} ${count}`)
  const found = codes.length === 0 ? '' : `  (${codes.join(', ')})`
  const seqs = kept.map(({ seq }) => seq).join(', ')
  const keeps = seqs === '' ? '' : `, erased by nobody trusted and kept: seq ${printable(seqs)}`
  return `${verdict}  ${printable(name)}  ${counts}, ${range}${keeps}${found}\n`
}
