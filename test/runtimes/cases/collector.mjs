/** The collector: its context across awaits, and the streams of both kinds. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { currentCollector } from 'quittance'
import { testLedger } from 'quittance/testing'
import { sha256 } from './same.mjs'
import { all, collect } from './support.mjs'

export const collectorCases = [
  {
    name: 'collector: the current one is found across awaits, timers and microtasks',
    async run() {
      const ledger = testLedger()
      await collect(ledger).run(async (collector) => {
        await pause(1)
        currentCollector().addTag('timer')
        await new Promise((resolve) => queueMicrotask(resolve))
        currentCollector().addTag('microtask')
        await new Promise((resolve) => setImmediate(resolve))
        assert.equal(currentCollector(), collector)
        await collect(ledger).run((inner) => {
          assert.equal(currentCollector(), inner)
          inner.setAction('allow')
        })
        assert.equal(currentCollector(), collector)
        collector.setAction('allow')
      })
      assert.equal(currentCollector(), undefined)
      const decisions = (await ledger.receipts('acme')).filter(({ eventType }) => eventType === 'decision')
      assert.equal(decisions.length, 2)
      assert.equal(decisions[0].parentReceiptId, decisions[1].receiptId)
      assert.deepEqual([...decisions[1].tags].sort(), ['microtask', 'timer'])
    },
  },
  {
    name: 'collector: a handler that throws leaves a receipt with its error, and the error goes on',
    async run() {
      const ledger = testLedger()
      const fault = new Error('boom')
      await assert.rejects(
        collect(ledger).run(() => {
          throw fault
        }),
        (error) => error === fault,
      )
      const [, receipt] = await ledger.receipts('acme')
      assert.equal(receipt.details.error.message, 'boom')
    },
  },
  {
    name: 'collector: a web stream passes through and is hashed at its end',
    async run() {
      const ledger = testLedger()
      const stream = new ReadableStream({
        start(controller) {
          for (const part of ['Hel', 'lo']) controller.enqueue(part)
          controller.close()
        },
      })
      const piped = collect(ledger).setAction('allow').pipeOutput(stream)
      assert.deepEqual(await all(piped), ['Hel', 'lo'])
      const [, receipt] = await ledger.receipts('acme')
      assert.equal(receipt.output.hash, await sha256('Hello'))
    },
  },
  {
    name: 'collector: a web stream that is cancelled leaves a receipt that says so',
    async run() {
      const ledger = testLedger()
      const stream = new ReadableStream({
        pull(controller) {
          controller.enqueue('more')
        },
      })
      const reader = collect(ledger).pipeOutput(stream).getReader()
      await reader.read()
      await reader.cancel()
      const [, receipt] = await ledger.receipts('acme')
      assert.equal(receipt.error.code, 'STREAM_CANCELLED')
    },
  },
  {
    name: "collector: a stream of Node's passes through and is hashed at its end",
    async run() {
      const ledger = testLedger()
      const parts = [Buffer.from([1, 2]), Buffer.from([3])]
      const piped = collect(ledger).setAction('allow').pipeOutput(Readable.from(parts))
      assert.deepEqual(Buffer.concat(await all(piped)), Buffer.from([1, 2, 3]))
      const [, receipt] = await ledger.receipts('acme')
      assert.equal(receipt.output.hash, await sha256(Uint8Array.of(1, 2, 3)))
    },
  },
]
