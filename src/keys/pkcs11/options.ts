import { fromHex } from '../../primitives/bytes.js'
import { refuseUnknownMembers } from '../../primitives/known-members.js'
import { checkedSample } from '../verified.js'
import { checkedMs } from '../within.js'
import { checkedPkcs11Js, type Pkcs11Js } from './pkcs11js.js'

/** Which key of which token signs, and how it is reached. */
export interface Pkcs11KeyOptions {
  /**
   * The path of the vendor's module (`.so`, `.dll`, `.dylib`), reached through the package `koffi`. Default: the environment's
   * `PKCS11_MODULE_PATH`.
   */
  readonly module?: string | undefined
  /** Instead of `module`: a `PKCS11` of the package `pkcs11js`, loaded and initialised, which stays yours. */
  readonly pkcs11?: Pkcs11Js | undefined
  /** The token's label. At least one of `token` and `serial`. */
  readonly token?: string | undefined
  /** The token's serial number. */
  readonly serial?: string | undefined
  /** The label of the key pair. At least one of `object` and `id`. */
  readonly object?: string | undefined
  /** The id of the key pair (`CKA_ID`): bytes, or the same as hex. */
  readonly id?: Uint8Array | string | undefined
  /** The user's PIN, or who gives it each time there is a login. Absent for a token with a keypad, or without a login. */
  readonly pin?: string | (() => string | Promise<string>) | undefined
  /** How many signatures may be under way at once, each in a session of its own: 1 to 64, default 2. */
  readonly sessions?: number | undefined
  /** How long opening, and each signature, may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined
  /** The share of signatures that is checked, above 0 and at most 1. Default 1: every one. */
  readonly sample?: number | undefined
}

/** The options, checked. */
export interface Pkcs11Terms {
  readonly source: { readonly js: Pkcs11Js } | { readonly file: string | undefined }
  readonly token: string | undefined
  readonly serial: string | undefined
  readonly object: string | undefined
  readonly id: Uint8Array | undefined
  readonly pin: (() => string | Promise<string>) | undefined
  readonly sessions: number
  readonly timeoutMs: number
  readonly sample: number
}

const known = {
  module: true,
  pkcs11: true,
  token: true,
  serial: true,
  object: true,
  id: true,
  pin: true,
  sessions: true,
  timeoutMs: true,
  sample: true,
} as const satisfies Record<keyof Pkcs11KeyOptions, true>

const MOST_SESSIONS = 64

const text = (value: unknown, name: string): string | undefined => {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value === '')
    throw new TypeError(`options.${name} must be a string that is not empty`)
  return value
}

function idOf(value: unknown): Uint8Array | undefined {
  if (value === undefined) return undefined
  if (value instanceof Uint8Array && value.length > 0) return Uint8Array.from(value)
  if (typeof value === 'string' && /^(?:[0-9a-fA-F]{2})+$/.test(value)) return fromHex(value.toLowerCase())
  throw new TypeError('options.id must be bytes, or the same as hex')
}

/** Messages never repeat what was given for a PIN. */
function pinOf(pin: unknown): Pkcs11Terms['pin'] {
  if (pin === undefined) return undefined
  if (typeof pin === 'function') return pin as () => string | Promise<string>
  if (typeof pin !== 'string' || pin === '')
    throw new TypeError('options.pin must be a string that is not empty, or a function that gives one')
  return () => pin
}

/**
 * @param options - as the caller gave them
 * @returns them, checked
 * @throws TypeError, RangeError
 */
export function checkedTerms(options: Pkcs11KeyOptions): Pkcs11Terms {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  refuseUnknownMembers(options, known, 'options')
  const { module: file, pkcs11, sessions = 2, timeoutMs = 10_000, sample } = options
  if (file !== undefined && pkcs11 !== undefined) throw new TypeError('options must have one of module and pkcs11')
  const source = pkcs11 === undefined ? { file: text(file, 'module') } : { js: checkedPkcs11Js(pkcs11) }
  const [token, serial, object] = [
    text(options.token, 'token'),
    text(options.serial, 'serial'),
    text(options.object, 'object'),
  ]
  const id = idOf(options.id)
  if (token === undefined && serial === undefined) throw new TypeError('options must have token or serial')
  if (object === undefined && id === undefined) throw new TypeError('options must have object or id')
  if (!Number.isSafeInteger(sessions) || sessions < 1 || sessions > MOST_SESSIONS)
    throw new RangeError(`options.sessions must be a whole number from 1 to ${MOST_SESSIONS}`)
  return {
    source,
    token,
    serial,
    object,
    id,
    pin: pinOf(options.pin),
    sessions,
    timeoutMs: checkedMs(timeoutMs, 'options.timeoutMs'),
    sample: checkedSample({ sample }),
  }
}
