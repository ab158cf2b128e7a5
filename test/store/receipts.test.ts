import { createHash, createPublicKey, verify } from 'node:crypto'
import { base58 } from '@scure/base'
import { describe, expect, it } from 'vitest'
import { receiptFaults } from '../../src/receipt/validate.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { jcs } from '../receipt/jcs.js'

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

describe('testReceipts', () => {
  it('makes receipts whose hashes, links and signatures hold, by tools that are not ours', () => {
    const chainId = 'acme/eu'
    const receipts = testReceipts({ chainId, count: 4, rationale: (seq) => (seq === 2 ? 'ünïcödé' : undefined) })
    const raw = base58.decode(testReceiptKeyId().slice('did:key:z'.length)).slice(2)
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
      format: 'jwk',
    })
    let previous = sha256(`quittance/1 genesis\n${chainId}\n`)
    for (const [seq, receipt] of receipts.entries()) {
      const { receiptHash, signature, details, ...preimage } = receipt
      expect(receiptFaults(receipt)).toEqual([])
      expect(receipt.seq).toBe(seq)
      expect(receipt.keyId).toBe(testReceiptKeyId())
      expect(sha256(jcs(preimage))).toBe(receiptHash)
      const message = Buffer.from(`quittance/1 receipt\n${receiptHash}\n`)
      expect(verify(null, message, key, Buffer.from(signature.slice('ed25519:'.length), 'hex'))).toBe(true)
      expect(receipt.prevReceiptHash).toBe(previous)
      expect(receipt.detailsHash).toBe(details && sha256(`quittance/1 details\n${jcs(details)}`))
      previous = receiptHash
    }
    expect(receipts[2]?.details?.rationale).toBe('ünïcödé')
  })

  it('gives the same bytes for the same options, others for another label, and goes on where it is told', () => {
    const all = testReceipts({ chainId: 'a', count: 5 })
    expect(testReceipts({ chainId: 'a', count: 5 })).toEqual(all)
    expect(testReceipts({ chainId: 'a', count: 3, after: all[1] })).toEqual(all.slice(2))
    const rival = testReceipts({ chainId: 'a', count: 1, after: all[1], label: 'rival' })[0]
    expect(rival?.prevReceiptHash).toBe(all[1]?.receiptHash)
    expect(rival?.receiptId).not.toBe(all[2]?.receiptId)
    expect(rival?.receiptHash).not.toBe(all[2]?.receiptHash)
    expect(new Set(all.map((receipt) => receipt.receiptId)).size).toBe(5)
    expect(() => testReceipts({ chainId: 'a', count: 0 })).toThrow(RangeError)
  })
})
