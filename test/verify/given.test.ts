/** What a verifier is given beside the chain is refused by name where it can not be what is meant. */
import { describe, expect, it } from 'vitest'
import { appendLeaf, emptyFrontier } from '../../src/merkle/frontier.js'
import { leafHash } from '../../src/merkle/hash.js'
import { receiptLeaf } from '../../src/merkle/receipt-leaf.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { parsePolicy } from '../../src/tlog/policy.js'
import { vkeyOf } from '../../src/tlog/vkey.js'
import { openCheckpoints } from '../../src/verify/checkpoints.js'
import { checkOptions } from '../../src/verify/options.js'
import type { VerifyOptions } from '../../src/verify/types.js'
import { logNoteOf, noteOf, originOf, policyTextOf, signerOf } from './notes.js'
import { keyNamed, NOW, plainChain, trustOne } from './support.js'

const chain = plainChain(7)
const root = (chain[0] as DecisionReceipt).receiptHash
const check = (given: object) => () => checkOptions({ keyring: trustOne, ...given } as VerifyOptions)

describe('a beginning', () => {
  const frontier = chain.reduce(
    (tree, { receiptHash, signature }) => appendLeaf(tree, leafHash(receiptLeaf(receiptHash, signature))),
    emptyFrontier,
  )
  const bytes = (...lengths: number[]) => lengths.map((length) => new Uint8Array(length))

  it('is a root, and a tree of as many peaks as its size has', () => {
    for (const tree of [frontier, emptyFrontier, { size: 7, peaks: bytes(32, 32, 32) }, { size: 8, peaks: bytes(32) }])
      expect(check({ beginning: { root, frontier: tree } })).not.toThrow()
  })

  it.each<[string, object]>([
    ['no root', { frontier }],
    ['a root of another form', { root: root.slice(7), frontier }],
    ['no tree', { root }],
    ['null for a tree', { root, frontier: null }],
    ['a tree without peaks', { root, frontier: { size: 0 } }],
    ['peaks that are no list', { root, frontier: { size: 1, peaks: { length: 1, every: () => true } } }],
    ['a size that is none', { root, frontier: { size: -1, peaks: [] } }],
    ['a size in words', { root, frontier: { size: '7', peaks: frontier.peaks } }],
    ['a part of a leaf', { root, frontier: { size: 7.5, peaks: frontier.peaks } }],
    ['too few peaks', { root, frontier: { size: 7, peaks: bytes(32, 32) } }],
    ['too many peaks', { root, frontier: { size: 8, peaks: bytes(32, 32) } }],
    ['no bytes for a peak', { root, frontier: { size: 1, peaks: [null] } }],
    ['a peak of fewer bytes', { root, frontier: { size: 1, peaks: bytes(31) } }],
    ['peaks of other bytes', { root, frontier: { size: 3, peaks: bytes(33, 31) } }],
    ['one peak of the right bytes', { root, frontier: { size: 7, peaks: bytes(32, 33, 31) } }],
  ])('is not %s', (_, beginning) => {
    expect(check({ beginning })).toThrow(new TypeError('options.beginning must be {root: "sha256:…", frontier}'))
  })
})

describe('heads of several logs', () => {
  const second = 'log.example/second'
  const key = keyNamed('another log')
  const policy = parsePolicy(policyTextOf().replace('quorum', `log ${vkeyOf(signerOf(key, second).key)}\nquorum`))
  const set = async (...notes: Promise<string>[]) => openCheckpoints(await Promise.all(notes), policy)
  const theirs = () => noteOf(chain, { origin: second, by: key })

  it('are refused where a log chain is held against them', async () => {
    const checkpoints = await set(logNoteOf(chain), theirs())
    expect(check({ checkpoints, logChain: 'acme' })).toThrow(
      new RangeError('options.checkpoints must have those of one log where options.logChain is given'),
    )
    expect(check({ checkpoints })).not.toThrow()
    expect(check({ logChain: 'acme' })).not.toThrow()
  })

  it('are not what several heads of one log are, or a chain of another log', async () => {
    const chainOfOther = noteOf(chain, { origin: originOf(root, second), by: key })
    const heads = [logNoteOf(chain), logNoteOf(chain, { size: 3 }), logNoteOf(plainChain(7, { label: 'other' }))]
    expect(check({ checkpoints: await set(...heads, chainOfOther), logChain: 'acme' })).not.toThrow()
  })
})

it('a time is a text, and no object that has one', () => {
  for (const now of [Object(NOW), [NOW], { toString: () => NOW }])
    expect(check({ now })).toThrow(/^options\.now must be/)
  expect(check({ now: NOW })).not.toThrow()
  expect(check({ now: new Date(NOW) })).not.toThrow()
})
