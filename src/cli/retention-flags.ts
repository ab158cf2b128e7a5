/** What the commands that write about retention share: a store, a key, a keyring, and a ledger made of them. */
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../errors.js'
import type { KeyProvider } from '../keys/provider.js'
import { createLedger } from '../ledger/ledger.js'
import type { Ledger, LedgerOptions } from '../ledger/types.js'
import { chainIdPattern } from '../primitives/chain-id.js'
import { id as idShape, token as tokenShape } from '../receipt/schema/words.js'
import { failureOf, tell, UsageError } from './failure.js'
import { colorsFor, type ExitCode, type Io } from './io.js'
import { openKey } from './key-target.js'
import { openExistingStore } from './store-target.js'
import { addTrustOptions, type TrustOptions, trustFor } from './trust-flags.js'
import { once } from './values.js'

/** The options that `addRetentionOptions` adds. */
export interface RetentionOptions extends TrustOptions {
  readonly chain?: string | undefined
  readonly reason?: string | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly json?: true | undefined
}

function checkedBy(shape: { check(value: unknown): unknown }, what: string): (text: string) => string {
  return (text) => {
    if (shape.check(text) !== undefined) throw new InvalidArgumentError(`It must be ${what}.`)
    return text
  }
}

/** Reads an option that is a token, such as a reason. */
export const tokenOption = once(
  checkedBy(tokenShape, 'a word such as litigation: a letter, then letters, digits or ._:()/-'),
)
/** Reads an option that is an id. */
export const idOption = once(checkedBy(idShape, 'an id: a letter or digit, then letters, digits or ._:@/+-'))

const chainOption = once((text: string): string => {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  return text
})

/**
 * Adds `--chain`, `--reason`, the key, the keyring and `--json`.
 *
 * @param command - the command
 * @returns the command
 */
export function addRetentionOptions(command: Command): Command {
  const named = command
    .option('--chain <id>', 'the chain', chainOption)
    .option('--reason <token>', 'why, as one word: it stands in the receipt', tokenOption)
    .option('--key <url>', 'signs the retention receipt: file:./KEY.pem or env:; default QUITTANCE_KEY_URL')
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
  return addTrustOptions(named).option('--json', 'print the outcome as one line of JSON')
}

/**
 * @param value - of an option that this command can't do without
 * @param flag - its name
 * @returns the value
 * @throws UsageError when it is absent
 */
export function required<T>(value: T | undefined, flag: string): T {
  if (value === undefined) throw new UsageError(`${flag} is needed`)
  return value
}

/** A ledger over the store that was named, and the key that signs. */
export interface Opened {
  readonly ledger: Ledger
  readonly keys: KeyProvider
}

/** Options of the ledger. */
interface Terms extends Pick<LedgerOptions, 'retentionDays' | 'retentionOverride'> {
  /** `false`: no key is opened, and nothing can be signed. */
  readonly writes?: boolean | undefined
}

const nobody: KeyProvider = { signer: () => Promise.reject(new Error('unreachable: nothing is signed')) }

/**
 * Opens store, key and keyring, works, and closes them again.
 *
 * @param target - a directory or a store URL
 * @param options - what was typed
 * @param io - the process
 * @param terms - further options of the ledger, and whether anything is to be signed
 * @param work - what is to be done
 * @returns what the work returns
 * @throws UsageError, QuittanceError for what was typed wrong or can't be read
 */
export async function withLedger(
  target: string,
  options: RetentionOptions,
  io: Io,
  { writes = true, ...more }: Terms,
  work: (opened: Opened) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { keyring } = await trustFor(options, io)
  const keys = writes ? await openKey(options.key, options.passphraseFile, io) : nobody
  // a key that can't be read is told before anything is looked at
  if (writes) await keys.signer()
  const store = await openExistingStore(target, io)
  const ledger = createLedger({ ...more, store, keys, keyring, redactor: false })
  const { yellow } = colorsFor(io, io.stderr)
  ledger.on('warning', ({ error }) => {
    io.stderr.write(`${yellow('warning:')} ${failureOf(error).code}\n`)
  })
  try {
    return await work({ ledger, keys })
  } finally {
    await ledger.close()
  }
}

/** A chain that is not there is a typing error: nothing is begun for it. */
export async function checkChain(ledger: Ledger, chainId: string): Promise<void> {
  if ((await ledger.store.bounds(chainId)) === undefined) throw new UsageError(`the store has no chain ${chainId}`)
}

/**
 * Does what may be refused. What the store or the ledger refuses is told, and is exit code 1; wrong usage is thrown.
 *
 * @param io - the process
 * @param json - whether JSON was asked for
 * @param work - what is to be done
 * @returns the exit code
 */
export async function refusable(io: Io, json: boolean, work: () => Promise<void>): Promise<ExitCode> {
  try {
    await work()
    return 0
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    tell(io, failureOf(error), json)
    return 1
  }
}
