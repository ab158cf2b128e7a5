import { QuittanceError } from '../../errors.js'
import { isTime } from '../../primitives/time.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import type { Batch } from '../checks.js'
import { conflict } from '../plan.js'
import { corrupt } from './entry.js'
import { splitLine } from './line.js'
import type { Argument } from './link.js'
import type { RedisIndex } from './options.js'

/** One call is one script, and Redis does nothing else meanwhile. */
const MAX_RECEIPTS = 1_000
const MAX_CHARACTERS = 16 * 1024 * 1024

const hashDigits = /^sha256:([0-9a-f]{64})$/

/** @returns the digits of a digest; of anything else a text that no digest equals */
export const digitsOf = (digest: string): string => hashDigits.exec(digest)?.[1] ?? '-'

/** @returns the 16 bytes of a UUID */
export const idBytes = (receiptId: string): Buffer => Buffer.from(receiptId.replaceAll('-', ''), 'hex')

/**
 * @param batch - from `checkAppend`
 * @param indexes - which members are indexed
 * @param isConfirmed - whether the write is waited for, so that there must be one
 * @param afterPruned - whether an empty chain begins behind the expected head
 * @returns the arguments of `append.lua`
 * @throws RangeError when it is too much for one call
 */
export function appendArguments(
  batch: Batch,
  indexes: readonly RedisIndex[],
  isConfirmed: boolean,
  afterPruned: boolean,
): Argument[] {
  const { receipts, lines, expected } = batch
  if (receipts.length > MAX_RECEIPTS) throw new RangeError(`receipts may be at most ${MAX_RECEIPTS} in one append`)
  let characters = 0
  for (const line of lines) characters += line.length
  if (characters > MAX_CHARACTERS)
    throw new RangeError(`receipts may have at most ${MAX_CHARACTERS} characters in one append`)
  const last = receipts.at(-1) as DecisionReceipt
  const args: Argument[] = [
    expected === undefined ? -1 : expected.seq,
    expected === undefined ? '' : digitsOf(expected.receiptHash),
    digitsOf(last.receiptHash),
    typeof last.timestamp === 'string' && isTime(last.timestamp) ? Date.parse(last.timestamp) : 0,
    `${isConfirmed ? '1' : '0'}${afterPruned ? 'p' : ''}`,
    indexes.map((name) => `${name},`).join(''),
    Buffer.from(receipts.map(({ receiptId }) => receiptId.replaceAll('-', '')).join(''), 'hex'),
  ]
  const apart: Argument[] = []
  for (const [at, receipt] of receipts.entries()) {
    const { core, details } = splitLine(receipt, lines[at] as string)
    args.push(core)
    if (details !== undefined) apart.push(at + 1, details.offset, details.text)
  }
  args.push(apart.length / 3, ...apart)
  for (const [at, receipt] of receipts.entries()) {
    for (const name of indexes) {
      const value: unknown = receipt[name]
      if (typeof value === 'string') args.push(at + 1, `${name}:${value}`)
    }
  }
  return args
}

/**
 * @param chainId - the chain
 * @param batch - what was appended
 * @param reply - of `append.lua`
 * @throws QuittanceError `STORE_CONFLICT`, `STORE_ID_EXISTS`, `STORE_CLOCK`, `STORE_CORRUPT`, `STORE_DURABILITY` when it says so
 */
export function settleAppend(chainId: string, batch: Batch, reply: unknown): void {
  const [done, why, first, second] = reply as [number, string, string, string]
  if (done === 1) return
  switch (why) {
    case 'conflict': {
      const actual = first === '' ? undefined : { seq: Number(first), receiptHash: `sha256:${second}` }
      throw conflict(chainId, batch.expected, actual)
    }
    case 'exists': {
      const { receiptId } = batch.receipts[Number(first) - 1] as DecisionReceipt
      throw new QuittanceError('STORE_ID_EXISTS', 'a receipt of this id stands at another seq', {
        details: { chainId, receiptId, seq: Number(second), outcome: 'absent' },
      })
    }
    case 'clock':
      throw new QuittanceError('STORE_CLOCK', 'the receipts are dated more than 5 minutes ahead of the server', {
        details: { chainId, outcome: 'absent' },
      })
    case 'unconfirmed':
      throw new QuittanceError(
        'STORE_DURABILITY',
        'the receipts are stored, but the server takes no write to confirm',
        {
          details: { chainId, outcome: 'unknown', retryable: true, reason: String(first).split(' ', 1)[0] },
        },
      )
    default: {
      const { code, message, details } = corrupt(chainId, first)
      throw new QuittanceError(code, message, { details: { ...details, outcome: 'absent' } })
    }
  }
}
