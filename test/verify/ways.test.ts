/** What `verifyChain` is given: receipts, lines, or both in turn; and how it is given up. */
import { expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { linesOf, NOW, plainChain, trustOne } from './support.js'

const chain = plainChain(6)
const lines = linesOf(chain)
const options = { keyring: trustOne, now: NOW }
const without = <T>(items: readonly T[], at: number) => items.filter((_, index) => index !== at)

test('lines are counted from 1; receipts have none', async () => {
  const found = async (source: Iterable<DecisionReceipt | string>) => {
    const { problems, checked } = await verifyChain(source, options)
    expect([checked, problems.map(({ code, seq }) => `${code}@${seq}`)]).toEqual([5, ['SEQ_GAP@3']])
    return problems[0]
  }
  expect(await found(without(lines, 2))).toHaveProperty('line', 3)
  expect(await found(without(chain, 2))).not.toHaveProperty('line')
  const mixed = chain.map((receipt, index) => (index === 3 ? (lines[3] as string) : receipt))
  expect(await found(without(mixed, 2))).toHaveProperty('line', 3)
  const other = lines.map((line, index) => (index === 3 ? (chain[3] as DecisionReceipt) : line))
  expect(await found(without(other, 2))).not.toHaveProperty('line')
})

test('one text is no source of lines', async () => {
  await expect(verifyChain(lines.join('\n') as never, options)).rejects.toThrow(
    new TypeError('source must be receipts or lines, not one text'),
  )
})

test('an abort ends it before the next receipt, with its reason', async () => {
  const controller = new AbortController()
  let read = 0
  const source = (function* () {
    for (const receipt of chain) {
      read += 1
      if (read === 3) controller.abort('enough')
      yield receipt
    }
  })()
  const { signal } = controller
  await expect(verifyChain(source, { ...options, signal })).rejects.toMatchObject({
    code: 'VERIFY_ABORTED',
    message: expect.stringContaining('the verification was given up'),
    cause: 'enough',
  })
  expect(read).toBe(3)
})
