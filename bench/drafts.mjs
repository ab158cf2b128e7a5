// Drafts that are ready: what the ledger gets from a collector, without the collector's time.
import { v7 } from 'uuid'

/** @param {string} [chainId] */
export const draft = (chainId = 'acme-credit') => ({
  receiptId: v7(),
  chainId,
  eventType: 'decision',
  tenantId: 'acme-credit',
  systemId: 'scoring',
  sessionId: 'application-48151623',
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: '2026-03-01T12:00:00.042Z',
  input: { kind: 'text', content: 'an application' },
  output: { kind: 'text', content: 'granted' },
  checks: [{ name: 'affordability', score: 0.31, threshold: 0.8, op: 'gte', fired: false }],
  action: 'allow',
  modelId: 'scorecard-7',
})

/**
 * @param {number} n how many in all
 * @param {number} width how many at once
 * @param {(index: number) => Promise<unknown>} one
 */
export async function inFlight(n, width, one) {
  let next = 0
  const lane = async () => {
    while (next < n) {
      const index = next
      next += 1
      await one(index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, n) }, lane))
}
