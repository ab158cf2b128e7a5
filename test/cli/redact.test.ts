/** quittance redact: a text in, the redacted text or its findings out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './run-cli.js'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'quittance-cli-redact-'))
})
afterAll(() => rm(cwd, { recursive: true }))

const redact = (stdin: string | Uint8Array, ...args: string[]) => runCli(['redact', ...args], { cwd, stdin })
const MAIL = 'Write to alice@example.com, or from 192.0.2.7.\n'

describe('redact', () => {
  test('prints the text with each value replaced by its type', async () => {
    expect(await redact(MAIL)).toEqual({ code: 0, stdout: 'Write to [EMAIL], or from [IP].\n', stderr: '' })
  })

  test('reads a file, byte for byte: no line is added or lost', async () => {
    await writeFile(join(cwd, 'note.txt'), '\ufeffno end of line: bob@example.com')
    expect((await runCli(['redact', 'note.txt'], { cwd })).stdout).toBe('\ufeffno end of line: [EMAIL]')
  })

  test('--json counts by type', async () => {
    const { stdout } = await redact(MAIL, '--json')
    expect(JSON.parse(stdout)).toEqual({
      text: 'Write to [EMAIL], or from [IP].\n',
      counts: { EMAIL: 1, IP: 1 },
    })
  })

  test('--types looks for these instead of the default set', async () => {
    expect((await redact(MAIL, '--types', 'IP')).stdout).toBe('Write to alice@example.com, or from [IP].\n')
    const mac = 'on 00:00:5e:00:53:af'
    expect((await redact(mac)).stdout).toBe(mac)
    expect((await redact(mac, '--types', 'all')).stdout).toBe('on [MAC]')
  })

  test('--analyse lists what was found and why, and never shows the value', async () => {
    const { stdout } = await redact(MAIL, '--analyse')
    expect(stdout.trimEnd().split('\n')).toHaveLength(2)
    expect(stdout).toMatch(/^9-26 +EMAIL +\d\.\d\d {2}email: \S/m)
    expect(stdout).not.toContain('alice')
    expect(stdout).not.toContain('192.0.2')
    expect((await redact('nothing here', '--analyse')).stdout).toBe('nothing was found\n')
    const spans = JSON.parse((await redact(MAIL, '--analyse', '--json')).stdout).spans
    expect(spans.map(({ type, start, end }: Record<string, unknown>) => [type, start, end])).toEqual([
      ['EMAIL', 9, 26],
      ['IP', 36, 45],
    ])
  })

  test('--analyse --jsonl answers a line with a line, offsets in UTF-16 units', async () => {
    const texts = [MAIL, '', 'nothing', '👋 bob@example.com', 'with \u2028 and \n in it: bob@example.com']
    const { code, stdout } = await redact(
      texts.map((text) => `${JSON.stringify(text)}\n`).join(''),
      '--analyse',
      '--jsonl',
    )
    expect(code).toBe(0)
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toHaveLength(texts.length)
    const values = lines.map((spans, index) =>
      spans.map(({ start, end }: { start: number; end: number }) => texts[index]?.slice(start, end)),
    )
    expect(values).toEqual([['alice@example.com', '192.0.2.7'], [], [], ['bob@example.com'], ['bob@example.com']])
    expect(Object.keys(lines[0][0])).toEqual(['type', 'start', 'end', 'score'])
  })

  test('--jsonl alone redacts line by line', async () => {
    const { stdout } = await redact(`${JSON.stringify(MAIL)}\n"x"`, '--jsonl')
    expect(stdout).toBe(`${JSON.stringify('Write to [EMAIL], or from [IP].\n')}\n"x"\n`)
  })

  test('redacting the output changes nothing', async () => {
    const once = (await redact(`${MAIL} DE89 3704 0044 0532 0130 00 4111 1111 1111 1111`)).stdout
    expect((await redact(once)).stdout).toBe(once)
  })

  test.each([
    ['a line that is no JSON', '"a"\nalice@example.com\n', ['--jsonl'], 'line 2 is not a JSON string'],
    ['a line that is no string', '{"a":1}\n', ['--jsonl'], 'line 1 is not a JSON string'],
    ['an empty line', '"a"\n\n"b"\n', ['--jsonl'], 'line 2 is not a JSON string'],
    ['no UTF-8', Uint8Array.of(0x22, 0x61, 0x22, 0x0a, 0x22, 0xff, 0x22), ['--jsonl'], 'line 2 is not UTF-8'],
    ['a text that is no UTF-8', Uint8Array.of(0xff), [], 'not UTF-8'],
    ['an unknown type', 'x', ['--types', 'NOSE'], 'there is no type NOSE'],
    ['a type in lower case', 'x', ['--types', 'email'], 'It must be types'],
    ['a threshold beyond 1', 'x', ['--threshold', '2'], 'from 0 to 1'],
    ['--json with --jsonl', '"x"', ['--json', '--jsonl'], '--json does not go with --jsonl'],
  ])('%s is refused, and the message does not repeat it', async (_, stdin, args, message) => {
    const { code, stderr } = await redact(stdin, ...args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('alice')
  })
})
