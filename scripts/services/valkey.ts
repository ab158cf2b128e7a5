import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type RedisOptions, type RedisService, startRedis } from './redis.js'

const run = promisify(execFile)
const version = '8.0.1+dfsg1-1~bpo12+1'
/** Beside apt's own check of the signed index: the very bytes that were tried. */
const sha256: Readonly<Record<string, string>> = {
  amd64: 'd2c2ea67642fa9571a07138b80ae52ebe566311c952aef25a39c1d5050697853',
}
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** Debian's archive as this machine's apt reaches it. */
async function archive(): Promise<string> {
  const format = '$(CREATED_BY)|$(LABEL)|$(CODENAME)|$(REPO_URI)'
  const { stdout } = await run('apt-get', ['indextargets', '--format', format])
  const found = stdout.split('\n').find((line) => line.startsWith('Packages|Debian|bookworm|'))
  return found?.split('|')[3] ?? 'http://deb.debian.org/debian/'
}

/** Fetches the package with sources, lists and cache of its own: apt's are neither read for it nor changed. */
async function download(dir: string): Promise<string> {
  for (const folder of ['lists/partial', 'cache/archives/partial']) await mkdir(join(dir, folder), { recursive: true })
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : ''
  await writeFile(join(dir, 'sources.list'), `deb ${signed}${await archive()} bookworm-backports main\n`)
  const own = [
    `Dir::Etc::SourceList=${join(dir, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(dir, 'lists')}`,
    `Dir::Cache=${join(dir, 'cache')}`,
    'APT::Sandbox::User=',
    'Acquire::Languages=none',
    'Acquire::http::Timeout=20',
  ].flatMap((option) => ['-o', option])
  await run('apt-get', [...own, 'update'], { cwd: dir })
  await run('apt-get', [...own, 'download', `valkey-tools=${version}`], { cwd: dir })
  const file = (await readdir(dir)).find((entry) => entry.endsWith('.deb'))
  if (file === undefined) throw new Error('apt-get brought no package')
  return join(dir, file)
}

async function install(target: string): Promise<void> {
  const release = readFileSync('/etc/os-release', 'utf8')
  if (!/^VERSION_CODENAME=bookworm$/m.test(release)) throw new Error('this is not Debian bookworm')
  const architecture = (await run('dpkg', ['--print-architecture'])).stdout.trim()
  const dir = `${target}.${randomUUID()}`
  try {
    await mkdir(dir, { recursive: true })
    const file = await download(dir)
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    const wanted = sha256[architecture]
    if (wanted !== undefined && digest !== wanted) throw new Error(`${version} has another SHA-256 than it had`)
    await run('dpkg', ['-x', file, join(dir, 'root')])
    // One program under several names: it looks at what it was called by.
    await copyFile(join(dir, 'root/usr/bin/valkey-check-aof'), join(dir, 'valkey-server'))
    await mkdir(target, { recursive: true })
    await rename(join(dir, 'valkey-server'), join(target, 'valkey-server'))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Finds Valkey 8: on the path, in the cache folder (`QUITTANCE_CACHE`, by default `~/.cache/quittance`), or in Debian's backports.
 *
 * @returns the program, or why it can't be had
 */
export async function valkeyBinary(): Promise<{ readonly binary: string } | { readonly reason: string }> {
  const cache = process.env.QUITTANCE_CACHE ?? join(homedir(), '.cache', 'quittance')
  const target = join(cache, `valkey-${version}`)
  const binary = join(target, 'valkey-server')
  const works = async (path: string) => (await run(path, ['--version'])).stdout.includes('v=8')
  try {
    if (await works('valkey-server')) return { binary: 'valkey-server' }
  } catch {
    // Not installed, which is the usual case.
  }
  try {
    if (!existsSync(binary)) await install(target)
    return (await works(binary)) ? { binary } : { reason: `${binary} is not Valkey 8` }
  } catch (error) {
    return { reason: `Valkey 8 can't be had: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/**
 * Starts Valkey 8 as `startRedis` starts Redis.
 *
 * @returns the service, or why there is none
 * @example
 * const valkey = await startValkey({ aof: 'everysec' })
 * if ('reason' in valkey) console.log(valkey.reason)
 * else await valkey.stop()
 */
export async function startValkey(
  options: Omit<RedisOptions, 'binary'> = {},
): Promise<RedisService | { readonly reason: string }> {
  const found = await valkeyBinary()
  return 'reason' in found ? found : await startRedis({ ...options, binary: found.binary })
}
