/** What a ledger shows of a key provider's own error. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { keyFault } from '../../src/ledger/faults.js'

const SECRET = 'hvs.not-a-real-token-123'

test('a client’s error is reduced to its name and its code', () => {
  const client = Object.assign(new RangeError(`refused: ${SECRET}`), {
    code: 'ERR_BAD_REQUEST',
    request: { token: SECRET },
  })
  const fault = keyFault(client)
  expect(fault).toMatchObject({
    code: 'KEY_SIGNING_FAILED',
    cause: { name: 'RangeError', code: 'ERR_BAD_REQUEST', message: 'RangeError ERR_BAD_REQUEST' },
  })
  expect(inspect(fault, { depth: 20, showHidden: true })).not.toContain(SECRET)
})

test.each([
  ['a name with words in it', Object.assign(new Error('x'), { name: `Error: ${SECRET} in a text` })],
  ['a code that is an object', Object.assign(new Error('x'), { code: { token: SECRET } })],
  ['a text', SECRET],
  ['nothing', undefined],
])('shows nothing of %s', (_, thrown) => {
  const fault = keyFault(thrown)
  expect(fault.cause).toMatchObject({ message: 'Error' })
  expect(inspect(fault, { depth: 20, showHidden: true })).not.toContain(SECRET)
})

test('an error of ours stays as it is', () => {
  const own = new QuittanceError('KEY_THROTTLED', 'too many calls')
  expect(keyFault(own)).toBe(own)
})
