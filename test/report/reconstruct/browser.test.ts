/** The page in a real browser: it asks for nothing, complains of nothing, and can be read by everybody. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toTimelineHtml } from '../../../src/report/reconstruct/html.js'
import { reconstruct } from '../../../src/report/reconstruct.js'
import { about, type Body, good, idOf, keyring, now, person, sealed } from '../coverage/support.js'
import { createReader, type Reader, violationsOf } from '../html/support.js'

const bodies: readonly Body[] = [
  good.decision({
    decision: { type: 'credit', outcome: 'denied', oversight: 'after' },
    subjectId: person(7),
    pseudonymKeyId: 'people-1',
    startedAt: '2026-03-04T05:06:07.000Z',
    endedAt: '2026-03-04T05:06:09.000Z',
  }),
  good.call('c-1', { parentReceiptId: idOf(0) }),
  good.review(0, 'override', undefined, 1, { ms: 7_200_000 }),
  { eventType: 'annotation', links: [about(0)], ms: 90_000_000 },
]

let reader: Reader
beforeAll(async () => {
  reader = await createReader()
})
afterAll(() => reader.close())

test.each([
  ['en', 'light'],
  ['de', 'dark'],
] as const)('%s, %s', async (locale, colorScheme) => {
  const found = await reconstruct(sealed(bodies), { traceId: 'trace-1', keyring, now })
  const { page, requests, errors } = await reader.open(toTimelineHtml(found, { locale }), {
    verified: false,
    colorScheme,
    bypassCSP: false,
  })
  expect([requests, errors]).toEqual([[], []])
  // the policy let the page's own stylesheet in: the graph has the colours of the scheme
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
    colorScheme === 'dark' ? 'rgb(20, 24, 31)' : 'rgb(255, 255, 255)',
  )
  expect(await page.locator('svg.qc').isVisible()).toBe(true)
  expect(await page.locator('table.timeline tbody tr').count()).toBe(4)
  await page.locator('section li a').first().click()
  expect(new URL(page.url()).hash).toMatch(/^#r\d+-1$/)
  const again = await reader.open(toTimelineHtml(found, { locale }), { verified: false, colorScheme, bypassCSP: true })
  expect(await violationsOf(again.page)).toEqual([])
})
