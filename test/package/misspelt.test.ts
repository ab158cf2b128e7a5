/** A misspelt option is refused: it would silently leave its default in force. */
import { describe, expect, it } from 'vitest'
import { createLedger, Keyring, ReceiptCollector, verifyChain } from '../../src/index.js'
import { localKey } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'

const untyped = (value: object) => value as never

describe('a misspelt option', () => {
  it('of createLedger is a TypeError that names it', () => {
    const options = {
      store: memoryStore(),
      keys: localKey({ ephemeral: true }),
      redactor: false,
      comitment: 'hmac-sha256',
    }
    expect(() => createLedger(untyped(options))).toThrow(new TypeError('options has no member "comitment"'))
  })

  it('of ReceiptCollector is a TypeError that names it', () => {
    const ledger = { append: () => Promise.reject(new Error('never called')) }
    expect(() => new ReceiptCollector(untyped({ ledger, tenantId: 'acme', chainID: 'x' }))).toThrow(
      new TypeError('options has no member "chainID"'),
    )
  })

  it('of fileStore is a TypeError that names it', () => {
    expect(() => fileStore('./receipts', untyped({ takeOverAfterMS: 5_000 }))).toThrow(
      new TypeError('options has no member "takeOverAfterMS"'),
    )
  })

  it('of a query is a TypeError that names it', async () => {
    const query = memoryStore().query?.(untyped({ chainId: 'acme', trace: 'trace-1' }))
    await expect(query?.[Symbol.asyncIterator]().next()).rejects.toThrow(new TypeError('query has no member "trace"'))
  })

  it('of verifyChain is a TypeError that names it, what is expected included', async () => {
    const keyring = new Keyring([])
    await expect(verifyChain([], untyped({ keyring, requiretail: true }))).rejects.toThrow(
      new TypeError('options has no member "requiretail"'),
    )
    await expect(verifyChain([], untyped({ keyring, expect: { heads: {} } }))).rejects.toThrow(
      new TypeError('options.expect has no member "heads"'),
    )
  })
})
