/** Every member of the format is taken, every rule is kept. */
import { describe, expect, it } from 'vitest'
import type { Fault, JsonSchema } from '../../src/receipt/schema/describe.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import type { Json, JsonObject } from './arbitraries.js'
import { examples } from './examples.js'

type Loose = { [name: string]: Json }

const example = (name: string): Loose => structuredClone(examples[name] as Loose)

/** `code path` of each fault, which says in words what is wrong. */
const faultsOf = (value: unknown): string[] =>
  receiptFaults(value).map(({ code, path, message }: Fault) => {
    expect(message).toMatch(/\w/)
    return `${code} ${path}`
  })

/** An example with a member set (or, by undefined, left out) at a path as `checks.0.fired`. */
function withMember(name: string, path: string, value: Json | undefined): Loose {
  const receipt = example(name)
  const steps = path.split('.')
  const last = steps.pop() as string
  const holder = steps.reduce((at, step) => at[step] as Loose, receipt)
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return receipt
}

/** Every object of the format: the path of its members, the names, whether it takes extensions. */
function* objects(schema: JsonSchema, path: string): Generator<{ path: string; names: string[]; open: boolean }> {
  for (const one of (schema.oneOf ?? []) as JsonSchema[]) {
    const [event] = (one.properties as { event: { enum: string[] } }).event.enum
    yield* objects(one, `${path}(${event})`)
  }
  if (schema.items !== undefined) yield* objects(schema.items as JsonSchema, `${path}[]`)
  if (schema.properties === undefined) return
  const properties = schema.properties as { [name: string]: JsonSchema }
  yield { path, names: Object.keys(properties), open: schema.patternProperties !== undefined }
  for (const [name, member] of Object.entries(properties))
    yield* objects(member, path === '' ? name : `${path}.${name}`)
}

/** The paths that a receipt uses, written as `objects` writes them. */
function* used(value: Json, path: string): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* used(item, `${path}[]`)
  else if (typeof value === 'object' && value !== null) {
    const here = ['system', 'key', 'retention'].includes(path) ? `${path}(${value.event})` : path
    for (const [name, member] of Object.entries(value)) {
      const at = here === '' ? name : `${here}.${name}`
      yield at
      yield* used(member, at)
    }
  }
}

const allObjects = [...objects(receiptShape.json, '')]

describe('the members', () => {
  it.each(Object.keys(examples))('of %s are taken', (name) => {
    expect(faultsOf(example(name))).toEqual([])
  })

  it('are each in one of the examples', () => {
    const inExamples = new Set(Object.values(examples).flatMap((receipt) => [...used(receipt, '')]))
    const inFormat = allObjects.flatMap(({ path, names }) =>
      names.map((name) => (path === '' ? name : `${path}.${name}`)),
    )
    expect(inFormat.filter((path) => !inExamples.has(path))).toEqual([])
  })

  it('are absent, never null', () => {
    for (const name of Object.keys(examples)) {
      const receipt = example(name)
      for (const member of Object.keys(receipt)) {
        if (member !== 'xVendor') expect(faultsOf({ ...receipt, [member]: null })).toContain(`FIELD_INVALID ${member}`)
      }
    }
  })

  it('that are required are missed', () => {
    const required =
      'version receiptId chainId seq timestamp eventType tenantId keyId prevReceiptHash receiptHash signature'
    for (const member of required.split(' ')) {
      expect(faultsOf(withMember('session_start', member, undefined))).toEqual([`FIELD_INVALID ${member}`])
    }
  })
})

describe('a member that this release does not know', () => {
  it('is unsupported, at the top and in every object', () => {
    for (const name of Object.keys(examples)) {
      expect(faultsOf({ ...example(name), later: 1 })).toEqual(['UNSUPPORTED later'])
      expect(faultsOf({ ...example(name), xlower: 1, x: 1, XVendor: 1 }).toSorted()).toEqual([
        'UNSUPPORTED XVendor',
        'UNSUPPORTED x',
        'UNSUPPORTED xlower',
      ])
    }
  })

  it('is taken as x and a capital, but not in commitments, system, key, retention and certificates', () => {
    expect(
      allObjects
        .filter(({ open }) => !open)
        .map(({ path }) => path.replace(/\(.*?\)/, ''))
        .toSorted(),
    ).toEqual(
      [
        'input',
        'output',
        ...Array.from({ length: 9 }, () => 'system'),
        'system.predecessor',
        'system.lost[]',
        ...Array.from({ length: 3 }, () => 'key'),
        'key.certificate',
        ...Array.from({ length: 5 }, () => 'retention'),
        'retention.through',
        'retention.receipts[]',
      ].toSorted(),
    )
    for (const [name, path] of [
      ['decision', 'input.xA'],
      ['heartbeat', 'system.xA'],
      ['chain_start', 'system.predecessor.xA'],
      ['rollback', 'system.lost.0.xA'],
      ['delegate', 'key.xA'],
      ['delegate', 'key.certificate.xA'],
      ['prune', 'retention.xA'],
      ['prune', 'retention.through.xA'],
      ['erase', 'retention.receipts.0.xA'],
    ] as const) {
      expect(faultsOf(withMember(name, path, 1))).toEqual([`UNSUPPORTED ${path.replace('.0', '[0]')}`])
    }
  })
})

describe('the closed vocabularies', () => {
  it.each([
    ['decision', 'version', 'quittance/2'],
    ['session_start', 'eventType', 'later'],
    ['decision', 'action', 'later'],
    ['decision', 'input.kind', 'later'],
    ['decision', 'checks.0.op', 'eq'],
    ['decision', 'checks.1.status', 'later'],
    ['decision', 'checks.0.mode', 'later'],
    ['decision', 'decision.oversight', 'later'],
    ['decision', 'decision.groupBasis', 'later'],
    ['tool_call', 'tool.executedBy', 'later'],
    ['heartbeat', 'system.event', 'later'],
    ['rotate', 'key.event', 'later'],
    ['delegate', 'key.certificate.uses.0', 'delegate'],
    ['shred', 'retention.event', 'later'],
    ['shred', 'retention.use', 'later'],
  ])('%s: another word at %s is unsupported, not invalid', (name, path, word) => {
    expect(faultsOf(withMember(name, path, word))).toEqual([`UNSUPPORTED ${path.replace(/\.(\d)/, '[$1]')}`])
  })

  it('a word that names a method of every object is as unknown as any', () => {
    for (const word of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(faultsOf(withMember('decision', 'checks.0.op', word))).toEqual(['UNSUPPORTED checks[0].op'])
      expect(faultsOf(withMember('heartbeat', 'system.event', word))).toEqual(['UNSUPPORTED system.event'])
      expect(faultsOf(withMember('session_start', 'eventType', word))).toEqual(['UNSUPPORTED eventType'])
    }
  })
})

describe('the open vocabularies', () => {
  it.each([
    ['decision', 'links.0.rel'],
    ['decision', 'sources.0.type'],
    ['decision', 'checks.0.stage'],
    ['decision', 'checks.0.label'],
    ['decision', 'reasonCodes.0'],
    ['decision', 'decision.type'],
    ['decision', 'decision.role'],
    ['decision', 'decision.outcome'],
    ['decision', 'model.operation'],
    ['decision', 'model.finishReason'],
    ['decision', 'model.rawFinishReason'],
    ['decision', 'providerId'],
    ['decision', 'error.code'],
    ['decision', 'error.source'],
    ['decision', 'capture.method'],
    ['tool_call', 'tool.type'],
    ['tool_call', 'tool.effect'],
    ['human_oversight', 'humanOversight.kind'],
    ['human_oversight', 'humanOversight.role'],
    ['chain_end', 'system.reason'],
    ['change', 'system.what'],
    ['notice', 'system.code'],
    ['prune', 'retention.reason'],
    ['revoke', 'key.reason'],
  ])('%s: a new word at %s is taken', (name, path) => {
    expect(faultsOf(withMember(name, path, 'some.new:word(2)/x-y'))).toEqual([])
  })
})

describe('the texts', () => {
  const longest = (first: string, length: number) => first + 'a'.repeat(length - 1)

  it.each([
    ['tenantId', ['a', '0', 'a._:@/+-', longest('Z', 256)], ['', '.a', ' a', 'a b', 'é', 'a\n', longest('a', 257)]],
    ['systemVersion', ['1', longest('1', 128)], ['', '-1', longest('1', 129)]],
    ['providerId', ['a', 'A._:()/-', longest('a', 128)], ['', '1a', 'a@', 'a+', longest('a', 129)]],
    [
      'chainId',
      ['a', '.', '-a', 'a/b', '@:_', longest('a', 256)],
      ['', '/a', 'a/', '/', 'a..b', '..', 'a b', 'a\n', 'é', longest('a', 257)],
    ],
    [
      'receiptId',
      ['019a0000-0000-7000-bfff-ffffffffffff'],
      [
        '019A0000-0000-7000-8000-000000000001',
        '019a0000-0000-4000-8000-000000000001',
        '019a0000-0000-7000-c000-000000000001',
        '019a00000000700080000000000000001',
      ],
    ],
    [
      'prevReceiptHash',
      [`sha256:${'0'.repeat(64)}`],
      [`sha256:${'A'.repeat(64)}`, `sha256:${'0'.repeat(63)}`, 'a'.repeat(64), `hmac-sha256:${'0'.repeat(64)}`],
    ],
    [
      'stateDigest',
      [`sha256:${'0'.repeat(64)}`, `hmac-sha256:${'f'.repeat(64)}`],
      ['', 'sha256:', `sha256:${'0'.repeat(63)}`, `hmac-sha256:${'0'.repeat(65)}`, `sha512:${'0'.repeat(64)}`],
    ],
    ['subjectId', [`hmac-sha256:${'0'.repeat(64)}`], [`sha256:${'0'.repeat(64)}`, 'person']],
    ['signature', [`ed25519:${'0'.repeat(128)}`], [`ed25519:${'0'.repeat(127)}`, `ed448:${'0'.repeat(128)}`]],
    [
      'keyId',
      [`did:key:z6Mk${'z'.repeat(44)}`],
      [`did:key:z6Mk${'0'.repeat(44)}`, `did:key:z6Mk${'a'.repeat(43)}`, `did:key:zDn${'a'.repeat(45)}`],
    ],
    [
      'timestamp',
      ['2024-02-29T23:59:59.999Z', '0000-01-01T00:00:00.000Z'],
      [
        '2023-02-29T00:00:00.000Z',
        '2026-01-01T00:00:00Z',
        '2026-01-01T00:00:00.000+00:00',
        '2026-01-01t00:00:00.000z',
        '2016-12-31T23:59:60.000Z',
        '2026-01-01T24:00:00.000Z',
        '2026-00-01T00:00:00.000Z',
        '+002026-01-01T00:00:00.000Z',
      ],
    ],
  ])('%s', (name, taken, refused) => {
    // a place in the text's own rules must not break another rule
    const receipt = { ...example('decision'), startedAt: '0000-01-01T00:00:00.000Z' }
    for (const text of taken) expect(faultsOf({ ...receipt, [name]: text })).toEqual([])
    for (const text of refused) expect(faultsOf({ ...receipt, [name]: text })).toEqual([`FIELD_INVALID ${name}`])
  })

  it.each([
    ['decision.annexIII', ['1', '8', '5(b)', '1(e)'], ['0', '9', '5(f)', '5b', '5 (b)', '5(b)(c)']],
    [
      'input.mediaType',
      ['text/plain', 'application/vnd.api+json'],
      ['text', 'text/', 'text/plain; charset=utf-8', 'a/b/c'],
    ],
  ])('%s', (path, taken, refused) => {
    for (const text of taken) expect(faultsOf(withMember('decision', path, text))).toEqual([])
    for (const text of refused) expect(faultsOf(withMember('decision', path, text))).toEqual([`FIELD_INVALID ${path}`])
  })

  it.each<[string, string, RegExp]>([
    ['decision', 'tenantId', /an id: 1-256/],
    ['decision', 'systemVersion', /a version: 1-128/],
    ['decision', 'providerId', /a token: 1-128/],
    ['decision', 'chainId', /a chain id: 1-256/],
    ['decision', 'receiptId', /a lower-case UUID of version 7/],
    ['decision', 'configDigest', /"sha256:" and 64/],
    ['decision', 'subjectId', /"hmac-sha256:" and 64/],
    ['decision', 'stateDigest', /"sha256:" or "hmac-sha256:" and 64/],
    ['decision', 'signature', /"ed25519:" and 128/],
    ['decision', 'keyId', /an Ed25519 did:key/],
    ['decision', 'timestamp', /a time as YYYY-MM-DDTHH:MM:SS\.sssZ/],
    ['decision', 'input.mediaType', /a media type as type\/subtype/],
    ['decision', 'decision.annexIII', /a point of Annex III, as 5\(b\)/],
    ['decision', 'details.salt', /64 lower-case hex digits/],
    ['chain_start', 'system.nonce', /32 lower-case hex digits/],
    ['delegate', 'key.certificate.chains.0', /a chain id, or a prefix ending in \*/],
  ])('%s: what %s must be is said', (name, path, words) => {
    const [fault] = receiptFaults(withMember(name, path, '!'))
    expect(fault?.message).toMatch(words)
    expect(fault?.message).toMatch(/^must be /)
  })

  it('key.certificate.chains', () => {
    const at = (text: string) => faultsOf(withMember('delegate', 'key.certificate.chains.0', text))
    for (const text of ['acme', 'acme*', 'acme/*', '*', 'a'.repeat(256), `${'a'.repeat(255)}*`])
      expect(at(text)).toEqual([])
    for (const text of ['', 'a*b', '**', 'a b', 'a/', '/*', 'a..*', 'a'.repeat(257), `${'a'.repeat(256)}*`])
      expect(at(text)).toEqual(['FIELD_INVALID key.certificate.chains[0]'])
  })
})

describe('the numbers', () => {
  it.each([
    ['stepIndex', [0, 1, 2 ** 53 - 1], [-1, 0.5, 2 ** 53, '1']],
    ['latencyMs', [0, 0.001, 2 ** 53 - 1], [-0.001, 2 ** 53, '1']],
    ['decision.confidence', [0, 1, 0.9999, 0.0001, 0.5], [-0.1, 1.0001]],
    ['decision.confidence', [0.1235], [0.12345, 0.00001]],
    ['decision.score', [-(2 ** 53) + 1, 0.000001, 5e-324], [2 ** 53, -(2 ** 53), 1e21]],
    ['sources.0.trust', [0, 1], [1.1, -1]],
  ])('%s', (path, taken, refused) => {
    const fault = `FIELD_INVALID ${path.replace(/\.(\d)/, '[$1]')}`
    for (const value of taken) expect(faultsOf(withMember('decision', path, value))).toEqual([])
    for (const value of refused) expect(faultsOf(withMember('decision', path, value))).toEqual([fault])
  })
})

describe('the lists', () => {
  it.each([
    ['decision', 'links', 32],
    ['decision', 'sources', 128],
    ['rollback', 'system.lost', 256],
    ['erase', 'retention.receipts', 256],
  ])('%s: %s holds at most %i', (name, path, most) => {
    const first = path.split('.').reduce<Json>((at, step) => (at as Loose)[step] as Json, example(name)) as Json[]
    const times = (count: number) => Array.from({ length: count }, () => first[0] as Json)
    expect(faultsOf(withMember(name, path, times(most)))).toEqual([])
    expect(faultsOf(withMember(name, path, times(most + 1)))).toEqual([`FIELD_INVALID ${path}`])
  })
})

describe('the rules between members', () => {
  const person = `hmac-sha256:${'0'.repeat(64)}`

  it.each<[string, Loose, string]>([
    ['a decision has checks', withMember('decision', 'checks', undefined), 'checks'],
    ['a decision has an action or an error', withMember('decision with an error only', 'error', undefined), 'action'],
    ...['annotation', 'session_start', 'session_end', 'heartbeat', 'revoke', 'shred'].map(
      (name): [string, Loose, string] => [`no action on ${name}`, withMember(name, 'action', 'allow'), 'action'],
    ),
    ['system events only on system', withMember('annotation', 'system', { event: 'heartbeat' }), 'system'],
    ['a system event on system', withMember('heartbeat', 'system', undefined), 'system'],
    [
      'retention events only on retention',
      withMember('annotation', 'retention', (examples.shred as Loose).retention),
      'retention',
    ],
    ['a retention event on retention', withMember('shred', 'retention', undefined), 'retention'],
    ['a key event on key', withMember('rotate', 'key', undefined), 'key'],
    ['a rotation only on key', withMember('annotation', 'key', (examples.rotate as Loose).key), 'key'],
    ['a revocation only on key', withMember('decision', 'key', (examples.revoke as Loose).key), 'key'],
    [
      'oversight only on human_oversight',
      { ...example('annotation'), humanOversight: { kind: 'request' } },
      'humanOversight',
    ],
    [
      'oversight on human_oversight',
      withMember('human_oversight: request', 'humanOversight', undefined),
      'humanOversight',
    ],
    [
      'a reviewer unless it is a request',
      withMember('human_oversight: request', 'humanOversight.kind', 'approval'),
      'humanOversight.reviewerId',
    ],
    ['a link about', withMember('human_oversight', 'links', undefined), 'links'],
    ['a link about, not another', withMember('human_oversight', 'links.0.rel', 'corrects'), 'links'],
    ['a link about with its hash', withMember('human_oversight', 'links.0.receiptHash', undefined), 'links'],
    ['a key for subjectId', withMember('annotation', 'subjectId', person), 'pseudonymKeyId'],
    ['a key for principalId', withMember('annotation', 'principalId', person), 'pseudonymKeyId'],
    ['a key for reviewerId', withMember('human_oversight', 'pseudonymKeyId', undefined), 'pseudonymKeyId'],
    [
      'a key for recordId',
      { ...example('annotation'), sources: [{ type: 'a', id: 'a', match: { found: true, recordId: person } }] },
      'pseudonymKeyId',
    ],
    [
      'a key for one recordId among sources without',
      {
        ...example('annotation'),
        sources: [
          { type: 'a', id: 'a' },
          { type: 'a', id: 'a', match: { found: true, recordId: person } },
        ],
      },
      'pseudonymKeyId',
    ],
    ['no key without a person', withMember('annotation', 'pseudonymKeyId', 'p-1'), 'pseudonymKeyId'],
    ['a key for a keyed input', withMember('decision', 'input.commitKeyId', undefined), 'input.commitKeyId'],
    ['no key for a plain output', withMember('decision', 'output.commitKeyId', 'c-1'), 'output.commitKeyId'],
    ['fired is false with a status', withMember('decision', 'checks.1.fired', true), 'checks[1].fired'],
    ['fired is what op says', withMember('decision', 'checks.0.fired', false), 'checks[0].fired'],
    ['no end before the start', withMember('decision', 'endedAt', '2026-01-02T03:04:05.677Z'), 'endedAt'],
    ['confidence to 4 decimals', withMember('decision', 'decision.confidence', 0.12345), 'decision.confidence'],
    ['a hash for details', withMember('decision', 'detailsHash', undefined), 'detailsHash'],
  ])('%s', (_, receipt, path) => {
    expect(faultsOf(receipt)).toEqual([`FIELD_INVALID ${path}`])
  })

  it.each<[string, JsonObject]>([
    ['a decision with an action and an error', example('decision')],
    ['a decision with an action alone', withMember('decision', 'error', undefined)],
    ['a decision with an error alone', withMember('decision', 'action', undefined)],
    ['a hash of details that were erased', withMember('decision', 'details', undefined)],
    ['an end that is the start', withMember('decision', 'endedAt', (examples.decision as Loose).startedAt)],
    ['a delegation on any event type', { ...example('decision'), key: (examples.delegate as Loose).key as Json }],
    ['stop and resume without a link', withMember('human_oversight: stop', 'humanOversight.kind', 'resume')],
    [
      'a check with a status is not derived',
      withMember('decision', 'checks.0', {
        name: 'a',
        op: 'gt',
        score: 2,
        threshold: 1,
        fired: false,
        status: 'skipped',
      }),
    ],
    [
      'a check with two of op, score, threshold is not derived',
      withMember('decision', 'checks.0', { name: 'a', op: 'gt', score: 2, fired: false }),
    ],
    ['inference and tool results without an action', example('tool_result')],
    ...['inference', 'tool_call', 'tool_result', 'human_oversight'].map((name): [string, JsonObject] => [
      `an action on ${name}`,
      withMember(name, 'action', 'allow'),
    ]),
    [
      'a link about beside others',
      withMember('human_oversight', 'links', [
        ...((examples.human_oversight as Loose).links as Json[]),
        { rel: 'corrects', receiptId: '019a0000-0000-7000-bfff-ffffffffffff' },
      ]),
    ],
    [
      'sources that match nobody',
      {
        ...example('annotation'),
        sources: [
          { type: 'a', id: 'a' },
          { type: 'a', id: 'a', match: { found: false } },
        ],
      },
    ],
  ])('%s is taken', (_, receipt) => {
    expect(faultsOf(receipt)).toEqual([])
  })

  it.each([
    ['gt', [false, false, true]],
    ['gte', [false, true, true]],
    ['lt', [true, false, false]],
    ['lte', [true, true, false]],
  ])('op %s below, at and above the threshold', (op, fired) => {
    for (const [index, score] of [0, 1, 2].entries()) {
      for (const said of [true, false]) {
        const faults = faultsOf(withMember('decision', 'checks.0', { name: 'a', op, score, threshold: 1, fired: said }))
        expect(faults).toEqual(said === fired[index] ? [] : ['FIELD_INVALID checks[0].fired'])
      }
    }
  })

  it('judge nothing where something is unknown: a later release may have lifted a rule', () => {
    const later = { ...withMember('annotation', 'action', 'allow'), eventType: 'later' }
    expect(faultsOf(later)).toEqual(['UNSUPPORTED eventType'])
  })
})
