/** Every code that the verifier has, each produced once by the plainest case, with the verdict that belongs to it. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { Findings } from '../../src/verify/findings.js'
import {
  incompleteCodes,
  invalidCodes,
  type NoticeCode,
  type ProblemCode,
  type Verdict,
  type VerifyResult,
} from '../../src/verify/types.js'
import { anchorOf } from './anchor.js'
import {
  chainEnd,
  chainOf,
  days,
  delegated,
  delegation,
  entryOf,
  fileOf,
  judge,
  keyNamed,
  keys,
  linesOf,
  msAfter,
  plainChain,
  prune,
  trusting,
} from './support.js'

const chain = chainOf([{ details: { rationale: 'free text' } }, {}, {}, {}])
const lines = linesOf(chain)
const at = (seq: number) => chain[seq] as DecisionReceipt
const line = (seq: number) => lines[seq] as string
const first = { ...at(0) }

const scenarios: Readonly<Record<ProblemCode | NoticeCode, () => Promise<VerifyResult>>> = {
  LINE_MALFORMED: () => judge(['null', ...lines.slice(1)]),
  LINE_TOO_LONG: () => judge([' '.repeat(200_000), ...lines.slice(1)]),
  NOT_CANONICAL: () => judge([line(0).replace('0.25', '0.250'), ...lines.slice(1)]),
  MEMBER_DUPLICATE: () => judge([line(0).replace(/\}$/, ',"seq":0}'), ...lines.slice(1)]),
  MEMBER_FORBIDDEN: () => judge([line(0).replace(/\}$/, ',"__proto__":{}}'), ...lines.slice(1)]),
  FIELD_INVALID: () => judge([{ ...first, tenantId: '' }, ...chain.slice(1)]),
  HASH_MISMATCH: () => judge([{ ...first, tenantId: 'tenant-2' }, ...chain.slice(1)]),
  SIGNATURE_INVALID: () => judge([{ ...first, signature: at(1).signature }, ...chain.slice(1)]),
  DETAILS_MISMATCH: () => judge([{ ...first, details: { ...first.details, rationale: 'other' } }, ...chain.slice(1)]),
  LINK_MISMATCH: () => judge([at(0), ...plainChain(3, { label: 'other' }).slice(1)]),
  GENESIS_MISMATCH: () => judge(chain, { expect: { root: `sha256:${'0'.repeat(64)}` } }),
  SEQ_GAP: () => judge([at(0), at(1), at(3)]),
  SEQ_REPEATED: () => judge([at(0), at(1), at(1), at(2)]),
  CHAIN_MISMATCH: () => judge(chain, { chainId: 'globex' }),
  VERSION_CHANGED: () => judge([at(0), { ...at(1), version: 'quittance/2' }]),
  TIME_WENT_BACK: () => judge(chainOf([{ at: msAfter(1) }, { at: msAfter(0) }])),
  TIME_IN_FUTURE: () => judge(chain, { now: '2025-12-31T00:00:00.000Z' }),
  KEY_OUTSIDE_WINDOW: () => judge(chain, { keyring: trusting(entryOf(keys.one, { validFrom: days(1) })) }),
  KEY_REVOKED: () => judge(chain, { keyring: trusting(entryOf(keys.one, { revokedAt: msAfter(0) })) }),
  KEY_NOT_ALLOWED: () => judge(chain, { keyring: trusting(entryOf(keys.one, { uses: ['checkpoint'] })) }),
  DELEGATION_INVALID: () =>
    judge(chainOf([delegated(delegation({ chains: ['globex'] }))]), {
      keyring: trusting(entryOf(keys.root, { uses: ['delegate'] })),
    }),
  HEAD_MISMATCH: () => judge([...chain, ...chainOf([chainEnd(), {}], { on: chain })]),
  CHECKPOINT_MISMATCH: () => judge(chain, { anchors: [anchorOf(plainChain(4, { label: 'other' }))] }),
  EMPTY: () => judge([]),
  STARTS_LATE: () => judge(chain.slice(1)),
  HEAD_NOT_REACHED: () => judge(chain.slice(0, 2), { expect: { head: at(3) } }),
  CHECKPOINT_NOT_REACHED: () => judge(chain.slice(0, 2), { anchors: [anchorOf(chain)] }),
  KEY_UNKNOWN: () => judge(plainChain(2, { by: keyNamed('mallory') })),
  KEY_REVOKED_UNDATED: () => judge(chain, { keyring: trusting(entryOf(keys.one, { revokedAt: days(1) })) }),
  PRUNED: () =>
    judge([...chain.slice(2), ...chainOf([prune(at(1))], { on: chain })], {
      keyring: trusting(keys.one, entryOf(keys.retention, { uses: ['retention'] })),
    }),
  LINE_UNTERMINATED: () => judge(fileOf(lines).subarray(0, -1)),
  UNSUPPORTED: () => judge(chain.map((receipt) => ({ ...receipt, version: 'quittance/2' }))),
  TAIL_UNPROVED: () => judge(chain, { requireTail: true }),
  LINE_NOT_CANONICAL: () => judge([` ${line(0)}`, ...lines.slice(1)]),
  DETAILS_ERASED: () =>
    judge([Object.fromEntries(Object.entries(first).filter(([name]) => name !== 'details')), ...chain.slice(1)]),
}

const verdictOf = (code: string): Verdict => {
  if ((invalidCodes as readonly string[]).includes(code)) return 'INVALID'
  return (incompleteCodes as readonly string[]).includes(code) ? 'INCOMPLETE' : 'VALID'
}

test('the unspoilt chain is VALID without a word', async () => {
  const result = await judge(chain)
  expect([result.verdict, result.counts]).toEqual(['VALID', {}])
})

test('there is a case for each code of the lists, and for the notices', () => {
  const notices: NoticeCode[] = ['LINE_NOT_CANONICAL', 'DETAILS_ERASED']
  expect(Object.keys(scenarios).sort()).toEqual([...invalidCodes, ...incompleteCodes, ...notices].sort())
})

describe('the plainest case of', () => {
  test.each(Object.entries(scenarios))('%s', async (code, run) => {
    const { verdict, counts, problems, notices } = await run()
    expect(counts[code as ProblemCode]).toBeGreaterThan(0)
    expect(verdict).toBe(verdictOf(code))
    const found = [...problems, ...notices].find((finding) => finding.code === code)
    expect(found?.message).toMatch(/^\S.{4,}/)
  })
})

describe('the verdict', () => {
  const place = { message: 'is wrong' }
  test('of each code alone, and INVALID before INCOMPLETE', () => {
    for (const code of [...invalidCodes, ...incompleteCodes]) {
      const findings = new Findings()
      expect(findings.verdict).toBe('VALID')
      findings.problem({ code, ...place })
      expect([code, findings.verdict]).toEqual([code, verdictOf(code)])
      findings.problem({ code: 'EMPTY', ...place })
      expect(findings.verdict).toBe(verdictOf(code))
      findings.problem({ code: 'HASH_MISMATCH', ...place })
      expect(findings.verdict).toBe('INVALID')
      findings.problem({ code: 'EMPTY', ...place })
      expect(findings.verdict).toBe('INVALID')
    }
  })

  test('is not changed by notices', () => {
    const findings = new Findings()
    findings.notice({ code: 'DETAILS_ERASED', ...place })
    findings.notice({ code: 'LINE_NOT_CANONICAL', ...place })
    expect([findings.verdict, findings.counts]).toEqual(['VALID', { DETAILS_ERASED: 1, LINE_NOT_CANONICAL: 1 }])
  })
})

test('docs/verification.md explains each code once, where its verdict is explained', () => {
  const page = readFileSync(new URL('../../docs/verification.md', import.meta.url), 'utf8')
  const sections = new Map(page.split(/^### /m).map((section) => [section.slice(0, section.indexOf('\n')), section]))
  const names = { INVALID: 'INVALID', INCOMPLETE: 'INCOMPLETE', VALID: 'Notices' } as const
  for (const code of Object.keys(scenarios)) {
    const rows = page.split('\n').filter((text) => text.startsWith(`| \`${code}\` |`))
    expect([code, rows.length]).toEqual([code, 1])
    const [row] = rows as [string]
    expect(sections.get(names[verdictOf(code)])).toContain(row)
    const [meaning = '', cure = ''] = row.split(' | ').slice(1)
    expect([code, meaning.length > 20, cure.length > 10]).toEqual([code, true, true])
  }
})
