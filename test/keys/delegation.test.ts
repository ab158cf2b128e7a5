import { describe, expect, it } from 'vitest'
import { rotationMessage, signedDelegationMessage } from '../../src/keys/delegation.js'
import { didKey } from '../../src/keys/did-key.js'
import { decodeUtf8 } from '../../src/primitives/bytes.js'
import { rfc8032 } from './rfc8032.js'

const [oldKey, newKey] = rfc8032.map(({ publicKey }) => didKey(publicKey)) as [string, string]
const digest = `sha256:${'0f'.repeat(32)}`

describe('what is signed about keys', () => {
  it('is three kinds of lines, each ended', () => {
    expect(decodeUtf8(signedDelegationMessage(digest))).toBe(`quittance/1 delegation\n${digest}\n`)
    expect(decodeUtf8(rotationMessage('acme/eu', oldKey, newKey))).toBe(
      `quittance/1 rotation\nacme/eu\n${oldKey}\n${newKey}\n`,
    )
  })

  it.each([
    '',
    'sha256:',
    digest.toUpperCase(),
    digest.slice(0, -1),
    `${digest}\n`,
    digest.replace('sha256', 'sha512'),
  ])('does not take the digest %j', (text) => {
    expect(() => signedDelegationMessage(text)).toThrow(new RangeError('certificateDigest is malformed'))
  })

  it('has no room for a line of someone else', () => {
    expect(() => rotationMessage(`acme\n${oldKey}`, oldKey, newKey)).toThrow(new RangeError('chainId is malformed'))
    expect(() => rotationMessage('', oldKey, newKey)).toThrow(new RangeError('chainId is malformed'))
    expect(() => rotationMessage('acme', `${oldKey}\n`, newKey)).toThrow(new RangeError('oldKeyId is malformed'))
    expect(() => rotationMessage('acme', oldKey, 'did:web:example.org')).toThrow(
      new RangeError('newKeyId is malformed'),
    )
    expect(() => rotationMessage('acme', oldKey, 5 as unknown as string)).toThrow(
      new TypeError('newKeyId must be a string'),
    )
  })

  it('tells the old key from the new', () => {
    expect(rotationMessage('acme', oldKey, newKey)).not.toEqual(rotationMessage('acme', newKey, oldKey))
  })
})
