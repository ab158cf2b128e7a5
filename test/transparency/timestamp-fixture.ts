/** Certificates, good and bad, and OpenSSL as the other judge. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extensions, type StampService, startStamps } from '../../scripts/services/time-stamps.js'

export { extensions }

/** What is stamped: the text of a checkpoint. */
export const text = 'log.example/receipts\n42\nqRIGIxT+7BY0vyDTa2SHUZWbhrVU4yXVWHjFQuvKd6c=\n'
export const message = Buffer.from(text)

/** Root, intermediate, and an authority that does everything right. */
export async function startAuthority(): Promise<StampService> {
  const stamps = await startStamps()
  stamps.issue({ name: 'root', extensions: extensions.root })
  stamps.issue({ name: 'mid', issuer: 'root', extensions: extensions.issuer })
  stamps.issue({ name: 'tsa', issuer: 'mid', extensions: extensions.stamping })
  stamps.authority('tsa', { with: ['mid'] })
  writeFileSync(join(stamps.dir, 'message'), message)
  return stamps
}

/** Has OpenSSL ask the authority as it would itself; returns the token. */
export async function stampedByOpenssl(
  stamps: StampService,
  name: string,
  ...args: readonly string[]
): Promise<Buffer> {
  const query = stamps.openssl('ts', '-query', '-data', 'message', ...args)
  const reply = join(stamps.dir, `${name}.reply`)
  writeFileSync(reply, await stamps.reply(name, query))
  return stamps.openssl('ts', '-reply', '-in', reply, '-token_out')
}

/** The TSTInfo of a token, as OpenSSL takes it out; with words for `openssl cms`, the chain is verified as well. */
export function contentOf(stamps: StampService, token: Uint8Array, ...args: readonly string[]): Buffer {
  const file = join(stamps.dir, 'content.tok')
  writeFileSync(file, token)
  const lenient = args.length === 0 ? ['-noverify', '-nosigs'] : args
  return stamps.openssl('cms', '-verify', ...lenient, '-inform', 'DER', '-in', file)
}

/** A TSTInfo with another time in it. */
export function datedAt(content: Buffer, time: string): Buffer {
  const [now] = /\d{14}Z/.exec(content.toString('latin1')) ?? []
  if (now?.length !== time.length) throw new Error('there is no such time in it')
  const changed = Buffer.from(content)
  changed.write(time, content.indexOf(now), 'latin1')
  return changed
}

export interface OpensslOptions {
  readonly ca?: string | undefined
  readonly untrusted?: readonly string[] | undefined
  /** Milliseconds since 1970. */
  readonly at?: number | undefined
  readonly more?: readonly string[] | undefined
}

/** Whether `openssl ts -verify` accepts a token on the message. */
export function opensslAccepts(stamps: StampService, token: Uint8Array, options: OpensslOptions = {}): boolean {
  const { ca = 'root', untrusted = [], at, more = [] } = options
  const file = join(stamps.dir, 'judged.tok')
  writeFileSync(file, token)
  const between = join(stamps.dir, 'untrusted.pem')
  writeFileSync(between, untrusted.map((name) => stamps.pem(name)).join(''))
  const words = ['ts', '-verify', '-data', 'message', '-in', file, '-token_in', '-CAfile', stamps.path(ca)]
  const chain = untrusted.length === 0 ? [] : ['-untrusted', between]
  const time = at === undefined ? [] : ['-attime', String(Math.floor(at / 1000))]
  const { stdout, stderr, status } = spawnSync('openssl', [...words, ...chain, ...time, ...more], { cwd: stamps.dir })
  const said = `${stdout}${stderr}`
  if (!/Verification: (OK|FAILED)/.test(said)) throw new Error(`openssl did not judge: ${said}`)
  return status === 0 && said.includes('Verification: OK')
}

/** Puts a list into the SignedData, behind the certificates: nothing there is signed. */
export function withCrl(token: Buffer, pem: string): Buffer {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
  const element = (tag: number, body: Buffer) => {
    const digits = Buffer.from(body.length.toString(16).padStart(body.length > 255 ? 4 : 2, '0'), 'hex')
    const length = body.length < 128 ? [body.length] : [0x80 | digits.length, ...digits]
    return Buffer.concat([Buffer.from([tag, ...length]), body])
  }
  /** @returns where the content begins and ends */
  const at = (from: number): [number, number] => {
    const first = token[from + 1] ?? 0
    if (first < 0x80) return [from + 2, from + 2 + first]
    const start = from + 2 + (first & 0x7f)
    return [start, start + Number.parseInt(token.subarray(from + 2, start).toString('hex'), 16)]
  }
  const [oid] = at(0)
  const [, explicit] = at(oid)
  const [signedData] = at(explicit)
  const [start, end] = at(signedData)
  let next = start
  while (token[next] !== 0xa0) [, next] = at(next)
  ;[, next] = at(next)
  const inside = Buffer.concat([token.subarray(start, next), element(0xa1, der), token.subarray(next, end)])
  return element(0x30, Buffer.concat([token.subarray(oid, explicit), element(0xa0, element(0x30, inside))]))
}
