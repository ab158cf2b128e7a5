/** The receipts of one chain on their way into a package. */
import { QuittanceError } from '../errors.js'
import type { DecisionReceipt } from '../receipt/types.js'
import { storedLines } from '../store/copying/stored-lines.js'
import type { ReceiptStore } from '../store/store.js'
import type { EvidenceChain } from './manifest.js'

/** One chain that is being packed. */
export interface PackedChain {
  /** Its lines, each with its newline; to be read once. */
  readonly lines: AsyncGenerator<Uint8Array>
  /** What the manifest says of it; whole when the lines were read. */
  readonly chain: EvidenceChain
}

/** Who hears of what flows by. */
export interface Hearing {
  readonly signal: AbortSignal | undefined
  /** Called with each line that says something of keys. */
  key(line: string): void
  tick(receipts: number): void
}

/** So many characters are handed on at once. */
const BUFFER_UNITS = 256 * 1024

/**
 * @param store - holds the chain
 * @param chainId - the chain
 * @param file - the member that its lines go into
 * @param hearing - who is told of what
 * @returns the chain as it is now; `undefined` where the store holds no receipt of it
 * @throws what the store throws; while the lines are read also QuittanceError `STORE_UNAVAILABLE` where they don't reach what was there at first
 */
export async function packChain(
  store: ReceiptStore,
  chainId: string,
  file: string,
  { signal, key, tick }: Hearing,
): Promise<PackedChain | undefined> {
  const bounds = await store.bounds(chainId, { signal })
  if (bounds === undefined) return undefined
  const { first, last } = bounds
  const chain: { -readonly [Name in keyof EvidenceChain]: EvidenceChain[Name] } = { chainId, file, receipts: 0 }

  async function* lines(): AsyncGenerator<Uint8Array> {
    let buffered: string[] = []
    let units = 0
    let held: string | undefined
    const flush = () => {
      const bytes = Buffer.from(buffered.join(''))
      tick(buffered.length)
      buffered = []
      units = 0
      return bytes
    }
    for await (const line of storedLines(store, chainId, { fromSeq: first, toSeq: last, signal })) {
      if (held === undefined) {
        const { seq, receiptHash } = JSON.parse(line) as DecisionReceipt
        chain.fromSeq = seq
        if (seq === 0) chain.root = receiptHash
      }
      if (line.includes('"key":{') && (JSON.parse(line) as DecisionReceipt).key !== undefined) key(line)
      held = line
      chain.receipts += 1
      buffered.push(`${line}\n`)
      units += line.length + 1
      if (units >= BUFFER_UNITS) yield flush()
    }
    if (buffered.length > 0) yield flush()
    const end = held === undefined ? undefined : (JSON.parse(held) as DecisionReceipt)
    if (end?.seq !== last)
      throw new QuittanceError('STORE_UNAVAILABLE', `chain ${chainId} was pruned while it was read`, {
        details: { chainId, reason: 'pruned', retryable: true },
      })
    chain.head = { seq: end.seq, receiptHash: end.receiptHash }
  }

  return { lines: lines(), chain }
}
