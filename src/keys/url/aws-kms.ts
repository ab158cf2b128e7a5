import { awsKmsKey } from '../aws-kms.js'
import { awsKmsEnvelopeKey } from '../aws-kms-envelope.js'
import type { KeyProvider } from '../provider.js'
import { flag, type KeyUrl, type Meaning, made, malformed, optionsOf, partsOf, share, text, whole } from './parts.js'

const signExample = 'awskms:///alias/receipts?region=eu-central-1'
const envelopeExample = 'awskms-envelope:///alias/receipt-seeds?store=./receipts.seed.json&context.tenant=acme'

const connection = { region: text, maxAttempts: whole, timeoutMs: whole } as const

/** @returns the key id, alias or ARN */
function referenceOf({ authority, segments }: KeyUrl, example: string): string {
  if (authority !== '')
    throw malformed('the key begins behind three slashes; another endpoint is named by AWS_ENDPOINT_URL_KMS', example)
  if (segments.length === 0) throw malformed('the key URL names no key id, alias/NAME or ARN', example)
  return segments.join('/')
}

/**
 * @param url - `awskms:///KEY-ID`, `awskms:///alias/NAME` or `awskms:///ARN`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function awsKmsFromUrl(url: string): KeyProvider {
  const parts = partsOf(url, signExample)
  const options = optionsOf(parts.query, { ...connection, sample: share }, signExample)
  const keyId = referenceOf(parts, signExample)
  return made(() => awsKmsKey({ ...options, keyId }), signExample)
}

/**
 * @param url - `awskms-envelope:///KEY?store=FILE&context.NAME=VALUE`
 * @returns the provider
 * @throws QuittanceError `KEY_URL`
 */
export function awsKmsEnvelopeFromUrl(url: string): KeyProvider {
  const parts = partsOf(url, envelopeExample)
  const isContext = ([name]: readonly [string, string]): boolean => name.startsWith('context.')
  const meanings: Record<string, Meaning> = { store: text, create: flag, backend: text, ...connection }
  const options = optionsOf(
    parts.query.filter((pair) => !isContext(pair)),
    meanings,
    envelopeExample,
  )
  const { store } = options
  const pairs = parts.query.filter(isContext).map(([name, value]) => [name.slice('context.'.length), value])
  if (pairs.length === 0)
    throw malformed('the key URL needs a pair of the encryption context, as context.NAME=VALUE', envelopeExample)
  if (typeof store !== 'string')
    throw malformed('the key URL needs store, the file of the wrapped seed', envelopeExample)
  const wrappingKeyId = referenceOf(parts, envelopeExample)
  const context: Record<string, string> = Object.fromEntries(pairs)
  return made(() => awsKmsEnvelopeKey({ ...options, wrappingKeyId, context, store }), envelopeExample)
}
