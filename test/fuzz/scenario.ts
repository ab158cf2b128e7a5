/** Chains of every shape, with a keyring and something asked of them: most of them good, or nearly. */
import type { KeyringEntry } from '../../src/keys/keyring.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import type { Asked } from '../reference/chain.js'
import { anchorOf } from '../verify/anchor.js'
import { fullChain } from '../verify/full-receipts.js'
import {
  chainEnd,
  chainOf,
  chainStart,
  days,
  delegated,
  delegation,
  type Entry,
  type EntryOf,
  keyNamed,
  keys,
  msAfter,
  prune,
  revocation,
  rotation,
  type TestKey,
} from '../verify/support.js'
import type { Random } from './random.js'

export interface Scenario {
  readonly receipts: readonly DecisionReceipt[]
  readonly keyring: readonly KeyringEntry[]
  readonly asked: Asked
}

const all: readonly TestKey[] = [keys.one, keys.two, keys.root, keys.delegate, keys.retention, keyNamed('three')]
const keyById = new Map(all.map((key) => [key.keyId, key]))

/** @returns the key of that name, where the fuzzer can sign with it */
export const signerOf = (keyId: unknown): TestKey | undefined => keyById.get(keyId as string)

const HOUR = 3_600_000
const time = (random: Random): string => msAfter(random.int(12) * 6 * HOUR)

function certificateFor(random: Random, delegate: TestKey, chainId: string, at: number): Entry {
  const root = random.one(6) ? random.pick(all) : keys.root
  const changes = {
    delegate: delegate.keyId,
    chains: random.one(8) ? random.pick([['other'], ['acme*'], ['*'], ['acme'], []]) : [chainId],
    notBefore: random.one(6) ? time(random) : msAfter(at - random.int(2) * HOUR),
    notAfter: random.one(6) ? time(random) : msAfter(at + (1 + random.int(48)) * HOUR),
  }
  return delegated(delegation(changes, { root, signer: random.one(15) ? random.pick(all) : root }))
}

/** Bodies that have every member of the format, without what ties them to their own chain. */
const bodies = fullChain
  .filter(({ key, system }) => key === undefined && system?.event !== 'chain_end')
  .map(({ seq: _seq, timestamp: _time, keyId: _key, prevReceiptHash: _link, ...rest }) => {
    const { receiptHash: _hash, signature: _signature, chainId: _chain, receiptId: _id, ...body } = rest
    return body
  })

function entryAt(random: Random, chainId: string, at: number, by: TestKey): EntryOf {
  const other = random.pick(all)
  const kind = random.int(24)
  if (kind < 8) return {}
  if (kind < 10) return { details: { rationale: 'ä€😀', metadata: { deep: [[{ a: 1 }], null] } } }
  if (kind < 12) return { body: random.pick(bodies) as never }
  if (kind < 15) return certificateFor(random, by, chainId, at)
  if (kind < 18) {
    const signer = random.one(12) ? random.pick(all) : other
    return rotation(other, { by, from: by, signer, chainId: random.one(15) ? 'other' : chainId })
  }
  if (kind < 20) return revocation(other, random.one(2) ? time(random) : msAfter(at))
  if (kind < 22) return (before) => (before.length > 0 ? prune(random.pick(before)) : chainStart())
  if (kind < 23) return chainStart()
  return random.one(2) ? chainEnd() : {}
}

function entriesOf(random: Random, chainId: string): EntryOf[] {
  const count = 1 + random.int(8)
  const entries: EntryOf[] = []
  const main = random.one(8) ? random.pick(all) : keys.one
  let at = 0
  let by = main
  for (let index = 0; index < count; index += 1) {
    at += random.pick([0, 1, 1000, HOUR, 6 * HOUR, 24 * HOUR])
    if (random.one(4)) by = random.one(3) ? random.pick(all) : main
    const made = entryAt(random, chainId, at, by)
    const stamped = { by, at: msAfter(at) }
    entries.push((before) => {
      const entry = typeof made === 'function' ? made(before) : made
      return random.one(12) ? { ...stamped, ...entry } : { ...entry, ...stamped }
    })
  }
  return entries
}

const uses = ['receipt', 'delegate', 'rotate', 'revoke', 'retention', 'checkpoint', 'report'] as const

/** An entry of a keyring, mostly a useful one. */
export function entryOf(random: Random, key: TestKey, useful: readonly (typeof uses)[number][]): KeyringEntry {
  const chosen = random.one(10) ? uses.filter(() => random.one(2)) : useful
  const [from, until] = [time(random), time(random)].sort() as [string, string]
  return {
    keyId: key.keyId,
    ...(chosen.length > 0 ? { uses: chosen } : {}),
    ...(random.one(16) ? { validFrom: from } : {}),
    ...(random.one(16) && until > from ? { validUntil: until } : {}),
    ...(random.one(12) ? { revokedAt: time(random) } : {}),
    ...(random.one(10) ? { chains: random.pick([['acme'], ['acme*'], ['other'], ['acme/*', 'acme']]) } : {}),
  }
}

function keyringOf(random: Random): KeyringEntry[] {
  const useful = new Map<TestKey, readonly (typeof uses)[number][]>([
    [keys.one, ['receipt', 'rotate', 'revoke']],
    [keys.two, ['receipt']],
    [keys.root, ['delegate']],
    [keys.retention, ['retention']],
  ])
  const entries: KeyringEntry[] = []
  for (const key of all) {
    const known = useful.get(key)
    if (known ? !random.one(8) : random.one(8)) entries.push(entryOf(random, key, known ?? ['receipt']))
  }
  return entries
}

function askedOf(random: Random, chainId: string, receipts: readonly DecisionReceipt[]): Asked {
  const some = random.pick(receipts)
  const hash = (receipt: DecisionReceipt) => (random.one(8) ? random.pick(receipts).receiptHash : receipt.receiptHash)
  const last = receipts.at(-1) as DecisionReceipt
  const expect = {
    ...(random.one(8) ? { root: hash(receipts[0] as DecisionReceipt) } : {}),
    ...(random.one(5) ? { head: { seq: some.seq + (random.one(8) ? 1 : 0), receiptHash: hash(some) } } : {}),
    ...(random.one(8) ? { fromSeq: random.int(3) } : {}),
    ...(random.one(8) ? { toSeq: 2 + random.int(8) } : {}),
    ...(random.one(10) ? { minReceipts: random.int(9) } : {}),
  }
  const anchor = anchorOf(receipts, 1 + random.int(receipts.length))
  return {
    now: random.one(10) ? last.timestamp : random.one(15) ? msAfter(0) : days(365),
    ...(random.one(4) ? {} : { chainId: random.one(20) ? 'other' : chainId }),
    ...(Object.keys(expect).length > 0 ? { expect } : {}),
    ...(random.one(6) ? { requireTail: true } : {}),
    ...(random.one(4) ? { acceptPruned: { minDays: random.pick([0, 0.25, 1, 2]) } } : {}),
    ...(random.one(5)
      ? {
          anchors: [
            {
              ...anchor,
              ...(random.one(2) ? { witnessedAt: time(random) } : {}),
              ...(random.one(8) ? { size: 9 } : {}),
            },
          ],
        }
      : {}),
  }
}

/** One chain, its keyring, and what is asked of it. */
export function scenarioOf(given: Random): Scenario {
  // half of them are calm: what is seldom is hardly ever there, so that good chains are among them
  const random = given.one(2) ? given : { ...given, one: (of: number) => given.one(of > 3 ? of * 8 : of) }
  const chainId = random.one(5) ? 'acme/eu' : 'acme'
  const made = chainOf(entriesOf(random, chainId), { chainId, label: String(random.int(3)) })
  const asked = askedOf(random, chainId, made)
  const cut = random.one(6) ? random.int(made.length) : 0
  return { receipts: made.slice(cut), keyring: keyringOf(random), asked }
}
