import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from './run-cli.js'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-demo-'))
})
afterAll(() => rm(cwd, { recursive: true }))

test('demo leaves receipts that verify, and says so', { timeout: 60_000 }, async () => {
  const { code, stdout, stderr } = await runCli(['demo', '--dir', 'demo', '--json'], { cwd })
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout).verdict).toBe('VALID')
  const keyring = join('demo', 'keyring.json')
  const head = (await readFile(join(cwd, 'demo', 'head.txt'), 'utf8')).trim()
  const judged = await runCli(['verify', join('demo', 'receipts'), '--keyring', keyring, '--expect-head', head], {
    cwd,
  })
  expect(judged.code).toBe(0)
  const forged = await readdir(join(cwd, 'demo', 'forged'))
  expect(forged.length).toBeGreaterThanOrEqual(6)
  for (const name of forged) {
    const args = ['verify', join('demo', 'forged', name), '--keyring', keyring, '--expect-head', head]
    expect([name, (await runCli(args, { cwd })).code]).not.toEqual([name, 0])
  }
  const again = await runCli(['demo', '--dir', 'demo'], { cwd })
  expect([again.code, again.stdout.length > 500]).toEqual([0, true])
})

test('demo never writes into a directory of somebody else', async () => {
  await mkdir(join(cwd, 'mine'))
  await writeFile(join(cwd, 'mine', 'letter.txt'), 'keep')
  const { code, stdout, stderr } = await runCli(['demo', '--dir', 'mine'], { cwd })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^quittance: .*--dir/)
  expect(await readdir(join(cwd, 'mine'))).toEqual(['letter.txt'])
})
