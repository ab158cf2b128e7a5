// What a ReceiptCollector costs by itself: made, filled, and drafted, without the ledger's sealing and signing.
// `node bench/collector.mjs` prints the figures.
import { bundled } from './bundled.mjs'
import { race } from './measure.mjs'

export async function collector(options) {
  const { ReceiptCollector, currentCollector } = await bundled('collector', {
    ReceiptCollector: 'collector/collector.ts',
    currentCollector: 'collector/index.ts',
  })
  const ledger = { append: () => Promise.reject(new Error('nothing is appended here')) }
  const filled = () =>
    new ReceiptCollector({ ledger, tenantId: 'acme-credit', systemId: 'scoring', sessionId: 'application-48151623' })
      .setInput('an application')
      .addCheck('affordability', { score: 0.31, threshold: 0.8, op: 'gte' })
      .setOutput('granted')
      .setAction('allow')
      .setModel({ modelId: 'scorecard-7' })
  return await race(
    {
      made: (n) => {
        for (let i = 0; i < n; i += 1) filled()
      },
      drafted: async (n) => {
        for (let i = 0; i < n; i += 1) await filled().draft()
      },
      inContext: async (n) => {
        const emitting = {
          append: async (draft) => {
            if (draft.eventType !== 'decision') throw new Error('another draft')
          },
        }
        for (let i = 0; i < n; i += 1) {
          await new ReceiptCollector({ ledger: emitting, tenantId: 'acme-credit', systemId: 'scoring' }).run((own) => {
            if (currentCollector() !== own) throw new Error('no context')
            own
              .setInput('an application')
              .addCheck('affordability', { score: 0.31, threshold: 0.8, op: 'gte' })
              .setOutput('granted')
              .setAction('allow')
          })
        }
      },
    },
    { roundMs: 50, rounds: 40, ...options },
  )
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const rates = await collector(process.argv.includes('--short') ? { roundMs: 4, rounds: 500 } : {})
  const us = (rate) => `${(1e6 / rate).toFixed(1)} µs`
  console.log(`a collector made and filled: ${us(rates.made)}`)
  console.log(`the same and its draft: ${us(rates.drafted)}`)
  console.log(`run(): context, facts, draft, hand-over to a ledger that does nothing: ${us(rates.inContext)}`)
}
