/**
 * Makes the pictures of docs/report/ from the sample report: `npx tsx scripts/report-screenshots.ts`. They are looked at by
 * people and compared with nothing.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium, type Page } from 'playwright-core'

execFileSync(process.execPath, [fileURLToPath(new URL('generate-page.mjs', import.meta.url))])
const { toHtml } = await import('../src/report/html/to-html.js')
const { sampleReport } = await import('../test/report/support/sample.js')

const folder = fileURLToPath(new URL('../docs/report/', import.meta.url))
const report = await sampleReport({ report: { now: '2026-04-20T12:00:00.000Z' } })
const english = toHtml(report)
const german = toHtml(report, { locale: 'de' })
const line = /\\"action\\":\\"reject\\"/
const tampered = english.replace(line, '\\"action\\":\\"allow\\"')

const show =
  (selector: string) =>
  async (page: Page): Promise<void> => {
    await page
      .locator(selector)
      .first()
      .evaluate((element) => element.scrollIntoView({ behavior: 'instant' }))
  }

const pictures = [
  { name: 'report-en-light', html: english, colorScheme: 'light', prepare: async () => undefined },
  { name: 'report-en-dark', html: english, colorScheme: 'dark', prepare: show('#failures') },
  { name: 'report-de', html: german, colorScheme: 'light', prepare: show('#articles') },
  { name: 'report-tampered', html: tampered, colorScheme: 'light', prepare: async () => undefined },
] as const

const work = await mkdtemp(join(tmpdir(), 'quittance-screenshots-'))
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  await mkdir(folder, { recursive: true })
  for (const { name, html, colorScheme, prepare } of pictures) {
    const file = join(work, `${name}.html`)
    await writeFile(file, html)
    const page = await browser.newPage({
      colorScheme,
      viewport: { width: 1280, height: 1000 },
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    })
    await page.goto(pathToFileURL(file).href)
    await page.waitForFunction(() => performance.getEntriesByName('quittance-verified').length > 0)
    await prepare(page)
    const picture = join(folder, `${name}.png`)
    await page.screenshot({ path: picture })
    console.log(`${name}.png ${Math.round((await stat(picture)).size / 1000)} kB`)
    await page.close()
  }
} finally {
  await browser.close()
  await rm(work, { recursive: true, force: true })
}
