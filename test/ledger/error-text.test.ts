/** Long words of an error are cut after redaction, so that no value is cut in two and left. */
import { describe, expect, it } from 'vitest'
import { ReceiptCollector } from '../../src/collector/collector.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { piiRedactor } from '../../src/pii/pii-redactor.js'
import { memoryStore } from '../../src/store/memory.js'
import { keyNamed } from './support.js'

const errorOf = async (message: string) => {
  await using ledger = createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: piiRedactor() })
  const receipt = await new ReceiptCollector({ ledger, tenantId: 'acme' }).setError(new Error(message)).emit()
  return receipt.details?.error as { message: string; stack: string }
}

describe('the words of an error', () => {
  it('hold no part of a value, wherever they are cut', async () => {
    for (const value of ['4111 1111 1111 1111', 'alice.miller@example.com', 'DE89 3704 0044 0532 0130 00']) {
      for (let before = 8_192 - value.length - 2; before <= 8_192; before += 3) {
        const { message, stack } = await errorOf(`${'word '.repeat(2_000).slice(0, before - 1)} ${value} and more`)
        for (const part of [value.slice(0, 9), value.slice(0, 14)]) {
          expect(message).not.toContain(part)
          expect(stack).not.toContain(part)
        }
      }
    }
  })

  it('are cut to 8,192 characters, and say so', async () => {
    const { message } = await errorOf('é'.repeat(9_000))
    expect(message).toBe(`${'é'.repeat(8_192)} [cut: 9000 characters]`)
    expect((await errorOf('é'.repeat(8_192))).message).toBe('é'.repeat(8_192))
    const split = await errorOf(`${'x'.repeat(8_191)}😀😀`)
    expect(split.message.isWellFormed()).toBe(true)
  })
})
