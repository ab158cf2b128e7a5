import { describe, expect, test } from 'vitest'
import type { Io } from '../../src/cli/io.js'
import { clock, progressOn, progressText } from '../../src/cli/progress.js'

function terminal(env: Record<string, string> = {}, isTTY = true, columns = 100) {
  const written: string[] = []
  const stderr = { write: (text: string) => written.push(text), isTTY, columns }
  const stdin = (async function* (): AsyncGenerator<Uint8Array> {})()
  const io: Io = { stdout: { write() {} }, stderr, stdin, env: { NO_COLOR: '1', ...env }, cwd: '/' }
  return { io, written }
}

describe('the progress line', () => {
  test('says share, count, rate and time left', () => {
    const text = progressText({ bytes: 250, totalBytes: 1000, receipts: 2_500 }, 10)
    expect(text).toBe('[======                  ]  25 %  2,500 receipts  250/s  ETA 0:30')
  })

  test('says what it knows where the length is not known', () => {
    expect(progressText({ bytes: 3_200_000, receipts: 100 }, 2)).toBe('3.2 MB  100 receipts  50/s')
    expect(progressText({ bytes: 0, totalBytes: 10, receipts: 0 }, 0)).toBe(
      `[${' '.repeat(24)}]   0 %  0 receipts  0/s`,
    )
  })

  test('never shows more than all, for a file that grew', () => {
    expect(progressText({ bytes: 20, totalBytes: 10, receipts: 1 }, 1)).toContain('100 %')
  })

  test('says nothing of the time left while everything is still starting', () => {
    expect(progressText({ bytes: 1, totalBytes: 1_000, receipts: 1 }, 2)).not.toContain('ETA')
    expect(progressText({ bytes: 20, totalBytes: 1_000, receipts: 20 }, 2)).toContain('ETA 1:38')
    expect(progressText({ bytes: 1, totalBytes: 1_000, receipts: 1 }, 10)).toContain('ETA 2:46:30')
  })

  test('writes times as clocks do', () => {
    expect([0, 0.2, 59, 60, 3_599, 3_600, 36_061].map(clock)).toEqual([
      '0:00',
      '0:01',
      '0:59',
      '1:00',
      '59:59',
      '1:00:00',
      '10:01:01',
    ])
  })

  test('appears after a moment, comes seldom, and leaves nothing behind', () => {
    const { io, written } = terminal()
    let time = 0
    const progress = progressOn({ ...io, now: () => time })
    const at = (ms: number) => {
      time = ms
      progress.update({ bytes: ms, totalBytes: 1_000, receipts: ms })
    }
    at(0)
    at(299)
    expect(written).toEqual([])
    at(300)
    at(399)
    expect(written).toHaveLength(1)
    expect(written[0]).toBe(`\r\x1b[K[${'='.repeat(7)}${' '.repeat(17)}]  30 %  300 receipts  1,000/s  ETA 0:01`)
    at(400)
    expect(written).toHaveLength(2)
    progress.clear()
    progress.clear()
    expect(written.slice(2)).toEqual(['\r\x1b[K'])
  })

  test('fits the terminal', () => {
    const { io, written } = terminal({}, true, 20)
    let time = 0
    const progress = progressOn({ ...io, now: () => time })
    time = 1_000
    progress.update({ bytes: 1, totalBytes: 2, receipts: 1 })
    expect(written[0]?.replace('\r\x1b[K', '')).toHaveLength(19)
  })

  test.each([
    ['a pipe', terminal({}, false)],
    ['a dumb terminal', terminal({ TERM: 'dumb' })],
  ])('is nothing on %s', (_, { io, written }) => {
    let time = 0
    const progress = progressOn({ ...io, now: () => time })
    time = 10_000
    progress.update({ bytes: 1, totalBytes: 2, receipts: 1 })
    progress.clear()
    expect(written).toEqual([])
  })
})
