/**
 * A part of a file, and what a thread finds out about the lines that begin in it: each by itself, and runs of them at once.
 * Nothing here knows the chain so far; `assemble.ts` does, and reads again whatever can't be told this way.
 */
import { fstatSync, readSync } from 'node:fs'
import type { Ed25519Backend } from '../../keys/ed25519/backend.js'
import { leafHash, receiptLeaf } from '../../merkle/index.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { type Examined, examineLine } from '../examine.js'
import { isPlain, type Reached } from '../run.js'
import { lineSplitter } from './lines.js'

/** Which file it is, whatever stands under its path later. */
export interface FileIdentity {
  readonly dev: bigint
  readonly ino: bigint
  /** In bytes, when it was first looked at: what is added later is not read. */
  readonly size: number
  /** Where its bytes begin, for a part of a larger file. */
  readonly at?: number | undefined
}

/** The lines of a file that begin at `start` or later and before `end`. */
export interface FileRange {
  readonly path: string
  readonly start: number
  readonly end: number
  /** Absent for a file that nobody has looked at yet: it is read from its start to its end. */
  readonly file?: FileIdentity | undefined
}

/** Lines that follow one by which a part begins, as `Run` says. */
export interface Following {
  /** Where the first of them begins in the file. */
  readonly at: number
  readonly count: number
  readonly last: Reached
  readonly leaves?: Uint8Array | undefined
}

/** One line, and those behind it that go on where it stands. */
export interface Part {
  readonly examined: Examined
  readonly rest?: Following | undefined
}

/** What a thread found in a range. */
export interface RangeReport {
  readonly file: FileIdentity
  /** Where the first line begins. */
  readonly from: number
  /** Where the last line ends; before the range's end only where there is more to tell than fits into one report. */
  readonly to: number
  readonly parts: readonly Part[]
}

/** How a range is to be looked at. */
export interface Manner {
  /** Each line by itself, for a chain in which runs tell too little. */
  readonly itemised: boolean
  /** Whether checkpoints are to be compared. */
  readonly leaves: boolean
}

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 0x0a
/** About how many bytes of findings one report may hold. */
const MAX_WEIGHT = 1024 * 1024
const PLAIN_WEIGHT = 700

/** The file was replaced, or became shorter. */
class Changed extends Error {}

/** Only what places a receipt, where nothing else of it is asked for. */
function slim(receipt: DecisionReceipt): DecisionReceipt {
  if (!isPlain(receipt)) return receipt
  const { version, receiptId, chainId, seq, timestamp, eventType } = receipt
  const { keyId, prevReceiptHash, receiptHash, signature } = receipt
  const members = {
    version,
    receiptId,
    chainId,
    seq,
    timestamp,
    eventType,
    keyId,
    prevReceiptHash,
    receiptHash,
    signature,
  }
  return members as DecisionReceipt
}

const leafOf = ({ receiptHash, signature }: DecisionReceipt): Uint8Array =>
  leafHash(receiptLeaf(receiptHash, signature))

/** Whether a receipt goes on where another stands, so that a run may have both. */
const goesOn = (a: DecisionReceipt, b: DecisionReceipt): boolean =>
  b.prevReceiptHash === a.receiptHash &&
  b.seq === a.seq + 1 &&
  b.keyId === a.keyId &&
  b.chainId === a.chainId &&
  b.version === a.version &&
  b.timestamp >= a.timestamp

interface Open {
  readonly examined: Examined
  readonly at: number
  count: number
  readonly leaves: Uint8Array[]
}

/** Puts together what can be told at once. */
class Folder {
  readonly parts: Part[] = []
  weight = 0
  readonly #manner: Manner
  #open: Open | undefined
  #last: DecisionReceipt | undefined

  constructor(manner: Manner) {
    this.#manner = manner
  }

  /**
   * @param examined - the next line
   * @param end - where it ends
   * @param bytes - how long it is
   */
  take(examined: Examined, end: number, bytes: number): void {
    const { receipt, sound, notices } = examined
    const plain = sound && notices.length === 0 && receipt !== undefined && isPlain(receipt)
    if (plain && this.#open !== undefined && goesOn(this.#last as DecisionReceipt, receipt)) {
      this.#open.count += 1
      if (this.#manner.leaves) this.#open.leaves.push(leafOf(receipt))
      this.#last = receipt
      return
    }
    this.close()
    this.weight += plain ? PLAIN_WEIGHT : PLAIN_WEIGHT + bytes
    for (const { message } of examined.problems) this.weight += message.length + 64
    const kept = receipt === undefined ? examined : { ...examined, receipt: slim(receipt), line: undefined }
    if (plain && !this.#manner.itemised) {
      this.#open = { examined: kept, at: end, count: 0, leaves: [] }
      this.#last = receipt
    } else this.parts.push({ examined: kept })
  }

  /** Ends the run that is open. */
  close(): void {
    if (this.#open === undefined) return
    const { examined, at, count, leaves } = this.#open
    this.#open = undefined
    if (count === 0) {
      this.parts.push({ examined })
      return
    }
    const { seq, receiptId, receiptHash, timestamp } = this.#last as DecisionReceipt
    const last = { seq, receiptId, receiptHash, timestamp }
    const rest = { at, count, last, leaves: this.#manner.leaves ? Buffer.concat(leaves) : undefined }
    this.parts.push({ examined, rest })
  }
}

/**
 * @param fd - an open file
 * @returns which it is; `undefined` for what is not a plain file with something in it
 */
export function identityOf(fd: number): FileIdentity | undefined {
  const stat = fstatSync(fd, { bigint: true })
  return stat.isFile() && stat.size > 0n ? { dev: stat.dev, ino: stat.ino, size: Number(stat.size) } : undefined
}

/** @returns where the first line begins that begins at `start` or later and before `end`; `end` where there is none */
function firstLineAt(fd: number, base: number, start: number, end: number, buffer: Buffer): number {
  if (start === 0) return 0
  // a line begins behind a newline, which may be the byte before
  for (let at = start - 1; at < end - 1; ) {
    const read = readSync(fd, buffer, 0, Math.min(buffer.length, end - 1 - at), base + at)
    if (read === 0) throw new Changed()
    const found = buffer.subarray(0, read).indexOf(NEWLINE)
    if (found >= 0) return at + found + 1
    at += read
  }
  return end
}

/**
 * Looks at the lines that begin in a range.
 *
 * @param fd - the file, opened under the range's path
 * @param range - which lines
 * @param manner - how
 * @param backend - checks the signatures
 * @param buffer - to read into
 * @returns what was found; `undefined` where it is not the file that was meant, or not whole
 */
export function judgeRange(
  fd: number,
  range: FileRange,
  manner: Manner,
  backend: Ed25519Backend,
  buffer: Buffer = Buffer.allocUnsafe(CHUNK_BYTES),
): RangeReport | undefined {
  const found = identityOf(fd)
  if (found === undefined) return undefined
  const file = range.file ?? found
  if (file.dev !== found.dev || file.ino !== found.ino || (file.at ?? 0) + file.size > found.size) return undefined
  const end = range.file === undefined ? file.size : range.end
  try {
    return judged(fd, file, range.start, end, manner, backend, buffer)
  } catch (error) {
    if (error instanceof Changed) return undefined
    throw error
  }
}

function judged(
  fd: number,
  file: FileIdentity,
  start: number,
  end: number,
  manner: Manner,
  backend: Ed25519Backend,
  buffer: Buffer,
): RangeReport {
  const base = file.at ?? 0
  const from = firstLineAt(fd, base, start, end, buffer)
  const folder = new Folder(manner)
  const splitter = lineSplitter(from === 0)
  let to = from
  let read = from
  while (to < end && folder.weight < MAX_WEIGHT && read < file.size) {
    const bytes = readSync(fd, buffer, 0, Math.min(buffer.length, file.size - read), base + read)
    if (bytes === 0) throw new Changed()
    read += bytes
    for (const line of splitter.push(buffer.subarray(0, bytes))) {
      const lineEnd = from + splitter.taken
      folder.take(examineLine(line, backend), lineEnd, lineEnd - to)
      to = lineEnd
      if (to >= end || folder.weight >= MAX_WEIGHT) break
    }
  }
  if (to < end && folder.weight < MAX_WEIGHT) {
    const last = splitter.end()
    if (last !== undefined) {
      folder.take(examineLine(last, backend), file.size, file.size - to)
      to = file.size
    }
  }
  folder.close()
  return { file, from, to, parts: folder.parts }
}
