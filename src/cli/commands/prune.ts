import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import { RETENTION_FLOOR_DAYS } from '../../ledger/retention-presets.js'
import type { Pruned, StandingHold } from '../../ledger/types.js'
import { type AddCommand, examples } from '../context.js'
import { type Failure, failureOf, UsageError } from '../failure.js'
import { disregardedText } from '../hold-flags.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import {
  addRetentionOptions,
  checkChain,
  idOption,
  type Opened,
  type RetentionOptions,
  refusable,
  required,
  tokenOption,
  withLedger,
} from '../retention-flags.js'
import { once } from '../values.js'

interface Options extends RetentionOptions {
  readonly all?: true | undefined
  readonly olderThan?: number | undefined
  readonly policy?: string | undefined
  readonly overrideFloor?: string | undefined
  readonly dryRun?: true | undefined
}

const help = examples(
  [
    'quittance prune ./receipts --chain acme --older-than 400d --reason expired --key file:./prune.key.pem --keyring keyring.json --dry-run',
    'says what would go, and writes nothing',
  ],
  [
    'quittance prune ./receipts --all --older-than 400d --reason expired --key file:./prune.key.pem --keyring keyring.json',
    'prunes every chain; one that is refused does not stop the others',
  ],
)

const days = once((text: string): number => {
  const [, count] = /^([1-9]\d{0,5})d$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('It must be a number of days such as 400d.')
  return Number(count)
})

/** What became of one chain. */
interface Outcome {
  readonly chainId: string
  readonly pruned: Pruned
  /** The holds that stand. */
  readonly holds: readonly StandingHold[]
  readonly error?: Failure | undefined
}

async function pruneOne({ ledger, keys }: Opened, chainId: string, options: Options): Promise<Outcome> {
  const pruned = await ledger.prune(chainId, {
    olderThanDays: required(options.olderThan, '--older-than'),
    reason: required(options.reason, '--reason'),
    keys,
    policy: options.policy,
    dryRun: options.dryRun,
  })
  const holds = await ledger.holds(chainId)
  return { chainId, pruned, holds }
}

const idsOf = (holds: readonly StandingHold[]): readonly string[] => [...new Set(holds.map(({ holdId }) => holdId))]

function heldText(holds: readonly StandingHold[]): string {
  if (holds.length === 0) return ''
  const ids = idsOf(holds).map((one) => printable(one, 100))
  return `; holds that stand: ${ids.join(', ')}${[...new Set(holds.map(disregardedText))].join('')}`
}

function outcomeJson({ chainId, pruned, holds, error }: Outcome, dryRun: boolean): object {
  if (error !== undefined) return { chainId, error }
  const { receipt, ...rest } = pruned
  const ignored = holds.flatMap(({ holdId, disregarded = [] }) => disregarded.map((one) => ({ holdId, ...one })))
  const recorded = receipt && { seq: receipt.seq, receiptId: receipt.receiptId, receiptHash: receipt.receiptHash }
  return {
    chainId,
    dryRun,
    ...rest,
    ...(recorded ? { receipt: recorded } : {}),
    holds: idsOf(holds),
    ...(ignored.length === 0 ? {} : { disregarded: ignored }),
  }
}

function outcomeText({ chainId, pruned, holds, error }: Outcome, dryRun: boolean): string {
  const { removed, through, from, to, receipt } = pruned
  const held = heldText(holds)
  if (error !== undefined) return `${printable(chainId)}  kept whole: ${printable(error.message)} [${error.code}]\n`
  if (removed === 0 || through === undefined) return `${printable(chainId)}  nothing to remove${held}\n`
  const receipts = removed === 1 ? '1 receipt' : `${removed} receipts`
  const seqs = `seq ${through.seq - removed + 1} to ${through.seq}`
  const sealed = from === undefined ? '' : `, sealed ${from} to ${to}`
  const recorded = receipt === undefined ? '' : `; recorded at seq ${receipt.seq}`
  const what = dryRun ? `would remove ${receipts}` : `removed ${receipts}`
  return `${printable(chainId)}  ${what}, ${seqs}${sealed}${recorded}${held}\n`
}

async function pruneAll(opened: Opened, options: Options, io: Io): Promise<ExitCode> {
  const chainIds: string[] = []
  for await (const chainId of opened.ledger.store.chains()) chainIds.push(chainId)
  const outcomes: Outcome[] = []
  let code: ExitCode = 0
  for (const chainId of chainIds.sort()) {
    try {
      outcomes.push(await pruneOne(opened, chainId, options))
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      // that a chain which ended is kept whole is how it is, not a failure of every nightly run
      if (error.code !== 'LEDGER_CHAIN_ENDED') code = 1
      outcomes.push({ chainId, pruned: { removed: 0 }, holds: [], error: failureOf(error) })
    }
    if (!options.json) io.stdout.write(outcomeText(outcomes.at(-1) as Outcome, options.dryRun === true))
  }
  if (options.json)
    io.stdout.write(printableJson({ chains: outcomes.map((one) => outcomeJson(one, options.dryRun === true)) }))
  else if (outcomes.length === 0) io.stdout.write('there is no chain\n')
  else if (code !== 0) {
    const failed = outcomes.filter(({ error }) => error !== undefined && error.code !== 'LEDGER_CHAIN_ENDED').length
    io.stderr.write(
      `${colorsFor(io, io.stderr).red('quittance:')} ${failed} of ${outcomes.length} chains were refused\n`,
    )
  }
  return code
}

async function prune(target: string, options: Options, io: Io): Promise<ExitCode> {
  if (options.all && options.chain !== undefined) throw new UsageError('--chain does not go with --all')
  if (!options.all) required(options.chain, '--chain ID, or --all,')
  const olderThan = required(options.olderThan, '--older-than')
  required(options.reason, '--reason')
  const override = options.overrideFloor
  if (olderThan < RETENTION_FLOOR_DAYS && override === undefined) {
    throw new UsageError(
      `--older-than is below the floor of ${RETENTION_FLOOR_DAYS} days: --override-floor REASON must say why`,
    )
  }
  const terms =
    override === undefined
      ? {}
      : { retentionDays: Math.min(olderThan, RETENTION_FLOOR_DAYS), retentionOverride: { reason: override } }
  return withLedger(target, options, io, terms, async (opened) => {
    if (options.all) return pruneAll(opened, options, io)
    const chainId = options.chain as string
    await checkChain(opened.ledger, chainId)
    return refusable(io, options.json === true, async () => {
      const outcome = await pruneOne(opened, chainId, options)
      const dryRun = options.dryRun === true
      io.stdout.write(options.json ? printableJson(outcomeJson(outcome, dryRun)) : outcomeText(outcome, dryRun))
    })
  })
}

/** `quittance prune DIR|URL` */
export const addPrune: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('prune')
    .summary('remove the beginning of chains, and say so in them')
    .description(
      'Removes receipts that are old enough, after a signed retention receipt says which. Holds, and what chain or ledger promised, ' +
        'are kept. The key needs the use "retention" in the keyring.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addRetentionOptions(command)
    .option('--all', 'every chain of the store')
    .option('--older-than <days>', 'the first receipt that stays is at least this old, such as 400d', days)
    .option('--policy <id>', 'the name of the policy, for the receipt; default age', idOption)
    .option('--override-floor <token>', `why fewer than ${RETENTION_FLOOR_DAYS} days are enough`, tokenOption)
    .option('--dry-run', 'say what would go; write nothing')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await prune(store, options, io)))
}
