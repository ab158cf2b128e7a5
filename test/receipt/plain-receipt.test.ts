/** The single pass that says that nothing is wrong with a receipt: it takes what the format's page allows, and nothing else. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type PlainReceipt, plainReceipt as readLine } from '../../src/receipt/plain.js'
import { fullChain } from '../verify/full-receipts.js'
import { chainOf, keys, type Loose, plainChain, resealed, sealedLoosely } from '../verify/support.js'
import { jcs } from './jcs.js'

const plain = (receipt: object) => JSON.parse(JSON.stringify(receipt)) as Loose
/** Of a receipt, by its line, which another writer wrote. */
const plainReceipt = (receipt: object, line = jcs(receipt)): PlainReceipt | undefined => readLine(line)
const full = fullChain.map(plain)
const withDetails = full.filter(({ details }) => details !== undefined)
const one = plain(chainOf([{ details: { rationale: 'because' } }])[0] as object)

/** What the format says that a hash covers. */
function preimageOf({ receiptHash: _hash, signature: _signature, details: _details, ...covered }: Loose): string {
  return jcs(covered)
}

describe('a receipt against which nothing can be said', () => {
  it('is read from its line, and gives both texts and the bytes of its signature', () => {
    expect(withDetails.length).toBeGreaterThan(0)
    expect(withDetails.length).toBeLessThan(full.length)
    for (const receipt of full) {
      const line = jcs(receipt)
      const expected = { preimage: preimageOf(receipt), line, signature: (receipt.signature as string).slice(8) }
      // the second time as what is known already
      for (const found of [plainReceipt(receipt), plainReceipt(receipt)]) {
        expect(found?.receipt).toEqual(receipt)
        expect(Object.keys(found?.receipt ?? {})).toEqual(Object.keys(JSON.parse(line)))
        const { preimage, signature } = found ?? { preimage: '', signature: new Uint8Array() }
        expect({ preimage, line: found?.line, signature: Buffer.from(signature).toString('hex') }).toEqual(expected)
        expect(createHash('sha256').update(preimage).digest('hex')).toBe((receipt.receiptHash as string).slice(7))
      }
    }
  })

  it('is found one behind the other, and each again', () => {
    const chain = plainChain(5).map(plain)
    for (let time = 0; time < 2; time += 1)
      for (const receipt of chain) {
        const found = plainReceipt(receipt)
        expect([found?.preimage, found?.line]).toEqual([preimageOf(receipt), jcs(receipt)])
      }
  })
})

describe('there is something to be said', () => {
  const refused = (receipt: object, text?: string) => expect(plainReceipt(receipt, text)).toBeUndefined()

  it('where the line is not the canonical one, or another receipt’s', () => {
    const line = jcs(one)
    expect(plainReceipt(one, line)).toBeDefined()
    for (const text of [
      `${line} `,
      ` ${line}`,
      line.slice(0, -1),
      '',
      JSON.stringify(one).replace('"seq":0', '"seq": 0'),
    ])
      refused(one, text)
  })

  it('where the members stand in another order, or one stands twice', () => {
    const line = jcs(one)
    const names = Object.keys(JSON.parse(line))
    for (const [index, name] of names.entries()) {
      const parts = names.map((each) => `${JSON.stringify(each)}:${jcs(one[each])}`)
      const turned = [...parts]
      turned.splice(index, 1)
      turned.splice((index + 1) % names.length, 0, parts[index] as string)
      refused(one, `{${turned.join(',')}}`)
      refused(one, `{${[...parts.slice(0, index), parts[index], ...parts.slice(index)].join(',')}}`)
      refused(one, line.replace(`${JSON.stringify(name)}:`, `${JSON.stringify(name)} :`))
      refused(one, line.replace(`${JSON.stringify(name)}:`, `${JSON.stringify(name)}: `))
    }
    expect(plainReceipt(one, line)).toBeDefined()
  })

  it('where the line spells what no hash covers in another way of the same length', () => {
    const spelled = plain(chainOf([{ details: { metadata: { a: 100 } } }])[0] as object)
    const line = jcs(spelled)
    const other = line.replace('{"a":100}', '{"a":1e2}')
    expect([other.length, JSON.parse(other)]).toEqual([line.length, spelled])
    expect(plainReceipt(spelled, line)).toBeDefined()
    refused(spelled, other)
  })

  it('where a hash is not that of what it covers', () => {
    for (const name of ['receiptHash', 'detailsHash', 'prevReceiptHash', 'tenantId', 'seq'] as const) {
      const other = { receiptHash: `sha256:${'0'.repeat(64)}`, tenantId: 'other', seq: 1 }
      const value = name in other ? other[name as keyof typeof other] : other.receiptHash
      refused({ ...one, [name]: value })
    }
    refused({ ...one, details: { ...(one.details as object), rationale: 'for another reason' } })
    const { details: _erased, ...without } = one
    expect(plainReceipt(without)?.preimage).toBe(preimageOf(one))
    // sealed so that all but the details' own hash is right
    refused(resealed(one, { detailsHash: `sha256:${'0'.repeat(64)}` }))
    refused({ ...one, receiptHash: (one.receiptHash as string).slice(0, -1) })
    refused({ ...one, receiptHash: (one.receiptHash as string).toUpperCase() })
  })

  it('where the signature is not 64 bytes in lower-case hex', () => {
    const { signature } = one as { signature: string }
    for (const other of [
      signature.slice(0, -2),
      signature.slice(0, -1),
      `${signature}00`,
      signature.toUpperCase(),
      `ed25518:${signature.slice(8)}`,
      `ed25519;${signature.slice(8)}`,
      `${signature.slice(0, -1)}g`,
      `${signature.slice(0, -1)}F`,
      signature.slice(8),
      '',
      null,
      1,
    ])
      refused({ ...one, signature: other })
    // whose it is, is not asked here
    const anyone = plainReceipt({ ...one, signature: `ed25519:${'0'.repeat(128)}` })
    expect([...(anyone?.signature ?? [])]).toEqual(Array.from({ length: 64 }, () => 0))
  })

  it('where a member is missing, unknown, or has not its shape', () => {
    for (const name of Object.keys(one).filter((name) => !['details', 'checks', 'input'].includes(name))) {
      const { [name]: _gone, ...rest } = one
      refused(name === 'receiptHash' || name === 'signature' ? rest : sealedLoosely(rest, keys.one))
    }
    refused(resealed(one, { later: 1 }))
    refused(resealed(one, { tenantId: '' }))
    refused(resealed(one, { seq: -1 }))
    refused(resealed(one, { prevReceiptHash: 'sha256:' }))
    refused(resealed(one, { timestamp: '2026-01-01' }))
    expect(plainReceipt(resealed(one, { xLater: 1 }))).toBeDefined()
  })

  it('where a rule between members is broken', () => {
    refused(resealed(one, { checks: [{ name: 'limit', score: 1, threshold: 0.5, op: 'gte', fired: false }] }))
    refused(resealed(one, { eventType: 'annotation' }))
    expect(plainReceipt(resealed(one, { checks: [{ name: 'limit', fired: false }] }))).toBeDefined()
  })

  it('where it is no receipt at all', () => {
    refused({})
    refused([])
    refused([one])
  })

  /** With the names in the order of another: what was found of that is remembered by it. */
  const ordered = (receipt: Loose, like: Loose): Loose =>
    Object.fromEntries(Object.keys(like).map((name) => [name, receipt[name]]))

  it('where another member is the hash that was just found right', () => {
    const [first, second] = plainChain(2).map(plain) as [Loose, Loose]
    for (const [name, value] of Object.entries(first)) {
      if (typeof value !== 'string' || name === 'prevReceiptHash' || name === 'receiptHash') continue
      expect(plainReceipt(first)).toBeDefined()
      const changed = { [name]: first.receiptHash }
      const hostile = ordered({ ...resealed(second, changed), ...(name === 'signature' ? changed : {}) }, first)
      // a hash is a name too
      const fits = ['chainId', 'tenantId'].includes(name)
      expect(plainReceipt(hostile)?.line).toBe(fits ? jcs(hostile) : undefined)
    }
  })

  it('where a link has not its form, also behind a receipt that was fine', () => {
    const [first, second] = plainChain(2).map(plain) as [Loose, Loose]
    const hash = first.receiptHash as string
    expect(plainReceipt(first)).toBeDefined()
    for (const link of ['sha256:', `${hash}0`, hash.toUpperCase(), null, undefined])
      refused(ordered(resealed(second, { prevReceiptHash: link }), first))
    expect(plainReceipt(second)).toBeDefined()
  })
})
