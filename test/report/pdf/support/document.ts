/** A document made by hand, with every kind of block in it. */
import type { Document, Inline } from '../../../../src/report/document/types.js'

const day = 86_400_000
const start = Date.UTC(2026, 0, 1)

/** Texts that try to leave their place, or to be something else. */
export const hostile = [
  ') Tj ET Q /Im0 Do BT (',
  '/JavaScript /JS (app.alert(1)) /OpenAction << /S /Launch >>',
  '>> endobj endstream 1 0 obj << /Type /Catalog >>',
  '<script>alert(1)</script> & <b>"bold"</b>',
  '\\(escaped\\) \\\\ %comment',
  'Ünïcödé Ελληνικά Кириллица ≤ ≥ → ✓ ½',
  '__proto__ constructor toString',
] as const

/** Texts with what can't be seen, and how they come out. */
export const hidden = [
  ['admin\u202Egnp.exe', 'admin\\u{202E}gnp.exe'],
  ['bell\u0007tab\u0009end', 'bell\\u{7}tab\\u{9}end'],
  ['zero\u200Bwidth', 'zero\\u{200B}width'],
  ['half \uD800 pair', 'half \\u{D800} pair'],
  ['private \uE000 use', 'private \\u{E000} use'],
  ['receipt \u{1F9FE}', 'receipt \\u{1F9FE}'],
  ['漢字', '\\u{6F22}\\u{5B57}'],
  ['none \uFFFE such', 'none \\u{FFFE} such'],
] as const

const receipt = (seq: number): Inline => ({
  kind: 'receipt',
  ref: { chainId: 'loans-eu', seq, receiptId: `0190a6e0-0000-7000-8000-${String(seq).padStart(12, '0')}` },
})

const course = Array.from({ length: 60 }, (_, i) => {
  const n = (i + 1) * 10
  const failures = Math.round(n * 0.04)
  return {
    n,
    seq: n,
    at: start + i * day,
    failures,
    rate: failures / n,
    lower: 0.01,
    upper: Math.min(1, 0.04 + 1 / (i + 2)),
  }
})

/**
 * Makes the document.
 *
 * @param locale - The language that it says it is in; its words are English all the same.
 * @param rows - Of the longer table.
 * @returns A document with sections three deep.
 */
export function handMade(locale: 'en' | 'de' = 'en', rows = 60): Document {
  return {
    locale,
    title: 'Report on decisions: “Loan pre-check” & <others>',
    lead: [
      {
        kind: 'facts',
        items: [
          {
            term: 'Verdict',
            value: [{ kind: 'verdict', verdict: 'INCOMPLETE' }, ' the tail of one chain is unproved'],
          },
          {
            term: 'Period',
            value: [
              { kind: 'time', iso: '2026-01-01T00:00:00.000Z', text: '2026-01-01 00:00 UTC' },
              ' to ',
              { kind: 'time', iso: '2026-07-01T00:00:00.000Z', text: '2026-07-01 00:00 UTC' },
            ],
          },
          {
            term: 'System, in the words of whoever asked for this report',
            value: ['Loan pre-check, high-risk, Annex III point 5(b)'],
          },
        ],
      },
      {
        kind: 'callout',
        tone: 'warning',
        title: 'Nobody vouches for the end',
        content: [
          'No checkpoint covers the last ',
          { kind: 'strong', text: '12 receipts' },
          '. See ',
          { kind: 'see', text: 'Verification', section: 'verification' },
          ' and ',
          { kind: 'see', text: 'nowhere', section: 'not-there' },
          '.',
        ],
      },
    ],
    sections: [
      {
        kind: 'section',
        id: 'verification',
        title: 'Verification',
        blocks: [
          {
            kind: 'paragraph',
            content: [
              'Each receipt was held against its hash, its signature and the receipt before it, among them ',
              receipt(7),
              '. ',
              'The words of this paragraph go on so that it has more than one line and ends on another. '.repeat(3),
              {
                kind: 'link',
                text: 'Regulation (EU) 2024/1689',
                href: 'https://eur-lex.europa.eu/eli/reg/2024/1689/oj',
              },
              ', ',
              { kind: 'code', text: 'quittance verify --chain loans-eu' },
              '.',
            ],
          },
          {
            kind: 'list',
            items: [
              ['First point, ', { kind: 'verdict', verdict: 'VALID' }],
              [
                'Second point, which is rather longer than the first and so has to be set on two lines at least. '.repeat(
                  2,
                ),
              ],
              [{ kind: 'verdict', verdict: 'INVALID' }],
            ],
          },
          {
            kind: 'section',
            id: 'chains',
            title: 'Chains and what was found against them',
            blocks: [
              {
                kind: 'callout',
                tone: 'bad',
                title: 'Two signatures are wrong',
                content: ['At ', receipt(11), ' and ', receipt(12), '.'],
              },
              { kind: 'callout', tone: 'good', title: 'The links hold', content: ['All of them.'] },
              { kind: 'callout', tone: 'neutral', title: 'To know', content: ['Times are UTC.'] },
              {
                kind: 'section',
                id: 'deeper',
                title: 'One level deeper',
                blocks: [{ kind: 'paragraph', content: ['Three deep.'] }],
              },
            ],
          },
        ],
      },
      {
        kind: 'section',
        id: 'articles',
        title: 'Articles',
        blocks: [
          {
            kind: 'table',
            caption: 'What receipts show of each article',
            columns: [
              { title: 'Article' },
              { title: 'State' },
              { title: 'Receipts', align: 'end' },
              { title: 'What they show' },
            ],
            rows: Array.from({ length: rows }, (_, i) => [
              [`${i + 1}(1)`],
              [
                (['EVIDENCE', 'PARTIAL', 'NO EVIDENCE', 'OUT OF SCOPE'] as const).map(
                  (state): Inline => ({ kind: 'state', state, text: state }),
                )[i % 4] as Inline,
              ],
              [String(i * 1_234)],
              [
                i % 5 === 0
                  ? 'A longer cell that has to be wrapped, because what it says does not go on one line of a table with four columns: '.repeat(
                      2,
                    )
                  : 'Short.',
                receipt(i),
              ],
            ]),
          },
          {
            kind: 'table',
            caption: 'A row longer than a page',
            columns: [{ title: 'Name' }, { title: 'Text' }],
            rows: [
              [['long'], [`begin ${'lorem ipsum dolor '.repeat(700)}end`]],
              [['word'], [`a${'x'.repeat(9_998)}z`]],
            ],
          },
        ],
      },
      {
        kind: 'section',
        id: 'figures',
        title: 'Figures',
        blocks: [
          {
            kind: 'chart',
            title: 'Failure rate',
            description: 'The rate stays near 4 %.',
            chart: {
              kind: 'rate',
              level: 0.95,
              points: course,
              p0: 0.05,
              p1: 0.15,
              changes: [{ at: start + 20 * day, direction: 'increase' }],
            },
          },
          {
            kind: 'chart',
            title: 'Actions over time',
            description: 'Approvals prevail.',
            chart: {
              kind: 'actions',
              widthMs: day,
              from: start,
              until: start + 30 * day,
              spans: Array.from({ length: 30 }, (_, i) => ({
                from: start + i * day,
                counts: { approve: 20 + (i % 7), deny: 5, escalate: i % 3 },
              })),
              labels: ['approve', 'deny', 'escalate'],
            },
          },
          {
            kind: 'chart',
            title: 'Checks',
            description: 'How often each fired.',
            chart: {
              kind: 'rates',
              rows: [
                { name: 'toxicity', count: 3, n: 200, rate: 0.015, interval: { lower: 0.005, upper: 0.04 } },
                { name: hostile[0], count: 0, n: 0 },
              ],
            },
          },
        ],
      },
      {
        kind: 'section',
        id: 'texts',
        title: 'Texts of others',
        blocks: [
          { kind: 'list', items: hostile.map((text) => [text]) },
          { kind: 'list', items: hidden.map(([text]) => [text]) },
          { kind: 'facts', items: hostile.map((text) => ({ term: text, value: [{ kind: 'code', text }] })) },
          {
            kind: 'section',
            id: 'hostile-title',
            title: hostile[1],
            blocks: [{ kind: 'callout', tone: 'neutral', title: hostile[3], content: [hostile[2]] }],
          },
        ],
      },
    ],
  }
}
