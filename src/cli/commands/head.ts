import type { HeadRef } from '../../errors.js'
import { chainIdPattern } from '../../primitives/chain-id.js'
import { examineLine } from '../../verify/examine.js'
import { streamChunks } from '../../verify/node/chunks.js'
import { endOfChunks, endOfFile, type FileEnd } from '../../verify/node/last-line.js'
import type { Verdict } from '../../verify/types.js'
import { invalidCodes } from '../../verify/types.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import {
  chainOf,
  chainsOfServer,
  letGo,
  refuseChoice,
  type StoreTarget,
  serverChainOf,
  type Target,
  targetOf,
} from '../target.js'
import { headText } from '../values.js'
import { exitCodeOf, worstOf } from '../verdict.js'

interface Options {
  readonly chain?: string | undefined
  readonly all?: true | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance head receipts.jsonl', 'prints SEQ:sha256:HEX; keep it where the receipts are not'],
  ['quittance head ./receipts --chain acme', 'the head of one chain of a file store'],
  [
    'quittance verify receipts.jsonl --keyring keyring.json --expect-head "$(cat noted-head)"',
    'later: shows whether the end was cut',
  ],
)

/** The head of one chain, or why there is none. */
interface ChainHead {
  readonly verdict: Verdict
  readonly name: string
  readonly chainId?: string | undefined
  readonly head?: HeadRef | undefined
  /** What keeps it from being whole, as codes and words. */
  readonly remarks: readonly { readonly code: string; readonly message: string }[]
}

const invalid: ReadonlySet<string> = new Set(invalidCodes)

function headOf(name: string, { last, torn }: FileEnd): ChainHead {
  const tornRemark = {
    code: 'LINE_UNTERMINATED',
    message: 'behind this head stands a line without its newline, which was never acknowledged',
  }
  if (last === undefined) {
    return {
      verdict: 'INCOMPLETE',
      name,
      remarks: [torn ? tornRemark : { code: 'EMPTY', message: 'there is no receipt' }],
    }
  }
  const { receipt, problems } = examineLine(last)
  const bad = problems.filter(({ code }) => invalid.has(code) || code === 'UNSUPPORTED')
  if (receipt === undefined || bad.length > 0) {
    return {
      verdict: worstOf(bad.map(({ code }) => (invalid.has(code) ? 'INVALID' : 'INCOMPLETE'))),
      name,
      remarks: bad,
    }
  }
  const { chainId, seq, receiptHash } = receipt
  return {
    verdict: torn ? 'INCOMPLETE' : 'VALID',
    name,
    chainId,
    head: { seq, receiptHash },
    remarks: torn ? [tornRemark] : [],
  }
}

/** The last line, also where it is none of ours. */
async function endOfServer({ store }: StoreTarget, chainId: string): Promise<FileEnd> {
  const bounds = chainIdPattern.test(chainId) ? await store.bounds(chainId) : undefined
  let last: string | undefined
  for await (const line of bounds ? (store.lines?.(chainId, { fromSeq: bounds.last }) ?? []) : []) last = line
  return last === undefined ? {} : { last: { text: last, terminated: true } }
}

async function serverHeads(target: StoreTarget, options: Options): Promise<ChainHead[]> {
  const one = options.all ? undefined : await serverChainOf(target, options.chain, everyHead)
  const chains = options.all ? await chainsOfServer(target) : one === undefined ? [] : [one]
  const heads: ChainHead[] = []
  for (const chainId of chains) heads.push(ofChain(headOf(target.name, await endOfServer(target, chainId)), chainId))
  return heads.length > 0 ? heads : [headOf(target.name, {})]
}

/** Names the chain that was asked for; a receipt of another does not belong there. */
function ofChain(found: ChainHead, chainId: string): ChainHead {
  if (found.chainId === undefined || found.chainId === chainId) return { ...found, chainId }
  const message = 'its receipt is of another chain than the place where it stands'
  return { verdict: 'INVALID', name: found.name, chainId, remarks: [{ code: 'CHAIN_MISMATCH', message }] }
}

const everyHead = '--all prints them all'

async function headsOf(target: Target, options: Options, io: Io): Promise<ChainHead[]> {
  if (target.kind === 'server') return serverHeads(target, options)
  if (target.kind === 'stdin') return [headOf('stdin', await endOfChunks(streamChunks(io.stdin, 'stdin')))]
  if (target.kind === 'file') return [headOf(target.name, await endOfFile(target.path))]
  const one = options.all ? undefined : chainOf(target, options.chain, everyHead)
  const chains = options.all ? target.chains : one === undefined ? [] : [one]
  const heads: ChainHead[] = []
  for (const { name, chainId, files } of chains) {
    const file = files.at(-1)
    const found = headOf(name, file === undefined ? {} : await endOfFile(file.path))
    const other = chainId !== undefined && found.chainId !== undefined && found.chainId !== chainId
    heads.push(
      other
        ? {
            verdict: 'INVALID',
            name,
            remarks: [{ code: 'CHAIN_MISMATCH', message: 'its receipt is of another chain than its folder' }],
          }
        : { ...found, ...(chainId === undefined ? {} : { chainId }) },
    )
  }
  return heads.length > 0 ? heads : [headOf(target.name, {})]
}

function headJson({ verdict, name, chainId, head, remarks }: ChainHead): object {
  return {
    verdict,
    name,
    ...(chainId === undefined ? {} : { chainId }),
    ...(head === undefined ? {} : { head, expectHead: headText(head) }),
    problems: remarks,
  }
}

async function head(text: string, options: Options, io: Io): Promise<ExitCode> {
  if (options.all && options.chain !== undefined)
    throw new UsageError('--chain is about one chain and does not go with --all')
  const target = await targetOf(text, io)
  refuseChoice(target, options.chain)
  const heads = await letGo(target, () => headsOf(target, options, io))
  const verdict = worstOf(heads.map((one) => one.verdict))
  if (options.json) {
    io.stdout.write(
      printableJson(options.all ? { verdict, chains: heads.map(headJson) } : headJson(heads[0] as ChainHead)),
    )
    return exitCodeOf(verdict)
  }
  const { yellow, red } = colorsFor(io, io.stderr)
  for (const one of heads) {
    const chain = printable(one.chainId ?? one.name)
    if (one.head !== undefined)
      io.stdout.write(options.all ? `${headText(one.head)}\t${chain}\n` : `${headText(one.head)}\n`)
    for (const { code, message } of one.remarks) {
      io.stderr.write(
        `${(one.verdict === 'INVALID' ? red : yellow)(one.verdict)}  ${chain}  ${code}  ${printable(message)}\n`,
      )
    }
  }
  return exitCodeOf(verdict)
}

/** `quittance head FILE|DIR|URL|-` */
export const addHead: AddCommand = (program, { io, exit }) => {
  program
    .command('head')
    .summary("print a chain's newest receipt for --expect-head")
    .description(
      'Prints the newest receipt as SEQ:sha256:HEX, to be noted elsewhere and given to "verify --expect-head". Its hash and ' +
        'signature are computed again; whose key it is, and the rest of the chain, is for "verify".',
    )
    .argument('<target>', 'FILE, DIR, store URL, or - for stdin')
    .option('--chain <id>', 'the chain, where there are several')
    .option('--all', 'the head of every chain of a directory or store')
    .option('--json', 'print {verdict, name, chainId, head, expectHead, problems} as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string, options: Options) => exit(await head(target, options, io)))
}
