import { describe, expect, test, vi } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import type { KeyProvider } from '../../src/keys/provider.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { memoryStore } from '../../src/store/memory.js'
import type { ReceiptStore } from '../../src/store/store.js'
import {
  type Fault,
  type FaultPlan,
  faultyStore,
  type PlannedFault,
  type StoreMethod,
} from '../../src/testing/faulty-store.js'
import { verifyChain } from '../../src/verify/chain.js'
import { draft, keyNamed, stored } from './support.js'

interface Outcome {
  readonly receiptId: string
  readonly receipt?: DecisionReceipt
  readonly error?: QuittanceError
}

async function appendMany(ledger: Ledger, count: number, timeoutMs = 5_000): Promise<Outcome[]> {
  return Promise.all(
    Array.from({ length: count }, async (): Promise<Outcome> => {
      const one = draft()
      const { receiptId } = one
      try {
        return { receiptId, receipt: await ledger.append(one, { timeoutMs }) }
      } catch (error) {
        return { receiptId, error: error as QuittanceError }
      }
    }),
  )
}

/** What callers were told, held against what the store has. */
async function expectTruth(store: ReceiptStore, ledger: Ledger, outcomes: readonly Outcome[]): Promise<void> {
  const chain = await stored(store)
  const byId = new Map(chain.map((receipt) => [receipt.receiptId, receipt]))
  expect(byId.size, 'no id twice').toBe(chain.length)
  for (const { receiptId, receipt, error } of outcomes) {
    if (receipt) expect(byId.get(receiptId)).toEqual(receipt)
    else if (error?.details.outcome === 'absent') expect(byId.has(receiptId), 'told absent, but there').toBe(false)
    else expect(error?.details.outcome).toBe('unknown')
  }
  if (chain.length > 0) {
    const { verdict, problems } = await verifyChain(chain, { keyring: await ledger.keyring() })
    expect({ verdict, problems }).toEqual({ verdict: 'VALID', problems: [] })
  }
  expect(chain.filter(({ system }) => system?.event === 'chain_start').length).toBeLessThanOrEqual(1)
}

const definite = (code: 'STORE_FULL' | 'STORE_PERMISSION' | 'STORE_LOCKED' | 'STORE_CORRUPT'): QuittanceError =>
  new QuittanceError(code, 'planned', { details: { outcome: 'absent' } })

describe('faults that pass are waited out: nothing is lost, nothing is doubled', () => {
  const forms: readonly Fault[] = [
    { kind: 'before' },
    { kind: 'after' },
    { kind: 'before', error: new TypeError('fetch failed') },
    { kind: 'after', error: new TypeError('fetch failed') },
    {
      kind: 'before',
      error: new QuittanceError('STORE_UNAVAILABLE', 'away', { details: { outcome: 'absent', retryable: true } }),
    },
    { kind: 'delay', ms: 5 },
  ]
  const parts: readonly Fault[] = [0, 1, 2, 3].map((count) => ({ kind: 'partial', count }))
  const methods: readonly StoreMethod[] = ['head', 'append', 'get', 'state.get']
  const cases = methods.flatMap((method) =>
    [...forms, ...(method === 'append' ? parts : [])].flatMap((fault) =>
      [1, 2, 3].map((call): [string, PlannedFault[]] => [
        `${method} #${call} ${JSON.stringify(fault)}${'error' in fault ? ` ${String(fault.error)}` : ''}`,
        // a fault of get only shows where get is called: after an append whose answer was lost
        [
          ...(method === 'get' ? [{ method: 'append', call: 1, kind: 'partial', count: 2 } as PlannedFault] : []),
          { ...fault, method, call },
        ],
      ]),
    ),
  )

  test.each(cases)('%s', async (_, plan) => {
    const memory = memoryStore()
    const ledger = createLedger({ store: faultyStore(memory, plan), keys: keyNamed('a'), redactor: false })
    const outcomes: Outcome[] = []
    for (let round = 0; round < 3; round += 1) outcomes.push(...(await appendMany(ledger, 4)))
    expect(outcomes.map(({ error }) => error)).toEqual(outcomes.map(() => undefined))
    await expectTruth(memory, ledger, outcomes)
    expect((await stored(memory)).length).toBe(13)
  })

  test('faults at random, in every method and form', async () => {
    let seed = 12345
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed / 0x7fffffff
    }
    const plan: FaultPlan = ({ method }) => {
      if (!['append', 'head', 'get', 'state.get'].includes(method) || random() > 0.15) return undefined
      const kinds: Fault[] = [
        { kind: 'before' },
        { kind: 'after' },
        { kind: 'before', error: new Error('x') },
        { kind: 'after', error: new Error('x') },
      ]
      if (method === 'append') kinds.push({ kind: 'partial', count: 1 }, { kind: 'partial', count: 3 })
      return kinds[Math.floor(random() * kinds.length)]
    }
    const memory = memoryStore()
    const ledger = createLedger({ store: faultyStore(memory, plan), keys: keyNamed('a'), redactor: false })
    const outcomes: Outcome[] = []
    for (let round = 0; round < 25; round += 1) outcomes.push(...(await appendMany(ledger, 1 + (round % 5), 20_000)))
    expect(outcomes.filter(({ error }) => error)).toEqual([])
    await expectTruth(memory, ledger, outcomes)
    expect((await stored(memory)).length).toBe(outcomes.length + 1)
  })

  test('each is told as a retry event', async () => {
    const ledger = createLedger({
      store: faultyStore(
        memoryStore(),
        [1, 2].map((call) => ({ method: 'append', call, kind: 'before' })),
      ),
      keys: keyNamed('a'),
      redactor: false,
    })
    const retries: LedgerEvents['retry'][] = []
    ledger.on('retry', (event) => retries.push(event))
    await ledger.append(draft())
    expect(retries.map(({ chainId, attempt }) => [chainId, attempt])).toEqual([
      ['acme', 1],
      ['acme', 2],
    ])
    expect(retries[0]?.error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  test('a key provider that is away is waited for', async () => {
    const keys = keyNamed('a')
    let away = 3
    const shaky: KeyProvider = {
      async signer(options) {
        if (away > 0) {
          away -= 1
          throw new QuittanceError('KEY_UNAVAILABLE', 'away')
        }
        const signer = await keys.signer(options)
        let fails = 1
        return {
          keyId: signer.keyId,
          sign: async (message) => {
            if (fails > 0) {
              fails -= 1
              throw new QuittanceError('KEY_UNAVAILABLE', 'throttled', { details: { retryable: true } })
            }
            return signer.sign(message)
          },
        }
      },
      publicKeys: () => keys.publicKeys!(),
    }
    // the signer is made anew at each attempt, so it fails for ever; the second provider keeps one
    const patient = createLedger({ store: memoryStore(), keys: shaky, redactor: false, timeoutMs: 200 })
    await expect(patient.append(draft())).rejects.toMatchObject({
      code: 'LEDGER_TIMEOUT',
      details: { outcome: 'absent' },
      cause: { code: 'KEY_UNAVAILABLE' },
    })
    away = 3
    let made: ReturnType<KeyProvider['signer']> | undefined
    const once: KeyProvider = {
      ...shaky,
      signer(options) {
        if (away > 0) return shaky.signer(options)
        made ??= shaky.signer(options)
        return made
      },
    }
    const ledger = createLedger({ store: memoryStore(), keys: once, redactor: false })
    expect((await ledger.append(draft())).seq).toBe(1)
  })
})

describe('faults that do not pass are told, with the truth', () => {
  test.each(['STORE_FULL', 'STORE_PERMISSION', 'STORE_LOCKED', 'STORE_CORRUPT'] as const)(
    '%s of an append',
    async (code) => {
      const memory = memoryStore()
      const ledger = createLedger({
        store: faultyStore(memory, [{ method: 'append', call: 1, kind: 'before', error: definite(code) }]),
        keys: keyNamed('a'),
        redactor: false,
      })
      const outcomes = await appendMany(ledger, 3)
      expect(outcomes.map(({ error }) => [error?.code, error?.details.outcome, error?.details.receiptId])).toEqual(
        outcomes.map(({ receiptId }) => [code, 'absent', receiptId]),
      )
      await expectTruth(memory, ledger, outcomes)
      // the ledger goes on
      await expectTruth(memory, ledger, await appendMany(ledger, 3))
      expect(await stored(memory)).toHaveLength(4)
    },
  )

  test.each(['head', 'state.get'] as const)('a definite fault of %s', async (method) => {
    const memory = memoryStore()
    const ledger = createLedger({
      store: faultyStore(memory, [{ method, call: 1, kind: 'before', error: definite('STORE_PERMISSION') }]),
      keys: keyNamed('a'),
      redactor: false,
    })
    const outcomes = await appendMany(ledger, 2)
    expect(outcomes.map(({ error }) => [error?.code, error?.details.outcome])).toEqual([
      ['STORE_PERMISSION', 'absent'],
      ['STORE_PERMISSION', 'absent'],
    ])
    await expectTruth(memory, ledger, [...outcomes, ...(await appendMany(ledger, 2))])
  })

  test('a fault that leaves it open is told as unknown where it does not pass', async () => {
    const memory = memoryStore()
    const error = new QuittanceError('STORE_IO', 'the disk', { details: { retryable: false } })
    const ledger = createLedger({
      store: faultyStore(memory, [{ method: 'append', call: 1, kind: 'after', error }]),
      keys: keyNamed('a'),
      redactor: false,
    })
    const outcomes = await appendMany(ledger, 2)
    expect(outcomes.map((one) => [one.error?.code, one.error?.details.outcome])).toEqual([
      ['STORE_IO', 'unknown'],
      ['STORE_IO', 'unknown'],
    ])
    await expectTruth(memory, ledger, [...outcomes, ...(await appendMany(ledger, 2))])
  })

  test('after an ambiguous failure a definite one leaves it unknown', async () => {
    const memory = memoryStore()
    const plan: PlannedFault[] = [
      { method: 'append', call: 1, kind: 'before' },
      { method: 'append', call: 2, kind: 'before', error: definite('STORE_FULL') },
    ]
    const ledger = createLedger({ store: faultyStore(memory, plan), keys: keyNamed('a'), redactor: false })
    const [outcome] = await appendMany(ledger, 1)
    expect(outcome?.error).toMatchObject({ code: 'STORE_FULL', details: { outcome: 'unknown' } })
  })

  test('a key that can not sign', async () => {
    const { keyId } = await keyNamed('a').signer()
    const cases: [KeyProvider, string][] = [
      [
        {
          signer: async () => {
            throw new QuittanceError('KEY_NOT_FOUND', 'no key')
          },
        },
        'KEY_NOT_FOUND',
      ],
      [
        {
          signer: async () => {
            throw new Error('secret in here')
          },
        },
        'KEY_SIGNING_FAILED',
      ],
      [
        {
          signer: async () => ({
            keyId,
            sign: async () => {
              throw new Error('secret in here')
            },
          }),
        },
        'KEY_SIGNING_FAILED',
      ],
      [{ signer: async () => ({ keyId, sign: async () => new Uint8Array(63) }) }, 'KEY_SIGNING_FAILED'],
      [{ signer: async () => ({ keyId, sign: async () => 'x' as never }) }, 'KEY_SIGNING_FAILED'],
    ]
    for (const [keys, code] of cases) {
      const store = memoryStore()
      const ledger = createLedger({ store, keys, redactor: false })
      const outcomes = await appendMany(ledger, 3)
      for (const { error } of outcomes) {
        expect(error).toMatchObject({ code, details: { outcome: 'absent', chainId: 'acme' } })
        expect(error?.message).not.toContain('secret')
      }
      expect(await stored(store)).toEqual([])
    }
  })

  test('an order that fails by itself takes nobody with it', async () => {
    const ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false })
    const settled = await Promise.allSettled([
      ledger.append(draft()),
      ledger.gap('acme', { from: 'yesterday', to: 'today', reason: 'outage' }),
      ledger.append(draft({ subject: 'nobody' })),
      ledger.append(draft()),
    ])
    expect(
      settled.map((one) => (one.status === 'fulfilled' ? one.value.seq : (one.reason as QuittanceError).code)),
    ).toEqual([1, 'RECEIPT_INVALID', 'LEDGER_SECRET_REQUIRED', 2])
  })

  test('a store that contradicts itself about an id does not keep anybody waiting', async () => {
    const memory = memoryStore()
    const error = new QuittanceError('STORE_ID_EXISTS', 'planned', { details: { outcome: 'absent' } })
    const ledger = createLedger({
      store: faultyStore(memory, [{ method: 'append', call: 'every', kind: 'before', error }]),
      keys: keyNamed('a'),
      redactor: false,
    })
    const outcomes = await appendMany(ledger, 2)
    expect(outcomes.map((one) => [one.error?.code, one.error?.details.outcome])).toEqual([
      ['STORE_ID_EXISTS', 'absent'],
      ['STORE_ID_EXISTS', 'absent'],
    ])
  })
})

test('on the memory store an append needs no timer', async () => {
  vi.useFakeTimers()
  try {
    const ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false })
    await ledger.append(draft())
    await Promise.all([ledger.append(draft()), ledger.append(draft())])
    expect(vi.getTimerCount()).toBe(0)
    await ledger.close()
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
