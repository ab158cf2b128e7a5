/**
 * Puts together what threads found out: each chain's lines in their order, before a judge that alone knows the chain. A run
 * is taken at once only where the judge is certain; whatever has no report, or does not fit to what was read before it, is
 * read again here, line by line.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { QuittanceError } from '../../errors.js'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { type Counted, type ExaminedJudge, judgeExamined } from '../chain.js'
import { examineLine } from '../examine.js'
import type { RawLine } from '../line.js'
import { isPlain } from '../run.js'
import { fileChunks, unreadable } from './chunks.js'
import type { DirectoryChain, DirectoryResult, PlannedFile, ScopedFile } from './directory-contents.js'
import type { Reports } from './examining.js'
import { lineSplitter } from './lines.js'
import { type FileVerifyOptions, linesOf, type Meter } from './meter.js'
import { type OpenFile, type Piece, planned, type Shape } from './plan.js'
import type { RangeReport } from './range.js'
import type { Crew } from './threads.js'

/** Who does the work, and in what parts. */
export interface Working {
  readonly crew: Crew
  readonly shape: Shape
  readonly meter: Meter
  /** Checks the signatures of what is read on the calling thread. */
  readonly backend: Ed25519Backend
}

/** How long one turn may keep the event loop, in milliseconds. */
const TURN_MS = 50
const CHUNK_BYTES = 256 * 1024

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new QuittanceError('VERIFY_ABORTED', 'the verification was given up', { cause: signal.reason })
}

/** Waits, and keeps the process alive meanwhile. */
async function awaited<T>(promise: Promise<T>, crew: Crew, signal: AbortSignal | undefined): Promise<T> {
  refuseAborted(signal)
  crew.awaited(true)
  let stop: (() => void) | undefined
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        stop = () => reject(signal?.reason)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    ])
  } catch (error) {
    refuseAborted(signal)
    throw error
  } finally {
    crew.awaited(false)
    if (stop) signal?.removeEventListener('abort', stop)
  }
}

/** @returns the lines that begin at `from` or later and before `end`, and where each of them ends */
async function* linesFrom(
  { handle, identity }: OpenFile,
  path: string,
  from: number,
  end: number,
): AsyncGenerator<readonly [RawLine, number]> {
  const splitter = lineSplitter(from === 0)
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, identity.size - from))
  let read = from
  while (read < identity.size) {
    const wanted = Math.min(buffer.length, identity.size - read)
    const { bytesRead } = await handle.read(buffer, 0, wanted, (identity.at ?? 0) + read).catch((error: unknown) => {
      throw unreadable(error, path)
    })
    if (bytesRead === 0) {
      const details = { file: path, reason: 'shrunk' }
      throw new QuittanceError('VERIFY_INPUT', `${path} became shorter while it was read`, { details })
    }
    read += bytesRead
    for (const line of splitter.push(buffer.subarray(0, bytesRead))) {
      const lineEnd = from + splitter.taken
      yield [line, lineEnd]
      if (lineEnd >= end) return
    }
  }
  const last = splitter.end()
  if (last !== undefined) yield [last, identity.size]
}

/** One chain, part by part. */
class Assembly {
  readonly files: ScopedFile[] = []
  readonly #judge: ExaminedJudge
  readonly #options: FileVerifyOptions
  readonly #meter: Meter
  readonly #backend: Ed25519Backend
  #turnEnds = Date.now() + TURN_MS
  /** Where the next line begins in the file that is being judged. */
  #at = 0

  constructor(
    chain: DirectoryChain,
    options: FileVerifyOptions,
    meter: Meter,
    backend: Ed25519Backend,
    counted?: Counted,
  ) {
    const { chainId, anchors = options.anchors } = chain
    this.#options = options
    this.#meter = meter
    this.#backend = backend
    this.#judge = judgeExamined(chainId === undefined ? options : { ...options, chainId, anchors }, counted)
  }

  /** @returns whether reports of runs are of use for what follows; `undefined` where nothing was learned about that */
  async take(piece: Piece, report: RangeReport | undefined): Promise<boolean | undefined> {
    const { chain, file, range, opened } = piece
    if (file === undefined) return undefined
    const planned = chain.files[file] as PlannedFile
    if (range === undefined || range.start === 0) {
      this.files.push({ name: planned.name, path: planned.path, firstLine: this.#judge.checked + 1 })
      this.#at = 0
    }
    if (range === undefined || (opened === undefined && report === undefined)) {
      for await (const line of linesOf(fileChunks(planned.path), this.#meter)) await this.#line(line)
      return undefined
    }
    const before = this.#judge.checked
    const found = this.#judge.found
    const end = opened === undefined ? (report as RangeReport).file.size : range.end
    const folded = this.#at < end ? this.#fold(report) : true
    if (this.#at < end) await this.#read(piece, report, end)
    this.#meter.receipts += this.#judge.checked - before
    this.#meter.bytes += end - range.start
    this.#meter.tick()
    return folded && (this.#judge.found === found || undefined)
  }

  /** @returns false where a run could not be taken at once; `#at` says from where to go on */
  #fold(report: RangeReport | undefined): boolean {
    // what does not begin where the last part ended was not read from the same bytes
    if (report === undefined || report.from !== this.#at) return true
    for (const { examined, rest } of report.parts) {
      this.#judge.next(examined)
      if (rest === undefined) continue
      const { at, count, last, leaves } = rest
      if (this.#judge.run({ first: examined.receipt as DecisionReceipt, count, last, leaves })) continue
      this.#at = at
      return false
    }
    this.#at = report.to
    return true
  }

  async #read({ chain, file, opened }: Piece, report: RangeReport | undefined, end: number): Promise<void> {
    const { path } = chain.files[file as number] as PlannedFile
    const source = opened ?? (await openAgain(path, report as RangeReport))
    try {
      for await (const [line, lineEnd] of linesFrom(source, path, this.#at, end)) {
        await this.#line(line)
        this.#at = lineEnd
      }
    } finally {
      if (opened === undefined) await source.handle.close()
    }
  }

  async #line(line: RawLine): Promise<void> {
    refuseAborted(this.#options.signal)
    this.#judge.next(examineLine(line, this.#backend))
    if (Date.now() <= this.#turnEnds) return
    await new Promise((resolve) => setTimeout(resolve, 0))
    this.#turnEnds = Date.now() + TURN_MS
  }

  finish({ name, chainId }: DirectoryChain): DirectoryResult {
    const result = this.#judge.finish()
    return { name, ...(chainId === undefined ? {} : { chainId }), files: this.files, result }
  }
}

async function openAgain(path: string, { file }: RangeReport): Promise<OpenFile> {
  const fail = (error: unknown): never => {
    throw unreadable(error, path)
  }
  const handle = await open(path, 'r').catch(fail)
  const { dev, ino } = await handle.stat({ bigint: true }).catch(fail)
  if (dev === file.dev && ino === file.ino) return { handle, identity: file }
  await handle.close()
  const details = { file: path, reason: 'replaced' }
  throw new QuittanceError('VERIFY_INPUT', `${path} was replaced while it was read`, { details })
}

interface Asked {
  readonly pieces: readonly Piece[]
  readonly itemised: boolean
  readonly reports: Promise<Reports>
}

/**
 * Judges chains from the reports of a crew, of which no more are asked for ahead than it takes at a time.
 *
 * @param chains - to be judged
 * @param options - checked
 * @param working - who does it; closing the crew is the caller's
 * @param events - hears of each receipt of the ledger's own (`system`, `key`, `retention`) against which nothing was found
 * @returns one result a chain, in the order given
 */
export async function* assemble(
  chains: readonly DirectoryChain[],
  options: FileVerifyOptions,
  working: Working,
  events?: Counted,
): AsyncGenerator<DirectoryResult, void, undefined> {
  const { crew, shape, meter, backend } = working
  const { signal } = options
  const counted = events && ((receipt: DecisionReceipt) => isPlain(receipt) || events(receipt))
  const anchored = [options, ...chains].some(({ anchors = [] }) => anchors.length > 0)
  const leaves = anchored || (options.checkpoints?.known ?? []).length > 0
  const plan = planned(chains, shape)
  const asked: Asked[] = []
  const opened = new Set<FileHandle>()
  let itemised = false
  let planEnded = false

  const askAhead = async () => {
    while (!planEnded && asked.length < crew.size) {
      const step = await plan.next()
      if (step.done) {
        planEnded = true
        return
      }
      const pieces = step.value
      for (const piece of pieces) if (piece.opened) opened.add(piece.opened.handle)
      const ranges = pieces.flatMap(({ range }) => range ?? [])
      asked.push({ pieces, itemised, reports: crew.examine({ ranges, manner: { itemised, leaves } }) })
    }
  }

  let assembly: Assembly | undefined
  try {
    for (;;) {
      await askAhead()
      const next = asked.shift()
      if (next === undefined) return
      const reports = [...(await awaited(next.reports, crew, signal))]
      // while this is put together, the crew has its next task
      await askAhead()
      for (const piece of next.pieces) {
        assembly ??= new Assembly(piece.chain, options, meter, backend, counted)
        const report = piece.range === undefined ? undefined : reports.shift()
        const folds = await assembly.take(piece, report)
        if (folds === false) itemised = true
        else if (folds && next.itemised) itemised = false
        if (piece.endsFile && piece.opened) {
          opened.delete(piece.opened.handle)
          await piece.opened.handle.close()
        }
        if (!piece.endsChain) continue
        const result = assembly.finish(piece.chain)
        assembly = undefined
        yield result
      }
    }
  } finally {
    await Promise.all([...opened].map((handle) => handle.close()))
  }
}
