/** Whether what is in a file is a prefix of what is to be exported. */
import { type HeadRef, QuittanceError } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { storedLines } from '../../store/copying/stored-lines.js'
import { seqAtTime } from '../../store/copying/time-bounds.js'
import type { ReceiptStore } from '../../store/store.js'
import { fileChunks } from '../../verify/node/chunks.js'
import { lineSplitter } from '../../verify/node/lines.js'
import { UsageError } from '../failure.js'
import type { FileContent } from './line-file.js'

/** What is asked for of a chain. */
export interface Asked {
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** A file, and the chain that it should be the beginning of. */
export interface Resumed {
  readonly store: ReceiptStore
  readonly chainId: string
  /** As it was typed, for messages. */
  readonly name: string
  readonly path: string
  readonly content: FileContent
  readonly asked: Asked
}

type Line = Pick<DecisionReceipt, 'chainId' | 'seq' | 'receiptHash' | 'timestamp'> & { readonly text: string }

const again = 'Export it again without --resume.'

function lineOf({ name }: Resumed, text: string, which: string): Line {
  try {
    const { chainId, seq, receiptHash, timestamp } = JSON.parse(text) as Partial<DecisionReceipt>
    if (typeof chainId === 'string' && Number.isSafeInteger(seq) && typeof receiptHash === 'string')
      return { text, chainId, seq: seq as number, receiptHash, timestamp: String(timestamp) }
  } catch {
    // told below, without the line: it may hold anything
  }
  throw new UsageError(`the ${which} line of ${name} is no receipt`, [again])
}

/** Whether a line of a file has free text that is gone from the store, and is the same otherwise. */
function erasedSince(text: string, there: DecisionReceipt): boolean {
  const { details, ...rest } = JSON.parse(text) as DecisionReceipt
  return details !== undefined && JSON.stringify(rest) === JSON.stringify(there)
}

function whyDifferent({ name }: Resumed, line: Line, there: DecisionReceipt | undefined): string {
  if (there === undefined) return `the store does not hold seq ${line.seq}, with which ${name} goes on`
  if (there.receiptHash !== line.receiptHash)
    return `${name} differs at seq ${line.seq}: the file has ${line.receiptHash}, the store ${there.receiptHash}`
  if (erasedSince(line.text, there))
    return `${name} has free text at seq ${line.seq} that was erased in the store: export it again without --resume`
  // whoever edits a line leaves the hash that stands in it
  return `${name} differs at seq ${line.seq}: the file and the store both claim ${line.receiptHash}, and say other things; verify both`
}

function differs(resumed: Resumed, line: Line, stored: string | undefined): QuittanceError {
  const { chainId } = resumed
  const there = stored === undefined ? undefined : (JSON.parse(stored) as DecisionReceipt)
  const why = whyDifferent(resumed, line, there)
  return new QuittanceError('STORE_CONFLICT', `chain ${chainId}: ${why}`, {
    details: {
      chainId,
      seq: line.seq,
      expected: { seq: line.seq, receiptHash: line.receiptHash },
      ...(there && { actual: { seq: there.seq, receiptHash: there.receiptHash } }),
    },
  })
}

async function storedAt({ store, chainId }: Resumed, seq: number): Promise<string | undefined> {
  for await (const line of storedLines(store, chainId, { fromSeq: seq, toSeq: seq })) return line
  return undefined
}

/** Holds the ends of a file against what was asked for. */
async function checkRange(resumed: Resumed, first: Line, last: Line): Promise<void> {
  const { store, chainId, name } = resumed
  const { fromSeq, toSeq, from, to } = resumed.asked
  if (first.chainId !== chainId || last.chainId !== chainId)
    throw new UsageError(`${name} holds another chain than ${chainId}`)
  const bounds = await store.bounds(chainId)
  if (bounds === undefined) return
  const start = Math.max(
    bounds.first,
    fromSeq ?? 0,
    from === undefined ? 0 : await seqAtTime(store, chainId, from, bounds, undefined),
  )
  if (first.seq > start)
    throw new UsageError(`${name} begins at seq ${first.seq}, and seq ${start} was asked for`, [again])
  if ((fromSeq !== undefined && first.seq < fromSeq) || (from !== undefined && first.timestamp < from))
    throw new UsageError(`${name} begins at seq ${first.seq}, before what was asked for`, [again])
  if ((toSeq !== undefined && last.seq > toSeq) || (to !== undefined && last.timestamp >= to))
    throw new UsageError(`${name} goes on to seq ${last.seq}, behind what was asked for`, [again])
}

/**
 * @param resumed - the file and the chain
 * @returns its last receipt, which stands in the chain as it stands in the file; `undefined` for a file without a whole line
 * @throws UsageError, QuittanceError `STORE_CONFLICT`
 */
export async function resumePoint(resumed: Resumed): Promise<HeadRef | undefined> {
  const { content, store, chainId } = resumed
  if (content.first === undefined || content.last === undefined) return undefined
  const first = lineOf(resumed, content.first, 'first')
  const last = lineOf(resumed, content.last, 'last')
  await checkRange(resumed, first, last)
  const bounds = await store.bounds(chainId)
  // of one that was pruned since, the export itself looks whether the chain goes on there
  if (bounds !== undefined && last.seq === bounds.first - 1) return { seq: last.seq, receiptHash: last.receiptHash }
  const stored = await storedAt(resumed, last.seq)
  if (stored !== last.text) throw differs(resumed, last, stored)
  return { seq: last.seq, receiptHash: last.receiptHash }
}

/**
 * Compares every line of a file with the chain.
 *
 * @param resumed - the file and the chain
 * @returns how many lines could not be compared, because the store has pruned them
 * @throws UsageError, QuittanceError `STORE_CONFLICT` at the first that differs
 */
export async function compareWhole(resumed: Resumed): Promise<number> {
  const { store, chainId, path, content } = resumed
  const held = (await store.bounds(chainId))?.first ?? 0
  let stored: AsyncIterator<string> | undefined
  let pruned = 0
  let next: number | undefined
  let read = 0
  const splitter = lineSplitter()
  try {
    for await (const chunk of fileChunks(path)) {
      const whole = chunk.subarray(0, Math.max(0, content.end - read))
      read += chunk.length
      for (const raw of splitter.push(whole)) {
        const line = lineOf(resumed, 'text' in raw ? raw.text : '', next === undefined ? 'first' : `seq ${next}`)
        if (next !== undefined && line.seq !== next) throw new UsageError(`${resumed.name} has no seq ${next}`, [again])
        next = line.seq + 1
        if (line.seq < held) {
          pruned += 1
          continue
        }
        stored ??= storedLines(store, chainId, { fromSeq: line.seq })[Symbol.asyncIterator]()
        const step = await stored.next()
        if (step.done || step.value !== line.text) throw differs(resumed, line, step.done ? undefined : step.value)
      }
    }
  } finally {
    await stored?.return?.()
  }
  return pruned
}
