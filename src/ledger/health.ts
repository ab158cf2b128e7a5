/** Looking at everything that an append needs, without appending. */
import { QuittanceError } from '../errors.js'
import { admitKey } from '../keys/ed25519/admission.js'
import { verifySignature } from '../keys/ed25519/verify.js'
import type { KeyProvider, Signer } from '../keys/provider.js'
import { utf8 } from '../primitives/bytes.js'
import { MAX_AHEAD_MS } from '../receipt/limits.js'
import { checkChainId } from '../store/checks.js'
import type { ReceiptStore, StoreStatus } from '../store/store.js'
import type { Environment } from './environment.js'
import { keyFault } from './faults.js'
import { type ChainLook, mayFollow, seeHead } from './health-chain.js'
import type { Keyrings } from './keyrings.js'
import { inLanes } from './lanes.js'
import type { Secrets } from './secret.js'
import type { Health, HealthCheck, HealthOptions, OutboxStatus } from './types.js'

/** How long one look may take, in milliseconds. */
const LOOK_MS = 5_000

/** How many chains are looked at where nobody named any, and how many at once. */
export const MAX_LOOKED_AT = 16
const AT_ONCE = 4

/** What is looked at; what is absent is not asked for. */
export interface Patient {
  readonly store: ReceiptStore
  readonly environment: Environment
  readonly chains: readonly string[]
  readonly keyrings?: Keyrings | undefined
  /** Who signs a chain; without a chain, the provider that signs by default. */
  readonly providerOf?: ((chainId?: string) => KeyProvider) | undefined
  readonly queue?:
    | (() => { readonly pending: number; readonly maxQueued: number; readonly closed: boolean })
    | undefined
  readonly secrets?: Secrets | undefined
  readonly outbox?: OutboxLook | undefined
  /** What the ledger itself knows to be durable. */
  readonly remembered?: ChainLook['remembered']
  /** Hears of each look that failed, and why. */
  readonly failed?: ((check: HealthCheck, error: unknown) => void) | undefined
}

/** How an outbox is looked at. */
export interface OutboxLook {
  status(): OutboxStatus
  /** Throws why it takes no receipts. */
  look(signal: AbortSignal): Promise<void>
}

/** How to look. */
export interface LookOptions {
  readonly signal?: AbortSignal | undefined
  /** How long each look may take, in milliseconds; default 5,000. */
  readonly timeoutMs?: number | undefined
}

function codeOf(error: unknown, signal: AbortSignal): string {
  if (QuittanceError.is(error)) return error.code
  if (signal.aborted)
    return (signal.reason as Error | undefined)?.name === 'TimeoutError' ? 'LEDGER_TIMEOUT' : 'LEDGER_ABORTED'
  return error instanceof Error ? error.name : 'Error'
}

function reasonOf(error: unknown): Pick<HealthCheck, 'reason'> {
  const { reason } = QuittanceError.is(error) ? error.details : {}
  return typeof reason === 'string' ? { reason } : {}
}

/** Ends with the signal, also where what is looked at does not hear it. */
async function within<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}

/** Not to be taken for a receipt, a rotation or a certificate, whose messages begin otherwise. */
const PROBE = utf8('quittance/1 health\n')

/** A key in this process is tried; a call of a key service costs money and leaves a trace, so it is only reached. */
async function tryKey(provider: KeyProvider, signal: AbortSignal): Promise<Signer> {
  try {
    const signer = await provider.signer({ signal })
    if (provider.name !== 'local') return signer
    const { key } = admitKey(signer.keyId)
    if (key !== undefined && verifySignature(key, PROBE, await signer.sign(PROBE, { signal }))) return signer
  } catch (error) {
    if (signal.aborted) throw error
    throw keyFault(error)
  }
  throw new QuittanceError('KEY_SIGNING_FAILED', 'the key made a signature that does not verify')
}

function assertWritable({ writable, refusal = 'STORE_UNAVAILABLE' }: StoreStatus): void {
  if (!writable) throw new QuittanceError(refusal, 'the store takes no receipts now')
}

function assertDurable({ durability, asked = durability }: StoreStatus): void {
  if (durability !== asked) {
    throw new QuittanceError('STORE_DURABILITY', `the store reaches ${durability} and was asked for ${asked}`)
  }
}

function assertClock(theirs: number, ours: number): void {
  if (Math.abs(theirs - ours) > MAX_AHEAD_MS) {
    throw new QuittanceError('STORE_CLOCK', 'the clocks of store and ledger are more than 5 minutes apart')
  }
}

/**
 * Looks at store, heads, keys, queue, secret and outbox. It writes nothing, and signs nothing but a message that is no receipt.
 *
 * @param patient - what there is to be looked at
 * @param options - gives up; how long a look may take
 * @returns what was found; it never throws
 */
export async function health(patient: Patient, options: LookOptions = {}): Promise<Health> {
  const { store, environment, chains, keyrings, providerOf, queue, secrets, outbox, remembered, failed } = patient
  const { signal: given, timeoutMs = LOOK_MS } = options

  /** One look: what it says, and what it saw where all is well. */
  const look = async <T>(
    about: Pick<HealthCheck, 'name' | 'chainId'>,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ readonly check: HealthCheck; readonly seen?: T }> => {
    const timer = new AbortController()
    const timeout = setTimeout(() => timer.abort(new DOMException('too slow', 'TimeoutError')), timeoutMs)
    const signal = given === undefined ? timer.signal : AbortSignal.any([given, timer.signal])
    try {
      return { check: { ...about, ok: true }, seen: await within(signal, () => work(signal)) }
    } catch (error) {
      const check: HealthCheck = { ...about, ok: false, code: codeOf(error, signal), ...reasonOf(error) }
      failed?.(check, error)
      return { check }
    } finally {
      clearTimeout(timeout)
    }
  }
  const said = async (name: HealthCheck['name'], work: (signal: AbortSignal) => Promise<void> | void) =>
    (await look({ name }, async (signal) => work(signal))).check

  /** Without a status the store is only reached. */
  const lookAtStore = async (): Promise<HealthCheck[]> => {
    const { check, seen: status } = await look({ name: 'store' }, async (signal) => {
      if (store.status) return store.status({ signal })
      for await (const _ of store.chains({ signal })) break
      return undefined
    })
    if (status === undefined) return [check]
    const { now } = status
    return [
      check,
      await said('writable', () => assertWritable(status)),
      { ...(await said('durability', () => assertDurable(status))), durability: status.durability },
      ...(now === undefined ? [] : [await said('clock', () => assertClock(now, environment.now()))]),
    ]
  }

  /** Receipts that wait in an outbox are safe; one that can't be drained, or that takes none, is amiss. */
  const lookAtOutbox = async (given: OutboxLook): Promise<HealthCheck> => {
    const check = await said('outbox', (signal) => given.look(signal))
    const { code } = given.status()
    return !check.ok || code === undefined ? check : { name: 'outbox', ok: false, code }
  }

  const lookAtKey = async () => look({ name: 'keys' }, async (signal) => providerOf && tryKey(providerOf(), signal))

  const lookAtChain = async (chainId: string): Promise<HealthCheck[]> => {
    const with_ = (signal: AbortSignal) => ({ store, environment, keyrings, signal, remembered })
    const { check, seen } = await look({ name: 'head', chainId }, (signal) => seeHead(with_(signal), chainId))
    if (seen === undefined || providerOf === undefined) return [check]
    const key = await look({ name: 'keys', chainId }, async (signal) => {
      const signer = await providerOf(chainId).signer({ chainId, signal })
      await mayFollow(with_(signal), chainId, seen, signer)
    })
    return [check, key.check]
  }

  const lookAtChains = async (): Promise<HealthCheck[]> => {
    const found: HealthCheck[][] = []
    await inLanes(chains, AT_ONCE, async (chainId, index) => {
      found[index] = await lookAtChain(chainId)
    })
    return found.flat()
  }

  const [ofStore, key, ofChains, ...others] = await Promise.all([
    lookAtStore(),
    providerOf && lookAtKey(),
    lookAtChains(),
    queue &&
      said('queue', () => {
        const { pending, maxQueued, closed } = queue()
        if (closed) throw new QuittanceError('LEDGER_CLOSED', 'the ledger was closed')
        if (pending >= maxQueued) throw new QuittanceError('LEDGER_OVERLOADED', 'the queue is full')
      }),
    secrets?.configured ? said('secret', async () => void (await secrets.current())) : undefined,
    outbox && lookAtOutbox(outbox),
  ])
  const checks = [...ofStore, key?.check, ...ofChains, ...others].filter((check) => check !== undefined)
  return { ok: checks.every(({ ok }) => ok), checks }
}

/**
 * @param options - of the ledger's `health`
 * @throws TypeError, RangeError that name what is wrong
 */
export function checkHealthOptions({ chains, timeoutMs }: HealthOptions): void {
  if (chains !== undefined) {
    if (!Array.isArray(chains)) throw new TypeError('options.chains must be an array of chain ids')
    for (const chainId of chains) checkChainId(chainId)
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs > 0)) {
    throw new RangeError('options.timeoutMs must be a number of milliseconds above 0')
  }
}
