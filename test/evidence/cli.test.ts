/** quittance export --evidence, and quittance verify of what it wrote. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateKeyFile } from '../../src/keys/local.js'
import { fileStore } from '../../src/store/file.js'
import { runCli } from '../cli/run-cli.js'
import { keyNamed, keys } from '../verify/support.js'
import { acme, beta, chainOrigin, LOG, log, logVkey, noteOf, tlogPolicy } from './support.js'
import { entriesOf } from './zip-of.js'

let dir: string
let packerId: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-evidence-cli-'))
  const store = fileStore(join(dir, 'receipts'))
  for (const receipts of [acme, beta, log]) await store.append(receipts[0]?.chainId as string, receipts, undefined)
  await store.close()
  packerId = (await generateKeyFile(join(dir, 'report.key.pem'))).keyId
  await writeFile(
    join(dir, 'keyring.json'),
    JSON.stringify({ keys: [{ keyId: keys.one.keyId }, { keyId: packerId, uses: ['report'] }] }),
  )
  await mkdir(join(dir, 'published', 'deeper'), { recursive: true })
  await writeFile(join(dir, 'published', '0000000000000000-0000000000000004.note'), await noteOf(LOG, log, [0, 1]))
  await writeFile(join(dir, 'published', '0000000000000000-0000000000000004.0123456789abcdef.tst'), 'no token')
  await writeFile(join(dir, 'published', 'deeper', 'a.note'), await noteOf(chainOrigin(acme), acme))
  await writeFile(
    join(dir, 'policy.json'),
    JSON.stringify({ require: { chains: ['acme', 'Beta/Unicode'], checkpoints: { policy: tlogPolicy }, tail: true } }),
  )
})
afterAll(() => rm(dir, { recursive: true }))

const cli = (...args: readonly string[]) => runCli(args, { cwd: dir })
const packing = ['export', 'receipts', '--evidence', '--keyring', 'keyring.json', '--key', 'file:./report.key.pem']

test('packs a store, and judges the package as whoever gets it', async () => {
  const made = await cli(...packing, '--all', '--log-chain', 'the-log', '--checkpoints', 'published', '-o', 'all.zip')
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(made.stdout).toMatch(/^VALID {2}all\.zip {2}3 chains, 24 receipts, manifest sha256:[0-9a-f]{64}\n$/)
  const names = (await entriesOf(await readFile(join(dir, 'all.zip')))).map(({ name }) => name)
  expect(names).toEqual([
    'receipts/1.jsonl',
    'receipts/2.jsonl',
    'receipts/3.jsonl',
    'keyring.json',
    'key-events.jsonl',
    'checkpoints/1.txt',
    'timestamps/1.1.p7s',
    'checkpoints/2.txt',
    'format/receipt-format.md',
    'format/verification.md',
    'format/keys.md',
    'format/evidence.md',
    'verify/verify.mjs',
    'verify/verify.py',
    'manifest.json',
    'manifest.sig',
  ])
  const judged = await cli('verify', 'all.zip', '--keyring', 'keyring.json', '--policy', 'policy.json')
  expect(judged).toMatchObject({ code: 0, stderr: '' })
  expect(judged.stdout).toContain('  WITNESSES  chain acme: enough witnesses have seen its first 14 receipts')
  expect(judged.stdout).toContain(`  signed by ${packerId}`)
})

describe('verify', () => {
  test('says in JSON what is proved and what is not', async () => {
    const { code, stdout } = await cli('verify', 'all.zip', '--keyring', 'keyring.json', '--json')
    expect(code).toBe(0)
    const result = JSON.parse(stdout)
    expect(result.verdict).toBe('VALID')
    expect(result.notProved.map(({ code }: { code: string }) => code)).toContain('TRUTH')
    expect(result.chains.map(({ chainId }: { chainId: string }) => chainId)).toEqual([
      'the-log',
      'Beta/Unicode',
      'acme',
    ])
  })

  test('without a keyring it is INCOMPLETE, never an error', async () => {
    const { code, stdout } = await cli('verify', 'all.zip')
    expect(code).toBe(3)
    expect(stdout).toMatch(/^INCOMPLETE\n/)
    expect(stdout).toContain('KEYRING_NEEDED')
  })

  test('knows a package by its first bytes too', async () => {
    await writeFile(join(dir, 'renamed.bin'), await readFile(join(dir, 'all.zip')))
    expect((await cli('verify', 'renamed.bin', '--keyring', 'keyring.json')).code).toBe(0)
    await writeFile(join(dir, 'empty.zip'), '')
    const { code, stdout } = await cli('verify', 'empty.zip', '--keyring', 'keyring.json')
    expect([code, stdout.split('\n')[0]]).toEqual([1, 'INVALID'])
  })

  test.each([
    ['an unknown member', '{"require":{"checkpoint":{}}}'],
    ['an unknown member at the top', '{"requires":{}}'],
    ['a member twice', '{"require":{},"require":{"report":true}}'],
    ['no JSON', 'require: checkpoints'],
    ['a policy without a log', '{"require":{"checkpoints":{"policy":"quorum none\\n"}}}'],
    ['both kinds of trust', '{"require":{"checkpoints":{"policy":"","from":[]}}}'],
    ['no chain', '{"require":{"chains":[]}}'],
    ['a time that is none', '{"require":{"receiptsUntil":"2026-02-30T00:00:00.000Z"}}'],
    ['an age without checkpoints', '{"require":{"maxCheckpointAgeHours":1}}'],
    ['a stamp without checkpoints', '{"require":{"timestamp":{"authorities":["x"],"withinHours":1}}}'],
    ['hours below 0', '{"require":{"maxCheckpointAgeHours":-1,"checkpoints":{"from":["x"]}}}'],
  ])('a policy with %s is refused', async (_name, text) => {
    await writeFile(join(dir, 'wrong.json'), text)
    const { code, stderr } = await cli('verify', 'all.zip', '--keyring', 'keyring.json', '--policy', 'wrong.json')
    expect([code, /\[TLOG_MALFORMED\]/.test(stderr)]).toEqual([2, true])
  })

  test('a package that was fetched in part is said to be cut off', async () => {
    const whole = await readFile(join(dir, 'all.zip'))
    await writeFile(join(dir, 'half.zip'), whole.subarray(0, whole.length >> 1))
    const { code, stdout } = await cli('verify', 'half.zip', '--keyring', 'keyring.json')
    expect([code, stdout]).toEqual([1, expect.stringMatching(/PACKAGE_MALFORMED .* was cut off/)])
  })

  test('a tlog-policy is told apart from the policy of a package', async () => {
    await writeFile(join(dir, 'tlog.txt'), tlogPolicy)
    const { code, stderr } = await cli('verify', 'all.zip', '--keyring', 'keyring.json', '--policy', 'tlog.txt')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/tlog\.txt is a C2SP tlog-policy.*JSON/)])
    const mixed = await cli('verify', 'all.zip', '--keyring', 'keyring.json', '--policy', 'keyring.json')
    expect([mixed.code, mixed.stderr]).toEqual([2, expect.stringContaining('keyring.json is a keyring: it goes to')])
  })

  test('holds it against checkpoints of the verifier’s own', async () => {
    await cli(...packing, '--chain', 'acme', '-o', 'bare.zip')
    const own = async (...checkpoints: string[]) =>
      cli(
        ...['verify', 'bare.zip', '--keyring', 'keyring.json', '--policy', 'named.json'],
        ...checkpoints.flatMap((one) => ['--checkpoints', one]),
      )
    await writeFile(
      join(dir, 'named.json'),
      JSON.stringify({ require: { chains: ['acme'], checkpoints: { from: [logVkey] } } }),
    )
    expect((await own()).code).toBe(3)
    const held = await own('published')
    expect([held.code, held.stderr]).toEqual([0, ''])
    expect(held.stdout).toContain('  CHECKPOINT  chain acme: its first 14 receipts')
    const several = `${await noteOf(chainOrigin(beta), beta)}\n${await noteOf(chainOrigin(acme), acme)}`
    await writeFile(join(dir, 'several.txt'), several)
    expect((await own('several.txt')).code).toBe(0)
    await writeFile(join(dir, 'other.txt'), await noteOf(chainOrigin(acme), acme, [], keyNamed('stranger')))
    const unknown = await own('other.txt')
    expect([unknown.code, unknown.stderr]).toEqual([
      3,
      'warning: 1 of 1 checkpoints are of no log that the policy or keyring names: other.txt\n',
    ])
    await writeFile(join(dir, 'forged.txt'), several.replace('\n14\n', '\n13\n'))
    const forged = await own('forged.txt')
    expect([forged.code, forged.stderr]).toEqual([2, expect.stringContaining('forged.txt (note 2): the signature')])
    await mkdir(join(dir, 'nothing'), { recursive: true })
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(dir, 'nothing', 'pipe.note')])
    expect((await own('nothing')).code).toBe(2)
    expect((await own('gone')).code).toBe(2)
  })

  test('refuses what is about one chain', async () => {
    const { code, stderr } = await cli(
      'verify',
      'all.zip',
      '--keyring',
      'keyring.json',
      '--expect-head',
      `1:sha256:${'0'.repeat(64)}`,
    )
    expect([code, stderr]).toEqual([2, expect.stringContaining('--expect-head is not for packages')])
  })
})

describe('export', () => {
  test('of one chain says what was left out', async () => {
    const { code, stdout } = await cli(...packing, '--chain', 'acme', '-o', 'one.zip', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).omitted).toEqual([
      { what: 'other chains', why: 'they were not asked for' },
      { what: 'checkpoints', why: 'none were given' },
      { what: 'timestamps', why: 'none were given' },
      { what: 'report', why: 'none was given' },
    ])
  })

  test.each([
    [['--evidence'], '-o PACKAGE.zip'],
    [['--key', 'x'], '--key goes with --evidence'],
    [['--evidence', '-o', 'x.zip', '--resume'], '--resume does not go with --evidence'],
    [['--evidence', '-o', 'x.zip', '--all', '--chain', 'acme'], 'does not go with --all'],
  ])('%s is refused', async (args, message) => {
    const { code, stderr } = await cli('export', 'receipts', '--keyring', 'keyring.json', ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })

  test('leaves no file behind where the key can not sign', async () => {
    const { code } = await cli(
      'export',
      'receipts',
      '--all',
      '--evidence',
      '--keyring',
      'keyring.json',
      '--key',
      'file:./gone.pem',
      '-o',
      'no.zip',
    )
    expect(code).toBe(2)
    await expect(stat(join(dir, 'no.zip'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(stat(join(dir, 'no.zip.part'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a report goes along in every format, and its seal is held against the receipts', async () => {
    const period = ['--period', '2026-01', '--now', '2026-02-02T00:00:00Z']
    const made = await cli(
      'report',
      'receipts',
      '--chain',
      'acme',
      '--keyring',
      'keyring.json',
      ...period,
      '--format',
      'json',
      '--out',
      'acme',
    )
    expect(made).toMatchObject({ code: 0 })
    const { code } = await cli(...packing, '--chain', 'acme', '--report', 'acme/report.json', '-o', 'report.zip')
    expect(code).toBe(0)
    const names = (await entriesOf(await readFile(join(dir, 'report.zip')))).map(({ name }) => name)
    expect(names.filter((name) => name.startsWith('report/'))).toEqual([
      'report/report.html',
      'report/report.md',
      'report/report.json',
      'report/report.pdf',
    ])
    await writeFile(join(dir, 'wants-report.json'), '{"require":{"report":true}}')
    const judged = await cli(
      'verify',
      'report.zip',
      '--keyring',
      'keyring.json',
      '--policy',
      'wants-report.json',
      '--json',
    )
    expect([judged.code, JSON.parse(judged.stdout).problems.map(({ code }: { code: string }) => code)]).toEqual([
      3,
      ['REQUIRED_REPORT_MISSING'],
    ])
  })
})
