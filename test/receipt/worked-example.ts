/**
 * The worked example of docs/receipt-format.md, computed by node:crypto and an independent writer of RFC 8785 alone.
 * Nothing here comes from `src/`, so that page and code are both held against it.
 */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import type { Json, JsonObject } from './arbitraries.js'
import { jcs } from './jcs.js'
import { RFC8032_TEST1, testKey } from './keys.js'

const bytesOf = (text: string | Uint8Array): Buffer =>
  typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text)
const hexHash = (...parts: readonly (string | Uint8Array)[]): string =>
  createHash('sha256')
    .update(Buffer.concat(parts.map(bytesOf)))
    .digest('hex')
const sha256 = (text: string | Uint8Array): string => `sha256:${hexHash(text)}`
const hmac = (key: Uint8Array, data: string | Uint8Array): string =>
  `hmac-sha256:${createHmac('sha256', key).update(data).digest('hex')}`
const ed25519 = (bytes: Uint8Array): string => `ed25519:${Buffer.from(bytes).toString('hex')}`

/** The seed of RFC 8032 §7.1, test 2: the delegate, and the key that is rotated to. */
export const RFC8032_TEST2 = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'

export const issuer = testKey(RFC8032_TEST1)
export const second = testKey(RFC8032_TEST2)
/** 32 bytes, 00 01 02 … 1f: what pseudonyms and keyed commitments derive from. */
export const secret = Uint8Array.from({ length: 32 }, (_, index) => index)
const secretId = 'demo-2026'

export const chainId = 'acme-credit'
const tenantId = 'acme'
const ids = ['019a5977-9300-7000-8000-000000000001', '019a5977-96e8-7000-8000-000000000002'] as const

/** Content and people, as the application knows them. */
export const inputText = 'Call [PHONE] or email [EMAIL] about the café.'
export const outputJson = { limit: 5000, granted: true, currency: 'EUR' }
export const subject = 'customer-17'

const subjectText = `quittance/1 subject\n${tenantId}\n${subject}`
const commitInfo = `quittance/1 commit\n${ids[1]}\noutput`
const commitKey = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), commitInfo, 32))
const outputHash = createHash('sha256').update(jcs(outputJson)).digest()

const details: JsonObject = {
  salt: '5a'.repeat(32),
  checks: { 'debt-ratio': 'above the limit of the product' },
  metadata: { desk: 'Köln' },
}
const detailsText = `quittance/1 details\n${jcs(details)}`

interface Sealed {
  readonly preimage: string
  readonly receiptHash: string
  readonly message: string
  readonly signature: string
  readonly line: string
  readonly whole: JsonObject
}

function sealed({ details: own, ...covered }: JsonObject): Sealed {
  const preimage = jcs(covered)
  const receiptHash = sha256(preimage)
  const message = `quittance/1 receipt\n${receiptHash}\n`
  const signature = ed25519(issuer.sign(message))
  const whole = { ...covered, receiptHash, signature, ...(own === undefined ? {} : { details: own }) }
  return { preimage, receiptHash, message, signature, line: jcs(whole), whole }
}

const genesisText = `quittance/1 genesis\n${chainId}\n`

/** What the ledger says first. */
export const first = sealed({
  version: 'quittance/1',
  receiptId: ids[0],
  chainId,
  seq: 0,
  timestamp: '2025-11-06T14:00:00.000Z',
  eventType: 'system',
  tenantId,
  system: { event: 'chain_start', nonce: '000102030405060708090a0b0c0d0e0f', retentionDays: 184 },
  keyId: issuer.keyId,
  prevReceiptHash: sha256(genesisText),
})

/** A decision. */
export const decision = sealed({
  version: 'quittance/1',
  receiptId: ids[1],
  chainId,
  seq: 1,
  timestamp: '2025-11-06T14:00:01.250Z',
  eventType: 'decision',
  tenantId,
  subjectId: hmac(secret, subjectText),
  pseudonymKeyId: secretId,
  input: { kind: 'text', hash: sha256(inputText), redactions: { EMAIL: 1, PHONE: 1 } },
  output: { kind: 'json', hash: hmac(commitKey, outputHash), commitKeyId: secretId },
  checks: [{ name: 'debt-ratio', score: 0.41, threshold: 0.4, op: 'gt', fired: true }],
  action: 'escalate',
  keyId: issuer.keyId,
  prevReceiptHash: first.receiptHash,
  detailsHash: sha256(detailsText),
  details,
})

const certificate: JsonObject = {
  root: issuer.keyId,
  delegate: second.keyId,
  chains: ['acme-credit', 'acme/*'],
  notBefore: '2025-11-06T00:00:00.000Z',
  notAfter: '2025-11-07T00:00:00.000Z',
  uses: ['receipt'],
  serial: 'c-1',
}
const certificateMessage = `quittance/1 delegation\n${sha256(jcs(certificate))}\n`
const rotationMessage = `quittance/1 rotation\n${chainId}\n${issuer.keyId}\n${second.keyId}\n`

const leafData = ({ receiptHash, signature }: Sealed): Buffer =>
  Buffer.from(receiptHash.slice('sha256:'.length) + signature.slice('ed25519:'.length), 'hex')
const leaves = [first, decision].map((receipt) => hexHash(Uint8Array.of(0), leafData(receipt)))

/** A text with its line feeds seen. */
const quoted = (value: Json): string => JSON.stringify(value)

/** Each block of the page by its name. */
export const example: { readonly [block: string]: string } = {
  seed: RFC8032_TEST1,
  'public-key': issuer.publicKey,
  'key-id': issuer.keyId,
  secret: Buffer.from(secret).toString('hex'),
  'genesis-text': quoted(genesisText),
  'genesis-hash': sha256(genesisText),
  'first-preimage': first.preimage,
  'first-hash': first.receiptHash,
  'first-message': quoted(first.message),
  'first-signature': first.signature,
  'first-line': first.line,
  'input-text': quoted(inputText),
  'input-bytes': bytesOf(inputText).toString('hex'),
  'input-hash': sha256(inputText),
  'output-jcs': jcs(outputJson),
  'output-sha256': outputHash.toString('hex'),
  'commit-info': quoted(commitInfo),
  'commit-key': commitKey.toString('hex'),
  'output-hash': hmac(commitKey, outputHash),
  'subject-text': quoted(subjectText),
  'subject-id': hmac(secret, subjectText),
  details: jcs(details),
  'details-text': quoted(detailsText),
  'details-hash': sha256(detailsText),
  'decision-preimage': decision.preimage,
  'decision-hash': decision.receiptHash,
  'decision-message': quoted(decision.message),
  'decision-signature': decision.signature,
  'decision-line': decision.line,
  'first-leaf-data': leafData(first).toString('hex'),
  'first-leaf-hash': leaves[0] as string,
  'decision-leaf-hash': leaves[1] as string,
  'merkle-root': hexHash(Uint8Array.of(1), Buffer.from(leaves.join(''), 'hex')),
  certificate: jcs(certificate),
  'certificate-message': quoted(certificateMessage),
  'certificate-signature': ed25519(issuer.sign(certificateMessage)),
  'rotation-message': quoted(rotationMessage),
  'rotation-countersignature': ed25519(second.sign(rotationMessage)),
}
