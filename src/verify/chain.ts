/** The verifier's ways in: receipts, lines, lines many at a time, or what threads found out about them. */
import { QuittanceError } from '../errors.js'
import type { Ed25519Backend } from '../keys/ed25519/backend.js'
import { defaultBackend } from '../keys/ed25519/verify.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { ChainVerifier } from './chain-verifier.js'
import { type Examined, examineLine, examineReceipt } from './examine.js'
import type { RawLine } from './line.js'
import { checkOptions } from './options.js'
import type { Counted, Run } from './run.js'
import type { ReceiptSource, Verdict, VerifyOptions, VerifyResult } from './types.js'

export type { Counted } from './run.js'

/** How long one turn may keep the event loop, in milliseconds. */
const TURN_MS = 50

/** Lets others have the event loop in between, and hears of an abort. */
function turns(signal: AbortSignal | undefined): { isOver(): boolean; rest(): Promise<void> } {
  let ends = Date.now() + TURN_MS
  return {
    isOver() {
      if (signal?.aborted)
        throw new QuittanceError('VERIFY_ABORTED', 'the verification was given up', { cause: signal.reason })
      return Date.now() > ends
    },
    async rest() {
      await new Promise((resolve) => setTimeout(resolve, 0))
      ends = Date.now() + TURN_MS
    },
  }
}

async function verifyWith<T>(
  source: Iterable<T> | AsyncIterable<T>,
  options: VerifyOptions,
  examineOne: (item: T) => Examined,
  isLine: (item: T) => boolean,
  counted?: Counted,
): Promise<VerifyResult> {
  checkOptions(options)
  const verifier = new ChainVerifier(options, counted)
  const turn = turns(options.signal)
  for await (const item of source) {
    if (turn.isOver()) await turn.rest()
    verifier.next(examineOne(item), isLine(item) ? verifier.checked + 1 : undefined)
  }
  return verifier.finish()
}

/**
 * Verifies a chain: every signature, hash, link, sequence number, time and key, and that what was asked for is there.
 *
 * @param source - receipts in order, or the lines of an export without their newlines; lines are stricter, because parsed
 *   objects can't show a duplicate member. A `ReceiptStore` offers `lines()`
 * @param options - the keyring, and what to hold the chain against
 * @returns verdict, scope, problems, counts, notices; a fault of the data is never thrown
 * @throws QuittanceError `VERIFY_ABORTED` by the signal; whatever the source itself throws
 * @throws TypeError when an option is not what its type says
 * @example
 * ```ts
 * import { type DecisionReceipt, Keyring, verifyChain } from 'quittance/verify'
 * async function judge(receipts: Iterable<DecisionReceipt>) {
 *   const keyring = new Keyring(['did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'])
 *   const { verdict, scope, problems } = await verifyChain(receipts, { keyring, chainId: 'acme' })
 *   console.log(verdict, scope.tail, problems.length)
 * }
 * ```
 */
export async function verifyChain(source: ReceiptSource, options: VerifyOptions): Promise<VerifyResult> {
  return verifyReceipts(source, options)
}

/**
 * @param source - as `verifyChain`
 * @param options - as `verifyChain`
 * @param counted - hears of each receipt against which nothing was found
 * @returns as `verifyChain`
 * @throws as `verifyChain`
 */
export async function verifyReceipts(
  source: ReceiptSource,
  options: VerifyOptions,
  counted?: Counted,
): Promise<VerifyResult> {
  if (typeof source === 'string') throw new TypeError('source must be receipts or lines, not one text')
  return verifyWith(source, options, examineReceipt, (item) => typeof item === 'string', counted)
}

/**
 * Verifies the lines of an export as a splitter hands them on; what kept a line from being one is judged too.
 *
 * @param source - raw lines, in order
 * @param options - as `verifyChain`
 * @param backend - checks the receipts' signatures; every one gives the same verdict
 * @param counted - hears of each receipt against which nothing was found
 * @returns as `verifyChain`
 * @throws as `verifyChain`
 */
export async function verifyLines(
  source: Iterable<RawLine> | AsyncIterable<RawLine>,
  options: VerifyOptions,
  backend: Ed25519Backend = defaultBackend,
  counted?: Counted,
): Promise<VerifyResult> {
  const examineOne = (line: RawLine) => examineLine(line, backend)
  return verifyWith(source, options, examineOne, () => true, counted)
}

/**
 * As `verifyLines`, for lines that are there many at a time: to wait for each by itself takes a tenth of what judging it does.
 *
 * @param batches - raw lines, in order; each batch is read to its end before the next is asked for
 * @param options - as `verifyChain`
 * @param backend - checks the receipts' signatures; every one gives the same verdict
 * @returns as `verifyChain`
 * @throws as `verifyChain`
 */
export async function verifyLineBatches(
  batches: AsyncIterable<Iterable<RawLine>>,
  options: VerifyOptions,
  backend: Ed25519Backend = defaultBackend,
): Promise<VerifyResult> {
  checkOptions(options)
  const verifier = new ChainVerifier(options)
  const turn = turns(options.signal)
  for await (const batch of batches) {
    for (const line of batch) {
      if (turn.isOver()) await turn.rest()
      verifier.next(examineLine(line, backend), verifier.checked + 1)
    }
  }
  return verifier.finish()
}

/** Judges a chain item by item, for whoever acts on each that holds. */
export interface Judge<T> {
  /** @returns the verdict on everything up to this item */
  next(item: T): Verdict
  /** @returns the verdict on the whole; nothing may follow */
  finish(): VerifyResult
}

/** Judges a chain line by line. */
export interface LineJudge extends Judge<RawLine> {}

/**
 * @param options - as `verifyChain`; `signal` is the caller's to look at
 * @param counted - hears of each receipt against which nothing was found
 * @returns a judge of one chain, whose items are as those of `verifyChain`
 * @throws TypeError when an option is not what its type says
 */
export function judgeReceipts(options: VerifyOptions, counted?: Counted): Judge<DecisionReceipt | string> {
  checkOptions(options)
  const verifier = new ChainVerifier(options, counted)
  return {
    next(item) {
      verifier.next(examineReceipt(item), typeof item === 'string' ? verifier.checked + 1 : undefined)
      return verifier.verdict
    },
    finish: () => verifier.finish(),
  }
}

/**
 * @param options - as `verifyChain`; `signal` is the caller's to look at
 * @param backend - checks the receipts' signatures; every one gives the same verdict
 * @param counted - hears of each receipt against which nothing was found
 * @returns a judge of one chain
 * @throws TypeError when an option is not what its type says
 */
export function judgeLines(
  options: VerifyOptions,
  backend: Ed25519Backend = defaultBackend,
  counted?: Counted,
): LineJudge {
  checkOptions(options)
  const verifier = new ChainVerifier(options, counted)
  return {
    next(line) {
      verifier.next(examineLine(line, backend), verifier.checked + 1)
      return verifier.verdict
    },
    finish: () => verifier.finish(),
  }
}

/** Judges a chain from what was found out elsewhere about its lines, each by itself. */
export interface ExaminedJudge {
  /** How many lines were taken. */
  readonly checked: number
  /** How many problems were found. */
  readonly found: number
  /** Takes the next line. */
  next(examined: Examined): void
  /** @returns whether all of a run was taken; otherwise nothing of it was, and its lines have to come one by one */
  run(run: Run): boolean
  /** @returns the verdict on the whole; nothing may follow */
  finish(): VerifyResult
}

/**
 * @param options - as `verifyChain`; `signal` is the caller's to look at
 * @param counted - hears of each receipt against which nothing was found, but of none that comes in a run
 * @returns a judge of one chain
 * @throws TypeError when an option is not what its type says
 */
export function judgeExamined(options: VerifyOptions, counted?: Counted): ExaminedJudge {
  checkOptions(options)
  const verifier = new ChainVerifier(options, counted)
  return {
    get checked() {
      return verifier.checked
    },
    get found() {
      return verifier.found
    },
    next: (examined) => verifier.next(examined, verifier.checked + 1),
    run: (run) => verifier.run(run),
    finish: () => verifier.finish(),
  }
}
