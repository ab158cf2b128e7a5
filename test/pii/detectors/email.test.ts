import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { email } from '../../../src/pii/detectors/email.js'
import { createBudget, scan } from '../../../src/pii/haystack.js'
import { reportsOf } from '../support.js'
import { writtenOf } from '../written.js'

const detector = email()
const found = (text: string, hint = ''): string[] => writtenOf(detector, text, hint)

describe('addresses that RFC 5321, 5322, 6531 and 3696 allow', () => {
  it.each([
    'simple@example.com',
    'very.common@example.com',
    'x@example.com',
    'a@b.co',
    'FirstName.LastName@EasierReading.org',
    'long.email-address-with-hyphens@and.subdomains.example.com',
    'user.name+tag+sorting@example.com',
    'disposable.style.email.with+symbol@example.com',
    'other.email-with-hyphen@example.com',
    'fully-qualified-domain@example.com',
    'user-@example.org',
    '_______@example.com',
    '_somename@example.com',
    '1234567890@example.com',
    "o'brien@example.com",
    'mailhost!username@example.org',
    'user%example.com@example.org',
    '!def!xyz%abc@example.com',
    '$A12345@example.com',
    'customer/department=shipping@example.com',
    "/#!$%&'*+-/=?^_`{}|~@example.org",
    'bounces+alice=corp.example@lists.example.org',
    'alice@example.museum',
    'alice@sub.dept.example.co.uk',
    'alice@mail.photography',
    'alice@corp.internal',
    'alice@163.com',
    'alice@xn--bcher-kva.example',
    'alice@example.xn--p1ai',
    '" "@example.org',
    '"john..doe"@example.org',
    '"john doe"@example.com',
    '"Abc@def"@example.com',
    'postmaster@[192.0.2.1]',
    'postmaster@[IPv6:2001:db8:85a3::8a2e:370:7334]',
    'dörte@sörensen.example.com',
    'пример@пример.рф',
    'χρήστης@παράδειγμα.ελ',
    '用户@例子.广告',
    'अजय@डाटा.भारत',
  ])('finds %s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`Write to ${address} today.`)).toEqual([address])
    expect(found(`x <${address}>`)).toEqual([address])
  })
})

describe('what stands around an address', () => {
  it.each([
    'Mail me at alice@example.com.',
    'alice@example.com…',
    'alice@example.com...',
    'Ask alice@example.com!',
    "alice@example.com's mail",
    'mailto:alice@example.com?subject=hello',
    '<a href="mailto:alice@example.com">Alice</a>',
    'Alice Smith <alice@example.com>, x',
    'alice@example.com (Alice)',
    '[alice@example.com]',
    '{alice@example.com}',
    '`alice@example.com`',
    '**alice@example.com**',
    '_alice@example.com_',
    '„alice@example.com“',
    '«alice@example.com»',
    "'alice@example.com'",
    '| Alice | alice@example.com | 7 |',
    '|alice@example.com|',
    'Alice;alice@example.com;7',
    '7,"alice@example.com",x',
    '{"email":"alice@example.com"}',
    '{"log":"sent\\nalice@example.com\\n"}',
    '\\u003calice@example.com\\u003e',
    'email=alice@example.com&x=1',
    'https://example.org/?email=alice@example.com&x=1',
    'https://example.org/users/alice@example.com/edit',
    'alice@example.com/path',
    'https://example.org,alice@example.com',
    '[x](https://example.org)alice@example.com',
    'https://example.org#alice@example.com',
    'https://example.org|alice@example.com',
    'alice@example.com:hunter2',
    '--author=alice@example.com',
    'From:alice@example.com',
    'sip:alice@example.com;transport=tcp',
    'to=<alice@example.com>, relay=x',
    '//alice@example.com',
    '> alice@example.com',
    '-alice@example.com',
    '....alice@example.com',
    '联系我alice@example.com谢谢',
    'Schreib an alice@example.com.Bitte bald',
    'to alice@example.com.To confirm',
    'Unsere alice@example.com-Adresse',
    'alice@example.com¹',
    "l'adresse est l'alice@example.com",
  ])('finds the address alone in %s', (text) => {
    expect(found(text)).toEqual(['alice@example.com'])
  })

  it('finds each of a list, whatever joins them', () => {
    for (const joint of [',', ';', ' ', '|', '/', '&', '+', '\n', '\t', '><'])
      expect(found(`a.one@example.com${joint}b.two@example.org`)).toEqual(['a.one@example.com', 'b.two@example.org'])
  })
})

describe('what is no address', () => {
  it.each([
    'abc.example.com',
    'a@b@c@example.com',
    'i.like.underscores@but_they_are_not_allowed_in_this_part',
    'john..doe@example.com',
    '.email@example.com',
    'email.@example.com',
    'email@-example.com',
    'email@example..com',
    'email@111.222.333.44444',
    '#@%^%#$@#$@#.com',
    '@example.com',
    '@alice',
    '@alice@mastodon.social',
    'https://mastodon.example/@alice@chaos.social',
    'https://medium.com/@alice.bob',
    'https://www.google.com/maps/@48.1,11.5,12z',
    'pkg@1.2.3',
    'react@18.2.0',
    'lodash@4.17.21.tgz',
    '@scope/pkg@1.2.3',
    'https://cdn.example.net/npm/bootstrap@5.3.0/dist/css/bootstrap.min.css',
    'foo@latest',
    'npm install mailer@next',
    'icon@2x.png',
    'logo@3x.jpg',
    'nginx@sha256:abcdef',
    'git@github.com:org/repo.git',
    'ssh://git@github.com/org/repo',
    'https://user:pass@example.com/x',
    'https://alice@example.com/path',
    'https://a@example.com:secret@db.example.com/x',
    'postgres://u:p@db.example.com:5432/x',
    'jdbc:oracle:thin:scott/tiger@db.example.com:1521:orcl',
    'Message-ID: <20260101.123@mail.example.com>',
    'In-Reply-To: <abc@mail.example.com>',
    'References: <a1@mail.example.com> <b2@mail.example.com>',
    'Message-Id: <CAF=abc_123@mail.example.com>',
    'message-id=<F3A9.1@mail.example.com>, size=1',
    'UID:20260101T000000Z-42@example.com',
    '@media screen',
    '@Override public',
    'java.lang.Object@15db9742',
    'getty@tty1.service',
    'root@server01:~#',
    'user@host',
    'A@B.T',
    'x@y.mean()',
    `\${user}@example.com`,
    '{{user}}@example.com',
    '%s@example.com',
    '{"x":"@example.com"}',
    '["a","@example.com"]',
    '{"@context":"https://schema.org","@id":"x"}',
    'lunch @ noon.com 5 @ 3.00',
    'a***@c***.com',
    'j****@example.com',
    '[EMAIL]',
    '[EMAIL_1]@example.com',
    '[EMAIL:hmac:kdnbpcajfmgeohil]',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('what an address is glued to', () => {
  const sha = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  const uuid = '123e4567-e89b-12d3-a456-426614174000'
  const label = 'b'.repeat(63)

  it.each([
    `${'-'.repeat(60)}«alice@example.com»`,
    `${'-'.repeat(1_000)}«alice@example.com»`,
    `${'_'.repeat(61)}«alice@example.com»`,
    `${'x-'.repeat(40)}«alice@example.com»`,
    `${'a.'.repeat(130)}«alice@example.com»`,
    `${sha}_«alice@example.com»`,
    `${sha}_«alice.smith@example.com» and more`,
    `${uuid}-${uuid}-«alice@example.com»`,
    `«${'a'.repeat(64)}@example.com»`,
    `a«${'a'.repeat(64)}@example.com»`,
    `${'a'.repeat(1_000)}.«alice@example.com»`,
    `${'_'.repeat(6)}«${'_'.repeat(64)}@example.com»`,
    `«${'é'.repeat(33)}@example.com»`,
    `«x@${label}.com»`,
    `«x@${label}b.com»`,
    `«x@${`${label}.`.repeat(4)}com» and more`,
    `«alice@${'a.'.repeat(130)}example.com».`,
    `«alice@example.com${'x'.repeat(50)}» …`,
    `«alice@example.de${'X'.repeat(50)}»`,
    `«alice@example.com${'xY'.repeat(25)}»`,
    `«alice@example.com»123456`,
    `«alice@example.com»${uuid}`,
    `«alice@example.comab12»`,
  ])('does not hide it: %s', (text) => {
    const start = text.indexOf('«')
    const plain = text.replace(/[«»]/g, '')
    expect(reportsOf(detector, plain)).toMatchObject([{ start, value: text.slice(start + 1, text.indexOf('»')) }])
    expect(found(`${plain.slice(0, start)}[EMAIL]${plain.slice(text.indexOf('»') - 1)}`)).toEqual([])
  })

  it.each([
    `Message-ID: <${'Ab1'.repeat(26)}@mail.example.com>`,
    `https://u:${'p'.repeat(70)}@db.example.com/x`,
    `pkg@${'1.'.repeat(20)}3`,
    `name@v1.${'x'.repeat(30)}`,
  ])('makes no address of %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('scripts without blanks', () => {
  it.each([
    ['写信 用户88@example.com 谢谢', '用户88@example.com'],
    ['E: 用户05@example.de', '用户05@example.de'],
    ['<王小明_7@example.cn>', '王小明_7@example.cn'],
    ['mail hans.m端ller@example.com', 'hans.m端ller@example.com'],
    ['请联系alice@example.com谢谢', 'alice@example.com'],
    ['邮箱是88@example.com', '88@example.com'],
    ['电话或邮箱123456789@example.com', '123456789@example.com'],
    ['我们的用户服务中心总部88@example.com', '88@example.com'],
    ['用Gmail给alice@example.com', 'alice@example.com'],
    ['お問い合わせはinfo@example.jpへ', 'info@example.jp'],
  ])('takes a name, and leaves prose: %s', (text, address) => {
    expect(found(text)).toEqual([address])
  })
})

describe('signs within a local part', () => {
  it.each([
    ['Mail o’brien@example.ie today', 'o’brien@example.ie'],
    ['nell’alice@example.com', 'alice@example.com'],
    ['‘alice@example.com’', 'alice@example.com'],
    ['email="john doe"@example.org x', '"john doe"@example.org'],
    ['user=""max power"@example.net"', '"max power"@example.net'],
    [`VALUES (1, '"max power"@example.net')`, '"max power"@example.net'],
    ['to "a\\"b"@example.com', '"a\\"b"@example.com'],
    ['{"to":"\\"jane roe\\"@example.com"}', '\\"jane roe\\"@example.com'],
    ['email=3dfox@example.com', '3dfox@example.com'],
    ['?u=2efox@example.com&x', '2efox@example.com'],
    ['email=3Dalice=40example=2Ecom', 'alice=40example=2Ecom'],
  ])('%s', (text, address) => {
    expect(found(text)).toEqual([address])
  })
})

describe('the last label', () => {
  it.each([
    'ana@sub.example.technology',
    'ana@mail.acme.photography',
    'ana@cloud.example.ventures',
    'ana@deep.test.consulting',
    'ana@shop.example.unheardof',
    'a@sub.acme.technology',
  ])('is the longest chain of small letters: %s', (address) => {
    expect(found(`to ${address}, x`)).toEqual([address])
  })

  it.each(['alice@example.com.Bitte bald', 'alice@example.com.please', 'alice@example.de.danke'])(
    'is no next sentence: %s',
    (text) => {
      expect(found(text)[0]).toMatch(/^alice@example\.(?:com|de)$/)
    },
  )
})

describe('addresses with blanks in them', () => {
  it.each([
    ['alice @ example.com answered', 'alice @ example.com'],
    ['to: bob.smith @ example.org', 'bob.smith @ example.org'],
    ['Write to carol @ example.org now', 'carol @ example.org'],
    ['x c.meier @mail.example.de bitte', 'c.meier @mail.example.de'],
    ['we saw bob.smith@ example.org there', 'bob.smith@ example.org'],
    ['mail a l i c e 1 5 @ e x a m p l e . c o m.', 'a l i c e 1 5 @ e x a m p l e . c o m'],
    ["'A l i c e @ e x a m p l e . o r g',", 'A l i c e @ e x a m p l e . o r g'],
    ['scrivi a A l i c e @ e x a m p l e . i t!', 'A l i c e @ e x a m p l e . i t'],
    ['用 户 5 @ e x a m p l e . c n', '用 户 5 @ e x a m p l e . c n'],
  ])('finds the address in %s', (text, address) => {
    expect(found(text)).toEqual([address])
  })

  it.each([
    'Lunch @ example.com tomorrow',
    'great food @ example.com',
    'Software engineer @ example.com',
    'we @ example.com are happy',
    'See you @ github.com/alice',
    '5 @ 3.00 each',
    'thanks @alice and @bob.example',
    'v1.2 @ example.com',
    'a @ b c @ d e @ f',
    'x @ y',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('addresses in words', () => {
  it.each([
    'Fiona dot Romero12[at]example dot com',
    'a.b [at] x dot example dot com',
    'Fiona [dot] Romero at example [dot] com',
    'joe at example [dot] com',
    'joe_7 at example[dot]com',
    'anna dot lee at example dot org',
    'maria arroba exemplo ponto com',
    'jean arobase exemple point fr',
    'ANNA dot LEE [at] EXAMPLE dot TECHNOLOGY',
    '"max power" [at] example [dot] fr',
  ])('finds %s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`<x>${address}</x>`)).toEqual([address])
    expect(found(`Contact: ${address}, thanks`)).toEqual([address])
  })

  it.each([
    'look at example dot com',
    'find us at amazon dot com',
    'we meet at Berlin punkt de',
    'The team at example dot com is great',
    'our nurse at example dot org',
    'the c2 server at example[dot]com',
    'hosted at example [dot] com',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('a host without a top-level domain', () => {
  it.each([
    'mailto:root@localhost',
    'E-Mail: root@localhost',
    'email="root@localhost"',
    'Correo: root@localhost',
    'Mail root@localhost',
  ])('counts where mail is spoken of: %s', (text) => {
    expect(found(text)).toEqual(['root@localhost'])
  })

  it('counts by the name of the member', () => {
    expect(found('root@localhost', 'reply email')).toEqual(['root@localhost'])
    expect(found('root@localhost', 'command')).toEqual([])
  })
})

describe('properties', () => {
  const alnum = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
  const word = fc.string({ unit: fc.constantFrom(...alnum), minLength: 1, maxLength: 12 })
  const atom = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'))
  const joint = fc.constantFrom(' ', '\n', ', ', '; ', '"', '<', '(', '|', '\t')

  it('every plain address is found exactly, whatever separates it', () => {
    fc.assert(
      fc.property(
        atom,
        word,
        fc.constantFrom('com', 'org', 'de', 'co.uk', 'example'),
        joint,
        (local, host, top, by) => {
          fc.pre(!/^(?:v?\d|\dx$)/i.test(host))
          const address = `${local}@${host}.${top}`
          expect(found(`see${by}${address}${by === '<' ? '>' : by === '(' ? ')' : by}x`)).toEqual([address])
        },
      ),
    )
  })

  it('reports spans inside of the text that hold one @ outside of quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab.@-_+"\\ <>:/é中'), maxLength: 80 }), (text) => {
        for (const { start, end, value } of reportsOf(detector, text)) {
          expect(start).toBeLessThan(end)
          expect(value.replace(/"[\s\S]*"/, '')).toMatch(/^[^@]*@[^@]+$/)
        }
      }),
    )
  })

  it('reads no character of a run of signs more often than a bounded number of times', () => {
    for (const unit of [
      '@',
      'a@',
      'a@b.co,',
      '"@',
      'a.a@',
      '<a@b.co> ',
      'https://a:b@c.co ',
      `${'a'.repeat(70)}@`,
      `${'a-'.repeat(40)}@b.co`,
      `x@${'b.'.repeat(130)}`,
      `x@b.co${'m'.repeat(50)}`,
      'a @ b.co ',
      'a ',
      '@ b ',
      '用8@',
    ]) {
      const reads = (times: number): number => {
        let steps = 0
        const text = unit.repeat(times)
        detector.find({ ...scan(text, '', createBudget(600_000)), step: () => (steps += 1) }, () => {})
        return steps
      }
      expect(reads(2_000)).toBeLessThanOrEqual(2 * reads(1_000) + 2)
    }
  })
})
