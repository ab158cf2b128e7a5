import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { type CopiedChain, copy } from '../../store/copy.js'
import type { ReceiptStore } from '../../store/store.js'
import type { Verdict } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { type Failure, failureOf, UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { addMovingOptions, keyringOf, type MovingOptions, movedText } from '../moving.js'
import { printable, printableJson } from '../printable.js'
import { type Progress, progressOn } from '../progress.js'
import { openExistingStore, openStore } from '../store-target.js'
import { exitCodeOf, worstOf } from '../verdict.js'

interface Options extends MovingOptions {
  readonly chain?: readonly string[] | undefined
}

const help = examples(
  [
    'quittance copy ./receipts redis://localhost:6379 --keyring keyring.json',
    'copies every chain of a file store to Redis, verified on the way',
  ],
  ['quittance copy redis://localhost ./export --chain acme --keyring keyring.json', 'copies one chain out of Redis'],
  [
    'quittance copy ./receipts redis://localhost:6379 --keyring keyring.json',
    'the same again: copies only what came since, or what is missing after it broke off',
  ],
)

function chains(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!chainIdPattern.test(text)) throw new InvalidArgumentError('It is not the name of a chain.')
  return [...(before ?? []), text]
}

/** What became of one chain: it is there, or it was refused. */
interface Outcome {
  readonly chainId: string
  readonly copied?: CopiedChain | undefined
  readonly refused?: Failure | undefined
}

/** What one chain alone is to blame for: the others are copied all the same. */
const ofChainOnly = (error: unknown): error is QuittanceError =>
  QuittanceError.is(error, 'COPY_INVALID') || QuittanceError.is(error, 'STORE_CONFLICT')

function verdictOf({ copied, refused }: Outcome): Verdict {
  // with --unverified there is none: it is done, and that is all that was asked for
  return refused ? 'INVALID' : (copied?.verification?.verdict ?? 'VALID')
}

function outcomeJson(outcome: Outcome): object {
  const { chainId, copied, refused } = outcome
  if (copied === undefined) return { chainId, error: refused }
  const { verification, ...counts } = copied
  if (verification === undefined) return counts
  const { verdict, scope, counts: codes } = verification
  return { ...counts, verdict, root: scope.root, counts: codes }
}

function outcomeText({ chainId: name, copied }: Outcome, io: Io): string {
  if (copied === undefined) return ''
  const { verification, first, head: last, kept } = copied
  const counts = `${copied.copied} copied, ${copied.already} there already`
  return movedText({ name, verification, first, last, kept, counts }, io)
}

/** One chain after another, so that one that is refused does not keep the others from being copied. */
async function copyOne(
  stores: { readonly from: ReceiptStore; readonly to: ReceiptStore },
  chainId: string,
  keyring: Keyring | false,
  { acceptPruned, batch }: Options,
  progress: Progress,
): Promise<Outcome> {
  try {
    const { chains } = await copy(stores.from, stores.to, {
      keyring,
      chains: [chainId],
      acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      batch,
      onProgress: ({ copied, already, fromSeq, toSeq }) =>
        progress.update({ receipts: copied + already, totalReceipts: toSeq - fromSeq + 1 }),
    })
    return { chainId, copied: chains[0] }
  } catch (error) {
    if (!ofChainOnly(error)) throw error
    return { chainId, refused: failureOf(error) }
  } finally {
    progress.clear()
  }
}

async function named(store: ReceiptStore, chosen: readonly string[] | undefined): Promise<readonly string[]> {
  if (chosen !== undefined) return [...new Set(chosen)]
  const all: string[] = []
  for await (const chainId of store.chains()) all.push(chainId)
  return all.sort()
}

async function run(
  stores: { readonly from: ReceiptStore; readonly to: ReceiptStore },
  keyring: Keyring | false,
  options: Options,
  io: Io,
): Promise<ExitCode> {
  const { red } = colorsFor(io, io.stderr)
  const outcomes: Outcome[] = []
  for (const chainId of await named(stores.from, options.chain)) {
    const progress = options.quiet ? { update() {}, clear() {} } : progressOn(io)
    const outcome = await copyOne(stores, chainId, keyring, options, progress)
    outcomes.push(outcome)
    if (options.json) continue
    if (outcome.refused) {
      const { code, message } = outcome.refused
      io.stderr.write(`${red('quittance:')} ${printable(chainId)}: ${printable(message)} [${code}]\n`)
    } else if (!options.quiet) io.stdout.write(outcomeText(outcome, io))
  }
  const verdict = worstOf(outcomes.map(verdictOf))
  if (options.json) {
    const said = keyring === false ? {} : { verdict }
    io.stdout.write(printableJson({ ...said, chains: outcomes.map(outcomeJson) }))
  } else if (outcomes.length === 0) io.stderr.write('there is no chain\n')
  return exitCodeOf(verdict)
}

async function copying(source: string, target: string, options: Options, io: Io): Promise<ExitCode> {
  const keyring = await keyringOf(options, io)
  const from = await openExistingStore(source, io)
  try {
    const to = await openStore(target, io)
    try {
      if (!from.durable || !to.durable) throw new UsageError('memory: holds nothing that another process could read')
      return await run({ from, to }, keyring, options, io)
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

/** `quittance copy FROM TO` */
export const addCopy: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('copy')
    .summary('copy chains from one store to another')
    .description(
      'Copies chains line by line, each receipt verified before it is written. What the target has already is left alone: the ' +
        'same command again goes on where it broke off, or copies what came since.',
    )
    .argument('<from>', 'the DIR of a file store, or a store URL')
    .argument('<to>', 'the DIR of a file store, or a store URL')
    .option('--chain <id>', 'the chain; may be repeated (default every chain)', chains)
  addMovingOptions(command, { move: 'copy', moved: 'copied', written: 'written' })
    .addHelpText('after', help)
    .action(async (from: string, to: string, options: Options) => exit(await copying(from, to, options, io)))
}
