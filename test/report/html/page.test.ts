/** The page in a real browser: opened from a file, by people of two languages, on screens, paper and with a screen reader. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localKey } from '../../../src/keys/local.js'
import { toHtml } from '../../../src/report/html/to-html.js'
import { reportDigest } from '../../../src/report/json.js'
import type { Report } from '../../../src/report/types.js'
import { sample, sampleReport } from '../support/sample.js'
import { createReader, give, type Reader, verdictOf, verdictText, violationsOf } from './support.js'

let reader: Reader
let report: Report
let keyId: string
let html: string

beforeAll(async () => {
  reader = await createReader()
  report = await sampleReport()
  html = toHtml(report)
  keyId = (await sample()).keyring.entries()[0]?.keyId as string
})
afterAll(() => reader.close())

const rows = '#page-rows > tr:not(.whole)'

describe('opened from a file', () => {
  test.each(['en', 'de'] as const)(
    'in %s it verifies what it holds, asks for nothing and complains of nothing',
    async (locale) => {
      const { page, requests, errors } = await reader.open(toHtml(report, { locale }))
      const count = report.period.receipts
      expect(await verdictOf(page)).toBe('CONSISTENT')
      expect(await page.getAttribute('html', 'lang')).toBe(locale)
      const said = await verdictText(page)
      expect(said).toContain(locale === 'en' ? `${count} of ${count}` : `${count} von ${count}`)
      // keys that came with the page prove nothing
      expect(said).not.toMatch(/VALID|GÜLTIG/)
      expect(await page.locator('#page-keys code').allInnerTexts()).toEqual([keyId])
      expect(await page.locator('#page-digest').innerText()).toBe(reportDigest(report))
      // receipts, digest, seal (there is none), figures counted again, what was not computed
      const outcomes = await page
        .locator('#page-checks li')
        .evaluateAll((items) => items.map(({ className }) => className))
      expect(outcomes).toEqual(['holds', 'holds', 'unknown', 'holds', 'unknown'])
      expect(requests).toEqual([])
      expect(errors).toEqual([])
    },
  )

  test('without its script it says that nothing was verified', async () => {
    const { page } = await reader.open(html, { javaScriptEnabled: false, verified: false })
    expect(await verdictOf(page)).toBe('NONE')
    expect(await verdictText(page)).toContain('Nothing has been verified')
    expect(await page.locator('#page-trust').isVisible()).toBe(false)
  })

  test('the reader’s zone stands beside UTC', async () => {
    const { page } = await reader.open(html, { timezoneId: 'Asia/Tokyo' })
    const time = page.locator(`main time[datetime="${report.period.from}"]`).first()
    expect(await time.innerText()).toMatch(/00:00:00 UTC.*your time: 1 Mar 2026, 09:00 GMT\+9/s)
    const { page: utc } = await reader.open(html, { timezoneId: 'UTC' })
    expect(await utc.locator('time .local').count()).toBe(0)
  })

  test('a period without receipts never looks fine', async () => {
    const { page } = await reader.open(toHtml(await sampleReport({ empty: true })))
    expect(['CONSISTENT', 'NONE', 'INCOMPLETE']).toContain(await verdictOf(page))
    expect(await page.locator('main .callout.warning, main .callout.bad').count()).toBeGreaterThan(0)
    // what came along is of other times: nothing of it was counted
    expect(await verdictText(page)).not.toContain('These are all receipts')
    expect(await verdictText(page)).toContain('None of them is of the period, which is empty.')
  })
})

describe('the reader says whom to trust', () => {
  test('a fingerprint makes it VALID, and forgetting it takes that back', async () => {
    const { page } = await reader.open(html)
    await give(page, ` ${keyId}\n`)
    expect(await verdictOf(page)).toBe('VALID')
    expect(await verdictText(page)).toContain(keyId)
    await page.locator('#page-forget').click()
    await page.waitForSelector('#page-verdict[data-verdict=CONSISTENT]')
  })

  test('another fingerprint makes it INCOMPLETE: every receipt has a key that is not known', async () => {
    const { page } = await reader.open(html)
    const { keyId: other } = await localKey({ seed: new Uint8Array(32).fill(9) }).signer()
    await give(page, other)
    expect(await verdictOf(page)).toBe('INCOMPLETE')
    expect(await verdictText(page)).toContain(`0 of ${report.period.receipts}`)
    expect(await page.locator('#page-findings td code').first().innerText()).toBe('KEY_UNKNOWN')
    expect(await page.locator(`${rows} td.state.bad`).first().innerText()).toContain('KEY_UNKNOWN')
  })

  test('a keyring can be pasted, or given as a file', async () => {
    const keyring = JSON.stringify((await sample()).keyring)
    const { page } = await reader.open(html)
    await give(page, keyring)
    expect(await verdictOf(page)).toBe('VALID')
    const folder = await mkdtemp(join(tmpdir(), 'quittance-keyring-'))
    try {
      const file = join(folder, 'keyring.json')
      await writeFile(file, keyring.replace('"keyId"', '"validUntil":"2026-03-10T00:00:00.000Z","keyId"'))
      await page.locator('#page-keyring-file').setInputFiles(file)
      // the key was retired in the middle
      await page.waitForSelector('#page-verdict[data-verdict=INVALID]')
      expect(await page.locator('#page-findings td code').first().innerText()).toBe('KEY_OUTSIDE_WINDOW')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('what is no key is refused in words', async () => {
    const { page } = await reader.open(html)
    for (const [text, words] of [
      ['', 'no key'],
      ['z6MkNotAKey', 'not a fingerprint'],
      [`did:key:z6Mk${'a'.repeat(44)}`, 'keyring'],
      ['{"keys":[{"keyId":"did:key:x","trust":true}]}', 'keyring'],
    ] as const) {
      await page.locator('#page-fingerprint').fill(text)
      await page.locator('#page-trust button[type=submit]').click()
      expect(await page.locator('#page-trust-error').innerText()).toContain(words)
      expect(await verdictOf(page)).toBe('CONSISTENT')
    }
  })
})

describe('the table of receipts', () => {
  test('is searched and filtered', async () => {
    const { page } = await reader.open(html)
    const lines = report.excerpt.ranges.flatMap((range) => range.lines)
    const found = (count: number) => page.waitForSelector(`#page-found:text-is("${count} of ${lines.length} receipts")`)
    await found(lines.length)
    expect(await page.locator(rows).count()).toBe(50)
    await page.locator('#page-next').click()
    expect(await page.locator(`${rows} .open`).first().innerText()).toBe('50')

    const escalated = lines.filter((line) => line.includes('"action":"escalate"'))
    await page.locator('#page-action').selectOption('escalate')
    await found(escalated.length)
    await page.locator('#page-event').selectOption('human_oversight')
    await found(0)
    await page.locator('#page-reset').click()
    await found(lines.length)

    const bureau = lines.filter((line) => line.toLowerCase().includes('bureau') && line.includes('"tool_call"'))
    expect(bureau.length).toBeGreaterThan(0)
    await page.locator('#page-search').fill('BUREAU tool_call')
    await found(bureau.length)
    await page.locator('#page-search').fill('')
    await page.locator('#page-seq').fill('10-19')
    await found(10)
    await page.locator('#page-seq').fill('7')
    await found(1)
    await page.locator('#page-seq').fill('seven')
    await found(0)
    await page.locator('#page-reset').click()
    await page.locator('#page-state').selectOption('bad')
    await found(0)
  })

  test('a row opens by keyboard and shows the whole receipt', async () => {
    const { page } = await reader.open(html)
    await page.locator('#page-seq').fill('3')
    const button = page.locator(`${rows} .open`)
    await page.waitForFunction(() => document.querySelectorAll('#page-rows > tr').length === 1)
    await button.focus()
    await page.keyboard.press('Enter')
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    const line = report.excerpt.ranges[0]?.lines[3] as string
    expect(JSON.parse(await page.locator('.whole pre').innerText())).toEqual(JSON.parse(line))
    await page.keyboard.press('Enter')
    expect(await page.locator('.whole').count()).toBe(0)
  })

  test('a receipt named in the text is a way to its row, on whatever page of the table', async () => {
    const { page } = await reader.open(html)
    const link = page.locator('main a.receipt[href="#r-brook-savings-231"]').first()
    await link.click()
    const row = page.locator('#r-brook-savings-231')
    await row.waitFor()
    expect(await page.locator('#r-brook-savings-231-open').getAttribute('aria-expanded')).toBe('true')
    expect(await row.isVisible()).toBe(true)
    const { page: direct } = await reader.open(html, { hash: '#r-brook-savings-120' })
    expect(await direct.locator('#r-brook-savings-120-open').getAttribute('aria-expanded')).toBe('true')
  })

  test('a receipt that is not in the file is looked up by a command', async () => {
    const small = await sampleReport({ report: { embed: 5 } })
    expect(small.excerpt.whole).toBe(false)
    // without the ones that are cited, to have some that are not here
    const { page } = await reader.open(toHtml({ ...small, excerpt: { ...small.excerpt, cited: [] } }))
    const held = small.excerpt.ranges.flatMap((range) => range.lines).length
    expect(await verdictText(page)).toContain(`${held} of the ${small.period.receipts} receipts`)
    expect(await page.locator('#page-checks').innerText()).toContain('No figure was counted again')
    await page.locator('a.elsewhere').first().click()
    expect(await page.locator('#page-look-up-command').innerText()).toMatch(
      /^quittance query \.\/receipts --chain brook-savings --seq \d+$/,
    )
    expect(new URL(page.url()).hash).toBe('#page-look-up')
  })

  test('holds ten thousand rows', async () => {
    const many = await sampleReport({ n: 6_600, report: { embed: 10_000 } })
    const lines = [...many.excerpt.ranges.flatMap((range) => range.lines), ...many.excerpt.cited]
    expect(lines).toHaveLength(10_000)
    const { page } = await reader.open(toHtml(many))
    expect(await verdictOf(page)).toBe('CONSISTENT')
    const wanted = lines.filter((line) => line.includes('application-0600'))
    expect(wanted.length).toBeGreaterThan(0)
    await page.locator('#page-search').pressSequentially('application-0600')
    await page.waitForSelector(`#page-found:text-is("${wanted.length} of 10,000 receipts")`)
    expect(await page.locator('#page-search').inputValue()).toBe('application-0600')
    // what is painted stays little, however many there are
    await page.locator('#page-reset').click()
    expect(await page.locator(rows).count()).toBe(50)
  }, 180_000)
})

describe('for whoever reads it', () => {
  for (const locale of ['en', 'de'] as const)
    for (const colorScheme of ['light', 'dark'] as const)
      test(`axe finds nothing wrong: ${locale}, ${colorScheme}`, async () => {
        const { page } = await reader.open(toHtml(report, { locale }), { colorScheme, reducedMotion: 'reduce' })
        await page.locator(`${rows} .open`).first().click()
        expect(await violationsOf(page)).toEqual([])
        await give(page, keyId)
        expect(await violationsOf(page, '.title')).toEqual([])
      }, 180_000)

  test('the first key press offers to skip to the report', async () => {
    const { page } = await reader.open(html)
    await page.keyboard.press('Tab')
    const skip = page.locator('.skip')
    expect(await skip.evaluate((element) => element === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page-main')
  })

  test('headings go down one level at a time, and each table has a caption and heads', async () => {
    const { page } = await reader.open(html)
    const levels = await page
      .locator('h1, h2, h3, h4, h5, h6')
      .evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])))
    expect(levels[0]).toBe(1)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    levels.slice(1).forEach((level, index) => {
      expect(level).toBeLessThanOrEqual((levels[index] as number) + 1)
    })
    const bare = await page
      .locator('table')
      .evaluateAll(
        (tables) =>
          tables.filter((table) => !table.querySelector('caption') || !table.querySelector('thead th[scope=col]'))
            .length,
      )
    expect(bare).toBe(0)
  })

  test('the theme follows the system until the reader switches', async () => {
    const { page } = await reader.open(html, { colorScheme: 'light' })
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background()
    expect(dark).not.toBe(light)
    expect(await page.locator('#page-theme').getAttribute('aria-pressed')).toBe('true')
    await page.locator('#page-theme').click()
    expect(await background()).toBe(light)
    expect(await page.locator('#page-theme').getAttribute('aria-pressed')).toBe('false')
  })

  test('it fits a phone: nothing is wider than the screen', async () => {
    const { page } = await reader.open(html, { viewport: { width: 360, height: 740 } })
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }))
    expect(scroll).toBeLessThanOrEqual(client)
    expect(await page.locator('.chart .narrow').first().isVisible()).toBe(true)
    expect(await page.locator('.chart .wide').first().isVisible()).toBe(false)
  })

  test('it prints: on A4, light, without controls', async () => {
    const { page } = await reader.open(html, { colorScheme: 'dark' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
    for (const control of ['.bar', '#page-contents', '#page-trust', '.filters', '.pager'])
      expect(await page.locator(control).isVisible()).toBe(false)
    expect(await page.locator('#page-verdict').isVisible()).toBe(true)
    await page.emulateMedia({ media: null, colorScheme: null })
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    // A4 in points
    expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[0 0 59[45][.\d]* 84[12][.\d]*\]/)
  })
})
