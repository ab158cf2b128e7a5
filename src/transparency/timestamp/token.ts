/** A token: the CMS SignedData around a TSTInfo, taken apart; nothing is checked. */
import { malformed } from '../../tlog/malformed.js'
import { type AlgorithmId, algorithmOf, context, type Der, membersOf, octetsOf, oidOf, readDer, tags } from './asn1.js'
import { readTstInfo, type TstInfo } from './tst-info.js'

const SIGNED_DATA = '1.2.840.113549.1.7.2'
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const MAX_CERTIFICATES = 50

/** Tokens of more bytes are refused. */
export const MAX_TOKEN_BYTES = 256 * 1024

/** A token's parts. */
export interface Token {
  /** The bytes that were signed, by way of the attributes. */
  readonly content: Uint8Array
  readonly info: TstInfo
  /** DER of the certificates that it has with it. */
  readonly certificates: readonly Uint8Array[]
  /** DER of the revocation lists that it has with it. */
  readonly crls: readonly Uint8Array[]
  readonly signer: TokenSigner
}

/** Its one SignerInfo. */
export interface TokenSigner {
  /** `IssuerAndSerialNumber`, or `[0]` with the id of a key. */
  readonly id: Der
  readonly digestAlgorithm: AlgorithmId
  /** The one value of each attribute that is signed, by its id. */
  readonly attributes: ReadonlyMap<string, Der>
  /** The bytes that are signed: the attributes as a SET. */
  readonly signedBytes: Uint8Array
  readonly algorithm: AlgorithmId
  readonly signature: Uint8Array
}

const what = 'time-stamp token'

function attributesOf(der: Der): ReadonlyMap<string, Der> {
  const attributes = new Map<string, Der>()
  for (const one of der.children) {
    const members = membersOf(one, what)
    const oid = oidOf(members.any(), what)
    const values = members.take(tags.set)
    members.end()
    const [value, ...more] = values.children
    if (attributes.has(oid) || value === undefined || more.length > 0)
      throw malformed(what, 'a signed attribute has not one value')
    attributes.set(oid, value)
  }
  return attributes
}

function signerOf(infos: Der): TokenSigner {
  const [info, ...others] = infos.children
  if (info === undefined || others.length > 0) throw malformed(what, 'it has not one signer')
  const members = membersOf(info, what)
  members.take(tags.integer)
  const id = members.take(tags.sequence, context(0, false))
  const digestAlgorithm = algorithmOf(members.take(tags.sequence), what)
  const signed = members.take(context(0))
  const algorithm = algorithmOf(members.take(tags.sequence), what)
  const signature = octetsOf(members.any(), what)
  members.maybe(context(1))
  members.end()
  const signedBytes = Uint8Array.from(signed.raw)
  // RFC 5652, 5.4: signed as the SET that it is, not under its tag in place.
  signedBytes[0] = tags.set
  return { id, digestAlgorithm, attributes: attributesOf(signed), signedBytes, algorithm, signature }
}

/**
 * Takes a token apart.
 *
 * @param bytes - DER of the CMS ContentInfo, and nothing behind it
 * @throws QuittanceError `TLOG_MALFORMED`
 */
export function readToken(bytes: Uint8Array): Token {
  if (bytes.length > MAX_TOKEN_BYTES) throw malformed(what, `it has more than ${MAX_TOKEN_BYTES} bytes`)
  const outer = membersOf(readDer(bytes, what), what)
  if (oidOf(outer.any(), what) !== SIGNED_DATA) throw malformed(what, 'it is no CMS SignedData')
  const explicit = outer.take(context(0))
  outer.end()
  const wrapped = explicit.children[0]
  if (wrapped === undefined || explicit.children.length !== 1) throw malformed(what, 'it is no CMS SignedData')
  const members = membersOf(wrapped, what)
  members.take(tags.integer)
  const digests = members.take(tags.set)
  const encapsulated = membersOf(members.take(tags.sequence), what)
  if (oidOf(encapsulated.any(), what) !== TST_INFO) throw malformed(what, 'what is signed is no time stamp')
  const held = encapsulated.take(context(0)).children
  encapsulated.end()
  const [octets, ...rest] = held
  if (octets === undefined || rest.length > 0) throw malformed(what, 'its content is missing')
  const content = octetsOf(octets, what)
  const certificates = members.maybe(context(0))?.children ?? []
  const crls = members.maybe(context(1))?.children ?? []
  const signer = signerOf(members.take(tags.set))
  members.end()
  if (!digests.children.some((one) => algorithmOf(one, what).oid === signer.digestAlgorithm.oid))
    throw malformed(what, 'it does not list the hash that it is signed over')
  if (certificates.length + crls.length > MAX_CERTIFICATES)
    throw malformed(what, `it has more than ${MAX_CERTIFICATES} certificates and revocation lists`)
  const plain = (list: readonly Der[]) => list.filter(({ tag }) => tag === tags.sequence).map(({ raw }) => raw)
  return { content, info: readTstInfo(content), certificates: plain(certificates), crls: plain(crls), signer }
}
