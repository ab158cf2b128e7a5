import { didKey } from '../keys/did-key.js'
import type { SeedSigner } from '../keys/ed25519/backend.js'
import { defaultBackend } from '../keys/ed25519/verify.js'
import { sha256, sha256Hex } from '../primitives/sha256.js'
import { detailsHashOf, genesisHash } from '../receipt/digest.js'
import { frame, link, type ReceiptBody, seal } from '../receipt/seal.js'
import type { DecisionReceipt, Details } from '../receipt/types.js'

/** What may be chosen about receipts made for a test. */
export interface TestReceiptOptions {
  readonly chainId: string
  /** How many, at least one. */
  readonly count: number
  /** The receipt that the first links to; default: the first is seq 0. */
  readonly after?: DecisionReceipt | undefined
  /** Receipts of another label are others, also at the same place of the same chain: rivals. */
  readonly label?: string | undefined
  /** Members over or beside those that each receipt has, `undefined` for one to be left out; called with its seq. */
  readonly body?: ((seq: number) => Partial<ReceiptBody>) | undefined
  /** Free text for `details.rationale`; the salt is derived, `detailsHash` follows. Called with the receipt's seq. */
  readonly rationale?: ((seq: number) => string | undefined) | undefined
}

/** The first instant of a chain of test receipts; each receipt is sealed one second after the one before it. */
const START = Date.UTC(2026, 0, 1)

let signer: SeedSigner | undefined

function testSigner(): SeedSigner {
  signer ??= defaultBackend.signerFromSeed(sha256('quittance test receipts'))
  return signer
}

/**
 * The key that signs every receipt of `testReceipts`. Its seed is public: trust it in tests only.
 *
 * @returns its did:key
 */
export function testReceiptKeyId(): string {
  return didKey(testSigner().publicKey)
}

/** A UUIDv7 (RFC 9562) whose random part is derived, so that the same call gives the same id. */
function derivedId(time: number, from: string): string {
  const ms = time.toString(16).padStart(12, '0')
  const random = sha256Hex(from)
  const variant = '89ab'.charAt(Number.parseInt(random.charAt(3), 16) % 4)
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(8, 20)}`
}

/**
 * Makes receipts that verify: sealed, linked, signed by the key of `testReceiptKeyId()`. The same options give the same bytes.
 *
 * @param options - chain, count and what is special about them
 * @returns the receipts, in order, frozen
 * @throws RangeError when `count` is not a positive integer
 * @throws QuittanceError `RECEIPT_INVALID`, `RECEIPT_TOO_LARGE` when the members asked for can't be sealed
 * @example
 * ```ts
 * import { testReceipts } from 'quittance/testing'
 * const [first, second] = testReceipts({ chainId: 'acme', count: 2 })
 * const [rival] = testReceipts({ chainId: 'acme', count: 1, after: first, label: 'rival' })
 * ```
 */
export function testReceipts(options: TestReceiptOptions): DecisionReceipt[] {
  const { chainId, count, label = '' } = options
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError('count must be a positive integer')
  const receipts: DecisionReceipt[] = []
  let before = options.after
  for (let index = 0; index < count; index += 1) {
    before = testReceipt(options, chainId, label, before)
    receipts.push(before)
  }
  return receipts
}

function testReceipt(
  options: TestReceiptOptions,
  chainId: string,
  label: string,
  before: DecisionReceipt | undefined,
): DecisionReceipt {
  const seq = before === undefined ? 0 : before.seq + 1
  const time = START + seq * 1_000
  const name = JSON.stringify([chainId, label, seq])
  const rationale = options.rationale?.(seq)
  const details: Details | undefined =
    rationale === undefined ? undefined : { salt: sha256Hex(`salt ${name}`), rationale }
  const members: ReceiptBody = {
    version: 'quittance/1',
    receiptId: derivedId(time, name),
    chainId,
    eventType: 'decision',
    tenantId: 'test-tenant',
    traceId: sha256Hex(`trace ${name}`).slice(0, 32),
    input: { kind: 'text', hash: `sha256:${sha256Hex(`input ${name}`)}` },
    output: { kind: 'text', hash: `sha256:${sha256Hex(`output ${name}`)}` },
    checks: [{ name: 'safety', score: 0.02, threshold: 0.8, op: 'gte', fired: false }],
    action: 'allow',
    ...(details === undefined ? {} : { details, detailsHash: detailsHashOf(details) }),
    ...options.body?.(seq),
  }
  const body = Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as unknown as ReceiptBody
  const linked = link(frame(deepFrozen(body)), {
    seq,
    timestamp: new Date(time).toISOString(),
    keyId: testReceiptKeyId(),
    prevReceiptHash: before?.receiptHash ?? genesisHash(chainId),
  })
  return seal(linked, testSigner().signSync(linked.message))
}

function deepFrozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const member of Object.values(value)) deepFrozen(member)
  return Object.freeze(value)
}
