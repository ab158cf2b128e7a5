// Writes the scripts of the pages, bundled from their folders: of the HTML report, and of the page that verifies one decision.
// They are not kept in git: they are made after an install, before a build and before the tests.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

const pages = [
  { folder: 'src/report/html', name: 'pageScript' },
  { folder: 'src/report/proof-page', name: 'proofPageScript' },
]

async function generate({ folder, name }) {
  const target = join(root, folder, 'page-script.ts')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${folder}/page/main.ts`],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome111', 'firefox115', 'safari16.4'],
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const text = outputFiles[0].text.trim()
  // it stands inside a script element: nothing in it may look like that element's end, or like a comment's beginning
  if (/<\/script|<script|<!--/i.test(text)) throw new Error('the script of the page would end its element')
  const quoted = text.replace(/[\\`]|\$\{/g, '\\$&')
  const made = `// Made from ${folder}/page by scripts/generate-page.mjs.\n\n/** The script of the page. */\nexport const ${name} = \`${quoted}\`\n`
  let before = ''
  try {
    before = readFileSync(target, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (before !== made) writeFileSync(target, made)
}

/** Bundles the scripts and writes those that changed. */
export async function generatePage() {
  for (const page of pages) await generate(page)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generatePage()

/** vitest calls this before its first test. */
export async function setup() {
  await generatePage()
}
