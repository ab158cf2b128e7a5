/** Where an optional package is not installed, its part says which; the parts that need none work. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { root } from '../support/program.js'
import { message, stampedByOpenssl, startAuthority } from './timestamp-fixture.js'

const program = `
  import { readFileSync } from 'node:fs'
  import { s3Sink } from './src/transparency/sinks/s3.js'
  import { httpSink } from './src/transparency/sinks/http.js'
  import { syslogSink } from './src/transparency/sinks/syslog.js'
  import { timestampAuthority, verifyTimestamp } from './src/transparency/timestamp/index.js'
  const said = []
  const tell = (work) => work.catch(({ code, message, details }) => said.push([code, details.reason, message]))
  const [token, message, root] = ['token', 'message', 'root.pem'].map((name) => readFileSync(name))
  said.push((await verifyTimestamp(token, message, { authorities: [String(root)] })).verdict)
  await tell(timestampAuthority({ url: 'http://127.0.0.1:1/' }).stamp(new Uint8Array(1)))
  const client = { send: async () => ({}) }
  const checkpoint = { kind: 'log', chainId: 'a', origin: 'a', size: 1, note: 'a', timestamps: [] }
  await tell(s3Sink({ client, bucket: 'b', retainDays: 1, mode: 'COMPLIANCE' }).publish(checkpoint))
  said.push([httpSink({ url: 'https://a.example/' }).name, syslogSink({ host: 'a', transport: 'udp' }).name])
  console.log(JSON.stringify(said))
`

it('names what is missing', async () => {
  const place = await mkdtemp(join(tmpdir(), 'quittance-optional-'))
  const stamps = await startAuthority()
  try {
    await writeFile(join(place, 'token'), await stampedByOpenssl(stamps, 'tsa', '-cert', '-sha256'))
    await writeFile(join(place, 'message'), message)
    await writeFile(join(place, 'root.pem'), stamps.pem('root'))
    const outfile = join(place, 'program.mjs')
    const stdin = { contents: program, resolveDir: root, loader: 'ts' } as const
    await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'silent' })
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: place })
    const requests =
      'requesting time stamps needs the packages pkijs and asn1js, which are not installed: npm install pkijs asn1js'
    const s3 =
      'the S3 sink needs the package @aws-sdk/client-s3, which is not installed: npm install @aws-sdk/client-s3'
    expect(JSON.parse(stdout)).toEqual([
      'VALID',
      ['TLOG_UNAVAILABLE', 'not-installed', requests],
      ['TLOG_UNAVAILABLE', 'not-installed', s3],
      ['http', 'syslog'],
    ])
  } finally {
    await stamps.stop()
    await rm(place, { recursive: true, force: true })
  }
})
