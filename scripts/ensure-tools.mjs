// The tests run the auditor's shell commands, Redis and a browser for real. Installs what is missing where it may, else says what to
// install. (A sentinel is redis-server under another flag.)
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = {
  sed: 'sed',
  sha256sum: 'coreutils',
  openssl: 'openssl',
  jq: 'jq',
  bash: 'bash',
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  promtool: 'prometheus',
  python3: 'python3',
  'softhsm2-util': 'softhsm2',
  'pkcs11-tool': 'opensc',
  java: 'default-jre-headless',
  mvn: 'maven',
  chromium: 'chromium',
  radosgw: 'radosgw',
  'ceph-mon': 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  ceph: 'ceph-common',
}

const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
/** OpenBao comes by pip into a virtual environment, which Debian keeps in a package of its own. */
const hasVenv = () => spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0
const missing = () => [
  ...new Set([
    ...Object.entries(packages)
      .filter(([tool]) => !has(tool))
      .map(([, name]) => name),
    ...(hasVenv() ? [] : ['python3-venv']),
  ]),
]

let names = missing()
if (names.length > 0 && process.getuid?.() === 0 && has('apt-get')) {
  spawnSync('apt-get', ['update'], { stdio: 'inherit' })
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', ...names], { stdio: 'inherit' })
  names = missing()
}
if (names.length > 0) {
  console.error(
    `The tests need tools that are not here. Install them with: apt-get install -y --no-install-recommends ${names.join(' ')}`,
  )
  process.exit(1)
}

// pkcs11js has to be compiled, so it is no dependency: `npm ci` must not need a compiler. Without one, or without Node's
// headers, the tests that go through it are left out, and those through koffi run all the same.
const place = fileURLToPath(new URL('../.cache/pkcs11js', import.meta.url))
const addon = join(place, 'node_modules/pkcs11js/build/Release/pkcs11.node')
if (!existsSync(addon)) {
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{"private":true}\n')
  spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', 'pkcs11js@2.1.7'], {
    cwd: place,
    stdio: 'ignore',
  })
  if (!existsSync(addon)) console.error('pkcs11js could not be compiled here: its tests are left out.')
}

// The judge of PDF/A comes from Maven Central. Where that can't be reached, its tests are left out, and say so.
const fetched = spawnSync(process.execPath, [fileURLToPath(new URL('fetch-verapdf.mjs', import.meta.url))], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
if (fetched.status !== 0) console.error('Without veraPDF the tests that let it judge are left out.')

// The core is also run on other runtimes. Without them its test fails, with the same line.
spawnSync(process.execPath, [fileURLToPath(new URL('ensure-runtimes.mjs', import.meta.url))], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
