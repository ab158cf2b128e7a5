import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { QuittanceError } from '../../src/errors.js'
import { utf8 } from '../../src/primitives/bytes.js'
import type { Cosignature } from '../../src/tlog/cosignature.js'
import { parsePolicy, quorumReached, quorumTime } from '../../src/tlog/policy.js'
import { type NoteKey, noteKey, vkeyOf } from '../../src/tlog/vkey.js'

const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill)
const logKey = (fill: number, name = `log.example/${fill}`): NoteKey => noteKey(name, 'ed25519', bytes(fill))
const witnessKey = (fill: number, name = `w${fill}.example`): NoteKey =>
  noteKey(name, 'ed25519-cosignature', bytes(fill))
const [X1, X2, X3, Y1, Y2, Y3] = [1, 2, 3, 4, 5, 6].map((fill) => witnessKey(fill)) as [
  NoteKey,
  NoteKey,
  NoteKey,
  NoteKey,
  NoteKey,
  NoteKey,
]
const log = `log ${vkeyOf(logKey(9))}`
const by = (key: NoteKey, time = 1_700_000_000): Cosignature => ({ key, time })
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('')

/** The two levels of groups that the specification shows. */
const twoLevels = text(
  log,
  '',
  `witness X1 ${vkeyOf(X1)}`,
  `witness X2 ${vkeyOf(X2)}`,
  `witness X3 ${vkeyOf(X3)}`,
  'group X-witnesses 2 X1 X2 X3',
  '',
  `witness Y1 ${vkeyOf(Y1)}`,
  `witness Y2 ${vkeyOf(Y2)}`,
  `witness Y3 ${vkeyOf(Y3)}`,
  'group Y-witnesses any Y1 Y2 Y3',
  '',
  'group X-and-Y all X-witnesses Y-witnesses',
  'quorum X-and-Y',
)

function refusal(policy: string | Uint8Array): { line: number | undefined; message: string } {
  try {
    parsePolicy(policy)
  } catch (error) {
    if (error instanceof QuittanceError && error.code === 'TLOG_MALFORMED')
      return { line: error.details.line, message: error.message }
    throw error
  }
  throw new Error('the policy was taken')
}

describe('parsePolicy', () => {
  it('reads the two levels of groups that the specification shows', () => {
    const policy = parsePolicy(twoLevels)
    expect(policy.logs).toEqual([{ key: logKey(9) }])
    expect(policy.witnesses.map(({ name }) => name)).toEqual(['X1', 'X2', 'X3', 'Y1', 'Y2', 'Y3'])
    expect(policy.groups.map(({ name, threshold, members }) => [name, threshold, members.length])).toEqual([
      ['X-witnesses', 2, 3],
      ['Y-witnesses', 1, 3],
      ['X-and-Y', 2, 2],
    ])
    expect(policy.quorum).toBe(policy.groups[2])
    expect(quorumReached(policy, [by(X1), by(X3), by(Y2)])).toBe(true)
    expect(quorumReached(policy, [by(X1), by(X2), by(X3)])).toBe(false)
    expect(quorumReached(policy, [by(X1), by(Y1), by(Y2), by(Y3)])).toBe(false)
  })

  it('takes spaces, tabs, empty lines, comments and addresses', () => {
    const policy = parsePolicy(
      text(
        '# café',
        ' \t',
        `\t log  ${vkeyOf(logKey(9))}\thttps://log.example/`,
        `witness W ${vkeyOf(X1)} https://w.example/ `,
        '  # end',
        'quorum W',
      ),
    )
    expect(policy.logs[0]?.url).toBe('https://log.example/')
    expect(policy.witnesses[0]?.url).toBe('https://w.example/')
    expect(policy.quorum).toBe(policy.witnesses[0])
  })

  it('has no quorum with none, and needs no log', () => {
    const policy = parsePolicy('quorum none\n')
    expect(policy).toEqual({ logs: [], witnesses: [], groups: [], quorum: 'none' })
    expect(quorumReached(policy, [])).toBe(true)
    expect(quorumTime(policy, [by(X1)])).toBeUndefined()
  })

  it('takes a definition behind the quorum that does not use it', () => {
    expect(
      parsePolicy(text(`witness A ${vkeyOf(X1)}`, 'quorum A', `witness B ${vkeyOf(X2)}`, log)).witnesses,
    ).toHaveLength(2)
  })

  it('takes keywords as names where a name stands', () => {
    const policy = parsePolicy(text(`witness all ${vkeyOf(X1)}`, 'group any all all', 'quorum any'))
    expect(quorumReached(policy, [by(X1)])).toBe(true)
  })

  it('keeps names apart by their octets', () => {
    // K, the Kelvin sign, and an octet that is no UTF-8
    const line = (name: number[], key: NoteKey): number[] => [
      ...utf8('witness '),
      ...name,
      ...utf8(` ${vkeyOf(key)}\n`),
    ]
    const kelvin = [0xe2, 0x84, 0xaa]
    const policy = parsePolicy(
      Uint8Array.from([
        ...line([0x4b], X1),
        ...line(kelvin, X2),
        ...line([0xe9], X3),
        ...utf8('quorum '),
        ...kelvin,
        0x0a,
      ]),
    )
    expect(quorumReached(policy, [by(X1), by(X3)])).toBe(false)
    expect(quorumReached(policy, [by(X2)])).toBe(true)
    expect(policy.witnesses[1]?.name).toBe('\u212a')
  })

  it('takes ML-DSA-44 keys for logs and witnesses', () => {
    const key = noteKey('pq.example', 'ml-dsa-44-cosignature', new Uint8Array(1312).fill(1))
    const policy = parsePolicy(text(`log ${vkeyOf(key)}`, `witness W ${vkeyOf(key)}`, 'quorum W'))
    expect(policy.witnesses[0]?.key.type).toBe('ml-dsa-44-cosignature')
  })

  const A = `witness A ${vkeyOf(X1)}`
  const B = `witness B ${vkeyOf(X2)}`
  const bad: readonly [why: string, policy: string, line?: number][] = [
    ['no quorum', text(A)],
    ['nothing', ''],
    ['two quorums', text('quorum none', 'quorum none'), 2],
    ['a quorum of two names', text(A, B, 'quorum A B'), 3],
    ['a quorum without a name', text('quorum'), 1],
    ['a quorum that is not defined', text(A, 'quorum B'), 2],
    ['a quorum that is defined below', text('quorum A', A), 1],
    ['a quorum that has a log', text(log, `quorum log.example/9`), 2],
    ['a member that is defined below', text(A, 'group G all A B', B, 'quorum G'), 2],
    ['a group that is its own member', text(A, 'group G any A G', 'quorum G'), 2],
    ['none as a member', text(A, 'group G any A none', 'quorum G'), 2],
    ['none as a name of a witness', text(`witness none ${vkeyOf(X1)}`, 'quorum none'), 1],
    ['none as a name of a group', text(A, 'group none any A', 'quorum none'), 2],
    ['one name for two witnesses', text(A, `witness A ${vkeyOf(X2)}`, 'quorum A'), 2],
    ['one name for a witness and a group', text(A, 'group A any A', 'quorum A'), 2],
    ['a member twice in one group', text(A, 'group G 2 A A', 'quorum G'), 2],
    ['a member of two groups', text(A, B, 'group G any A', 'group H any A B', 'quorum H'), 4],
    ['a threshold of 0', text(A, 'group G 0 A', 'quorum G'), 2],
    ['a threshold above the members', text(A, B, 'group G 3 A B', 'quorum G'), 3],
    ['a threshold that is no decimal', text(A, 'group G 0x1 A', 'quorum G'), 2],
    ['a threshold with a sign', text(A, 'group G +1 A', 'quorum G'), 2],
    ['a threshold in other letters', text(A, 'group G ALL A', 'quorum G'), 2],
    ['a group without members', text('group G all', 'quorum G'), 1],
    ['a log twice', text(log, log, 'quorum none'), 2],
    ['a log twice under two names', text(log, `log ${vkeyOf(logKey(9, 'other.example'))}`, 'quorum none'), 2],
    ['a witness twice under two names', text(A, `witness B ${vkeyOf(witnessKey(1, 'other.example'))}`, 'quorum A'), 2],
    ["a log with a witness's key", text(`log ${vkeyOf(X1)}`, 'quorum none'), 1],
    ["a witness with a log's key", text(`witness A ${vkeyOf(logKey(1))}`, 'quorum A'), 1],
    ['a log without a key', text('log', 'quorum none'), 1],
    ['a witness without a key', text('witness A', 'quorum none'), 1],
    ['a log with more than an address', text(`${log} https://log.example and more`, 'quorum none'), 1],
    ['a witness with more than an address', text(`${A} https://w.example more`, 'quorum none'), 1],
    ['a key whose id is not its own', text(log.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'quorum none'), 1],
    [
      'a key of an unknown type',
      text('log example.com/foo+530d903a+/ekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k', 'quorum none'),
      1,
    ],
    ['an unknown keyword', text('monitor A', 'quorum none'), 1],
    ['a keyword in other letters', text('Quorum none'), 1],
    ['a keyword of every object', text('constructor A', 'quorum none'), 1],
    ['a carriage return', 'quorum none\r\n', 1],
    ['a control character in a comment', text('# \u0000', 'quorum none'), 1],
    ['the delete character', text('# \u007f', 'quorum none'), 1],
    ['a last line without newline', `${text(A, B, 'group A-and-B all A B')}quorum A`, 4],
    ['a byte order mark', `\ufeffquorum none\n`, 1],
  ]
  it.each(bad)('refuses %s', (_, policy, line) => {
    expect(refusal(policy).line).toBe(line)
  })

  it('refuses what is larger than any policy', () => {
    expect(refusal(`#${'x'.repeat(1_000_000)}\nquorum none\n`).message).toMatch('longer than')
    expect(refusal(`${'\n'.repeat(10_001)}quorum none\n`).message).toMatch('lines')
  })

  it('reads 32 logs, witnesses and groups', () => {
    const all = Array.from({ length: 32 }, (_, index) => index)
    const policy = parsePolicy(
      text(
        ...all.map((index) => `log ${vkeyOf(logKey(index + 1))}`),
        ...all.map((index) => `witness w${index} ${vkeyOf(witnessKey(index + 1))}`),
        ...all.map((index) => `group g${index} all w${index}${index === 0 ? '' : ` g${index - 1}`}`),
        'quorum g31',
      ),
    )
    expect(
      quorumReached(
        policy,
        all.map((index) => by(witnessKey(index + 1))),
      ),
    ).toBe(true)
    expect(
      quorumReached(
        policy,
        all.slice(1).map((index) => by(witnessKey(index + 1))),
      ),
    ).toBe(false)
  })

  it('does not fail otherwise than with TLOG_MALFORMED', () => {
    const word = fc.oneof(
      fc.constantFrom(
        'log',
        'witness',
        'group',
        'quorum',
        'none',
        'any',
        'all',
        '1',
        '2',
        'A',
        'B',
        '#',
        vkeyOf(X1),
        vkeyOf(logKey(9)),
      ),
      fc.string(),
    )
    const lines = fc.array(
      fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(lines, (policy) => {
        try {
          expect(parsePolicy(text(...policy)).quorum).toBeDefined()
        } catch (error) {
          expect((error as QuittanceError).code).toBe('TLOG_MALFORMED')
        }
      }),
    )
  })
})

/** What the specification says of a policy, written down without a parser: names, thresholds, and who stands in whom. */
interface Rule {
  readonly witnesses: number
  readonly groups: readonly {
    readonly k: number
    readonly members: readonly string[]
    readonly spelling: 'k' | 'any' | 'all'
  }[]
  readonly quorum: string
}

/** "Considered to witness a checkpoint if and only if at least k of its n members have witnessed it." */
function witnessed(rule: Rule, name: string, who: ReadonlySet<string>): boolean {
  if (name === 'none') return true
  if (name.startsWith('w')) return who.has(name)
  const group = rule.groups[Number(name.slice(1))]
  if (group === undefined) throw new Error('no such group')
  let count = 0
  for (const member of group.members) if (witnessed(rule, member, who)) count += 1
  return count >= group.k
}

const rules: fc.Arbitrary<Rule> = fc
  .record({
    witnesses: fc.integer({ min: 1, max: 6 }),
    groups: fc.array(fc.record({ picks: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), k: fc.nat() }), {
      maxLength: 4,
    }),
    quorum: fc.nat(),
  })
  .map(({ witnesses, groups, quorum }) => {
    const free = Array.from({ length: witnesses }, (_, index) => `w${index}`)
    const names = ['none', ...free]
    const made: Rule['groups'][number][] = []
    for (const { picks, k } of groups) {
      const members = picks.flatMap((pick) => (free.length === 0 ? [] : free.splice(pick % free.length, 1)))
      if (members.length === 0) continue
      const threshold = 1 + (k % members.length)
      const spelling = k % 2 === 0 ? 'k' : threshold === members.length ? 'all' : threshold === 1 ? 'any' : 'k'
      free.push(`g${made.length}`)
      names.push(`g${made.length}`)
      made.push({ k: threshold, members, spelling })
    }
    return { witnesses, groups: made, quorum: names[quorum % names.length] as string }
  })

const policyText = ({ witnesses, groups, quorum }: Rule): string =>
  text(
    ...Array.from({ length: witnesses }, (_, index) => `witness w${index} ${vkeyOf(witnessKey(index + 1))}`),
    ...groups.map(
      ({ k, members, spelling }, index) => `group g${index} ${spelling === 'k' ? k : spelling} ${members.join(' ')}`,
    ),
    `quorum ${quorum}`,
  )

describe('the quorum', () => {
  it('is reached by exactly the sets that the specification takes', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        const policy = parsePolicy(policyText(rule))
        for (let bits = 0; bits < 2 ** rule.witnesses; bits += 1) {
          const numbers = Array.from({ length: rule.witnesses }, (_, index) => index).filter(
            (index) => (bits >> index) % 2 === 1,
          )
          const who = new Set(numbers.map((index) => `w${index}`))
          const reached = quorumReached(
            policy,
            numbers.map((index) => by(witnessKey(index + 1))),
          )
          expect(reached).toBe(witnessed(rule, rule.quorum, who))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('was complete at the first time at which those who had cosigned by then are enough', () => {
    const cosignings = fc.array(fc.tuple(fc.nat({ max: 6 }), fc.integer({ min: 1, max: 40 })), { maxLength: 9 })
    fc.assert(
      fc.property(rules, cosignings, (rule, made) => {
        const policy = parsePolicy(policyText(rule))
        const cosignatures = made.map(([index, time]) => by(witnessKey(index + 1), time))
        const complete = (until: number): boolean =>
          witnessed(rule, rule.quorum, new Set(made.filter(([, time]) => time <= until).map(([index]) => `w${index}`)))
        const first = Array.from({ length: 41 }, (_, time) => time).find(complete)
        expect(quorumTime(policy, cosignatures)).toBe(rule.quorum === 'none' ? undefined : first)
      }),
      { numRuns: 200 },
    )
  })

  it('has no time where a cosignature that it takes has none', () => {
    const policy = parsePolicy(
      text(
        `witness A ${vkeyOf(X1)}`,
        `witness B ${vkeyOf(X2)}`,
        `witness C ${vkeyOf(X3)}`,
        'group G 2 A B C',
        'quorum G',
      ),
    )
    expect(quorumReached(policy, [by(X1, 0), by(X2, 50)])).toBe(true)
    expect(quorumTime(policy, [by(X1, 0), by(X2, 50)])).toBeUndefined()
    expect(quorumTime(policy, [by(X1, 0), by(X2, 50), by(X3, 70)])).toBe(70)
  })

  it('does not count the same public key under another name', () => {
    const policy = parsePolicy(text(`witness A ${vkeyOf(X1)}`, 'quorum A'))
    expect(quorumReached(policy, [by(witnessKey(1, 'other.example'))])).toBe(false)
  })
})
