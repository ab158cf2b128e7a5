/** What must be the same wherever it is made, and receipts for another runtime to judge. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLedger, lineOf } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { piiRedactor } from 'quittance/pii'
import { fileStore } from 'quittance/store/file'
import { testLedger } from 'quittance/testing'
import { verifyDirectory } from 'quittance/verify/node'
import { redacted } from './redaction.mjs'
import { sha256 } from './same.mjs'
import { all, collect } from './support.mjs'

/**
 * @param place - a folder that stays: receipts and their keyring are left there
 * @param tell - takes a name and a digest of something that must be the same on every runtime
 * @returns the cases
 */
export const sharedCases = (place, tell) => [
  {
    name: 'shared: receipts for another runtime to verify',
    async run() {
      const store = fileStore(join(place, 'receipts'))
      const ledger = createLedger({ store, keys: localKey({ seed: '55'.repeat(32) }), redactor: piiRedactor() })
      for (let index = 0; index < 12; index += 1) {
        await collect(ledger, { chainId: `made/${index % 3}` })
          .setInput(`call +49 30 90182${index} \u{1f600}`)
          .setOutput({ b: index / 3, a: ['\u00e9', '\ufb33'] })
          .setAction('allow')
          .emit()
      }
      const keyring = await ledger.keyring()
      await ledger.close()
      await writeFile(join(place, 'keyring.json'), JSON.stringify(keyring))
      const results = await all(await verifyDirectory(join(place, 'receipts'), { keyring }))
      assert.deepEqual(
        results.map(({ result }) => [result.verdict, result.checked]),
        [
          ['VALID', 5],
          ['VALID', 5],
          ['VALID', 5],
        ],
      )
    },
  },
  {
    name: 'shared: the same calls give the same bytes',
    async run() {
      const ledger = testLedger()
      for (let index = 0; index < 20; index += 1) {
        await collect(ledger)
          .setInput({ [`\u{1f600}${index}`]: index / 7, ä: 1e-7 * index })
          .addCheck('risk', { op: 'gt', score: index / 19, threshold: 0.5 })
          .setDetail('rationale', `text ${index} \u00e9`)
          .setAction('allow')
          .emit()
      }
      const lines = (await ledger.receipts()).map(lineOf).join('\n')
      assert.equal(lines.split('\n').length, 21)
      tell('ledger', await sha256(lines))
    },
  },
  {
    name: 'shared: redaction finds the same',
    async run() {
      const corpus = [
        ...redacted.map(([text]) => text),
        'Prénom José, né le 14 juillet 1975, tél. 01 42 68 53 00, NIR 1 75 07 75 123 456 47',
        'Passwort: Xk3!vv9Qp#1 und token ghp_0123456789abcdefghijklmnopqrstuvwxyzAB',
        'שלום a@b.example ١٢٣٤ +972 3 607 4444 中文 +86 10 6552 9988 한국 02-312-3456',
        '👩‍👩‍👧‍👦 mail：jo＠example.com ﷽ 𝟜𝟚 call (212) 555-0123 or 555.012.3456',
        'GB82WEST12345698765432 / 5500 0000 0000 0004 / 340000000000009 / 10.0.0.1:8080 / ::ffff:192.0.2.9',
      ]
      const redactor = piiRedactor()
      const results = corpus.map((text) => redactor.redact(text, { path: 'input', kind: 'text' }))
      tell('redaction', await sha256(JSON.stringify(results)))
    },
  },
]
