/** Copies that say something else than what was sealed, texts that want to be more than text, and chains of several keys. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ReceiptCollector } from '../../../src/collector/collector.js'
import { delegatedKey } from '../../../src/keys/delegated.js'
import { Keyring } from '../../../src/keys/keyring.js'
import { localKey } from '../../../src/keys/local.js'
import { createLedger } from '../../../src/ledger/ledger.js'
import { lineOf } from '../../../src/receipt/seal.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import { toHtml } from '../../../src/report/html/to-html.js'
import { reportDigest } from '../../../src/report/json.js'
import { sealReport } from '../../../src/report/seal.js'
import type { Report, ReportSeal } from '../../../src/report/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import { verifyReceipt } from '../../../src/verify/receipt.js'
import { hostileTexts, makeSample, sample, sampleReport } from '../support/sample.js'
import { createReader, falsified, give, type Opened, type Reader, verdictOf, verdictText } from './support.js'

let reader: Reader
let report: Report
let html: string
let sealed: string
let keyId: string

beforeAll(async () => {
  reader = await createReader()
  report = await sampleReport()
  html = toHtml(report)
  const own = await makeSample()
  // a store that may be written to
  const { period, keyring, now } = own
  const before = await buildReport(own.store, { period, keyring, now })
  sealed = toHtml(before, { seal: await sealReport(before, { ledger: own.ledger }) })
  keyId = own.keyring.entries()[0]?.keyId as string
})
afterAll(() => reader.close())

const checks = ({ page }: Opened) =>
  page.locator('#page-checks li').evaluateAll((items) => items.map(({ className }) => className))
const codes = ({ page }: Opened) => page.locator('#page-findings td:nth-child(2)').allInnerTexts()

/** The first line of the excerpt with a text in it, and what it is. */
function lineWith(of: Report, text: string): { index: number; receipt: DecisionReceipt } {
  const lines = of.excerpt.ranges[0]?.lines ?? []
  const index = lines.findIndex((line) => line.includes(text))
  return { index, receipt: JSON.parse(lines[index] as string) as DecisionReceipt }
}

describe('a tampered copy turns red and names what it is', () => {
  test('a changed member', async () => {
    const { index, receipt } = lineWith(report, '"action":"reject"')
    const opened = await reader.open(
      falsified(html, ({ excerpt }) => {
        const { lines } = excerpt.ranges[0] as { lines: string[] }
        lines[index] = (lines[index] as string).replace('"action":"reject"', '"action":"allow"')
      }),
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    const said = await verdictText(opened.page)
    expect(said).toContain(`receipt ${receipt.seq} of chain ${receipt.chainId} (${receipt.receiptId}): HASH_MISMATCH`)
    expect(await codes(opened)).toEqual(['HASH_MISMATCH'])
    // the digest and the counts tell of it too
    expect(await checks(opened)).toEqual(['differs', 'differs', 'unknown', 'differs', 'unknown'])
    await opened.page.locator('#page-findings a.receipt').click()
    const row = opened.page.locator(`[id="r-${receipt.chainId}-${receipt.seq}"]`)
    expect(await row.locator('.state').innerText()).toContain('HASH_MISMATCH')
    expect(await row.getAttribute('class')).toBe('bad')
    // and trust in the key makes it no better
    await give(opened.page, keyId)
    expect(await verdictOf(opened.page)).toBe('INVALID')
  })

  test('a line that was cut out, and one at either end', async () => {
    for (const [cut, seq] of [
      [40, 40],
      [0, 0],
      [-1, report.excerpt.ranges[0]?.toSeq as number],
    ] as const) {
      const opened = await reader.open(
        falsified(html, ({ excerpt }) => {
          ;(excerpt.ranges[0] as { lines: string[] }).lines.splice(cut, 1)
        }),
      )
      expect(await verdictOf(opened.page)).toBe('INVALID')
      expect(await verdictText(opened.page)).toContain(`receipt ${seq} of chain brook-savings`)
      expect(await codes(opened)).toEqual(['SEQ_GAP'])
    }
  })

  test('a changed figure', async () => {
    const opened = await reader.open(
      falsified(html, ({ figures }) => {
        figures.failure.estimate.count = 0
      }),
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(await checks(opened)).toEqual(['holds', 'differs', 'unknown', 'holds', 'unknown'])
    expect(await verdictText(opened.page)).toContain('another digest')
  })

  test('a changed figure whose digest was made anew: the receipts are counted again', async () => {
    const opened = await reader.open(
      falsified(html, (changed, page) => {
        const [first] = changed.figures.counts.actions.labels
        if (first) first.count += 1
        page.digest = reportDigest(changed as Report)
      }),
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(await checks(opened)).toEqual(['holds', 'holds', 'unknown', 'differs', 'unknown'])
    expect(await verdictText(opened.page)).toContain('actions of decisions')
  })

  test('a changed figure that only the seal tells of', async () => {
    const untouched = await reader.open(sealed)
    expect(await verdictOf(untouched.page)).toBe('CONSISTENT')
    expect(await checks(untouched)).toEqual(['holds', 'holds', 'holds', 'holds', 'unknown'])
    await give(untouched.page, keyId)
    expect(await verdictOf(untouched.page)).toBe('VALID')

    const opened = await reader.open(
      falsified(sealed, (changed, page) => {
        changed.figures.failure.estimate.count = 0
        page.digest = reportDigest(changed as Report)
        if (page.seal) page.seal.digest = page.digest as ReportSeal['digest']
      }),
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(await checks(opened)).toEqual(['holds', 'holds', 'differs', 'holds', 'unknown'])
    expect(await verdictText(opened.page)).toContain('seal names another digest')
  })

  test('another key’s name in the receipts', async () => {
    const { keyId: other } = await localKey({ seed: new Uint8Array(32).fill(3) }).signer()
    const opened = await reader.open(
      falsified(html, ({ excerpt }) => {
        const range = excerpt.ranges[0] as { lines: string[] }
        range.lines = range.lines.map((line) => line.replaceAll(keyId, other))
      }),
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(new Set(await codes(opened))).toEqual(new Set(['SIGNATURE_INVALID', 'HASH_MISMATCH']))
  })

  test('a chain signed anew by somebody else agrees with itself, and not with the signer’s fingerprint', async () => {
    const store = memoryStore()
    const forger = createLedger({
      store,
      keys: localKey({ seed: new Uint8Array(32).fill(5) }),
      redactor: false,
      retentionDays: 3650,
    })
    for (let index = 0; index < 5; index += 1)
      await new ReceiptCollector({ ledger: forger, tenantId: 'brook-savings' }).setAction('allow').emit()
    const keyring = await forger.keyring()
    const forged = await buildReport(store, { period: { from: '2020-01-01', until: '2100-01-01' }, keyring })
    const { page } = await reader.open(toHtml(forged))
    expect(await verdictOf(page)).toBe('CONSISTENT')
    await give(page, keyId)
    expect(await verdictOf(page)).toBe('INCOMPLETE')
    await give(page, keyring.entries()[0]?.keyId as string)
    expect(await verdictOf(page)).toBe('VALID')
    await forger.close()
  })

  test('what the report says against its own chain is not overlooked where that receipt is not in the file', async () => {
    const bad = await sampleReport({ tampered: true })
    expect(bad.verdict).toBe('INVALID')
    const { page } = await reader.open(toHtml(bad))
    expect(await verdictOf(page)).toBe('INVALID')
    await give(page, keyId)
    expect(await verdictOf(page)).toBe('INVALID')
  })

  test.each([
    ['no JSON', (text: string) => text.replace('"format":', '"format" ')],
    ['another format', (text: string) => text.replace('"quittance-report/1"', '"quittance-report/9"')],
  ])('data that is %s: the page says that nothing was verified', async (_, change) => {
    const { page } = await reader.open(change(html), { verified: false })
    await page.waitForSelector('#page-verdict[data-verdict=BROKEN]')
    expect(await page.locator('#page-trust').isVisible()).toBe(false)
  })
})

describe('whatever the browser can do', () => {
  const withoutEd25519 = (): void => {
    Object.defineProperty(window.crypto, 'subtle', { value: undefined })
  }
  const withoutRules = (): void => {
    Object.defineProperty(window.crypto.subtle, 'verify', { value: async () => true })
  }

  test.each([
    ['without Ed25519 of its own', withoutEd25519],
    ['with one that lets everything pass', withoutRules],
  ])('%s, the same is found', async (_, before) => {
    const fine = await reader.open(html, { before })
    expect(await verdictOf(fine.page)).toBe('CONSISTENT')
    const line = lineWith(report, '"action":"reject"')
    const opened = await reader.open(
      falsified(html, ({ excerpt }) => {
        const { lines } = excerpt.ranges[0] as { lines: string[] }
        const { signature } = line.receipt
        const other = signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0')
        lines[line.index] = (lines[line.index] as string).replace(signature, other)
      }),
      { before },
    )
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(await codes(opened)).toEqual(['SIGNATURE_INVALID'])
  })
})

describe('text from receipts', () => {
  test.each(['en', 'de'] as const)('stays text in %s', async (locale) => {
    const hostile = await sampleReport({ hostile: true })
    const page = toHtml(hostile, { locale })
    // three scripts of its own, and none more
    expect(page.match(/<script/g)).toHaveLength(3)
    const opened = await reader.open(page)
    expect(await opened.page.locator('script, img, iframe, object, embed, base, link').count()).toBe(3)
    // a whole page of receipts, each open
    await opened.page.evaluate(() => {
      for (;;) {
        const closed = document.querySelector<HTMLElement>('.open[aria-expanded=false]')
        if (closed === null) return
        closed.click()
      }
    })
    expect(await opened.page.locator('.whole pre').count()).toBe(50)
    expect(await opened.page.locator('#page-table img, #page-table script, #page-table b').count()).toBe(0)
    expect(
      await opened.page
        .locator('.whole pre')
        .allInnerTexts()
        .then((all) => all.join()),
    ).toContain('<script>alert(1)</script>')
    // what turns the writing direction is written out
    expect(await opened.page.evaluate(() => /[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText))).toBe(false)
    expect(await opened.page.locator('h1').innerText()).toContain(hostileTexts[0])
    expect(opened.dialogs).toEqual([])
    expect(opened.errors).toEqual([])
    expect(opened.requests).toEqual([])
    expect(await verdictOf(opened.page)).toBe('CONSISTENT')
  })

  test('a script or style that somebody adds to the page does not run', async () => {
    const added = html
      .replace('<main', '<script>document.title = "ran"</script><img src=x onerror="document.title=\'ran\'"><main')
      .replace('</head>', '<style>body { display: none }</style></head>')
    const { page, errors, requests } = await reader.open(added)
    expect(await page.title()).not.toBe('ran')
    expect(await page.locator('h1').isVisible()).toBe(true)
    // not even the image was asked for
    expect(requests).toEqual([])
    expect(errors.length).toBeGreaterThan(0)
    const injected = await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML('beforeend', '<b id="injected">x</b>')
      } catch (error) {
        return String(error)
      }
      return 'written'
    })
    expect(injected).toContain('TrustedHTML')
  })
})

describe('a chain of several keys', () => {
  test('delegates count under their root, and only where it may delegate', async () => {
    const store = memoryStore()
    const root = localKey({ seed: new Uint8Array(32).fill(7) })
    const { keyId: rootId } = await root.signer()
    // two processes, one after the other, each with a key of its own
    for (const count of [20, 10]) {
      const ledger = createLedger({
        store,
        keys: delegatedKey({ root, chains: ['acme'] }),
        keyring: new Keyring([{ keyId: rootId, uses: ['receipt', 'delegate'] }]),
        redactor: false,
        retentionDays: 3650,
      })
      for (let index = 0; index < count; index += 1)
        await new ReceiptCollector({ ledger, tenantId: 'acme' }).setAction('allow').emit()
    }
    const keyring = new Keyring([{ keyId: rootId, uses: ['receipt', 'delegate'] }])
    const period = { from: '2020-01-01', until: '2100-01-01' }
    const own = await buildReport(store, { period, keyring, embed: 8 })
    expect(own.verdict).toBe('VALID')
    const opened = await reader.open(toHtml(own))
    expect(await verdictOf(opened.page)).toBe('CONSISTENT')
    expect(await opened.page.locator('#page-keys code').allInnerTexts()).toEqual([rootId])
    await give(opened.page, rootId)
    expect(await verdictOf(opened.page)).toBe('INVALID')
    expect(await codes(opened)).toContain('DELEGATION_INVALID')
    await opened.page.locator('input[name=use][value=delegate]').check()
    await give(opened.page, rootId)
    expect(await verdictOf(opened.page)).toBe('VALID')
  })

  test('the sample’s own receipts hold by the verifier of this package too', async () => {
    const { keyring } = await sample()
    for (const line of report.excerpt.ranges[0]?.lines ?? [])
      expect(verifyReceipt(line, { keyring }).verdict).toBe('VALID')
    const [first] = await (await sample()).receipts()
    expect(report.excerpt.ranges[0]?.lines[0]).toBe(lineOf(first as DecisionReceipt))
  })
})
