/** What is used of PKCS#11 (OASIS, 2.40 and later), whatever reaches the module. */

/** Of a slot, a session or an object: a number where koffi is used, a buffer where pkcs11js is. */
export type Handle = number | bigint | Uint8Array

/** Numbers of the standard. */
export const CKO_PUBLIC_KEY = 2
export const CKO_PRIVATE_KEY = 3
export const CKK_EC_EDWARDS = 0x40
export const CKM_EDDSA = 0x1057
export const CKU_USER = 1
export const CKF_SERIAL_SESSION = 4
export const CKF_SIGN = 0x800
export const CKA_CLASS = 0
export const CKA_LABEL = 3
export const CKA_KEY_TYPE = 0x100
export const CKA_ID = 0x102
export const CKA_SIGN = 0x108
export const CKA_EC_POINT = 0x181
/** Of a token. */
export const CKF_LOGIN_REQUIRED = 0x4
export const CKF_PROTECTED_AUTHENTICATION_PATH = 0x100
export const CKF_USER_PIN_LOCKED = 0x4_0000

/** What a token says of itself. */
export interface Token {
  readonly label: string
  readonly serial: string
  readonly flags: number
}

/** What an object must be like. */
export interface Template {
  readonly class: number
  readonly label?: string | undefined
  readonly id?: Uint8Array | undefined
}

/** The calls that are made. What the module refuses is thrown with the number of its return value (see `rvOf`). */
export interface Cryptoki {
  /** Slots with a token in them. */
  slots(): Promise<readonly Handle[]>
  token(slot: Handle): Promise<Token>
  /** The flags of a mechanism. */
  mechanism(slot: Handle, type: number): Promise<number>
  openSession(slot: Handle): Promise<Handle>
  closeSession(session: Handle): Promise<void>
  /** Without a PIN: the token has a keypad of its own. */
  login(session: Handle, pin: string | undefined): Promise<void>
  logout(session: Handle): Promise<void>
  find(session: Handle, template: Template): Promise<readonly Handle[]>
  attribute(session: Handle, object: Handle, type: number): Promise<Uint8Array>
  /** Pure Ed25519. */
  sign(session: Handle, key: Handle, message: Uint8Array): Promise<Uint8Array>
}

/** A module that this process has loaded and may set up and put down. */
export interface OwnCryptoki extends Cryptoki {
  initialize(): Promise<void>
  finalize(): Promise<void>
}

/**
 * @param call - the function of the standard
 * @param rv - what it returned
 * @returns the error for it
 */
export function refusal(call: string, rv: number): Error {
  return Object.assign(new Error(`${call} returned 0x${rv.toString(16)}`), { rv })
}

/**
 * @param error - what a call threw
 * @returns the return value of the standard; `undefined` where the module did not get to give one
 */
export function rvOf(error: unknown): number | undefined {
  const { rv, code } = (typeof error === 'object' && error !== null ? error : {}) as { rv?: unknown; code?: unknown }
  if (typeof rv === 'number') return rv
  return typeof code === 'number' ? code : undefined
}

/** An unsigned long of the platform's width and order. */
export function ulong(bytes: Uint8Array): number {
  const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
  const ordered = littleEndian ? Uint8Array.from(bytes).reverse() : bytes
  return ordered.reduce((sum, byte) => sum * 256 + byte, 0)
}

/** Texts of the standard are filled up with spaces; some tokens use NUL. */
export function padded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/[\0 ]+$/, '')
}
