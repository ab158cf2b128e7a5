import { QuittanceError } from '../../errors.js'
import { waitFor } from '../within.js'
import { at, closedFault, type Failure, type Refusal } from './faults.js'
import { type Lease, leaseOf, logIn } from './login.js'
import type { CheckedLogin } from './options.js'
import type { Wire } from './wire.js'

/** A token in use. */
export interface Held {
  /** `undefined` with a client whose token is its owner's. */
  readonly token: string | undefined
  /** Times of `performance.now()`. */
  readonly bornAt: number
  readonly endsAt: number
  readonly renewable: boolean
  /** When to see to the next one. */
  renewAt: number
  /** Whether the server took it at least once. */
  accepted: boolean
}

/** Sees to it that there is a token. */
export interface TokenKeeper {
  /** @returns the token to use now; renewal ahead of its end goes on beside it */
  current(signal: AbortSignal | undefined): Promise<Held>
  /**
   * @param held - what the server refused
   * @param why - how it refused it
   * @returns another one, or `undefined` where there is none to be had
   */
  replacement(held: Held, why: Refusal, signal: AbortSignal | undefined): Promise<Held | undefined>
  close(): Promise<void>
}

/** A token that was only just issued and never taken is not replaced: the next would fare no better. */
const youngestMs: Readonly<Record<Refusal, number>> = { token: 5_000, permission: 30_000 }

const expired = (cause: QuittanceError | undefined): QuittanceError =>
  new QuittanceError('KEY_EXPIRED', 'the Vault token has run out and could not be renewed: give a new one', {
    details: { outcome: 'absent', reason: 'token', retryable: false },
    ...(cause === undefined ? {} : { cause }),
  })

/** @returns the error for a token that was good until now */
export function tokenOver(): QuittanceError {
  return new QuittanceError('KEY_EXPIRED', 'Vault no longer knows the token: it has expired or was revoked', {
    details: { outcome: 'absent', reason: 'token', retryable: false },
  })
}

/** A client's own token: nothing to see to. */
export function borrowedToken(): TokenKeeper {
  const held: Held = {
    token: undefined,
    bornAt: 0,
    endsAt: Infinity,
    renewAt: Infinity,
    renewable: false,
    accepted: false,
  }
  return { current: async () => held, replacement: async () => undefined, close: async () => {} }
}

/**
 * Keeps a token of our own: renews it ahead of its end, and logs in anew where renewal can't go on.
 *
 * @param wire - sends
 * @param source - a login, or what gives the token that was configured
 * @param tell - hears of what may end the signing later
 * @returns the keeper; nothing is asked or started yet
 */
export function ownToken(
  wire: Wire,
  source: { readonly login: CheckedLogin } | { readonly token: () => string },
  tell: (warning: QuittanceError) => void,
): TokenKeeper {
  const login = 'login' in source ? source.login : undefined
  let closed = false
  let held: Held | undefined
  let obtaining: Promise<Held> | undefined
  let renewing = false
  let timer: NodeJS.Timeout | undefined
  let lastFault: QuittanceError | undefined
  let warned = false

  const warn = (warning: QuittanceError) => {
    if (warned || closed) return
    warned = true
    tell(warning)
  }

  const arm = (one: Held) => {
    clearTimeout(timer)
    if (closed || one.renewAt === Infinity) return
    const wait = Math.min(Math.max(one.renewAt - performance.now(), 0), 0x7fff_ffff)
    timer = setTimeout(() => void renewAhead(one), wait)
    timer.unref()
  }

  /** @param askedAt - the server counts from some moment after it */
  const hold = ({ token, ttlMs, renewable }: Lease, askedAt: number): Held => {
    held = {
      token,
      bornAt: askedAt,
      endsAt: askedAt + ttlMs,
      renewAt: askedAt + (ttlMs * 2) / 3,
      renewable,
      accepted: held?.token === token && held.accepted,
    }
    lastFault = undefined
    warned = false
    arm(held)
    return held
  }

  const giveBack = (token: string) =>
    wire({ method: 'write', path: 'auth/token/revoke-self', what: 'token' }, token, undefined)

  const newLogin = async (how: CheckedLogin): Promise<Held> => {
    const askedAt = performance.now()
    const lease = await logIn(wire, how)
    if ('fault' in lease) throw lease.fault
    if (!closed) return hold(lease, askedAt)
    await giveBack(lease.token)
    throw closedFault()
  }

  /** What the server says of a token that was given: one that may not ask about itself is used as it is. */
  const lookUp = async (token: string): Promise<Held> => {
    const askedAt = performance.now()
    const outcome = await wire({ method: 'read', path: 'auth/token/lookup-self', what: 'token' }, token, undefined)
    if (closed) throw closedFault()
    if (outcome.failure !== undefined) {
      const { refused, fault } = outcome.failure
      // By our clock it is over; another process may have renewed it, which only the server knows.
      if (refused === 'token' && held?.token === token) throw expired(lastFault ?? fault)
      if (refused !== 'permission') throw fault
      return hold({ token, ttlMs: Infinity, renewable: false }, askedAt)
    }
    const seconds = at(outcome.body, 'data', 'ttl')
    // In its last second a token has a ttl of 0 too, and still an end.
    const endless =
      typeof seconds !== 'number' || (seconds === 0 && typeof at(outcome.body, 'data', 'expire_time') !== 'string')
    const renewable = at(outcome.body, 'data', 'renewable') === true
    const one = hold({ token, ttlMs: endless ? Infinity : seconds * 1000, renewable }, askedAt)
    one.accepted = true
    return one
  }

  const obtain = (): Promise<Held> => {
    obtaining ??= (async () => ('login' in source ? newLogin(source.login) : lookUp(source.token())))().finally(() => {
      obtaining = undefined
    })
    return obtaining
  }

  /** @returns whether there is a later end now */
  const renew = async (one: Held): Promise<boolean | Failure> => {
    const askedAt = performance.now()
    const request = { method: 'write', path: 'auth/token/renew-self', what: 'token' } as const
    const outcome = await wire(request, one.token, undefined)
    if (outcome.failure !== undefined) return outcome.failure
    const lease = leaseOf(at(outcome.body, 'auth'))
    // At its longest allowed life the server renews for what is left of it: that is the end.
    if (askedAt + lease.ttlMs < one.endsAt + Math.min(1_000, lease.ttlMs / 10)) return false
    if (!closed && held?.token === one.token) hold({ ...lease, token: one.token ?? lease.token }, askedAt)
    return true
  }

  const anotherTry = (one: Held, fault: QuittanceError) => {
    lastFault = fault
    warn(
      new QuittanceError(fault.code, 'the Vault token could not be renewed: it is tried again until it runs out', {
        details: fault.details,
        cause: fault,
      }),
    )
    const now = performance.now()
    one.renewAt = now + Math.min(Math.max((one.endsAt - now) / 4, 250), 30_000)
    if (one.renewAt < one.endsAt) arm(one)
  }

  const noRenewal = (one: Held) => {
    one.renewAt = Infinity
    const seconds = Math.max(0, Math.round((one.endsAt - performance.now()) / 1000))
    warn(
      new QuittanceError('KEY_EXPIRED', `the Vault token runs out in ${seconds} s and can not be renewed`, {
        details: { reason: 'token', retryable: false },
      }),
    )
  }

  async function renewAhead(one: Held): Promise<void> {
    if (renewing || closed || held?.token !== one.token) return
    renewing = true
    try {
      const renewed = one.renewable ? await renew(one) : false
      if (renewed === true || closed || held?.token !== one.token) return
      const refused = typeof renewed === 'object' ? renewed.refused : undefined
      if (typeof renewed === 'object' && refused === undefined) anotherTry(one, renewed.fault)
      else if (login !== undefined) await obtain()
      else if (typeof renewed === 'object') anotherTry(one, renewed.fault)
      else noRenewal(one)
    } catch (error) {
      if (!QuittanceError.is(error)) throw error
      if (!closed) anotherTry(one, error)
    } finally {
      renewing = false
      // One that came meanwhile found the way taken.
      if (held !== undefined && held !== one) arm(held)
    }
  }

  return {
    async current(signal) {
      signal?.throwIfAborted()
      if (closed) throw closedFault()
      const now = performance.now()
      if (held !== undefined && now < held.endsAt) {
        // A timer is late where the machine slept.
        if (now >= held.renewAt) void renewAhead(held)
        return held
      }
      return waitFor(obtain(), signal)
    },
    async replacement(refused, why, signal) {
      if (closed) throw closedFault()
      if (held !== undefined && held !== refused && held.token !== refused.token) return held
      if (login === undefined) return undefined
      const age = performance.now() - refused.bornAt
      const worthIt = age > youngestMs[why] || (why === 'token' && refused.accepted)
      return worthIt ? waitFor(obtain(), signal) : undefined
    },
    async close() {
      if (closed) return
      closed = true
      clearTimeout(timer)
      const token = login === undefined ? undefined : held?.token
      held = undefined
      // Where that fails the token ends by its time to live.
      if (token !== undefined) await giveBack(token)
    },
  }
}
