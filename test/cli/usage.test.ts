import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.js'

const groups = {
  key: ['show', 'rotate', 'revoke', 'delegate', 'split', 'combine'],
  keyring: ['build', 'show', 'did-web', 'jwks'],
}
const grouped = Object.entries(groups).flatMap(([group, names]) => names.map((name) => `${group} ${name}`))
const commands = [
  'keygen',
  'public-key',
  'verify',
  'inspect',
  'head',
  'coverage',
  'reconcile',
  'prove',
  'verify-proof',
  'proof-page',
  'verify-fork',
  'checkpoint',
  'witness',
  'query',
  'reconstruct',
  'export',
  'import',
  'stat',
  'tail',
  'prune',
  'hold',
  'release',
  'demo',
]

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-usage-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const cli = (...args: string[]) => runCli(args, { cwd })

describe('help', () => {
  test('without a command is on stderr, and exit 2', async () => {
    const { code, stdout, stderr } = await cli()
    expect([code, stdout]).toEqual([2, ''])
    for (const command of [...commands, ...Object.keys(groups)])
      expect(stderr).toMatch(new RegExp(`^  ${command} .*[a-z]$`, 'm'))
  })

  test('that was asked for is on stdout, and exit 0', async () => {
    const { code, stdout, stderr } = await cli('--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('0 VALID · 1 INVALID · 3 INCOMPLETE · 2 wrong usage')
  })

  test.each([...commands, ...grouped])('of %s has examples', async (command) => {
    const { code, stdout, stderr } = await cli(...command.split(' '), '--help')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^Usage: quittance ${command} `))
    expect(stdout).toMatch(new RegExp(`\\nExamples:\\n  \\$ quittance ${command} ?.*\\n      [a-z]`))
  })

  test('every flag of every command stands in docs/cli.md', async () => {
    const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    for (const command of [...commands, ...grouped]) {
      const section = page.split(`\n## quittance ${command}\n`)[1]?.split('\n## ')[0] ?? ''
      const { stdout } = await cli(...command.split(' '), '--help')
      const flags = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag as string)
      expect(flags).toContain('--json')
      for (const flag of flags.filter((one) => one !== '--help')) expect(section, command).toContain(`\`${flag}`)
    }
  })
})

test('--version is that of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  for (const flag of ['--version', '-V'])
    expect(await cli(flag)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
})

describe('wrong usage', () => {
  const keyed = ['--trust', 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw']
  test.each([
    ['an unknown command', ['verfy', 'x'], /unknown command 'verfy'/],
    ['an unknown option', ['verify', 'x', '--keyrin', 'y'], /unknown option '--keyrin'/],
    ['a missing argument', ['verify'], /missing required argument 'target'/],
    ['too many arguments', ['verify', 'x', 'y', ...keyed], /too many arguments/],
    ['an option without its value', ['verify', 'x', '--keyring'], /argument missing/],
    ['a key that is none', ['verify', 'x', '--trust', 'z6Mk'], /did:key:…/],
    ['a use that is none', ['verify', 'x', '--trust', `all=${keyed[1]}`], /KEYRING_INVALID/],
    ['a key twice', ['verify', 'x', ...keyed, ...keyed], /KEYRING_INVALID/],
    ['a head that is none', ['verify', 'x', ...keyed, '--expect-head', '4'], /SEQ:sha256:HEX/],
    ['a number that is none', ['verify', 'x', ...keyed, '--from-seq', '-1'], /whole number/],
    [
      'a range backwards',
      ['verify', 'x', ...keyed, '--from-seq', '3', '--to-seq', '2'],
      /--from-seq is greater than --to-seq/,
    ],
    ['a time that is none', ['verify', 'x', ...keyed, '--now', 'today'], /UTC time/],
    ['a root that is none', ['verify', 'x', ...keyed, '--chain-root', 'abc'], /sha256:/],
    ['days that are none', ['verify', 'x', ...keyed, '--accept-pruned', 'all'], /whole number/],
    ['no problems at all', ['verify', 'x', ...keyed, '--max-problems', '0'], /1 or more/],
    ...Object.entries({
      '--chain': ['acme', 'bank'],
      '--chain-root': [`sha256:${'0'.repeat(64)}`, `sha256:${'1'.repeat(64)}`],
      '--expect-head': [`0:sha256:${'0'.repeat(64)}`, `1:sha256:${'1'.repeat(64)}`],
      '--from-seq': ['0', '1'],
      '--to-seq': ['0', '1'],
      '--min-receipts': ['0', '1'],
      '--accept-pruned': ['0', '1'],
      '--now': ['2026-01-31', '2026-02-01'],
    }).map(([flag, values]): [string, string[], RegExp] => [
      `${flag} twice`,
      ['verify', 'x', ...keyed, ...values.flatMap((value) => [flag, value])],
      /only once/,
    ]),
    ['two ways to name a receipt', ['inspect', 'x', '--seq', '1', '--line', '2'], /give one of them/],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await cli(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^quittance: /)
    expect(stderr).not.toMatch(/\n\s+at /)
    const json = await cli(...args, '--json')
    expect([json.code, json.stdout]).toEqual([2, ''])
    expect(json.stderr.split('\n')).toHaveLength(2)
    const { error } = JSON.parse(json.stderr)
    expect([error.code, error.message]).toEqual([expect.stringMatching(/^[A-Z_]+$/), expect.any(String)])
  })

  test.each(['--chain x', '--chain-root', '--from-seq 1', '--to-seq 1', '--expect-head'])(
    '--all with %s',
    async (flag) => {
      const digest = `sha256:${'0'.repeat(64)}`
      const args =
        { '--chain-root': ['--chain-root', digest], '--expect-head': ['--expect-head', `1:${digest}`] }[flag] ??
        flag.split(' ')
      const { code, stderr } = await cli('verify', cwd, '--all', ...keyed, ...args)
      expect([code, stderr]).toEqual([2, expect.stringContaining('about one chain')])
    },
  )

  test('a suggestion is made for a typing error', async () => {
    expect((await cli('verfy')).stderr).toContain('Did you mean verify?')
  })

  test('what was typed reaches the terminal without its escape sequences', async () => {
    const { stderr } = await cli('verify', '--\x1b[2Jx\u202e')
    expect(stderr).toContain('\\u{1b}[2Jx\\u{202e}')
    expect(stderr).not.toContain('\x1b')
  })
})

describe('colours', () => {
  const help = async (env: Record<string, string>, terminal: boolean) =>
    (await runCli(['verify', join(cwd, 'absent')], { cwd, env, tty: { stderr: terminal } })).stderr.includes('\x1b[31m')

  test.each([
    ['a terminal', {}, true, true],
    ['a pipe', {}, false, false],
    ['NO_COLOR on a terminal', { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR on a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 on a terminal', { FORCE_COLOR: '0' }, true, false],
    ['both', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['a dumb terminal', { TERM: 'dumb' }, true, false],
  ])('%s', async (_, env, terminal, coloured) => {
    expect(await help(env, terminal)).toBe(coloured)
  })
})
