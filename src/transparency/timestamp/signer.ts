/** The signer of a token: which certificate is its, that the token is bound to it, and that it may stamp. */
import { QuittanceError } from '../../errors.js'
import { equalBytes, toHex } from '../../primitives/bytes.js'
import { malformed } from '../../tlog/malformed.js'
import { algorithmOf, context, type Der, membersOf, octetsOf, oidOf, readDer, tags } from './asn1.js'
import { type Cert, extendedUsesOf, extensionIds, keyUsageOf, subjectKeyIdOf, usages } from './certificate.js'
import type { Report } from './findings.js'
import { digest, hashOf } from './hash.js'
import { nameOf } from './name.js'
import { checkSignature } from './signature.js'
import type { Token } from './token.js'

const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12'
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

const what = 'time-stamp token'

/** Whether a Name is the certificate's issuer. */
function isIssuer(name: Der, cert: Cert): boolean {
  if (equalBytes(name.raw, cert.issuerRaw)) return true
  try {
    return nameOf(name, what) === cert.issuerName
  } catch (error) {
    if (!QuittanceError.is(error, 'TLOG_MALFORMED')) throw error
    return false
  }
}

/**
 * @returns the certificates that the token's signer id names: most often one
 */
export function signerCertificates({ signer: { id } }: Token, known: readonly Cert[]): readonly Cert[] {
  if (id.tag === tags.sequence) {
    const members = membersOf(id, what)
    const issuer = members.take(tags.sequence)
    const serial = members.take(tags.integer).content
    members.end()
    return known.filter((cert) => equalBytes(cert.serial, serial) && isIssuer(issuer, cert))
  }
  const keyId = toHex(id.content)
  return known.filter((cert) => subjectKeyIdOf(cert) === keyId)
}

/** Whether an ESSCertID names this certificate: its hash, and where it says so issuer and serial number. */
function namesCertificate({ der, version }: EssId, cert: Cert): boolean {
  const members = membersOf(der, what)
  const algorithm = version === 2 ? members.maybe(tags.sequence) : undefined
  const stated = algorithm === undefined ? undefined : hashOf(algorithmOf(algorithm, what))
  const hash = version === 1 ? 'sha1' : algorithm === undefined ? 'sha256' : stated
  const hashed = octetsOf(members.any(), what)
  const issuerSerial = members.maybe(tags.sequence)
  members.end()
  if (hash === undefined || hash === 'weak' || !equalBytes(hashed, digest(hash, cert.der))) return false
  if (issuerSerial === undefined) return true
  const [names, serial] = issuerSerial.children
  const directory = names?.children.find(({ tag }) => tag === context(4))?.children[0]
  if (directory === undefined || serial === undefined) return false
  return isIssuer(directory, cert) && equalBytes(serial.content, cert.serial)
}

interface EssId {
  readonly der: Der
  /** 1: SHA-1, as RFC 2634 has it. A second certificate with a given hash can't be found, so it binds all the same. */
  readonly version: 1 | 2
}

/** The ids of `signingCertificate` and `signingCertificateV2`; each attribute's first is the signer's. */
function essIds({ signer: { attributes } }: Token): {
  readonly first: readonly EssId[]
  readonly rest: readonly EssId[]
} {
  const lists = ([1, 2] as const).flatMap((version) => {
    const attribute = attributes.get(version === 1 ? SIGNING_CERTIFICATE : SIGNING_CERTIFICATE_V2)
    if (attribute === undefined) return []
    return [
      membersOf(attribute, what)
        .take(tags.sequence)
        .children.map((der): EssId => ({ der, version })),
    ]
  })
  if (lists.some(({ length }) => length === 0)) throw malformed(what, 'it names no certificate where it must')
  return { first: lists.flatMap((list) => list.slice(0, 1)), rest: lists.flatMap((list) => list.slice(1)) }
}

/** That the token names the certificate that it is signed with, and no other above it than those of its path. */
export function checkBinding(token: Token, path: readonly Cert[], report: Report): void {
  const { first, rest } = essIds(token)
  const [cert] = path
  const bound = first.length > 0 && first.every((id) => cert !== undefined && namesCertificate(id, cert))
  if (!bound) report('SIGNER_NOT_BOUND', 'the token does not name the certificate that it is signed with', cert?.id)
  else if (!rest.every((id) => path.some((one) => namesCertificate(id, one))))
    report('SIGNER_NOT_BOUND', 'the token names certificates that its chain does not have', cert?.id)
}

/** That the attributes were signed by this certificate, and are those of the content. */
export function checkSigned(token: Token, cert: Cert, report: Report): void {
  const { attributes, digestAlgorithm, signedBytes, algorithm, signature } = token.signer
  const [type, imprint] = [attributes.get(CONTENT_TYPE), attributes.get(MESSAGE_DIGEST)]
  const hash = hashOf(digestAlgorithm)
  if (hash === 'weak') report('ALGORITHM_WEAK', 'the token is signed over a hash that proves nothing any more', cert.id)
  else if (hash === undefined) report('TOKEN_UNSUPPORTED', 'the token is signed over a hash that is not known here')
  else if (imprint === undefined || !equalBytes(octetsOf(imprint, what), digest(hash, token.content)))
    report('TOKEN_SIGNATURE_WRONG', 'what was signed is another content')
  if (type === undefined || oidOf(type, what) !== TST_INFO)
    report('TOKEN_SIGNATURE_WRONG', 'what was signed is not said to be a time stamp')

  const check = checkSignature(algorithm, cert.key, signedBytes, signature, digestAlgorithm)
  if (check === 'wrong') report('TOKEN_SIGNATURE_WRONG', 'the signature is wrong', cert.id)
  if (check === 'weak') report('ALGORITHM_WEAK', 'the signature or its key is too weak to prove anything', cert.id)
  if (check === 'unsupported') report('TOKEN_UNSUPPORTED', 'the signature is of a kind that is not known here', cert.id)
}

/** That the certificate is one for time stamps, and for nothing else. */
export function checkSignerUse(cert: Cert, report: Report): void {
  const uses = extendedUsesOf(cert)
  const alone = uses?.critical === true && uses.purposes.length === 1 && uses.purposes[0] === TIME_STAMPING
  const usage = keyUsageOf(cert)
  const signing: readonly number[] = [usages.digitalSignature, usages.nonRepudiation]
  const signs = usage === undefined || (usage.size > 0 && [...usage].every((bit) => signing.includes(bit)))
  if (!alone || !signs)
    report(
      'SIGNER_NOT_FOR_TIME_STAMPS',
      'the certificate is not for time stamps, or not only, or does not insist',
      cert.id,
    )
}

/** That the name in the token, where there is one, is one of the certificate's. */
export function checkSignerName({ info: { name } }: Token, cert: Cert, report: Report): void {
  if (name === undefined) return
  const directory = name.tag === context(4) ? name.children[0] : undefined
  if (directory !== undefined && nameOf(directory, what) === cert.subjectName) return
  const alternatives = cert.extensions.get(extensionIds.subjectAltName)
  const others = alternatives === undefined ? [] : readDer(alternatives.value, 'certificate').children
  if (others.some(({ raw }) => equalBytes(raw, name.raw))) return
  report('SIGNER_NAME_MISMATCH', 'the authority that the token names is not the one that signed it', cert.id)
}
