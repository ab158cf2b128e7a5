// Writes src/report/html/page-script.ts: the script of the HTML report, bundled from src/report/html/page.
import { fileURLToPath } from 'node:url'
import { bundledText, writeTextModule } from './bundled-text.mjs'

/** Bundles the script and writes it where it changed. */
export async function generatePage() {
  const text = await bundledText('src/report/html/page/main.ts', {
    format: 'iife',
    platform: 'browser',
    target: ['chrome111', 'firefox115', 'safari16.4'],
  })
  // it stands inside a script element: nothing in it may look like that element's end, or like a comment's beginning
  if (/<\/script|<script|<!--/i.test(text)) throw new Error('the script of the page would end its element')
  writeTextModule('src/report/html/page-script.ts', {
    from: 'src/report/html/page',
    by: 'scripts/generate-page.mjs',
    name: 'pageScript',
    says: 'The script of the page.',
    text,
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generatePage()

/** vitest calls this before its first test. */
export async function setup() {
  await generatePage()
}
