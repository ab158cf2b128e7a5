/** What is sent to an authority, and what it answers (RFC 3161, 2.4). */
import { QuittanceError } from '../../errors.js'
import { equalBytes } from '../../primitives/bytes.js'
import { sha256 } from '../../primitives/sha256.js'
import { unavailable } from '../http-exchange.js'
import { bitsOf, membersOf, readDer, smallInteger, tags } from './asn1.js'
import { hashOf } from './hash.js'
import type { Pki } from './pki.js'
import { readToken } from './token.js'

const SHA256 = '2.16.840.1.101.3.4.2.1'
const NONCE_BYTES = 8

/** A request on its way. */
export interface StampRequest {
  readonly der: Uint8Array
  readonly imprint: Uint8Array
  readonly nonce: Uint8Array
  readonly policyOid: string | undefined
}

/** @returns bytes of a positive INTEGER in its shortest form */
function freshNonce(): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  nonce[0] = ((nonce[0] ?? 0) & 0x3f) | 0x40
  return nonce
}

const buffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer

/**
 * @param message - what is to be stamped: only its SHA-256 is sent
 * @param policyOid - which policy is asked for
 */
export function requestFor({ asn1js, pkijs }: Pki, message: Uint8Array, policyOid: string | undefined): StampRequest {
  const imprint = sha256(message)
  const nonce = freshNonce()
  const request = new pkijs.TimeStampReq({
    version: 1,
    messageImprint: new pkijs.MessageImprint({
      hashAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: SHA256, algorithmParams: new asn1js.Null() }),
      hashedMessage: new asn1js.OctetString({ valueHex: buffer(imprint) }),
    }),
    ...(policyOid === undefined ? {} : { reqPolicy: policyOid }),
    nonce: new asn1js.Integer({ valueHex: buffer(nonce) }),
    certReq: true,
  })
  return { der: new Uint8Array(request.toSchema().toBER()), imprint, nonce, policyOid }
}

/** PKIFailureInfo: the bits that an authority may set. */
const failures: Readonly<Record<number, string>> = {
  0: 'badAlg',
  2: 'badRequest',
  5: 'badDataFormat',
  14: 'timeNotAvailable',
  15: 'unacceptedPolicy',
  16: 'unacceptedExtension',
  17: 'addInfoNotAvailable',
  25: 'systemFailure',
}
const passing = ['timeNotAvailable', 'systemFailure']
/** granted, grantedWithMods. */
const granted = [0, 1]
const WAITING = 3

const what = "authority's answer"

const refused = (who: string, reason: string, why: string): QuittanceError =>
  new QuittanceError('TLOG_REFUSED', `${who} ${why}`, { details: { reason, retryable: false } })

/**
 * Takes the token out of an answer, and checks that it is one to this request.
 *
 * @param who - whose answer it is, for messages
 * @returns DER of the token
 * @throws QuittanceError `TLOG_REFUSED` when it refused, or answered to something else; `TLOG_UNAVAILABLE` when it can't
 *   now; `TLOG_MALFORMED` when it is no answer
 */
export function tokenOf(answer: Uint8Array, request: StampRequest, who: string): Uint8Array {
  const members = membersOf(readDer(answer, what), what)
  const info = membersOf(members.take(tags.sequence), what)
  const status = smallInteger(info.take(tags.integer), what)
  info.maybe(tags.sequence)
  const bits = info.maybe(tags.bits)
  info.end()
  if (!granted.includes(status)) {
    const bit = bits === undefined ? undefined : [...bitsOf(bits, what)][0]
    const reason = (bit === undefined ? undefined : failures[bit]) ?? 'rejected'
    if (status === WAITING || passing.includes(reason)) throw unavailable(who, reason, 'can not stamp now')
    throw refused(who, reason, 'refused to stamp')
  }
  const token = members.take(tags.sequence).raw
  members.end()
  const { info: stamp } = readToken(token)
  const { algorithm, bytes } = stamp.imprint
  if (hashOf(algorithm) !== 'sha256' || !equalBytes(bytes, request.imprint))
    throw refused(who, 'imprint', 'stamped another message')
  if (stamp.nonce === undefined || !equalBytes(stamp.nonce, request.nonce))
    throw refused(who, 'nonce', 'answered to another request')
  if (request.policyOid !== undefined && stamp.policy !== request.policyOid)
    throw refused(who, 'policy', 'stamped under another policy than was asked for')
  return token
}
