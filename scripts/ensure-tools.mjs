// The tests run the auditor's shell commands and Redis for real. Installs what is missing where it may, else says what to
// install. (A sentinel is redis-server under another flag.)
import { spawnSync } from 'node:child_process'

const packages = {
  sed: 'sed',
  sha256sum: 'coreutils',
  openssl: 'openssl',
  jq: 'jq',
  bash: 'bash',
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  promtool: 'prometheus',
}

const has = (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
const missing = () => [
  ...new Set(
    Object.entries(packages)
      .filter(([tool]) => !has(tool))
      .map(([, name]) => name),
  ),
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
