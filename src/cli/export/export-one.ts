/** One chain into one file, or to stdout. */
import { QuittanceError } from '../../errors.js'
import type { Keyring } from '../../keys/keyring.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { type ExportedChain, exportLines } from '../../store/export-lines.js'
import type { ReceiptStore } from '../../store/store.js'
import { cannotWrite } from '../cannot-write.js'
import { type Failure, failureOf, UsageError } from '../failure.js'
import type { Io } from '../io.js'
import { shownLine } from '../printable.js'
import { progressOn } from '../progress.js'
import { type LineFile, openLineFile, PART } from './line-file.js'
import { type Asked, compareWhole, resumePoint } from './resume.js'

/** How to export. */
export interface ExportFlags extends Asked {
  readonly acceptPruned?: number | undefined
  readonly resume?: true | undefined
  readonly check?: true | undefined
  readonly quiet?: true | undefined
}

/** What is exported where to. */
export interface Export {
  readonly store: ReceiptStore
  readonly chainId: string
  readonly keyring: Keyring | false
  readonly flags: ExportFlags
}

/** What a file was continued from. */
export interface Continued {
  /** The last seq that was there. */
  readonly afterSeq?: number | undefined
  /** Bytes of a torn last line, which were cut off. */
  readonly cut: number
  /** Lines that could not be compared, because the store has pruned them; with `--check`. */
  readonly notCompared?: number | undefined
}

/** What became of one chain. */
export interface Outcome {
  readonly chainId: string
  /** As it was typed; absent for stdout. */
  readonly file?: string | undefined
  readonly exported?: ExportedChain | undefined
  readonly continued?: Continued | undefined
  /** Seqs of receipts in the part that was there whose free text was erased since. */
  readonly erased?: readonly number[] | undefined
  readonly refused?: Failure | undefined
  /** The file that holds what stands before the place that was refused. */
  readonly left?: string | undefined
}

/** What one chain alone is to blame for: the others are exported all the same. */
const ofChainOnly = (error: unknown): boolean =>
  QuittanceError.is(error, 'COPY_INVALID') || QuittanceError.is(error, 'STORE_CONFLICT')

function optionsOf({ keyring, flags }: Export, io: Io) {
  const { fromSeq, toSeq, from, to, acceptPruned, quiet } = flags
  const progress = quiet || io.stdout.isTTY === true ? { update() {}, clear() {} } : progressOn(io)
  return {
    progress,
    options: {
      keyring,
      fromSeq,
      toSeq,
      from,
      to,
      acceptPruned: acceptPruned === undefined ? undefined : { minDays: acceptPruned },
      onProgress: ({ read, total }: { readonly read: number; readonly total: number }) =>
        progress.update({ receipts: read, totalReceipts: total }),
    },
  }
}

/** So many characters go to stdout at once. */
const STDOUT_UNITS = 64 * 1024

/**
 * @param what - the chain
 * @param io - the process
 * @returns what became of it; where nobody reads any more only the verdict is made
 */
export async function exportToStdout(what: Export, io: Io): Promise<Outcome> {
  const { store, chainId, keyring } = what
  const { progress, options } = optionsOf(what, io)
  const { stdout } = io
  let buffered: string[] = []
  let units = 0
  const flush = (): Promise<void> | undefined => {
    stdout.write(buffered.join(''))
    buffered = []
    units = 0
    return stdout.drained?.()
  }
  const write = (line: string): Promise<void> | undefined => {
    if (stdout.isTTY === true) {
      stdout.write(`${shownLine(line)}\n`)
      return stdout.drained?.()
    }
    buffered.push(line, '\n')
    units += line.length + 1
    return units < STDOUT_UNITS ? undefined : flush()
  }
  try {
    // without a verdict there is nothing left to do for nobody
    const signal = keyring === false ? stdout.gone : undefined
    const exported = await exportLines(store, chainId, (line) => write(line), { ...options, signal }).finally(flush)
    return { chainId, exported }
  } catch (error) {
    if (stdout.gone?.aborted && error === stdout.gone.reason) return { chainId, exported: { chainId, exported: 0 } }
    if (!ofChainOnly(error)) throw error
    return { chainId, refused: failureOf(error) }
  } finally {
    progress.clear()
  }
}

/** Where, how, and what of it is known already. */
interface Place {
  readonly name: string
  readonly path: string
}

/** @returns what the file that is being written is called: the one that was named, or what stands beside it */
const writtenName = ({ name, path }: Place, file: LineFile): string =>
  file.path.endsWith(PART) && !path.endsWith(PART) ? `${name}${PART}` : name

async function continuedFrom(what: Export, place: Place, file: LineFile) {
  const { content } = file
  if (content === undefined) return undefined
  const { store, chainId, flags } = what
  const resumed = { store, chainId, name: writtenName(place, file), path: file.path, content, asked: flags }
  const after = await resumePoint(resumed)
  const notCompared = flags.check ? await compareWhole(resumed) : undefined
  return { after, continued: { afterSeq: after?.seq, cut: content.torn, notCompared } }
}

/**
 * @param what - the chain
 * @param place - the file
 * @param io - the process
 * @returns what became of it; a chain that the store has not leaves no file
 */
export async function exportToFile(what: Export, place: Place, io: Io): Promise<Outcome> {
  const { store, chainId, flags } = what
  const { progress, options } = optionsOf(what, io)
  const erased = new Set<number>()
  let file: LineFile | undefined
  let finished = false
  try {
    const there = (await store.bounds(chainId)) !== undefined
    file = await openLineFile(place.name, place.path, flags.resume === true, there)
    const before = file && (await continuedFrom(what, place, file))
    const write = (line: string): Promise<void> | undefined => {
      if (before?.after !== undefined && line.includes('"event":"erase"')) noteErased(line, before.after.seq, erased)
      return file?.write(line)
    }
    const exported = await exportLines(store, chainId, (line) => write(line), { ...options, after: before?.after })
    finished = true
    await file?.finish()
    return {
      chainId,
      file: place.name,
      exported,
      ...(before && { continued: before.continued }),
      ...(erased.size > 0 && { erased: [...erased].sort((a, b) => a - b) }),
    }
  } catch (error) {
    if (!finished) await file?.leave()
    if (!ofChainOnly(error))
      throw error instanceof UsageError || QuittanceError.is(error) ? error : unwritable(place, error)
    const left = file && QuittanceError.is(error, 'COPY_INVALID') ? writtenName(place, file) : undefined
    return { chainId, file: place.name, refused: failureOf(error), left }
  } finally {
    progress.clear()
  }
}

function unwritable({ name }: Place, error: unknown): unknown {
  return (error as NodeJS.ErrnoException).syscall === undefined ? error : cannotWrite(name, error)
}

/** Free text that the part of the file that was there may still hold. */
function noteErased(line: string, last: number, erased: Set<number>): void {
  const { retention } = JSON.parse(line) as DecisionReceipt
  if (retention?.event !== 'erase') return
  for (const { seq } of retention.receipts) if (seq <= last) erased.add(seq)
}
