/** quittance export --evidence of a store whose chains are not what was signed of them. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyFile } from '../../src/keys/local.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import { runCli } from '../cli/run-cli.js'
import { entriesOf } from './zip-of.js'

const LOG = 'transparency-log'
const acme = testReceipts({ chainId: 'acme', count: 9 })
let dir: string
let keys: { readonly log: string; readonly packer: string; readonly entries: string }
let log: DecisionReceipt[]
let whole: ReceiptStore
const cli = (...args: string[]) => runCli(args, { cwd: dir })

async function receiptsOf(store: ReceiptStore, chainId: string): Promise<DecisionReceipt[]> {
  const found: DecisionReceipt[] = []
  for await (const receipt of store.read(chainId)) found.push(receipt)
  return found
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-evidence-beside-'))
  const made = async (name: string) => (await generateKeyFile(join(dir, `${name}.key.pem`))).keyId
  keys = { log: await made('log'), packer: await made('packer'), entries: await made('entries') }
  const receipts = [testReceiptKeyId(), keys.entries].map((keyId) => ({ keyId }))
  const own = [...receipts, { keyId: keys.packer, uses: ['report'] }]
  await writeFile(join(dir, 'keyring.json'), JSON.stringify({ keys: own }))
  const all = [...own, { keyId: keys.log, uses: ['checkpoint'] }]
  await writeFile(join(dir, 'with-log.json'), JSON.stringify({ keys: all }))
  whole = fileStore(join(dir, 'whole'))
  await whole.append('acme', acme, undefined)
  await whole.close()
  const signed = await cli(
    ...['checkpoint', 'whole', '--all', '--origin', 'log.example/acme', '--key', 'log.key.pem'],
    ...['--receipt-key', 'entries.key.pem', '--keyring', 'keyring.json'],
  )
  expect([signed.code, signed.stderr]).toEqual([0, ''])
  whole = fileStore(join(dir, 'whole'))
  log = await receiptsOf(whole, LOG)
})
afterAll(async () => {
  await whole.close()
  await rm(dir, { recursive: true })
})

/** A store with these chains, and the state that lay beside some of those of the whole one. */
async function storeWith(name: string, chains: readonly DecisionReceipt[][], beside = ['acme', LOG]): Promise<void> {
  const store = fileStore(join(dir, name))
  for (const receipts of chains) await store.append(receipts[0]?.chainId as string, receipts, undefined)
  for (const chainId of beside) {
    const cell = await whole.state.get(chainId, 'checkpoint')
    await store.state.put(chainId, 'checkpoint', cell?.bytes as Uint8Array, 0)
  }
  await store.close()
}

const pack = async (store: string, ...more: string[]) => {
  const args = ['export', store, '--evidence', '--key', 'packer.key.pem', '-o', `${store}.zip`, ...more]
  return cli(...args, ...(more.includes('--keyring') ? [] : ['--keyring', 'keyring.json']))
}

describe('the checkpoint beside a chain', () => {
  test('of a chain that was not touched contradicts nothing', async () => {
    const { code, stdout, stderr } = await pack('whole', '--all')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^VALID {2}whole\.zip {2}2 chains/)
  })

  test.each(['keyring.json', 'with-log.json'])('shows what was cut behind it (%s), and is packed', async (keyring) => {
    const name = `cut-${keyring.replace('.json', '')}`
    await storeWith(name, [acme.slice(0, 6), log])
    for (const which of [['--all'], ['--chain', 'acme']]) {
      const { code, stdout } = await pack(name, ...which, '--keyring', keyring)
      expect([which, code]).toEqual([which, 3])
      expect(stdout).toMatch(/^INCOMPLETE /)
      expect(stdout).toContain('the checkpoint of size 9 covers seq 6 to 8, which are missing')
      const entries = await entriesOf(await readFile(join(dir, `${name}.zip`)))
      const notes = entries.filter((entry) => entry.name.startsWith('checkpoints/')).map(({ bytes }) => String(bytes))
      expect(notes).toContain((await storedCheckpoint(whole, 'acme'))?.note)
    }
  })

  test('gives the range in JSON', async () => {
    const { code, stdout } = await pack('cut-keyring', '--all', '--json')
    const { verdict, chains, logChain, assumed } = JSON.parse(stdout)
    expect([code, verdict, logChain, assumed]).toEqual([3, 'INCOMPLETE', LOG, LOG])
    const found = chains.find(({ chainId }: { chainId: string }) => chainId === 'acme')
    expect([found.verdict, found.problems[0].message]).toEqual([
      'INCOMPLETE',
      'the checkpoint of size 9 covers seq 6 to 8, which are missing',
    ])
  })

  test('that was taken away with the tail is still in the log’s chain', async () => {
    await storeWith('forgotten', [acme.slice(0, 6), log], [LOG])
    const { code, stdout } = await pack('forgotten', '--all')
    expect([code, stdout]).toEqual([3, expect.stringContaining('covers seq 6 to 8, which are missing')])
  })

  test('shows that the log’s chain was cut', async () => {
    await storeWith('log-cut', [acme, log.slice(0, 1)])
    const { code, stdout } = await pack('log-cut', '--all')
    expect([code, stdout]).toEqual([3, expect.stringMatching(/the checkpoint of size \d+ covers seq 1 to/)])
  })

  test('contradicts a chain that was written anew', async () => {
    const other = testReceipts({ chainId: 'acme', count: 9, label: 'anew' })
    expect(other[0]?.receiptHash).not.toBe(acme[0]?.receiptHash)
    await storeWith('anew', [other, log])
    const { code, stdout } = await pack('anew', '--chain', 'acme')
    expect([code, stdout]).toEqual([1, expect.stringContaining('chain acme is another than the one of the checkpoint')])
  })

  test('names what is missing where no receipt is left', async () => {
    await storeWith('emptied', [log])
    const { code, stdout } = await pack('emptied', '--chain', 'acme')
    expect([code, stdout]).toEqual([3, expect.stringContaining('covers seq 0 to 8, which are missing')])
  })
})

describe('the log’s chain', () => {
  const listed = async (store: string) => {
    const entries = await entriesOf(await readFile(join(dir, `${store}.zip`)))
    return JSON.parse(String(entries.find(({ name }) => name === 'manifest.json')?.bytes)).logChain
  }

  test('is taken by its name with --all, and that is said', async () => {
    const { stdout } = await pack('whole', '--all')
    expect(stdout).toContain(`\n  the log's chain is ${LOG}, by its name (--log-chain)\n`)
    expect(await listed('whole')).toBe(LOG)
  })

  test('that was named and is not there is refused', async () => {
    const { code, stderr } = await pack('whole', '--all', '--log-chain', 'transparency-logs')
    expect([code, stderr]).toEqual([2, expect.stringContaining('the store has no chain transparency-logs')])
  })

  test('is not taken for one chain, nor said where it was named or is not there', async () => {
    await pack('whole', '--chain', 'acme')
    expect(await listed('whole')).toBeUndefined()
    const named = await pack('whole', '--all', '--log-chain', LOG)
    expect([named.code, named.stdout.includes('by its name')]).toEqual([0, false])
    expect(await listed('whole')).toBe(LOG)
    await storeWith('no-log', [acme], [])
    const without = await pack('no-log', '--all')
    expect([without.code, without.stdout.includes('by its name')]).toEqual([0, false])
  })
})
