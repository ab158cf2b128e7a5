// Writes src/verify/node/worker-source.ts: the verifier's thread as one text, bundled from src/verify/node/worker.ts, so that
// it starts from the sources, from dist/ and from an application's own bundle alike. The file is not kept in git: it is made
// before a build and before the tests.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = join(root, 'src/verify/node/worker-source.ts')

/** Bundles the thread and writes it where it changed. */
export async function generateWorker() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/verify/node/worker.ts'],
    bundle: true,
    write: false,
    minify: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
  })
  const text = outputFiles[0].text.trim()
  const quoted = text.replace(/[\\`]|\$\{/g, '\\$&')
  const made = `// Made from src/verify/node/worker.ts by scripts/generate-worker.mjs.\n\n/** The verifier's thread. */\nexport const workerSource = \`${quoted}\`\n`
  let before = ''
  try {
    before = readFileSync(target, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  if (before !== made) writeFileSync(target, made)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateWorker()

/** vitest calls this before its first test. */
export async function setup() {
  await generateWorker()
}
