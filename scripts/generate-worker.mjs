// Writes src/verify/node/worker-source.ts: the verifier's thread as one text, bundled from src/verify/node/worker.ts.
import { fileURLToPath } from 'node:url'
import { bundledText, writeTextModule } from './bundled-text.mjs'

const entry = 'src/verify/node/worker.ts'

/** Bundles the thread and writes it where it changed. */
export async function generateWorker() {
  const text = await bundledText(entry, { format: 'cjs', platform: 'node', target: 'node20.19' })
  writeTextModule('src/verify/node/worker-source.ts', {
    from: entry,
    by: 'scripts/generate-worker.mjs',
    name: 'workerSource',
    says: "The verifier's thread.",
    text,
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateWorker()

/** vitest calls this before its first test. */
export async function setup() {
  await generateWorker()
}
