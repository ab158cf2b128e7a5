/** Text from receipts in every form: it never becomes markup, a command to a terminal, or a turn of the writing direction. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { lineOf } from '../../../src/receipt/seal.js'
import { toTimelineHtml } from '../../../src/report/reconstruct/html.js'
import { toTimelineText } from '../../../src/report/reconstruct/text.js'
import { reconstruct } from '../../../src/report/reconstruct.js'
import { type Body, good, idOf, keyring, now, sealed } from '../coverage/support.js'

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '\u001b[31mred\u001b[0m',
  'abc\u202edcba\u2066',
  '=HYPERLINK("http://example.com")',
  'line\nVALID  all is well\r\n',
  '</style></title></svg>',
  '\ud800',
  '\u200b\u2028',
]

/** Members that hold what they like: the receipt does not hold, but it must be shown. */
const lines = sealed([good.decision({ detailsHash: undefined }), good.call('c-1'), good.review(0, 'approval')]).map(
  lineOf,
)

/** Every string of a receipt that a page shows, one after another, replaced by hostile text; what places it stays. */
function* forged(): Generator<readonly string[]> {
  const names = [
    'modelId',
    'systemId',
    'systemVersion',
    'action',
    'eventType',
    'timestamp',
    'parentReceiptId',
    'decisionId',
    'chainId',
  ]
  for (const name of names)
    for (const text of hostile) {
      const receipt = { ...JSON.parse(lines[0] as string), [name]: text }
      yield [JSON.stringify(receipt), ...lines.slice(1)]
    }
  for (const text of hostile) {
    const call = JSON.parse(lines[1] as string)
    const review = JSON.parse(lines[2] as string)
    yield [
      lines[0] as string,
      JSON.stringify({
        ...call,
        tool: { name: text, callId: text, effect: text },
        checks: [{ name: text, op: text, score: 1, threshold: 1, fired: true, label: text }],
      }),
      JSON.stringify({
        ...review,
        humanOversight: { kind: text, reviewerId: text, requestId: text },
        links: [
          { rel: text, receiptId: idOf(0), chainId: text },
          { rel: 'about', receiptId: idOf(0) },
        ],
      }),
    ]
  }
}

const hiding = /[\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u
const controls = /(?!\n)\p{Cc}/u

describe('receipts that were forged', () => {
  test('are shown in no other way than as text', async () => {
    let count = 0
    for (const source of forged()) {
      const found = await reconstruct(source, { traceId: 'trace-1', keyring, now })
      expect(found.verdict).toBe('INVALID')
      const [text, page] = [toTimelineText(found), toTimelineHtml(found)]
      for (const output of [text, page, toTimelineText(found, { locale: 'de' })]) {
        expect(output).not.toMatch(hiding)
        expect(output).not.toMatch(controls)
      }
      expect(text.split('\n').filter((line) => line.startsWith('VALID'))).toEqual([])
      expect(page).not.toMatch(/<script|<img|onerror=(?!alert)|<\/svg>.*<\/svg>/s)
      // outside of tags no quote, and inside of tags only what this page writes
      const tags = page.match(/<[^>]*>/g) ?? []
      for (const tag of tags) expect(tag).not.toMatch(/alert|example\.com|onmouseover/)
      count += 1
    }
    expect(count).toBe(100)
  })
})

describe('a subject', () => {
  test('that is hostile is text too', async () => {
    for (const text of hostile) {
      const found = await reconstruct(lines, { traceId: text, keyring, now })
      const page = toTimelineHtml(found)
      expect(page).not.toMatch(/<script|<img/)
      expect(page + toTimelineText(found)).not.toMatch(hiding)
    }
  })
})

const bodies: readonly Body[] = [
  good.decision({
    decision: { type: 'credit', outcome: 'denied', score: 0.4 },
    subjectId: `hmac-sha256:${'7'.repeat(64)}`,
    pseudonymKeyId: 'people-1',
  }),
  good.call('c-1', { parentReceiptId: idOf(0) }),
  good.review(0, 'override'),
]

describe('the page', () => {
  test.each(['en', 'de'] as const)('has no script, asks for nothing, and says so (%s)', async (locale) => {
    const page = toTimelineHtml(await reconstruct(sealed(bodies), { traceId: 'trace-1', keyring, now }), { locale })
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? ''
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? ''
    const digest = createHash('sha256').update(style).digest('base64')
    expect(policy).toBe(`default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`)
    expect(page).not.toMatch(/<script| style="| on\w+="|url\(|@import|<link|<iframe/)
    expect(page.match(/(?:src|href)="[^"]*"/g)?.every((one) => one.startsWith('href="#'))).toBe(true)
    expect(page).toContain(`<html lang="${locale}">`)
  })

  test('has the receipts in the table that the graph has, with links that lead to them', async () => {
    const page = toTimelineHtml(await reconstruct(sealed(bodies), { traceId: 'trace-1', keyring, now }))
    const ids = [...page.matchAll(/<tr id="(r\d+-\d+)">/g)].map(([, id]) => id)
    expect(ids).toEqual(['r0-0', 'r1-1', 'r2-2'])
    for (const [, target] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target)
    expect(page).toMatch(/<svg [^>]*role="img" aria-labelledby="course-title course-desc"/)
    for (const head of ['decision allow denied', 'tool_call search', 'human_oversight override']) {
      expect(page).toContain(`>${head}</text>`)
      expect(page).toContain(`>${head}<br>`)
    }
    expect(page).toContain('the tool call has no result')
  })

  test('the text says the same', async () => {
    const found = await reconstruct(sealed(bodies), { traceId: 'trace-1', keyring, now })
    const text = toTimelineText(found)
    expect(text).toMatch(/^VALID {2}trace trace-1: /)
    expect(text).toContain('  ok  2026-03-04T05:06:07.000Z  decision allow denied  acme seq 0, belongs to it')
    expect(text).toContain('check: toxicity 0.1 (≥ 0.8): did not fire')
    expect(text).toContain('  TOOL_RESULT_MISSING  acme seq 1: the tool call has no result')
    expect(toTimelineText(found, { locale: 'de' })).toContain('der Werkzeugaufruf hat kein Ergebnis')
  })
})
