import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lineOf } from '../../src/receipt/seal.js'
import { fileStore } from '../../src/store/file.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { runCli } from './run-cli.js'

const did = testReceiptKeyId()
const sizes = { acme: 3, bank: 4, 'Clinic/north': 2 } as const
const chains = Object.entries(sizes).map(([chainId, count]) => ({
  chainId,
  receipts: testReceipts({ chainId, count }),
}))
const headOf = (chainId: string) => {
  const receipt = chains.find((chain) => chain.chainId === chainId)?.receipts.at(-1)
  return `${receipt?.seq}:${receipt?.receiptHash}`
}

let cwd: string
let original: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-directory-'))
  original = join(cwd, 'original')
  const store = fileStore(original)
  for (const { chainId, receipts } of chains) await store.append(chainId, receipts, undefined)
  await store.close()
})
afterAll(() => rm(cwd, { recursive: true }))

beforeEach(async () => {
  await rm(join(cwd, 'store'), { recursive: true, force: true })
  await cp(original, join(cwd, 'store'), { recursive: true })
})

const cli = (...args: string[]) => runCli(args, { cwd })
const verify = (target: string, ...args: string[]) => cli('verify', target, '--trust', did, ...args)
async function all(target = 'store') {
  const { code, stdout, stderr } = await verify(target, '--all', '--json')
  expect(stderr).toBe('')
  const found = JSON.parse(stdout)
  const verdicts = found.chains.map((chain: { verdict: string; scope: { chainId?: string } }) => [
    chain.scope.chainId,
    chain.verdict,
  ])
  return { code, verdict: found.verdict, verdicts: Object.fromEntries(verdicts), chains: found.chains }
}

/** The one folder of a chain. */
async function folderOf(prefix: string): Promise<string> {
  const names = (await readdir(join(cwd, 'store'))).filter((name) => name.startsWith(prefix))
  expect(names).toHaveLength(1)
  return join(cwd, 'store', names[0] as string)
}
async function linesFile(prefix: string): Promise<string> {
  const folder = await folderOf(prefix)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'))
  expect(names).toHaveLength(1)
  return join(folder, names[0] as string)
}

describe('a file store', () => {
  test('is judged chain by chain with --all; the worst verdict is the exit code', async () => {
    expect(await all()).toMatchObject({
      code: 0,
      verdict: 'VALID',
      verdicts: { acme: 'VALID', bank: 'VALID', 'Clinic/north': 'VALID' },
    })
    const bank = await linesFile('bank')
    await writeFile(bank, (await readFile(bank, 'utf8')).trimEnd())
    expect(await all()).toMatchObject({
      code: 3,
      verdict: 'INCOMPLETE',
      verdicts: { acme: 'VALID', bank: 'INCOMPLETE' },
    })
    const acme = await linesFile('acme')
    await writeFile(acme, (await readFile(acme, 'utf8')).replace('"allow"', '"reject"'))
    const found = await all()
    expect(found).toMatchObject({ code: 1, verdict: 'INVALID', verdicts: { acme: 'INVALID', bank: 'INCOMPLETE' } })
    expect(found.chains[0].problems[0]).toMatchObject({ code: 'HASH_MISMATCH', line: 1, seq: 0 })
    expect(join(cwd, 'store', found.chains[0].problems[0].file)).toBe(acme)
  })

  test('says so to people too', async () => {
    const { code, stdout } = await verify('store', '--all')
    expect(code).toBe(0)
    expect(stdout.match(/^VALID {2}chain .*/gm)?.map((line) => line.replace(/ {2,}/, ' '))).toEqual([
      'VALID chain acme, seq 0 to 2, 3 receipts checked',
      'VALID chain bank, seq 0 to 3, 4 receipts checked',
      'VALID chain Clinic/north, seq 0 to 1, 2 receipts checked',
    ])
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('VALID  3 chains; the worst verdict counts')
    const progress = await runCli(['verify', 'store', '--all', '--trust', did], { cwd, tty: { stderr: true } })
    expect([progress.code, progress.stdout]).toEqual([0, stdout])
  })

  test('gives one chain by --chain, its place in the file with each problem', async () => {
    expect(await verify('store', '--chain', 'bank')).toMatchObject({ code: 0 })
    expect(await verify('file:./store', '--chain', 'Clinic/north')).toMatchObject({ code: 0 })
    const withHead = await verify('store', '--chain', 'bank', '--expect-head', headOf('bank'), '--require-tail')
    expect(withHead.code).toBe(0)
    const bank = await linesFile('bank')
    await writeFile(bank, (await readFile(bank, 'utf8')).replace('"seq":2', '"seq":7'))
    const { code, stdout } = await verify('store', '--chain', 'bank')
    expect(code).toBe(1)
    expect(stdout).toMatch(/\n {4}bank-[0-9a-f]+\/[0-9-]+\.jsonl line 3 {2}seq 7 {2}/)
  })

  test('with several chains and none named is exit 2, and names them', async () => {
    for (const command of [
      ['verify', 'store', '--trust', did],
      ['head', 'store'],
      ['inspect', 'store'],
    ]) {
      const { code, stdout, stderr } = await cli(...command)
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/holds 3 chains: --chain ID chooses one/)
      expect(stderr).toMatch(/\n {2}acme\n {2}bank\n {2}Clinic\/north\n/)
    }
  })

  test('that lacks the chain asked for is INCOMPLETE, not silent', async () => {
    const { code, stdout } = await verify('store', '--chain', 'absent', '--json')
    expect([code, JSON.parse(stdout)]).toMatchObject([
      3,
      { verdict: 'INCOMPLETE', counts: { EMPTY: 1 }, scope: { chainId: 'absent' } },
    ])
    expect(await cli('head', 'store', '--chain', 'absent')).toMatchObject({ code: 3, stdout: '' })
    expect(await cli('inspect', 'store', '--chain', 'absent')).toMatchObject({ code: 2, stdout: '' })
  })

  test('is read while a writer holds it', async () => {
    const store = fileStore(join(cwd, 'store'))
    const more = testReceipts({ chainId: 'acme', count: 1, after: chains[0]?.receipts.at(-1) })
    const { receipts } = chains[0] as (typeof chains)[0]
    await store.append('acme', more, receipts.at(-1))
    const before = (await readdir(join(cwd, 'store'))).sort()
    expect(await verify('store', '--chain', 'acme', '--to-seq', '3')).toMatchObject({ code: 0 })
    expect((await readdir(join(cwd, 'store'))).sort()).toEqual(before)
    await store.close()
  })

  test("receipts in another chain's folder are INVALID", async () => {
    const [acme, bank] = [await linesFile('acme'), await linesFile('bank')]
    await rename(acme, `${acme}.tmp`)
    await cp(bank, acme)
    const { code, stdout } = await verify('store', '--chain', 'acme', '--json')
    expect([code, JSON.parse(stdout).counts.CHAIN_MISMATCH]).toEqual([1, 4])
    expect(await cli('head', 'store', '--chain', 'acme')).toMatchObject({ code: 1, stdout: '' })
  })

  test('a chain that lost its receipts is not passed over', async () => {
    await truncate(await linesFile('acme'), 0)
    await rm(await linesFile('bank'))
    expect(await all()).toMatchObject({
      code: 3,
      verdicts: { acme: 'INCOMPLETE', bank: 'INCOMPLETE', 'Clinic/north': 'VALID' },
    })
    const heads = await cli('head', 'store', '--all')
    expect([heads.code, heads.stdout]).toEqual([3, `${headOf('Clinic/north')}\tClinic/north\n`])
    expect(heads.stderr.match(/EMPTY/g)).toHaveLength(2)
  })

  test('receipts that lost the word whose they are, are still judged', async () => {
    const folder = await folderOf('acme')
    await rm(join(folder, 'chain.json'))
    expect(await all()).toMatchObject({ code: 0, verdicts: { acme: 'VALID' } })
    await rename(folder, join(cwd, 'store', 'something-else'))
    expect(await all()).toMatchObject({ code: 0, verdicts: { acme: 'VALID', bank: 'VALID' } })
  })

  test('a chain.json that lies is exit 2', async () => {
    await writeFile(join(await folderOf('acme'), 'chain.json'), '{"version":1,"chainId":"bank"}\n')
    const { code, stdout, stderr } = await verify('store', '--all')
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('[STORE_CORRUPT]')])
  })

  test('has heads, all or one, and receipts to inspect', async () => {
    const heads = await cli('head', 'store', '--all')
    expect(heads).toEqual({
      code: 0,
      stderr: '',
      stdout: ['acme', 'bank', 'Clinic/north'].map((chainId) => `${headOf(chainId)}\t${chainId}\n`).join(''),
    })
    const json = JSON.parse((await cli('head', 'store', '--all', '--json')).stdout)
    expect(json.chains.map((chain: { expectHead: string }) => chain.expectHead)).toEqual(
      ['acme', 'bank', 'Clinic/north'].map(headOf),
    )
    expect(await cli('head', 'store', '--chain', 'bank')).toMatchObject({ code: 0, stdout: `${headOf('bank')}\n` })
    const { code, stdout } = await cli('inspect', 'store', '--chain', 'bank', '--seq', '1', '--trust', did, '--json')
    expect([code, JSON.parse(stdout).receipt]).toEqual([0, JSON.parse(lineOf(chains[1]?.receipts[1] as never))])
  })
})

describe('.jsonl files beside the folders of a store', () => {
  const text = (index: number) => chains[index]?.receipts.map((receipt) => `${lineOf(receipt)}\n`).join('') ?? ''
  beforeEach(async () => {
    for (const prefix of ['acme', 'bank']) await rm(await folderOf(prefix), { recursive: true })
    await writeFile(join(cwd, 'store', 'acme.jsonl'), text(0).replace('"allow"', '"reject"'))
    await writeFile(join(cwd, 'store', 'bank.jsonl'), text(1))
  })

  test('are judged as well: a folder more hides no falsified file', async () => {
    const found = await all()
    expect(found).toMatchObject({
      code: 1,
      verdict: 'INVALID',
      verdicts: { acme: 'INVALID', bank: 'VALID', 'Clinic/north': 'VALID' },
    })
    expect(found.chains.map(({ name }: { name: string }) => name)).toEqual([
      'acme.jsonl',
      'bank.jsonl',
      basename(await folderOf('clinic')),
    ])
  })

  test('are listed, and have a head', async () => {
    const { code, stderr } = await verify('store')
    expect(code).toBe(2)
    expect(stderr).toMatch(/holds 3 chains: --chain ID chooses a folder, or name one FILE, --all judges them all/)
    expect(stderr).toMatch(/\n {2}acme\.jsonl\n {2}bank\.jsonl\n {2}Clinic\/north\n/)
    const heads = await cli('head', 'store', '--all')
    expect([heads.code, heads.stdout]).toEqual([
      0,
      `${headOf('acme')}\tacme\n${headOf('bank')}\tbank\n${headOf('Clinic/north')}\tClinic/north\n`,
    ])
    expect(await verify('store', '--chain', 'Clinic/north')).toMatchObject({ code: 0 })
    expect(await verify('store', '--chain', 'bank')).toMatchObject({ code: 3 })
  })
})

describe("a chain's folder", () => {
  test('that is a symbolic link is judged, also where it leads nowhere any more', async () => {
    const folder = await folderOf('bank')
    const elsewhere = join(cwd, 'elsewhere')
    await rm(elsewhere, { recursive: true, force: true })
    const file = await linesFile('bank')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"allow"', '"reject"'))
    await rename(folder, elsewhere)
    await symlink(elsewhere, folder, 'junction')
    expect(await all()).toMatchObject({ code: 1, verdicts: { acme: 'VALID', bank: 'INVALID' } })
    expect(await verify('store', '--chain', 'bank')).toMatchObject({ code: 1 })
    await rm(elsewhere, { recursive: true })
    const found = await all()
    expect([found.code, found.chains.length]).toEqual([3, 3])
    expect(found.chains[1]).toMatchObject({ name: basename(folder), verdict: 'INCOMPLETE', counts: { EMPTY: 1 } })
  })

  test.each([
    ['a state value', 'state-acknowledged.json'],
    ['the name', undefined],
  ])('of which only %s is left is EMPTY', async (_, left) => {
    const folder = await folderOf('bank')
    await rm(folder, { recursive: true })
    await mkdir(folder)
    if (left !== undefined) await writeFile(join(folder, left), '{}')
    const found = await all()
    expect([found.code, found.verdict, found.chains.length]).toEqual([3, 'INCOMPLETE', 3])
    expect(found.chains[1]).toMatchObject({ name: basename(folder), counts: { EMPTY: 1 } })
    expect(found.chains[1].scope.chainId).toBeUndefined()
    expect((await verify('store', '--all')).stdout).toContain(`from    ${basename(folder)}`)
    expect(await cli('head', 'store', '--all')).toMatchObject({ code: 3, stderr: expect.stringContaining('EMPTY') })
  })
})

test('lists no more problems of a chain than were asked for, and counts them all', async () => {
  for (const prefix of ['acme', 'bank']) await writeFile(await linesFile(prefix), '{}\n'.repeat(30))
  const { stdout } = await verify('store', '--all', '--json', '--max-problems', '1')
  const found: { problems: object[]; counts: Record<string, number> }[] = JSON.parse(stdout).chains
  const listed = found.map(({ problems, counts }) => [problems.length, (Object.values(counts)[0] ?? 0) >= 30])
  expect(listed).toEqual([
    [1, true],
    [1, true],
    [0, false],
  ])
  expect((await verify('store', '--all', '--max-problems', '1')).stdout.match(/and \d+ more/g)).toHaveLength(2)
})

describe('a directory of .jsonl files', () => {
  beforeEach(async () => {
    const dir = join(cwd, 'files')
    await rm(dir, { recursive: true, force: true })
    await mkdir(dir)
    for (const [index, { receipts }] of chains.entries()) {
      await writeFile(join(dir, `${index}.jsonl`), receipts.map((receipt) => `${lineOf(receipt)}\n`).join(''))
    }
    await writeFile(join(dir, 'notes.txt'), 'not a chain')
    await mkdir(join(dir, 'folder.jsonl'))
  })

  test('is one chain a file', async () => {
    const found = await all('files')
    expect(found).toMatchObject({ code: 0, verdicts: { acme: 'VALID', bank: 'VALID', 'Clinic/north': 'VALID' } })
    expect(found.chains.map(({ name }: { name: string }) => name)).toEqual(['0.jsonl', '1.jsonl', '2.jsonl'])
    const text = (await verify('files', '--all')).stdout
    expect(text).toContain('VALID  chain acme (by its own claim), ')
  })

  test('is no store because of a folder of more files, which is not looked at', async () => {
    await mkdir(join(cwd, 'files', 'old'))
    await writeFile(join(cwd, 'files', 'old', '1.jsonl'), 'hello\n')
    const { code, chains: found } = await all('files')
    expect([code, found.length]).toEqual([0, 3])
  })

  test('does not say which file holds a chain', async () => {
    const { code, stderr } = await verify('files', '--chain', 'acme')
    expect([code, stderr]).toEqual([2, expect.stringContaining('name one FILE')])
    expect(await cli('head', 'files', '--chain', 'acme')).toMatchObject({ code: 2 })
  })

  test('of one file needs no choice', async () => {
    await rm(join(cwd, 'files', '1.jsonl'))
    await rm(join(cwd, 'files', '2.jsonl'))
    expect(await verify('files')).toMatchObject({ code: 0 })
    expect(await verify('files', '--chain', 'acme')).toMatchObject({ code: 0 })
    expect(await verify('files', '--chain', 'bank')).toMatchObject({ code: 1 })
  })

  test('shows hostile file names without obeying them', async () => {
    await writeFile(join(cwd, 'files', '\x1b[2J\nVALID.jsonl'), 'x\n')
    const { code, stdout } = await verify('files', '--all')
    expect(code).toBe(1)
    expect(stdout).toContain('\\u{1b}[2J\\nVALID.jsonl')
    expect(stdout).not.toContain('\x1b')
    const { stderr } = await verify('files')
    expect(stderr).toContain('\n  \\u{1b}[2J\\nVALID.jsonl\n')
    expect(stderr).not.toContain('\x1b')
    const absent = await verify('x\nquittance: VALID')
    expect(absent.stderr.split('\n')).toHaveLength(2)
  })
})

test('a directory without a chain, or a single file, with --all', async () => {
  await mkdir(join(cwd, 'empty'), { recursive: true })
  expect(await verify('empty', '--all', '--json')).toEqual({
    code: 3,
    stdout: '{"verdict":"INCOMPLETE","chains":[]}\n',
    stderr: '',
  })
  expect(await verify('empty', '--all')).toMatchObject({ code: 3, stdout: 'INCOMPLETE  there is no chain\n' })
  expect(await verify('empty')).toMatchObject({ code: 3 })
  await writeFile(join(cwd, 'one.jsonl'), chains[0]?.receipts.map((receipt) => `${lineOf(receipt)}\n`).join('') ?? '')
  const { code, chains: found } = await all('one.jsonl')
  expect([code, found.length, found[0].name]).toEqual([0, 1, 'one.jsonl'])
})
