/** What somebody does to a chain who can write to where it lies: without its key, with a key of their own, with receipts of other chains. */
import { describe, expect, test } from 'vitest'
import { didKey } from '../../src/keys/did-key.js'
import { fromHex } from '../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import {
  chainOf,
  chainStart,
  judge,
  judged,
  keyNamed,
  keys,
  type Loose,
  lineOfLoose,
  linesOf,
  msAfter,
  plainChain,
  resealed,
  sealedLoosely,
  trusting,
} from './support.js'

const loose = (receipt: DecisionReceipt | undefined) => receipt as unknown as Loose

const chain = chainOf([
  chainStart(),
  { details: { rationale: 'first' } },
  { details: { rationale: 'second' } },
  {},
  { body: { action: 'reject' } },
  {},
])
const at = (seq: number) => chain[seq] as DecisionReceipt
const head = { seq: 5, receiptHash: at(5).receiptHash }

/** The chain with some receipts replaced; `undefined` takes one out. */
const withReceipts = (changes: Record<number, Loose | DecisionReceipt | string | undefined>) =>
  chain.flatMap((receipt, seq) =>
    seq in changes ? (changes[seq] === undefined ? [] : [changes[seq] as Loose]) : [loose(receipt)],
  )

test('the chain is valid, and says what it is', async () => {
  const { verdict, scope, checked, problems, counts, notices } = await judge(chain, { expect: { head } })
  expect({ verdict, scope, checked, problems, counts, notices }).toEqual({
    verdict: 'VALID',
    scope: { chainId: 'acme', root: at(0).receiptHash, fromSeq: 0, toSeq: 5, head, tail: 'expected-head' },
    checked: 6,
    problems: [],
    counts: {},
    notices: [],
  })
})

test('another writer of the format, made of node:crypto and another JCS, comes to the same bytes', () => {
  for (const receipt of chain) expect(resealed(receipt, {})).toEqual({ ...receipt })
  expect(chain.map((receipt) => lineOfLoose(receipt))).toEqual(linesOf(chain))
})

describe('without a key', () => {
  test('a member changed: HASH_MISMATCH', async () => {
    expect(await judged(withReceipts({ 4: { ...at(4), action: 'allow' } }))).toEqual(['INVALID', 'HASH_MISMATCH@4'])
  })

  test('hashed again: the signature is not over that hash, and the next receipt does not link', async () => {
    const forged = resealed(at(4), { action: 'allow' })
    expect(await judged(withReceipts({ 4: { ...forged, signature: at(4).signature } }))).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@4',
      'LINK_MISMATCH@5',
    ])
  })

  test('hashed again, the whole rest relinked: every signature from there on is wrong', async () => {
    const forged: Loose[] = [{ ...resealed(at(3), { action: 'escalate' }), signature: at(3).signature }]
    for (const seq of [4, 5]) {
      const prevReceiptHash = forged.at(-1)?.receiptHash
      forged.push({ ...resealed(at(seq), { prevReceiptHash }), signature: at(seq).signature })
    }
    expect(await judged(withReceipts({ 3: forged[0], 4: forged[1], 5: forged[2] }))).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@3',
      'SIGNATURE_INVALID@4',
      'SIGNATURE_INVALID@5',
    ])
  })

  test('a signature of another receipt by the same key', async () => {
    expect(await judged(withReceipts({ 4: { ...at(4), signature: at(3).signature } }))).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@4',
    ])
  })

  test('the keyId of another trusted key on a receipt it did not sign', async () => {
    const forged = { ...at(4), keyId: keys.two.keyId }
    expect(await judged(withReceipts({ 4: forged }), { keyring: trusting(keys.one, keys.two) })).toEqual([
      'INVALID',
      'SIGNATURE_INVALID@4',
      'HASH_MISMATCH@4',
    ])
  })
})

describe('with a key that is not trusted', () => {
  const mallory = keyNamed('mallory')

  test('one receipt signed by it: KEY_UNKNOWN and a broken link', async () => {
    const forged = resealed(at(4), { keyId: mallory.keyId, action: 'allow' }, mallory)
    expect(await judged(withReceipts({ 4: forged }))).toEqual(['INVALID', 'KEY_UNKNOWN@4', 'LINK_MISMATCH@5'])
  })

  test('the last receipt signed by it: nothing contradicts, so INCOMPLETE', async () => {
    const forged = resealed(at(5), { keyId: mallory.keyId, action: 'reject' }, mallory)
    expect(await judged(withReceipts({ 5: forged }))).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@5'])
    expect(await judged(withReceipts({ 5: forged }), { expect: { head } })).toEqual([
      'INVALID',
      'HEAD_MISMATCH@5',
      'KEY_UNKNOWN@5',
    ])
  })

  test('a whole chain of its own making: INCOMPLETE, however well it is made', async () => {
    const own = plainChain(3, { by: mallory })
    expect(await judged(own)).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@0', 'KEY_UNKNOWN@1', 'KEY_UNKNOWN@2'])
  })

  test('its receipts behind the real ones: INCOMPLETE', async () => {
    const more = plainChain(2, { by: mallory, on: chain })
    expect(await judged([...chain, ...more])).toEqual(['INCOMPLETE', 'KEY_UNKNOWN@6', 'KEY_UNKNOWN@7'])
  })

  test('real receipts cannot follow its receipts', async () => {
    const forged = resealed(at(3), { keyId: mallory.keyId }, mallory)
    const spliced = withReceipts({ 3: forged })
    expect(await judged(spliced)).toEqual(['INVALID', 'KEY_UNKNOWN@3', 'LINK_MISMATCH@4'])
  })

  test('its signature under the keyId of the trusted key', async () => {
    const forged = resealed(at(5), { action: 'reject' }, mallory)
    expect(await judged(withReceipts({ 5: forged }))).toEqual(['INVALID', 'SIGNATURE_INVALID@5'])
  })

  test('a wrong signature of an unknown key is INVALID, not merely unknown', async () => {
    const forged = resealed(at(5), { keyId: mallory.keyId }, keyNamed('somebody else'))
    expect(await judged(withReceipts({ 5: forged }))).toEqual(['INVALID', 'SIGNATURE_INVALID@5', 'KEY_UNKNOWN@5'])
  })

  test('no key at all trusted: nothing is VALID', async () => {
    expect((await judge(chain, { keyring: trusting() })).verdict).toBe('INCOMPLETE')
  })
})

test('an admitted key that is not this receipt’s, under the old keyId', async () => {
  const forged = resealed(at(5), { action: 'reject' }, keys.two)
  expect(await judged(withReceipts({ 5: forged }), { keyring: trusting(keys.one, keys.two) })).toEqual([
    'INVALID',
    'SIGNATURE_INVALID@5',
  ])
})

describe('order', () => {
  test('two receipts swapped', async () => {
    expect(await judged(withReceipts({ 2: at(3), 3: at(2) }))).toEqual(['INVALID', 'SEQ_GAP@3', 'SEQ_REPEATED@2'])
  })

  test('two receipts swapped with their seqs', async () => {
    const [two, three] = [
      { ...at(3), seq: 2 },
      { ...at(2), seq: 3 },
    ]
    expect(await judged(withReceipts({ 2: two, 3: three }))).toEqual([
      'INVALID',
      'HASH_MISMATCH@2',
      'LINK_MISMATCH@2',
      'HASH_MISMATCH@3',
      'LINK_MISMATCH@3',
      'TIME_WENT_BACK@3',
      'LINK_MISMATCH@4',
    ])
  })

  test('a receipt twice', async () => {
    expect(await judged([...chain.slice(0, 3), at(2), ...chain.slice(3)])).toEqual(['INVALID', 'SEQ_REPEATED@2'])
    expect(await judged([...chain, at(5)])).toEqual(['INVALID', 'SEQ_REPEATED@5'])
    expect(await judged([at(0), ...chain])).toEqual(['INVALID', 'SEQ_REPEATED@0'])
  })

  test('the whole chain twice, backwards, rotated', async () => {
    expect((await judge([...chain, ...chain])).counts).toEqual({ SEQ_REPEATED: 6 })
    expect((await judge([...chain].reverse())).verdict).toBe('INVALID')
    expect((await judge([...chain.slice(2), ...chain.slice(0, 2)])).counts).toEqual({ STARTS_LATE: 1, SEQ_REPEATED: 2 })
  })

  test('a seq said twice by the key’s holder: a fork', async () => {
    const [fork] = plainChain(1, { on: chain.slice(0, 5), label: 'fork' })
    expect(await judged([...chain, loose(fork)])).toEqual(['INVALID', 'SEQ_REPEATED@5'])
    expect(await judged([...chain.slice(0, 5), loose(fork)], { expect: { head } })).toEqual([
      'INVALID',
      'HEAD_MISMATCH@5',
    ])
  })
})

describe('deletion', () => {
  test('in the middle', async () => {
    expect(await judged(withReceipts({ 3: undefined }))).toEqual(['INVALID', 'SEQ_GAP@4'])
    expect(await judged(withReceipts({ 2: undefined, 3: undefined }))).toEqual(['INVALID', 'SEQ_GAP@4'])
  })

  test('in the middle, the rest renumbered by the key’s holder: only a head noted elsewhere shows it', async () => {
    const rest: Loose[] = []
    for (const seq of [4, 5]) {
      const prevReceiptHash = (rest.at(-1) ?? at(2)).receiptHash
      rest.push(resealed(at(seq), { seq: seq - 1, prevReceiptHash }))
    }
    const rewritten = [...chain.slice(0, 3), ...rest]
    expect(await judged(rewritten)).toEqual(['VALID'])
    expect(await judged(rewritten, { expect: { head } })).toEqual(['INCOMPLETE', 'HEAD_NOT_REACHED@-'])
    expect(await judged(rewritten, { expect: { head: { seq: 4, receiptHash: at(4).receiptHash } } })).toEqual([
      'INVALID',
      'HEAD_MISMATCH@4',
    ])
  })

  test('the beginning', async () => {
    expect(await judged(chain.slice(1))).toEqual(['INCOMPLETE', 'STARTS_LATE@1'])
    expect(await judged(chain.slice(5))).toEqual(['INCOMPLETE', 'STARTS_LATE@5'])
  })

  test('the beginning, the rest renumbered: nothing links to the genesis', async () => {
    const renumbered = { ...at(1), seq: 0 }
    expect(await judged([renumbered])).toEqual(['INVALID', 'HASH_MISMATCH@0', 'GENESIS_MISMATCH@0'])
    expect(await judged([resealed(at(1), { seq: 0 })])).toEqual(['INVALID', 'GENESIS_MISMATCH@0'])
  })

  test('the end: a chain alone does not show it, a head noted elsewhere does', async () => {
    const cut = chain.slice(0, 4)
    const result = await judge(cut)
    expect([result.verdict, result.scope.tail, result.scope.toSeq]).toEqual(['VALID', 'unproved', 3])
    const held = await judge(cut, { expect: { head } })
    expect([held.verdict, held.problems.map(({ code }) => code)]).toEqual(['INCOMPLETE', ['HEAD_NOT_REACHED']])
    expect(held.problems[0]?.message).toContain('seq 4 to 5 are missing')
  })

  test('everything', async () => {
    expect(await judged([], { expect: { head } })).toEqual(['INCOMPLETE', 'EMPTY@-', 'HEAD_NOT_REACHED@-'])
  })
})

describe('other chains', () => {
  const other = plainChain(6, { chainId: 'globex' })
  const foreign = (seq: number) => other[seq] as DecisionReceipt

  test('a receipt of another chain in place of one', async () => {
    expect(await judged(withReceipts({ 3: foreign(3) }))).toEqual(['INVALID', 'CHAIN_MISMATCH@3', 'SEQ_GAP@4'])
  })

  test('a receipt of another chain between two: the chain around it is judged as if it were not there', async () => {
    expect(await judged([...chain.slice(0, 3), foreign(3), ...chain.slice(3)])).toEqual(['INVALID', 'CHAIN_MISMATCH@3'])
  })

  test('a receipt of another chain, renamed', async () => {
    expect(await judged(withReceipts({ 3: { ...foreign(3), chainId: 'acme' } }))).toEqual([
      'INVALID',
      'HASH_MISMATCH@3',
      'LINK_MISMATCH@3',
      'LINK_MISMATCH@4',
    ])
  })

  test('two chains, one behind the other', async () => {
    expect((await judge([...chain, ...other])).counts).toEqual({ CHAIN_MISMATCH: 6 })
  })

  test('two chains of one name, spliced', async () => {
    const twin = chainOf([chainStart(), {}, {}, {}, {}, {}], { label: 'twin' })
    expect(await judged([...chain.slice(0, 3), ...twin.slice(3)])).toEqual(['INVALID', 'LINK_MISMATCH@3'])
  })

  test('another chain than the one that is meant', async () => {
    expect((await judge(other, { chainId: 'acme' })).counts).toEqual({ CHAIN_MISMATCH: 6 })
    const unnamed = await judge(other)
    expect([unnamed.verdict, unnamed.scope.chainId]).toEqual(['VALID', 'globex'])
  })

  test('the same name begun again: another root', async () => {
    const again = chainOf([chainStart(), {}], { label: 'again' })
    const unasked = await judge(again)
    expect([unasked.verdict, unasked.scope.root]).toEqual(['VALID', again[0]?.receiptHash])
    expect(await judged(again, { expect: { root: at(0).receiptHash } })).toEqual(['INVALID', 'GENESIS_MISMATCH@0'])
    expect(await judged(chain, { expect: { root: at(0).receiptHash } })).toEqual(['VALID'])
  })

  test('a part whose root was asked for does not show it', async () => {
    const expected = { fromSeq: 2, root: at(0).receiptHash }
    expect(await judged(chain.slice(2), { expect: { fromSeq: 2 } })).toEqual(['VALID'])
    expect(await judged(chain.slice(2), { expect: expected })).toEqual(['INCOMPLETE', 'STARTS_LATE@2'])
    expect(await judged(chain, { expect: expected })).toEqual(['VALID'])
  })

  test('genesis of another name', async () => {
    const [first] = plainChain(1, { chainId: 'globex' })
    expect(await judged([resealed(first as DecisionReceipt, { chainId: 'acme' })])).toEqual([
      'INVALID',
      'GENESIS_MISMATCH@0',
    ])
  })
})

describe('downgrades', () => {
  test.each(['quittance/0', 'quittance/2', 'quittance/1.0', 'Quittance/1', 'quittance/1 ', ''])(
    'the version %j in the middle can not stand in this chain',
    async (version) => {
      const forged = { ...at(3), version }
      expect(await judged(withReceipts({ 3: forged }))).toEqual(['INVALID', 'UNSUPPORTED@3', 'VERSION_CHANGED@3'])
      expect(await judged(withReceipts({ 3: resealed(at(3), { version }) }))).toEqual([
        'INVALID',
        'UNSUPPORTED@3',
        'VERSION_CHANGED@3',
      ])
      expect(await judged(withReceipts({ 3: { version } }))).toEqual(['INVALID', 'UNSUPPORTED@-', 'VERSION_CHANGED@-'])
    },
  )

  test('a first line of another version makes all that follow the odd ones', async () => {
    expect((await judge(withReceipts({ 0: { ...at(0), version: 'quittance/2' } }))).counts).toEqual({
      UNSUPPORTED: 1,
      VERSION_CHANGED: 5,
    })
  })

  test('a whole chain of a version that this release does not know: nothing contradicts, nothing is shown', async () => {
    const later = chain.map((receipt) => ({ ...receipt, version: 'quittance/2' }))
    const { verdict, counts, scope } = await judge(later)
    expect([verdict, counts, scope]).toEqual(['INCOMPLETE', { UNSUPPORTED: 6 }, { tail: 'unproved' }])
  })

  test.each([null, 1, ['quittance/1'], {}, true])('the version %j is FIELD_INVALID', async (version) => {
    const [verdict, ...codes] = await judged(withReceipts({ 5: { ...at(5), version } }))
    expect([verdict, codes.includes('FIELD_INVALID@5')]).toEqual(['INVALID', true])
  })

  const signatures: Record<string, string> = {
    'none:': 'none:',
    nothing: '',
    'ed25519: alone': 'ed25519:',
    'no prefix': at(5).signature.slice(8),
    ed25519ph: at(5).signature.replace('ed25519:', 'ed25519ph:'),
    ed448: at(5).signature.replace('ed25519:', 'ed448:'),
    'another case of the prefix': at(5).signature.replace('ed25519:', 'Ed25519:'),
    'upper-case hex': `ed25519:${at(5).signature.slice(8).toUpperCase()}`,
    'one digit less': at(5).signature.slice(0, -1),
    'one byte more': `${at(5).signature}00`,
    'a space behind': `${at(5).signature} `,
    'a newline behind': `${at(5).signature}\n`,
    'all zeros': `ed25519:${'0'.repeat(128)}`,
    'hmac of the keyId': `hmac-sha256:${'0'.repeat(64)}`,
  }
  test.each(Object.entries(signatures))('signature: %s', async (name, signature) => {
    const [verdict, ...codes] = await judged(withReceipts({ 5: { ...at(5), signature } }))
    expect(verdict).toBe('INVALID')
    expect(codes).toContain('SIGNATURE_INVALID@5')
    expect(codes.includes('FIELD_INVALID@5')).toBe(name !== 'all zeros')
  })

  /** A receipt signed as it should be, but with a changed member that the signature covers. */
  const hashes: Record<string, (text: string) => string> = {
    'upper-case hex': (text) => `sha256:${text.slice(7).toUpperCase()}`,
    'no prefix': (text) => text.slice(7),
    sha512: (text) => text.replace('sha256:', 'sha512:'),
    'half of it': (text) => text.slice(0, 7 + 32),
  }
  test.each(Object.entries(hashes))('receiptHash and prevReceiptHash: %s', async (_name, spell) => {
    for (const name of ['receiptHash', 'prevReceiptHash'] as const) {
      const [verdict, ...codes] = await judged(withReceipts({ 5: { ...at(5), [name]: spell(at(5)[name]) } }))
      expect(verdict).toBe('INVALID')
      expect(codes).toEqual(expect.arrayContaining(['FIELD_INVALID@5', 'HASH_MISMATCH@5']))
    }
  })

  const smallOrder = fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
  const keyIds: Record<string, string> = {
    'a point of small order': didKey(smallOrder),
    'the neutral point': didKey(fromHex(`01${'00'.repeat(31)}`)),
    'a second spelling of a point': didKey(fromHex(`ee${'ff'.repeat(30)}7f`)),
    'no point of the curve': didKey(fromHex(`02${'00'.repeat(31)}`)),
    'another multibase': keys.one.keyId.replace('did:key:z', 'did:key:u'),
    'a fragment': `${keys.one.keyId}#${keys.one.keyId.slice(8)}`,
    'a P-256 key': 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
    nothing: '',
  }
  test.each(Object.entries(keyIds))('keyId: %s, hashed and signed anew', async (_name, keyId) => {
    // with R the neutral point and S = 0, a verifier that admits such keys takes this for a signature over anything
    const forged = { ...sealedLoosely({ ...at(5), keyId }, keys.one), signature: `ed25519:01${'00'.repeat(63)}` }
    const [verdict, ...codes] = await judged(withReceipts({ 5: forged }))
    expect([verdict, codes[0] === 'SIGNATURE_INVALID@5' || codes[1] === 'SIGNATURE_INVALID@5']).toEqual([
      'INVALID',
      true,
    ])
  })

  test('R of small order and S not below the group order', async () => {
    const body = at(5).signature.slice(8)
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const S = BigInt(`0x${Buffer.from(body.slice(64), 'hex').reverse().toString('hex')}`) + order
    const high = Buffer.from(S.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex')
    for (const signature of [
      `ed25519:${body.slice(0, 64)}${high}`,
      `ed25519:${Buffer.from(smallOrder).toString('hex')}${body.slice(64)}`,
    ]) {
      expect(await judged(withReceipts({ 5: { ...at(5), signature } }))).toEqual(['INVALID', 'SIGNATURE_INVALID@5'])
    }
  })
})

describe('details', () => {
  const other = chainOf([{ details: { rationale: 'other' } }], { label: 'other' })[0] as DecisionReceipt

  test('erased: hash, link and signature hold, and it is noted', async () => {
    const { details: _details, ...erased } = at(2)
    const result = await judge(withReceipts({ 2: erased }))
    expect([result.verdict, result.problems]).toEqual(['VALID', []])
    expect(result.notices).toMatchObject([{ code: 'DETAILS_ERASED', seq: 2, line: 3 }])
  })

  test.each([
    ['another text', { ...at(2).details, rationale: 'other' }],
    ['another salt', { ...at(2).details, salt: '0'.repeat(64) }],
    ['those of the receipt before', at(1).details],
    ['those of another chain', other.details],
    ['a member more', { ...at(2).details, metadata: {} }],
    ['an extension more', { ...at(2).details, xMore: 1 }],
    ['a member less', { salt: at(2).details?.salt }],
  ])('%s: DETAILS_MISMATCH', async (_name, details) => {
    expect(await judged(withReceipts({ 2: { ...at(2), details } }))).toEqual(['INVALID', 'DETAILS_MISMATCH@2'])
  })

  test.each([null, '', [], 0, false])('%j instead of them', async (details) => {
    expect(await judged(withReceipts({ 2: { ...at(2), details } }))).toEqual([
      'INVALID',
      'FIELD_INVALID@2',
      'DETAILS_MISMATCH@2',
    ])
  })

  test('emptied: the salt is missing too', async () => {
    expect(await judged(withReceipts({ 2: { ...at(2), details: {} } }))).toEqual([
      'INVALID',
      'FIELD_INVALID@2',
      'DETAILS_MISMATCH@2',
    ])
  })

  test('erased with their detailsHash', async () => {
    const { details: _details, detailsHash: _hash, ...erased } = at(2)
    expect(await judged(withReceipts({ 2: erased }))).toEqual(['INVALID', 'HASH_MISMATCH@2'])
  })

  test('put where there were none', async () => {
    expect(await judged(withReceipts({ 3: { ...at(3), details: at(2).details } }))).toEqual([
      'INVALID',
      'FIELD_INVALID@3',
      'DETAILS_MISMATCH@3',
    ])
    expect(
      await judged(withReceipts({ 3: { ...at(3), details: at(2).details, detailsHash: at(2).detailsHash } })),
    ).toEqual(['INVALID', 'HASH_MISMATCH@3'])
  })

  test('moved to a receipt of the same detailsHash is no change of what was committed to', async () => {
    const twice = chainOf([
      { details: { rationale: 'same', salt: '1'.repeat(64) } as never },
      { details: { rationale: 'same', salt: '1'.repeat(64) } as never },
    ])
    expect(twice[0]?.detailsHash).toBe(twice[1]?.detailsHash)
    expect(await judged(twice)).toEqual(['VALID'])
  })
})

describe('time', () => {
  test('going back: TIME_WENT_BACK; standing still is no fault', async () => {
    const back = chainOf([
      { at: msAfter(5_000) },
      { at: msAfter(4_999) },
      { at: msAfter(5_000) },
      { at: msAfter(5_000) },
    ])
    expect(await judged(back)).toEqual(['INVALID', 'TIME_WENT_BACK@1'])
  })

  test('5 minutes ahead of the judge’s clock is taken, a millisecond more is not', async () => {
    const now = msAfter(0)
    const ahead = chainOf([{ at: msAfter(300_000) }, { at: msAfter(300_001) }])
    expect(await judged(ahead, { now })).toEqual(['INVALID', 'TIME_IN_FUTURE@1'])
    expect(await judged(ahead, { now: new Date(Date.parse(now) + 1) })).toEqual(['VALID'])
  })

  test('without `now`, the clock of this machine judges', async () => {
    const far = chainOf([{ at: new Date(Date.now() + 3_600_000).toISOString() }])
    const near = chainOf([{ at: new Date(Date.now() - 3_600_000).toISOString() }])
    expect(await judged(far, { now: undefined })).toEqual(['INVALID', 'TIME_IN_FUTURE@0'])
    expect(await judged(near, { now: undefined })).toEqual(['VALID'])
  })

  test('a judge at the end of the format’s years', async () => {
    expect(await judged(chain, { now: '9999-12-31T23:59:59.999Z' })).toEqual(['VALID'])
    expect(await judged(chain, { now: new Date(8.64e15) })).toEqual(['VALID'])
    expect((await judge(chain, { now: new Date(-8.64e15) })).counts).toEqual({ TIME_IN_FUTURE: 6 })
  })
})

test('half a line between two receipts: the receipts around it are linked', async () => {
  const lines = linesOf(chain)
  const torn = (lines[3] as string).slice(0, 100)
  expect(await judged([...lines.slice(0, 3), torn, ...lines.slice(3)])).toEqual(['INVALID', 'LINE_MALFORMED@-'])
})
