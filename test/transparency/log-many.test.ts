/** A log with 10,000 chains: none is forgotten, each can be proved, and what the process keeps of them stays small. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import type { Ledger } from '../../src/ledger/types.js'
import { leafHash, nodeHash, receiptLeaf, verifyInclusion } from '../../src/merkle/index.js'
import { toHex } from '../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { makeProof } from '../../src/transparency/decision-proof.js'
import { verifyDecisionProof } from '../../src/transparency/decision-proof-verify.js'
import type { CheckpointLog } from '../../src/transparency/log/types.js'
import type { PublishedCheckpoint } from '../../src/transparency/types.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { missingChains, type VerifiedLog, verifyLog } from '../../src/verify/log.js'
import type { VerifyResult } from '../../src/verify/types.js'
import { draft, keyNamed, stored } from '../ledger/support.js'
import { LOG_CHAIN, ORIGIN, opened, worldOn } from './log-support.js'
import { logVkey } from './proof-support.js'

const CHAINS = 10_000
const AT_ONCE = 500
/** What the process may keep of a chain once its checkpoint is in the log: its entry, and where it stands. */
const MOST_BYTES_A_CHAIN = 1_500

const nameOf = (index: number): string => `tenant-${index}`
const names = Array.from({ length: CHAINS }, (_, index) => nameOf(index))

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const usedBytes = async (): Promise<number> => {
  for (let times = 0; times < 3; times += 1) {
    collectGarbage()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
}

async function inGroups(work: (name: string) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < CHAINS; at += AT_ONCE) await Promise.all(names.slice(at, at + AT_ONCE).map(work))
}

/** The tree by the definitions of RFC 9162 alone, each subtree hashed once. */
function treeOver(leaves: readonly Uint8Array[]) {
  const known = new Map<string, Uint8Array>()
  const middleOf = (begin: number, end: number): number => {
    let half = 1
    while (half * 2 < end - begin) half *= 2
    return begin + half
  }
  const root = (begin: number, end: number): Uint8Array => {
    if (end - begin === 1) return leaves[begin] as Uint8Array
    const place = `${begin} ${end}`
    const found = known.get(place)
    if (found !== undefined) return found
    const middle = middleOf(begin, end)
    const made = nodeHash(root(begin, middle), root(middle, end))
    known.set(place, made)
    return made
  }
  const path = (index: number, begin = 0, end = leaves.length): Uint8Array[] => {
    if (end - begin === 1) return []
    const middle = middleOf(begin, end)
    return index < middle
      ? [...path(index, begin, middle), root(middle, end)]
      : [...path(index, middle, end), root(begin, middle)]
  }
  return { root: () => root(0, leaves.length), path }
}

let store: ReceiptStore
let ledger: Ledger
let log: CheckpointLog | undefined
let keyring: Keyring
let head: PublishedCheckpoint
let entries: readonly DecisionReceipt[]
let verified: VerifiedLog
/** By chain, its root. */
const roots = new Map<string, string>()
/** What the sink got, by origin; each once. */
const got = new Map<string, number>()
let heldBytes: number

beforeAll(async () => {
  store = memoryStore()
  let twice = 0
  const sink = {
    name: 'counting',
    async publish({ kind, origin, size }: PublishedCheckpoint) {
      if (kind === 'log') return
      if (got.has(origin)) twice += 1
      got.set(origin, size)
    },
  }
  const world = worldOn(store, { everyReceipts: 2, everyMs: 2_000_000_000, sinks: [sink], timeoutMs: 120_000 })
  ledger = world.ledger
  log = world.log
  await inGroups((chainId) => ledger.append(draft({ chainId })))
  // a chain whose checkpoint is being made waits no more, and is not in the log yet
  const isEntered = async () => (await store.bounds(LOG_CHAIN))?.last === CHAINS
  while (log.status().waiting.chains > 0 || !(await isEntered()))
    await new Promise((resolve) => setTimeout(resolve, 10))
  head = await log.publish()
  expect([world.warnings, twice]).toEqual([[], 0])
  expect(log.status()).toMatchObject({ refused: [], waiting: { chains: 0 }, sinks: [{ pending: 0, failures: 0 }] })
  const withLog = await usedBytes()
  await log.close()
  log = undefined
  world.warnings.length = 0
  Object.assign(world, { log: undefined })
  heldBytes = withLog - (await usedBytes())
  await inGroups(async (chainId) => {
    for await (const { receiptHash } of store.read(chainId, { fromSeq: 0, toSeq: 0 })) roots.set(chainId, receiptHash)
  })
  entries = await stored(store, LOG_CHAIN)
  keyring = new Keyring([(await keyNamed('receipts').signer()).keyId])
  const policy = parsePolicy(`log ${await logVkey()}\nquorum none\n`)
  verified = await verifyLog(entries, { keyring, checkpoints: openCheckpoints([head.note], policy) })
}, 120_000)

afterAll(async () => {
  await log?.close()
  await ledger.close()
})

const originOf = (chainId: string): string => `${ORIGIN}/${roots.get(chainId)?.slice(7, 23)}`

describe('10,000 chains on one log', () => {
  it('are an entry each, under one head, and reach the sink', async () => {
    expect(roots.size).toBe(CHAINS)
    const sizes = new Map(
      entries.flatMap(({ system }) => (system?.event === 'checkpoint' ? [[system.origin, system.size]] : [])),
    )
    expect([entries.length, sizes.size, head.size]).toEqual([CHAINS + 1, CHAINS, CHAINS + 1])
    expect(names.filter((name) => sizes.get(originOf(name)) !== 2 || got.get(originOf(name)) !== 2)).toEqual([])
    expect(got.size).toBe(CHAINS)
  })

  it('are all known to who verifies the log, and the one that is missing is named', () => {
    expect([verified.result.verdict, verified.chains.length]).toEqual(['VALID', CHAINS])
    const resultOf = (name: string): VerifyResult => ({
      verdict: 'VALID',
      scope: { chainId: name, root: roots.get(name), tail: 'unproved' },
      checked: 2,
      problems: [],
      counts: {},
      notices: [],
    })
    expect(missingChains(verified, names.map(resultOf))).toEqual([])
    const withheld = nameOf(6_789)
    const missing = missingChains(verified, names.filter((name) => name !== withheld).map(resultOf))
    expect(missing.map(({ chain, result }) => [chain.origin, chain.size, result.verdict])).toEqual([
      [originOf(withheld), 2, 'INCOMPLETE'],
    ])
  })

  it('have a proof each that leads to the head', async () => {
    const leaves = entries.map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
    const tree = treeOver(leaves)
    const { root, size } = await opened(head.note)
    expect([toHex(tree.root()), leaves.length]).toEqual([root, size])
    const rootHash = Uint8Array.from(Buffer.from(root, 'hex'))
    const wrong = leaves.filter((leaf, index) => !verifyInclusion(leaf, index, size, tree.path(index), rootHash))
    expect(wrong).toEqual([])
    const other = leaves[1] as Uint8Array
    expect(verifyInclusion(other, 4_321, size, tree.path(4_321), rootHash)).toBe(false)
  })

  it('prove a decision by the one file', async () => {
    const policy = parsePolicy(`log ${await logVkey()}\nquorum none\n`)
    for (const chainId of [nameOf(0), nameOf(CHAINS - 1)]) {
      const { receiptId } = (await stored(store, chainId)).at(-1) as DecisionReceipt
      const { text } = await makeProof(store, { chainId, receiptId, keyring })
      const result = await verifyDecisionProof(text, { keyring, policy })
      expect([result.verdict, result.problems]).toEqual(['VALID', []])
    }
  })

  it('cost the process little once they are in the log', () => {
    expect(heldBytes / CHAINS).toBeLessThan(MOST_BYTES_A_CHAIN)
  })
})

describe('a log that keeps more chains than it remembers heads of', () => {
  it('signs nothing where the store of the running process went back', async () => {
    let current = memoryStore()
    const moving = new Proxy({} as ReceiptStore, {
      get: (_, name: keyof ReceiptStore) => {
        const value = current[name]
        return typeof value === 'function' ? value.bind(current) : value
      },
    })
    const world = worldOn(moving, { everyReceipts: 1_000_000, everyMs: 2_000_000_000 })
    await world.ledger.append(draft({ chainId: 'first' }))
    await world.log.checkpoint('first')
    await world.log.publish()
    const few = names.slice(0, 1_100)
    for (let at = 0; at < few.length; at += 100)
      await Promise.all(
        few.slice(at, at + 100).map(async (chainId) => {
          await world.ledger.append(draft({ chainId }))
          await world.log.checkpoint(chainId)
        }),
      )
    const back = memoryStore()
    for (const chainId of ['first', LOG_CHAIN])
      await back.append(chainId, (await stored(current, chainId)).slice(0, 1), undefined)
    current = back
    await expect(world.log.publish()).rejects.toMatchObject({
      code: 'TLOG_REFUSED',
      details: { reason: 'rolled-back', chainId: LOG_CHAIN },
    })
  })
})
