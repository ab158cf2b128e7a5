import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileSink, readCheckpoints } from '../../src/transparency/sinks/file.js'
import { published } from './sinks-support.js'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quittance-sink-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('fileSink', () => {
  it('writes one file a checkpoint, named by origin and size, and reads them back in order', async () => {
    const folder = join(directory, 'made', 'here')
    const sink = fileSink(folder)
    const given = [await published(12), await published(3), await published(7, { origin: 'log.example/another' })]
    for (const one of given) await sink.publish(one)
    const digits = createHash('sha256').update('log.example/acme').digest('hex').slice(0, 16)
    const names = await readdir(folder)
    expect(names).toHaveLength(3)
    expect(names).toContain(`${digits}-0000000000000012.note`)
    expect(await readFile(join(folder, `${digits}-0000000000000003.note`), 'utf8')).toBe(given[1]?.note)
    expect((await readCheckpoints(folder)).map(({ origin, size, note }) => ({ origin, size, note }))).toEqual(
      [given[1], given[0], given[2]].map((one) => ({ origin: one?.origin, size: one?.size, note: one?.note })),
    )
  })

  it('gives back the largest note of an origin, and of nothing else', async () => {
    const sink = fileSink(join(directory, 'later'))
    expect(await sink.newest?.('log.example/acme')).toBeUndefined()
    const given = [
      await published(1_000),
      await published(999),
      await published(5_000, { origin: 'log.example/other' }),
    ]
    for (const one of given) await sink.publish(one)
    await sink.publish(await published(1_000, { timestamps: [Uint8Array.of(48, 1, 0)] }))
    expect(await sink.newest?.('log.example/acme')).toBe(given[0]?.note)
    expect(await sink.newest?.('log.example/none')).toBeUndefined()
    await writeFile(join(directory, 'plain'), '')
    await expect(fileSink(join(directory, 'plain')).newest?.('log.example/acme')).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { reason: 'ENOTDIR' },
    })
  })

  it('is not asked again while a call that was given up has not ended, and is after that', async () => {
    const sink = fileSink(directory)
    const one = await published(5)
    await sink.publish(one)
    const [name = ''] = await readdir(directory)
    // a pipe that nobody writes to holds whoever reads it, as a dead mount does
    const pipe = join(directory, name.replace('0005.note', '0006.note'))
    await promisify(execFile)('mkfifo', [pipe])
    const giveUp = new AbortController()
    const asked = sink.newest?.('log.example/acme', { signal: giveUp.signal })
    const writer = await open(pipe, 'w')
    giveUp.abort()
    const hanging = { code: 'TLOG_UNAVAILABLE', details: { reason: 'hanging', retryable: true } }
    await expect(sink.publish(one)).rejects.toMatchObject(hanging)
    await expect(sink.newest?.('log.example/acme')).rejects.toMatchObject(hanging)
    await writer.writeFile('answered')
    await writer.close()
    expect(await asked).toBe('answered')
    await sink.publish(one)
  })

  it('changes nothing when the same is published again, and leaves nothing aside', async () => {
    const sink = fileSink(directory)
    const one = await published(5, { timestamps: [Uint8Array.of(48, 1, 0)] })
    await Promise.all([sink.publish(one), sink.publish(one), fileSink(directory).publish(one)])
    await sink.publish(one)
    expect((await readdir(directory)).map((name) => name.split('.').at(-1)).sort()).toEqual(['note', 'tst'])
    const [found] = await readCheckpoints(directory)
    expect(found).toMatchObject({ note: one.note, timestamps: one.timestamps })
  })

  it('adds signatures and time stamps that come later, and keeps those that are there', async () => {
    const sink = fileSink(directory)
    await sink.publish(await published(5, { by: ['checkpoints', 'witness-a'], timestamps: [Uint8Array.of(48, 1, 1)] }))
    await sink.publish(await published(5, { by: ['checkpoints', 'witness-b'], timestamps: [Uint8Array.of(48, 1, 2)] }))
    const [found, ...more] = await readCheckpoints(directory)
    expect(more).toEqual([])
    const all = await published(5, { by: ['checkpoints', 'witness-a', 'witness-b'] })
    expect(found?.note).toBe(all.note)
    expect(found?.timestamps.map((token) => token[2]).sort()).toEqual([1, 2])
  })

  it('refuses another root for the same origin and size', async () => {
    const sink = fileSink(directory)
    const first = await published(5, { root: 1 })
    await sink.publish(first)
    await expect(sink.publish(await published(5, { root: 2 }))).rejects.toMatchObject({
      code: 'TLOG_REFUSED',
      details: { reason: 'fork' },
    })
    expect((await readCheckpoints(directory)).map(({ note }) => note)).toEqual([first.note])
  })

  it('says what is in its way', async () => {
    const file = join(directory, 'file')
    await writeFile(file, '')
    await expect(fileSink(file).publish(await published(5))).rejects.toMatchObject({
      code: 'TLOG_UNAVAILABLE',
      details: { retryable: true },
    })
    await expect(fileSink(directory).publish({ ...(await published(5)), note: 'no note' })).rejects.toMatchObject({
      code: 'TLOG_MALFORMED',
    })
    expect(() => fileSink('')).toThrow(TypeError)
  })

  it('refuses to read a file that is not what its name says, and passes over other files', async () => {
    await fileSink(directory).publish(await published(5))
    await mkdir(join(directory, 'more'))
    await writeFile(join(directory, 'more', 'README.note.txt'), 'something else')
    expect(await readCheckpoints(directory)).toHaveLength(1)
    const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.note'))
    await writeFile(join(directory, 'more', name.replace('05.note', '06.note')), (await published(5)).note)
    await expect(readCheckpoints(directory)).rejects.toMatchObject({ code: 'TLOG_MALFORMED' })
    await writeFile(join(directory, 'more', name.replace('05.note', '06.note')), '')
    await expect(readCheckpoints(directory)).rejects.toMatchObject({
      code: 'TLOG_MALFORMED',
      details: { file: expect.any(String) },
    })
  })
})
