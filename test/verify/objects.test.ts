/** Receipts in memory: objects that look otherwise to others, or are far larger than they seem. */
import { describe, expect, it } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { chainOf, delegated, entryOf, keys, NOW, plainChain, trusting, trustOne } from './support.js'

const [receipt] = plainChain(1) as [DecisionReceipt]
const verdictOf = async (value: unknown) => {
  const result = await verifyChain([value as DecisionReceipt], { keyring: trustOne, now: NOW })
  return [result.verdict, ...Object.keys(result.counts)]
}

function twoFaced(): object {
  let looks = 0
  return Object.defineProperty({ ...receipt }, 'systemId', {
    enumerable: true,
    get() {
      looks += 1
      return looks === 1 ? receipt.systemId : 'forged'
    },
  })
}

const hiddenMember = () => Object.defineProperty({ ...receipt }, 'xHidden', { value: 'forged', enumerable: false })
const checksWith = (extra: object) => ({ ...receipt, checks: Object.assign([...(receipt.checks ?? [])], extra) })

describe('an object that is no plain data', () => {
  it.each([
    ['members by its prototype', () => Object.assign(Object.create({ xForged: 'yes' }), receipt)],
    ['a class', () => Object.assign(new (class Receipt {})(), receipt)],
    ['a hidden member', hiddenMember],
    ['a hidden toJSON', () => Object.defineProperty({ ...receipt }, 'toJSON', { value: () => ({}) })],
    ['an accessor', twoFaced],
    ['a member on an array', () => checksWith({ forged: true })],
    ['a symbol for a name', () => ({ ...receipt, [Symbol('x')]: 1 })],
    ['a hole in an array', () => ({ ...receipt, tags: new Array(1) })],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          { ...receipt },
          {
            ownKeys: () => {
              throw new Error('no')
            },
          },
        ),
    ],
  ])('with %s is NOT_CANONICAL', async (_, make) => {
    expect(await verdictOf(make())).toEqual(['INVALID', 'NOT_CANONICAL'])
  })

  it('is told from one that is', async () => {
    expect(await verdictOf({ ...receipt })).toEqual(['VALID'])
    expect(await verdictOf(Object.assign(Object.create(null), receipt))).toEqual(['VALID'])
    expect(await verdictOf({ ...receipt, agentId: undefined })).toEqual(['VALID'])
  })
})

describe('an object that is larger than any line', () => {
  it('by a length without items', async () => {
    expect(await verdictOf({ ...receipt, xLong: new Array(2 ** 32 - 1) })).toEqual(['INVALID', 'LINE_TOO_LONG'])
  })

  it('by references to the same object', async () => {
    let value: unknown = 'x'
    for (let level = 0; level < 13; level += 1) value = Array.from({ length: 10 }, () => value)
    expect(await verdictOf({ ...receipt, xShared: value })).toEqual(['INVALID', 'LINE_TOO_LONG'])
  })
})

describe('a delegate that repeats its certificate', () => {
  it('is judged as one that brings it once', async () => {
    const chain = chainOf(Array.from({ length: 50 }, () => delegated()))
    const keyring = trusting(entryOf(keys.root, { uses: ['delegate'] }))
    const result = await verifyChain(chain, { keyring, now: NOW })
    expect(result.problems).toEqual([])
    expect(result.verdict).toBe('VALID')
  })
})
