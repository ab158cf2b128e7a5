import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import { lineOf } from '../../src/receipt/seal.js'
import { testReceiptKeyId, testReceipts } from '../../src/testing/receipts.js'
import { verifyChain } from '../../src/verify/chain.js'
import { type VerifyProgress, verifyFile } from '../../src/verify/node.js'

const keyring = new Keyring([testReceiptKeyId()])
const lines = testReceipts({ chainId: 'acme', count: 5 }).map(lineOf)
const whole = `${lines.join('\n')}\n`

let dir: string
let files = 0
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quittance-verify-file-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function fileWith(content: string | Uint8Array): Promise<string> {
  files += 1
  const file = join(dir, `${files}.jsonl`)
  await writeFile(file, content)
  return file
}

const verify = async (content: string | Uint8Array) => verifyFile(await fileWith(content), { keyring })
const codes = (result: { problems: readonly { code: string; line?: number | undefined }[] }) =>
  result.problems.map(({ code, line }) => `${code}@${line}`)

describe('verifyFile', () => {
  test('judges a file as verifyChain judges its lines', async () => {
    const result = await verify(whole)
    expect(result.verdict).toBe('VALID')
    expect(result).toEqual(await verifyChain(lines, { keyring }))
  })

  test('takes a path, a file: URL, a Node stream, a web stream and any bytes', async () => {
    const file = await fileWith(whole)
    const expected = await verifyFile(file, { keyring })
    const bytes = async function* () {
      yield Buffer.from(whole.slice(0, 700))
      yield Buffer.from(whole.slice(700))
    }
    expect(await verifyFile(pathToFileURL(file), { keyring })).toEqual(expected)
    expect(await verifyFile(createReadStream(file, { highWaterMark: 7 }), { keyring })).toEqual(expected)
    expect(await verifyFile(new Blob([whole]).stream(), { keyring })).toEqual(expected)
    expect(await verifyFile(bytes(), { keyring })).toEqual(expected)
  })

  test('the faults of lines stand in their places, and end nothing', async () => {
    const [a, b, c, d, e] = lines as [string, string, string, string, string]
    const bad = Buffer.concat([
      Buffer.from(`${a}\n`),
      Buffer.from([0xff, 0x0a]),
      Buffer.from(`${c}\n${'x'.repeat(200_000)}\n${e}\n`),
    ])
    const result = await verify(bad)
    expect(codes(result)).toEqual(['LINE_MALFORMED@2', 'LINE_TOO_LONG@4'])
    expect(result).toMatchObject({ verdict: 'INVALID', checked: 5, scope: { toSeq: 4 } })
    expect(codes(await verify(`${a}\n\n${b}\n`))[0]).toBe('LINE_MALFORMED@2')
    expect(codes(await verify(`${a}\n${b}\0\n${d}\n`))).toContain('LINE_MALFORMED@2')
  })

  test('a byte order mark is a fault, CRLF a notice, a missing last newline INCOMPLETE', async () => {
    expect(codes(await verify(`\ufeff${whole}`))[0]).toBe('LINE_MALFORMED@1')
    const crlf = await verify(`${lines.join('\r\n')}\r\n`)
    expect([crlf.verdict, crlf.counts]).toEqual(['VALID', { LINE_NOT_CANONICAL: 5 }])
    const cut = await verify(lines.join('\n'))
    expect([cut.verdict, codes(cut)]).toEqual(['INCOMPLETE', ['LINE_UNTERMINATED@5']])
    const torn = await verify(`${whole}${lines[0]?.slice(0, 50)}`)
    expect([torn.verdict, codes(torn)]).toEqual(['INCOMPLETE', ['LINE_UNTERMINATED@6']])
  })

  test('a file that is empty is INCOMPLETE', async () => {
    expect(await verify('')).toMatchObject({ verdict: 'INCOMPLETE', counts: { EMPTY: 1 }, checked: 0 })
  })

  test('a line of 10 MB neither stops it nor stays in memory', async () => {
    const [first, ...rest] = lines as [string, ...string[]]
    async function* source() {
      yield Buffer.from(`${first}\n`)
      for (let kilobyte = 0; kilobyte < 10_240; kilobyte += 1) yield Buffer.alloc(1024, 0x7b)
      yield Buffer.from(`\n${rest.join('\n')}\n`)
    }
    const result = await verifyFile(source(), { keyring })
    expect(codes(result)[0]).toBe('LINE_TOO_LONG@2')
    expect(result).toMatchObject({ verdict: 'INVALID', checked: 6, scope: { toSeq: 4 } })
  })

  test('reports its progress, from the first byte to the last', async () => {
    const many = testReceipts({ chainId: 'acme', count: 600 }).map(lineOf)
    const content = `${many.join('\n')}\n`
    const seen: VerifyProgress[] = []
    await verifyFile(await fileWith(content), { keyring, onProgress: (step) => seen.push(step) })
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.at(-1)).toEqual({ bytes: content.length, totalBytes: content.length, receipts: 600 })
    for (const [index, step] of seen.slice(1).entries())
      expect(step.bytes).toBeGreaterThanOrEqual(seen[index]?.bytes ?? 0)
    const streamed: VerifyProgress[] = []
    await verifyFile(Readable.from([Buffer.from(content)]), { keyring, onProgress: (step) => streamed.push(step) })
    expect(streamed.at(-1)).toEqual({ bytes: content.length, totalBytes: undefined, receipts: 600 })
  })

  test('what onProgress throws ends it', async () => {
    const stop = () => {
      throw new Error('enough')
    }
    await expect(verifyFile(await fileWith(whole), { keyring, onProgress: stop })).rejects.toThrow('enough')
  })

  test('workers change nothing in the result', async () => {
    const file = await fileWith(whole.replace('"allow"', '"reject"'))
    expect(await verifyFile(file, { keyring, workers: 4 })).toEqual(await verifyFile(file, { keyring }))
  })
})

describe('what verifyFile refuses', () => {
  const refused = async (promise: Promise<unknown>) => {
    const error = await promise.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (!QuittanceError.is(error)) throw error ?? new Error('nothing was thrown')
    return { code: error.code, reason: error.details.reason, file: error.details.file }
  }

  test('a file that is not there, or a directory, is no verdict', async () => {
    const absent = join(dir, 'absent.jsonl')
    expect(await refused(verifyFile(absent, { keyring }))).toEqual({
      code: 'VERIFY_INPUT',
      reason: 'ENOENT',
      file: absent,
    })
    expect(await refused(verifyFile(dir, { keyring }))).toMatchObject({ code: 'VERIFY_INPUT', reason: 'EISDIR' })
    expect(await refused(verifyFile(join(dir, '1.jsonl', 'x'), { keyring }))).toMatchObject({ reason: 'ENOTDIR' })
  })

  test('a stream that fails half way is no verdict', async () => {
    async function* source() {
      yield Buffer.from(whole)
      throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
    }
    expect(await refused(verifyFile(source(), { keyring }))).toMatchObject({
      code: 'VERIFY_INPUT',
      reason: 'ECONNRESET',
    })
  })

  test('a stream that yields text is refused: bad UTF-8 would be hidden', async () => {
    const file = await fileWith(Buffer.from([0xff, 0x0a]))
    const source = createReadStream(file, { encoding: 'utf8' }) as unknown as AsyncIterable<Uint8Array>
    await expect(verifyFile(source, { keyring })).rejects.toThrow(TypeError)
  })

  test('an abort ends the wait for a stream that hangs', async () => {
    const stream = new PassThrough()
    stream.write(`${lines[0]}\n`)
    const controller = new AbortController()
    const judged = refused(verifyFile(stream, { keyring, signal: controller.signal }))
    controller.abort()
    expect((await judged).code).toBe('VERIFY_ABORTED')
    expect(stream.destroyed).toBe(true)
    const aborted = AbortSignal.abort()
    expect((await refused(verifyFile(await fileWith(whole), { keyring, signal: aborted }))).code).toBe('VERIFY_ABORTED')
  })

  test.each([0, 1.5, -1, Number.NaN])('workers: %s', async (workers) => {
    await expect(verifyFile('x', { keyring, workers })).rejects.toThrow(/options\.workers/)
  })

  test('other wrong arguments are named', async () => {
    const wrong = (options: unknown) => verifyFile('x', options as { keyring: Keyring })
    await expect(wrong(undefined)).rejects.toThrow(/options/)
    await expect(wrong({ keyring, onProgress: 1 })).rejects.toThrow(/options\.onProgress/)
    await expect(verifyFile(await fileWith(whole), {} as { keyring: Keyring })).rejects.toThrow(/options\.keyring/)
    await expect(verifyFile(1 as unknown as string, { keyring })).rejects.toThrow(/source/)
  })
})
