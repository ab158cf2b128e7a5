// Packs the package as it would be published and holds the tarball against what the README says of it.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))
const work = mkdtempSync(join(tmpdir(), 'quittance-pack-'))
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
/** Of it 170,000 are the two verifiers that an auditor can take out of it, and 190,000 the documents. */
const MAX_TARBALL_BYTES = 1_700_000
const MAX_CORE_BYTES = 306_000
const MAX_PACKAGES = 8

/** What an application loads that seals, stores in files, verifies and tests: the rest is reached only by its own subpath. */
const core = [
  '.',
  './verify',
  './verify/node',
  './store/memory',
  './store/file',
  './keys/local',
  './merkle',
  './testing',
]

/** The files that these entries reach by static imports, declarations included. */
function reached(manifest, entries) {
  const files = new Set()
  const visit = (file) => {
    if (files.has(file)) return
    files.add(file)
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+\.js)["']/g)) {
      const target = join(dirname(file), path)
      visit(file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target)
    }
  }
  for (const entry of entries) for (const target of Object.values(manifest.exports[entry])) visit(join(root, target))
  return [...files].sort()
}

/**
 * Runs the commands that need none of the optional packages where none is installed, and one that needs one.
 *
 * @param app - a folder with the package in node_modules
 */
function onTheCommandLine(app) {
  const program = join(app, 'node_modules/quittance/dist/cli/main.js')
  const quittance = (expected, ...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: app, encoding: 'utf8' })
    if (status !== expected)
      throw new Error(`quittance ${args.join(' ')} answered ${status}, not ${expected}: ${stdout}${stderr}`)
    return `${stdout}${stderr}`
  }
  quittance(0, '--version')
  quittance(0, '--help')
  for (const command of ['report', 'reconstruct', 'coverage', 'proof-page', 'demo']) quittance(0, command, '--help')
  const did = /did:key:\w+/.exec(quittance(0, 'keygen', 'key.pem'))?.[0]
  writeFileSync(
    join(app, 'seal.mjs'),
    `import { createLedger, ReceiptCollector } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { fileStore } from 'quittance/store/file'
const ledger = createLedger({ store: fileStore('receipts'), keys: localKey({ file: 'key.pem' }), redactor: false })
for (const input of ['a', 'b', 'c'])
  await new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput(input).setAction('allow').emit()
await ledger.close()
`,
  )
  run(process.execPath, ['seal.mjs'], app)
  const judged = quittance(0, 'verify', 'receipts', '--chain', 'acme', '--trust', did)
  if (!judged.startsWith('VALID')) throw new Error(`quittance verify answered ${judged}`)
  writeFileSync(
    join(app, 'stamp.mjs'),
    `import { verifyTimestamp } from 'quittance/transparency/timestamp'
const { verdict } = await verifyTimestamp(new Uint8Array(5), 'message', { authorities: [] })
if (verdict !== 'INVALID') throw new Error(verdict)
`,
  )
  run(process.execPath, ['stamp.mjs'], app)
  const page = ['reconstruct', 'no-such-trace', '--store', 'receipts', '--trust', did, '--format', 'html']
  const refused = quittance(2, ...page)
  if (!refused.includes('npm install d3-scale')) throw new Error(`quittance reconstruct answered ${refused}`)
}

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work]))
  const tarball = join(work, packed.filename)
  const bytes = statSync(tarball).size
  console.log(`tarball: ${bytes} bytes, ${packed.entryCount} files`)
  if (bytes >= MAX_TARBALL_BYTES) throw new Error(`the tarball has ${bytes} bytes, ${MAX_TARBALL_BYTES} are allowed`)

  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts[script]) throw new Error(`package.json has the install script ${script}`)
  }
  const coreFiles = reached(manifest, core)
  const coreBytes = gzipSync(Buffer.concat(coreFiles.map((file) => readFileSync(file)))).length
  console.log(`of it the core: ${coreBytes} bytes, ${coreFiles.length} files`)
  if (coreBytes >= MAX_CORE_BYTES) throw new Error(`the core has ${coreBytes} bytes, ${MAX_CORE_BYTES} are allowed`)

  const files = new Set(packed.files.map(({ path }) => `./${path}`))
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    for (const file of typeof target === 'string' ? [target] : Object.values(target)) {
      if (!files.has(file)) throw new Error(`the export ${subpath} names ${file}, which is not in the tarball`)
    }
  }

  run(process.execPath, [join(root, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict'])
  console.log('publint: clean')
  run(process.execPath, [
    join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
    tarball,
    '--profile',
    'esm-only',
  ])
  console.log('are the types wrong: clean')

  const app = join(work, 'app')
  execFileSync('mkdir', [app])
  writeFileSync(join(app, 'package.json'), '{"private":true,"type":"module"}')
  run('npm', ['install', '--omit=optional', '--omit=peer', '--no-audit', '--no-fund', tarball], app)
  const lock = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'))
  const packages = Object.entries(lock.packages).filter(
    ([path, entry]) => path !== '' && !entry.optional && !entry.peer,
  )
  console.log(
    `installed: ${packages.length} packages: ${packages.map(([path]) => path.replace(/^node_modules\//, '')).join(', ')}`,
  )
  if (packages.length > MAX_PACKAGES)
    throw new Error(`${packages.length} packages are installed, ${MAX_PACKAGES} are allowed`)
  onTheCommandLine(app)
  console.log('command line: works without the optional packages')
} finally {
  rmSync(work, { recursive: true, force: true })
}
