/** Three weeks of the invented bank, lived through in a moment: its ledger has a clock of its own. */
import { type Environment, realEnvironment } from '../../ledger/environment.js'
import type { Ledger } from '../../ledger/types.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { createSprt } from '../../report/statistics/sprt.js'
import type { FailureRule, Period } from '../../report/types.js'
import { applications, numbers } from './applications.js'
import { acknowledge, decide, review, TENANT } from './service.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const DAYS = 21
/** How many applications are decided at once. */
const TOGETHER = 5
/** A day on which nothing was decided, and which the log says. */
const CLOSED = { from: 9, hours: 20 }

/** What counts as a failure of this service: bad data, or no answer. A high risk is what it is there to find. */
export const demoFailure: readonly FailureRule[] = [{ kind: 'check', names: ['input-quality'] }, { kind: 'error' }]

/** A clock that is set by hand. */
export interface DemoClock {
  readonly environment: Environment
  /** @param time - Unix milliseconds; it never goes back */
  set(time: number): void
  /** From now on it is the real one. */
  release(): void
}

/** @returns a clock that stands still until it is set */
export function demoClock(): DemoClock {
  let time: number | undefined = 0
  return {
    environment: { ...realEnvironment, now: () => time ?? Date.now() },
    set(next) {
      time = Math.max(time ?? 0, next)
    },
    release() {
      time = undefined
    },
  }
}

/**
 * @param now - Unix milliseconds
 * @returns the three weeks before today, UTC
 */
export function demoPeriod(now: number): Period {
  const until = Math.floor(now / DAY) * DAY
  return { from: new Date(until - DAYS * DAY).toISOString(), until: new Date(until).toISOString() }
}

const isFailure = ({ checks, error }: DecisionReceipt): boolean =>
  error !== undefined || (checks ?? []).some(({ name, fired }) => name === 'input-quality' && fired)

/** Something that happens at a time. */
interface Event {
  readonly at: number
  readonly happen: () => Promise<void>
}

/**
 * Lets three weeks go by.
 *
 * @param ledger - whose clock is `clock`
 * @param clock - to be set
 * @param period - the three weeks
 * @param count - how many applications come in
 * @returns the receipts of decisions and of people, in the order in which they were sealed
 */
export async function threeWeeks(
  ledger: Ledger,
  clock: DemoClock,
  period: Period,
  count: number,
): Promise<readonly DecisionReceipt[]> {
  const begin = Date.parse(period.from)
  const next = numbers(20_260_803)
  const receipts: DecisionReceipt[] = []
  const sprt = createSprt()
  let flagged: DecisionReceipt[] = []
  let reviews = 0
  const due: Event[] = []
  const later = (at: number, happen: () => Promise<void>): void => {
    due.push({ at, happen })
    due.sort((a, b) => a.at - b.at)
  }
  /** What people do in the meantime. */
  const until = async (time: number): Promise<void> => {
    for (let event = due[0]; event !== undefined && event.at <= time; event = due[0]) {
      due.shift()
      clock.set(event.at)
      await event.happen()
    }
    clock.set(time)
  }
  const look = (decision: DecisionReceipt): void => {
    receipts.push(decision)
    const flags = sprt.snapshot().flags.total
    sprt.update(isFailure(decision), decision.seq)
    if (sprt.snapshot().flags.total > flags) flagged.push(decision)
    if (decision.action !== 'escalate') return
    const at = Date.parse(decision.timestamp)
    const [waited, looked] = [(1 + 5 * next()) * HOUR, (2 + 18 * next()) * 60_000]
    const granted = reviews % 3 !== 0
    reviews += 1
    const timing = {
      startedAt: new Date(at + waited).toISOString(),
      endedAt: new Date(at + waited + looked).toISOString(),
    }
    later(at + waited + looked, async () => {
      receipts.push(await review(ledger, decision, granted, timing))
    })
  }

  const all = applications(count)
  const step = (DAYS * DAY - 12 * HOUR) / Math.ceil(count / TOGETHER)
  const closed = { from: begin + CLOSED.from * DAY, to: begin + CLOSED.from * DAY + CLOSED.hours * HOUR }
  let told = false
  for (let first = 0; first < all.length; first += TOGETHER) {
    let at = Math.round(begin + (first / TOGETHER + 0.2 + 0.6 * next()) * step)
    if (at >= closed.from && at < closed.to) at = closed.to + Math.round(next() * HOUR)
    await until(at)
    if (!told && at >= closed.to) {
      told = true
      const [from, to] = [closed.from, closed.to].map((time) => new Date(time).toISOString()) as [string, string]
      await ledger.gap(TENANT, { from, to, reason: 'maintenance' })
    }
    const decisions = await Promise.all(all.slice(first, first + TOGETHER).map((one) => decide(ledger, one)))
    for (const decision of decisions.sort((a, b) => a.seq - b.seq)) look(decision)
    if (flagged.length > 0) {
      const noticed = flagged
      flagged = []
      later(at + 3 * HOUR, async () => {
        for (const one of noticed) receipts.push(await acknowledge(ledger, one))
        const switched = { what: 'data.source', from: 'credit-bureau.a', to: 'credit-bureau.b', substantial: false }
        if (
          receipts.filter(({ humanOversight }) => humanOversight?.kind === 'acknowledgement').length === noticed.length
        )
          await ledger.change(TENANT, switched)
      })
    }
  }
  await until(Date.parse(period.until) - 60_000)
  clock.release()
  return receipts
}
