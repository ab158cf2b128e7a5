import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { createLedger } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { draft, stored } from './support.js'

const run = promisify(execFile)
const source = (path: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src', path)).href)

/** What a process does with a ledger, and nothing else keeps it alive. */
const head = `
import { createLedger } from ${source('ledger/ledger.ts')}
import { localKey } from ${source('keys/local.ts')}
import { fileStore } from ${source('store/file.ts')}
import { memoryStore } from ${source('store/memory.ts')}
import { realEnvironment } from ${source('ledger/environment.ts')}
const draft = () => ({ receiptId: realEnvironment.uuid(), chainId: 'acme', tenantId: 'acme', eventType: 'decision', action: 'allow', checks: [] })
const seed = '11'.repeat(32)
`

describe('a process', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'quittance-process-'))
  })
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true })
  })

  async function inProcess(name: string, body: string): Promise<string> {
    const file = join(dir, `${name}.ts`)
    await writeFile(
      file,
      `${head}async function main() {${body}}\nmain().catch((error) => { console.log(error.code ?? error, error.details?.outcome) })`,
    )
    const { stdout } = await run(process.execPath, ['--import', 'tsx', file], {
      cwd: join(import.meta.dirname, '../..'),
      timeout: 60_000,
    })
    return stdout.trim()
  }

  test('that ends right after its last awaited append, without close, has lost nothing', async () => {
    const receipts = join(dir, 'receipts')
    const printed = await inProcess(
      'ends',
      `const ledger = createLedger({ store: fileStore(${JSON.stringify(receipts)}), keys: localKey({ seed }), redactor: false })
      for (let index = 0; index < 20; index += 1) await ledger.append(draft())
      console.log((await ledger.append(draft())).receiptHash)`,
    )
    const ledger = createLedger({
      store: fileStore(receipts),
      keys: localKey({ seed: '11'.repeat(32) }),
      redactor: false,
    })
    const chain = await stored(ledger.store)
    expect([chain.length, chain.at(-1)?.receiptHash]).toEqual([22, printed])
    expect((await ledger.append(draft())).seq).toBe(22)
    await ledger.close()
  })

  test('stays as long as an append waits, and no longer', async () => {
    const printed = await inProcess(
      'waits',
      `const ledger = createLedger({ store: { ...memoryStore(), append: () => new Promise(() => {}) }, keys: localKey({ seed }), redactor: false })
      await ledger.append(draft(), { timeoutMs: 200 })`,
    )
    expect(printed).toBe('LEDGER_TIMEOUT unknown')
  })
})
