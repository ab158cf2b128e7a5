/** Commands that work on one chain of a store, on several, or on all of them. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Ledger } from '../ledger/types.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { UsageError } from './failure.js'
import { addTrustOptions, type TrustOptions } from './trust-flags.js'

/** The options that `addChainKeyOptions` adds. */
export interface ChainKeyOptions extends TrustOptions {
  readonly chain?: readonly string[] | undefined
  readonly all?: true | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

function chains(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  if (before?.includes(text)) throw new InvalidArgumentError('The chain was named before.')
  return [...(before ?? []), text]
}

/**
 * Adds `--chain`, `--all`, the key and the keyring.
 *
 * @param command - the command
 * @param what - what the key does
 * @returns the command
 */
export function addChainKeyOptions(command: Command, what: string): Command {
  const named = command
    .option('--chain <id>', 'the chain; may be repeated', chains)
    .option('--all', 'every chain of the store')
    .option('--key <url>', `${what}: a key file or a key URL; default QUITTANCE_KEY_URL`)
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
  return addTrustOptions(named)
}

/**
 * @param ledger - over the store
 * @param options - what was typed
 * @returns the chains that are meant, each of which is there
 * @throws UsageError
 */
export async function chainsMeant(ledger: Ledger, { chain, all }: ChainKeyOptions): Promise<readonly string[]> {
  if ((chain === undefined) === (all === undefined)) throw new UsageError('give --chain, or --all')
  if (chain !== undefined) {
    for (const id of chain)
      if ((await ledger.store.bounds(id)) === undefined) throw new UsageError(`the store has no chain ${id}`)
    return chain
  }
  const found: string[] = []
  for await (const id of ledger.store.chains()) found.push(id)
  if (found.length === 0) throw new UsageError('the store has no chain')
  return found
}
