/** What a line itself can get wrong. Every case is a chain of three in which the second line is spoilt. */
import { describe, expect, test } from 'vitest'
import { verifyChain } from '../../src/verify/chain.js'
import {
  chainOf,
  codesOf,
  fileOf,
  judge,
  judged,
  type Loose,
  lineOfLoose,
  linesOf,
  NOW,
  plainChain,
  resealed,
  trustOne,
} from './support.js'

const receipts = chainOf([{}, { details: { rationale: 'income is steady', metadata: { note: 'é' } } }, {}])
const lines = linesOf(receipts)
const second = receipts[1] as unknown as Loose
const line = lines[1] as string

/** The verdict over the chain with its second line replaced. */
const spoilt = (text: string | Uint8Array) =>
  judged(
    Buffer.concat([fileOf([lines[0] as string]), Buffer.from(text), Buffer.from('\n'), fileOf([lines[2] as string])]),
  )

/** The second line with one text in it replaced; the text must be there. */
const replaced = (from: string, to: string) => {
  expect(line).toContain(from)
  return line.replace(from, () => to)
}

test('the chain that is spoilt below is valid', async () => {
  expect(await judged(fileOf(lines))).toEqual(['VALID'])
  expect(line).toContain('é')
})

describe('what is no line of JSON Lines is LINE_MALFORMED, and the lines around it are judged on', () => {
  const cases: Record<string, string | Uint8Array> = {
    'an empty line': '',
    'a blank line': '   ',
    'not JSON': '{',
    null: 'null',
    'an array': '[]',
    'an array of the receipt': `[${line}]`,
    'a number': '12',
    'a string': '"receipt"',
    true: 'true',
    'two receipts on one line': `${line}${line}`,
    'something behind the receipt': `${line};`,
    'a comment': `${line} // ok`,
    'a trailing comma': line.replace(/\}$/, ',}'),
    'single quotes': line.replaceAll('"', "'"),
    'a raw NUL in a string': replaced('income', 'in\u0000come'),
    'a raw tab in a string': replaced('income', 'in\tcome'),
    'a NUL behind the receipt': `${line}\u0000`,
    'a byte order mark': `\ufeff${line}`,
    'a no-break space': `\u00a0${line}`,
    'a line separator': `${line}\u2028`,
    'a form feed': `${line}\f`,
    'a bad escape': replaced('income', '\\x69ncome'),
    'a torn escape': replaced('income', '\\u12'),
    'a number with a leading zero': replaced('"seq":1', '"seq":01'),
    'a number with a plus': replaced('"seq":1', '"seq":+1'),
    'a number without digits before the point': replaced('0.25', '.25'),
    NaN: replaced('0.25', 'NaN'),
    Infinity: replaced('0.25', 'Infinity'),
    'a hexadecimal number': replaced('"seq":1', '"seq":0x1'),
    'nesting of 100,000 brackets': '['.repeat(50_000) + ']'.repeat(50_000),
    'invalid UTF-8: a lone continuation byte': Buffer.concat([Buffer.from(line), Buffer.from([0x80])]),
    'invalid UTF-8: an overlong slash': Buffer.from(replaced('é', '\u0001'), 'latin1').map((byte) =>
      byte === 1 ? 0xc0 : byte,
    ),
    'invalid UTF-8: a surrogate in three bytes': Buffer.concat([
      Buffer.from(line.slice(0, line.indexOf('é'))),
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.from(line.slice(line.indexOf('é') + 1)),
    ]),
    'UTF-16': Buffer.from(line, 'utf16le').filter((byte) => byte !== 10),
  }
  test.each(Object.entries(cases))('%s', async (_name, text) => {
    expect(await spoilt(text)).toEqual(['INVALID', 'LINE_MALFORMED@-'])
  })

  test('the finding names the line', async () => {
    const { problems, checked } = await judge([lines[0] as string, 'null', lines[2] as string])
    expect(problems).toMatchObject([{ code: 'LINE_MALFORMED', line: 2 }])
    expect(checked).toBe(3)
  })

  test('a byte order mark before the first line', async () => {
    expect(await judged(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), fileOf(lines)]))).toEqual([
      'INVALID',
      'LINE_MALFORMED@-',
    ])
  })

  test('an empty line at the end', async () => {
    expect(await judged(fileOf([...lines, '']))).toEqual(['INVALID', 'LINE_MALFORMED@-'])
  })

  test('an empty line cannot stand for a receipt that was taken out', async () => {
    const four = linesOf(plainChain(4))
    expect(await judged(fileOf([four[0] as string, '', four[2] as string, four[3] as string]))).toEqual([
      'INVALID',
      'LINE_MALFORMED@-',
    ])
    expect(await judged(fileOf([four[0] as string, '', four[3] as string]))).toEqual([
      'INVALID',
      'LINE_MALFORMED@-',
      'SEQ_GAP@3',
    ])
  })
})

describe('size', () => {
  test.each([
    ['a line of 10 MB', `"${'a'.repeat(10_000_000)}"`],
    ['a receipt with a string of 10 MB', () => lineOfLoose({ ...second, xText: 'a'.repeat(10_000_000) })],
    ['a line one byte over 128 KiB', 'x'.repeat(128 * 1024 + 1)],
    ['a million brackets', '['.repeat(1_000_000)],
  ])('%s is LINE_TOO_LONG', async (_name, text) => {
    expect(await spoilt(typeof text === 'function' ? text() : text)).toEqual(['INVALID', 'LINE_TOO_LONG@-'])
  })

  test('a line of exactly 128 KiB is read', async () => {
    expect(await spoilt('x'.repeat(128 * 1024))).toEqual(['INVALID', 'LINE_MALFORMED@-'])
  })

  /** The second receipt made so long, by a member that hash and signature cover. */
  const ofPreimage = (bytes: number) => {
    const { details: _details, detailsHash: _hash, receiptHash: _own, signature: _signature, ...covered } = second
    const rest = lineOfLoose({ ...covered, xText: '' }).length
    return resealed({ ...covered, xText: 'é'.repeat((bytes - rest) >> 1) + 'a'.repeat((bytes - rest) & 1) }, {})
  }

  test('a preimage of 65,000 bytes is taken, whoever wrote it; one more is LINE_TOO_LONG', async () => {
    const [first] = receipts
    expect(await judged([first as unknown as Loose, ofPreimage(65_000)])).toEqual(['VALID'])
    expect(await judged([first as unknown as Loose, ofPreimage(65_001)])).toEqual(['INVALID', 'LINE_TOO_LONG@1'])
  })

  test('verifyChain judges the size of text and of objects as well', async () => {
    const options = { keyring: trustOne, now: NOW }
    expect(codesOf(await verifyChain([`"${'a'.repeat(10_000_000)}"`], options))).toEqual(['LINE_TOO_LONG@-'])
    const long = { ...second, xText: 'a'.repeat(10_000_000) } as never
    expect((await verifyChain([long], options)).counts.LINE_TOO_LONG).toBe(1)
  })
})

describe('two readers may not read two things', () => {
  const twice: Record<string, string> = {
    'a member at the top, the same value': line.replace(/\}$/, ',"seq":1}'),
    'a member at the top, another value before': line.replace(/^\{/, '{"action":"reject",'),
    'a member of a check': replaced('"fired":false', '"fired":false,"fired":false'),
    'a member of details': replaced('"rationale":', '"rationale":"other","rationale":'),
    'a member deep in details': replaced('"note":', '"note":"other","note":'),
    'a name spelled with an escape': replaced('"rationale":', '"ration\\u0061le":"other","rationale":'),
    receiptHash: line.replace(/\}$/, `,"receiptHash":"${second.receiptHash}"}`),
    signature: line.replace(/\}$/, `,"signature":"${second.signature}"}`),
    'details as a whole': line.replace(/^\{/, '{"details":{"salt":"00"},'),
  }
  test.each(Object.entries(twice))('MEMBER_DUPLICATE: %s', async (_name, text) => {
    expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(text)))
    expect(await spoilt(text)).toEqual(['INVALID', 'MEMBER_DUPLICATE@1'])
  })

  test('a duplicate whose last value is the forged one is MEMBER_DUPLICATE and whatever the forgery is', async () => {
    expect(await spoilt(line.replace(/\}$/, ',"action":"reject"}'))).toEqual([
      'INVALID',
      'MEMBER_DUPLICATE@1',
      'HASH_MISMATCH@1',
    ])
  })

  const spelled: Record<string, [string, string]> = {
    '0.250': ['0.25', '0.250'],
    '2.5e-1': ['0.25', '2.5e-1'],
    '25E-2': ['0.25', '25E-2'],
    '1.0 for seq': ['"seq":1', '"seq":1.0'],
    '1e0 for seq': ['"seq":1', '"seq":1e0'],
    'an escaped slash': ['sha256:', 'sha256\\u003a'],
    'an escaped letter': ['income', '\\u0069ncome'],
    'an escape for é': ['é', '\\u00e9'],
    'an escape in a member name': ['"rationale"', '"\\u0072ationale"'],
  }
  test.each(Object.entries(spelled))('NOT_CANONICAL: %s, though it means the same', async (_name, [from, to]) => {
    const text = replaced(from, to)
    expect(JSON.parse(text)).toEqual(JSON.parse(line))
    expect(await spoilt(text)).toEqual(['INVALID', 'NOT_CANONICAL@1'])
  })

  test('NOT_CANONICAL: -0, which JSON writers write as 0', async () => {
    const zero = resealed(second, { checks: [{ name: 'limit', score: 0, fired: false }] })
    const text = lineOfLoose(zero).replace('"score":0', '"score":-0')
    expect(await judged([receipts[0] as unknown as Loose, text])).toEqual(['INVALID', 'NOT_CANONICAL@1'])
  })

  test.each(['1e400', '-1e400', '9007199254740993', '9007199254740992', '-9007199254740992', '1e21', '1e308'])(
    'NOT_CANONICAL: the number %s',
    async (number) => {
      const [verdict, ...codes] = await spoilt(replaced('0.25', number))
      expect(verdict).toBe('INVALID')
      expect(codes).toContain('NOT_CANONICAL@1')
    },
  )

  test.each([
    ['\\ud800', 'income', '\\ud800'],
    ['\\udc00', 'income', '\\udc00'],
    ['\\udc00\\ud800', 'income', '\\udc00\\ud800'],
    ['half a pair in a name', '"note"', '"\\ud83d"'],
  ])('NOT_CANONICAL: the lone surrogate %s', async (_name, from, to) => {
    const [verdict, ...codes] = await spoilt(replaced(from, to))
    expect(verdict).toBe('INVALID')
    expect(codes).toContain('NOT_CANONICAL@1')
  })

  test('a lone surrogate in a string that never was bytes', async () => {
    const text = replaced('income', '\ud800')
    const result = await verifyChain([lines[0] as string, text], { keyring: trustOne, now: NOW })
    expect(codesOf(result)).toContain('NOT_CANONICAL@1')
  })
})

describe('MEMBER_FORBIDDEN', () => {
  test.each(['__proto__', 'constructor', 'prototype'])('%s, at every level', async (name) => {
    const member = `"${name}":{"isAdmin":true}`
    for (const text of [
      line.replace(/^\{/, `{${member},`),
      replaced('"checks":[{', `"checks":[{${member},`),
      replaced('"input":{', `"input":{${member},`),
      replaced('"metadata":{', `"metadata":{${member},`),
    ]) {
      const [verdict, ...codes] = await spoilt(text)
      expect([verdict, codes[0]]).toEqual(['INVALID', 'MEMBER_FORBIDDEN@1'])
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test.each(['receiptHash', 'signature', 'details', 'detailsHash'])(
    '%s below the top, sealed by the trusted key',
    async (name) => {
      for (const changes of [
        { xVendor: { [name]: 'a' } },
        { xVendor: [{ xDeep: { [name]: 'a' } }] },
        { tool: { name: 't', xMore: { [name]: {} } } },
      ]) {
        expect(await judged([receipts[0] as unknown as Loose, resealed(second, changes)])).toEqual([
          'INVALID',
          'MEMBER_FORBIDDEN@1',
        ])
      }
    },
  )

  test('these names are free within details, which a line tool cuts out whole', async () => {
    const [first] = receipts
    const free = chainOf([{ details: { metadata: { receiptHash: 1, signature: 2, details: { detailsHash: 3 } } } }], {
      on: [first as never],
    })
    expect(await judged([first as never, ...(free as never[])])).toEqual(['VALID'])
  })
})

describe('depth', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })

  test('16 levels are taken, the receipt being the first; 17 are FIELD_INVALID', async () => {
    const [first] = receipts
    expect(await judged([first as never, resealed(second, { xDeep: nested(15) })])).toEqual(['VALID'])
    expect(await judged([first as never, resealed(second, { xDeep: nested(16) })])).toEqual([
      'INVALID',
      'FIELD_INVALID@1',
    ])
  })

  test.each([
    'receiptHash',
    'prevReceiptHash',
    'chainId',
    'timestamp',
    'version',
    'keyId',
    'signature',
    'xDeep',
    'details',
  ])('brackets of 30,000 levels as %s', async (name) => {
    const text = lineOfLoose({ ...second, [name]: '<>' }).replace('"<>"', '['.repeat(30_000) + ']'.repeat(30_000))
    const [verdict, ...codes] = await spoilt(text)
    expect(verdict).toBe('INVALID')
    expect(codes.map((code) => code.split('@')[0])).toContain('FIELD_INVALID')
  })
})

describe('another order of members, or white space, is only noted', () => {
  const shuffled = JSON.stringify(Object.fromEntries(Object.entries(second).reverse()))
  const noted: Record<string, string> = {
    'white space between members': line.replace(/^\{/, '{ '),
    'a tab': line.replace(',"', ',\t"'),
    'a carriage return before the newline (CRLF)': `${line}\r`,
    'white space within details': line.replace('"metadata":{', '"metadata": {'),
    'another order at the top': shuffled,
    'an order of its own within details': line.replace(/("metadata":\{[^}]*\}),("rationale":"[^"]*")/, '$2,$1'),
  }
  test.each(Object.entries(noted))('LINE_NOT_CANONICAL: %s', async (_name, text) => {
    expect(text).not.toBe(line)
    const result = await judge([lines[0] as string, text, lines[2] as string])
    expect([result.verdict, result.problems]).toEqual(['VALID', []])
    expect(result.notices).toMatchObject([{ code: 'LINE_NOT_CANONICAL', seq: 1, line: 2, receiptId: second.receiptId }])
    expect(result.counts).toEqual({ LINE_NOT_CANONICAL: 1 })
  })
})

describe('the last line', () => {
  test('whole but without its newline: judged, and LINE_UNTERMINATED', async () => {
    const file = fileOf(lines).subarray(0, -1)
    const result = await judge(file)
    expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'LINE_UNTERMINATED@2'])
    expect(result.scope.toSeq).toBe(2)
  })

  test('torn anywhere: LINE_UNTERMINATED, and the rest is judged', async () => {
    const start = fileOf(lines.slice(0, 2)).length
    const whole = fileOf(lines)
    for (const length of [1, 2, 10, 100, 300, whole.length - start - 2]) {
      const result = await judge(whole.subarray(0, start + length))
      expect([result.verdict, ...codesOf(result)]).toEqual(['INCOMPLETE', 'LINE_UNTERMINATED@-'])
      expect(result.scope.toSeq).toBe(1)
      expect(result.checked).toBe(3)
    }
  })

  test('forged and without its newline: what is wrong with it counts', async () => {
    const forged = (lines[2] as string).replace('allow', 'reject')
    expect(await judged(Buffer.from(`${lines[0]}\n${lines[1]}\n${forged}`))).toEqual([
      'INVALID',
      'HASH_MISMATCH@2',
      'LINE_UNTERMINATED@2',
    ])
  })

  test('bytes that are no text, without newline: LINE_UNTERMINATED', async () => {
    expect(await judged(Buffer.concat([fileOf(lines), Buffer.from([0xff, 0xfe])]))).toEqual([
      'INCOMPLETE',
      'LINE_UNTERMINATED@-',
    ])
  })
})

test('no input at all is EMPTY', async () => {
  expect(await judged(Buffer.alloc(0))).toEqual(['INCOMPLETE', 'EMPTY@-'])
  expect((await verifyChain([], { keyring: trustOne })).verdict).toBe('INCOMPLETE')
})
