/** `verify --all`, and chains that a gap receipt says are there. */
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { comings, outboxed } from '../ledger/outbox-support.js'
import { draft, keyNamed } from '../ledger/support.js'
import { runCli } from './run-cli.js'

let redis: RedisService
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

let cwd: string
let outbox: string
let gap: { seq: number; receiptId: string }
let taken: number | undefined
let trusted: string[]
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-joined-'))
  const store = fileStore(join(cwd, 'store'))
  const main = comings(store)
  const ledger = outboxed(main.store, join(cwd, 'outbox'))
  await ledger.append(draft())
  main.leave()
  outbox = (await ledger.append(draft())).chainId
  await ledger.append(draft())
  main.come()
  await ledger.drain()
  await ledger.append(draft())
  await ledger.close()
  for await (const { system, seq, receiptId } of store.read('acme')) {
    if (system?.event !== 'gap') continue
    gap = { seq, receiptId }
    taken = system.count
  }
  await store.close()
  trusted = ['--trust', (await keyNamed('a').signer()).keyId]
})
afterEach(() => rm(cwd, { recursive: true }))

const cli = (...args: string[]) => runCli(args, { cwd })
async function all(target: string) {
  const { code, stdout } = await cli('verify', target, '--all', '--json', ...trusted)
  const { verdict, chains } = JSON.parse(stdout)
  return { code, verdict, chains }
}
async function folderOf(chainId: string): Promise<string> {
  for (const name of await readdir(join(cwd, 'store'), { recursive: true })) {
    if (!name.endsWith('.jsonl')) continue
    const text = await readFile(join(cwd, 'store', name), 'utf8')
    if (text.includes(`"chainId":${JSON.stringify(chainId)},"checks"`)) return join(cwd, 'store', name, '..')
  }
  throw new Error('no such chain')
}
async function fileOf(chainId: string): Promise<string> {
  const folder = await folderOf(chainId)
  return join(folder, (await readdir(folder)).find((name) => name.endsWith('.jsonl')) as string)
}
const names = () => `the gap receipt ${gap.receiptId}, seq ${gap.seq} of chain acme,`

describe('a store that holds an outbox chain', () => {
  test('is VALID while it is whole', async () => {
    const { code, chains } = await all('store')
    expect(code).toBe(0)
    expect(chains.map((one: { scope: object; verdict: string }) => [one.verdict, one.scope])).toMatchObject([
      ['VALID', { chainId: 'acme' }],
      ['VALID', { chainId: outbox, tail: 'chain-end' }],
    ])
  })

  test('is INCOMPLETE without it, and the receipt is named that names it', async () => {
    await rm(await folderOf(outbox), { recursive: true })
    const { code, verdict, chains } = await all('store')
    expect([code, verdict, chains[0].verdict]).toEqual([3, 'INCOMPLETE', 'VALID'])
    expect(chains[1]).toEqual({
      name: outbox,
      verdict: 'INCOMPLETE',
      scope: { chainId: outbox, tail: 'unproved' },
      checked: 0,
      problems: [{ code: 'EMPTY', message: `there is no receipt, and ${names()} names this chain` }],
      counts: { EMPTY: 1 },
      notices: [],
    })
    const { code: again, stdout } = await cli('verify', 'store', '--all', ...trusted)
    expect(again).toBe(3)
    expect(stdout).toContain(`INCOMPLETE  chain ${outbox}, 0 receipts checked`)
    expect(stdout).toContain(`EMPTY  there is no receipt, and ${names()}`)
  })

  test('one chain alone, or a file, is judged by itself', async () => {
    await rm(await folderOf(outbox), { recursive: true })
    expect((await cli('verify', 'store', '--chain', 'acme', ...trusted)).code).toBe(0)
    expect((await cli('verify', await fileOf('acme'), '--all', ...trusted)).code).toBe(0)
  })

  test('the gap of a key that nobody trusts names nothing', async () => {
    await rm(await folderOf(outbox), { recursive: true })
    const stranger = (await keyNamed('b').signer()).keyId
    const { stdout } = await cli('verify', 'store', '--all', '--json', '--trust', stranger)
    expect(JSON.parse(stdout).chains).toHaveLength(1)
  })

  test('is INCOMPLETE where the end of it was cut', async () => {
    const file = await fileOf(outbox)
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`)
    const { code, chains } = await all('store')
    expect(code).toBe(3)
    expect(chains[1]).toMatchObject({
      verdict: 'INCOMPLETE',
      counts: { HEAD_NOT_REACHED: 1 },
      problems: [{ code: 'HEAD_NOT_REACHED', message: `the chain_end that ${names()} names was not found` }],
    })
  })

  test('is INVALID where another chain of that name was put in its place, by the same key', async () => {
    await rm(await folderOf(outbox), { recursive: true })
    const store: ReceiptStore = fileStore(join(cwd, 'store'))
    const forging = createLedger({ store, keys: keyNamed('a'), redactor: false })
    await forging.append(draft({ chainId: outbox }))
    await forging.succeed(outbox, { reason: 'outage-over' })
    await forging.close()
    const { code, chains } = await all('store')
    expect(code).toBe(1)
    const found = chains.find((one: { scope: { chainId: string } }) => one.scope.chainId === outbox)
    expect(found).toMatchObject({ verdict: 'INVALID', counts: { HEAD_MISMATCH: 1 } })
    expect(found.problems[0].message).toBe(`is another chain_end than the one that ${names()} names`)
  })

  test('exports beside each other are held against each other too', async () => {
    const { code, stdout } = await cli('verify', 'store', '--all', ...trusted)
    expect([code, stdout.includes('2 chains')]).toEqual([0, true])
    const exports = await mkdtemp(join(cwd, 'exports-'))
    await appendFile(join(exports, 'b.jsonl'), await readFile(await fileOf('acme')))
    expect((await cli('verify', exports, '--all', ...trusted)).code).toBe(3)
    await appendFile(join(exports, 'a.jsonl'), await readFile(await fileOf(outbox)))
    expect((await cli('verify', exports, '--all', ...trusted)).code).toBe(0)
  })

  test('is the same on Redis, whose address is shown', async () => {
    const url = `${redis.url}?prefix=joined`
    expect((await cli('copy', 'store', url, '--chain', 'acme', ...trusted)).code).toBe(0)
    const without = await all(url)
    expect([without.code, without.chains[1].name, without.chains[1].counts]).toEqual([3, outbox, { EMPTY: 1 }])
    expect((await cli('copy', 'store', url, ...trusted)).code).toBe(0)
    const { code, stdout } = await cli('verify', url, '--all', ...trusted)
    expect(code).toBe(0)
    expect(stdout.match(/^ {2}from {4}.*$/gm)).toEqual(Array(2).fill(`  from    redis://127.0.0.1:${redis.port}`))
  })
})

test('inspect --event lists what a chain says of itself', async () => {
  const found = await cli('inspect', 'store', '--chain', 'acme', '--event', 'gap')
  expect(found.stdout).toMatch(
    new RegExp(`^seq ${gap.seq}  \\S+Z  ${gap.receiptId}  count=${taken} event=gap .*reason=outage .*\\n$`),
  )
  const json = await cli('inspect', 'store', '--chain', 'acme', '--event', 'gap', '--json')
  expect(JSON.parse(json.stdout)).toMatchObject({
    event: 'gap',
    receipts: [{ line: gap.seq + 1, receipt: { ...gap, links: [{ rel: 'joins', chainId: outbox }] } }],
  })
  const none = await cli('inspect', 'store', '--chain', 'acme', '--event', 'hold')
  expect(none).toEqual({ code: 0, stdout: 'no receipt of the event hold\n', stderr: '' })
  for (const more of [['--seq', '1'], trusted])
    expect((await cli('inspect', 'store', '--chain', 'acme', '--event', 'gap', ...more)).code).toBe(2)
  expect((await cli('inspect', 'store', '--chain', 'acme', '--event', 'G A P')).code).toBe(2)
})
