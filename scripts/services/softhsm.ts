import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adoptFolder, removeFolder } from './leftovers.js'

/** Where distributions put the module. */
const modulePaths = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

/** SoftHSM with tokens of its own in a folder of its own. */
export interface SoftHsm {
  /** The path of the module. */
  readonly module: string
  /** For the environment of whoever loads the module: `SOFTHSM2_CONF`. */
  readonly conf: string
  /** Makes a token; its security officer's PIN is 87654321. */
  makeToken(label: string, pin: string): void
  /** Makes a key pair in the token, as `pkcs11-tool --key-type` names it. */
  makeKey(token: string, pin: string, key: { label: string; id: string; type?: string; usage?: string }): void
  /** Runs `pkcs11-tool` on the module. */
  tool(...args: readonly string[]): string
  /** Takes the token out, as if it were pulled. */
  removeToken(label: string): void
  stop(): void
}

/**
 * Sets SoftHSM up. It is a library: what is started is a folder with its configuration.
 *
 * @example
 * const hsm = startSoftHsm()
 * process.env.SOFTHSM2_CONF = hsm.conf
 * hsm.makeToken('receipts', '1234')
 * hsm.makeKey('receipts', '1234', { label: 'receipts-2026', id: '01' })
 */
export function startSoftHsm(): SoftHsm {
  const module = modulePaths.find((path) => existsSync(path))
  if (module === undefined) throw new Error('SoftHSM is not installed: apt-get install softhsm2 opensc')
  const dir = mkdtempSync(join(tmpdir(), 'quittance-softhsm-'))
  adoptFolder(dir)
  const tokens = join(dir, 'tokens')
  const conf = join(dir, 'softhsm2.conf')
  mkdirSync(tokens)
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`)
  const env = { ...process.env, SOFTHSM2_CONF: conf }
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const tool = (...args: readonly string[]) => run('pkcs11-tool', ['--module', module, ...args])

  return {
    module,
    conf,
    tool,
    makeToken(label, pin) {
      run('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '87654321', '--pin', pin])
    },
    makeKey(token, pin, { label, id, type = 'EC:edwards25519', usage = '--usage-sign' }) {
      const login = ['--token-label', token, '--login', '--pin', pin]
      tool(...login, '--keypairgen', '--key-type', type, '--label', label, '--id', id, usage)
    },
    removeToken(label) {
      run('softhsm2-util', ['--delete-token', '--token', label])
    },
    stop() {
      rmSync(tokens, { recursive: true, force: true })
      removeFolder(dir)
    },
  }
}
