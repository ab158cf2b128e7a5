import type { HeadRef } from '../../errors.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { corrupt, entryOf, lineFrom, receiptFrom } from './entry.js'
import type { ChainKeys } from './keys.js'
import type { Call, Link } from './link.js'

/** Where a chain stood at one moment. */
export interface Standing {
  readonly head: (HeadRef & { readonly first: number }) | undefined
  /** From which seq on each index holds everything; absent where it does not. */
  readonly indexedFrom: ReadonlyMap<string, number>
  /** The id of the newest entry of the stream, which may be none of ours. */
  readonly newestId: string | undefined
  /** @returns the newest receipt, `undefined` where the chain is empty */
  receipt(): DecisionReceipt | undefined
}

type Reply = readonly [
  seq: string | null,
  hash: string | null,
  first: string | null,
  covers: string | null,
  newestId: string | null | undefined,
  fields: readonly string[] | null | undefined,
  details: string | null | undefined,
]

function coverage(text: string | null): ReadonlyMap<string, number> {
  const from = new Map<string, number>()
  for (const [, member, seq] of (text ?? '').matchAll(/([a-zA-Z]+)=(\d+),/g)) from.set(member as string, Number(seq))
  return from
}

/**
 * @param link - to Redis
 * @param chainId - the chain
 * @param keys - its keys
 * @param call - on whose behalf
 * @returns where it stands
 * @throws QuittanceError what the link throws; `receipt` throws `STORE_CORRUPT` where the chain has no head that holds
 */
export async function standingOf(link: Link, chainId: string, keys: ChainKeys, call: Call): Promise<Standing> {
  const reply = (await link.script('head', [keys.head, keys.receipts, keys.details], [], call)) as Reply
  const [seqText, hash, first, covers, newestId, fields, details] = reply
  const seq = Number(seqText)
  const from = Number(first ?? Number.NaN)
  const isSound = Number.isSafeInteger(seq) && Number.isSafeInteger(from) && from <= seq
  const head = seqText !== null && isSound ? { seq, receiptHash: `sha256:${hash ?? ''}`, first: from } : undefined
  return {
    head,
    indexedFrom: coverage(covers),
    newestId: newestId ?? undefined,
    receipt() {
      if (head === undefined) {
        if (newestId || seqText !== null) throw corrupt(chainId, 'no-head')
        return undefined
      }
      if (!fields) throw corrupt(chainId, 'missing', seq)
      const entry = entryOf(`${seq}-1`, fields)
      const receipt = receiptFrom(chainId, seq, lineFrom(entry, details))
      if (receipt.receiptHash !== head.receiptHash) throw corrupt(chainId, 'head', seq)
      return receipt
    },
  }
}
