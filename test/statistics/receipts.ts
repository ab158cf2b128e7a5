/** Well-formed receipts to count; their hashes and signatures are nobody's, since no statistic looks at them. */
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { receiptFaults } from '../../src/receipt/validate.js'

const zeros = '0'.repeat(64)
const digest = `sha256:${zeros}` as const
export const person = (n: number) => `hmac-sha256:${n.toString(16).padStart(64, '0')}` as const
export const idOf = (n: number): string => `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
export const start = Date.UTC(2026, 0, 5)
export const at = (ms: number): string => new Date(start + ms).toISOString()

export type Members = Partial<Omit<DecisionReceipt, 'timestamp'>> & { readonly ms?: number | undefined }

/** The receipt with number `seq`; what is not given is that of a decision. It throws when it is not well-formed. */
export function receipt(seq: number, { ms = seq * 1000, ...members }: Members = {}): DecisionReceipt {
  const eventType = members.eventType ?? 'decision'
  const given = {
    version: 'quittance/1',
    receiptId: idOf(seq),
    chainId: 'acme',
    seq,
    timestamp: at(ms),
    eventType,
    tenantId: 'acme',
    ...(eventType === 'decision' ? { checks: [], action: 'allow' } : {}),
    keyId: 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK',
    prevReceiptHash: digest,
    receiptHash: digest,
    signature: `ed25519:${'0'.repeat(128)}`,
    ...(members.details === undefined ? {} : { detailsHash: digest }),
    ...members,
  }
  // an undefined member is a member left out
  const made = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as unknown as DecisionReceipt
  const [fault] = receiptFaults(made)
  if (fault !== undefined) throw new Error(`${fault.path} ${fault.message}`)
  return made
}

export const about = (...seqs: readonly number[]) =>
  seqs.map((seq) => ({ rel: 'about', receiptId: idOf(seq), receiptHash: digest }))

/** What one person did about receipts. */
export function oversight(
  seq: number,
  kind: string,
  subjects: readonly number[],
  more: Members & { readonly reviewer?: number; readonly requestId?: string; readonly quorum?: number } = {},
): DecisionReceipt {
  const { reviewer = 1, requestId, quorum, ...members } = more
  return receipt(seq, {
    eventType: 'human_oversight',
    links: about(...subjects),
    humanOversight: {
      kind,
      ...(kind === 'request' ? {} : { reviewerId: person(reviewer) }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(quorum === undefined ? {} : { quorum }),
    },
    ...(kind === 'request' ? {} : { pseudonymKeyId: 'people-1' }),
    ...members,
  })
}

export const details = (more: object) => ({ salt: zeros, ...more })
