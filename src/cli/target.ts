/** What a command is to read: a file, a directory, a store on a server, or stdin. */
import { stat } from 'node:fs/promises'
import { chainIdPattern } from '../primitives/chain-id.js'
import { shownUrl } from '../store/redis/from-url.js'
import type { ReceiptStore } from '../store/store.js'
import { pathOfFileUrl, storeFromUrl } from '../url.js'
import type { RawLine } from '../verify/line.js'
import { fileChunks, streamChunks, unreadable } from '../verify/node/chunks.js'
import { chainsIn, type DirectoryChain } from '../verify/node/directory.js'
import { lineSplitter } from '../verify/node/lines.js'
import { UsageError } from './failure.js'
import { type Io, pathFrom } from './io.js'
import { noteStore } from './opened-stores.js'
import { isStoreUrl } from './typed-url.js'

/** What was named, and what it turned out to be. */
export type Target =
  | { readonly kind: 'stdin' }
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  | {
      readonly kind: 'directory'
      readonly name: string
      /** Whether it is a file store, whose folders say which chain they hold. */
      readonly store: boolean
      readonly chains: readonly DirectoryChain[]
    }
  | StoreTarget

/** A store on a server. Whoever gets it closes it. */
export interface StoreTarget {
  readonly kind: 'server'
  /** Without user and password. */
  readonly name: string
  readonly store: ReceiptStore
}

/**
 * @param text - FILE, DIR, URL or `-`, as it was typed
 * @param io - the process
 * @returns what it is; of a directory the chains that it holds, by name
 * @throws QuittanceError `VERIFY_INPUT` when it can't be read, `STORE_URL`; UsageError
 */
export async function targetOf(text: string, io: Io): Promise<Target> {
  if (text === '-') return { kind: 'stdin' }
  const isFileUrl = /^file:/i.test(text)
  if (!isFileUrl && isStoreUrl(text)) {
    const store = storeFromUrl(text)
    if (store.durable) {
      noteStore(io, { name: shownUrl(text) })
      return { kind: 'server', name: shownUrl(text), store }
    }
    await store.close()
    throw new UsageError('memory: holds nothing that another process could read')
  }
  const path = isFileUrl ? pathOfFileUrl(text, io.cwd) : pathFrom(io, text)
  let directory: boolean
  try {
    directory = (await stat(path)).isDirectory()
  } catch (error) {
    throw unreadable(error, text)
  }
  if (!directory) return { kind: 'file', path, name: text }
  const { kind, chains } = await chainsIn(path)
  return { kind: 'directory', name: text, store: kind === 'store', chains }
}

/**
 * Chooses one chain of a directory.
 *
 * @param target - the directory
 * @param chainId - of `--chain`
 * @param all - how several can all be had, where they can
 * @returns the chain; `undefined` where the store has no such chain, or the directory none at all
 * @throws UsageError when there are several and none was named
 */
export function chainOf(
  target: Target & { kind: 'directory' },
  chainId: string | undefined,
  all?: string,
): DirectoryChain | undefined {
  const { chains, store, name } = target
  if (chainId !== undefined && store) return chains.find((chain) => chain.chainId === chainId)
  // of a single file `--chain` says what is expected of it, and the verifier holds it against that
  if (chains.length <= 1) return chains[0]
  const loose = chains.some(({ name, files }) => files[0]?.name === name)
  const choose = !store
    ? 'name one FILE'
    : loose
      ? '--chain ID chooses a folder, or name one FILE'
      : '--chain ID chooses one'
  throw tooMany(
    name,
    chains.map((chain) => chain.chainId ?? chain.name),
    all === undefined ? choose : `${choose}, ${all}`,
  )
}

/**
 * @param name - what was named
 * @param chains - what it holds
 * @param ways - what would choose among them
 * @returns the error that lists them
 */
export function tooMany(name: string, chains: readonly string[], ways: string): UsageError {
  const names = chains.slice(0, 20).map((chain) => `  ${chain}`)
  if (chains.length > names.length) names.push(`  … and ${chains.length - names.length} more`)
  return new UsageError(`${name} holds ${chains.length} chains: ${ways}.`, names)
}

/** @returns the chains of a store on a server, sorted */
export async function chainsOfServer({ store }: StoreTarget): Promise<string[]> {
  const chains: string[] = []
  for await (const chainId of store.chains()) chains.push(chainId)
  return chains.sort()
}

/**
 * Chooses one chain of a store on a server, whose others are not looked at where one is named.
 *
 * @param target - the store
 * @param chainId - of `--chain`
 * @param all - how several can all be had, where they can
 * @returns the chain; `undefined` where the store holds none
 * @throws UsageError when there are several and none was named
 */
export async function serverChainOf(
  target: StoreTarget,
  chainId: string | undefined,
  all?: string,
): Promise<string | undefined> {
  if (chainId !== undefined) return chainId
  const chains = await chainsOfServer(target)
  if (chains.length <= 1) return chains[0]
  throw tooMany(target.name, chains, all === undefined ? '--chain ID chooses one' : `--chain ID chooses one, ${all}`)
}

/** @returns the lines of one chain of a store on a server, as the verifier takes them */
export async function* serverLines({ store }: StoreTarget, chainId: string): AsyncGenerator<RawLine> {
  if (!chainIdPattern.test(chainId)) return
  for await (const text of store.lines?.(chainId) ?? []) yield { text, terminated: true }
}

/**
 * Lets go of what was named.
 *
 * @param target - what was named
 * @param work - what is done with it
 * @returns what the work gives
 */
export async function letGo<T>(target: Target, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    if (target.kind === 'server') await target.store.close()
  }
}

/**
 * For commands that take `--chain` as a choice, not as something to hold the receipts against.
 *
 * @param target - what was named
 * @param chainId - of `--chain`
 * @throws UsageError where there is nothing to choose from
 */
export function refuseChoice(target: Target, chainId: string | undefined): void {
  if (chainId === undefined || target.kind === 'server' || (target.kind === 'directory' && target.store)) return
  throw new UsageError('--chain chooses a chain of a store, and this is none')
}

/**
 * @param target - what was named
 * @param chainId - of `--chain`
 * @param io - the process
 * @returns the bytes of one chain, a stream a file
 * @throws UsageError when a directory holds several chains and none was named
 */
function inputsOf(
  target: Exclude<Target, StoreTarget>,
  chainId: string | undefined,
  io: Io,
): AsyncIterable<Uint8Array>[] {
  if (target.kind === 'stdin') return [streamChunks(io.stdin, 'stdin')]
  if (target.kind === 'file') return [fileChunks(target.path)]
  return (chainOf(target, chainId)?.files ?? []).map(({ path }) => fileChunks(path))
}

/**
 * @param target - what was named
 * @param chainId - of `--chain`
 * @param io - the process
 * @returns the lines of one chain
 * @throws UsageError when there are several chains and none was named
 */
export async function* linesOfTarget(target: Target, chainId: string | undefined, io: Io): AsyncGenerator<RawLine> {
  if (target.kind === 'server') {
    const one = await serverChainOf(target, chainId)
    if (one !== undefined) yield* serverLines(target, one)
    return
  }
  for (const input of inputsOf(target, chainId, io)) {
    const splitter = lineSplitter()
    for await (const chunk of input) yield* splitter.push(chunk)
    const last = splitter.end()
    if (last !== undefined) yield last
  }
}
