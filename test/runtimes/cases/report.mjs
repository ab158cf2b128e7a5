/** Reports: the same receipts, the same figures. */
import assert from 'node:assert/strict'
import { Keyring } from 'quittance'
import { buildReport, toHtml, toJson, toMarkdown } from 'quittance/report'
import { testReceiptKeyId, testReceipts } from 'quittance/testing'
import { sha256 } from './same.mjs'

function build() {
  const receipts = testReceipts({
    chainId: 'acme',
    count: 120,
    body: (seq) => ({
      latencyMs: 10 + ((seq * 37) % 101) / 3,
      checks: [
        { name: 'safety', score: ((seq * 53) % 97) / 97, threshold: 0.8, op: 'gte', fired: (seq * 53) % 97 >= 78 },
      ],
      action: seq % 9 === 0 ? 'reject' : 'allow',
    }),
  })
  return buildReport(receipts, {
    chainId: 'acme',
    period: { from: '2026-01-01', until: '2026-02-01' },
    keyring: new Keyring([testReceiptKeyId()]),
    now: new Date('2026-03-01T00:00:00.000Z'),
    system: { name: 'Credit scoring', deployer: 'Example Bank', intendedPurpose: 'Credit decisions' },
  })
}

/**
 * @param tell - takes a name and a digest of something that must be the same on every runtime
 * @returns the cases
 */
export const reportCases = (tell) => [
  {
    name: 'report: the same receipts give the same report',
    async run() {
      const report = await build()
      assert.deepEqual([report.verdict, report.period.receipts], ['VALID', 120])
      // engines differ in the last places of a logarithm
      const figures = JSON.stringify(JSON.parse(toJson(report)), (_name, value) =>
        typeof value === 'number' ? Number(value.toPrecision(12)) : value,
      )
      tell('report to twelve places', await sha256(figures))
      tell('report in Markdown', await sha256(toMarkdown(report, { locale: 'de' })))
      assert.match(toHtml(report), /^<!doctype html>/i)
    },
  },
]
