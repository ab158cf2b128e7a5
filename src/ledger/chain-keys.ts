/** What one chain says of keys, as far as this ledger has seen it: who may have signed the head, who may sign next. */
import { QuittanceError } from '../errors.js'
import { allows, type Keyring } from '../keys/keyring.js'
import type { Delegation } from '../keys/provider.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { verifyReceipt } from '../verify/receipt.js'
import { ChainTrust } from '../verify/trust.js'
import type { Keyrings } from './keyrings.js'
import { after, type Maybe } from './maybe.js'
import { type CellKind, createCell } from './state-cell.js'

/** The members of a receipt by which its key is judged. */
export type Probe = Pick<
  DecisionReceipt,
  'chainId' | 'receiptId' | 'seq' | 'timestamp' | 'eventType' | 'key' | 'retention' | 'system'
> & { readonly keyId: string }

/** The keys of one chain. */
export interface ChainKeys {
  /** Reads where the chain's `key` receipts stand, as a note beside the chain says; each is verified before it teaches anything. */
  refresh(signal?: AbortSignal): Promise<void>
  /** @throws QuittanceError `STORE_BAD_HEAD` */
  verifyHead(head: DecisionReceipt, signal?: AbortSignal): Promise<void>
  /**
   * @param head - what will be linked to; the chain is read up to there where the key is not known
   * @throws QuittanceError `LEDGER_KEY_REVOKED`, `LEDGER_KEY_UNTRUSTED`
   */
  maySign(probe: Probe, head: DecisionReceipt | undefined, signal?: AbortSignal): Maybe<void>
  /** Whether the chain is known to hold this certificate. */
  holds(delegation: Delegation): boolean
  /** Forgets what was seen and looks again: the chain lost receipts, perhaps those. */
  relearn(signal?: AbortSignal): Promise<void>
  /** Takes note of receipts that are durable. */
  learn(receipts: readonly DecisionReceipt[]): void
  flush(): Promise<void>
  readonly clean: boolean
}

/** Where the receipts stand that say something of keys. Only a note: what stands there is verified. */
interface KeySeqs {
  readonly seqs: readonly number[]
}

const MAX_SEQS = 1_000

const union = (one: KeySeqs, other: KeySeqs): KeySeqs => ({
  seqs: [...new Set([...one.seqs, ...other.seqs])].sort((a, b) => a - b).slice(-MAX_SEQS),
})

const kind: CellKind<KeySeqs> = {
  name: 'keys',
  read(json) {
    const seqs = (json as Partial<KeySeqs> | null)?.seqs
    return Array.isArray(seqs) && seqs.every((seq) => Number.isSafeInteger(seq) && seq >= 0) ? { seqs } : undefined
  },
  merge: union,
  same: (one, other) => one.seqs.length === other.seqs.length,
  paceMs: 0,
}

const aboutKeys: ReadonlySet<string> = new Set(['KEY_UNKNOWN', 'KEY_NOT_ALLOWED', 'DELEGATION_INVALID'])

function refusal(code: string, message: string, probe: Probe): QuittanceError {
  const details = { chainId: probe.chainId, keyId: probe.keyId, reason: code, outcome: 'absent' as const }
  if (code === 'KEY_REVOKED')
    return new QuittanceError('LEDGER_KEY_REVOKED', 'the key that would sign is revoked', { details })
  return new QuittanceError('LEDGER_KEY_UNTRUSTED', `by the ledger's own keyring the receipt ${message}`, { details })
}

/** Only a key that the keyring itself names for it may record a removal. */
function checkUse(probe: Probe, keyring: Keyring): void {
  if (probe.eventType !== 'retention' || probe.retention?.event !== 'prune') return
  const entry = keyring.get(probe.keyId)
  if (entry === undefined || !allows(entry, 'retention')) {
    throw refusal('KEY_NOT_ALLOWED', 'is signed by a key that the keyring does not trust for retention', probe)
  }
}

/**
 * Looks, without signing, whether a key may record a removal. The chain can add nothing but a revocation: only the keyring
 * gives this use.
 *
 * @param probe - what would be signed
 * @param keyring - the keys that are trusted
 * @param revoked - whether the chain revokes the key
 * @throws QuittanceError `LEDGER_KEY_REVOKED`, `LEDGER_KEY_UNTRUSTED`
 */
export function checkMayRecord(probe: Probe, keyring: Keyring, revoked: boolean): void {
  if (revoked) throw refusal('KEY_REVOKED', 'is signed by a revoked key', probe)
  checkUse(probe, keyring)
  const [first] = new ChainTrust(keyring, probe.chainId).judge(probe as DecisionReceipt, false)
  if (first !== undefined) throw refusal(first.code, first.message, probe)
}

/**
 * @param store - the ledger's
 * @param chainId - the chain
 * @param keyrings - the ledger's
 * @param warn - hears of a note that could not be written
 * @returns the chain's keys, nothing read yet
 */
export function createChainKeys(
  store: ReceiptStore,
  chainId: string,
  keyrings: Keyrings,
  warn: (error: unknown) => void,
): ChainKeys {
  const cell = createCell(store, chainId, kind, warn)
  /** Every receipt with a `key` member that was seen and holds, in order. */
  let known: DecisionReceipt[] = []
  let trust: ChainTrust | undefined
  let madeWith: Keyring | undefined
  /** Through which seq the chain was read whole. */
  let scanned = -1
  /** Places that the note named and that were looked at. */
  let looked = new Set<number>()

  const rebuild = (keyring: Keyring): ChainTrust => {
    const fresh = new ChainTrust(keyring, chainId)
    for (const receipt of known) fresh.judge(receipt, true)
    trust = fresh
    madeWith = keyring
    return fresh
  }

  const trustBy = (keyring: Keyring): ChainTrust =>
    trust !== undefined && keyring === madeWith ? trust : rebuild(keyring)

  /** Adds receipts that teach something; trust is made anew where one of them comes before what is known. */
  const add = (receipts: readonly DecisionReceipt[]): void => {
    const fresh = receipts.filter((receipt) => receipt.key && !known.some((one) => one.seq === receipt.seq))
    if (fresh.length === 0) return
    known = [...known, ...fresh].sort((a, b) => a.seq - b.seq)
    trust = undefined
  }

  const holdsByItself = (receipt: DecisionReceipt, keyring: Keyring): boolean => {
    const { problems } = verifyReceipt(receipt, { keyring })
    return problems.every(({ code }) => code.startsWith('KEY_') || code === 'DELEGATION_INVALID')
  }

  const readKeyReceipts = async (
    fromSeq: number,
    toSeq: number,
    keyring: Keyring,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const found: DecisionReceipt[] = []
    for await (const receipt of store.read(chainId, { fromSeq, toSeq, signal })) {
      if (receipt.key && receipt.chainId === chainId && holdsByItself(receipt, keyring)) found.push(receipt)
    }
    add(found)
  }

  const scan = async (through: number, keyring: Keyring, signal: AbortSignal | undefined): Promise<void> => {
    if (scanned >= through) return
    await readKeyReceipts(scanned + 1, through, keyring, signal)
    scanned = through
    if (known.length > 0) cell.set(union(cell.value ?? { seqs: [] }, { seqs: known.map(({ seq }) => seq) }))
  }

  const judge = (probe: Probe, carries: boolean, keyring: Keyring) =>
    trustBy(keyring).judge(probe as DecisionReceipt, carries)

  /** The slow way, for a key that is not known: ask the provider again, then read the chain. */
  const lookFurther = async (
    probe: Probe,
    head: DecisionReceipt | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const carries = probe.key?.event === 'delegate'
    const keyring = await keyrings.refresh()
    let remarks = judge(probe, carries, keyring)
    if (remarks.length > 0 && head !== undefined) {
      await scan(head.seq, keyring, signal)
      remarks = judge(probe, carries, keyring)
    }
    const [first] = remarks
    if (first) throw refusal(first.code, first.message, probe)
    checkUse(probe, keyring)
  }

  const refresh = async (signal?: AbortSignal): Promise<void> => {
    const noted = await cell.load(signal)
    const fresh = noted?.seqs.filter((seq) => !looked.has(seq)) ?? []
    if (fresh.length === 0) return
    const keyring = await keyrings.current()
    for (const seq of fresh) {
      if (!known.some((receipt) => receipt.seq === seq)) await readKeyReceipts(seq, seq, keyring, signal)
      looked.add(seq)
    }
  }

  return {
    get clean() {
      return cell.clean
    },
    flush: cell.flush,

    refresh,

    async relearn(signal) {
      known = []
      trust = undefined
      scanned = -1
      looked = new Set()
      await refresh(signal)
    },

    async verifyHead(head, signal) {
      const keyring = await keyrings.current()
      let { problems } = verifyReceipt(head, { keyring, trust: trustBy(keyring) })
      if (problems.length > 0 && problems.every(({ code }) => aboutKeys.has(code))) {
        await scan(head.seq - 1, keyring, signal)
        problems = verifyReceipt(head, { keyring, trust: trustBy(keyring) }).problems
      }
      const [first] =
        head.chainId === chainId ? problems : [{ code: 'CHAIN_MISMATCH', message: 'belongs to another chain' }]
      if (first) {
        const details = {
          chainId,
          seq: head.seq,
          receiptId: head.receiptId,
          reason: first.code,
          outcome: 'absent' as const,
        }
        throw new QuittanceError('STORE_BAD_HEAD', `the newest receipt ${first.message}; nothing is chained on it`, {
          details,
        })
      }
      add([head])
    },

    maySign(probe, head, signal) {
      return after(keyrings.current(), (keyring) => {
        const remarks = judge(probe, probe.key?.event === 'delegate', keyring)
        const [first] = remarks
        if (first === undefined) return checkUse(probe, keyring)
        if (!aboutKeys.has(first.code)) throw refusal(first.code, first.message, probe)
        return lookFurther(probe, head, signal)
      })
    },

    holds: (delegation) =>
      known.some(
        ({ key }) => key?.event === 'delegate' && key.certificateSignature === delegation.certificateSignature,
      ),

    learn(receipts) {
      const fresh = receipts.filter(({ key }) => key !== undefined)
      if (fresh.length === 0) return
      add(fresh)
      cell.set(union(cell.value ?? { seqs: [] }, { seqs: fresh.map(({ seq }) => seq) }))
    },
  }
}
