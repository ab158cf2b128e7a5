/** One chain looked at for `health`: its head, and whether the next receipt could follow it. Nothing is written. */
import { QuittanceError } from '../errors.js'
import type { Signer } from '../keys/provider.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import type { DecisionReceipt } from '../receipt/types.js'
import type { ReceiptStore } from '../store/store.js'
import { examineReceipt } from '../verify/examine.js'
import { type AcknowledgedHead, createAcknowledged, createRecent } from './acknowledged.js'
import { type ChainKeys, createChainKeys } from './chain-keys.js'
import type { Environment } from './environment.js'
import type { Keyrings } from './keyrings.js'
import { stands } from './rollback.js'

/** What a chain is looked at with. */
export interface ChainLook {
  readonly store: ReceiptStore
  readonly environment: Environment
  /** `undefined`: whose key it is, nobody asked. */
  readonly keyrings: Keyrings | undefined
  readonly signal: AbortSignal
  /** What the ledger itself was told is durable, also where the store lost all that was remembered beside the chain. */
  readonly remembered?: ((chainId: string) => AcknowledgedHead | undefined) | undefined
}

/** A head that holds, and the chain's keys as far as they were learnt. */
export interface SeenChain {
  readonly head: DecisionReceipt | undefined
  readonly keys: ChainKeys | undefined
}

/** The store, except that notes about it are not written. */
function readOnly(store: ReceiptStore): ReceiptStore {
  const refuse = () => Promise.reject(new Error('health writes nothing'))
  return {
    durable: store.durable,
    head: (...given) => store.head(...given),
    append: refuse,
    get: (...given) => store.get(...given),
    read: (...given) => store.read(...given),
    chains: (...given) => store.chains(...given),
    bounds: (...given) => store.bounds(...given),
    state: {
      get: (...given) => store.state.get(...given),
      put: async (_chainId, _name, _bytes, version) => version + 1,
    },
    close: refuse,
  }
}

/** A note that can't be read is taken for absent: the chain itself decides. */
const unheard = (): void => undefined

function badHead(head: DecisionReceipt, reason: string): QuittanceError {
  return new QuittanceError('STORE_BAD_HEAD', 'the newest receipt does not hold', {
    details: { chainId: head.chainId, seq: head.seq, reason },
  })
}

/** Whether what was acknowledged is still in the chain, or was pruned since. */
async function reaches(
  store: ReceiptStore,
  chainId: string,
  head: DecisionReceipt | undefined,
  acknowledged: AcknowledgedHead | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (acknowledged === undefined || head?.receiptHash === acknowledged.receiptHash) return true
  if (head === undefined || head.seq <= acknowledged.seq) return false
  if (await stands(store, chainId, acknowledged, signal)) return true
  const bounds = await store.bounds(chainId, { signal })
  return bounds !== undefined && bounds.first > acknowledged.seq
}

/**
 * Reads a head and verifies it; holds it against what was acknowledged.
 *
 * @param look - store, keyring, clock
 * @param chainId - the chain
 * @returns what was seen
 * @throws QuittanceError `STORE_BAD_HEAD`, `STORE_ROLLED_BACK`, `STORE_CLOCK`; what the store throws
 */
export async function seeHead(look: ChainLook, chainId: string): Promise<SeenChain> {
  const { keyrings, environment, signal } = look
  const store = readOnly(look.store)
  // what is remembered first: a head that is read after it can't be older in a store that keeps its word
  const acknowledged = createAcknowledged(store, chainId, createRecent(), unheard)
  await acknowledged.load(signal)
  const own = look.remembered?.(chainId)
  const head = await store.head(chainId, { signal })
  const keys = keyrings && createChainKeys(store, chainId, keyrings, unheard)
  await keys?.refresh(signal)
  if (head !== undefined) {
    const { problems } = examineReceipt(head)
    if (problems[0] !== undefined) throw badHead(head, problems[0].code)
    await keys?.verifyHead(head, signal)
  }
  const holds =
    (await reaches(store, chainId, head, own, signal)) &&
    (await reaches(store, chainId, head, acknowledged.head, signal))
  if (!holds) {
    throw new QuittanceError('STORE_ROLLED_BACK', 'the store went back behind what it had acknowledged', {
      details: { chainId },
    })
  }
  if (head !== undefined && Date.parse(head.timestamp) > environment.now() + MAX_AHEAD_MS) {
    throw new QuittanceError('STORE_CLOCK', 'the newest receipt is dated in the future', { details: { chainId } })
  }
  return { head, keys }
}

/**
 * Asks the chain and the keyring whether a key may sign what comes next.
 *
 * @param look - clock
 * @param chainId - the chain
 * @param seen - from `seeHead`
 * @param signer - who would sign
 * @throws QuittanceError `LEDGER_KEY_REVOKED`, `LEDGER_KEY_UNTRUSTED`
 */
export async function mayFollow(
  { environment, signal }: ChainLook,
  chainId: string,
  { head, keys }: SeenChain,
  { keyId, delegation }: Signer,
): Promise<void> {
  const key =
    delegation === undefined || keys?.holds(delegation)
      ? undefined
      : ({ event: 'delegate', ...delegation } as NonNullable<DecisionReceipt['key']>)
  const now = new Date(environment.now()).toISOString()
  const probe = {
    chainId,
    keyId,
    key,
    receiptId: environment.uuid(),
    seq: head === undefined ? 0 : head.seq + 1,
    timestamp: head !== undefined && head.timestamp > now ? head.timestamp : now,
    eventType: 'decision' as const,
    retention: undefined,
  }
  await keys?.maySign(probe, head, signal)
}
