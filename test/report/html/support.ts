/** A real browser that opens pages from a folder, and notes whatever a page must not do. */

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { inScript, PAGE_ELEMENT, type PageData, REPORT_ELEMENT } from '../../../src/report/html/page-data.js'
import type { Report } from '../../../src/report/types.js'

/** A page that was opened, and what was noted. */
export interface Opened {
  readonly page: Page
  /** Addresses that it asked for, itself apart. */
  readonly requests: readonly string[]
  /** Errors and warnings of its console, and faults that nothing caught. */
  readonly errors: readonly string[]
  readonly dialogs: readonly string[]
}

/** How a page is opened. */
export interface OpenOptions extends BrowserContextOptions {
  /** Waits until the page's script is done; default true. */
  readonly verified?: boolean | undefined
  /** Runs in the page before its own script. */
  readonly before?: (() => void) | undefined
  /** What follows the address: `#…`. */
  readonly hash?: string | undefined
}

/** A browser and a folder. */
export interface Reader {
  open(html: string, options?: OpenOptions): Promise<Opened>
  close(): Promise<void>
}

export const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** @returns a browser; the caller closes it */
export async function createReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'quittance-html-'))
  const browser: Browser = await chromium.launch({
    executablePath,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  let number = 0
  return {
    async open(html, { verified = true, hash = '', before, ...options } = {}) {
      number += 1
      const file = join(folder, `report-${number}.html`)
      await writeFile(file, html)
      const address = pathToFileURL(file).href
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
      // pages that stay open cost those that follow
      onTestFinished(() => context.close())
      const requests: string[] = []
      const errors: string[] = []
      const dialogs: string[] = []
      await context.route('**/*', (route) => {
        const url = route.request().url()
        if (url.split('#')[0] === address) return route.continue()
        requests.push(url)
        return route.abort()
      })
      if (before !== undefined) await context.addInitScript(before)
      const page = await context.newPage()
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text())
      })
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('dialog', async (dialog) => {
        dialogs.push(dialog.message())
        await dialog.dismiss()
      })
      await page.goto(address + hash)
      if (verified) await page.waitForFunction(() => performance.getEntriesByName('quittance-verified').length > 0)
      return { page, requests, errors, dialogs }
    },
    async close() {
      await browser.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @returns the word that the page concludes with, for programs */
export const verdictOf = (page: Page): Promise<string | null> =>
  page.locator('#page-verdict').getAttribute('data-verdict')

/** @returns what the page says at its top */
export const verdictText = (page: Page): Promise<string> => page.locator('#page-verdict').innerText()

/** Pastes keys and waits for the page to say something else. */
export async function give(page: Page, keys: string): Promise<void> {
  const before = await page.locator('#page-verdict').innerHTML()
  await page.locator('#page-fingerprint').fill(keys)
  await page.locator('#page-trust button[type=submit]').click()
  await page.waitForFunction((html) => document.getElementById('page-verdict')?.innerHTML !== html, before)
}

const element = (id: string): RegExp => new RegExp(`(<script type="application/json" id="${id}">)([^<]*)(</script>)`)

/** @returns what stands in a page's data element */
export function dataIn(html: string, id: string): unknown {
  return JSON.parse(element(id).exec(html)?.[2] as string)
}

/**
 * Changes the data of a page, as somebody would who wants it to say something else.
 *
 * @param html - a page
 * @param change - of its report and of what stands beside it; changes them in place
 * @returns the page with other data
 */
export function falsified(html: string, change: (report: Writable<Report>, page: Writable<PageData>) => void): string {
  const report = dataIn(html, REPORT_ELEMENT) as Writable<Report>
  const page = dataIn(html, PAGE_ELEMENT) as Writable<PageData>
  change(report, page)
  return html
    .replace(element(REPORT_ELEMENT), (_, begin, __, end) => begin + inScript(JSON.stringify(report)) + end)
    .replace(element(PAGE_ELEMENT), (_, begin, __, end) => begin + inScript(JSON.stringify(page)) + end)
}

/** As a type, but all of it can be changed. */
export type Writable<T> = T extends string | number | boolean | undefined
  ? T
  : { -readonly [K in keyof T]: Writable<T[K]> }

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** @returns what axe finds wrong with a page, or with a part of it, each with the elements concerned */
export async function violationsOf(page: Page, within = 'html'): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async (selector) => {
    const { axe } = window as unknown as {
      axe: {
        run(
          selector: string,
        ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
      }
    }
    const { violations } = await axe.run(selector)
    return violations.flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`),
    )
  }, within)
}
