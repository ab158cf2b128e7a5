// One believable decision: its preimage has about 800 bytes.
import { createHash, createPrivateKey } from 'node:crypto'

/** The seed of RFC 8032's first test: a published key, good for nothing but tests. */
export const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
export const privateKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
  format: 'der',
  type: 'pkcs8',
})

const digest = (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`

const input = { kind: 'text', hash: digest('in') }
const output = { kind: 'text', hash: digest('out') }

/** @param {string} receiptId */
export const body = (receiptId) => ({
  version: 'quittance/1',
  receiptId,
  chainId: 'acme-credit',
  eventType: 'decision',
  tenantId: 'acme-credit',
  systemId: 'scoring',
  sessionId: 'application-48151623',
  startedAt: '2026-03-01T12:00:00.000Z',
  endedAt: '2026-03-01T12:00:00.042Z',
  input,
  output,
  checks: [{ name: 'affordability', score: 0.31, threshold: 0.8, op: 'gte', fired: false }],
  action: 'allow',
  modelId: 'scorecard-7',
})
