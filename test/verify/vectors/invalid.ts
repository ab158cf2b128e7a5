/** Chains that something contradicts. */

import { didKey } from '../../../src/keys/did-key.js'
import type { DelegationCertificate } from '../../../src/keys/provider.js'
import { fromHex } from '../../../src/primitives/bytes.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { anchorOf } from '../anchor.js'
import {
  chainEnd,
  chainOf,
  days,
  delegated,
  delegation,
  entryOf,
  fileOf,
  keys,
  type Loose,
  linesOf,
  msAfter,
  plainChain,
  resealed,
  revocation,
  rotation,
  sealedLoosely,
} from '../support.js'
import {
  type Definition,
  define,
  type Expected,
  one,
  rootEntry,
  stranger,
  VECTOR_NOW,
  type VectorFile,
} from './define.js'
import { ofPreimage } from './valid.js'

type Source = Parameters<typeof define>[2]
const invalid = (name: string, source: Source, definition: Definition): VectorFile =>
  define('INVALID', name, source, definition)

const chain = chainOf([{}, { details: { rationale: 'income is steady' } }, {}])
const at = (seq: number) => chain[seq] as DecisionReceipt
const line = linesOf(chain)[1] as string
const outer = [at(0), at(2)]

/** The chain with its second line replaced by what is no receipt. */
const malformed = (name: string, about: string, text: string | Uint8Array): VectorFile =>
  invalid(
    name,
    Buffer.concat([
      fileOf([linesOf(chain)[0] as string]),
      Buffer.from(text),
      Buffer.from('\n'),
      fileOf([linesOf(chain)[2] as string]),
    ]),
    { about, placed: outer, checked: 3, problems: ['LINE_MALFORMED:2'] },
  )

/** The chain with its second receipt replaced, which keeps its place. */
const spoilt = (
  name: string,
  about: string,
  second: Loose | string,
  problems: readonly Expected[],
  more: Partial<Definition> = {},
): VectorFile => invalid(name, [at(0), second, at(2)], { about, placed: chain, problems, ...more })

/** The chain with its last receipt replaced by one that is sealed by the trusted key. */
const sealed = (
  name: string,
  about: string,
  last: Loose,
  problems: readonly Expected[],
  more: Partial<Definition> = {},
): VectorFile =>
  invalid(name, [at(0), at(1), last], {
    about,
    placed: [at(0), at(1), last as unknown as DecisionReceipt],
    problems,
    ...more,
  })

const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const signature = at(1).signature.slice('ed25519:'.length)
const bigS = BigInt(`0x${Buffer.from(signature.slice(64), 'hex').reverse().toString('hex')}`) + order
const highS = `ed25519:${signature.slice(0, 64)}${Buffer.from(bigS.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex')}`
const smallOrder = '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'
const smallKey = {
  ...sealedLoosely({ ...at(2), keyId: didKey(fromHex(smallOrder)) }, keys.one),
  signature: `ed25519:01${'00'.repeat(63)}`,
}
const rehashed = resealed(at(1), { action: 'reject' })
const twin = chainOf([{}, {}, {}], { label: 'twin' })
const other = plainChain(3, { chainId: 'globex' })
const moved = resealed(other[0] as DecisionReceipt, { chainId: 'acme' })
const back = chainOf([{ at: msAfter(1) }, { at: msAfter(0) }])
const future = chainOf([{ at: '2026-12-31T12:05:00.001Z' }])
const ended = chainOf([{}, chainEnd(), {}])
const revokedInChain = chainOf([
  {},
  { by: keys.two, at: days(1) },
  revocation(keys.one, days(2), { by: keys.two, at: days(2) }),
  { at: days(3) },
])

const badCertificate = (
  name: string,
  about: string,
  changes: Partial<DelegationCertificate>,
  by: object = {},
): VectorFile => {
  const receipts = chainOf([delegated(delegation(changes, by))])
  return invalid(`delegation-${name}`, receipts, {
    about,
    keyring: [one, rootEntry],
    problems: ['DELEGATION_INVALID@0:1'],
  })
}
const plainRoot = (name: string, about: string, entry: ReturnType<typeof entryOf>): VectorFile =>
  invalid(`delegation-root-${name}`, chainOf([delegated()]), {
    about,
    keyring: [entry],
    problems: ['DELEGATION_INVALID@0:1'],
  })

const tampered = delegation()
const tamperedChain = chainOf([
  delegated({ ...tampered, certificate: { ...tampered.certificate, notAfter: days(400) } }),
])
const deeper = delegation({ root: keys.delegate.keyId, delegate: keys.two.keyId }, { root: keys.delegate })
const depthTwo = chainOf([delegated(), delegated(deeper, { by: keys.two })])
const delegateRotates = chainOf([delegated(), rotation(keys.two, { by: keys.delegate })])
const lateDelegate = chainOf([delegated(), { by: keys.delegate, at: days(1) }])
const notCountersigned = chainOf([rotation(keys.two, { signer: keys.one })])
const countersignedElsewhere = chainOf([rotation(keys.two, { chainId: 'globex' })])

export const invalidVectors: readonly VectorFile[] = [
  malformed('line-empty', 'An empty line.', ''),
  malformed('line-null', 'A line that is null.', 'null'),
  malformed('line-array', 'A line that is a list.', '[]'),
  malformed('line-not-json', 'A line that is no JSON.', line.replace('0.25', 'NaN')),
  malformed('line-two-receipts', 'Two receipts on one line.', `${line}${line}`),
  malformed('line-byte-order-mark', 'A byte order mark before the object.', `\ufeff${line}`),
  malformed(
    'line-not-utf8',
    'A byte that is no UTF-8.',
    Buffer.concat([Buffer.from(line.slice(0, -1)), Buffer.from([0xff]), Buffer.from('}')]),
  ),
  malformed('line-raw-control-character', 'A NUL within a string.', line.replace('income', 'in\u0000come')),
  malformed('line-deep', 'A line of 2,000 levels.', '['.repeat(2_000) + ']'.repeat(2_000)),
  invalid('preimage-too-long', [ofPreimage(65_001)], {
    about: 'A preimage of 65,001 bytes.',
    placed: [ofPreimage(65_001) as never],
    problems: ['LINE_TOO_LONG@0:1'],
  }),
  spoilt('number-spelled-otherwise', '0.25 written 25e-2.', line.replace('0.25', '25e-2'), ['NOT_CANONICAL@1:2']),
  spoilt('integer-with-a-point', 'seq written 1.0.', line.replace('"seq":1', '"seq":1.0'), ['NOT_CANONICAL@1:2']),
  spoilt('string-spelled-otherwise', 'A letter written as an escape.', line.replace('income', '\\u0069ncome'), [
    'NOT_CANONICAL@1:2',
  ]),
  spoilt('number-too-large', '1e400, which is no double.', line.replace('0.25', '1e400'), ['NOT_CANONICAL@1:2']),
  spoilt('integer-not-safe', '2^53.', line.replace('0.25', '9007199254740992'), ['NOT_CANONICAL@1:2']),
  spoilt('lone-surrogate', 'Half a surrogate pair as an escape.', line.replace('income', '\\ud800'), [
    'NOT_CANONICAL@1:2',
  ]),
  spoilt('member-twice', 'seq twice, the same value.', line.replace(/\}$/, ',"seq":1}'), ['MEMBER_DUPLICATE@1:2']),
  spoilt('member-twice-first-forged', 'action twice, the first forged.', line.replace(/^\{/, '{"action":"reject",'), [
    'MEMBER_DUPLICATE@1:2',
  ]),
  spoilt('member-twice-last-forged', 'action twice, the last forged.', line.replace(/\}$/, ',"action":"reject"}'), [
    'MEMBER_DUPLICATE@1:2',
    'HASH_MISMATCH@1:2',
  ]),
  spoilt(
    'member-twice-in-details',
    'rationale twice, once as an escape.',
    line.replace('"rationale"', '"ration\\u0061le":"other","rationale"'),
    ['MEMBER_DUPLICATE@1:2'],
  ),
  spoilt('member-proto', 'A member __proto__.', line.replace(/\}$/, ',"__proto__":{}}'), ['MEMBER_FORBIDDEN@1:2']),
  spoilt(
    'member-constructor-in-details',
    'A member constructor within details.',
    line.replace('"rationale"', '"constructor":1,"rationale"'),
    ['MEMBER_FORBIDDEN@1:2'],
  ),
  sealed(
    'member-reserved',
    'A member receiptHash within an extension, under hash and signature.',
    resealed(at(2), { xVendor: { receiptHash: '' } }),
    ['MEMBER_FORBIDDEN@2:3'],
  ),
  sealed('too-deep', '17 levels, under hash and signature.', resealed(at(2), { xDeep: nested(16) }), [
    'FIELD_INVALID@2:3',
  ]),
  sealed('field-null', 'A member that is null, under hash and signature.', resealed(at(2), { traceId: null }), [
    'FIELD_INVALID@2:3',
  ]),
  sealed(
    'field-missing',
    'A decision without checks, under hash and signature.',
    resealed(at(2), { checks: undefined }),
    ['FIELD_INVALID@2:3'],
  ),
  sealed(
    'field-contradiction',
    'A check that fired although its score is below its threshold.',
    resealed(at(2), {
      checks: [{ name: 'limit', op: 'gte', score: 0.25, threshold: 0.5, fired: true }],
    }),
    ['FIELD_INVALID@2:3'],
  ),
  sealed(
    'field-impossible-day',
    'startedAt on 29 February 2026.',
    resealed(at(2), { startedAt: '2026-02-29T00:00:00.000Z' }),
    ['FIELD_INVALID@2:3'],
  ),
  spoilt('changed', 'A member changed: the self-hash shows it.', { ...at(1), action: 'reject' }, ['HASH_MISMATCH@1:2']),
  spoilt(
    'changed-and-hashed',
    'A member changed and hashed again, the signature kept.',
    { ...rehashed, signature: at(1).signature },
    ['SIGNATURE_INVALID@1:2', 'LINK_MISMATCH@2:3'],
    { placed: [at(0), rehashed as never, at(2)] },
  ),
  spoilt('changed-and-signed-by-its-key', 'A member changed by the key’s holder: the next link shows it.', rehashed, [
    'LINK_MISMATCH@2:3',
  ]),
  spoilt(
    'changed-and-signed-by-a-stranger',
    'A member changed and signed with another key: unknown, and the next link shows it.',
    resealed(at(1), { action: 'reject', keyId: stranger.keyId }, stranger),
    ['KEY_UNKNOWN@1:2', 'LINK_MISMATCH@2:3'],
  ),
  spoilt(
    'signature-of-another-key',
    'The signature of another key under the old keyId.',
    resealed(at(1), {}, stranger),
    ['SIGNATURE_INVALID@1:2'],
  ),
  spoilt('signature-of-another-receipt', 'The signature of seq 0.', { ...at(1), signature: at(0).signature }, [
    'SIGNATURE_INVALID@1:2',
  ]),
  spoilt('signature-s-not-reduced', 'S with the group order added.', { ...at(1), signature: highS }, [
    'SIGNATURE_INVALID@1:2',
  ]),
  spoilt(
    'signature-r-of-small-order',
    'R a point of order 8.',
    { ...at(1), signature: `ed25519:${smallOrder}${signature.slice(64)}` },
    ['SIGNATURE_INVALID@1:2'],
  ),
  spoilt(
    'signature-in-upper-case',
    'The same signature in upper-case hex.',
    { ...at(1), signature: `ed25519:${signature.toUpperCase()}` },
    ['FIELD_INVALID@1:2', 'SIGNATURE_INVALID@1:2'],
  ),
  spoilt('signature-none', 'The signature "none:".', { ...at(1), signature: 'none:' }, [
    'FIELD_INVALID@1:2',
    'SIGNATURE_INVALID@1:2',
  ]),
  sealed('key-of-small-order', 'A keyId of order 8, under which one signature fits every message.', smallKey, [
    'SIGNATURE_INVALID@2:3',
    'KEY_UNKNOWN@2:3',
  ]),
  spoilt(
    'details-changed',
    'Another text under the old detailsHash.',
    { ...at(1), details: { ...at(1).details, rationale: 'other' } },
    ['DETAILS_MISMATCH@1:2'],
  ),
  spoilt('details-another-salt', 'Another salt.', { ...at(1), details: { ...at(1).details, salt: '0'.repeat(64) } }, [
    'DETAILS_MISMATCH@1:2',
  ]),
  sealed(
    'details-without-their-hash',
    'Details that nothing commits to, under hash and signature.',
    { ...at(2), details: at(1).details },
    ['FIELD_INVALID@2:3', 'DETAILS_MISMATCH@2:3'],
  ),
  invalid('two-chains-of-one-name', [at(0), at(1), twin[2] as DecisionReceipt], {
    about: 'The end of another chain of the same name and key.',
    problems: ['LINK_MISMATCH@2:3'],
  }),
  invalid('genesis', [moved], {
    about: 'Seq 0 that links to the genesis of another name.',
    placed: [moved as never],
    problems: ['GENESIS_MISMATCH@0:1'],
  }),
  invalid('another-root', twin, {
    about: 'The name was begun again: not the root that was asked for.',
    options: { expect: { root: at(0).receiptHash } },
    problems: ['GENESIS_MISMATCH@0:1'],
  }),
  invalid('deleted', [at(0), at(2)], { about: 'Seq 1 is missing.', problems: ['SEQ_GAP@2:2'] }),
  invalid('twice', [at(0), at(1), at(1), at(2)], {
    about: 'Seq 1 twice.',
    placed: chain,
    problems: ['SEQ_REPEATED@1:3'],
  }),
  invalid('swapped', [at(0), at(2), at(1)], {
    about: 'Seq 1 and 2 swapped.',
    placed: [at(0), at(2)],
    problems: ['SEQ_GAP@2:2', 'SEQ_REPEATED@1:3'],
  }),
  invalid('another-chain', other, {
    about: 'A chain of another name than the one that is meant.',
    options: { chainId: 'acme' },
    placed: [],
    problems: ['CHAIN_MISMATCH@0:1', 'CHAIN_MISMATCH@1:2', 'CHAIN_MISMATCH@2:3'],
  }),
  invalid('receipt-of-another-chain', [at(0), other[1] as DecisionReceipt, at(1), at(2)], {
    about: 'A receipt of another chain among those of this one.',
    placed: chain,
    problems: ['CHAIN_MISMATCH@1:2'],
  }),
  spoilt('version-changed', 'One receipt of another version.', { ...at(1), version: 'quittance/2' }, [
    'UNSUPPORTED@1:2',
    'VERSION_CHANGED@1:2',
  ]),
  invalid('time-went-back', back, {
    about: 'Seq 1 is dated a millisecond before seq 0.',
    problems: ['TIME_WENT_BACK@1:2'],
  }),
  invalid('time-in-future', future, {
    about: 'A receipt dated 5 minutes and a millisecond ahead of the judge’s clock.',
    options: { now: VECTOR_NOW },
    problems: ['TIME_IN_FUTURE@0:1'],
  }),
  invalid('key-before-its-window', chain, {
    about: 'A window that begins a millisecond after seq 0.',
    keyring: [entryOf(keys.one, { validFrom: msAfter(1) })],
    problems: ['KEY_OUTSIDE_WINDOW@0:1'],
  }),
  invalid('key-after-its-window', chain, {
    about: 'A window that ends at the time of seq 2, which it does not include.',
    keyring: [entryOf(keys.one, { validUntil: at(2).timestamp })],
    problems: ['KEY_OUTSIDE_WINDOW@2:3'],
  }),
  invalid('key-revoked', chain, {
    about: 'The key is revoked at the time of seq 0.',
    keyring: [entryOf(keys.one, { revokedAt: msAfter(0) })],
    problems: ['KEY_REVOKED@0:1', 'KEY_REVOKED@1:2', 'KEY_REVOKED@2:3'],
  }),
  invalid('key-revoked-in-the-chain', revokedInChain, {
    about: 'Another key revokes the first in the chain; what it signed before is dated by that key.',
    keyring: [one, entryOf(keys.two)],
    problems: ['KEY_REVOKED@3:4'],
  }),
  invalid('key-of-a-revoked-root', chainOf([delegated()]), {
    about: 'The root of the delegate is revoked.',
    keyring: [entryOf(keys.root, { uses: ['delegate'], revokedAt: msAfter(0) })],
    problems: ['KEY_REVOKED@0:1'],
  }),
  invalid('key-for-another-use', chain, {
    about: 'A key that is trusted for checkpoints only.',
    keyring: [entryOf(keys.one, { uses: ['checkpoint'] })],
    problems: ['KEY_NOT_ALLOWED@0:1', 'KEY_NOT_ALLOWED@1:2', 'KEY_NOT_ALLOWED@2:3'],
  }),
  invalid('key-for-other-chains', chain, {
    about: 'A key that is trusted for chains beginning with acme/ only.',
    keyring: [entryOf(keys.one, { chains: ['acme/*'] })],
    problems: ['KEY_NOT_ALLOWED@0:1', 'KEY_NOT_ALLOWED@1:2', 'KEY_NOT_ALLOWED@2:3'],
  }),
  badCertificate('for-another-key', 'A certificate for another key than the one that signs.', {
    delegate: keys.two.keyId,
  }),
  badCertificate('for-itself', 'A key that certifies itself.', { root: keys.delegate.keyId }, { root: keys.delegate }),
  badCertificate('for-another-chain', 'A certificate for another chain.', { chains: ['globex'] }),
  badCertificate('for-no-chain', 'A certificate for no chain.', { chains: [] }),
  badCertificate('for-no-use', 'A certificate for no use.', { uses: [] }),
  badCertificate('too-early', 'A certificate that begins a millisecond later.', { notBefore: msAfter(1) }),
  badCertificate('too-late', 'A certificate that ends at the time of the receipt.', {
    notBefore: '2025-12-31T00:00:00.000Z',
    notAfter: msAfter(0),
  }),
  badCertificate('backwards', 'A certificate that ends as it begins.', { notBefore: msAfter(0), notAfter: msAfter(0) }),
  badCertificate(
    'not-signed-by-its-root',
    'A certificate that the delegate signed itself.',
    {},
    { signer: keys.delegate },
  ),
  invalid('delegation-changed', tamperedChain, {
    about: 'notAfter was changed after the root signed.',
    keyring: [rootEntry],
    problems: ['DELEGATION_INVALID@0:1'],
  }),
  plainRoot('without-the-use', 'The root is not trusted to delegate.', entryOf(keys.root)),
  plainRoot(
    'for-other-chains',
    'The root is not trusted for this chain.',
    entryOf(keys.root, { uses: ['delegate'], chains: ['globex'] }),
  ),
  plainRoot(
    'retired',
    'The certificate begins when the root’s window has ended.',
    entryOf(keys.root, { uses: ['delegate'], validUntil: msAfter(0) }),
  ),
  invalid('delegation-depth-two', depthTwo, {
    about: 'A delegate delegates in its turn.',
    keyring: [rootEntry],
    problems: ['DELEGATION_INVALID@1:2'],
  }),
  invalid('delegation-ended', lateDelegate, {
    about: 'The delegate signs at the time when its certificate ends.',
    keyring: [rootEntry],
    problems: ['DELEGATION_INVALID@1:2'],
  }),
  invalid('delegate-rotates', delegateRotates, {
    about: 'A delegate hands the chain on.',
    keyring: [rootEntry],
    problems: ['KEY_NOT_ALLOWED@1:2'],
  }),
  invalid('rotation-not-countersigned', notCountersigned, {
    about: 'The new key did not countersign.',
    keyring: [entryOf(keys.one, { uses: ['receipt', 'rotate'] })],
    problems: ['SIGNATURE_INVALID@0:1'],
  }),
  invalid('rotation-of-another-chain', countersignedElsewhere, {
    about: 'The new key countersigned for another chain.',
    keyring: [entryOf(keys.one, { uses: ['receipt', 'rotate'] })],
    problems: ['SIGNATURE_INVALID@0:1'],
  }),
  invalid('another-head', chain, {
    about: 'Another receipt stands where a head was noted.',
    options: { expect: { head: { seq: 2, receiptHash: at(1).receiptHash } } },
    problems: ['HEAD_MISMATCH@2:3'],
  }),
  invalid('behind-the-end', ended, { about: 'A receipt follows the chain_end.', problems: ['HEAD_MISMATCH@2:3'] }),
  invalid('another-checkpoint', chain, {
    about: 'A checkpoint of another history.',
    options: { anchors: [anchorOf(twin, 2)] },
    problems: ['CHECKPOINT_MISMATCH@1:2'],
  }),
]
