/** The `sed` expressions of docs/check-by-hand.md must cut exactly the right members out of any well-formed receipt. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../src/receipt/schema/describe.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import { textsOf } from '../../src/receipt/seal.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import { anyReceipt, type Json, type JsonObject } from './arbitraries.js'
import { jcs } from './jcs.js'
import { blocks, page } from './page.js'
import { requireTools, runScript } from './shell.js'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const uuid = '019a0000-0000-7000-8000-000000000009'
const signature = `ed25519:${'9'.repeat(128)}`

const own = `,"receiptHash":"${digest('8')}","receiptId":"${uuid}","seq":1,"signature":"${signature}"`

/** What someone would put into a receipt to lead a line tool astray; all of it well-formed. */
const decoys: readonly Json[] = [
  own,
  `"${own.slice(2)}`,
  `{"details":{"salt":""},"detailsHash":"${digest('8')}"`,
  { aa: 1, prevReceiptHash: digest('8'), principalId: 'a', receiptId: uuid, redactor: 1, retention: 2, seq: 3 },
  { aa: { prevReceiptHash: digest('8') }, receiptId: uuid, seq: [{ aa: 1, prevReceiptHash: digest('8') }] },
  { [`a${own}`]: { [own]: 1 }, '},"detailsHash":': 1, ',"details":{': 2 },
  ['},"detailsHash":', ',"details":{', { aa: 1, detailshash: 1, certificateSignature: signature }],
  { a: 1, receiptid: uuid, receiptIdentity: { seq: 1 }, signatureOf: signature, receiptHashOf: digest('8') },
]

/** The same within `details`, where the reserved names are free too. */
const freeDecoys: readonly Json[] = [
  ...decoys,
  {
    a: 1,
    details: { salt: '' },
    detailsHash: digest('8'),
    receiptHash: digest('8'),
    receiptId: uuid,
    seq: 1,
    signature,
  },
  [{ a: { b: { details: { c: 1 } } }, detailsHash: digest('8') }],
]

const extra = (from: readonly Json[]) =>
  fc.dictionary(fc.constantFrom('xA', 'xDecoy', 'xZ', `x"${own}`.replace('x"', 'xA"')), fc.constantFrom(...from), {
    maxKeys: 2,
    noNullPrototype: true,
  })

const linkWithHash = { chainId: 'a', receiptHash: digest('7'), receiptId: uuid, rel: 'corrects', xSeq: 1 }

/** Well-formed receipts with decoys at every place that takes them. */
const misleading: fc.Arbitrary<JsonObject> = fc
  .tuple(anyReceipt, extra(decoys), extra(decoys), extra(decoys), extra(freeDecoys), fc.boolean())
  .map(([receipt, top, link, capture, details, withLinks]) => ({
    ...receipt,
    ...top,
    ...(withLinks
      ? {
          links: [...((receipt.links as Json[] | undefined) ?? []), { ...linkWithHash, ...link }],
          capture: { method: 'a', ...capture },
        }
      : {}),
    ...(receipt.details === undefined && Object.keys(details).length === 0
      ? {}
      : {
          details: { salt: '0'.repeat(64), ...(receipt.details as JsonObject | undefined), ...details },
          detailsHash: digest('6'),
        }),
  }))

const text = page('check-by-hand.md')
const functions = blocks(text, 'sh')
  .flatMap((block) => block.match(/^\w+\(\) \{(?: .* \}|\n[\s\S]*?\n\})$/gm) ?? [])
  .join('\n')

let folder: string
beforeAll(async () => {
  await requireTools('sh', 'bash', 'sed', 'sha256sum')
  folder = mkdtempSync(join(tmpdir(), 'quittance-cut-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('the cuts of the page', { timeout: 120_000 }, () => {
  const receipts = fc.sample(misleading, { seed: 1848, numRuns: 3_000 })
  const lines = receipts.map(jcs)
  const printed = async (shell: string, command: string, input: readonly string[]): Promise<string[]> => {
    writeFileSync(join(folder, 'lines'), input.map((line) => `${line}\n`).join(''))
    const { status, output } = await runScript(shell, `export LC_ALL=C\n${functions}\n${command}`, folder)
    expect(status).toBe(0)
    return output.split('\n').slice(0, -1)
  }

  it('are tried on well-formed receipts only, with and without details', () => {
    expect(receipts.flatMap((receipt) => receiptFaults(receipt))).toEqual([])
    for (const [index, receipt] of receipts.entries()) expect(textsOf(receipt).line).toBe(lines[index])
    const withDetails = receipts.filter(({ details }) => details !== undefined).length
    expect(withDetails).toBeGreaterThan(500)
    expect(receipts.length - withDetails).toBeGreaterThan(500)
    expect(receipts.filter(({ eventType }) => eventType === 'retention').length).toBeGreaterThan(100)
    expect(receipts.filter(({ eventType }) => eventType === 'system').length).toBeGreaterThan(100)
  })

  it.each(['sh', 'bash'])('leave exactly the preimage, in %s', async (shell) => {
    const preimages = receipts.map(({ receiptHash: _hash, signature: _signature, details: _details, ...covered }) =>
      jcs(covered),
    )
    expect(await printed(shell, 'without_details < lines | without_proof', lines)).toEqual(preimages)
  })

  it('find the own hash, link, details hash and signature, each once a line', async () => {
    const members = (name: string) =>
      receipts.flatMap((receipt) => (receipt[name] === undefined ? [] : [receipt[name]]))
    expect(await printed('sh', 'without_details < lines | receipt_hash_of', lines)).toEqual(members('receiptHash'))
    expect(await printed('sh', 'without_details < lines | link_of', lines)).toEqual(members('prevReceiptHash'))
    expect(await printed('sh', 'without_details < lines | details_hash_of', lines)).toEqual(members('detailsHash'))
    const signatures = members('signature').map((member) => (member as string).slice('ed25519:'.length))
    expect(await printed('sh', 'without_details < lines | signature_of', lines)).toEqual(signatures)
  })

  it('are not to be had for less: the decoys lead a simpler cut astray', async () => {
    const preimages = receipts.map(({ receiptHash: _hash, signature: _signature, details: _details, ...covered }) =>
      jcs(covered),
    )
    for (const simpler of [
      `sed -E 's/,"receiptHash":"[^"]*"//; s/,"signature":"[^"]*"//'`,
      `sed -E 's/,"receiptHash":"[^"]*"(,"receiptId")/\\1/; s/,"signature":"[^"]*"//'`,
    ]) {
      const cut = await printed('sh', `without_details < lines | ${simpler}`, lines)
      expect(cut.filter((line, index) => line !== preimages[index]).length).toBeGreaterThan(100)
    }
    const shorter = await printed(
      'sh',
      `sed -E 's/,"details":[{][^}]*[}],"detailsHash":/,"detailsHash":/' < lines | without_proof`,
      lines,
    )
    expect(shorter.filter((line, index) => line !== preimages[index]).length).toBeGreaterThan(100)
  })

  it('print the details alone', async () => {
    const some = receipts.slice(0, 400)
    const details = some.flatMap((receipt) => (receipt.details === undefined ? [] : [jcs(receipt.details)]))
    expect(details.length).toBeGreaterThan(50)
    const command = `while IFS= read -r line; do printf '%s\\n' "$line" | only_details; done < lines`
    expect(await printed('bash', command, some.map(jcs))).toEqual(details)
  })
})

describe('what the cuts rest on', () => {
  const properties = receiptShape.json.properties as { readonly [name: string]: JsonSchema }
  const names = Object.keys(properties).toSorted()
  const between = (first: string, last: string) => names.slice(names.indexOf(first) + 1, names.indexOf(last))

  it('details are followed by detailsHash', () => {
    expect(between('details', 'detailsHash')).toEqual([])
  })

  it('receiptHash is followed by receiptId, and that by redactor, retention or seq', () => {
    expect(between('receiptHash', 'receiptId')).toEqual([])
    expect(between('receiptId', 'seq')).toEqual(['redactor', 'retention'])
    expect(receiptShape.json.required).toEqual(expect.arrayContaining(['receiptHash', 'receiptId', 'seq', 'chainId']))
  })

  it('what stands between prevReceiptHash and receiptHash can hold no brace and no quotation mark', () => {
    expect(between('prevReceiptHash', 'receiptHash')).toEqual([
      'principalId',
      'providerId',
      'pseudonymKeyId',
      'reasonCodes',
    ])
    for (const name of between('prevReceiptHash', 'receiptHash')) {
      const { items, pattern } = properties[name] as { items?: JsonSchema; pattern?: string }
      const source = (items?.pattern ?? pattern) as string
      for (const character of ['{', '}', '"', '\\']) {
        for (const around of ['a', `hmac-sha256:${'0'.repeat(63)}`])
          expect(new RegExp(source).test(around + character)).toBe(false)
      }
    }
  })
})
