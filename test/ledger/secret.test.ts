import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { realEnvironment } from '../../src/ledger/environment.js'
import { createLedger, createLedgerWith } from '../../src/ledger/ledger.js'
import { pseudonym as pseudonymUnder } from '../../src/ledger/secret.js'
import type { Ledger, Secret, SecretProvider } from '../../src/ledger/types.js'
import { memoryStore } from '../../src/store/memory.js'
import { draft, keyNamed, stored } from './support.js'

const secret = Uint8Array.from({ length: 40 }, (_, index) => index + 1)
const sha = (data: string | Uint8Array) => createHash('sha256').update(data).digest()
const pseudonym = (role: string, tenant: string, id: string, key: Uint8Array = secret) =>
  `hmac-sha256:${createHmac('sha256', key).update(`quittance/1 ${role}\n${tenant}\n${id}`).digest('hex')}`
const secretId = `sha256-${sha(Buffer.concat([Buffer.from('quittance/1 secret id\n'), secret]))
  .toString('hex')
  .slice(0, 16)}`

const ledgerWith = (more: object = { secret }): Ledger =>
  createLedger({ store: memoryStore(), keys: keyNamed('a'), redactor: false, ...more })

describe('pseudonyms', () => {
  test('are keyed by role, tenant and person, as node:crypto computes them too', async () => {
    const ledger = ledgerWith()
    const receipt = await ledger.append(
      draft({
        subject: 'jo@example.org',
        principal: 'jo@example.org',
        sources: [
          { type: 'reference_database', id: 'db', match: { found: true, record: 'jo@example.org' } },
          { type: 'document', id: 'd' },
        ],
      }),
    )
    expect(receipt.subjectId).toBe(pseudonym('subject', 'acme', 'jo@example.org'))
    expect(receipt.principalId).toBe(pseudonym('principal', 'acme', 'jo@example.org'))
    expect(receipt.sources).toEqual([
      {
        type: 'reference_database',
        id: 'db',
        match: { found: true, recordId: pseudonym('record', 'acme', 'jo@example.org') },
      },
      { type: 'document', id: 'd' },
    ])
    expect(receipt.pseudonymKeyId).toBe(secretId)
    expect(JSON.stringify(receipt)).not.toContain('example')
    const oversight = await ledger.append(
      draft({
        eventType: 'human_oversight',
        action: undefined,
        checks: undefined,
        humanOversight: { kind: 'stop', reviewer: 'jo@example.org' },
      }),
    )
    expect(oversight.humanOversight).toEqual({
      kind: 'stop',
      reviewerId: pseudonym('reviewer', 'acme', 'jo@example.org'),
    })
    expect(await ledger.subjectId('acme', 'jo@example.org')).toBe(receipt.subjectId)
    expect(await ledger.subjectId('other', 'jo@example.org')).not.toBe(receipt.subjectId)
  })

  test('need a secret', async () => {
    const ledger = ledgerWith({})
    const persons = [
      { subject: 'x' },
      { principal: 'x' },
      { sources: [{ type: 't', id: 'i', match: { found: true, record: 'x' } }] },
      {
        eventType: 'human_oversight' as const,
        action: undefined,
        checks: undefined,
        humanOversight: { kind: 'stop', reviewer: 'x' },
      },
    ]
    for (const members of persons)
      await expect(ledger.append(draft(members))).rejects.toMatchObject({
        code: 'LEDGER_SECRET_REQUIRED',
        details: { outcome: 'absent' },
      })
    await expect(ledger.subjectId('acme', 'x')).rejects.toMatchObject({ code: 'LEDGER_SECRET_REQUIRED' })
    expect((await ledger.append(draft())).pseudonymKeyId).toBeUndefined()
  })

  test('of nobody are refused', async () => {
    const ledger = ledgerWith()
    for (const subject of ['', '\ud800', 7]) {
      await expect(ledger.append(draft({ subject: subject as string }))).rejects.toMatchObject({
        code: 'RECEIPT_INVALID',
        details: { path: 'subject' },
      })
      await expect(ledger.subjectId('acme', subject as string)).rejects.toThrow(RangeError)
    }
    await expect(ledger.subjectId('two\nlines', 'x')).rejects.toThrow(RangeError)
  })
})

describe('keyed commitments', () => {
  test('have a key for each receipt and member, as node:crypto derives it too', async () => {
    const ledger = ledgerWith({ secret, commitment: 'hmac-sha256' })
    const one = draft({
      input: { kind: 'text', content: 'yes' },
      output: { kind: 'bytes', content: Uint8Array.of(1, 2) },
    })
    const receipt = await ledger.append(one)
    const expected = (member: string, content: string | Uint8Array) => {
      const key = hkdfSync('sha256', secret, new Uint8Array(0), `quittance/1 commit\n${one.receiptId}\n${member}`, 32)
      return `hmac-sha256:${createHmac('sha256', Buffer.from(key)).update(sha(content)).digest('hex')}`
    }
    expect(receipt.input).toEqual({ kind: 'text', hash: expected('input', 'yes'), commitKeyId: secretId })
    expect(receipt.output).toEqual({
      kind: 'bytes',
      hash: expected('output', Uint8Array.of(1, 2)),
      commitKeyId: secretId,
    })
    const again = await ledger.append(draft({ input: { kind: 'text', content: 'yes' } }))
    expect(again.input?.hash).not.toBe(receipt.input?.hash)
  })

  test('of a stream that was hashed as it flowed are those of its bytes', async () => {
    const ledger = ledgerWith({ secret, commitment: 'hmac-sha256' })
    const { receiptId } = draft()
    const bytes = await ledger.append(
      draft({ receiptId, chainId: 'a', input: { kind: 'bytes', content: Uint8Array.of(7) } }),
    )
    const hash = `sha256:${sha(Uint8Array.of(7)).toString('hex')}` as const
    const flowed = await ledger.append(draft({ receiptId, chainId: 'b', input: { kind: 'bytes', hash } }))
    expect(flowed.input).toEqual(bytes.input)
  })

  test('without a secret are refused when the ledger is made', () => {
    expect(() => ledgerWith({ commitment: 'hmac-sha256' })).toThrowError(
      expect.objectContaining({ code: 'LEDGER_SECRET_REQUIRED' }) as Error,
    )
  })
})

describe('a secret', () => {
  test('given as bytes is copied, and must be long enough', async () => {
    const bytes = secret.slice()
    const ledger = ledgerWith({ secret: bytes })
    bytes.fill(0)
    expect(await ledger.subjectId('acme', 'x')).toBe(pseudonym('subject', 'acme', 'x'))
    expect(() => ledgerWith({ secret: new Uint8Array(31) })).toThrow(RangeError)
    expect(() => ledgerWith({ secret: 'a text that is long enough to be one' as never })).toThrow(TypeError)
  })

  const provided = (answers: readonly (Secret | Error)[]) => {
    const time = {
      ...realEnvironment,
      ms: 0,
      now() {
        return this.ms
      },
    }
    let asked = 0
    const provider: SecretProvider = async () => {
      const answer = answers[Math.min(asked, answers.length - 1)]!
      asked += 1
      if (answer instanceof Error) throw answer
      return answer
    }
    const ledger = createLedgerWith(
      { store: memoryStore(), keys: keyNamed('a'), redactor: false, secret: provider },
      time,
    )
    const warnings: unknown[] = []
    ledger.on('warning', ({ error }) => warnings.push(error))
    return { ledger, time, warnings, asked: () => asked }
  }
  const [k1, k2] = [
    { id: 'k1', secret },
    { id: 'k2', secret: secret.slice().reverse() },
  ]

  test('of a provider is asked for once a minute, and a new one is picked up', async () => {
    const { ledger, time, asked } = provided([k1, k2])
    const receipts = await Promise.all([ledger.append(draft({ subject: 'x' })), ledger.append(draft({ subject: 'x' }))])
    expect(receipts.map(({ pseudonymKeyId }) => pseudonymKeyId)).toEqual(['k1', 'k1'])
    time.ms = 59_000
    expect(await ledger.subjectId('acme', 'x')).toBe(pseudonym('subject', 'acme', 'x'))
    expect(asked()).toBe(1)
    time.ms = 61_000
    const { subjectId, pseudonymKeyId } = await ledger.append(draft({ subject: 'x' }))
    expect([subjectId, pseudonymKeyId]).toEqual([pseudonym('subject', 'acme', 'x', k2.secret), 'k2'])
    expect(asked()).toBe(2)
  })

  test('that can not be had at first is asked for again at the next use', async () => {
    const { ledger } = provided([new Error('sealed'), k1])
    await expect(ledger.append(draft({ subject: 'x' }))).rejects.toMatchObject({
      code: 'LEDGER_SECRET_UNAVAILABLE',
      details: { outcome: 'absent', retryable: true },
      cause: new Error('sealed'),
    })
    expect((await ledger.append(draft({ subject: 'x' }))).pseudonymKeyId).toBe('k1')
    expect(await stored(ledger.store)).toHaveLength(2)
  })

  test('that can not be had later stays, with a warning', async () => {
    const { ledger, time, warnings } = provided([k1, new Error('sealed'), k2])
    await ledger.subjectId('acme', 'x')
    time.ms = 61_000
    expect(await ledger.subjectId('acme', 'x')).toBe(pseudonym('subject', 'acme', 'x'))
    expect(warnings).toMatchObject([{ code: 'LEDGER_SECRET_UNAVAILABLE' }])
    time.ms = 122_000
    expect(await ledger.subjectId('acme', 'x')).toBe(pseudonym('subject', 'acme', 'x', k2.secret))
  })

  test.each([
    ['short', { id: 'k', secret: new Uint8Array(31) }],
    ['without a fit id', { id: 'two words', secret }],
    ['that is none', { id: 'k', secret: 'x' }],
    ['that is nothing', undefined],
  ])('of a provider, %s, is refused', async (_, answer) => {
    const { ledger } = provided([answer as never])
    await expect(ledger.subjectId('acme', 'x')).rejects.toMatchObject({ code: 'LEDGER_SECRET_UNAVAILABLE' })
  })

  test('never shows in what is sealed or thrown', async () => {
    const text = 'a-secret-of-more-than-32-characters!'
    const ledger = ledgerWith({ secret: new TextEncoder().encode(text), commitment: 'hmac-sha256' })
    const receipt = await ledger.append(draft({ subject: 'x', input: { kind: 'text', content: 'y' } }))
    const hex = Buffer.from(text).toString('hex')
    for (const shown of [JSON.stringify(receipt), JSON.stringify(ledger)]) {
      expect(shown).not.toContain(text)
      expect(shown).not.toContain(hex)
    }
  })
})

describe('a pseudonym under a secret of one’s own choice', () => {
  const retired: Secret = { id: 'of-2025', secret: Uint8Array.from({ length: 32 }, () => 9) }

  test('finds what was written before a rotation, in each role', async () => {
    const ledger = ledgerWith({ secret: retired })
    const receipt = await ledger.append(draft({ subject: 'jo', principal: 'jo' }))
    const { tenantId } = receipt
    expect(pseudonymUnder(retired, { tenantId, id: 'jo' })).toEqual({
      value: receipt.subjectId,
      pseudonymKeyId: receipt.pseudonymKeyId,
    })
    expect(pseudonymUnder(retired, { tenantId, id: 'jo', role: 'principal' }).value).toBe(receipt.principalId)
    expect(receipt.pseudonymKeyId).toBe('of-2025')
    expect(pseudonymUnder(secret, { tenantId, id: 'jo' })).toEqual({
      value: pseudonym('subject', tenantId, 'jo'),
      pseudonymKeyId: secretId,
    })
  })

  test.each([
    ['a short secret', new Uint8Array(31), {}],
    ['no secret', undefined, {}],
    ['no id', { id: '', secret: new Uint8Array(32) }, {}],
    ['an empty person', secret, { id: '' }],
    ['a tenant with a line break', secret, { tenantId: 'a\nb' }],
    ['an unknown role', secret, { role: 'friend' }],
  ])('refuses %s', (_, key, more) => {
    expect(() => pseudonymUnder(key as never, { tenantId: 'acme', id: 'jo', ...more } as never)).toThrow(
      /secret|tenantId|id must|role/,
    )
  })
})
