/** However long and however bad a chain is: what is kept of it is bounded, what is counted is not. */
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { keyNamed, type Loose, NOW, plainChain, resealed, trustOne } from './support.js'

const options = { keyring: trustOne, now: NOW }

describe('lists hold the first thousand, counts hold all', () => {
  test('of problems', async () => {
    const { verdict, problems, counts, checked } = await verifyChain(
      Array.from({ length: 2_500 }, () => 'null'),
      options,
    )
    expect([verdict, checked, counts]).toEqual(['INVALID', 2_500, { LINE_MALFORMED: 2_500 }])
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1))
  })

  test('of notices, which take no place from problems', async () => {
    const [receipt] = plainChain(1)
    const spaced = ` ${JSON.stringify(receipt)}`
    const { verdict, problems, notices, counts } = await verifyChain(
      Array.from({ length: 1_500 }, () => spaced),
      options,
    )
    expect([verdict, counts]).toEqual(['INVALID', { LINE_NOT_CANONICAL: 1_500, SEQ_REPEATED: 1_499 }])
    expect([problems.length, notices.length]).toEqual([1_000, 1_000])
  })

  test('a code that comes only behind the thousandth still decides the verdict', async () => {
    const [first] = plainChain(1, { by: keyNamed('mallory') })
    function* source() {
      for (let seq = 0; seq < 1_200; seq += 1)
        yield { ...first, seq, version: 'quittance/2' } as unknown as DecisionReceipt
      yield 'null'
    }
    const { verdict, problems, counts } = await verifyChain(source(), options)
    expect([verdict, counts]).toEqual(['INVALID', { UNSUPPORTED: 1_200, LINE_MALFORMED: 1 }])
    expect(problems.some(({ code }) => code === 'LINE_MALFORMED')).toBe(false)
  })
})

describe('messages', () => {
  const name = '\u001b[2Jadmin@example.com '
  const [receipt] = plainChain(1)
  const hostile: Record<string, Loose> = {
    'a member name': { [name]: 1 },
    'a long member name': { [`x${'a'.repeat(60_000)}`]: 1 },
    'a name with no canonical form': { [`${name}\ud800`]: 1 },
    'a forbidden name deep in free JSON': { xVendor: { [name]: JSON.parse('{"__proto__":1}') } },
    'a chainId': { chainId: name },
    'a receiptId': { receiptId: name },
    'a timestamp': { timestamp: name },
    'a keyId': { keyId: name },
    'a version': { version: name },
    'an event': { eventType: name },
  }
  test.each(Object.entries(hostile))('repeat nothing of %s', async (_what, changes) => {
    const source = [receipt, { ...receipt, seq: 1, ...changes }] as DecisionReceipt[]
    const result = await verifyChain(source, options)
    expect(result.verdict).toBe('INVALID')
    const said = JSON.stringify(result)
    expect(said).not.toContain('example.com')
    expect(said).not.toContain('\\u001b')
    for (const { message } of result.problems) expect(message.length).toBeLessThan(400)
  })

  test('repeat no content', async () => {
    const secret = 'Jane Roe, 4 May 1980'
    const changes = {
      details: { salt: secret, rationale: secret },
      input: { kind: 'text', hash: secret },
      tags: [secret],
      action: secret,
      xNote: secret,
    }
    const result = await verifyChain([{ ...receipt, ...changes } as unknown as DecisionReceipt], options)
    expect(result.verdict).toBe('INVALID')
    expect(JSON.stringify(result)).not.toContain('Jane')
  })
})

describe('time', () => {
  test('a receipt with tens of thousands of faults costs no more than its size', async () => {
    const [receipt] = plainChain(1)
    const source = [
      resealed(receipt as DecisionReceipt, { reasonCodes: new Array(30_000).fill(0) }),
      resealed(
        receipt as DecisionReceipt,
        Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`a${index}`, 0])),
      ),
    ]
    const { counts, problems } = await verifyChain(source as unknown as DecisionReceipt[], options)
    expect([counts.FIELD_INVALID, counts.UNSUPPORTED, problems.length]).toEqual([30_000, 5_000, 1_000])
  })

  test('other work gets its turn while a long chain is verified', async () => {
    const receipts = plainChain(50)
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
    }, 1)
    try {
      // a synchronous source never waits by itself
      await verifyChain(
        (function* () {
          for (let round = 0; round < 60; round += 1) yield* receipts
        })(),
        options,
      )
    } finally {
      clearInterval(timer)
    }
    expect(turns).toBeGreaterThan(0)
  })
})
