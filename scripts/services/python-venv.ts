import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const done = 'quittance-complete'
/** Above any install: an older turn is one of a program that was ended. */
const longestTurnMs = 300_000

/** The first Python that can make an environment; some are installed without the module. */
async function python(): Promise<string> {
  for (const candidate of ['python3', '/usr/bin/python3']) {
    try {
      await run(candidate, ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10)'])
      return candidate
    } catch {
      // The next one, then.
    }
  }
  throw new Error('it needs Python 3.10 or later with venv (Debian: apt-get install python3-venv)')
}

const install = async (folder: string, requirements: string): Promise<void> => {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await run(await python(), ['-m', 'venv', folder])
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir']
  const only = ['--only-binary=:all:', '--require-hashes', '--requirement', requirements]
  await run(join(folder, 'bin/python'), [...pip, ...only], { timeout: longestTurnMs })
  await writeFile(join(folder, done), '')
}

/** One installs while the others wait: programs of an environment name its folder, so it can't be made elsewhere and moved. */
const inTurn = async (turn: string, isDone: () => boolean, make: () => Promise<void>): Promise<void> => {
  const end = performance.now() + longestTurnMs
  while (!isDone()) {
    try {
      await mkdir(turn)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (performance.now() > end) {
        const stale = `${turn}.${randomUUID()}`
        await rename(turn, stale)
        await rm(stale, { recursive: true, force: true })
      }
      await delay(200)
      continue
    }
    try {
      if (!isDone()) await make()
    } finally {
      await rm(turn, { recursive: true, force: true })
    }
  }
}

/**
 * An environment of Python packages, each pinned by version and hash, in the cache folder (`QUITTANCE_CACHE`, by default
 * `~/.cache/quittance`). Made at the first use.
 *
 * @param name - of `python/<name>.txt` beside this file
 * @returns the folder that its programs are in
 * @throws Error when it can't be made
 */
export async function pythonPrograms(name: string): Promise<string> {
  const requirements = join(dirname(fileURLToPath(import.meta.url)), 'python', `${name}.txt`)
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const cache = process.env.QUITTANCE_CACHE ?? join(homedir(), '.cache', 'quittance')
  await mkdir(cache, { recursive: true })
  const folder = join(cache, `${name}-${digest}`)
  const isDone = () => existsSync(join(folder, done))
  await inTurn(`${folder}.turn`, isDone, () => install(folder, requirements))
  return join(folder, 'bin')
}
