/** Where the receipts of a report come from, as it was typed. */
import type { BuildReportOptions } from '../../report/options.js'
import { fileStore } from '../../store/file.js'
import type { ReceiptStore } from '../../store/store.js'
import { pathOfFileUrl } from '../../url.js'
import type { ReceiptSource } from '../../verify/types.js'
import { UsageError } from '../failure.js'
import { colorsFor, type Io, pathFrom } from '../io.js'
import { printable } from '../printable.js'
import { chainsOfServer, linesOfTarget, type Target, targetOf } from '../target.js'

/** What `--chain` and `--all` say. */
export interface ChainChoice {
  readonly chain?: readonly string[] | undefined
  readonly all?: true | undefined
}

/** Receipts to be read, and the chains that are meant. */
export interface OpenedSource {
  readonly source: ReceiptStore | ReceiptSource
  /** The same, where more can be written to it. */
  readonly store?: ReceiptStore | undefined
  readonly chains?: BuildReportOptions['chains']
  /** How it is spoken of. */
  readonly name: string
  close(): Promise<void>
}

/**
 * @param positional - the argument
 * @param store - of `--store`
 * @returns the one that was given
 * @throws UsageError where there is none, or two
 */
export function oneTarget(positional: string | undefined, store: string | undefined): string {
  if (positional !== undefined && store !== undefined)
    throw new UsageError('name the receipts once: as the argument, or with --store')
  const text = positional ?? store
  if (text === undefined)
    throw new UsageError('no receipts were named: FILE, DIR or URL, as the argument or with --store')
  return text
}

function chosen(there: readonly string[], { chain, all }: ChainChoice, name: string): readonly string[] {
  if (chain !== undefined && all) throw new UsageError('--chain does not go with --all')
  if (chain !== undefined) return chain
  if (there.length === 0) throw new UsageError(`${name} holds no chain`)
  if (there.length === 1 || all) return there
  const names = there.slice(0, 20).map((one) => `  ${one}`)
  if (there.length > names.length) names.push(`  … and ${there.length - names.length} more`)
  throw new UsageError(`${name} holds ${there.length} chains: --chain ID chooses one or more, --all takes all.`, names)
}

/** An absent chain is judged INCOMPLETE, which a misspelt one would be too: what is there helps to tell them apart. */
function tellAbsent(meant: readonly string[], there: readonly string[], name: string, io: Io): void {
  const listed = (ids: readonly string[]): string =>
    [...ids.slice(0, 20).map((id) => printable(id)), ...(ids.length > 20 ? ['…'] : [])].join(', ')
  const absent = meant.filter((id) => !there.includes(id))
  if (absent.length === 0) return
  const { yellow } = colorsFor(io, io.stderr)
  const holds = there.length === 0 ? 'none' : listed(there)
  io.stderr.write(`${yellow('note:')} not in ${printable(name)}: ${listed(absent)}; what is: ${holds}\n`)
}

/** The lines of one file. What is no text is handed on as a line that is no receipt either. */
async function* textsOf(target: Target, io: Io): AsyncGenerator<string> {
  for await (const line of linesOfTarget(target, undefined, io)) {
    if ('fault' in line) yield ''
    else if (!line.terminated)
      throw new UsageError('the last line has no newline: it may be the half of one', [
        'If it is whole, add a newline. "quittance verify" says what holds before it.',
      ])
    else yield line.text
  }
}

function ofLines(target: Target, { chain, all }: ChainChoice, name: string, io: Io): OpenedSource {
  if (all || (chain?.length ?? 0) > 1) throw new UsageError(`${name} holds one chain`)
  return { source: textsOf(target, io), chains: chain, name, async close() {} }
}

/**
 * Opens what was named. Nothing of it is changed.
 *
 * @param text - FILE, DIR, URL or `-`
 * @param choice - of chains
 * @param io - the process
 * @returns the receipts, to be closed by the caller
 * @throws QuittanceError `VERIFY_INPUT`, `STORE_URL`; UsageError
 */
export async function openSource(text: string, choice: ChainChoice, io: Io): Promise<OpenedSource> {
  const target = await targetOf(text, io)
  if (target.kind === 'server') {
    const { store, name } = target
    try {
      const chains = chosen(choice.chain === undefined ? await chainsOfServer(target) : [], choice, name)
      return { source: store, store, chains, name, close: () => store.close() }
    } catch (error) {
      await store.close()
      throw error
    }
  }
  if (target.kind === 'stdin') return ofLines(target, choice, 'stdin', io)
  if (target.kind === 'file') return ofLines(target, choice, target.name, io)
  const { chains, name } = target
  if (!target.store) {
    if (chains.length !== 1) throw new UsageError(`${name} holds ${chains.length} files: name one FILE`)
    return ofLines(target, choice, name, io)
  }
  const nameless = chains.find(({ chainId }) => chainId === undefined)
  if (choice.chain === undefined && nameless !== undefined)
    throw new UsageError(
      `${name} holds ${nameless.name}, of which nothing says whose it is: name the chains with --chain`,
      ['"quittance verify --all" says what is wrong with it.'],
    )
  const there = chains.flatMap(({ chainId }) => (chainId === undefined ? [] : [chainId])).sort()
  const meant = chosen(there, choice, name)
  tellAbsent(meant, there, name, io)
  const path = /^file:/i.test(text) ? pathOfFileUrl(text, io.cwd) : pathFrom(io, text)
  const store = fileStore(path)
  return { source: store, store, chains: meant, name, close: () => store.close() }
}
