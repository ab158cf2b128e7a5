import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { QuittanceError } from '../../errors.js'
import { decodeUtf8 } from '../../primitives/bytes.js'
import { type MadeProof, makeProof } from '../../transparency/decision-proof.js'
import { directoryTiles } from '../../transparency/tiles/folder.js'
import { LOG_CHAIN } from '../../verify/log.js'
import { type AddCommand, examples } from '../context.js'
import { failureOf, tell, UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { smallFile } from '../log-keys.js'
import { printable, printableJson } from '../printable.js'
import { openExistingStore } from '../store-target.js'
import { addTrustOptions, type TrustOptions, trustIfAny } from '../trust-flags.js'
import { once } from '../values.js'
import { writePublic } from '../write-public.js'

interface Options extends TrustOptions {
  readonly chain: string
  /** `false` with `--no-log`. */
  readonly log: boolean
  readonly logChain?: string | undefined
  readonly tiles?: string | undefined
  readonly logTiles?: string | undefined
  readonly checkpoint?: string | undefined
  readonly logCheckpoint?: string | undefined
  readonly withDetails?: true | undefined
  readonly out: string
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance prove 0197… ./receipts --chain acme --out decision.tlog-proof',
    'one file for the person concerned: the receipt without its free texts, and the proof that it is in its chain and the log',
  ],
  [
    'quittance prove 0197… ./receipts --chain acme --tiles ./public/acme --out decision.tlog-proof',
    'the same out of exported tiles: a dozen small files are read, not the chain',
  ],
)

/** A note that was named, or that lies beside tiles. */
async function givenNote(file: string | undefined, tiles: string | undefined, io: Io) {
  if (file !== undefined) {
    const note = decodeUtf8(await smallFile(file, io, 'checkpoint'))
    if (note === undefined) throw new UsageError(`the checkpoint ${file} is not UTF-8`)
    return { note }
  }
  if (tiles === undefined) return undefined
  try {
    // tiles are of the tree of this checkpoint, not of a newer one
    return { note: await readFile(join(pathFrom(io, tiles), 'checkpoint'), 'utf8') }
  } catch (error) {
    throw new UsageError(`cannot read the checkpoint in ${tiles}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

const saying: Readonly<Record<MadeProof['log'], string>> = {
  included: '',
  absent: 'no log has the chain’s checkpoint: nobody but the operator stands for it',
  'not-covered':
    'the newest head of the log does not have the decision yet: witnesses have not seen it; publish, and prove again',
}

async function prove(receiptId: string, name: string, options: Options, io: Io): Promise<ExitCode> {
  const { chain, log, logChain, tiles, logTiles, withDetails = false, out, json } = options
  if (!log && (logChain ?? logTiles ?? options.logCheckpoint) !== undefined)
    throw new UsageError('--no-log does not go with --log-chain, --log-tiles and --log-checkpoint')
  const trust = await trustIfAny(options, io)
  const store = await openExistingStore(name, io)
  let made: MadeProof
  try {
    made = await makeProof(store, {
      chainId: chain,
      receiptId,
      logChainId: log ? (logChain ?? LOG_CHAIN) : false,
      withDetails,
      checkpoint: await givenNote(options.checkpoint, tiles, io),
      logCheckpoint: await givenNote(options.logCheckpoint, undefined, io),
      tiles: tiles === undefined ? undefined : directoryTiles(pathFrom(io, tiles)),
      logTiles: logTiles === undefined ? undefined : directoryTiles(pathFrom(io, logTiles)),
      keyring: trust?.keyring,
    })
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_REFUSED')) throw error
    tell(io, failureOf(error), json === true)
    return 1
  } finally {
    await store.close()
  }
  await writePublic(io, made.text, out, (head) => head.startsWith('c2sp.org/tlog-proof@'))
  const { receipt, origin, size } = made
  const facts = { chainId: chain, seq: receipt.seq, receiptId, origin, size, log: made.log }
  if (json) io.stdout.write(printableJson({ file: out, ...facts }))
  else io.stdout.write(`${printable(out)}  seq ${receipt.seq} of ${size} in ${printable(origin)}\n`)
  if (made.log !== 'included' && log) io.stderr.write(`warning: ${saying[made.log]}\n`)
  return 0
}

/** `quittance prove RECEIPT_ID STORE` */
export const addProve: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('prove')
    .summary('make a file that proves one decision')
    .description(
      'Writes one file (C2SP tlog-proof) that proves one receipt to the person concerned, offline and without a neighbour: the ' +
        'receipt, its place in its chain, and what leads from there to the log and its witnesses. Free texts are left out. Verify it ' +
        'with "quittance verify-proof" or in the page that "quittance proof-page" writes.',
    )
    .argument('<receipt-id>', 'the receiptId')
    .argument('<store>', 'the DIR of a file store, or a store URL')
    .requiredOption('--chain <id>', 'the chain of the receipt', once(String))
    .option(
      '--log-chain <id>',
      `the chain that holds the checkpoints of all others; default ${LOG_CHAIN}`,
      once(String),
    )
    .option('--no-log', 'leave the level of the log out')
    .option(
      '--tiles <dir>',
      "the chain's exported tiles and their checkpoint, instead of reading the chain",
      once(String),
    )
    .option('--log-tiles <dir>', "the log chain's exported tiles", once(String))
    .option('--checkpoint <file>', 'a signed checkpoint of the chain; default: the newest beside it', once(String))
    .option('--log-checkpoint <file>', 'a signed checkpoint of the log; default: the newest beside it', once(String))
    .option('--with-details', 'put the free texts of the receipt in: look at them first')
    .requiredOption('--out <file>', 'the file to write, such as decision.tlog-proof', once(String))
  addTrustOptions(command)
    .option('--json', 'print {file, chainId, seq, receiptId, origin, size, log} as one line of JSON')
    .addHelpText('after', help)
    .action(async (receiptId: string, store: string, options: Options) =>
      exit(await prove(receiptId, store, options, io)),
    )
}
