import { describe, expect, it } from 'vitest'
import { before, behind, contextWords, near } from '../../src/pii/context.js'
import type { Haystack } from '../../src/pii/detector.js'
import { fold } from '../../src/pii/fold.js'
import { createBudget, scan } from '../../src/pii/haystack.js'
import { hintOf } from '../../src/pii/hint.js'

const haystackOf = (text: string, hint = ''): Haystack => scan(fold(text).text, hint, createBudget(60_000))

const words = contextWords('phone', 'call me', '*nummer', 'steuer*', 'e-mail', 'téléphone', 'c++')

const around = (text: string, hint = '') => {
  const haystack = haystackOf(text, hint)
  const start = haystack.text.indexOf('#')
  return { before: before(haystack, start, words), behind: behind(haystack, start + 1, words) }
}

describe('words before', () => {
  it.each([
    'phone #',
    'PHONE: #',
    'my Phone is #',
    '"phone":"#',
    'homePhone=#',
    'home_phone #',
    'phone2: #',
    'call me #',
    'call-me #',
    'callMe: #',
    'Telefonnummer #',
    'Nummer: #',
    'Steuernummer #',
    'steuerliche ID #',
    'e-mail #',
    'téléphone : #',
    'te\u0301le\u0301phone : #',
    'ｐｈｏｎｅ #',
    'c++ #',
    `phone${' '.repeat(58)}#`,
  ])('%s', (text) => {
    expect(around(text).before).toBe(true)
  })
})

describe('no words before', () => {
  it.each([
    '#',
    'xylophone #',
    'phones #',
    'microphone #',
    'call # me',
    'versteuern #',
    'nummern #',
    `phone${' '.repeat(65)}#`,
    `xylophone${' '.repeat(59)}#`,
    '[PHONE] #',
    '[PHONE_12] #',
    '[PHONE:hmac:kdnbpcajfmgeohil] #',
    `[PHONE]${'.'.repeat(60)}#`,
    '# phone',
  ])('%s', (text) => {
    expect(around(text).before).toBe(false)
  })
})

describe('words behind', () => {
  it.each(['# phone', '# (phone)', '#phone', '# is her home phone'])('%s', (text) => {
    expect(around(text).behind).toBe(true)
  })
  it.each(['#', '# phones', `#${' '.repeat(30)}phone`, `#${' '.repeat(27)}phonetics`, '# [PHONE]'])(
    'none: %s',
    (text) => {
      expect(around(text).behind).toBe(false)
    },
  )
})

describe('the place', () => {
  it('counts like a word before', () => {
    expect(around('#', 'home phone')).toEqual({ before: true, behind: false })
    expect(around('#', 'phone 2').before).toBe(true)
    expect(around('#', 'xylophone').before).toBe(false)
    expect(near(haystackOf('#', 'phone'), 0, 1, words)).toBe(true)
  })

  it.each([
    ['input', ''],
    ['output', ''],
    ['input[0]', ''],
    ['details.metadata.homePhone', 'home phone'],
    ['input["e-mail"]', 'e mail'],
    ['input.applicant.IBANNumber', 'iban number'],
    ['input.iban', 'iban'],
    ['details.phone_numbers[12]', 'phone numbers'],
    ['input.input', 'input'],
    ['input.téléphone', 'téléphone'],
    ['input.__private__', 'private'],
    ['input.SSN', 'ssn'],
    ['', ''],
  ])('%s is named %s', (path, hint) => {
    expect(hintOf(path)).toBe(hint)
  })
})

it('several lists can be asked about several places of one text', () => {
  const haystack = haystackOf('phone # and e-mail #')
  const mail = contextWords('e-mail')
  const phone = contextWords('phone')
  const second = haystack.text.lastIndexOf('#')
  expect([before(haystack, 6, phone), before(haystack, 6, mail), before(haystack, second, mail)]).toEqual([
    true,
    false,
    true,
  ])
  expect([behind(haystack, 7, mail), behind(haystack, second + 1, mail)]).toEqual([true, false])
})
