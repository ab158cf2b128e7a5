import type { ReceiptDraft } from '../ledger/draft.js'
import type { Environment } from '../ledger/environment.js'
import { collectedEventTypes } from '../receipt/event-types.js'
import { chainName, digest, id, uuidv7 } from '../receipt/schema/words.js'
import type { Link } from '../receipt/types.js'
import { demandObject, demandWord } from './arguments.js'
import type { CollectorOptions, LinkTarget, ParentLike, ReceiptRef } from './options.js'

/** What is fixed when a collector is made. */
export interface Identity {
  readonly receiptId: string
  readonly chainId: string
  readonly tenantId: string
  readonly eventType: ReceiptDraft['eventType']
  readonly systemId?: string
  readonly traceId?: string
  readonly sessionId?: string
  readonly parentReceiptId?: string
  readonly links?: readonly Link[]
}

const eventTypes: ReadonlySet<string> = new Set<ReceiptDraft['eventType']>(collectedEventTypes)

/** How a child in another chain names what caused it: no `parentReceiptId` reaches there. */
const ACROSS_CHAINS = 'delegated_from'

const refOf = (parent: ParentLike): ReceiptRef => ('ref' in parent ? parent.ref : parent)

function demandParent(given: ParentLike): ReceiptRef & { readonly receiptHash?: string | undefined } {
  const parent = demandObject(
    refOf(demandObject(given, 'parent') as unknown as ParentLike),
    'parent.ref',
  ) as unknown as ReceiptRef
  demandWord(uuidv7, parent.receiptId, 'parent.receiptId')
  demandWord(chainName, parent.chainId, 'parent.chainId')
  demandWord(id, parent.tenantId, 'parent.tenantId')
  return parent
}

/**
 * Makes a link; one that stays in the chain names none.
 *
 * @param rel - what the target is to this receipt
 * @param given - the target
 * @param ownChainId - the chain that the link will stand in
 * @returns the link
 * @throws TypeError naming what is wrong
 */
export function linkTo(rel: string, given: LinkTarget, ownChainId: string): Link {
  const argument = demandObject(given, 'link target')
  const target = demandObject('ref' in argument ? argument.ref : argument, 'link target') as Exclude<
    LinkTarget,
    { ref: ReceiptRef }
  >
  const receiptId = demandWord(uuidv7, target.receiptId, 'link target receiptId')
  return Object.freeze({
    rel,
    receiptId,
    ...(target.receiptHash !== undefined && {
      receiptHash: demandWord(digest, target.receiptHash, 'link target receiptHash'),
    }),
    ...(target.chainId !== undefined &&
      target.chainId !== ownChainId && { chainId: demandWord(chainName, target.chainId, 'link target chainId') }),
  })
}

/**
 * Settles who and where, from the options and what the parent hands down.
 *
 * @param options - the collector's
 * @param current - the parent where none is named
 * @param environment - makes the id where none is given
 * @returns the identity, frozen
 * @throws TypeError naming the option that is wrong
 */
export function identityOf(
  options: CollectorOptions,
  current: ParentLike | undefined,
  environment: Environment,
): Identity {
  const given = options.parent === undefined ? current : (options.parent ?? undefined)
  const parent = given && demandParent(given)
  const tenantId = options.tenantId ?? parent?.tenantId
  if (tenantId === undefined) throw new TypeError('tenantId is required where there is no parent')
  demandWord(id, tenantId, 'tenantId')

  const sameTenant = parent?.tenantId === tenantId
  const chainId = options.chainId ?? (sameTenant && parent ? parent.chainId : tenantId)
  const [unfit] = chainName.check(chainId) ?? []
  if (unfit) {
    throw new TypeError(
      options.chainId === undefined
        ? 'chainId must be given: the tenantId is not fit to name a chain'
        : `chainId ${unfit.message}`,
    )
  }

  const eventType = options.eventType ?? (options.tool ? 'tool_call' : 'decision')
  if (!eventTypes.has(eventType)) throw new TypeError(`eventType must be one of ${[...eventTypes].join(', ')}`)
  const receiptId = options.receiptId ?? environment.uuid()
  demandWord(uuidv7, receiptId, 'receiptId')

  const inherited: { -readonly [K in 'systemId' | 'traceId' | 'sessionId']?: string } = {}
  for (const name of ['systemId', 'traceId', 'sessionId'] as const) {
    const value = options[name] ?? parent?.[name]
    if (value !== undefined)
      inherited[name] = demandWord(id, value, options[name] === undefined ? `parent.${name}` : name)
  }
  return Object.freeze({
    receiptId,
    chainId,
    tenantId,
    eventType,
    ...inherited,
    ...(parent && parent.chainId === chainId && { parentReceiptId: parent.receiptId }),
    ...(parent && parent.chainId !== chainId && { links: Object.freeze([linkTo(ACROSS_CHAINS, parent, chainId)]) }),
  })
}
