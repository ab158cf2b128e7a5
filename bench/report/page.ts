/**
 * How big the HTML report is and how long a browser takes to show and to verify it:
 * `npx tsx bench/report/page.ts --receipts 100000`. The chain holds that many receipts, the page 1,000 of them.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { buildReport } from '../../src/report/build.js'
import { toHtml } from '../../src/report/html/to-html.js'
import { fileStore } from '../../src/store/file.js'
import { benchKeyring, chainId, writeChain } from './chain.js'

const { values } = parseArgs({
  options: { receipts: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
})

const dir = await mkdtemp(join(tmpdir(), 'quittance-bench-page-'))
try {
  await writeChain(join(dir, 'store'), Number(values.receipts))
  const store = fileStore(join(dir, 'store'))
  const period = { from: '2026-01-01', until: '2027-01-01' }
  const report = await buildReport(store, { chainId, period, keyring: await benchKeyring(), now: '2027-01-01' })
  await store.close()
  const begin = performance.now()
  const html = toHtml(report)
  console.log(`made in ${(performance.now() - begin).toFixed(0)} ms, ${(Buffer.byteLength(html) / 1e6).toFixed(2)} MB`)
  const file = join(dir, 'report.html')
  await writeFile(file, html)
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    const page = await browser.newPage()
    await page.goto(pathToFileURL(file).href)
    await page.waitForFunction(() => performance.getEntriesByName('quittance-verified').length > 0)
    const { paint, verified, said } = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      verified: performance.getEntriesByName('quittance-verified')[0]?.startTime,
      said: (document.querySelector('#page-verdict') as HTMLElement).innerText.split('\n').filter(Boolean).slice(0, 2),
    }))
    console.log(`first paint ${paint?.toFixed(0)} ms, verified ${verified?.toFixed(0)} ms: ${said.join(' ')}`)
    await browser.close()
  }
} finally {
  await rm(dir, { recursive: true, force: true })
}
