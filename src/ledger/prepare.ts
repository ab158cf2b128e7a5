/** From a draft to a frame: copied, redacted, committed to, pseudonymised, checked and written, ready to be linked. */
import { QuittanceError } from '../errors.js'
import type { Redactor } from '../pii/redactor.js'
import { fromHex, toHex } from '../primitives/bytes.js'
import { programPath } from '../primitives/program-name.js'
import { detailsHashOf } from '../receipt/digest.js'
import { VERSION } from '../receipt/limits.js'
import { perNameOrder } from '../receipt/name-orders.js'
import { receiptMembers } from '../receipt/schema/receipt.js'
import { type Frame, frame, type ReceiptBody } from '../receipt/seal.js'
import type { HumanOversight, KeyEvent, RetentionEvent, Source, SystemEvent } from '../receipt/types.js'
import {
  type ContentMember,
  type CopiedContent,
  commitmentOf,
  copyContent,
  type HashedContent,
  hashContent,
  plainCommit,
} from './content.js'
import { checkedName, frozenCopy } from './copy.js'
import type { ReceiptDraft } from './draft.js'
import type { Environment } from './environment.js'
import { withShortErrorTexts } from './error-text.js'
import { after, each, type Maybe } from './maybe.js'
import { createRedaction, type Redaction } from './redaction.js'
import { keyedCommitment, type PseudonymRole, pseudonymOf, type Secrets } from './secret.js'
import { receiptPlan } from './text-plan.js'
import type { Secret } from './types.js'

/** What a ledger says of its own accord; the rest is added here. */
export type OwnBody = { readonly chainId: string; readonly tenantId: string } & (
  | { readonly eventType: 'system'; readonly system: SystemEvent }
  | { readonly eventType: 'key'; readonly key: KeyEvent }
  | { readonly eventType: 'retention'; readonly retention: RetentionEvent }
)

/** Makes frames. */
export interface Preparer {
  /** @throws QuittanceError at once, or as a rejection where redactor or secret are asynchronous */
  draft(draft: ReceiptDraft): Maybe<Frame>
  /** @returns what the redactor does with a text of that tenant, as if it were a new receipt's */
  redaction(tenantId: string): Redaction | undefined
  /** @throws QuittanceError `PII_IN_IDENTIFIER` when a chain may not have that name */
  named(chainId: string): Maybe<unknown>
  /** @param receiptId - kept when the same receipt is made anew at a later turn */
  own(body: OwnBody, receiptId: string): Maybe<Frame>
}

/** What a preparer needs of its ledger. */
export interface PreparerOptions {
  readonly redactor: Redactor | false
  readonly secrets: Secrets
  readonly commitment: 'sha256' | 'hmac-sha256'
  readonly environment: Environment
}

/** What is done with a member of a draft: most are copied; persons and contents are no members as they are. */
const ways: ReadonlyMap<string, 'plain' | 'person' | 'content' | 'ledger' | 'details'> = new Map([
  ...Object.keys(receiptMembers).map((name) => [name, 'plain'] as const),
  ['details', 'details'],
  ['subject', 'person'],
  ['principal', 'person'],
  ['input', 'content'],
  ['output', 'content'],
  ...[
    'version',
    'seq',
    'timestamp',
    'keyId',
    'prevReceiptHash',
    'receiptHash',
    'signature',
    'detailsHash',
    'system',
    'key',
    'retention',
    'redactor',
    'subjectId',
    'principalId',
    'pseudonymKeyId',
  ].map((name) => [name, 'ledger'] as const),
])

/** A member of a draft, and what is done with it. */
interface Way {
  readonly name: string
  readonly way: (typeof ways extends ReadonlyMap<string, infer W> ? W : never) | undefined
}

/** In the order in which the draft has them. */
const waysOf = perNameOrder((_, given): readonly Way[] => given.map((name) => ({ name, way: ways.get(name) })))

const ledgerEvents: ReadonlySet<unknown> = new Set(['system', 'key', 'retention'])

type Members = Readonly<Record<string, unknown>>

/** Content and where it stands. */
interface MemberContent {
  readonly member: ContentMember
  readonly copied: CopiedContent
}

/** A draft as it was at the call. */
interface Copied {
  /** Everything that becomes a member, or part of one, as it is or redacted; of contents what stands beside the hash. */
  readonly members: Members
  readonly contents: readonly MemberContent[]
  /** As the caller knows them: never looked at by a redactor, never written. */
  readonly subject?: string | undefined
  readonly principal?: string | undefined
}

const invalid = (path: string, message: string): QuittanceError =>
  new QuittanceError('RECEIPT_INVALID', `${path} ${message}`, { details: { path, outcome: 'absent' } })

function person(value: unknown, path: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '' || !value.isWellFormed())
    throw invalid(path, 'must be a text that is not empty')
  return value
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCheckpoint = (system: unknown): boolean => isObject(system) && system.event === 'checkpoint'

/** Details that say nothing would be a salt and a hash of nothing. */
const isEmpty = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((member) => member === undefined)

function copyDraft(draft: ReceiptDraft): Copied {
  if (typeof draft !== 'object' || draft === null || Array.isArray(draft))
    throw new TypeError('draft must be an object')
  const members: Record<string, unknown> = {}
  const contents: MemberContent[] = []
  const given = draft as unknown as Members
  let subject: string | undefined
  let principal: string | undefined
  const planned = waysOf(draft)
  for (let index = 0; index < planned.length; index += 1) {
    const { name, way } = planned[index] as Way
    const value = given[name]
    if (value === undefined) continue
    switch (way) {
      case 'person':
        if (name === 'subject') subject = person(value, name)
        else principal = person(value, name)
        break
      case 'content': {
        const member = name as ContentMember
        const copied = copyContent(value, member)
        contents.push({ member, copied })
        members[name] = copied.beside
        break
      }
      case 'ledger':
        throw invalid(name, 'is written by the ledger alone')
      case 'plain':
        members[name] = frozenCopy(value, name, 2)
        break
      case 'details':
        if (!isEmpty(value)) members[name] = frozenCopy(value, name, 2)
        break
      default:
        members[checkedName(name, '')] = frozenCopy(value, name, 2)
    }
  }
  // in one order, so that tokens don't depend on the caller's
  if (contents[0]?.member === 'output') contents.reverse()
  if (ledgerEvents.has(members.eventType)) throw invalid('eventType', 'is one of those that the ledger alone writes')
  checkNested(members)
  return { members, contents, subject, principal }
}

const matchOf = (source: unknown): Members | undefined =>
  isObject(source) && isObject(source.match) ? source.match : undefined

/** Nested members that the ledger alone writes, and what must stand beside them. */
function checkNested({ humanOversight, sources, details, decision }: Members): void {
  if (isObject(humanOversight)) {
    if (humanOversight.reviewerId !== undefined)
      throw invalid('humanOversight.reviewerId', 'is written by the ledger alone: give reviewer')
    person(humanOversight.reviewer, 'humanOversight.reviewer')
  }
  if (Array.isArray(sources)) {
    for (const [index, source] of sources.entries()) {
      const match = matchOf(source)
      if (match?.recordId !== undefined)
        throw invalid(`sources[${index}].match.recordId`, 'is written by the ledger alone: give record')
      person(match?.record, `sources[${index}].match.record`)
    }
  }
  if (isObject(details) && details.salt !== undefined) throw invalid('details.salt', 'is written by the ledger alone')
  const basis = isObject(decision) ? decision.groupBasis : undefined
  if (basis === 'direct' || basis === 'inferred') {
    const groups = isObject(details) ? details.groups : undefined
    if (!isObject(groups) || Object.keys(groups).length === 0)
      throw invalid('details.groups', 'is required where decision.groupBasis is not blind')
  }
}

/** As `frame`, but no name that a caller made up is repeated in the error. */
function framed(body: ReceiptBody): Frame {
  try {
    return frame(body)
  } catch (error) {
    if (!QuittanceError.is(error)) throw error
    const { path = '' } = error.details
    const plain = programPath(path)
    if (plain === path) throw error
    const message = `${plain === '' ? 'the receipt' : plain} has a member whose name or value the format does not take`
    throw new QuittanceError(error.code, message, { details: { ...error.details, path: plain } })
  }
}

/** Whether a draft names a person, so that a secret is needed. */
function namesPerson({ members, subject, principal }: Copied): boolean {
  const { humanOversight, sources } = members
  return (
    subject !== undefined ||
    principal !== undefined ||
    (isObject(humanOversight) && humanOversight.reviewer !== undefined) ||
    (Array.isArray(sources) && sources.some((source) => matchOf(source)?.record !== undefined))
  )
}

/** Turns the persons of a draft into pseudonyms, in place. */
function pseudonymise(body: Record<string, unknown>, copied: Copied, secret: Secret): void {
  const tenantId = String(body.tenantId)
  const of = (role: PseudonymRole, id: string) => pseudonymOf(secret, role, tenantId, id)
  if (copied.subject !== undefined) body.subjectId = of('subject', copied.subject)
  if (copied.principal !== undefined) body.principalId = of('principal', copied.principal)
  body.pseudonymKeyId = secret.id
  const { humanOversight, sources } = body
  if (isObject(humanOversight) && humanOversight.reviewer !== undefined) {
    const { reviewer, ...rest } = humanOversight
    body.humanOversight = Object.freeze({ ...rest, reviewerId: of('reviewer', reviewer as string) }) as HumanOversight
  }
  if (Array.isArray(sources)) body.sources = Object.freeze(sources.map((source: unknown) => withRecordId(source, of)))
}

function withRecordId(source: unknown, of: (role: PseudonymRole, id: string) => string): unknown {
  const match = matchOf(source)
  if (match?.record === undefined) return source
  const { record, ...rest } = match
  const found = Object.freeze({ ...rest, recordId: of('record', record as string) })
  return Object.freeze({ ...(source as Source), match: found })
}

/**
 * @param options - redactor, secret and the rest of what a ledger was given
 * @returns the maker of frames
 */
export function createPreparer({ redactor, secrets, commitment, environment }: PreparerOptions): Preparer {
  const begin = redactor === false ? undefined : createRedaction(redactor)
  const descriptor =
    redactor === false
      ? undefined
      : Object.freeze({ name: redactor.name, version: redactor.version, configDigest: redactor.configDigest })
  const keyed = commitment === 'hmac-sha256'
  const withCounts = redactor !== false && redactor.countsInReceipt

  /** All texts of one receipt share a scope, so that one value has one token in all of them. */
  const redactionFor = ({ tenantId }: Members): Redaction | undefined =>
    begin?.({ scope: {}, tenantId: typeof tenantId === 'string' ? tenantId : undefined })

  const looked = (members: Members, redaction: Redaction | undefined): Maybe<Members> =>
    redaction ? (redaction.planned(members, receiptPlan, '') as Maybe<Members>) : members

  const assemble = (
    copied: Copied,
    members: Members,
    hashed: readonly HashedContent[],
    secret: Secret | undefined,
  ): Frame => {
    // what copyDraft made is nobody else's; what redaction made is frozen
    const body = (begin ? { ...members } : members) as Record<string, unknown>
    body.version = VERSION
    const receiptId = String(body.receiptId)
    const { contents } = copied
    for (let index = 0; index < contents.length; index += 1) {
      const { member } = contents[index] as MemberContent
      const commit =
        keyed && secret
          ? (digest: string) => ({
              hash: keyedCommitment(secret, receiptId, member, fromHex(digest)),
              commitKeyId: secret.id,
            })
          : plainCommit
      body[member] = commitmentOf(hashed[index] as HashedContent, members[member] as object, commit, withCounts)
    }
    if (secret && namesPerson(copied)) pseudonymise(body, copied, secret)
    if (descriptor) body.redactor = descriptor
    if (isObject(members.details)) {
      const details = Object.freeze({ ...withShortErrorTexts(members.details), salt: toHex(environment.random(32)) })
      body.details = details
      body.detailsHash = detailsHashOf(details)
    }
    return framed(Object.freeze(body) as unknown as ReceiptBody)
  }

  return {
    redaction: (tenantId) => redactionFor({ tenantId }),

    named: (chainId) => redactionFor({})?.planned({ chainId }, receiptPlan, ''),

    draft(draft) {
      const copied = copyDraft(draft)
      const redaction = redactionFor(copied.members)
      const needsSecret = namesPerson(copied) || (keyed && copied.contents.length > 0)
      // nothing to be looked at and nothing to be asked for: the most drafts of a ledger without a redactor
      if (redaction === undefined && !needsSecret) {
        const hashed = copied.contents.map(
          (content) => hashContent(content.copied, content.member, undefined) as HashedContent,
        )
        return assemble(copied, copied.members, hashed, undefined)
      }
      const steps: (() => Maybe<unknown>)[] = [
        () => looked(copied.members, redaction),
        () => each(copied.contents, (content) => hashContent(content.copied, content.member, redaction)),
        () => (needsSecret ? secrets.current() : undefined),
      ]
      return after(
        each(steps, (step) => step()),
        ([members, hashed, secret]) =>
          assemble(copied, members as Members, hashed as HashedContent[], secret as Secret | undefined),
      )
    },

    own(body, receiptId) {
      const { key, ...rest } = frozenCopy(body, '', 1) as Members
      const { system, ...others } = rest
      // the digits of a root, which end an origin, may look like the number of a card
      const [texts, asIs] = isCheckpoint(system) ? [others, { system }] : [rest, {}]
      return after(looked(texts, redactionFor(texts)), (members) =>
        framed(
          Object.freeze({
            ...members,
            ...asIs,
            version: VERSION,
            receiptId,
            ...(key === undefined ? {} : { key }),
            ...(descriptor ? { redactor: descriptor } : {}),
          }) as unknown as ReceiptBody,
        ),
      )
    },
  }
}
