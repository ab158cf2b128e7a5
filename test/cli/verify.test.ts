import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { didKey } from '../../src/keys/did-key.js'
import { defaultBackend } from '../../src/keys/ed25519/verify.js'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { type CliOptions, runCli } from './run-cli.js'

const receipts = testReceipts({ chainId: 'acme', count: 5, rationale: (seq) => `because ${seq}` })
const lines = receipts.map(lineOf)
const whole = `${lines.join('\n')}\n`
const did = testReceiptKeyId()
const stranger = didKey(defaultBackend.signerFromSeed(new Uint8Array(32).fill(7)).publicKey)
const [root, , , , last] = receipts as [(typeof receipts)[0], unknown, unknown, unknown, (typeof receipts)[0]]
const head = `4:${last.receiptHash}`

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-verify-'))
  await writeFile(join(cwd, 'ok.jsonl'), whole)
  await writeFile(join(cwd, 'cut.jsonl'), `${lines.slice(0, 3).join('\n')}\n`)
  await writeFile(join(cwd, 'forged.jsonl'), whole.replace('"allow"', '"reject"'))
  await writeFile(join(cwd, 'late.jsonl'), `${lines.slice(2).join('\n')}\n`)
  await writeFile(join(cwd, 'keyring.json'), JSON.stringify({ keys: [{ keyId: did }] }))
})
afterAll(() => rm(cwd, { recursive: true }))

const cli = (args: readonly string[], options: Partial<CliOptions> = {}) => runCli(args, { cwd, ...options })
const verify = (file: string, ...args: string[]) => cli(['verify', file, '--keyring', 'keyring.json', ...args])
const verdict = async (file: string, ...args: string[]) => {
  const { code, stdout, stderr } = await verify(file, ...args, '--json')
  const { verdict: word, counts, scope } = JSON.parse(stdout)
  return { code, verdict: word, counts, tail: scope.tail, stderr }
}

test('--workers changes nothing in the answer', async () => {
  const many = testReceipts({ chainId: 'acme', count: 1_200 }).map(lineOf)
  await writeFile(join(cwd, 'many.jsonl'), `${many.join('\n')}\n`.replace('"allow"', '"reject"'))
  const alone = await verify('many.jsonl', '--workers', '1')
  expect(alone).toMatchObject({ code: 1, stderr: '' })
  expect(alone.stdout).toContain('1200 receipts checked')
  expect(await verify('many.jsonl', '--workers', '2')).toEqual(alone)
  expect(await verify('many.jsonl', '--workers', '0')).toMatchObject({ code: 2, stdout: '' })
})

describe('the report', () => {
  test('of a valid chain says its scope, and what is not proved', async () => {
    expect(await verify('ok.jsonl')).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'VALID  chain acme (by its own claim), seq 0 to 4, 5 receipts checked',
        `  root    ${root.receiptHash}`,
        `  head    ${head}`,
        '  tail    unproved: nothing proves that receipts after seq 4 were not cut; compare the head with one noted elsewhere (--expect-head)',
        '  trust   1 key from keyring.json',
        '',
      ].join('\n'),
    })
  })

  test('of a forged chain lists what is wrong, line and seq first', async () => {
    const { code, stdout } = await verify('forged.jsonl', '--chain', 'acme')
    expect(code).toBe(1)
    expect(stdout.split('\n').filter((line) => !/root|head|tail/.test(line))).toEqual([
      'INVALID  chain acme, seq 0 to 4, 5 receipts checked',
      '  trust   1 key from keyring.json',
      '  counts  HASH_MISMATCH 1',
      '  1 problem',
      '    line 1  seq 0  HASH_MISMATCH  has a receiptHash that is not the hash of what it says',
      '',
    ])
  })

  test('of nothing at all', async () => {
    const { code, stdout } = await cli(['verify', '-', '--trust', did], { stdin: '' })
    expect(code).toBe(3)
    expect(stdout).toBe(
      [
        'INCOMPLETE  no chain, 0 receipts checked',
        '  tail    unproved: there is no receipt',
        '  trust   1 key from --trust',
        '  counts  EMPTY 1',
        '  1 problem',
        '    EMPTY  there is no receipt',
        '',
      ].join('\n'),
    )
  })

  test('lists at most --max-problems, counts all, and says how many are left', async () => {
    await writeFile(join(cwd, 'garbage.jsonl'), '{}\n'.repeat(50))
    const listed = (text: string) => text.split('\n').filter((line) => line.startsWith('    line')).length
    const { code, stdout } = await verify('garbage.jsonl')
    expect([code, listed(stdout)]).toEqual([1, 20])
    const [, total] = /^ {2}(\d+) problems$/m.exec(stdout) ?? []
    expect(Number(total)).toBeGreaterThanOrEqual(50)
    expect(stdout).toContain(`… and ${Number(total) - 20} more (--max-problems)`)
    const few = await verify('garbage.jsonl', '--max-problems', '3')
    expect([listed(few.stdout), few.stdout.includes(`… and ${Number(total) - 3} more`)]).toEqual([3, true])
    const json = JSON.parse((await verify('garbage.jsonl', '--max-problems', '3', '--json')).stdout)
    expect(json.problems).toHaveLength(3)
  })

  test('notes erased details, which change no verdict', async () => {
    const { details: _, ...erased } = receipts[2] as (typeof receipts)[0]
    const without = lines.with(2, lineOf(erased as (typeof receipts)[0]))
    await writeFile(join(cwd, 'erased.jsonl'), `${without.join('\n')}\n`)
    const { code, stdout } = await verify('erased.jsonl')
    expect(code).toBe(0)
    expect(stdout).toMatch(/ {2}counts {2}DETAILS_ERASED 1\n {2}1 notice\n {4}line 3 {2}seq 2 {2}DETAILS_ERASED {2}/)
  })

  test('in colour says the same words', async () => {
    const plain = await verify('forged.jsonl')
    const coloured = await cli(['verify', 'forged.jsonl', '--keyring', 'keyring.json'], { tty: { stdout: true } })
    expect(coloured.stdout).toContain('\x1b[31m')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is taken away
    expect(coloured.stdout.replace(/\x1b\[\d+m/g, '')).toBe(plain.stdout)
  })
})

describe('--json', () => {
  test('is the documented shape, and nothing else is on stdout', async () => {
    const { code, stdout, stderr } = await verify('forged.jsonl', '--json')
    expect([code, stderr, stdout.split('\n').length]).toEqual([1, '', 2])
    expect(JSON.parse(stdout)).toEqual({
      verdict: 'INVALID',
      scope: {
        chainId: 'acme',
        root: root.receiptHash,
        fromSeq: 0,
        toSeq: 4,
        head: { seq: 4, receiptHash: last.receiptHash },
        tail: 'unproved',
      },
      checked: 5,
      problems: [{ code: 'HASH_MISMATCH', seq: 0, receiptId: root.receiptId, line: 1, message: expect.any(String) }],
      counts: { HASH_MISMATCH: 1 },
      notices: [],
    })
  })
})

describe('whom to trust', () => {
  test('without a keyring there is no verdict, and a sentence says how to get one', async () => {
    const { code, stdout, stderr } = await cli(['verify', 'ok.jsonl'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/a key found in the data is never trusted/)
    expect(stderr).toMatch(/quittance public-key/)
  })

  test('a keyring is a file, a file: URL, --trust, or QUITTANCE_KEYRING', async () => {
    const url = pathToFileURL(join(cwd, 'keyring.json')).href
    const codes = await Promise.all([
      cli(['verify', 'ok.jsonl', '--keyring', 'keyring.json']),
      cli(['verify', 'ok.jsonl', '--keyring', url]),
      cli(['verify', 'ok.jsonl', '--keyring', 'file:./keyring.json']),
      cli(['verify', 'ok.jsonl', '--trust', did]),
      cli(['verify', 'ok.jsonl', '--trust', stranger, '--trust', `receipt,rotate=${did}`]),
      cli(['verify', 'ok.jsonl', '--keyring', 'keyring.json', '--trust', stranger]),
      cli(['verify', 'ok.jsonl'], { env: { QUITTANCE_KEYRING: 'keyring.json' } }),
    ])
    expect(codes.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(codes.map(({ stdout }) => /trust {3}(.*)/.exec(stdout)?.[1])).toEqual([
      '1 key from keyring.json',
      `1 key from ${url}`,
      '1 key from file:./keyring.json',
      '1 key from --trust',
      '2 keys from --trust',
      '2 keys from keyring.json and --trust',
      '1 key from keyring.json (QUITTANCE_KEYRING)',
    ])
  })

  test("the environment's keyring gives way to what is typed", async () => {
    const env = { QUITTANCE_KEYRING: 'keyring.json' }
    expect((await cli(['verify', 'ok.jsonl', '--trust', stranger], { env })).code).toBe(3)
    expect((await cli(['verify', 'ok.jsonl', '--keyring', 'absent.json'], { env })).code).toBe(2)
  })

  test('a stranger signed: INCOMPLETE; a key for another use: INVALID', async () => {
    const strange = await cli(['verify', 'ok.jsonl', '--trust', stranger, '--json'])
    expect([strange.code, JSON.parse(strange.stdout).counts]).toEqual([3, { KEY_UNKNOWN: 5 }])
    const other = await cli(['verify', 'ok.jsonl', '--trust', `retention=${did}`, '--json'])
    expect([other.code, JSON.parse(other.stdout).counts]).toEqual([1, { KEY_NOT_ALLOWED: 5 }])
  })

  test.each([
    ['absent', undefined],
    ['not JSON', 'hello'],
    ['a member that is not known', '{"keys":[],"more":1}'],
    ['no keys', '{"keys":[]}'],
    ['a key twice', JSON.stringify({ keys: [{ keyId: did }, { keyId: did }] })],
    ['a bad key', '{"keys":[{"keyId":"did:key:z6Mk"}]}'],
  ])('a keyring file that is %s is exit 2', async (_, content) => {
    if (content !== undefined) await writeFile(join(cwd, 'bad.json'), content)
    const { code, stdout, stderr } = await cli([
      'verify',
      'ok.jsonl',
      '--keyring',
      content === undefined ? 'none.json' : 'bad.json',
    ])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('[KEYRING_INVALID]')])
  })
})

describe('what a chain is held against', () => {
  test('--expect-head shows a cut tail, and another receipt there', async () => {
    expect(await verdict('ok.jsonl', '--expect-head', head)).toMatchObject({
      code: 0,
      verdict: 'VALID',
      tail: 'expected-head',
    })
    expect(await verdict('cut.jsonl', '--expect-head', head)).toMatchObject({
      code: 3,
      counts: { HEAD_NOT_REACHED: 1 },
    })
    const other = `4:sha256:${'0'.repeat(64)}`
    expect(await verdict('ok.jsonl', '--expect-head', other)).toMatchObject({ code: 1, counts: { HEAD_MISMATCH: 1 } })
  })

  test('--require-tail', async () => {
    expect(await verdict('ok.jsonl', '--require-tail')).toMatchObject({ code: 3, counts: { TAIL_UNPROVED: 1 } })
    expect(await verdict('ok.jsonl', '--require-tail', '--expect-head', head)).toMatchObject({ code: 0 })
  })

  test('--chain and --chain-root', async () => {
    expect(await verdict('ok.jsonl', '--chain', 'acme', '--chain-root', root.receiptHash)).toMatchObject({ code: 0 })
    expect(await verdict('ok.jsonl', '--chain', 'other')).toMatchObject({ code: 1, counts: { CHAIN_MISMATCH: 5 } })
    expect(await verdict('ok.jsonl', '--chain-root', last.receiptHash)).toMatchObject({
      code: 1,
      counts: { GENESIS_MISMATCH: 1 },
    })
  })

  test('--from-seq, --to-seq, --min-receipts', async () => {
    expect(await verdict('late.jsonl')).toMatchObject({ code: 3, counts: { STARTS_LATE: 1 } })
    expect(await verdict('late.jsonl', '--from-seq', '2')).toMatchObject({ code: 0 })
    expect(await verdict('cut.jsonl', '--to-seq', '2')).toMatchObject({ code: 0 })
    expect(await verdict('cut.jsonl', '--to-seq', '4')).toMatchObject({ code: 3, counts: { HEAD_NOT_REACHED: 1 } })
    expect(await verdict('cut.jsonl', '--min-receipts', '3')).toMatchObject({ code: 0 })
    expect(await verdict('cut.jsonl', '--min-receipts', '4')).toMatchObject({
      code: 3,
      counts: { HEAD_NOT_REACHED: 1 },
    })
  })

  test('--now judges with another clock', async () => {
    expect(await verdict('ok.jsonl', '--now', '2026-01-01')).toMatchObject({ code: 0 })
    expect(await verdict('ok.jsonl', '--now', '2025-12-31T23:00:00Z')).toMatchObject({
      code: 1,
      counts: { TIME_IN_FUTURE: 5 },
    })
  })

  test('--accept-pruned accepts nothing that no retention receipt proves', async () => {
    expect(await verdict('late.jsonl', '--accept-pruned', '0')).toMatchObject({ code: 3, counts: { STARTS_LATE: 1 } })
  })
})

describe('what is read', () => {
  test('a path, a file: URL and stdin', async () => {
    const url = pathToFileURL(join(cwd, 'ok.jsonl')).href
    const expected = (await verify('ok.jsonl')).stdout
    expect((await verify(url)).stdout).toBe(expected)
    expect((await verify('file:./ok.jsonl')).stdout).toBe(expected)
    expect((await cli(['verify', '-', '--keyring', 'keyring.json'], { stdin: whole })).stdout).toBe(expected)
  })

  test('what cannot be read is exit 2', async () => {
    const codes = async (target: string) => {
      const { code, stderr } = await verify(target, '--json')
      return [code, JSON.parse(stderr).error.code]
    }
    expect(await codes('absent.jsonl')).toEqual([2, 'VERIFY_INPUT'])
    expect(await codes('file:./absent.jsonl')).toEqual([2, 'VERIFY_INPUT'])
    expect(await codes('ok.jsonl/x')).toEqual([2, 'VERIFY_INPUT'])
    expect(await codes('redis://user:secret@127.0.0.1:1')).toEqual([2, 'STORE_UNAVAILABLE'])
    expect(await codes('https://example.org/receipts.jsonl')).toEqual([2, 'STORE_URL'])
    expect(await codes('memory:')).toEqual([2, 'USAGE'])
    expect((await verify('redis://user:secret@127.0.0.1:1')).stderr).not.toContain('secret')
  })

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'nor is a file without permission',
    async () => {
      await writeFile(join(cwd, 'locked.jsonl'), whole)
      await chmod(join(cwd, 'locked.jsonl'), 0)
      const { code, stderr } = await verify('locked.jsonl')
      expect([code, stderr]).toEqual([2, expect.stringContaining('permission is denied')])
    },
  )

  test.each([
    ['a byte order mark', `\ufeff${whole}`, 1, 'LINE_MALFORMED'],
    ['invalid UTF-8', Buffer.concat([Buffer.from([0xc3, 0x28, 0x0a]), Buffer.from(whole)]), 1, 'LINE_MALFORMED'],
    ['a line of 10 MB', `${'['.repeat(10_000_000)}\n${whole}`, 1, 'LINE_TOO_LONG'],
    ['CRLF', whole.replaceAll('\n', '\r\n'), 0, 'LINE_NOT_CANONICAL'],
    ['no last newline', whole.slice(0, -1), 3, 'LINE_UNTERMINATED'],
    ['an empty line', `${lines[0]}\n\n${lines[1]}\n`, 1, 'LINE_MALFORMED'],
    ['null', `${whole}null\n`, 1, 'LINE_MALFORMED'],
    ['half a surrogate pair', `{"a":"\\ud800"}\n${whole}`, 1, 'NOT_CANONICAL'],
    ['__proto__', `{"__proto__":1}\n${whole}`, 1, 'MEMBER_FORBIDDEN'],
    ['a member twice', whole.replace('"seq":0', '"seq":0,"seq":0'), 1, 'MEMBER_DUPLICATE'],
    ['1e400', whole.replace('"score":0.02', '"score":1e400'), 1, 'NOT_CANONICAL'],
  ])('%s is a problem with a code', async (_, stdin, exit, problem) => {
    const { code, stdout } = await cli(['verify', '-', '--trust', did, '--json'], { stdin })
    expect([code, Object.keys(JSON.parse(stdout).counts)]).toEqual([exit, expect.arrayContaining([problem])])
  })
})

describe('what the data says', () => {
  test('moves no cursor and hides nothing: it is escaped', async () => {
    const hostile = JSON.stringify({ ...receipts[0], 'x\x1b[2J\u202eVALID\n': 1, chainId: '\x1b]0;x\x07\nVALID' })
    const { stdout, stderr } = await cli(['verify', '-', '--trust', did], { stdin: `${hostile}\n` })
    expect(stdout).toContain('INVALID')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/)
    expect(stdout.split('\n').filter((line) => line.startsWith('VALID'))).toEqual([])
  })

  test('a progress line comes and goes on a terminal, and only on stderr', async () => {
    const many = testReceipts({ chainId: 'acme', count: 700 })
    await writeFile(join(cwd, 'many.jsonl'), many.map((receipt) => `${lineOf(receipt)}\n`).join(''))
    let time = 0
    const now = () => {
      time += 500
      return time
    }
    const piped = await cli(['verify', 'many.jsonl', '--trust', did], { now })
    const shown = await cli(['verify', 'many.jsonl', '--trust', did], { now, tty: { stderr: true }, columns: 120 })
    expect([piped.code, piped.stderr, shown.code, shown.stdout]).toEqual([0, '', 0, piped.stdout])
    const drawn = shown.stderr.split('\r\x1b[K')
    expect(drawn.length).toBeGreaterThan(3)
    expect(drawn.at(-1)).toBe('')
    expect(drawn.at(-2)).toMatch(/\[={24}\] 100 % {2}700 receipts {2}[\d,]+\/s {2}ETA 0:00/)
  })
})
