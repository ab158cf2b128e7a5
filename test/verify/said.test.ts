/** What the findings say where the code alone does not tell what is missing, or why. */
import { describe, expect, test } from 'vitest'
import type { Delegation } from '../../src/keys/provider.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { shownPath } from '../../src/verify/line.js'
import { anchorOf } from './anchor.js'
import {
  chainEnd,
  chainOf,
  days,
  delegated,
  delegation,
  type Entry,
  entryOf,
  type JudgeOptions,
  judge,
  keyNamed,
  keys,
  type Loose,
  lineOfLoose,
  msAfter,
  plainChain,
  prune,
  resealed,
  trusting,
} from './support.js'

type Source = Parameters<typeof judge>[0]

const chain = plainChain(6)
const headOf = (seq: number) => ({ seq, receiptHash: chain[seq]?.receiptHash ?? `sha256:${'0'.repeat(64)}` })
const daily = chainOf(Array.from({ length: 12 }, (_, index) => ({ at: days(index) })))
/** Seq 4 is of day 4; what was before it went on day 200. */
const pruned = [...daily.slice(4), ...chainOf([prune(daily[3] as DecisionReceipt, { at: days(200) })], { on: daily })]
const keyring = trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] }))

async function saidOf(source: Source, options: JudgeOptions, code: string): Promise<string[]> {
  const { problems } = await judge(source, options)
  return problems.filter((problem) => problem.code === code).map(({ message }) => message)
}

describe('what is missing at the end', () => {
  test.each<[string, Source, JudgeOptions, RegExp]>([
    ['behind a shorter chain', chain.slice(0, 2), { expect: { head: headOf(5) } }, /seq 5, .*seq 2 to 5 are missing/],
    ['of no chain', [], { expect: { head: headOf(5) } }, /seq 5, .*seq 0 to 5 are missing/],
    ['of no chain from a seq on', [], { expect: { fromSeq: 3, head: headOf(5) } }, /seq 3 to 5 are missing/],
    [
      'before what was read',
      chain.slice(3),
      { expect: { fromSeq: 3, head: headOf(1) } },
      /seq 1, .*lies before what was read/,
    ],
    [
      'where the head is the last that was read',
      chain.slice(5),
      { expect: { fromSeq: 5, head: headOf(4) } },
      /lies before/,
    ],
    ['through a seq', chain.slice(0, 5), { expect: { toSeq: 5 } }, /through seq 5 .*seq 5 to 5 are missing/],
    ['through a seq of no chain', [], { expect: { toSeq: 5 } }, /through seq 5 .*seq 0 to 5 are missing/],
    ['from a seq on', chain.slice(0, 2), { expect: { fromSeq: 4 } }, /from seq 4 on .* the last is seq 1/],
    ['of a number', chain.slice(0, 2), { expect: { minReceipts: 4 } }, /^4 receipts .* 2 are there/],
  ])('%s', async (_, source, options, words) => {
    expect(await saidOf(source, options, 'HEAD_NOT_REACHED')).toEqual([expect.stringMatching(words)])
  })

  test('up to a checkpoint', async () => {
    const anchors = [anchorOf(chain)]
    const said = (source: Source) => saidOf(source, { anchors }, 'CHECKPOINT_NOT_REACHED')
    expect(await said(chain.slice(0, 4))).toEqual([
      expect.stringMatching(/size 6 covers seq 4 to 5, which are missing/),
    ])
    expect(await said([])).toEqual([expect.stringMatching(/size 6 covers seq 0 to 5, which are missing/)])
    const blind = [expect.stringMatching(/size 6 can't be compared.*not seen whole/)]
    expect(await said(chain.slice(1))).toEqual(blind)
    expect(await said(chain.slice(1, 3))).toEqual(blind)
    expect(await said([...chain.slice(0, 2), chain[3] as DecisionReceipt])).toEqual(blind)
    const unsigned = resealed(chain[5] as DecisionReceipt, {})
    expect(await said([...chain.slice(0, 5), { ...unsigned, signature: 'none' }])).toEqual(blind)
  })

  test.each(['x', '\n'])(
    'a signature is none that has %j before or behind it, and no leaf is made of it',
    async (mark) => {
      for (const signature of [`${mark}${chain[0]?.signature}`, `${chain[0]?.signature}${mark}`]) {
        const source = [{ ...(chain[0] as DecisionReceipt), signature } as Loose, ...chain.slice(1)]
        expect(await saidOf(source, { anchors: [anchorOf(chain)] }, 'CHECKPOINT_NOT_REACHED')).toHaveLength(1)
        expect(await saidOf(source, { anchors: [anchorOf(chain)] }, 'CHECKPOINT_MISMATCH')).toEqual([])
      }
    },
  )
})

describe('what is missing at the beginning', () => {
  test('and that the root which was asked for is among it', async () => {
    const said = (options: JudgeOptions) => saidOf(chain.slice(3), options, 'STARTS_LATE')
    expect(await said({})).toEqual(['is the first; seq 0 to 2 are missing'])
    expect(await said({ expect: { fromSeq: 1 } })).toEqual(['is the first; seq 1 to 2 are missing'])
    expect(await said({ expect: { root: headOf(0).receiptHash, fromSeq: 3 } })).toEqual([
      'is the first; seq 0 to 2 are missing, the root that was asked for among them',
    ])
  })

  test('and why that is no pruning that was asked to be accepted', async () => {
    const said = (options: JudgeOptions) => saidOf(pruned, { keyring, now: days(1000), ...options }, 'PRUNED')
    const removed = 'is the first; a retention receipt says that seq 0 to 3 were removed'
    expect(await said({})).toEqual([removed])
    expect(await said({ acceptPruned: { minDays: 197 } })).toEqual([
      expect.stringMatching(/^is the first; it was 196 days old .*; 197 days were asked for$/),
    ])
    const root = daily[0]?.receiptHash
    const amongThem = `${removed}, the root that was asked for among them`
    expect(await said({ expect: { root } })).toEqual([amongThem])
    for (const minDays of [1, 196])
      expect(await said({ expect: { root }, acceptPruned: { minDays } })).toEqual([amongThem])
  })
})

describe('why a certificate gives nothing', () => {
  const root = entryOf(keys.root, { uses: ['delegate'] })
  const other = keyNamed('other')
  const words = async (given: Delegation, more: Entry = {}, entry = root) => {
    const { problems } = await judge(chainOf([delegated(given, more)]), { keyring: trusting(entry) })
    return problems.map(({ code, message }) => `${code}: ${message}`)
  }
  test.each<[RegExp, Delegation, Entry?]>([
    [/^DELEGATION_INVALID: .*for another key than its own/, delegation({ delegate: other.keyId })],
    [/^DELEGATION_INVALID: .*of a key for itself/, delegation({ delegate: keys.root.keyId }), { by: keys.root }],
    [/^DELEGATION_INVALID: .*names its use not once/, delegation({ uses: ['receipt', 'receipt'] })],
    [/^DELEGATION_INVALID: .*chains are malformed/, delegation({ chains: [] })],
    [/^DELEGATION_INVALID: .*does not cover this chain/, delegation({ chains: ['globex', 'acm'] })],
    [/^DELEGATION_INVALID: .*ends before it begins/, delegation({ notBefore: msAfter(0), notAfter: msAfter(0) })],
    [/^DELEGATION_INVALID: .*ends before it begins/, delegation({ notBefore: days(1), notAfter: msAfter(0) })],
    [/^DELEGATION_INVALID: .*outside its certificate's time/, delegation({ notBefore: msAfter(1) })],
    [/^DELEGATION_INVALID: .*outside its certificate's time/, delegation(), { at: days(1) }],
    [/^DELEGATION_INVALID: .*its root did not sign/, delegation({}, { signer: other })],
    [
      new RegExp(`^KEY_UNKNOWN: is signed under ${other.keyId}, which`),
      delegation({ root: other.keyId }, { root: other }),
    ],
  ])('%s', async (expected, given, more) => {
    expect((await words(given, more))[0]).toMatch(expected)
  })

  test('for what the keyring says of its root', async () => {
    const said = (more: object) => words(delegation(), {}, { ...root, ...more })
    expect(await said({})).toEqual([])
    expect((await said({ uses: ['receipt'] }))[0]).toMatch(/^DELEGATION_INVALID: .*trust to delegate/)
    expect((await said({ chains: ['globex'] }))[0]).toMatch(/^DELEGATION_INVALID: .*trust for this chain/)
    expect((await said({ validFrom: msAfter(1) }))[0]).toMatch(/^DELEGATION_INVALID: .*outside its root's window/)
  })

  test('but not for a use of a later release, which is said otherwise', async () => {
    for (const uses of [['later'], ['receipt', 'later']]) {
      const { certificate } = delegation({ uses: uses as never })
      const signed = delegation(certificate)
      const [plain] = chainOf([delegated()]) as [DecisionReceipt]
      const receipt = resealed(plain, { key: { event: 'delegate', ...signed } }, keys.delegate)
      const { counts } = await judge([receipt], { keyring: trusting(root) })
      expect(counts).toEqual({ UNSUPPORTED: 1, KEY_UNKNOWN: 1 })
    }
  })
})

describe('what is no verdict', () => {
  test('says that it was given up', async () => {
    await expect(judge(chain, { signal: AbortSignal.abort() })).rejects.toThrow('the verification was given up')
  })

  test('says what may be verified', async () => {
    const source = lineOfLoose(chain[0] as DecisionReceipt)
    await expect(verifyChain(source as never, { keyring })).rejects.toThrow(
      new TypeError('source must be receipts or lines, not one text'),
    )
  })
})

describe('why a line or an object can not be read', () => {
  const only = async (source: unknown) => {
    const { problems } = await verifyChain([source as DecisionReceipt], { keyring })
    return problems.map(({ code, message }) => `${code}: ${message}`)
  }
  const [receipt] = chain as [DecisionReceipt]

  test('as JSON, or as an object', async () => {
    expect(await only('{')).toEqual(['LINE_MALFORMED: is not JSON'])
    for (const other of ['[]', '"text"', 'null', 'true', '1', [], null, 1])
      expect(await only(other)).toEqual(['LINE_MALFORMED: is not a JSON object'])
  })

  test('in its canonical form, the place named as far as its names are plain', async () => {
    const words = async (members: Loose) => (await only(JSON.stringify({ ...receipt, ...members })))[0]
    expect(await words({ tags: ['\ud800'] })).toBe('NOT_CANONICAL: tags[0] holds half a surrogate pair')
    expect(await words({ xA: { 'a b': { c: 2 ** 53 } } })).toBe('NOT_CANONICAL: xA.….c is an integer beyond 2^53-1')
    expect(await words({ xA: { $: 1, $$: { signature: 1 } } })).toMatch(/^MEMBER_FORBIDDEN: xA\.…\.signature is named /)
  })

  test('because it is too long', async () => {
    const most = 'more than 131072 bytes'
    expect(await only(`"${'x'.repeat(131_071)}"`)).toEqual([`LINE_TOO_LONG: has ${most}`])
    expect(await only(`"${'x'.repeat(131_070)}"`)).toEqual(['LINE_MALFORMED: is not a JSON object'])
    expect(await only(`"${'é'.repeat(65_536)}"`)).toEqual([`LINE_TOO_LONG: has ${most}`])
    const detailed = (length: number) => ({
      ...receipt,
      details: { salt: '0'.repeat(64), rationale: 'é'.repeat(length) },
    })
    expect(await only(detailed(70_000))).toContain(`LINE_TOO_LONG: has a line of ${most}`)
    expect(await only({ ...receipt, xA: 'x'.repeat(140_000) })).toEqual([`LINE_TOO_LONG: has a line of ${most}`])
    expect(await only({ ...receipt, xA: 'é'.repeat(33_000) })).toContain(
      'LINE_TOO_LONG: has a preimage of more than 65000 bytes',
    )
  })
})

describe('which member', () => {
  const saidOfMembers = (changes: Loose, code = 'FIELD_INVALID') =>
    saidOf([resealed(chain[0] as DecisionReceipt, changes)], {}, code)

  test('is wrong, and what it should be', async () => {
    expect(await saidOfMembers({ checks: [{ name: 'limit', fired: 1 }] })).toEqual([
      'checks[0].fired must be true or false',
    ])
    expect(await saidOfMembers({ tenantId: undefined })).toEqual(['tenantId is required'])
    expect(await saidOfMembers({ later: 1 }, 'UNSUPPORTED')).toEqual(['later is a member this release does not know'])
  })

  test.each([
    ['', '…'],
    ['tags', 'tags'],
    ['checks[0].score', 'checks[0].score'],
    ['a[12][3].B_c-9', 'a[12][3].B_c-9'],
    ['a.9', 'a.…'],
    ['a. b.c', 'a.….c'],
    ['a[0]b', '…'],
    ['a[x]', '…'],
    ['[0]', '…'],
    ['a\n', '…'],
    [`a.${'b'.repeat(40)}`, `a.${'b'.repeat(40)}`],
    [`a.${'b'.repeat(41)}`, 'a.…'],
    ['ab.'.repeat(100), `${'ab.'.repeat(85)}a`],
  ])('is shown by its path where that is of plain names: %j', (path, shown) => {
    expect(shownPath(path)).toBe(shown)
  })

  test('but not its name, where that could be anything', async () => {
    for (const name of ['', 'a b', '\u001b[2J', 'x'.repeat(41)])
      expect(await saidOfMembers({ [name]: 1 }, 'UNSUPPORTED')).toEqual(['… is a member this release does not know'])
  })
})

describe('which key', () => {
  test('and what its window is', async () => {
    const said = (entry: object) =>
      saidOf(plainChain(1), { keyring: trusting(entryOf(keys.one, entry)) }, 'KEY_OUTSIDE_WINDOW')
    expect(await said({ validFrom: msAfter(1) })).toEqual([expect.stringMatching(`window, ${msAfter(1)} to …$`)])
    expect(await said({ validUntil: msAfter(0) })).toEqual([expect.stringMatching(`window, … to ${msAfter(0)}$`)])
  })

  test('and for what it is trusted', async () => {
    const said = (source: Source, uses: readonly ('retention' | 'checkpoint' | 'revoke')[]) =>
      saidOf(source, { keyring: trusting(entryOf(keys.one, { uses })) }, 'KEY_NOT_ALLOWED')
    expect(await said(plainChain(1), ['retention', 'revoke'])).toEqual([
      expect.stringMatching(/trusts for retention, revoke only$/),
    ])
  })
})

test('what follows the end of a chain is told which end that is', async () => {
  const ended = chainOf([{}, chainEnd(), {}])
  expect(await saidOf(ended, {}, 'HEAD_MISMATCH')).toEqual(['follows the chain_end at seq 1, which is terminal'])
})
