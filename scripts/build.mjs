// Builds dist/ from src/. Each public entry is one module that shares chunks with the others: a fresh process loads a dozen
// files instead of two hundred. Declarations stay one file a source file; those that no entry reaches are left out.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { generatePage } from './generate-page.mjs'
import { generateVerifier } from './generate-verifier.mjs'
import { generateWorker } from './generate-worker.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const modules = Object.values(manifest.exports).flatMap((target) => (target.default ? [target.default] : []))
const programs = Object.values(manifest.bin).map((file) => `./${file}`)
const source = (file) => join(root, file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts'))

// the HTML report's script is a source of the package, and made of sources
await generatePage()
// and so is the verifier's thread
await generateWorker()
// and what lies in every evidence package
await generateVerifier()

rmSync(dist, { recursive: true, force: true })
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.json', '--emitDeclarationOnly'], {
  cwd: root,
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)

await build({
  absWorkingDir: root,
  entryPoints: [...modules, ...programs].map(source),
  outdir: dist,
  outbase: join(root, 'src'),
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // a chunk stands elsewhere than its sources, from where the package is found
  define: { QUITTANCE_VERSION: JSON.stringify(manifest.version) },
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
})
/** No module does anything at import ("sideEffects": false), so a chunk of which an entry takes nothing is not loaded for it. */
const head = /^(?:(?:import|export) (?:\{[^}]*\} from )?"[^"]+";\n|#!.*\n)+/
for (const name of readdirSync(dist, { recursive: true })) {
  if (!name.endsWith('.js')) continue
  const file = join(dist, name)
  const text = readFileSync(file, 'utf8')
  const leaner = text.replace(head, (lines) => lines.replaceAll(/^import "\.[^"]+";\n/gm, ''))
  if (leaner !== text) writeFileSync(file, leaner)
}
for (const program of programs) chmodSync(join(root, program), 0o755)

/** The declarations that the public ones need. */
const needed = new Set()
const visit = (file) => {
  if (needed.has(file)) return
  needed.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)\.js['"]/g)) {
    visit(resolve(dirname(file), `${path}.d.ts`))
  }
}
for (const entry of modules) visit(join(root, entry.replace(/\.js$/, '.d.ts')))
for (const name of readdirSync(dist, { recursive: true })) {
  const file = join(dist, name)
  if (/\.d\.ts(?:\.map)?$/.test(name) && !needed.has(file.replace(/\.map$/, ''))) rmSync(file)
}
for (const file of needed) if (!existsSync(file)) throw new Error(`${relative(root, file)} is needed and was not made`)
