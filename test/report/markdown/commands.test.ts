import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toMarkdown } from '../../../src/report/markdown/to-markdown.js'
import { fileStore } from '../../../src/store/file.js'
import { runCli } from '../../cli/run-cli.js'
import { sample, sampleReport } from '../support/sample.js'
import { nodesOf, parse, readable } from './parse.js'

let cwd: string
let commands: readonly string[]

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-report-commands-'))
  const { chainIds, keyring, receipts } = await sample({ chains: 2 })
  const store = fileStore(join(cwd, 'receipts'))
  for (const chainId of chainIds) await store.append(chainId, await receipts(chainId), undefined)
  await store.close()
  await writeFile(join(cwd, 'keyring.json'), JSON.stringify(keyring))
  const tree = parse(toMarkdown(await sampleReport({ chains: 2 })))
  commands = nodesOf(tree)
    .filter(({ type, value }) => type === 'inlineCode' && value?.startsWith('quittance '))
    .map(readable)
})
afterAll(() => rm(cwd, { recursive: true }))

const typed = (command: string) =>
  runCli(command.split(' ').slice(1), { cwd, now: () => Date.parse('2026-04-20T12:00:00.000Z') })

test('the commands of the page judge the chains that it is about', async () => {
  const verify = commands.filter((command) => command.startsWith('quittance verify '))
  expect(verify).toHaveLength(2)
  for (const command of verify) {
    const { code, stdout } = await typed(command)
    expect(stdout).toContain('VALID')
    expect(code).toBe(0)
  }
})

test('they fail for another root, and for a head that is not there', async () => {
  const [command = ''] = commands.filter((candidate) => candidate.startsWith('quittance verify '))
  expect((await typed(command.replace(/--chain-root sha256:\w{4}/, '--chain-root sha256:0000'))).code).toBe(1)
  expect((await typed(command.replace(/--expect-head \d+/, '--expect-head 9999'))).code).toBe(3)
})

test('a receipt that the page names is looked up as it says', async () => {
  const [query = ''] = commands.filter((command) => command.startsWith('quittance query '))
  const { code, stdout } = await typed(query.replace('acme', 'brook-savings'))
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ chainId: 'brook-savings', seq: 41 })
})
