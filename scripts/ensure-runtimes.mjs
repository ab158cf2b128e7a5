// The tests run the core on other runtimes too: Node 20, 22 and 24, Bun, Deno and workerd. Their binaries are packages of npm,
// pinned with their digests in scripts/runtimes; they go into the cache folder (QUITTANCE_CACHE, by default ~/.cache/quittance),
// once for each state of that lock file. Prints where each program is, as JSON.
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const wanted = fileURLToPath(new URL('runtimes', import.meta.url))
const lock = readFileSync(join(wanted, 'package-lock.json'))
const cache = process.env.QUITTANCE_CACHE ?? join(homedir(), '.cache', 'quittance')
const place = join(cache, `runtimes-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`)

const arm = process.arch === 'arm64'
const paths = {
  'node-20': `node-20-${process.arch}/bin/node`,
  'node-22': `node-22-${process.arch}/bin/node`,
  'node-24': `node-24-${process.arch}/bin/node`,
  bun: `@oven/bun-linux-${arm ? 'aarch64' : 'x64'}/bin/bun`,
  deno: `@deno/linux-${process.arch}-glibc/deno`,
  workerd: `@cloudflare/workerd-linux-${arm ? 'arm64' : '64'}/bin/workerd`,
}
const programIn = (folder, name) => join(folder, 'node_modules', paths[name])
const missingIn = (folder) => Object.keys(paths).filter((name) => !existsSync(programIn(folder, name)))

if (missingIn(place).length > 0) {
  const fresh = `${place}.${randomUUID()}`
  mkdirSync(fresh, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(wanted, name), join(fresh, name))
  // npm itself is content where an optional package can't be had: what counts is what came
  const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { stderr } = spawnSync('npm', npm, { cwd: fresh, encoding: 'utf8' })
  // another run may have been faster
  if (missingIn(fresh).length === 0 && missingIn(place).length > 0) {
    rmSync(place, { recursive: true, force: true })
    renameSync(fresh, place)
  } else rmSync(fresh, { recursive: true, force: true })
  const missing = missingIn(place)
  if (missing.length > 0) {
    if (stderr) console.error(stderr.trim())
    console.error(
      `Runtimes for the tests are not here (${missing.join(', ')}). On Linux, with the npm registry in reach, this installs them: node scripts/ensure-runtimes.mjs`,
    )
    process.exit(1)
  }
}
console.log(JSON.stringify(Object.fromEntries(Object.keys(paths).map((name) => [name, programIn(place, name)]))))
