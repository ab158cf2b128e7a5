import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeError, MAX_ERROR_TEXT } from '../../src/collector/describe-error.js'
import { QuittanceError } from '../../src/errors.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { details as detailsShape, errorInfo } from '../../src/receipt/schema/receipt.js'

const withCode = (code: unknown, name?: string) =>
  Object.assign(new Error('m'), { code }, name === undefined ? {} : { name })

describe('the code of what was thrown', () => {
  it.each([
    ['a class', new RangeError('m'), 'RangeError'],
    ['a plain error', new Error('m'), 'Error'],
    ['a system error', withCode('ECONNREFUSED'), 'ECONNREFUSED'],
    ['a QuittanceError', new QuittanceError('STORE_FULL', 'm'), 'STORE_FULL'],
    ['a DOMException, whose code is a number of old', new DOMException('m', 'AbortError'), 'AbortError'],
    ['a class with a number', withCode(11000, 'MongoServerError'), 'MongoServerError'],
    ['only a number', withCode(5), 'code:5'],
    ['a code that begins with a digit', withCode('42P01'), 'code:42P01'],
    ['a name of two words', withCode(undefined, 'Payment Failed!'), 'Payment_Failed_'],
    ['an umlaut', withCode('Fehler:Größe'), 'Fehler:Gr__e'],
    ['a character of two units', withCode('a😀b'), 'a_b'],
    ['an address', withCode('jo@mail.example'), 'UNREADABLE'],
    ['an IP address', withCode('ECONNREFUSED 192.0.2.7:5432'), 'UNREADABLE'],
    ['a short IP address', withCode('at 1.1.1.1'), 'UNREADABLE'],
    ['an address of version 6', withCode('at 2001:db8::7'), 'UNREADABLE'],
    ['a phone number', withCode('timeout +493055501234'), 'UNREADABLE'],
    ['a card', withCode('4111111111111111'), 'UNREADABLE'],
    ['digits of another script', withCode('code ٤١١١١١١'), 'UNREADABLE'],
    ['an SQLSTATE', withCode('23505'), 'code:23505'],
    ['an HRESULT', withCode('0x80070005'), 'code:0x80070005'],
    ['a whole text', withCode('x'.repeat(200)), 'UNREADABLE'],
    ['an empty code', withCode(''), 'Error'],
    ['a string', 'boom', 'NonError'],
    ['undefined', undefined, 'NonError'],
    ['null', null, 'NonError'],
    ['an object', { reason: 1 }, 'NonError'],
    ['an object with a code', { code: 'E_X' }, 'E_X'],
    ['a function', function failing() {}, 'failing'],
  ])('%s', (_name, thrown, code) => {
    expect(describeError(thrown).error.code).toBe(code)
  })

  it('a code that was mapped stands as it came among the free text', () => {
    expect(describeError(withCode('Größe')).details?.xCode).toBe('Größe')
    expect(describeError(withCode('jo@mail.example')).details?.xCode).toBe('jo@mail.example')
    expect(describeError(withCode('PLAIN')).details).not.toHaveProperty('xCode')
  })

  it('a code given beside it comes first', () => {
    expect(describeError(withCode('E_X'), { code: 'MINE', source: 'tool', retryable: false })).toStrictEqual({
      error: { code: 'MINE', source: 'tool', retryable: false },
      details: { message: 'm', stack: expect.any(String) as unknown },
    })
  })
})

describe('the rest of what was thrown', () => {
  it('message and stack are free text', () => {
    const thrown = new TypeError('no such thing')
    expect(describeError(thrown).details).toStrictEqual({ message: 'no such thing', stack: thrown.stack })
  })

  it.each([
    ['boom', 'boom'],
    [42, '42'],
    [false, 'false'],
    [7n, '7'],
    [{ message: 'said' }, 'said'],
  ])('%o says %s', (thrown, message) => {
    expect(describeError(thrown).details).toStrictEqual({ message })
  })

  it.each([[undefined], [null], [{ secret: 'x' }], [Symbol('s')], [[1, 2]]])('%o says nothing', (thrown) => {
    expect(describeError(thrown).details).toBeUndefined()
  })

  it.each([
    [{ status: 503 }, 503],
    [{ statusCode: 404 }, 404],
    [{ status: 'failed', statusCode: 500 }, 500],
    [{ status: 0 }, undefined],
    [{ status: 429.5 }, undefined],
  ])('the HTTP status of %o is %s', (thrown, status) => {
    expect(describeError(thrown).error.status).toBe(status)
  })

  it('long texts are cut, and say so', () => {
    const message = 'é'.repeat(MAX_ERROR_TEXT + 1)
    const described = describeError({ message }).details?.message
    expect(described).toBe(`${'é'.repeat(MAX_ERROR_TEXT)} [cut: ${MAX_ERROR_TEXT + 1} characters]`)
    expect(describeError({ message: message.slice(1) }).details?.message).toBe(message.slice(1))
  })

  it('what throws when it is looked at is described all the same', () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('do not look')
      },
    })
    expect(describeError(hostile)).toStrictEqual({ error: { code: 'NonError' }, details: undefined })
  })

  it('whatever it is, a receipt can hold it', () => {
    const anything = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withSparseArray: true, withNullPrototype: true }),
      fc.record({
        message: fc.string({ unit: 'binary' }),
        stack: fc.string({ unit: 'binary' }),
        code: fc.oneof(fc.string({ unit: 'binary' }), fc.double()),
        name: fc.string({ unit: 'grapheme', maxLength: 200 }),
        status: fc.oneof(fc.integer(), fc.string()),
      }),
    )
    fc.assert(
      fc.property(anything, (thrown) => {
        const { error, details } = describeError(thrown)
        expect(errorInfo.check(error)).toBeUndefined()
        const written = { salt: '0'.repeat(64), ...(details && { error: details }) }
        expect(detailsShape.check(written)).toBeUndefined()
        expect(canonicalize(written)).toContain('salt')
      }),
    )
  })
})
