// Writes verifiers/verify.mjs, the single-file verifier, bundled from src/evidence/single-file.ts. It is not kept in git: it is
// made before a build and before the tests.
import { fileURLToPath } from 'node:url'
import { bundledText, writeWhereChanged } from './bundled-text.mjs'

const banner = `// Verifies quittance receipts and evidence packages: node verify.mjs PACKAGE.zip --keyring keyring.json
// One file, Node 20.19 or later, no dependencies. Bundled from the sources of the package "quittance" (Apache-2.0), with
// @noble/ed25519, @noble/hashes, @noble/curves, @noble/post-quantum and @scure/base (MIT, Paul Miller).`

/** Makes it, and writes it where it changed. */
export async function generateVerifier() {
  const verifier = `${await bundledText('src/evidence/single-file.ts', {
    minify: false,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    charset: 'utf8',
    legalComments: 'inline',
    banner: { js: banner },
  })}\n`
  writeWhereChanged('verifiers/verify.mjs', verifier)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateVerifier()

/** vitest calls this before its first test. */
export async function setup() {
  await generateVerifier()
}
