/** Canonical form, digests, keys, trees and figures: what runs wherever JavaScript does. */
import { inclusionProof, leafHash, merkleRoot, verifyInclusion } from 'quittance/merkle'
import { clopperPearson, sprtPlan, wilson } from 'quittance/statistics'
import {
  canonicalize,
  didKey,
  genesisHash,
  Keyring,
  parseDidKey,
  parsePublicKey,
  publicKeyHex,
  publicKeyJwk,
  publicKeyPem,
  receiptFaults,
  receiptHashOf,
  signedMessage,
  textsOf,
  verifyCommitment,
} from 'quittance/verify'
import { bytesOf, fails, hexOf, holds, same, sha256 } from './same.mjs'

const double = (hex) => new DataView(bytesOf(hex).buffer).getFloat64(0)

/** RFC 8785, appendix B: what the format takes of it. */
const numbers = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]

const refused = [
  ['an integer beyond 2^53-1', { a: 2 ** 53 }],
  ['no number', { a: Number.NaN }],
  ['infinity', [Number.POSITIVE_INFINITY]],
  ['half a surrogate pair', { a: '\ud800' }],
  ['half a surrogate pair in a name', { '\udc00': 1 }],
  ['a function', { a: () => 1 }],
  ['a bigint', { a: 1n }],
  ['a date', { a: new Date(0) }],
  ['a name that reaches prototypes', JSON.parse('{"__proto__":1}')],
]

const canonicalCases = [
  ...numbers.map(([hex, text]) => ({
    name: `canonical form: ${hex} is ${text}`,
    run: () => same(canonicalize(double(hex)), text),
  })),
  ...refused.map(([about, value]) => ({
    name: `canonical form: ${about} is refused`,
    run: () => fails(() => canonicalize(value), 'RECEIPT_NOT_JSON'),
  })),
  {
    name: 'canonical form: names stand by UTF-16 code units, as in RFC 8785 §3.2.3',
    run() {
      const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
      const object = Object.fromEntries(names.map((name) => [name, 0]))
      same(
        canonicalize(object),
        '{"\\r":0,"1":0,"\u0080":0,"\u00f6":0,"\u20ac":0,"\ud83d\ude00":0,"\ufb33":0}',
        'the names',
      )
    },
  },
  {
    name: 'canonical form: escapes as in RFC 8785 §3.2.2.2',
    run: () =>
      same(
        canonicalize('\u20ac$\u000f\nA\'B"\\\\"/\b\t\f\r\u2028\u007f'),
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\\b\\t\\f\\r\u2028\u007f"',
      ),
  },
]

const rfc8032 = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'

const keyCases = [
  {
    name: 'keys: did:key there and back, and the forms of a public key agree',
    async run() {
      const publicKey = bytesOf(rfc8032)
      const did = didKey(publicKey)
      same(did, 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw')
      same(hexOf(parseDidKey(did)), rfc8032)
      for (const form of [rfc8032, publicKeyHex(publicKey), publicKeyPem(publicKey), publicKeyJwk(publicKey)])
        same(hexOf(parsePublicKey(form)), rfc8032)
      same(Keyring.from(publicKeyPem(publicKey)).entries(), [{ keyId: did }])
    },
  },
  {
    name: 'keys: a keyring reads what it writes and refuses what it does not know',
    async run() {
      const keyId = didKey(bytesOf(rfc8032))
      const entry = { keyId, uses: ['receipt'], validFrom: '2026-01-01T00:00:00.000Z', chains: ['acme/*'] }
      const keyring = new Keyring([entry])
      same(Keyring.parse(JSON.stringify(keyring)).toJSON(), { keys: [entry] })
      for (const wrong of [
        { keys: [{ keyId, unknown: 1 }] },
        { keys: [{ keyId }, { keyId }] },
        { keys: [{ keyId: 'did:key:z6Mk' }] },
        { keys: [{ keyId, uses: ['everything'] }] },
        { keys: [{ keyId, validFrom: '2026-02-30T00:00:00.000Z' }] },
      ])
        await fails(() => Keyring.parse(wrong), 'KEYRING_INVALID')
      await fails(() => Keyring.parse(`{"keys":[],"keys":[{"keyId":"${keyId}"}]}`), 'KEYRING_INVALID')
    },
  },
  {
    name: 'keys: points of small order are no keys',
    async run() {
      for (const hex of ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`])
        await fails(() => new Keyring([didKey(bytesOf(hex))]), 'KEYRING_INVALID')
    },
  },
]

/** The published eight-leaf vectors of Certificate Transparency (RFC 6962). */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = {
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  7: 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
}

const treeCases = [
  {
    name: 'trees: roots and inclusion proofs of the published eight leaves',
    async run() {
      const leaves = entries.map((hex) => leafHash(bytesOf(hex)))
      for (const [size, root] of Object.entries(roots)) same(hexOf(merkleRoot(leaves.slice(0, Number(size)))), root)
      for (let index = 0; index < 8; index += 1) {
        const proof = inclusionProof(leaves, index, 8)
        holds(verifyInclusion(leaves[index], index, 8, proof, bytesOf(roots[8])), `leaf ${index}`)
        holds(!verifyInclusion(leaves[index], index, 8, proof, bytesOf(roots[7])), `leaf ${index} of another tree`)
      }
    },
  },
]

/** Figures that every engine must reach, whatever its logarithms do in the last place. */
const close = (actual, expected) => holds(Math.abs(actual - expected) < 1e-9, `${actual} is ${expected} to nine places`)

const figureCases = [
  {
    name: "statistics: Wald's thresholds and two intervals",
    run() {
      // ln 18 and ln(2/19), from tables of logarithms
      close(sprtPlan().upper, 2.8903717579)
      close(sprtPlan().lower, Math.LN2 - 2.944438979)
      // 1 - 0.025^(1/10): the exact upper limit of no case in ten
      close(clopperPearson(0, 10).interval.upper, 1 - 0.025 ** 0.1)
      close(wilson(5, 10).interval.upper + wilson(5, 10).interval.lower, 1)
    },
  },
]

/**
 * @param vectors - the published vectors
 * @returns the cases
 */
export function coreCases(vectors) {
  const plain = vectors.find(({ name }) => name === 'valid/plain')
  const lines = new TextDecoder().decode(plain.bytes).trimEnd().split('\n')
  return [
    ...canonicalCases,
    {
      name: "digests: the hashes of a chain are those of the runtime's own SHA-256",
      async run() {
        for (const line of lines) {
          const receipt = JSON.parse(line)
          const { receiptHash, signature, details, ...covered } = receipt
          same(canonicalize(receipt), line)
          same(receiptHashOf(canonicalize(covered)), receiptHash)
          same(await sha256(canonicalize(covered)), receiptHash)
          same(textsOf(receipt).preimage, canonicalize(covered))
          same(receiptFaults(receipt), [])
          if (receipt.seq === 0)
            same(genesisHash(receipt.chainId), await sha256(`quittance/1 genesis\n${receipt.chainId}\n`))
        }
      },
    },
    {
      name: "digests: the signatures hold by the runtime's own Ed25519",
      async run() {
        for (const line of lines) {
          const receipt = JSON.parse(line)
          const key = await crypto.subtle.importKey('raw', parseDidKey(receipt.keyId), 'Ed25519', false, ['verify'])
          const signature = bytesOf(receipt.signature.slice('ed25519:'.length))
          const message = signedMessage(receipt.receiptHash)
          holds(await crypto.subtle.verify('Ed25519', key, signature, message), `the signature of seq ${receipt.seq}`)
        }
      },
    },
    {
      name: 'digests: a content is what a receipt commits to, and no other is',
      async run() {
        const receipt = { input: { kind: 'text', hash: await sha256('caf\u00e9') } }
        same(verifyCommitment('cafe\u0301', receipt, 'input'), { holds: true })
        same(verifyCommitment('cafe', receipt, 'input'), { holds: false, reason: 'content-differs' })
      },
    },
    ...keyCases,
    ...treeCases,
    ...figureCases,
  ]
}
