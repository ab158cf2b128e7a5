import { readFile } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'
import { toHex } from '../../primitives/bytes.js'
import type { ReceiptStore } from '../../store/store.js'
import { checkTiles, exportTiles, type TileOptions } from '../../transparency/tiles.js'
import { cannotWrite } from '../cannot-write.js'
import { type AddCommand, examples } from '../context.js'
import { failureOf, tell, UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { progressOn } from '../progress.js'
import { openExistingStore, storeName } from '../store-target.js'
import { serverChainOf } from '../target.js'
import { once } from '../values.js'

interface Options {
  readonly chain?: string | undefined
  readonly to: string
  readonly checkpoint?: string | undefined
  readonly check?: true | undefined
  readonly quiet?: true | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance tiles ./receipts --chain acme --to ./public/acme',
    "writes the tree of the chain's newest checkpoint as static files, for a web server; run again, it goes on where it ended",
  ],
  [
    'quittance tiles ./receipts --chain acme --to ./public/acme --checkpoint acme.checkpoint',
    'the tree of a signed checkpoint that was kept elsewhere',
  ],
  [
    'quittance tiles ./receipts --chain acme --to ./public/acme --check',
    'builds every tile anew and compares it, and every entry with its receipt',
  ],
)

async function noteIn(file: string, io: Io): Promise<Uint8Array> {
  try {
    return await readFile(pathFrom(io, file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`, [], code)
  }
}

async function check(options: TileOptions, { to, json, quiet }: Options, io: Io): Promise<ExitCode> {
  const { rootHash, ...found } = await checkTiles(options)
  const { chainId, size, compared, notCompared } = found
  if (json) io.stdout.write(printableJson({ ...found, root: `sha256:${toHex(rootHash)}` }))
  else if (!quiet)
    io.stdout.write(
      `${printable(chainId)}  ${size} leaves in ${printable(to)} checked, ${compared} with their receipts\n`,
    )
  if (notCompared === 0) return 0
  if (!json) io.stderr.write(`${notCompared} receipts are no more in the store, and were not compared\n`)
  return 3
}

async function write(options: TileOptions, { to, checkpoint, json, quiet }: Options, io: Io): Promise<ExitCode> {
  const note = checkpoint === undefined ? undefined : await noteIn(checkpoint, io)
  const { rootHash, ...done } = await exportTiles({ ...options, checkpoint: note })
  const { chainId, size, from, files } = done
  if (json) io.stdout.write(printableJson({ ...done, root: `sha256:${toHex(rootHash)}` }))
  else if (!quiet) {
    const behind = from === 0 ? '' : `, ${from} of them before`
    io.stdout.write(`${printable(chainId)}  ${size} leaves in ${printable(to)}${behind}; ${files} files written\n`)
  }
  return 0
}

/** What shows that somebody's history is not the one that was exported: an answer, not a mishap. */
const isVerdict = (error: unknown): boolean =>
  QuittanceError.is(error, 'TLOG_REFUSED') || QuittanceError.is(error, 'TLOG_UNTRUSTED')

async function run(store: ReceiptStore, name: string, options: Options, io: Io): Promise<ExitCode> {
  const chainId = await serverChainOf({ kind: 'server', name, store }, options.chain)
  if (chainId === undefined) throw new UsageError('the store has no chain')
  if ((await store.bounds(chainId)) === undefined) throw new UsageError(`the store has no chain ${chainId}`)
  const progress = options.quiet ? { update() {}, clear() {} } : progressOn(io)
  const what: TileOptions = {
    store,
    chainId,
    directory: pathFrom(io, options.to),
    onProgress: ({ leaves, total }) => progress.update({ receipts: leaves, totalReceipts: total }),
  }
  try {
    return await (options.check ? check : write)(what, options, io)
  } catch (error) {
    if (isVerdict(error)) {
      progress.clear()
      tell(io, failureOf(error), options.json === true)
      return 1
    }
    const { syscall } = error as NodeJS.ErrnoException
    throw syscall === undefined || options.check ? error : cannotWrite(options.to, error)
  } finally {
    progress.clear()
  }
}

async function tiles(name: string, options: Options, io: Io): Promise<ExitCode> {
  if (options.check && options.checkpoint !== undefined)
    throw new UsageError('--check is about the checkpoint that stands in the folder, and does not go with --checkpoint')
  const store = await openExistingStore(name, io)
  try {
    if (!store.durable) throw new UsageError('memory: holds nothing that another process could read')
    return await run(store, storeName(name), options, io)
  } finally {
    await store.close()
  }
}

/** `quittance tiles STORE` */
export const addTiles: AddCommand = (program, { io, exit }) => {
  program
    .command('tiles')
    .summary("write a chain's tree as static files")
    .description(
      'Writes the Merkle tree of a signed checkpoint as the static files of C2SP tlog-tiles: whoever has them makes inclusion and ' +
        'consistency proofs alone. The entries are hashes and signatures; no receipt is shown. Nothing is verified but that the ' +
        'chain leads to the root of the checkpoint. Exit code: 1 where the chain, the checkpoint and what was exported before do ' +
        'not agree; with --check also 3 where receipts are pruned and were not compared.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
    .option('--chain <id>', 'the chain, where there are several', once(String))
    .requiredOption('--to <dir>', 'the folder of the log', once(String))
    .option(
      '--checkpoint <file>',
      'a signed checkpoint; default: the newest that is kept beside the chain',
      once(String),
    )
    .option('--check', 'write nothing: compare what was written with the chain')
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print what was written or compared as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await tiles(store, options, io)))
}
