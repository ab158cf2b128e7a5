import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StampService } from '../../scripts/services/time-stamps.js'
import { fileStore } from '../../src/store/file.js'
import { formatDecisionProof, parseDecisionProof } from '../../src/transparency/decision-proof-format.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import { exportTiles } from '../../src/transparency/tiles.js'
import { timestampAuthority } from '../../src/transparency/timestamp/index.js'
import { keyNamed } from '../ledger/support.js'
import { type ProofWorld, policyText, proofWorld } from '../transparency/proof-support.js'
import { extensions, startAuthority } from '../transparency/timestamp-fixture.js'
import { runCli } from './run-cli.js'

let cwd: string
let world: ProofWorld
let ids: string[]
let keyId: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-prove-'))
  world = await proofWorld(fileStore(join(cwd, 'store')))
  ids = await world.decide(5)
  await world.publish('acme')
  await writeFile(join(cwd, 'other.note'), (await storedCheckpoint(world.store, 'transparency-log'))?.note ?? '')
  keyId = (await keyNamed('receipts').signer()).keyId
  await writeFile(join(cwd, 'policy.txt'), await policyText())
  await writeFile(join(cwd, 'lonely.txt'), await policyText('none'))
  await writeFile(join(cwd, 'stranger.txt'), await policyText('w1', 'checkpoints', 'stranger'))
})
afterAll(async () => {
  await world.close()
  await rm(cwd, { recursive: true })
})

const cli = (...args: string[]) => runCli(args, { cwd })
const prove = (...more: string[]) =>
  cli('prove', ids[1] as string, 'store', '--chain', 'acme', '--out', 'p.tlog-proof', ...more)
const verify = (...more: string[]) => cli('verify-proof', 'p.tlog-proof', '--trust', keyId, ...more)

describe('quittance prove', () => {
  test('writes a file that verify-proof takes', async () => {
    const made = await prove()
    expect([made.code, made.stderr]).toEqual([0, ''])
    expect(made.stdout).toMatch(/^p\.tlog-proof {2}seq 2 of 6 in log\.example\/acme\/[0-9a-f]{16}\n$/)
    const { code, stdout, stderr } = await verify('--policy', 'policy.txt')
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines[0]).toBe('VALID  All that was asked for is there, and nothing contradicts.')
    expect(lines[1]).toMatch(new RegExp(`^ {2}chain acme, seq 2, ${ids[1]}, .*, decision, allow$`))
    expect(lines[2]).toBe('  trust  --trust')
    const of = (title: string) => {
      const from = lines.indexOf(title) + 1
      return lines.slice(from, from + [...lines.slice(from), ''].indexOf('')).map((line) => line.trim().split(' ')[0])
    }
    expect(of('proved')).toEqual(['RECEIPT_INTACT', 'SIGNER_TRUSTED', 'IN_CHAIN', 'IN_LOG', 'WITNESSED'])
    expect(of('not proved')).toContain('NOTHING_ELSE')
    const json = JSON.parse((await verify('--policy', 'policy.txt', '--json')).stdout)
    expect(json).toMatchObject({ verdict: 'VALID', receipt: { receiptId: ids[1] }, witnesses: ['witness.example/one'] })
    expect((await verify('--policy', 'policy.txt', '--lang', 'de')).stdout).toContain('nicht bewiesen\n')
  })

  test('leaves free texts and the log out as it is told', async () => {
    await prove('--with-details', '--no-log')
    const json = JSON.parse((await verify('--policy', 'lonely.txt', '--json')).stdout)
    expect(json).toMatchObject({ verdict: 'VALID', receipt: { details: { metadata: { note: 'neighbour acme 1' } } } })
    expect(json.log).toBeUndefined()
    const asked = await verify('--policy', 'policy.txt')
    expect([asked.code, asked.stdout.includes('LOG_MISSING')]).toEqual([3, true])
  })

  test('out of exported tiles it is the same', async () => {
    await prove()
    const whole = await readFile(join(cwd, 'p.tlog-proof'), 'utf8')
    await exportTiles({ store: world.store, chainId: 'acme', directory: join(cwd, 'tiles') })
    await exportTiles({ store: world.store, chainId: 'transparency-log', directory: join(cwd, 'log-tiles') })
    expect((await prove('--tiles', 'tiles', '--log-tiles', 'log-tiles', '--json')).code).toBe(0)
    expect(await readFile(join(cwd, 'p.tlog-proof'), 'utf8')).toBe(whole)
  })

  test('what can not be proved is said', async () => {
    const absent = await cli('prove', ids[0]?.replace(/^./, 'f') as string, 'store', '--chain', 'acme', '--out', 'x')
    expect([absent.code, absent.stdout]).toEqual([2, ''])
    expect(absent.stderr).toContain('holds no such receipt')
    const first = ['prove', ids[0] as string, 'store', '--chain', 'acme', '--out', 'x']
    expect((await cli(...first, '--checkpoint', 'other.note')).code).toBe(1)
    expect((await prove('--checkpoint', 'absent.note')).code).toBe(2)
    expect((await prove('--tiles', 'absent')).code).toBe(2)
    expect((await prove('--no-log', '--log-chain', 'x')).code).toBe(2)
    const [late] = await world.decide(1)
    const early = await cli('prove', late as string, 'store', '--chain', 'acme', '--out', 'x')
    expect([early.code, early.stderr.includes('make one first')]).toEqual([2, true])
    await world.log.checkpoint('acme')
    const waiting = await cli('prove', late as string, 'store', '--chain', 'acme', '--out', 'x')
    expect([waiting.code, waiting.stderr.includes('witnesses have not seen it')]).toEqual([0, true])
  })
})

describe('with a real time-stamp authority', () => {
  let stamps: StampService
  beforeAll(async () => {
    stamps = await startAuthority()
  })
  afterAll(() => stamps.stop())

  test('its stamp is verified under the reader’s certificates, and under no others', async () => {
    const authority = timestampAuthority({ url: stamps.url('tsa'), certificates: [stamps.pem('root')] })
    const stamped = await proofWorld(fileStore(join(cwd, 'stamped')), undefined, { timestamps: [authority] })
    const [id] = await stamped.decide(1)
    await stamped.publish('acme')
    await stamped.close()
    const made = await cli('prove', id as string, 'stamped', '--chain', 'acme', '--out', 's.tlog-proof')
    expect(made.code).toBe(0)
    await writeFile(join(cwd, 'root.pem'), stamps.pem('root'))
    const asked = ['s.tlog-proof', '--trust', keyId, '--policy', 'policy.txt', '--require-timestamp', '--json']
    const { code, stdout } = await cli('verify-proof', ...asked, '--tsa', 'root.pem')
    expect([code, JSON.parse(stdout).proved]).toMatchObject([0, expect.arrayContaining(['TIME_STAMPED'])])
    stamps.issue({ name: 'other-root', extensions: extensions.root })
    await writeFile(join(cwd, 'other.pem'), stamps.pem('other-root'))
    const other = await cli('verify-proof', ...asked, '--tsa', 'other.pem')
    expect([other.code, JSON.parse(other.stdout).problems]).toMatchObject([3, [{ code: 'TIMESTAMP_MISSING' }]])
    // a stamp of another note
    const text = await readFile(join(cwd, 's.tlog-proof'), 'utf8')
    const taken = parseDecisionProof(text)
    const wrong = await authority.stamp(Buffer.from('another text'))
    const log = { ...(taken.log as NonNullable<typeof taken.log>), timestamps: [wrong] }
    await writeFile(join(cwd, 's.tlog-proof'), formatDecisionProof({ ...taken, log }))
    expect((await cli('verify-proof', ...asked, '--tsa', 'root.pem')).code).toBe(1)
  })
})

describe('quittance verify-proof', () => {
  test('1 what is altered, 3 what is missing, 2 what makes no sense', async () => {
    await prove()
    const text = await readFile(join(cwd, 'p.tlog-proof'), 'utf8')
    await writeFile(join(cwd, 'bad.tlog-proof'), text.replace('\nindex 2\n', '\nindex 3\n'))
    const code = async (...args: string[]) => (await cli('verify-proof', ...args)).code
    const policy = ['--policy', 'policy.txt']
    expect(await code('bad.tlog-proof', '--trust', keyId, ...policy)).toBe(1)
    expect(await code('policy.txt', '--trust', keyId, ...policy)).toBe(1)
    const { stdout } = await cli('verify-proof', 'bad.tlog-proof', '--trust', keyId, ...policy)
    expect(stdout).toContain('no more was judged')
    expect(stdout).not.toMatch(/SIGNER_TRUSTED|no key that you trust|not proved/)
    const stranger = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    expect(await code('p.tlog-proof', '--trust', stranger, ...policy)).toBe(3)
    expect(await code('p.tlog-proof', '--trust', keyId, '--policy', 'stranger.txt')).toBe(3)
    expect(await code('p.tlog-proof', ...policy)).toBe(2)
    expect(await code('p.tlog-proof', '--trust', keyId)).toBe(2)
    expect(await code('p.tlog-proof', '--trust', keyId, '--policy', 'absent.txt')).toBe(2)
    expect(await code('p.tlog-proof', '--trust', keyId, '--policy', 'other.note')).toBe(2)
    await writeFile(join(cwd, 'policy.json'), '{"require":{}}\n')
    const json = await cli('verify-proof', 'p.tlog-proof', '--trust', keyId, '--policy', 'policy.json')
    expect([json.code, json.stderr]).toEqual([
      2,
      expect.stringMatching(/policy\.json is the policy of a package.*tlog-policy/s),
    ])
    const absent = await cli('verify-proof', 'absent.tlog-proof', '--trust', keyId, ...policy)
    expect([absent.code, absent.stderr]).toEqual([
      2,
      expect.stringContaining('cannot read the proof absent.tlog-proof'),
    ])
    expect(await code('p.tlog-proof', '--trust', keyId, ...policy, '--require-timestamp')).toBe(2)
    expect(await code('p.tlog-proof', '--trust', keyId, ...policy, '--lang', 'fr')).toBe(2)
  })
})
