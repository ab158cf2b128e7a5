import { execFile, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.js'
import { adoptFolder, removeFolder } from './leftovers.js'
import { launch, type ServerProcess } from './server-process.js'
import { until } from './until.js'

const run = promisify(execFile)

/** An S3 with versions and Object Lock: Ceph's gateway over one monitor and one store in memory. */
export interface CephService {
  /** `http://127.0.0.1:port`. */
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Ends the gateway; the store stays. */
  kill(): Promise<void>
  /** Runs the gateway again, at the same address. */
  start(): Promise<void>
  /** Ends everything and removes its folder. */
  stop(): Promise<void>
}

const programs = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph', 'ceph-authtool', 'monmaptool']

const configuration = (dir: string, ports: { mon: number; old: number; rgw: number }): string => `[global]
fsid = ${randomUUID()}
mon data avail warn = 1
mon data avail crit = 1
auth allow insecure global id reclaim = false
mon host = [v2:127.0.0.1:${ports.mon}/0,v1:127.0.0.1:${ports.old}/0]
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
public network = 127.0.0.0/8
ms bind ipv6 = false
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
osd crush chooseleaf type = 0
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 1073741824
osd class default list = *
osd class load list = *
run dir = ${dir}
admin socket = ${dir}/$name.asok
log file = ${dir}/$name.log
crash dir = ${dir}
mon data = ${dir}/mon
osd data = ${dir}/osd
mgr data = ${dir}/mgr
keyring = ${dir}/keyring
[client.rgw.a]
rgw data = ${dir}/rgw
rgw frontends = beast endpoint=127.0.0.1:${ports.rgw}
rgw thread pool size = 32
rgw enable usage log = false
rgw enable gc threads = false
debug rgw = 1
`

/**
 * Starts it, and makes one user. It takes some 15 seconds.
 *
 * @throws Error that names the packages where it is not installed
 * @example
 * const s3 = await startCeph()
 * const client = new S3Client({ endpoint: s3.endpoint, credentials: s3, forcePathStyle: true, region: 'us-east-1' })
 * await s3.stop()
 */
export async function startCeph(): Promise<CephService> {
  const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
  if (missing.length > 0)
    throw new Error(
      `Ceph is not installed: apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common (${missing.join(', ')})`,
    )
  const dir = mkdtempSync(join(tmpdir(), 'quittance-ceph-'))
  adoptFolder(dir)
  for (const name of ['mon', 'osd', 'rgw', 'mgr']) mkdirSync(join(dir, name))
  const ports = { mon: await freePort(), old: await freePort(), rgw: await freePort() }
  const [conf, keyring, map] = [join(dir, 'ceph.conf'), join(dir, 'keyring'), join(dir, 'monmap')]
  const text = configuration(dir, ports)
  writeFileSync(conf, text)
  const ask = (program: string, ...args: readonly string[]) =>
    run(program, [...args], { env: { ...process.env, CEPH_CONF: conf }, timeout: 60_000 })

  const all = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *']
  await ask('ceph-authtool', '--create-keyring', keyring, '--gen-key', '-n', 'mon.', '--cap', 'mon', 'allow *')
  for (const name of ['client.admin', 'client.rgw.a'])
    await ask('ceph-authtool', keyring, '--gen-key', '-n', name, ...all)
  const osdCaps = ['--cap', 'mon', 'allow profile osd', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow profile osd']
  await ask('ceph-authtool', keyring, '--gen-key', '-n', 'osd.0', ...osdCaps)
  const address = `[v2:127.0.0.1:${ports.mon},v1:127.0.0.1:${ports.old}]`
  const fsid = /fsid = (.*)/.exec(text)?.[1] ?? ''
  await ask('monmaptool', '--create', '--addv', 'a', address, '--fsid', fsid, map)
  await ask('ceph-mon', '-c', conf, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring)

  const running: ServerProcess[] = []
  const begin = async (program: string, ready: RegExp, ...args: readonly string[]): Promise<ServerProcess> => {
    const server = await launch(program, ['-d', '-c', conf, ...args], ready)
    running.push(server)
    return server
  }
  const endpoint = `http://127.0.0.1:${ports.rgw}`
  const answers = () =>
    until(
      'the gateway answers',
      () =>
        fetch(endpoint).then(
          async (response) => (await response.text()).length > 0,
          () => false,
        ),
      60_000,
    )
  const gateway = async () => {
    const server = await begin('radosgw', /./, '-n', 'client.rgw.a')
    await answers()
    return server
  }
  const [accessKeyId, secretAccessKey] = ['AK', 'SK']
  try {
    await begin('ceph-mon', /./, '-i', 'a')
    const osd = randomUUID()
    await ask('ceph', 'osd', 'new', osd)
    await ask('ceph-osd', '-c', conf, '-i', '0', '--mkfs', '--osd-uuid', osd)
    await begin('ceph-osd', /./, '-i', '0')
    await until('the store is up', async () => (await ask('ceph', 'osd', 'stat')).stdout.includes('1 up'), 60_000)
    let current = await gateway()
    const keys = [`--access-key=${accessKeyId}`, `--secret-key=${secretAccessKey}`]
    await ask('radosgw-admin', '-c', conf, 'user', 'create', '--uid=tests', '--display-name=tests', ...keys)
    return {
      endpoint,
      accessKeyId,
      secretAccessKey,
      kill: () => current.kill(),
      async start() {
        current = await gateway()
      },
      async stop() {
        for (const server of running.toReversed()) if (server.running) await server.kill()
        removeFolder(dir)
      },
    }
  } catch (error) {
    const logs = running.map((server) => server.log().slice(-2_000)).join('\n')
    for (const server of running) await server.kill()
    removeFolder(dir)
    throw new Error(`Ceph did not start\n${logs}`, { cause: error })
  }
}
