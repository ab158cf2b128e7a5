import { describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { successorOf } from '../../src/ledger/succession.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { faultyStore } from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { delegatedBy, draft, keyNamed, stored } from './support.js'

const ledgerOn = (store: ReceiptStore) => createLedger({ store, keys: keyNamed('a'), redactor: false })

describe('succeed', () => {
  test.each([
    ['acme', 'acme/2'],
    ['acme/2', 'acme/3'],
    ['acme/9', 'acme/10'],
    ['acme/1', 'acme/1/2'],
    ['acme/0', 'acme/0/2'],
    ['a/b', 'a/b/2'],
    ['acme/2x', 'acme/2x/2'],
  ])('after %s comes %s', (chainId, expected) => {
    expect(successorOf(chainId)).toBe(expected)
  })

  test('ends the chain and opens the next, each pointing to the other', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    const last = await ledger.append(draft())
    const { end, start } = await ledger.succeed('acme', { reason: 'year_end' })
    expect(end).toMatchObject({
      seq: last.seq + 1,
      tenantId: 'acme',
      system: { event: 'chain_end', reason: 'year_end', successorChainId: 'acme/2' },
    })
    expect(start).toMatchObject({
      seq: 0,
      chainId: 'acme/2',
      tenantId: 'acme',
      system: {
        event: 'chain_start',
        retentionDays: 184,
        predecessor: { chainId: 'acme', seq: end.seq, receiptHash: end.receiptHash },
      },
    })
    const keyring = await ledger.keyring()
    expect(await verifyChain(await stored(store), { keyring, requireTail: true })).toMatchObject({
      verdict: 'VALID',
      scope: { tail: 'chain-end' },
    })
    expect((await ledger.append(draft({ chainId: 'acme/2' }))).seq).toBe(1)
    expect(await verifyChain(await stored(store, 'acme/2'), { keyring })).toMatchObject({
      verdict: 'VALID',
      checked: 2,
    })
  })

  test('a chain that ended takes nothing, in this ledger and in another', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    const ended = await Promise.allSettled([
      ledger.succeed('acme', { reason: 'r' }),
      ledger.append(draft()),
      ledger.note('acme', { code: 'n' }),
    ])
    expect(ended.map((one) => one.status === 'rejected' && (one.reason as QuittanceError).code)).toEqual([
      false,
      'LEDGER_CHAIN_ENDED',
      'LEDGER_CHAIN_ENDED',
    ])
    await expect(ledgerOn(store).append(draft())).rejects.toMatchObject({
      code: 'LEDGER_CHAIN_ENDED',
      details: { outcome: 'absent' },
    })
  })

  test('is repeatable, and finishes after a crash in between', async () => {
    const memory = memoryStore()
    const store = faultyStore(memory, [
      {
        method: 'append',
        call: 3,
        kind: 'before',
        error: new QuittanceError('STORE_FULL', 'full', { details: { outcome: 'absent' } }),
      },
    ])
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    await expect(ledger.succeed('acme', { reason: 'r', chainId: 'next' })).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await stored(memory, 'next')).toEqual([])
    const { end, start } = await ledgerOn(memory).succeed('acme', { reason: 'r', chainId: 'next' })
    expect([end.seq, start.seq]).toEqual([2, 0])
    const again = await ledgerOn(memory).succeed('acme', { reason: 'another', chainId: 'next' })
    expect(again).toEqual({ end, start })
    expect((await stored(memory)).length + (await stored(memory, 'next')).length).toBe(4)
  })

  test('does not end a chain whose successor is another chain already', async () => {
    const store = memoryStore()
    const ledger = ledgerOn(store)
    await ledger.append(draft())
    const other = await ledger.append(draft({ chainId: 'acme/2' }))
    await expect(ledger.succeed('acme', { reason: 'r' })).rejects.toMatchObject({
      code: 'STORE_CONFLICT',
      details: { chainId: 'acme/2', outcome: 'absent', actual: { seq: other.seq, receiptHash: other.receiptHash } },
    })
    expect((await ledger.append(draft())).seq).toBe(2)
    expect((await ledger.succeed('acme', { reason: 'r', chainId: 'acme/3' })).start.chainId).toBe('acme/3')
    await expect(ledger.succeed('acme', { reason: 'r', chainId: 'acme/4' })).rejects.toMatchObject({
      code: 'LEDGER_CHAIN_ENDED',
    })
  })

  test('a chain that has not begun can not end', async () => {
    await expect(ledgerOn(memoryStore()).succeed('acme', { reason: 'r' })).rejects.toThrow(RangeError)
    await expect(ledgerOn(memoryStore()).succeed('acme', { reason: 'r', chainId: 'acme' })).rejects.toThrow(RangeError)
    await expect(ledgerOn(memoryStore()).succeed('../x', { reason: 'r' })).rejects.toThrow(RangeError)
  })

  test('by a delegate carries its certificate into the successor', async () => {
    const store = memoryStore()
    const ledger = createLedger({ store, keys: await delegatedBy(keyNamed('root'), keyNamed('d')), redactor: false })
    await ledger.append(draft())
    const { start } = await ledger.succeed('acme', { reason: 'r' })
    expect(start.key?.event).toBe('delegate')
    expect((await verifyChain(await stored(store, 'acme/2'), { keyring: await ledger.keyring() })).verdict).toBe(
      'VALID',
    )
  })
})
