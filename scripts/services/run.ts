// Starts a component, says where it is, and stops it on Ctrl-C: npx tsx scripts/services/run.ts redis|cluster|sentinel|valkey|openbao|ministack|moto|stamps|ceph
import { startCeph } from './ceph.js'
import { startMiniStack } from './ministack.js'
import { startMoto } from './moto.js'
import { startOpenBao } from './openbao.js'
import { startRedis } from './redis.js'
import { startCluster } from './redis-cluster.js'
import { startSentinel } from './redis-sentinel.js'
import { extensions, startStamps } from './time-stamps.js'
import { startValkey } from './valkey.js'

interface Shown {
  readonly lines: readonly string[]
  stop(): Promise<void>
}

const components: Readonly<Record<string, () => Promise<Shown>>> = {
  async redis() {
    const redis = await startRedis({ aof: 'everysec' })
    return { lines: [redis.url], stop: redis.stop }
  },
  async cluster() {
    const cluster = await startCluster({ aof: 'everysec' })
    return { lines: cluster.urls, stop: cluster.stop }
  },
  async sentinel() {
    const group = await startSentinel({ aof: 'everysec' })
    const watchers = group.sentinels.map(({ host, port }) => `sentinel ${host}:${port} (name ${group.name})`)
    return { lines: [...group.nodes.map(({ url }) => url), ...watchers], stop: group.stop }
  },
  async valkey() {
    const valkey = await startValkey({ aof: 'everysec' })
    if ('reason' in valkey) throw new Error(valkey.reason)
    return { lines: [valkey.url], stop: valkey.stop }
  },
  async openbao() {
    const bao = await startOpenBao()
    await bao.ask('POST', 'sys/mounts/transit', { type: 'transit' })
    return { lines: [`export VAULT_ADDR=${bao.address} VAULT_TOKEN=${bao.token}`], stop: bao.stop }
  },
  async ministack() {
    const { endpoint, stop } = await startMiniStack()
    return { lines: [`AWS_ENDPOINT_URL_KMS=${endpoint} (access key test, secret test)`], stop }
  },
  async moto() {
    const { endpoint, stop } = await startMoto()
    return { lines: [`AWS_ENDPOINT_URL_KMS=${endpoint} (any credentials)`], stop }
  },
  async ceph() {
    const { endpoint, accessKeyId, secretAccessKey, stop } = await startCeph()
    return { lines: [`AWS_ENDPOINT_URL_S3=${endpoint} (access key ${accessKeyId}, secret ${secretAccessKey})`], stop }
  },
  async stamps() {
    const stamps = await startStamps()
    stamps.issue({ name: 'root', extensions: extensions.root })
    stamps.issue({ name: 'tsa', issuer: 'root', extensions: extensions.stamping })
    stamps.authority('tsa', { with: ['root'] })
    return { lines: [`${stamps.url('tsa')} (its root: ${stamps.path('root')})`], stop: stamps.stop }
  },
}

const start = components[process.argv[2] ?? '']
if (start === undefined) {
  console.error(`usage: npx tsx scripts/services/run.ts ${Object.keys(components).join('|')}`)
  process.exitCode = 2
} else {
  const { lines, stop } = await start()
  console.log(lines.join('\n'))
  console.log('Ctrl-C stops it.')
  // Its children alone would let the program end.
  const awake = setInterval(() => {}, 60_000)
  const end = () => {
    clearInterval(awake)
    void stop()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}
