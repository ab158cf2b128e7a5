import { describe, expect, it } from 'vitest'
import { url } from '../../../src/pii/detectors/url.js'
import { spansOf } from '../support.js'

const detector = url()
const found = (text: string): string[] => spansOf(detector, text).map(({ value }) => value)

describe('URLs that tell a secret', () => {
  it.each([
    'https://user:pass@example.com/x',
    'https://alice@example.com/path',
    'postgres://u:p@db.example.com:5432/x',
    'ftp://bob:secret@ftp.example.org/file',
    'https://example.com/cb?access_token=abc123def456',
    'https://example.com/cb?a=1&api_key=abc123def456&b=2',
    'https://example.com/#access_token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc',
    'https://bucket.s3.example.com/k?X-Amz-Signature=abcdef0123&X-Amz-Expires=3600',
    'https://blob.example.net/c/b?sv=2020&sig=abcdef',
    'https://example.com/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=xyz',
    'https://maps.example.com/api/js?key=abcFake1234567890',
    'https://example.com/a;jsessionid=1A2B3C4D5E6F',
    'https://hooks.example.com/services/T00000000/B00000000/abcdefgh1234ijkl5678',
    'https://example.com/password/reset/3fa85f6457174562b3fc2c963f66afa6',
    'https://example.com/invite/aB3dE5fG7hJ9kL1mN3',
    'https://user:pass@example.com/a_(b)',
    'wss://example.com/socket?token=abc123def',
  ])('finds %s as a whole', (whole) => {
    for (const text of [whole, `See ${whole}, then`, `<${whole}>`, `"${whole}"`, `[here](${whole})`, `(${whole}).`])
      expect(found(text)).toEqual([whole])
  })

  it.each([
    'https://example.com/',
    'https://example.com/?page=2&sort=asc',
    'https://example.com/?code=DE',
    'https://example.com/?code=404',
    'https://example.com/?key=name',
    'https://example.com/?token=',
    'https://example.com/?token=<token>',
    `https://example.com/?token=\${TOKEN}`,
    'https://example.com/?api_key=YOUR_API_KEY',
    'https://example.com/?id=3fa85f64-5717-4562-b3fc-2c963f66afa6',
    'https://example.com/watch?v=dQw4w9WgXcQ',
    'https://example.com/org/repo/commit/3fa85f6457174562b3fc2c963f66afa612345678',
    'https://example.com/@alice',
    'https://example.com/a@b',
    'https://example.com/?utm_source=news&utm_campaign=spring2026',
    'https://docs.example.com/auth/getting-started-with-version-2-of-the-api',
    'http://192.0.2.1:8080/x',
    'ssh://git@github.com/o/r',
    'git@github.com:org/repo',
    'http://',
    '://x',
    '[URL]',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('finds two in one line', () => {
    expect(found('https://a:b@example.com/x https://c:d@example.org/y')).toEqual([
      'https://a:b@example.com/x',
      'https://c:d@example.org/y',
    ])
  })
})
