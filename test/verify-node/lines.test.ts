import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RawLine } from '../../src/verify/line.js'
import { lineSplitter } from '../../src/verify/node/lines.js'

const LIMIT = 131_072

function split(...chunks: (Uint8Array | string)[]): RawLine[] {
  const splitter = lineSplitter()
  const lines: RawLine[] = []
  for (const chunk of chunks) lines.push(...splitter.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
  const last = splitter.end()
  if (last) lines.push(last)
  return lines
}

const text = (value: string, terminated = true): RawLine => ({ text: value, terminated })
const fault = (line: RawLine | undefined) => (line && 'fault' in line ? line.fault : undefined)

describe('the line splitter', () => {
  test('cuts at newlines and says whether the last line had one', () => {
    expect(split('a\nb\n')).toEqual([text('a'), text('b')])
    expect(split('a\nb')).toEqual([text('a'), text('b', false)])
    expect(split('')).toEqual([])
    expect(split()).toEqual([])
  })

  test('yields empty lines instead of skipping them', () => {
    expect(split('\n\na\n\n')).toEqual([text(''), text(''), text('a'), text('')])
  })

  test('leaves CR, NUL and other line separators in the text', () => {
    expect(split('a\r\nb\0c\n\u2028d\u0085\n')).toEqual([text('a\r'), text('b\0c'), text('\u2028d\u0085')])
  })

  test('says that a byte order mark begins the input, and only there', () => {
    const lines = split('\ufeff{}\n\ufeff{}\n')
    expect(fault(lines[0])).toBe('LINE_MALFORMED')
    expect(lines[1]).toEqual(text('\ufeff{}'))
    expect(fault(split('\ufeff')[0])).toBe('LINE_MALFORMED')
  })

  test('finds a byte order mark that arrives byte by byte', () => {
    const lines = split(Uint8Array.of(0xef), Uint8Array.of(0xbb), Uint8Array.of(0xbf), 'x\ny\n')
    expect(lines.map(fault)).toEqual(['LINE_MALFORMED', undefined])
  })

  test('takes no other letter for a byte order mark that shares bytes with it', () => {
    for (const letter of ['\u4eff', '\uff3f', '\ufefe', '\uff61', '\u00ef\u00bb\u00bf'])
      expect(split(`${letter}\n`)).toEqual([text(letter)])
    const half = split(Uint8Array.of(0xef, 0xbb, 0x41, 0x0a))
    expect(half).toEqual([{ fault: 'LINE_MALFORMED', message: 'is not UTF-8', terminated: true }])
  })

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong encoding', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut-off sequence', [0xe2, 0x82]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00]],
  ])('reports %s as a fault of that line alone', (_, bytes) => {
    const lines = split('ok\n', Uint8Array.from(bytes), '\nok\n')
    expect(lines.map(fault)).toEqual([undefined, 'LINE_MALFORMED', undefined])
    expect(lines[2]).toEqual(text('ok'))
  })

  test('takes a line of exactly 131,072 bytes and refuses one more', () => {
    expect(split(`${'x'.repeat(LIMIT)}\n`)).toEqual([text('x'.repeat(LIMIT))])
    expect(split(`${'x'.repeat(LIMIT + 1)}\n`).map(fault)).toEqual(['LINE_TOO_LONG'])
    expect(split('é'.repeat(LIMIT / 2), '\n')).toEqual([text('é'.repeat(LIMIT / 2))])
    expect(split('x'.repeat(LIMIT - 1), 'y', '\n')).toEqual([text(`${'x'.repeat(LIMIT - 1)}y`)])
    expect(split(`${'x'.repeat(LIMIT + 1)}`)).toEqual([
      { fault: 'LINE_TOO_LONG', message: 'has more than 131072 bytes', terminated: false },
    ])
    expect(split('é'.repeat(LIMIT / 2), 'x\n').map(fault)).toEqual(['LINE_TOO_LONG'])
  })

  test('goes on behind a line that is too long, ended or not', () => {
    const lines = split('a\n', 'x'.repeat(LIMIT), 'x'.repeat(10), '\nb\n', 'y'.repeat(LIMIT + 1))
    expect(lines.map(fault)).toEqual([undefined, 'LINE_TOO_LONG', undefined, 'LINE_TOO_LONG'])
    expect(lines.map(({ terminated }) => terminated)).toEqual([true, true, true, false])
    expect(lines[2]).toEqual(text('b'))
  })

  test('keeps nothing of a line that is too long', () => {
    const splitter = lineSplitter()
    const chunk = Buffer.alloc(1024 * 1024, 0x78)
    const before = process.memoryUsage().arrayBuffers
    for (let megabyte = 0; megabyte < 300; megabyte += 1) expect([...splitter.push(chunk)]).toEqual([])
    const grown = process.memoryUsage().arrayBuffers - before
    expect(grown).toBeLessThan(64 * 1024 * 1024)
    expect(fault(splitter.end())).toBe('LINE_TOO_LONG')
  })

  test('does not keep a chunk that its owner uses again', () => {
    const splitter = lineSplitter()
    const chunk = Buffer.from('abc')
    expect([...splitter.push(chunk)]).toEqual([])
    chunk.write('xyz')
    expect([...splitter.push(Buffer.from('\n'))]).toEqual([text('abc')])
  })

  test('reads a view into a larger buffer, and only that', () => {
    const whole = new TextEncoder().encode('ZZa\nbZZ')
    expect(split(whole.subarray(2, 5))).toEqual([text('a'), text('b', false)])
  })

  test('gives the same lines however the bytes are cut', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }).map((value) => Buffer.from(value)),
      fc.uint8Array({ maxLength: 6 }),
      fc.constant(Buffer.from('\n')),
      fc.constant(Buffer.from('\ufeff')),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(200), { maxLength: 8 }), (pieces, cuts) => {
        const bytes = Buffer.concat(pieces)
        const points = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
        const chunks = points.slice(1).map((end, index) => bytes.subarray(points[index], end))
        expect(split(...chunks)).toEqual(split(bytes))
      }),
    )
  })

  test('loses no byte: the lines joined are the input', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 10 }), (parts) => {
        const input = parts.join('\n')
        fc.pre(!input.startsWith('\ufeff'))
        const joined = split(input).map((line) => ('text' in line ? line.text : '?') + (line.terminated ? '\n' : ''))
        expect(joined.join('')).toBe(input)
      }),
    )
  })
})
