/** `quittance checkpoint` */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { openCheckpoint } from '../../src/tlog/checkpoint.js'
import { noteSigner } from '../../src/tlog/note-signer.js'
import { noteKey, vkeyOf } from '../../src/tlog/vkey.js'
import { fileSink, readCheckpoints } from '../../src/transparency/sinks/file.js'
import { runCli } from '../cli/run-cli.js'
import { stored } from '../ledger/support.js'
import { fill, LOG_CHAIN, ORIGIN, rootOf } from './log-support.js'
import { published } from './sinks-support.js'

let cwd: string
let given: string[]
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-checkpoint-'))
  const keys = localKey({ file: join(cwd, 'receipts.pem'), create: true })
  const { keyId } = await keys.signer()
  const checkpoints = localKey({ file: join(cwd, 'checkpoint.pem'), create: true })
  await checkpoints.signer()
  const ledger = createLedger({ store: fileStore(join(cwd, 'store')), keys, redactor: false })
  await fill(ledger, 4)
  await fill(ledger, 2, 'umbrella')
  await ledger.close()
  given = [
    'checkpoint',
    'store',
    '--origin',
    ORIGIN,
    '--key',
    'checkpoint.pem',
    '--receipt-key',
    'receipts.pem',
    '--trust',
    keyId,
  ]
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

describe('quittance checkpoint', () => {
  it('makes those of every chain, and publishes them; again it makes none', async () => {
    const { code, stdout, stderr } = await runCli([...given, '--to', 'out'], { cwd })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^2 of 2 chains have their checkpoint; the log has 3:\n\nlog\.example\/acme\n3\n/)
    const found = await readCheckpoints(join(cwd, 'out'))
    expect(found.map(({ size }) => size).sort()).toEqual([3, 3, 5])
    const store = fileStore(join(cwd, 'store'))
    const chains = await Promise.all(['acme', 'umbrella', LOG_CHAIN].map((chainId) => stored(store, chainId)))
    await store.close()
    for (const { origin, size, note } of found) {
      const { key } = await noteSigner(origin, localKey({ file: join(cwd, 'checkpoint.pem') }))
      const { rootHash } = openCheckpoint(note, [key])
      const chain = chains.find(([first]) =>
        origin === ORIGIN ? first?.chainId === LOG_CHAIN : origin.endsWith(String(first?.receiptHash.slice(7, 23))),
      )
      expect(Buffer.from(rootHash).toString('hex')).toBe(rootOf(chain ?? [], size))
    }
    const again = await runCli([...given, '--chain', 'acme', '--json'], { cwd })
    expect(again.code).toBe(0)
    expect(JSON.parse(again.stdout)).toMatchObject({
      chain: { chainId: 'acme', size: 5 },
      head: { size: 3 },
      complete: true,
    })
  })

  it('answers 1 where a sink refuses, and says why', async () => {
    await fileSink(join(cwd, 'out')).publish(await published(3, { origin: ORIGIN, root: 99 }))
    const { code, stderr } = await runCli([...given, '--to', 'out'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('[TLOG_REFUSED]')
  })

  it('answers 2 for what makes no sense', async () => {
    for (const args of [
      ['checkpoint', 'store', '--key', 'checkpoint.pem'],
      ['checkpoint', 'store', '--origin', ORIGIN],
      [...given, '--all', '--chain', 'acme'],
      [...given, '--chain', 'nobody'],
      [...given, '--push', 'origin'],
      ['checkpoint', 'store', '--origin', 'nothing', '--key', 'checkpoint.pem'],
      [...given, '--policy', 'absent'],
    ])
      expect((await runCli(args, { cwd })).code, args.join(' ')).toBe(2)
  })

  it('asks the witnesses of a policy, who have to be enough', async () => {
    const { key } = await noteSigner(ORIGIN, localKey({ file: join(cwd, 'checkpoint.pem') }))
    const one = vkeyOf(noteKey('witness.example/1', 'ed25519-cosignature', key.publicKey))
    // nobody listens there
    await writeFile(join(cwd, 'policy'), `log ${vkeyOf(key)}\nwitness one ${one} http://127.0.0.1:9/\nquorum one\n`)
    const { code, stderr } = await runCli([...given, '--policy', 'policy'], { cwd })
    expect(code).toBe(1)
    expect(stderr).toContain('[TLOG_UNAVAILABLE]')
  })
})
