/** PKCS #11 URIs as RFC 7512 has them. */
import { decoded, malformed } from './parts.js'

/** What such a URI looks like. */
export const pkcs11Example =
  'pkcs11:token=receipts;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/run/secrets/pin'

/** A PKCS #11 URI, decoded. */
export interface Pkcs11Uri {
  readonly token?: string | undefined
  readonly serial?: string | undefined
  /** The label of the key. */
  readonly object?: string | undefined
  /** CKA_ID of the key. */
  readonly id?: Uint8Array | undefined
  readonly modulePath?: string | undefined
  /** The path of a file that holds the PIN. */
  readonly pinFile?: string | undefined
  /** The other query attributes: options of the provider. */
  readonly rest: readonly (readonly [name: string, value: string])[]
}

const pathAttributes = [
  'token',
  'serial',
  'manufacturer',
  'model',
  'slot-id',
  'object',
  'id',
  'type',
  'library-description',
  'library-manufacturer',
  'library-version',
  'slot-description',
  'slot-manufacturer',
] as const
/** Those that this release looks at; another would narrow the choice, and silently would not. */
const used: ReadonlySet<string> = new Set(['token', 'serial', 'object', 'id', 'type'])

const refuse = (why: string): Error => malformed(why, pkcs11Example)

/** @returns each attribute once */
function attributesOf(text: string, separator: string, what: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const part of text === '' ? [] : text.split(separator)) {
    const [, name = '', value] = /^([A-Za-z0-9_-]+)=(.*)$/.exec(part) ?? []
    if (name === '' || value === undefined) throw refuse(`a ${what} of the key URL is not name=value`)
    if (found.has(name)) throw refuse(`the key URL has a ${what} twice`)
    found.set(name, value)
  }
  return found
}

function textOf(value: string | undefined, name: string): string | undefined {
  if (value === undefined) return undefined
  const plain = decoded(value)
  if (plain === undefined || plain === '') throw refuse(`${name} of the key URL is empty or badly encoded`)
  return plain
}

/** CKA_ID is bytes, not a text: each character or %XX is one. */
function bytesOf(value: string | undefined): Uint8Array | undefined {
  if (value === undefined) return undefined
  const parts = value.match(/%[0-9A-Fa-f]{2}|[\x21-\x24\x26-\x7e]/g) ?? []
  if (parts.length === 0 || parts.join('') !== value) throw refuse('id of the key URL is empty or badly encoded')
  return Uint8Array.from(parts, (part) => (part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0)))
}

/** RFC 7512 leaves open what a source is; a command is none here, because a URL must not run programs. */
function pinFileOf(value: string | undefined): string | undefined {
  const source = textOf(value, 'pin-source')
  if (source === undefined) return undefined
  if (source.startsWith('|')) throw refuse('pin-source of the key URL is a command, which is never run: name a file')
  const path = /^file:(?:\/\/(?:localhost)?)?(\/.*)$/i.exec(source)?.[1] ?? source
  if (!path.startsWith('/')) throw refuse('pin-source of the key URL must be file:/PATH or an absolute path')
  return path
}

/**
 * @param uri - `pkcs11:…`
 * @returns what it names
 * @throws QuittanceError `KEY_URL`
 */
export function parsePkcs11Uri(uri: string): Pkcs11Uri {
  const [, path, query = ''] = /^pkcs11:([^?#]*)(?:\?([^#]*))?$/i.exec(uri) ?? []
  if (path === undefined) throw refuse('the key URL has a fragment')
  const attributes = attributesOf(path, ';', 'path attribute')
  const questions = attributesOf(query, '&', 'query attribute')
  for (const name of attributes.keys()) {
    if (used.has(name)) continue
    const known = pathAttributes.some((one) => one === name)
    throw refuse(
      known ? `${name} is not looked at: leave it out` : 'the key URL has a path attribute that is not known',
    )
  }
  if (questions.has('pin-value'))
    throw refuse('a PIN does not belong in a key URL, which is logged and listed: name a file by pin-source')
  if (attributes.has('type') && attributes.get('type') !== 'private')
    throw refuse('type of the key URL must be private, or left out')
  const object = textOf(attributes.get('object'), 'object')
  const id = bytesOf(attributes.get('id'))
  const [token, serial] = [textOf(attributes.get('token'), 'token'), textOf(attributes.get('serial'), 'serial')]
  if (token === undefined && serial === undefined) throw refuse('the key URL names no token: it needs token or serial')
  if (object === undefined && id === undefined) throw refuse('the key URL names no key: it needs object or id')
  return {
    token,
    serial,
    object,
    id,
    modulePath: textOf(questions.get('module-path'), 'module-path'),
    pinFile: pinFileOf(questions.get('pin-source')),
    rest: [...questions].filter(([name]) => name !== 'module-path' && name !== 'pin-source'),
  }
}
