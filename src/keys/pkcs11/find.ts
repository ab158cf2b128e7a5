import { didKey } from '../did-key.js'
import {
  CKA_EC_POINT,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_SIGN,
  CKF_SIGN,
  CKK_EC_EDWARDS,
  CKM_EDDSA,
  CKO_PRIVATE_KEY,
  CKO_PUBLIC_KEY,
  type Cryptoki,
  type Handle,
  rvOf,
  type Template,
  type Token,
  ulong,
} from './cryptoki.js'
import { tokenFault } from './faults.js'

/** Which token. */
export interface TokenWanted {
  readonly token: string | undefined
  readonly serial: string | undefined
}

/** Which key pair on it. */
export interface KeyWanted {
  readonly object: string | undefined
  readonly id: Uint8Array | undefined
}

/** DER before the 32 bytes of a point: OCTET STRING as PKCS#11 3.0 has it, BIT STRING as some tokens do. */
const pointPrefixes: readonly (readonly number[])[] = [[], [0x04, 0x20], [0x03, 0x21, 0x00]]

/**
 * @param cryptoki - the module
 * @param wanted - label, serial number, or both
 * @returns the slot and what the token in it says
 * @throws QuittanceError `KEY_NOT_FOUND`, `KEY_AMBIGUOUS`; what the module refuses
 */
export async function findToken(
  cryptoki: Cryptoki,
  { token: label, serial }: TokenWanted,
): Promise<{ readonly slot: Handle; readonly token: Token }> {
  const found: { slot: Handle; token: Token }[] = []
  for (const slot of await cryptoki.slots()) {
    const token = await cryptoki.token(slot)
    if ((label === undefined || token.label === label) && (serial === undefined || token.serial === serial))
      found.push({ slot, token })
  }
  const [first, second] = found
  if (first === undefined)
    throw tokenFault('KEY_NOT_FOUND', 'no token of that label or serial number is in a slot of the module', 'no-token')
  if (second !== undefined)
    throw tokenFault('KEY_AMBIGUOUS', 'several tokens have that label: name the serial number', 'tokens')
  return first
}

/** What a token does not tell of an object is not there. */
async function told(
  cryptoki: Cryptoki,
  session: Handle,
  object: Handle,
  attribute: number,
): Promise<Uint8Array | undefined> {
  try {
    return await cryptoki.attribute(session, object, attribute)
  } catch (error) {
    // CKR_ATTRIBUTE_SENSITIVE, CKR_ATTRIBUTE_TYPE_INVALID
    if (rvOf(error) === 0x11 || rvOf(error) === 0x12) return undefined
    throw error
  }
}

async function findPrivate(cryptoki: Cryptoki, session: Handle, { object, id }: KeyWanted): Promise<Handle> {
  const all = await cryptoki.find(session, { class: CKO_PRIVATE_KEY, label: object, id })
  const edwards: Handle[] = []
  for (const one of all) {
    const type = await told(cryptoki, session, one, CKA_KEY_TYPE)
    if (type !== undefined && ulong(type) === CKK_EC_EDWARDS) edwards.push(one)
  }
  const [first, second] = edwards
  if (first === undefined) {
    if (all.length > 0)
      throw tokenFault('KEY_WRONG_TYPE', 'the private key is of another type than CKK_EC_EDWARDS', 'type')
    throw tokenFault('KEY_NOT_FOUND', 'the token has no private key of that label or id', 'no-object')
  }
  if (second !== undefined)
    throw tokenFault('KEY_AMBIGUOUS', 'several private keys have that label or id: name the other as well', 'objects')
  if ((await told(cryptoki, session, first, CKA_SIGN))?.[0] === 0)
    throw tokenFault('KEY_WRONG_TYPE', 'the private key may not sign (CKA_SIGN)', 'sign')
  return first
}

function pointOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  const prefix = pointPrefixes.find(
    (one) => bytes?.length === one.length + 32 && one.every((byte, index) => bytes[index] === byte),
  )
  return prefix === undefined ? undefined : bytes?.slice(prefix.length)
}

async function findPublic(cryptoki: Cryptoki, session: Handle, key: Handle, wanted: KeyWanted): Promise<string> {
  const id = await told(cryptoki, session, key, CKA_ID)
  const template: Template =
    id !== undefined && id.length > 0
      ? { class: CKO_PUBLIC_KEY, id }
      : { class: CKO_PUBLIC_KEY, label: wanted.object, id: wanted.id }
  // some tokens keep no public object, and give the point of the private one
  const objects = [...(await cryptoki.find(session, template)), key]
  let seen = false
  for (const object of objects) {
    const bytes = await told(cryptoki, session, object, CKA_EC_POINT)
    const point = pointOf(bytes)
    if (point !== undefined) return didKey(point)
    seen ||= bytes !== undefined
  }
  if (seen) throw tokenFault('KEY_WRONG_TYPE', 'the key is on another curve than Ed25519', 'curve')
  throw tokenFault('KEY_NOT_FOUND', 'the token has no public key beside the private one', 'no-public-key')
}

/**
 * @param cryptoki - the module
 * @param slot - where the token is
 * @param session - logged in where the token asks for it
 * @param wanted - which key pair
 * @returns the private key's handle, which holds in all sessions, and the did:key
 * @throws QuittanceError `KEY_NOT_FOUND`, `KEY_AMBIGUOUS`, `KEY_WRONG_TYPE`; what the module refuses
 */
export async function findKey(
  cryptoki: Cryptoki,
  slot: Handle,
  session: Handle,
  wanted: KeyWanted,
): Promise<{ readonly key: Handle; readonly keyId: string }> {
  if (((await cryptoki.mechanism(slot, CKM_EDDSA)) & CKF_SIGN) === 0)
    throw tokenFault('KEY_WRONG_TYPE', 'the token does not sign with CKM_EDDSA', 'mechanism')
  const key = await findPrivate(cryptoki, session, wanted)
  return { key, keyId: await findPublic(cryptoki, session, key, wanted) }
}
