import { stat as fileStat } from 'node:fs/promises'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { type Measured, measureFiles, measureStored } from '../stat/measure.js'
import { tableLines } from '../stat/table.js'
import { chainOf, chainsOfServer, letGo, refuseChoice, type Target, targetOf } from '../target.js'
import { once, oneOf } from '../values.js'

const orders = ['chain', 'receipts', 'bytes', 'rate', 'newest'] as const

interface Options {
  readonly chain?: string | undefined
  readonly read?: true | undefined
  readonly sort?: (typeof orders)[number] | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance stat ./receipts', 'how much each chain holds, since when, and how fast it grows'],
  ['quittance stat redis://localhost --sort rate', 'the busiest chain first'],
  ['quittance stat ./receipts --chain acme --json', 'one chain, for a program'],
)

/** So many chains of a server are asked about at once. */
const AT_ONCE = 16

async function measure(target: Target, { chain, read }: Options, io: Io): Promise<readonly Measured[]> {
  const progress = progressOn(io)
  const found: Measured[] = []
  let counted = 0
  const take = (one: Measured) => {
    found.push(one)
    counted += one.receipts ?? 0
    progress.update({ receipts: counted })
  }
  try {
    if (target.kind === 'stdin') throw new UsageError('stat looks at the ends of files and stores: stdin has none yet')
    if (target.kind === 'server') {
      const chains = chain === undefined ? await chainsOfServer(target) : [chain]
      for (let at = 0; at < chains.length; at += AT_ONCE) {
        const some = chains.slice(at, at + AT_ONCE)
        const measured = await Promise.all(some.map((one) => measureStored(target.store, one, read === true)))
        measured.forEach(take)
      }
      return found
    }
    if (target.kind === 'file') {
      const { name, path } = target
      const { size } = await fileStat(path)
      return [await measureFiles({ name, files: [{ path, bytes: size }] })]
    }
    const one = chain === undefined ? undefined : chainOf(target, chain)
    for (const each of chain === undefined ? target.chains : one === undefined ? [] : [one])
      take(await measureFiles(each))
    return found
  } finally {
    progress.clear()
  }
}

function ordered(chains: readonly Measured[], sort: Options['sort'] = 'chain'): readonly Measured[] {
  const name = ({ chainId, name }: Measured) => chainId ?? name
  const byName = (a: Measured, b: Measured) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0)
  const newest = ({ newest: time }: Measured) => (time === undefined ? -1 : Date.parse(time))
  const size: Record<typeof sort, (one: Measured) => number> = {
    chain: () => 0,
    receipts: ({ receipts = -1 }) => receipts,
    bytes: ({ bytes = -1 }) => bytes,
    rate: ({ recentPerSecond, perSecond = -1 }) => recentPerSecond ?? perSecond,
    newest,
  }
  return [...chains].sort((a, b) => size[sort](b) - size[sort](a) || byName(a, b))
}

interface Total {
  readonly chains: number
  readonly receipts: number
  readonly bytes?: number | undefined
  readonly oldest?: string | undefined
  readonly newest?: string | undefined
}

function totalOf(chains: readonly Measured[]): Total {
  const times = chains.flatMap(({ oldest, newest }) => [oldest, newest]).filter((time) => time !== undefined)
  const sum = (of: (one: Measured) => number | undefined) => chains.reduce((all, one) => all + (of(one) ?? 0), 0)
  const bytes = chains.some((one) => one.bytes === undefined) ? undefined : sum((one) => one.bytes)
  return {
    chains: chains.length,
    receipts: sum(({ receipts }) => receipts),
    bytes,
    // times of one spelling compare as the instants do
    oldest: times.reduce<string | undefined>(
      (least, time) => (least === undefined || time < least ? time : least),
      undefined,
    ),
    newest: times.reduce<string | undefined>(
      (most, time) => (most === undefined || time > most ? time : most),
      undefined,
    ),
  }
}

async function stat(text: string, options: Options, io: Io): Promise<ExitCode> {
  const target = await targetOf(text, io)
  refuseChoice(target, options.chain)
  const chains = ordered(await letGo(target, () => measure(target, options, io)), options.sort)
  const [only] = chains
  if (options.chain !== undefined && (only === undefined || (target.kind === 'server' && only.receipts === 0)))
    throw new UsageError(`there is no chain ${options.chain}`)
  const total = totalOf(chains)
  const bad = chains.filter(({ unreadable }) => unreadable !== undefined)
  if (options.json) io.stdout.write(printableJson({ chains, total }))
  else {
    const { dim } = colorsFor(io, io.stdout)
    const shown =
      chains.length > 1 ? [...chains, { name: `${chains.length} chains`, ...total, chainId: undefined }] : chains
    if (chains.length === 0) io.stderr.write('there is no chain\n')
    else io.stdout.write(`${tableLines(shown, dim).join('\n')}\n`)
    const { red } = colorsFor(io, io.stderr)
    for (const { chainId, name, unreadable } of bad)
      io.stderr.write(
        `${red('quittance:')} ${printable(`${chainId ?? name}: ${unreadable}; quittance verify says more`, 600)}\n`,
      )
  }
  return bad.length > 0 ? 2 : 0
}

/** `quittance stat FILE|DIR|URL` */
export const addStat: AddCommand = (program, { io, exit }) => {
  program
    .command('stat')
    .summary('how much each chain holds, and how fast it grows')
    .description(
      'Shows receipts, bytes, rate, oldest and newest, chain by chain. It looks at the ends of each chain only, so that it is as quick ' +
        'for a million receipts as for ten, takes no lock, and verifies nothing.',
    )
    .argument('<target>', 'FILE, DIR or store URL')
    .option('--chain <id>', 'only this chain', once(String))
    .option('--read', 'read every receipt of a store on a server, to count its bytes')
    .option('--sort <order>', `${orders.join(', ')} (default chain)`, oneOf(orders))
    .option('--json', 'print {chains, total} as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await stat(target, options, io)))
}
