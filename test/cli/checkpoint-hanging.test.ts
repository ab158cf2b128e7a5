/** quittance checkpoint, where a directory hangs: it says so, and ends with its exit code. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { storedCheckpoint } from '../../src/transparency/log/cell.js'
import { noteFiles } from '../../src/transparency/sinks/note-files.js'
import { runCli } from './run-cli.js'
import { startCli } from './start-cli.js'

const origin = 'log.example/acme'

async function folder(): Promise<{ readonly cwd: string; readonly args: string[] }> {
  const cwd = await mkdtemp(join(tmpdir(), 'quittance-hanging-'))
  onTestFinished(() => rm(cwd, { recursive: true, force: true }))
  for (const name of ['receipts', 'log']) await runCli(['keygen', `${name}.pem`], { cwd })
  const { stdout } = await runCli(['public-key', 'receipts.pem'], { cwd })
  const store = fileStore(join(cwd, 'store'))
  await store.append('acme', testReceipts({ chainId: 'acme', count: 3 }), undefined)
  await store.close()
  const trust = ['--trust', testReceiptKeyId(), '--trust', stdout.trimEnd()]
  return {
    cwd,
    args: ['checkpoint', 'store', '--origin', origin, '--key', 'log.pem', '--receipt-key', 'receipts.pem', ...trust],
  }
}

test('a directory that never answers is a warning and exit 1, and what was signed is kept', async () => {
  const { cwd, args } = await folder()
  // a pipe that nobody writes to holds whoever opens it, as a dead mount does
  await mkdir(join(cwd, 'dead'))
  const { name } = noteFiles({ kind: 'log', chainId: '', origin, size: 1, note: '', timestamps: [] })
  await promisify(execFile)('mkfifo', [join(cwd, 'dead', name)])
  const { code, signal, stdout, stderr } = await startCli([...args, '--to', 'dead'], { cwd }).done
  expect([code, signal]).toEqual([1, null])
  expect(stdout).toMatch(/^1 of 1 chains have their checkpoint; the log has 2:/)
  expect(stderr).toMatch(/^warning: --to dead: there was no answer within \d+ ms \[TLOG_UNAVAILABLE\]$/m)
  expect(stderr).toMatch(/^warning: --to dead: .* has not ended an earlier call \(.*dead\) \[TLOG_UNAVAILABLE\]$/m)
  const store = fileStore(join(cwd, 'store'))
  expect((await storedCheckpoint(store, 'acme'))?.size).toBe(3)
  await store.close()
}, 120_000)

test('where nothing hangs, exit code and output are those of the command', async () => {
  const { cwd, args } = await folder()
  const whole = await startCli([...args, '--to', 'out', '--json'], { cwd }).done
  expect([whole.code, whole.stderr, JSON.parse(whole.stdout).complete]).toEqual([0, '', true])
  const wrong = await startCli(['checkpoint', 'store', '--to=out'], { cwd }).done
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--origin')])
}, 60_000)
