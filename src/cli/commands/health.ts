import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import type { KeyProvider } from '../../keys/provider.js'
import { realEnvironment } from '../../ledger/environment.js'
import { health, type Patient } from '../../ledger/health.js'
import { createKeyrings } from '../../ledger/keyrings.js'
import type { Health, HealthCheck } from '../../ledger/types.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import type { ReceiptStore } from '../../store/store.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { openKey } from '../key-target.js'
import { printable, printableJson } from '../printable.js'
import { openExistingStore } from '../store-target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { once, positiveNumber } from '../values.js'

interface Options extends TrustOptions {
  readonly chain?: readonly string[] | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
  readonly timeout?: number | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance health ./receipts --key file:./receipts.key.pem', 'looks at a file store and a key'],
  [
    'quittance health redis://localhost:6379?durability=fsynced --chain acme --keyring keyring.json',
    'looks at a Redis store, and verifies the newest receipt of one chain',
  ],
  ['quittance health --timeout 2000 --json', 'what QUITTANCE_STORE_URL and QUITTANCE_KEY_URL name, for a probe'],
)

const DEFAULT_TIMEOUT_MS = 5_000

/** How long the store may take to close. */
const CLOSE_MS = 1_000

function chains(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  return [...(before ?? []), text]
}

/** How a check is shown where there is no store to be looked at. */
const failed = (name: HealthCheck['name'], code: string): Health => ({ ok: false, checks: [{ name, ok: false, code }] })

async function storeOf(text: string | undefined, io: Io): Promise<ReceiptStore | Health> {
  const named = text ?? (io.env.QUITTANCE_STORE_URL || undefined)
  if (named === undefined) throw new UsageError('no store was given: a DIR, a store URL, or QUITTANCE_STORE_URL')
  try {
    const store = await openExistingStore(named, io)
    if (store.durable) return store
    await store.close()
  } catch (error) {
    // a store that is not there is what a probe asks about; a URL that makes no sense is a typing error
    const { reason } = QuittanceError.is(error, 'STORE_URL') ? error.details : {}
    if (reason === 'ENOENT' || reason === 'ENOTDIR') return failed('store', 'STORE_URL')
    throw error
  }
  throw new UsageError('memory: holds nothing that another process could look at')
}

async function keyOf({ key, passphraseFile }: Options, io: Io): Promise<KeyProvider | undefined> {
  const asked = key !== undefined || (io.env.QUITTANCE_KEY_URL ?? '') !== ''
  return asked ? openKey(key, passphraseFile, io) : undefined
}

/** A probe has told what there is to tell: a server that does not say goodbye must not hold it. */
async function closedSoon(store: ReceiptStore): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_MS)
  })
  try {
    await Promise.race([store.close(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** What cures a failure, in words. */
type Cures = Map<HealthCheck, string>

/** What can be looked at from outside of a service: its queue, secret and outbox are its own. */
async function look(
  store: ReceiptStore,
  keys: KeyProvider | undefined,
  trusted: Keyring | undefined,
  options: Options,
  cures: Cures,
): Promise<Health> {
  const nobody: KeyProvider = { signer: () => Promise.reject(new Error('unreachable: the keyring was given')) }
  const patient: Patient = {
    store,
    environment: realEnvironment,
    chains: options.chain ?? [],
    failed(check, error) {
      // the one message that says which command to run
      if (QuittanceError.is(error, 'STORE_UNSAFE')) cures.set(check, error.message)
    },
    ...(trusted || keys ? { keyrings: createKeyrings(trusted, keys ?? nobody) } : {}),
    ...(keys && { providerOf: () => keys }),
  }
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS
  return health(patient, { timeoutMs, signal: AbortSignal.timeout(timeoutMs) })
}

function checkText({ name, ok, code, reason, chainId, durability }: HealthCheck, io: Io, cure?: string): string {
  const { green, red } = colorsFor(io, io.stdout)
  const about = [name.padEnd(10), chainId, durability, code, reason].filter((part) => part !== undefined)
  const how = cure === undefined ? '' : `      ${printable(cure, 1_000)}\n`
  return `${ok ? green('ok') : red('no')}  ${about
    .map((part) => printable(part))
    .join('  ')
    .trimEnd()}\n${how}`
}

async function run(text: string | undefined, options: Options, io: Io): Promise<ExitCode> {
  const trust = await trustIfAny(options, io)
  const keys = await keyOf(options, io)
  const cures: Cures = new Map()
  const tell = (found: Health): ExitCode => {
    io.stdout.write(
      options.json
        ? printableJson(found)
        : found.checks.map((check) => checkText(check, io, cures.get(check))).join(''),
    )
    return found.ok ? 0 : 1
  }
  try {
    const store = await storeOf(text, io)
    if ('ok' in store) return tell(store)
    try {
      // before the store is closed: one that hangs takes its time
      return tell(await look(store, keys, trust?.keyring, options, cures))
    } finally {
      await closedSoon(store)
    }
  } finally {
    await keys?.close?.()
  }
}

/** `quittance health [STORE]` */
export const addHealth: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('health')
    .summary('tell whether a store and a key can take receipts')
    .description(
      'Looks at a store (it answers, takes receipts, is as durable as asked, its clock), at a key, and at the newest receipt of ' +
        'the chains that are named. Writes nothing and makes nothing.',
    )
    .argument('[store]', 'the DIR of a file store, or a store URL; default QUITTANCE_STORE_URL')
    .option('--chain <id>', 'verify the newest receipt of this chain; may be repeated', chains)
    .option('--key <url>', 'try this key: file:./KEY.pem or env:; default QUITTANCE_KEY_URL')
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
  addTrustOptions(command)
    .option('--timeout <ms>', `how long to wait, in milliseconds (default ${DEFAULT_TIMEOUT_MS})`, once(positiveNumber))
    .option('--json', 'print {ok, checks} as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string | undefined, options: Options) => exit(await run(store, options, io)))
}
