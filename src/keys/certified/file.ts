/** A session key and the certificate of its root, in one file. */
import { QuittanceError } from '../../errors.js'
import { fromHex } from '../../primitives/bytes.js'
import { isTime } from '../../primitives/time.js'
import { isChainPattern } from '../chain-pattern.js'
import { certificateMessage } from '../delegated/certificate.js'
import { duplicateMember } from '../duplicate-member.js'
import { admitKey } from '../ed25519/admission.js'
import { verifySignature } from '../ed25519/verify.js'
import { privateText, readKeyFile } from '../local/key-file.js'
import type { Delegation } from '../provider.js'

/** What the file holds. */
export interface CertifiedFile {
  /** PKCS#8 PEM. */
  readonly pem: string
  readonly delegation: Delegation
}

const refuse = (file: string, why: string): QuittanceError =>
  new QuittanceError('KEY_ENCODING', `the file of a certified key ${why}`, { details: { file } })

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function delegationOf(value: Readonly<Record<string, unknown>>): Delegation | undefined {
  const { certificate, certificateSignature } = value
  if (!isObject(certificate) || typeof certificateSignature !== 'string') return undefined
  const { root, delegate, chains, notBefore, notAfter, uses, serial } = certificate
  const texts = [root, delegate, notBefore, notAfter, serial].every((text) => typeof text === 'string')
  if (!texts || !isTime(notBefore as string) || !isTime(notAfter as string)) return undefined
  if (!Array.isArray(chains) || !chains.every((one) => typeof one === 'string' && isChainPattern(one))) return undefined
  if (!Array.isArray(uses) || uses.length !== 1 || uses[0] !== 'receipt') return undefined
  return { certificate, certificateSignature } as unknown as Delegation
}

/** Whether the root signed it; whether the root is trusted is the verifier's business. */
function isSigned({ certificate, certificateSignature }: Delegation): boolean {
  const { key } = admitKey(certificate.root)
  const digits = /^ed25519:([0-9a-f]{128})$/.exec(certificateSignature)?.[1]
  return (
    key !== undefined && digits !== undefined && verifySignature(key, certificateMessage(certificate), fromHex(digits))
  )
}

/**
 * @param file - its path
 * @returns what it holds; the certificate is one that its root signed
 * @throws QuittanceError `KEY_NOT_FOUND`, `KEY_UNAVAILABLE`, `KEY_FILE_PERMISSIONS`, `KEY_ENCODING`
 */
export async function readCertified(file: string): Promise<CertifiedFile> {
  const text = privateText(file, await readKeyFile(file))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, and the text holds a key.
    throw refuse(file, 'is not JSON')
  }
  if (!isObject(value) || duplicateMember(text) !== undefined || typeof value.key !== 'string')
    throw refuse(file, 'is not one that "quittance key delegate" writes')
  const delegation = delegationOf(value)
  if (delegation === undefined) throw refuse(file, 'has no certificate, or a malformed one')
  if (!isSigned(delegation)) throw refuse(file, 'has a certificate that its root did not sign')
  return { pem: value.key, delegation }
}

/**
 * @param content - a key and its certificate
 * @returns the text of their file
 */
export function certifiedText({ pem, delegation }: CertifiedFile): string {
  return `${JSON.stringify({ key: pem, ...delegation }, undefined, 2)}\n`
}
