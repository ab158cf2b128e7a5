/** The keys that came with the receipts. They show at most that the file agrees with itself. */
import { admitKey } from '../../../keys/ed25519/admission.js'
import { Keyring, type KeyUse } from '../../../keys/keyring.js'
import type { Embedded } from './embedded.js'

/** A key of the file that no other key of the file vouches for. */
export interface KeyInFile {
  readonly keyId: string
  /** Receipts that it signed itself. */
  readonly signed: number
  /** Keys that it certified or handed the chain over to. */
  readonly vouchedFor: readonly string[]
}

const everyUse: readonly KeyUse[] = ['receipt', 'delegate', 'rotate', 'revoke', 'retention', 'report']

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * @param lines - of one chain, or of all
 * @returns the keys at the beginning of trust: those that signed, without those that others of the file vouch for
 */
export function keysInFile(lines: readonly Embedded[]): readonly KeyInFile[] {
  const signed = new Map<string, number>()
  const vouchers = new Map<string, string>()
  for (const { claim } of lines) {
    const { keyId, key } = claim
    if (typeof keyId !== 'string') continue
    signed.set(keyId, (signed.get(keyId) ?? 0) + 1)
    if (!isRecord(key)) continue
    const certificate = key.event === 'delegate' && isRecord(key.certificate) ? key.certificate : undefined
    if (typeof certificate?.root === 'string' && certificate.root !== keyId) vouchers.set(keyId, certificate.root)
    if (key.event === 'rotate' && typeof key.newKeyId === 'string' && key.newKeyId !== keyId)
      vouchers.set(key.newKeyId, keyId)
  }
  const roots = new Map<string, string[]>()
  for (const keyId of [...signed.keys(), ...vouchers.values()]) if (!vouchers.has(keyId)) roots.set(keyId, [])
  for (const [keyId, by] of vouchers) roots.get(by)?.push(keyId)
  return [...roots].map(([keyId, vouchedFor]) => ({ keyId, signed: signed.get(keyId) ?? 0, vouchedFor }))
}

/**
 * @param keys - keys of the file
 * @returns a keyring that takes them at their word, for the question whether the file agrees with itself, and for no other
 */
export function keyringOfFile(keys: readonly KeyInFile[]): Keyring {
  const admitted = keys.filter(({ keyId }) => admitKey(keyId).key !== undefined)
  return new Keyring(admitted.map(({ keyId }) => ({ keyId, uses: everyUse })))
}
