/** What was verified before excuses nothing: a line has one spelling, also behind others that have it. */
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { jcs } from '../receipt/jcs.js'
import { keys, NOW, plainChain, trustOne } from './support.js'

const secret = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), keys.one.seed]),
  format: 'der',
  type: 'pkcs8',
})

/** Hashed and signed as it stands: in canonical form, but for what `respelled` does to it. */
function sealedAs(members: object, respelled: (text: string) => string): { line: string; receiptHash: string } {
  const preimage = respelled(jcs(members))
  const receiptHash = `sha256:${createHash('sha256').update(preimage).digest('hex')}`
  const signature = sign(null, Buffer.from(`quittance/1 receipt\n${receiptHash}\n`), secret).toString('hex')
  const line = preimage
    .replace(',"receiptId":', `,"receiptHash":"${receiptHash}","receiptId":`)
    .replace(',"tenantId":', `,"signature":"ed25519:${signature}","tenantId":`)
  return { line, receiptHash }
}

const xVotes = { 10: 'reject', 9: 'allow' }
/** Where a deployer may add members. */
const places: Readonly<Record<string, object>> = {
  'a receipt': { xVotes },
  'a check': { checks: [{ fired: false, name: 'n', xVotes }] },
  'a check, further down': { checks: [{ fired: false, name: 'n', xVotes: [{ a: xVotes }] }] },
  'a tool': { tool: { name: 'n', xVotes } },
}

describe.each(Object.entries(places))('names that are numbers in %s', (_, more) => {
  test('in the order of JavaScript are wrong, behind the same in canonical order too', async () => {
    const canonical: string[] = []
    const respelled: string[] = []
    for (const [lines, asJavaScript] of [
      [canonical, false],
      [respelled, true],
    ] as const) {
      let prevReceiptHash: string = (plainChain(1)[0] as DecisionReceipt).prevReceiptHash
      for (const [index, receipt] of plainChain(4).entries()) {
        const { receiptHash: _hash, signature: _signature, ...covered } = receipt
        const { line, receiptHash } = sealedAs({ ...covered, ...more, prevReceiptHash }, (text) =>
          asJavaScript && index > 1 ? JSON.stringify(JSON.parse(text)) : text,
        )
        lines.push(line)
        prevReceiptHash = receiptHash
      }
    }
    const options = { keyring: trustOne, now: NOW }
    expect(await verifyChain(canonical, options)).toMatchObject({ verdict: 'VALID', counts: {} })
    expect(respelled[2]).toContain('{"9":"allow","10":"reject"}')
    expect(await verifyChain(respelled, options)).toMatchObject({
      verdict: 'INVALID',
      counts: { HASH_MISMATCH: 2, LINE_NOT_CANONICAL: 2 },
    })
    expect(await verifyChain(canonical, options)).toMatchObject({ verdict: 'VALID', counts: {} })
  })
})
