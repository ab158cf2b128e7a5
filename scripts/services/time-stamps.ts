import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { adoptFolder, removeFolder } from './leftovers.js'

const run = promisify(execFile)

/** A certificate that is to be made, with a key of its own. */
export interface Wanted {
  /** Names its files, and is its common name. */
  readonly name: string
  /** Who issues it; default itself. */
  readonly issuer?: string | undefined
  /** Lines of an OpenSSL extension section. */
  readonly extensions: readonly string[]
  /** `YYYYMMDDHHMMSSZ`; default from 2020 to 2045. */
  readonly from?: string | undefined
  readonly until?: string | undefined
  /** What `openssl genpkey` gets; default a P-256 key. */
  readonly key?: readonly string[] | undefined
  /** Default `sha256`. */
  readonly digest?: string | undefined
  /** The key of another one, in place of its own. */
  readonly keyOf?: string | undefined
  /** Default the name. */
  readonly commonName?: string | undefined
}

/** A line of a revocation list. */
export interface Revoked {
  readonly name: string
  /** `YYMMDDHHMMSSZ`. */
  readonly at: string
  /** As OpenSSL spells it; default none. */
  readonly reason?: string | undefined
}

/** Extensions of those that are made again and again. */
export const extensions = {
  root: [
    'basicConstraints = critical, CA:true',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
  ],
  issuer: [
    'basicConstraints = critical, CA:true, pathlen:0',
    'keyUsage = critical, keyCertSign, cRLSign',
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
  ],
  stamping: [
    'basicConstraints = CA:false',
    'keyUsage = critical, digitalSignature',
    'extendedKeyUsage = critical, timeStamping',
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
  ],
} as const

/** OpenSSL as a time-stamp authority, with a certificate authority of its own. */
export interface StampService {
  readonly dir: string
  /** @returns the path of a file of a certificate */
  path(name: string, ending?: 'pem' | 'key' | 'crl'): string
  /** @returns the PEM text of a certificate */
  pem(name: string): string
  /** Makes a certificate. */
  issue(wanted: Wanted): void
  /** Makes a revocation list of an issuer's, and gives its PEM text. */
  revoke(
    issuer: string,
    entries: readonly Revoked[],
    options?: { at?: string; until?: string; more?: readonly string[] },
  ): string
  /** Makes an authority of a certificate: it answers under `url(name)` from then on. */
  authority(name: string, options?: AuthorityOptions): void
  url(name: string): string
  /** Answers one request, as the server does. */
  reply(name: string, query: Uint8Array): Promise<Buffer>
  /** Signs any content as a CMS of time stamps; with `-cades` it names its certificate. */
  sign(name: string, content: Uint8Array, ...args: readonly string[]): Buffer
  openssl(...args: readonly string[]): Buffer
  stop(): Promise<void>
}

/** How an authority stamps. */
export interface AuthorityOptions {
  /** Lines of its section of the configuration, behind the others: the last one counts. */
  readonly lines?: readonly string[] | undefined
  /** What it sends with the token beside its own certificate. */
  readonly with?: readonly string[] | undefined
}

/**
 * Starts an HTTP server on a free port that hands each request to `openssl ts -reply`.
 *
 * @example
 * const stamps = await startStamps()
 * stamps.issue({ name: 'root', extensions: extensions.root })
 * stamps.issue({ name: 'tsa', issuer: 'root', extensions: extensions.stamping })
 * stamps.authority('tsa', { with: ['root'] })
 * await fetch(stamps.url('tsa'), { method: 'POST', body: query })
 * await stamps.stop()
 */
export async function startStamps(): Promise<StampService> {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-stamps-'))
  adoptFolder(dir)
  const path = (name: string, ending = 'pem') => join(dir, `${name}.${ending}`)
  const openssl = (...args: readonly string[]): Buffer => {
    try {
      return execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir, maxBuffer: 2 ** 26 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT')
        throw new Error('OpenSSL is not installed: apt-get install openssl')
      throw error
    }
  }
  const version = openssl('version').toString()
  if (!/^OpenSSL [3-9]\./.test(version))
    throw new Error(`OpenSSL 3 is needed: apt-get install openssl (${version.trim()})`)

  /** `openssl ca` can date a certificate as one likes, and keeps a list of what it issued, which is not used. */
  const configuration = (name: string, lines: readonly string[]): string => {
    const text = [
      '[ca]',
      'default_ca = one',
      '[one]',
      `new_certs_dir = ${dir}/issued`,
      `database = ${dir}/${name}.index`,
      `serial = ${dir}/certificates`,
      'unique_subject = no',
      'default_md = sha256',
      'policy = any',
      'default_crl_days = 3650',
      '[any]',
      'commonName = supplied',
      '[req]',
      'distinguished_name = dn',
      '[dn]',
      '[given]',
      ...lines,
    ]
    writeFileSync(path(name, 'cnf'), `${text.join('\n')}\n`)
    return path(name, 'cnf')
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      reply((request.url ?? '/').slice(1), Buffer.concat(parts)).then(
        (answer) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  })
  let turn = Promise.resolve<unknown>(undefined)
  let count = 0
  /** One after another: they share a file with the last serial number. */
  const reply = (name: string, query: Uint8Array): Promise<Buffer> => {
    const answer = turn.then(async () => {
      count += 1
      const [asked, answered] = [path(`${count}`, 'tsq'), path(`${count}`, 'tsr')]
      writeFileSync(asked, query)
      await run('openssl', ['ts', '-reply', '-config', path(name, 'ts'), '-queryfile', asked, '-out', answered], {
        cwd: dir,
      })
      return readFileSync(answered)
    })
    turn = answer.catch(() => undefined)
    return answer
  }
  mkdirSync(join(dir, 'issued'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    dir,
    path,
    openssl,
    reply,
    pem: (name) => readFileSync(path(name), 'utf8'),
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    issue({ name, issuer = name, extensions, from = '20200101000000Z', until = '20450101000000Z', ...rest }) {
      const { key = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], digest = 'sha256', keyOf } = rest
      if (keyOf === undefined) openssl('genpkey', ...key, '-out', path(name, 'key'))
      else writeFileSync(path(name, 'key'), readFileSync(path(keyOf, 'key')))
      writeFileSync(path(name, 'index'), '')
      const config = configuration(name, extensions)
      const subject = `/CN=${rest.commonName ?? name}`
      openssl('req', '-new', '-config', config, '-key', path(name, 'key'), '-subj', subject, '-out', path(name, 'csr'))
      const by = issuer === name ? ['-selfsign'] : ['-cert', path(issuer)]
      const dates = ['-startdate', from, '-enddate', until, '-md', digest, '-rand_serial']
      const words = ['-config', config, '-batch', '-notext', '-extensions', 'given', '-keyfile', path(issuer, 'key')]
      openssl('ca', ...words, ...by, ...dates, '-in', path(name, 'csr'), '-out', path(name))
    },
    revoke(issuer, entries, { at = '20300101000000Z', until = '20450101000000Z', more = [] } = {}) {
      const lines = entries.map(({ name, at, reason }) => {
        const serial = openssl('x509', '-in', path(name), '-noout', '-serial').toString().trim().slice('serial='.length)
        return `R\t450101000000Z\t${at}${reason === undefined ? '' : `,${reason}`}\t${serial}\tunknown\t/CN=${name}\n`
      })
      writeFileSync(path(issuer, 'index'), lines.join(''))
      const words = ['-config', configuration(issuer, more), '-keyfile', path(issuer, 'key'), '-cert', path(issuer)]
      const dates = ['-crl_lastupdate', at, '-crl_nextupdate', until]
      const with_ = more.length === 0 ? [] : ['-crlexts', 'given']
      openssl('ca', '-gencrl', ...words, ...dates, ...with_, '-out', path(issuer, 'crl'))
      return readFileSync(path(issuer, 'crl'), 'utf8')
    },
    authority(name, options = {}) {
      writeFileSync(path(`${name}-with`), (options.with ?? []).map((one) => readFileSync(path(one), 'utf8')).join(''))
      const lines = [
        '[tsa]',
        'default_tsa = one',
        '[one]',
        `serial = ${dir}/serial`,
        'crypto_device = builtin',
        `signer_cert = ${path(name)}`,
        ...(options.with === undefined ? [] : [`certs = ${path(`${name}-with`)}`]),
        `signer_key = ${path(name, 'key')}`,
        'signer_digest = sha256',
        'default_policy = 1.3.6.1.4.1.99999.1',
        'other_policies = 1.3.6.1.4.1.99999.2',
        'digests = sha256, sha384, sha512',
        'accuracy = secs:1, millisecs:500',
        'ordering = no',
        'tsa_name = yes',
        'ess_cert_id_chain = no',
        'ess_cert_id_alg = sha256',
        ...(options.lines ?? []),
      ]
      writeFileSync(path(name, 'ts'), `${lines.join('\n')}\n`)
    },
    sign(name, content, ...args) {
      count += 1
      const [given, signed] = [path(`${count}`, 'tst'), path(`${count}`, 'tok')]
      writeFileSync(given, content)
      const type = ['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-binary', '-nodetach', '-nosmimecap']
      const by = ['-signer', path(name), '-inkey', path(name, 'key')]
      openssl('cms', '-sign', ...type, ...by, ...args, '-in', given, '-outform', 'DER', '-out', signed)
      return readFileSync(signed)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      removeFolder(dir)
    },
  }
}
