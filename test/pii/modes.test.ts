import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Detector } from '../../src/pii/detector.js'
import { maskedTypes, maskOf, maskOfText } from '../../src/pii/modes/mask.js'
import { normalForm } from '../../src/pii/modes/normal.js'
import { type PiiOptions, piiRedactor } from '../../src/pii/pii-redactor.js'

const secret = Uint8Array.from({ length: 32 }, (_, index) => index)

/** Finds what stands between angle brackets as the type that is named there: `<EMAIL a@b.example>`. */
const marked: Detector = {
  name: 'marked',
  version: '1',
  types: ['EMAIL', 'PHONE', 'IP', 'IBAN', 'CREDIT_CARD', 'MAC', 'NATIONAL_ID', 'SECRET', 'THING'],
  find({ text }, report) {
    for (const match of text.matchAll(/<([A-Z_]+) ([^<>]{1,200})>/g)) {
      const start = match.index + 2 + (match[1] as string).length
      report(start, start + (match[2] as string).length, match[1] as string, 1, 'marked')
    }
  },
}
const of = (options: PiiOptions) => piiRedactor({ detectors: [marked], ...options })
const redact = (options: PiiOptions, text: string, context: object = {}) =>
  of(options).redact(text, { path: 'input', kind: 'text', ...context }).text

describe('redact', () => {
  test('is what happens where nothing else is said', () => {
    expect(redact({}, 'to <EMAIL a@b.example> or <THING x>')).toBe('to <EMAIL [EMAIL]> or <THING [THING]>')
    expect(of({}).redact('<THING x><THING y>', { path: 'input', kind: 'text' }).counts).toEqual({ THING: 2 })
  })
})

describe('hash', () => {
  const expected = (tenant: string, type: string, normal: string) =>
    createHmac('sha256', secret)
      .update(`quittance/1 pii\n${tenant}\n${type}\n${normal}`)
      .digest('hex')
      .slice(0, 16)
      .replace(/./g, (digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)] as string)

  test('is HMAC-SHA256 under a label of its own, by tenant and type, as node:crypto computes it too', () => {
    const options: PiiOptions = { modes: { EMAIL: 'hash' }, secret }
    expect(redact(options, '<EMAIL Alice@Example.COM>')).toBe(
      `<EMAIL [EMAIL:hmac:${expected('', 'EMAIL', 'alice@example.com')}]>`,
    )
    expect(redact(options, '<EMAIL alice@example.com>', { tenantId: 'acme' })).toBe(
      `<EMAIL [EMAIL:hmac:${expected('acme', 'EMAIL', 'alice@example.com')}]>`,
    )
  })

  test('is the same for all spellings and differs between tenants, types and secrets', () => {
    const options: PiiOptions = { modes: { '*': 'hash' }, secret }
    const one = (type: string, value: string, context = {}) =>
      redact(options, `<${type} ${value}>`, context).replace(/^<[A-Z_]+ |>$/g, '')
    expect(one('CREDIT_CARD', '4111 1111 1111 1111')).toBe(one('CREDIT_CARD', '4111-1111-1111-1111'))
    expect(one('IBAN', 'de89 3704 0044 0532 0130 00')).toBe(one('IBAN', 'DE89370400440532013000'))
    expect(one('IBAN', 'X')).not.toBe(one('THING', 'X'))
    expect(one('IBAN', 'X', { tenantId: 'a' })).not.toBe(one('IBAN', 'X', { tenantId: 'b' }))
    expect(redact({ ...options, secret: new Uint8Array(32) }, '<THING x>')).not.toBe(redact(options, '<THING x>'))
    expect(one('THING', '  Straße   7 ')).toBe(one('THING', 'straße 7'))
    expect(one('SECRET', 'aB')).not.toBe(one('SECRET', 'ab'))
  })

  test('needs a secret of at least 32 bytes', () => {
    expect(() => of({ modes: { EMAIL: 'hash' } })).toThrow(TypeError)
    expect(() => of({ modes: { '*': 'hash' } })).toThrow(TypeError)
    expect(() => of({ paths: { '$.a': 'hash' } })).toThrow(TypeError)
    expect(() => of({ secret: new Uint8Array(31) })).toThrow(RangeError)
    expect(() => of({ secret: 'a text that is long enough to be one' as never })).toThrow(TypeError)
    expect(() => of({ secret: { id: 'two words', secret } })).toThrow(RangeError)
    expect(() => redact({ modes: { '*': 'hash' }, secret }, '<THING x>', { tenantId: 'a\nb' })).toThrow(RangeError)
  })

  test('goes on with the secret it was made with, and shows it nowhere', () => {
    const bytes = secret.slice()
    const redactor = of({ modes: { '*': 'hash' }, secret: bytes })
    const before = redactor.redact('<THING x>', { path: 'input', kind: 'text' }).text
    bytes.fill(9)
    expect(redactor.redact('<THING x>', { path: 'input', kind: 'text' }).text).toBe(before)
    expect(JSON.stringify(redactor)).not.toContain(Buffer.from(secret).toString('hex'))
  })
})

describe('normal forms', () => {
  test.each([
    ['PHONE', '+49 (0)30 555 1234', '+49305551234'],
    ['PHONE', '0049 30 5551234', '+49305551234'],
    ['PHONE', '+49 30 5551234', '+49305551234'],
    ['PHONE', '(030) 555-1234', '0305551234'],
    ['PHONE', '+1 212 555 0100 ext. 12', '+12125550100;12'],
    ['IP', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['IP', '2001:db8::1/64', '2001:db8::1/64'],
    ['IP', 'fe80::1%eth0', 'fe80::1%eth0'],
    ['IP', '192.0.2.7', '192.0.2.7'],
    ['IP', 'nothing of the kind', 'nothing of the kind'],
    ['MAC', '00-1a-2B-3c-4d-5e', '001A2B3C4D5E'],
    ['CRYPTO_WALLET', '0x52908400098527886E0F7030069857D2E4169EE7', '0x52908400098527886e0f7030069857d2e4169ee7'],
    ['CRYPTO_WALLET', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'],
    ['EMAIL', 'A.B@EXAMPLE.org', 'a.b@example.org'],
    ['constructor', 'X  y', 'x y'],
  ])('%s %s', (type, value, normal) => {
    expect(normalForm(type, value)).toBe(normal)
    expect(normalForm(type, normal)).toBe(normal)
  })
})

describe('mask', () => {
  test.each([
    ['EMAIL', 'alice@corp.com', 'a***@c***.com'],
    ['EMAIL', 'Alice@mail.corp.co.uk', 'a***@m***.uk'],
    ['EMAIL', 'al@corp.com', '***@c***.com'],
    ['EMAIL', 'alice@x.com', 'a***@***.com'],
    ['IBAN', 'DE89 3704 0044 0532 0130 00', 'DE** **** … 00'],
    ['CREDIT_CARD', '4111-1111-1111-1111', '**** **** **** 1111'],
    ['CREDIT_CARD', '378282246310005', '**** **** **** 0005'],
    ['IP', '203.0.113.7', '203.*.*.*'],
    ['IP', '203.0.113.0/24', '203.*.*.*'],
    ['IP', '2001:db8::7', '2001:****:****:*'],
    ['PHONE', '+49 30 5551234', '*** *** **34'],
    ['PHONE', '+1 212 555 0100 x99', '*** *** **00'],
    ['MAC', '00:1A:2B:3C:4D:5E', '**:**:**:**:**:5e'],
  ])('%s %s', (type, value, shown) => {
    expect(maskOf(type, value)).toBe(shown)
  })

  test.each([
    ['IP', '::1'],
    ['EMAIL', 'alice@corp.example'],
    ['IP', 'fe::1'],
    ['PHONE', '555 1234'],
    ['CREDIT_CARD', '4111 1111'],
    ['IBAN', 'DE89 370'],
    ['IBAN', 'DE89 [PHONE] 00'],
    ['NATIONAL_ID', '078-05-1120'],
    ['SECRET', 'a-long-secret-value-of-somebody'],
    ['THING', 'x'],
    ['toString', 'x'],
  ])('%s %s shows nothing', (type, value) => {
    expect(maskOf(type, value)).toBeUndefined()
    if (marked.types.includes(type))
      expect(redact({ modes: { '*': 'mask' } }, `<${type} ${value}>`)).toBe(`<${type} [${type}]>`)
  })

  test('of a whole text shows its first letter, of a short one nothing', () => {
    expect(['Alexandra', 'Bo', 'Ann', 'Анна', '7 Elm Road', 'é'.normalize('NFD').repeat(4)].map(maskOfText)).toEqual([
      'A***',
      undefined,
      undefined,
      'А***',
      undefined,
      undefined,
    ])
  })

  test('shows at most four characters of its value beside country and top-level domain, whatever the value', () => {
    const digit = fc.constantFrom(...'0123456789')
    const word = fc.string({ unit: fc.constantFrom(...'abcdefghijkmnopqrstuvwxyz'), minLength: 1, maxLength: 30 })
    const value = fc.oneof(
      fc.tuple(word, word, fc.constantFrom('com', 'de')).map(([a, b, c]) => ['EMAIL', `${a}@${b}.${c}`] as const),
      fc.string({ unit: digit, minLength: 1, maxLength: 22 }).map((digits) => ['CREDIT_CARD', digits] as const),
      fc.string({ unit: digit, minLength: 1, maxLength: 22 }).map((digits) => ['PHONE', `+${digits}`] as const),
      fc.string({ unit: digit, minLength: 1, maxLength: 30 }).map((digits) => ['IBAN', `DE${digits}`] as const),
      fc.ipV4().map((ip) => ['IP', ip] as const),
      fc.ipV6().map((ip) => ['IP', ip] as const),
      fc
        .string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 12, maxLength: 12 })
        .map((mac) => ['MAC', mac] as const),
    )
    fc.assert(
      fc.property(value, ([type, text]) => {
        const shown = maskOf(type, text)
        if (shown === undefined) return
        const left = shown
          .replace(/^DE\*/, '')
          .replace(/\.(?:com|de)$/, '')
          .replace(/[^0-9a-z]/gi, '')
        expect(left.length).toBeLessThanOrEqual(4)
        // of an address one of four bytes, or one of eight groups
        if (type === 'IP') expect(left.length).toBeLessThanOrEqual(text.includes(':') ? 4 : 3)
        // of anything else never more than a third of what there was
        else expect(left.length * 3).toBeLessThanOrEqual(text.replace(/[^0-9a-z]/gi, '').length + 1)
      }),
      { numRuns: 2_000 },
    )
    expect([...maskedTypes].sort()).toEqual(['CREDIT_CARD', 'EMAIL', 'IBAN', 'IP', 'MAC', 'PHONE'])
  })

  test('of two values of one type have one length, so that the length of the value is not shown', () => {
    expect(maskOf('EMAIL', 'alice@corp.com')?.length).toBe(maskOf('EMAIL', 'anastasia.longname@company.com')?.length)
    expect(maskOf('CREDIT_CARD', '378282246310005')?.length).toBe(maskOf('CREDIT_CARD', '4111111111111111')?.length)
    expect(maskOf('PHONE', '+4930555123')?.length).toBe(maskOf('PHONE', '+493055512345678')?.length)
  })
})

describe('token', () => {
  const text = '<EMAIL a@b.example> <EMAIL c@d.example> <EMAIL A@B.example> <THING x>'

  test('numbers the values of a text by type', () => {
    expect(redact({ modes: { '*': 'token' } }, text)).toBe(
      '<EMAIL [EMAIL_1]> <EMAIL [EMAIL_2]> <EMAIL [EMAIL_1]> <THING [THING_1]>',
    )
  })

  test('is stable within a scope, and begins anew in the next', () => {
    const redactor = of({ modes: { EMAIL: 'token' } })
    const [one, two] = [{}, {}]
    const at = (scope: object | undefined, value: string) =>
      redactor.redact(`<EMAIL ${value}>`, { path: 'input', kind: 'text', scope }).text
    expect([at(one, 'a@b.example'), at(one, 'c@d.example'), at(one, 'a@b.example')]).toEqual([
      '<EMAIL [EMAIL_1]>',
      '<EMAIL [EMAIL_2]>',
      '<EMAIL [EMAIL_1]>',
    ])
    expect([at(two, 'c@d.example'), at(undefined, 'e@f.example'), at(undefined, 'g@h.example')]).toEqual([
      '<EMAIL [EMAIL_1]>',
      '<EMAIL [EMAIL_1]>',
      '<EMAIL [EMAIL_1]>',
    ])
  })

  test('of a tenant goes on over scopes, apart from other tenants, and analysing takes none', () => {
    const redactor = of({ modes: { EMAIL: 'token' }, tokens: 'tenant' })
    const at = (tenantId: string, value: string) =>
      redactor.redact(`<EMAIL ${value}>`, { path: 'input', kind: 'text', scope: {}, tenantId }).text
    redactor.analyse('<EMAIL before@b.example>')
    expect(at('acme', 'a@b.example')).toBe('<EMAIL [EMAIL_1]>')
    expect(at('acme', 'c@d.example')).toBe('<EMAIL [EMAIL_2]>')
    expect(at('other', 'c@d.example')).toBe('<EMAIL [EMAIL_1]>')
    expect(at('acme', 'a@b.example')).toBe('<EMAIL [EMAIL_1]>')
  })

  test('beyond the bound refuses, and known values go on', () => {
    const redactor = of({ modes: { EMAIL: 'token' }, tokens: 'tenant', maxTokens: 2 })
    const at = (value: string, tenantId = 'acme') =>
      redactor.redact(`<EMAIL ${value}>`, { path: 'input', kind: 'text', tenantId }).text
    at('a@b.example')
    at('c@d.example', 'other')
    expect(() => at('e@f.example')).toThrowError(expect.objectContaining({ code: 'PII_TOKENS_FULL' }) as Error)
    expect(at('a@b.example')).toBe('<EMAIL [EMAIL_1]>')
  })
})

describe('any mode', () => {
  const all: readonly PiiOptions[] = [
    {},
    { modes: { '*': 'hash' }, secret },
    { modes: { '*': 'mask' } },
    { modes: { '*': 'token' } },
    { modes: { '*': 'token' }, tokens: 'tenant' },
    { modes: { EMAIL: 'mask', CREDIT_CARD: 'token', '*': 'hash' }, secret },
  ]
  const texts = [
    'write to alice@example.com, or to bob.long-name@mail.example.org; card 4111 1111 1111 1111',
    'DE89370400440532013000 and 192.0.2.7 and 2001:db8::7 and +49 30 5550 1234',
    '4111-1111-1111-1111,378282246310005 alice@example.com4111111111111111',
  ]
  test.each(all)('redacting twice is redacting once, with the detectors that come with the package: %o', (options) => {
    const redactor = piiRedactor(options)
    for (const text of texts) {
      const context = { path: 'input', kind: 'text' as const, scope: {} }
      const once = redactor.redact(text, context).text
      expect(redactor.redact(once, context)).toEqual({ text: once, counts: {} })
      expect(redactor.analyse(once)).toEqual([])
    }
  })

  const pieces = fc.oneof(
    fc.constantFrom(
      ...['alice@example.com', 'bob.x@mail.example.org', '4111 1111 1111 1111', '378282246310005', '030 5550 1234'],
      ...['DE89370400440532013000', 'GB82 WEST 1234 5698 7654 32', '192.0.2.7', '2001:db8::7', '+49 30 55501234'],
      ...['+1 (212) 555-0100', 'SSN 536-22-8726', 'password: Tr0ub4dor&3-x91Q', '86 095 742 719', '203.0.113.5:8080'],
    ),
    // what stands beside a value may be what masks, placeholders and halves of values look like
    fc.constantFrom(
      '***',
      'a***@c***.com',
      '[EMAIL]',
      '[PHONE_2]',
      '**** **** **** 1111',
      '203.*.*.*',
      '1234',
      '00',
      '@',
    ),
    fc.constantFrom('.com', 'tel', 'card', 'IBAN', 'id:', '(', ')', '=', '"', 'and'),
  )
  const sideBySide = fc
    .array(fc.tuple(pieces, fc.constantFrom('', ' ', ', ', '\n', '-', '/', ':', '.')), { maxLength: 8 })
    .map((parts) => parts.flat().join(''))

  test.each(all)('nor is there more to be found whatever stands side by side: %o', (options) => {
    const redactor = piiRedactor(options)
    fc.assert(
      fc.property(sideBySide, (text) => {
        const context = { path: 'input', kind: 'text' as const, scope: {}, tenantId: 'acme' }
        const once = redactor.redact(text, context).text
        expect(redactor.redact(once, context).text).toBe(once)
        const { value } = redactor.redactValue({ a: text, b: [text] }, context)
        expect(redactor.redactValue(value, context).value).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })
})
