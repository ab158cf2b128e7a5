/** What the default redactor makes of texts. */
import assert from 'node:assert/strict'
import { createLedger, lineOf } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { piiRedactor } from 'quittance/pii'
import { memoryStore } from 'quittance/store/memory'
import { sha256 } from './same.mjs'
import { collect } from './support.mjs'

/** Texts, and what the default set makes of them. */
export const redacted = [
  ['Write to jo@example.com or call +49 30 901820.', 'Write to [EMAIL] or call [PHONE].'],
  ['IBAN DE89 3704 0044 0532 0130 00, card 4111 1111 1111 1111', 'IBAN [IBAN], card [CREDIT_CARD]'],
  ['from 192.0.2.1 and 2001:db8::1', 'from [IP] and [IP]'],
  ['write to jo\u200b@exam\u00adple.com', 'write to [EMAIL]'],
  ['\uff4a\uff4f\uff20\uff45\uff58\uff41\uff4d\uff50\uff4c\uff45\uff0e\uff43\uff4f\uff4d', '[EMAIL]'],
  ['nothing here but a caf\u00e9 and 42', 'nothing here but a caf\u00e9 and 42'],
]

export const redactionCases = [
  ...redacted.map(([text, expected], index) => ({
    name: `redaction: text ${index + 1}`,
    run: () => assert.equal(piiRedactor().redact(text, { path: 'input', kind: 'text' }).text, expected),
  })),
  {
    name: 'redaction: a receipt holds no trace of what was said, and counts it',
    async run() {
      const ledger = createLedger({
        store: memoryStore(),
        keys: localKey({ ephemeral: true }),
        redactor: piiRedactor(),
      })
      const receipt = await collect(ledger)
        .setInput({ mail: 'jo@example.com', note: 'call +49 30 901820' })
        .setDetail('rationale', 'as jo@example.com asked')
        .setAction('allow')
        .emit()
      assert.doesNotMatch(lineOf(receipt), /jo@|901820/)
      assert.deepEqual({ ...receipt.input.redactions }, { EMAIL: 1, PHONE: 1 })
      assert.equal(receipt.input.hash, await sha256('{"mail":"[EMAIL]","note":"call [PHONE]"}'))
      await ledger.close()
    },
  },
]
