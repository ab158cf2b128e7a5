/** The redactor at work: every text of a draft passes it, and what it can't replace refuses the receipt. */
import { QuittanceError } from '../errors.js'
import type { RedactedText, RedactedValue, RedactionContext, Redactor } from '../pii/redactor.js'
import { frozenCopy, memberPath } from './copy.js'
import { after, each, isPromise, type Maybe } from './maybe.js'
import type { TextKind, TextPlan } from './text-plan.js'

/** How many texts wait for a redactor that works elsewhere. */
const MAX_IN_FLIGHT = 32

/** Counts of what was redacted, per type. */
export type Counts = Map<string, number>

/** What a ledger does with texts. */
export interface Redaction {
  /**
   * @param text - a content of kind text
   * @param path - `input` or `output`
   * @param counts - is added to
   * @returns what is hashed, before NFC
   */
  text(text: string, path: string, counts: Counts): Maybe<string>
  /**
   * @param value - frozen JSON: its strings and its names are replaced
   * @returns frozen JSON
   */
  json(value: unknown, path: string, counts: Counts): Maybe<unknown>
  /**
   * @param value - frozen JSON that should fit the plan; what doesn't is looked at as free text, or is the schema's to refuse
   * @returns frozen JSON
   */
  planned(value: unknown, plan: TextPlan, path: string): Maybe<unknown>
}

/** The outermost member: deeper names may be a caller's own words. */
const rootOf = (path: string): string => /^[A-Za-z]+/.exec(path)?.[0] ?? ''

function failed(path: string, cause: unknown): QuittanceError {
  if (QuittanceError.is(cause, 'PII_VALUE_REFUSED') && cause.details.reason === 'same-name') return sameName(path)
  const details = { path: rootOf(path), outcome: 'absent' as const }
  return new QuittanceError(
    'LEDGER_REDACTION_FAILED',
    `the redactor failed at ${details.path}, so nothing was sealed`,
    { details, cause },
  )
}

function refused(path: string, { counts = {} }: RedactedText): QuittanceError {
  const [reason] = Object.keys(counts).sort()
  const what = reason === undefined ? '' : ` (${reason})`
  return new QuittanceError(
    'PII_IN_IDENTIFIER',
    `${path} holds personal data${what}, and an identifier is never rewritten`,
    { details: { path, outcome: 'absent', ...(reason === undefined ? {} : { reason }) } },
  )
}

function sameName(path: string): QuittanceError {
  const details = { path: rootOf(path), outcome: 'absent' as const }
  return new QuittanceError('RECEIPT_INVALID', `${details.path} has members whose names are the same after redaction`, {
    details,
  })
}

/** Calls the redactor, and looks at what it gives. */
type Caller = <T>(ask: () => Maybe<T>, path: string) => Maybe<T>

/** At most so many calls at once where the redactor works elsewhere. */
function createCaller(): Caller {
  const waiting: (() => void)[] = []
  let inFlight = 0

  const leave = (): void => {
    inFlight -= 1
    waiting.shift()?.()
  }

  const call = <T>(ask: () => Maybe<T>, path: string): Maybe<T> => {
    let found: Maybe<T>
    try {
      found = ask()
    } catch (cause) {
      throw failed(path, cause)
    }
    if (!isPromise(found)) return found
    inFlight += 1
    return found.then(
      (done) => {
        leave()
        return done
      },
      (cause: unknown) => {
        leave()
        throw failed(path, cause)
      },
    )
  }

  const queued = async <T>(ask: () => Maybe<T>, path: string): Promise<T> => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    let called: Maybe<T> | undefined
    try {
      called = call(ask, path)
      return await called
    } finally {
      // who answered at once took no place, and so gives none back
      if (called === undefined || !isPromise(called)) waiting.shift()?.()
    }
  }

  return (ask, path) => (inFlight < MAX_IN_FLIGHT ? call(ask, path) : queued(ask, path))
}

function checkedText(found: RedactedText, path: string): RedactedText {
  if (typeof found?.text !== 'string') throw failed(path, new TypeError('redact() must give {text, counts?}'))
  return found
}

/** A redactor may be anybody's: what it gives is copied, held to JSON and frozen. */
function checkedValue(found: RedactedValue, path: string): RedactedValue {
  try {
    const { value, counts } = found
    return { value: frozenCopy(value, path, 1), counts }
  } catch (cause) {
    throw failed(path, cause)
  }
}

function count(found: { readonly counts?: RedactedText['counts'] }, counts: Counts): void {
  for (const [type, number] of Object.entries(found.counts ?? {})) {
    if (number > 0) counts.set(type, (counts.get(type) ?? 0) + number)
  }
}

const foundAny = (found: RedactedText, text: string): boolean =>
  found.text !== text || Object.values(found.counts ?? {}).some((number) => number > 0)

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

/** Whose texts are looked at: one receipt's. */
export type RedactionPlace = Pick<RedactionContext, 'scope' | 'tenantId'>

/**
 * @param redactor - the ledger's
 * @returns its work on the texts of one receipt
 */
export function createRedaction(redactor: Redactor): (place: RedactionPlace) => Redaction {
  const caller = createCaller()
  return (place) => redactionOf(redactor, caller, place)
}

function redactionOf(redactor: Redactor, caller: Caller, { scope, tenantId }: RedactionPlace): Redaction {
  const call = (text: string, path: string, kind: TextKind): Maybe<RedactedText> =>
    after(
      caller(() => redactor.redact(text, { path, kind, scope, tenantId }), path),
      (found) => checkedText(found, path),
    )

  const whole = (value: unknown, path: string, counts: Counts | undefined): Maybe<unknown> => {
    const ask = (): Maybe<RedactedValue> =>
      (redactor as Required<Redactor>).redactValue(value, { path, kind: 'text', scope, tenantId })
    return after(caller(ask, path), (found) => {
      const checked = checkedValue(found, path)
      if (counts) count(checked, counts)
      return checked.value
    })
  }

  const replaced = (text: string, path: string, counts: Counts | undefined): Maybe<string> =>
    after(call(text, path, 'text'), (found) => {
      if (counts) count(found, counts)
      return found.text
    })

  /** An identifier stays as it is or refuses the receipt. */
  const kept = (text: string, path: string, kind: TextKind): Maybe<string> =>
    after(call(text, path, kind), (found) => {
      if (foundAny(found, text)) throw refused(path, found)
      return text
    })

  const looked = (text: string, path: string, kind: TextKind): Maybe<string> =>
    kind === 'text' ? replaced(text, path, undefined) : kept(text, path, kind)

  const rebuilt = (members: readonly (readonly [string, unknown])[], path: string): unknown => {
    const object: Record<string, unknown> = {}
    for (const [name, value] of members) {
      if (Object.hasOwn(object, name)) throw sameName(path)
      // a redactor could make even this name, and assigning it would set the prototype
      if (name === '__proto__') throw failed(path, new RangeError('redact() gave the name __proto__'))
      object[name] = value
    }
    return Object.freeze(object)
  }

  const object = (
    value: object,
    path: string,
    ofName: (name: string) => Maybe<string>,
    ofMember: (name: string, member: unknown) => Maybe<unknown>,
  ): Maybe<unknown> => {
    // by name, so that tokens don't depend on the order in which a caller wrote the members
    const members = each(Object.entries(value).sort(byName), ([name, member]) =>
      after(
        each([() => ofName(name), () => ofMember(name, member)], (step): Maybe<unknown> => step()),
        ([renamed, looked]) => [renamed as string, looked] as const,
      ),
    )
    return after(members, (done) => rebuilt(done, path))
  }

  const list = (value: readonly unknown[], ofItem: (item: unknown, index: number) => Maybe<unknown>): Maybe<unknown> =>
    after(each(value, ofItem), (items) => Object.freeze(items))

  const anything = (value: unknown, path: string, counts: Counts | undefined): Maybe<unknown> =>
    redactor.redactValue === undefined ? textByText(value, path, counts) : whole(value, path, counts)

  const textByText = (value: unknown, path: string, counts: Counts | undefined): Maybe<unknown> => {
    if (typeof value === 'string') return replaced(value, path, counts)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return list(value, (item, index) => textByText(item, `${path}[${index}]`, counts))
    return object(
      value,
      path,
      (name) => replaced(name, path, counts),
      (name, member) => textByText(member, memberPath(path, name), counts),
    )
  }

  /** A member that the schema doesn't know: an extension, or something that it will refuse. */
  const extension = (name: string, member: unknown, path: string): Maybe<unknown> =>
    after(
      // with the `x` before it a name of somebody's would look like none
      after(kept(name, path, 'identifier'), () => kept(name.slice(1), path, 'identifier')),
      () => anything(member, memberPath(path, name), undefined),
    )

  const planned = (value: unknown, plan: TextPlan, path: string): Maybe<unknown> => {
    if (plan.is === 'any') return anything(value, path, undefined)
    if (typeof value === 'string') return looked(value, path, plan.is === 'text' ? plan.kind : 'text')
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      if (plan.is !== 'list') return anything(value, path, undefined)
      return list(value, (item, index) => planned(item, plan.item, `${path}[${index}]`))
    }
    switch (plan.is) {
      case 'object':
        return object(
          value,
          path,
          (name) => name,
          (name, member) => {
            const below = plan.members.get(name)
            if (below) return planned(member, below, path === '' ? name : `${path}.${name}`)
            return /^x[A-Z]/.test(name) ? extension(name, member, path) : member
          },
        )
      case 'record': {
        const { names, value: below } = plan
        return object(
          value,
          path,
          (name) => looked(name, path, names),
          (name, member) => (below ? planned(member, below, memberPath(path, name)) : member),
        )
      }
      default:
        return anything(value, path, undefined)
    }
  }

  return { text: replaced, json: anything, planned }
}
