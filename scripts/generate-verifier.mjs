// Writes verifiers/verify.mjs, the single-file verifier, bundled from src/evidence/single-file.ts, and
// src/evidence/package-texts.ts, the texts that go along in every package: both verifiers and the pages of the format. Neither
// is kept in git: they are made before a build and before the tests.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundledText, quoted, writeWhereChanged } from './bundled-text.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file) => readFileSync(join(root, file), 'utf8')

/** What a reader of a package needs beside it. */
const pages = ['receipt-format', 'verification', 'keys', 'evidence']

const banner = `// Verifies quittance receipts and evidence packages: node verify.mjs PACKAGE.zip --keyring keyring.json
// One file, Node 20.19 or later, no dependencies. Bundled from the sources of the package "quittance" (Apache-2.0), with
// @noble/ed25519, @noble/hashes and @scure/base (MIT, Paul Miller).`

/** Makes both, and writes them where they changed. */
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
  const texts = [
    ...pages.map((page) => [`format/${page}.md`, read(`docs/${page}.md`)]),
    ['verify/verify.mjs', verifier],
    ['verify/verify.py', read('verifiers/verify.py')],
  ]
  const members = texts.map(([name, text]) => `  '${name}': ${quoted(text)},\n`).join('')
  writeWhereChanged(
    'src/evidence/package-texts.ts',
    `// Made by scripts/generate-verifier.mjs.\n\n/** The members of every package that are the same in all. */\nexport const packageTexts: Readonly<Record<string, string>> = {\n${members}}\n`,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await generateVerifier()

/** vitest calls this before its first test. */
export async function setup() {
  await generateVerifier()
}
