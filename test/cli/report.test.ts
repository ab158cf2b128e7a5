/** `quittance report`, `report verify` and `stats`, as they are typed. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localKey } from '../../src/keys/local.js'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedgerWith } from '../../src/ledger/ledger.js'
import { fileStore } from '../../src/store/file.js'
import { draft } from '../ledger/support.js'
import { runCli } from './run-cli.js'

let dir: string
const start = Date.parse('2026-01-10T00:00:00.000Z')
/** Text as an attacker would put it into a receipt: it clears a screen and prints a verdict. */
const hostile = 'model\u001b[2J\u001b[32mVALID\u202e'

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-report-'))
  let at = start
  const keys = localKey({ file: join(dir, 'key.pem'), create: true })
  const environment = { ...realEnvironment, now: () => at }
  const store = fileStore(join(dir, 'receipts'))
  const ledger = createLedgerWith({ store, keys, redactor: false }, environment)
  for (const chainId of ['acme', 'beta'])
    for (let index = 0; index < 20; index++) {
      at += 3_600_000
      const fired = index % 5 === 4
      const checks = [{ name: 'safety', fired }]
      await ledger.append(draft({ chainId, action: fired ? 'reject' : 'allow', checks }))
    }
  await writeFile(join(dir, 'keyring.json'), JSON.stringify(await ledger.keyring()))
  const lines: string[] = []
  for await (const line of store.lines?.('acme') ?? []) lines.push(line)
  await writeFile(join(dir, 'acme.jsonl'), `${lines.join('\n')}\n`)
  await writeFile(join(dir, 'broken.jsonl'), `${lines.join('\n').replace('"action":"reject"', '"action":"allow"')}\n`)
  await writeFile(join(dir, 'torn.jsonl'), lines.join('\n'))
  await ledger.close()
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const cli = (...args: string[]) => runCli(args, { cwd: dir })
const trusted = ['--keyring', 'keyring.json', '--now', '2026-05-01T00:00:00Z']
const about = (...args: string[]) => cli('report', ...args, ...trusted)
const judge = (...args: string[]) => cli('report', 'verify', ...args, '--keyring', 'keyring.json')

describe('quittance report', () => {
  it('writes what was asked for and says so, verdict first', async () => {
    const told = await about(
      'receipts',
      '--chain',
      'acme',
      '--period',
      '2026-Q1',
      '--out',
      'out',
      '--format',
      'json,html,md',
    )
    expect([told.code, told.stderr]).toEqual([0, ''])
    const text = await readFile(join(dir, 'out/report.json'), 'utf8')
    const digest = createHash('sha256').update(text).digest('hex')
    expect(told.stdout).toBe(
      [
        'VALID  chain acme, 21 receipts checked',
        '  period    2026-01-01T00:00:00.000Z until 2026-04-01T00:00:00.000Z: 21 receipts',
        '  failures  4 of 20, 20.0 %, 95 % interval 8.1 % to 41.6 % (a check fired, or an error)',
        `  digest    sha256:${digest}`,
        '  written   out/report.html',
        '            out/report.md',
        '            out/report.json',
        '',
      ].join('\n'),
    )
    expect((await readdir(join(dir, 'out'))).sort()).toEqual(['report.html', 'report.json', 'report.md'])
    expect(await readFile(join(dir, 'out/report.html'), 'utf8')).toMatch(/^<!doctype html>\n<html lang="en">/)
  })

  it('takes --store, several chains, a file, stdin, another language, and says all of it as JSON', async () => {
    const all = await about(
      '--store',
      'receipts',
      '--all',
      '--period',
      '2026-01',
      '--out',
      'all',
      '--lang',
      'de',
      '--json',
    )
    expect([all.code, all.stderr]).toEqual([0, ''])
    const { verdict, chains, files, sealed } = JSON.parse(all.stdout)
    expect({ verdict, files, sealed }).toEqual({
      verdict: 'VALID',
      files: ['all/report.html', 'all/report.json'],
      sealed: false,
    })
    expect(chains).toMatchObject([
      { chainId: 'acme', verdict: 'VALID', checked: 21, counted: 21, receipts: 21 },
      { chainId: 'beta', verdict: 'VALID', checked: 21, counted: 21, receipts: 21 },
    ])
    expect(await readFile(join(dir, 'all/report.html'), 'utf8')).toContain('<html lang="de">')
    const file = await about(
      'acme.jsonl',
      '--period',
      '2026-01-10/2026-01-10T12:00:00Z',
      '--out',
      'file',
      '--name',
      'first',
      '--format',
      'json',
    )
    expect([file.code, await readdir(join(dir, 'file'))]).toEqual([0, ['first.json']])
    expect(file.stdout).toContain('until 2026-01-10T12:00:00.000Z: 12 receipts')
    const lines = await readFile(join(dir, 'acme.jsonl'))
    const piped = await runCli(['report', '-', '--period', '2026', ...trusted, '--out', 'piped', '--format', 'json'], {
      cwd: dir,
      stdin: lines,
    })
    expect(piped.code).toBe(0)
  })

  it('answers by the verdict: what does not hold is not counted', async () => {
    const broken = await about('broken.jsonl', '--period', '2026', '--out', 'broken')
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain('INVALID  chain acme, 21 receipts checked, 1 left out')
    expect(broken.stdout).toContain('  problem   acme  seq 5  HASH_MISMATCH')
    const absent = await about('receipts', '--chain', 'none', '--period', '2026', '--out', 'absent')
    expect([absent.code, absent.stdout.slice(0, 10)]).toEqual([3, 'INCOMPLETE'])
    // a chain that was misspelt is told from one that is gone
    expect(absent.stderr).toBe('note: not in receipts: none; what is: acme, beta\n')
  })

  it('says how much more there is than it shows', async () => {
    const stranger = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
    const unknown = await cli('report', 'acme.jsonl', '--trust', stranger, '--period', '2026-Q1', '--out', 'unknown')
    expect(unknown.stdout.match(/^ {2}problem {3}acme {2}seq \d+ {2}KEY_UNKNOWN/gm)).toHaveLength(5)
    expect(unknown.stdout).toContain('\n  problem   … and 16 more, in the report\n')
    const rule = ['--failure', 'action:allow,reject', '--p0', '0.01', '--p1', '0.9']
    const failing = await about('acme.jsonl', '--period', '2026-Q1', '--out', 'failing', ...rule)
    expect(failing.stdout.match(/^ {2}FLAGGED {3}acme seq/gm)).toHaveLength(10)
    expect(failing.stdout).toContain('\n  FLAGGED   … and 10 more, in the report\n')
  })

  it('says when no decision ran the check that the rule names: a rate of 0 would look good', async () => {
    const period = ['--period', '2026-Q1', '--failure', 'check:safty']
    const made = await about('acme.jsonl', ...period, '--out', 'misspelt')
    expect(made.code).toBe(0)
    const note = '  note      no decision has a result that counts of safty: nothing could fail by it\n'
    expect(made.stdout).toContain(note)
    expect((await cli('stats', 'acme.jsonl', ...period, ...trusted)).stdout).toContain(note)
    const ran = await cli('stats', 'acme.jsonl', '--period', '2026-Q1', '--failure', 'check:safety', ...trusted)
    expect(ran.stdout).not.toContain('note')
  })

  it('never shows an empty period as if it were good', async () => {
    const empty = await about('receipts', '--chain', 'acme', '--period', '2025', '--out', 'empty')
    expect(empty.stdout).toContain('EMPTY: there is no receipt in it, which shows nothing')
    expect(empty.stdout).not.toContain('failures')
  })

  it('replaces an earlier report, and nothing else', async () => {
    const args = ['receipts', '--chain', 'acme', '--period', '2026-Q1', '--out', 'again', '--format', 'html,md,json']
    expect((await about(...args)).code).toBe(0)
    const again = await about(...args, '--failure', 'action:reject')
    expect([again.code, again.stderr]).toEqual([0, ''])
    expect(await readFile(join(dir, 'again/report.json'), 'utf8')).toContain('"actions":["reject"]')
    const less = await about('receipts', '--chain', 'acme', '--period', '2026', '--out', 'again', '--format', 'json')
    expect(less.stderr).toBe(
      'note: again/report.html is of an earlier report\nnote: again/report.md is of an earlier report\n',
    )
    await mkdir(join(dir, 'mine'))
    for (const [file, content] of [
      ['report.json', '{"mine": 1}'],
      ['report.html', '<p>mine'],
      ['report.md', '# mine, on quittance-report/1'],
    ] as const) {
      await writeFile(join(dir, 'mine', file), content)
      const refused = await about(...args.slice(0, 5), '--out', 'mine', '--format', file.slice(7))
      expect(refused.code).toBe(2)
      expect(refused.stderr).toContain(`mine/${file} is there, and is no report: it is left alone`)
      expect(await readFile(join(dir, 'mine', file), 'utf8')).toBe(content)
    }
    expect((await readdir(join(dir, 'mine'))).length).toBe(3)
  })

  it('shows its progress on a terminal only', async () => {
    let time = 0
    const now = () => {
      time += 400
      return time
    }
    const args = ['report', 'receipts', '--all', '--period', '2026', ...trusted, '--out', 'tty', '--format', 'json']
    const { stderr } = await runCli(args, { cwd: dir, tty: { stderr: true }, now, env: { NO_COLOR: '1' } })
    expect(stderr).toContain('42 receipts')
    expect(stderr.endsWith('\r\u001b[K')).toBe(true)
  })

  it.each([
    [['receipts', '--chain', 'acme'], '--period is needed'],
    [['--period', '2026'], 'no receipts were named'],
    [['receipts', '--store', 'receipts', '--period', '2026'], 'name the receipts once'],
    [['receipts', '--period', '2026'], 'receipts holds 2 chains'],
    [['receipts', '--all', '--chain', 'acme', '--period', '2026'], '--chain does not go with --all'],
    [['receipts', '--all', '--period', '2026-Q5'], 'FROM/UNTIL'],
    [['receipts', '--all', '--period', '2026-02-30'], 'FROM/UNTIL'],
    [['receipts', '--all', '--period', '2026-02-01/2026-01-01'], 'It must end after it begins'],
    [['receipts', '--all', '--period', '2026', '--format', 'docx'], 'html,md,json,pdf'],
    [['receipts', '--all', '--period', '2026', '--failure', 'sometimes'], 'action:NAME'],
    [['receipts', '--all', '--period', '2026', '--failure', 'check:'], 'is empty'],
    [['receipts', '--all', '--period', '2026', '--p0', '1'], 'above 0 and below 1'],
    [['receipts', '--all', '--period', '2026', '--p0', '0.2', '--p1', '0.1'], 'p0 < p1'],
    [['receipts', '--all', '--period', '2026', '--embed', '100001'], 'embed'],
    [['receipts', '--all', '--period', '2026', '--name', '../x'], '--name'],
    [['receipts', '--all', '--period', '2026', '--system', 'none.json'], 'cannot read none.json'],
    [['receipts', '--all', '--period', '2026', '--open', '--format', 'json'], '--open shows a page'],
    [['acme.jsonl', '--period', '2026', '--seal', '--key', 'key.pem'], '--seal needs a store'],
    [['receipts', '--all', '--period', '2026', '--seal'], 'no signing key'],
    [['receipts', '--all', '--period', '2026', '--key', 'key.pem'], '--key and --passphrase-file are for --seal'],
    [['receipts', '--all', '--period', '2026', '--lang', 'fr'], 'en, de'],
    [['receipts', '--all', '--period', '2026', '--lang', 'en', '--lang', 'de'], 'given only once'],
    [['receipts', '--all', '--period', '2026', '--seal', '--key', 'key.pem', '--key', 'b.pem'], 'given only once'],
    [['torn.jsonl', '--period', '2026'], 'the last line has no newline'],
    [['nowhere', '--period', '2026'], 'VERIFY_INPUT'],
  ])('%j is wrong usage, and writes nothing', async (args, message) => {
    const { code, stdout, stderr } = await about(...args, '--out', 'wrong')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(await readdir(dir)).not.toContain('wrong')
  })

  it('needs a keyring', async () => {
    const { code, stderr } = await cli('report', 'receipts', '--all', '--period', '2026')
    expect([code, stderr.includes('no keyring was given')]).toEqual([2, true])
  })

  it('prints what the system is, and refuses a description that is none', async () => {
    const system = { name: 'Credit scoring', deployer: 'Example Bank', annexIII: '5(b)' }
    await writeFile(join(dir, 'system.json'), JSON.stringify(system))
    const args = [
      'receipts',
      '--all',
      '--period',
      '2026',
      '--out',
      'system',
      '--format',
      'json',
      '--system',
      'system.json',
    ]
    expect((await about(...args)).code).toBe(0)
    expect(JSON.parse(await readFile(join(dir, 'system/report.json'), 'utf8')).system).toEqual(system)
    for (const [text, message] of [
      ['{"name": 5}', 'system.name'],
      ['{"title": "x"}', 'no member "title"'],
      ['{"name": "x", "annexIII": "9"}', 'Annex III'],
      ['name', 'is not JSON'],
    ] as const) {
      await writeFile(join(dir, 'system.json'), text)
      const refused = await about(...args)
      expect([text, refused.code, refused.stderr.includes(message)]).toEqual([text, 2, true])
    }
  })
})

describe('quittance report --seal and report verify', () => {
  const args = ['receipts', '--all', '--period', '2026-Q1', '--out', 'sealed', '--format', 'html,md,json,pdf']
  const signed = ['--seal', '--key', 'key.pem']

  it('seals nothing where the files can not be written', async () => {
    const heads = () => cli('head', 'receipts', '--all')
    const before = await heads()
    await symlink('gone', join(dir, 'dangling'))
    const dangling = await about(...args.slice(0, 4), '--out', 'dangling', ...signed)
    expect([dangling.code, dangling.stdout]).toEqual([2, ''])
    expect(dangling.stderr).toContain('cannot write dangling: there is no such directory [ENOENT]')
    const long = await about(...args.slice(0, 4), '--out', `${'x'.repeat(250)}/${'y'.repeat(300)}`, ...signed)
    expect([long.code, long.stdout]).toEqual([2, ''])
    expect(await heads()).toEqual(before)
  })

  it('seals in the same store, and is VALID by receipts, seal and keyring', async () => {
    const made = await about(...args, ...signed)
    expect([made.code, made.stderr]).toEqual([0, ''])
    expect(made.stdout).toContain('  sealed    in 2 of 2 chains\n')
    expect((await readdir(join(dir, 'sealed'))).sort()).toEqual([
      'report.html',
      'report.json',
      'report.md',
      'report.pdf',
      'report.seal.json',
    ])
    const { digest, lines } = JSON.parse(await readFile(join(dir, 'sealed/report.seal.json'), 'utf8'))
    const own = createHash('sha256')
      .update(await readFile(join(dir, 'sealed/report.json')))
      .digest('hex')
    expect([digest, lines.length]).toEqual([`sha256:${own}`, 2])
    for (const file of ['report.json', 'report.html', 'report.pdf']) {
      const judged = await judge(`sealed/${file}`, '--store', 'receipts')
      expect([file, judged.code, judged.stderr]).toEqual([file, 0, ''])
      const stamp = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/
      expect(
        judged.stdout.split('\n').map((line) => (line.startsWith('  sealed') ? line.replace(stamp, 'T') : line)),
      ).toEqual([
        `VALID  sealed/${file}`,
        `  digest    ${digest}`,
        '  says      VALID, 42 receipts from 2026-01-01T00:00:00.000Z until 2026-04-01T00:00:00.000Z',
        '  sealed    acme seq 21, T',
        '  sealed    beta seq 21, T',
        expect.stringMatching(/^ {2}embedded {2}(\d+) of \1 receipts hold$/),
        '  rebuilt   from the receipts, and every figure is the same',
        '  trust     1 key from keyring.json',
        '',
      ])
    }
  }, 120_000)

  it('the chain is still VALID, and the same again is the same seal', async () => {
    expect((await cli('verify', 'receipts', '--all', '--keyring', 'keyring.json')).code).toBe(0)
    const store = await cli('verify', 'receipts', '--chain', 'acme', '--keyring', 'keyring.json', '--json')
    expect(JSON.parse(store.stdout).checked).toBe(22)
  })

  it('is INCOMPLETE by the file alone, and INVALID when it was changed', async () => {
    const alone = await judge('sealed/report.json')
    expect(alone.code).toBe(3)
    expect(alone.stdout).toContain(
      '    SOURCE_NOT_GIVEN  without the receipts nothing shows that the figures are theirs\n',
    )
    const text = await readFile(join(dir, 'sealed/report.json'), 'utf8')
    await writeFile(join(dir, 'changed.json'), text.replace('"locale":"en"', '"locale":"de"'))
    const changed = await judge('changed.json', '--seal', 'sealed/report.seal.json', '--store', 'receipts', '--json')
    expect(changed.code).toBe(1)
    const { verdict, problems } = JSON.parse(changed.stdout)
    expect([verdict, problems[0].code]).toEqual(['INVALID', 'SEAL_DIGEST_MISMATCH'])
    const piped = await runCli(['report', 'verify', '-', '--keyring', 'keyring.json'], { cwd: dir, stdin: text })
    expect([piped.code, piped.stdout.includes('NOT_SEALED')]).toEqual([3, true])
  })

  it('takes an old seal away where the new report has none', async () => {
    const unsealed = await about(
      'receipts',
      '--all',
      '--period',
      '2026-Q1',
      '--out',
      'sealed',
      '--format',
      'html,md,json,pdf',
    )
    expect(unsealed.stderr).toContain(
      'note: sealed/report.seal.json was the seal of an earlier report, and is removed\n',
    )
    expect(await readdir(join(dir, 'sealed'))).not.toContain('report.seal.json')
  }, 60_000)

  it('what the ledger refuses is exit code 1, and leaves no report', async () => {
    const keygen = await cli('keygen', 'other.pem')
    expect(keygen.code).toBe(0)
    const refused = await about(
      'receipts',
      '--all',
      '--period',
      '2026',
      '--out',
      'refused',
      '--seal',
      '--key',
      'other.pem',
    )
    expect([refused.code, refused.stdout]).toEqual([1, ''])
    expect(refused.stderr).toContain('[LEDGER_KEY_UNTRUSTED]')
    expect(await readdir(dir)).not.toContain('refused')
  })

  it.each([
    [['report', 'verify', 'absent.json', '--keyring', 'keyring.json'], 'VERIFY_INPUT'],
    [['report', 'verify', 'acme.jsonl'], 'no keyring was given'],
    [['report', 'verify'], "missing required argument 'file'"],
  ])('%j can’t be judged', async (args, message) => {
    const { code, stdout, stderr } = await cli(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
  })

  it('says INVALID of what is no report', async () => {
    const { code, stdout } = await judge('acme.jsonl')
    expect(code).toBe(1)
    expect(stdout).toContain('FILE_MALFORMED')
  })
})

describe('what can’t be judged', () => {
  it('Markdown is wrong usage and no INVALID: it carries nothing to judge', async () => {
    await about('acme.jsonl', '--period', '2026-Q1', '--out', 'words', '--format', 'md')
    const told = await judge('words/report.md')
    expect([told.code, told.stdout]).toEqual([2, ''])
    expect(told.stderr).toContain('Give the .json, .html or .pdf of the same report.')
  })

  it('a file that is not there is named', async () => {
    const told = await judge('nowhere.json')
    expect([told.code, told.stdout]).toEqual([2, ''])
    expect(told.stderr).toMatch(/cannot be read: there is no such file \(.*nowhere\.json\) \[VERIFY_INPUT\]/)
  })
})

describe('quittance stats', () => {
  const stats = (...args: string[]) => cli('stats', ...args, ...trusted)

  it('prints figures, each with its sample size and interval', async () => {
    const { code, stdout, stderr } = await stats('acme.jsonl', '--period', '2026-Q1')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('VALID  chain acme, seq 0 to 20, 21 receipts checked, 21 in the period\n')
    expect(stdout).toContain('  rate      4 of 20, 20.0 %, 95 % interval 8.1 % to 41.6 %\n')
    expect(stdout).toMatch(/ {2}SPRT {6}acme: (MONITORING|FLAGGED|WITHIN_LIMIT), n = 20, /)
    expect(stdout).toMatch(
      /\nActions of decisions\n {10}rate\n {2}allow {3}16 of 20, 80\.0 %, 95 % interval 58\.4 % to 91\.9 %\n {2}reject {2}4 of 20, /,
    )
  })

  it('takes the same rules, and gives all of it as JSON', async () => {
    const { code, stdout } = await stats(
      'acme.jsonl',
      '--period',
      '2026',
      '--failure',
      'action:allow',
      '--p0',
      '.5',
      '--p1',
      '.9',
      '--json',
    )
    const { verdict, parameters, figures, excerpt } = JSON.parse(stdout)
    expect([code, verdict, excerpt]).toEqual([0, 'VALID', undefined])
    expect(parameters).toMatchObject({
      failure: [{ kind: 'action', actions: ['allow'] }],
      sprt: { p0: 0.5, p1: 0.9, alpha: 0.05, beta: 0.1 },
    })
    expect(figures.failure.estimate).toMatchObject({ count: 16, n: 20 })
  })

  it('counts nothing that does not hold', async () => {
    const { code, stdout } = await stats('broken.jsonl', '--period', '2026')
    expect(code).toBe(1)
    expect(stdout).toContain('INVALID  chain acme, seq 0 to 20, 21 receipts checked, 1 left out, 20 in the period')
    expect(stdout).toContain('  rate      3 of 19, ')
    const empty = await stats('acme.jsonl', '--period', '2020')
    expect(empty.stdout).toContain('EMPTY, no receipt in it, which shows nothing')
    expect(empty.stdout).not.toContain('rate')
  })

  it('lets no text of a receipt loose on a terminal', async () => {
    const own = join(dir, 'hostile')
    const keys = localKey({ file: join(dir, 'key.pem') })
    const ledger = createLedgerWith(
      { store: fileStore(own), keys, redactor: false },
      { ...realEnvironment, now: () => start },
    )
    await ledger.append(
      draft({ details: { groups: { age: 'old' } }, decision: { favourable: true, groupBasis: 'direct' } }),
    )
    await ledger.append(draft({ checks: [{ name: 'safety', fired: true }], xNote: hostile } as never))
    await ledger.close()
    for (const args of [
      ['stats', own],
      ['stats', own, '--json'],
      ['report', own, '--out', 'hostile-out', '--format', 'html,md,json'],
    ]) {
      const { code, stdout, stderr } = await cli(...args, '--period', '2026', ...trusted)
      expect([code, stderr]).toEqual([0, ''])
      expect(/[\p{Cc}\p{Cf}]/u.test(stdout.replaceAll('\n', ''))).toBe(false)
    }
  })

  it.each([
    [['acme.jsonl'], '--period is needed'],
    [['acme.jsonl', '--period', '2026', '--seal'], 'unknown option'],
    [['acme.jsonl', '--all', '--period', '2026'], 'holds one chain'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await stats(...args)
    expect([code, stderr.includes(message)]).toEqual([2, true])
  })
})
