/** What has not the shape of its member is found by the check, and never sealed by the writers, which look for themselves. */
import { describe, expect, it } from 'vitest'
import { frame, type ReceiptBody } from '../../src/receipt/seal.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import type { Json } from './arbitraries.js'
import { examples } from './examples.js'

type Loose = { [name: string]: unknown }

/** An example with a value at a path as `checks.0.fired`. */
function withValue(name: string, path: string, value: unknown): Loose {
  const receipt = structuredClone(examples[name]) as Loose
  const steps = path.split('.')
  const last = steps.pop() as string
  const holder = steps.reduce((at, step) => at[step] as Loose, receipt)
  holder[last] = value
  return receipt
}

/** As small a body as there can be with the member that a path begins with: nothing else keeps a writer from it. */
function bodyWith(receipt: Loose, path: string): ReceiptBody {
  const { version, receiptId, chainId, tenantId } = receipt
  const top = path.split('.')[0] as string
  const eventType = top === 'system' ? top : 'annotation'
  return { version, receiptId, chainId, eventType, tenantId, [top]: receipt[top] } as unknown as ReceiptBody
}

const shown = (path: string) => path.replace(/\.(\d+)/g, '[$1]')

const integer = 'must be an integer from 0 to 2^53-1'
const wrong: readonly (readonly [string, string, readonly unknown[], string | RegExp])[] = [
  ['decision', 'tags', ['a', {}, null], 'must be an array'],
  ['decision', 'tags.0', [1, null, ['a'], new String('a')], 'must be a string'],
  ['decision', 'reasonCodes.0', ['', '1', 'a b', 1, ['a'], '"'], /^must be a token/],
  ['decision', 'systemId', ['', 1, ['a'], 'a"b', '"'], /^must be an id/],
  ['decision', 'configDigest', ['', 1, `sha256:${'g'.repeat(64)}`], /^must be "sha256:"/],
  ['decision', 'links', [{}, 'a', null], 'must be an array'],
  ['decision', 'links', [Array.from({ length: 33 }, () => ({}))], /^must have at most 32 items$/],
  ['decision', 'links.0', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'links.0.receiptId', ['', 1], /^must be a lower-case UUID/],
  ['decision', 'input', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'input.partial', [false, 1, 'true', null], 'must be true or absent'],
  ['decision', 'input.kind', [1, null, ['text']], 'must be a string'],
  ['decision', 'input.redactions', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'input.redactions.email', [-1, 0.5, '1', null, -0, 2 ** 53], integer],
  ['decision', 'checks.0.fired', [0, 'false', null], 'must be true or false'],
  ['decision', 'checks.0.score', ['1', null, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY], 'must be a finite number'],
  ['decision', 'checks.0.latencyMs', [-1, '1'], /^must be a number from 0 to 9007199254740991$/],
  ['decision', 'decision.confidence', [-0.1, 1.1, '1', null], 'must be a number from 0 to 1'],
  ['decision', 'stepIndex', [-1, 0.5, '1', null, -0, 2 ** 53], integer],
  ['decision', 'details', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'details.checks', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'details.checks.a', [1, null, {}], 'must be a string'],
  ['decision', 'details.metadata', [1, null, [], 'a'], 'must be an object'],
  ['decision', 'details.rationale', [undefined], 'must be a JSON value'],
  ['decision', 'details.salt', ['', 1, '0'.repeat(63)], /^must be 64 /],
  ['chain_start', 'system', [1, null, [], 'a'], 'must be an object'],
  ['chain_start', 'system.nonce', ['', 1, '0'.repeat(33)], /^must be 32 /],
  ['chain_start', 'system.predecessor', [1, null, []], 'must be an object'],
  ['rollback', 'system.lost', [{}, null], 'must be an array'],
  ['rollback', 'system.lost.0.seq', [-1, '1'], integer],
]

describe('what has not its shape', () => {
  it.each(wrong)('%s: %s', (name, path, values, words) => {
    for (const value of values) {
      const receipt = withValue(name, path, value)
      const faults = receiptFaults(receipt)
      expect(faults.map((fault) => [fault.code, fault.path])).toEqual([['FIELD_INVALID', shown(path)]])
      if (typeof words === 'string') expect(faults[0]?.message).toBe(words)
      else expect(faults[0]?.message).toMatch(words)
      expect(() => frame(bodyWith(receipt, path))).toThrow(
        expect.objectContaining({ code: 'RECEIPT_INVALID', details: { path: shown(path) } }),
      )
    }
  })

  it('is unsupported where a later release may know it', () => {
    for (const [name, path, value, at, words] of [
      ['decision', 'input.kind', 'later', 'input.kind', 'is a value this release does not know'],
      ['heartbeat', 'system.event', 'later', 'system.event', 'is a value this release does not know'],
      ['decision', 'later', 1, 'later', 'is a member this release does not know'],
      ['decision', 'checks.0.later', 1, 'checks[0].later', 'is a member this release does not know'],
    ] as const) {
      const receipt = withValue(name, path, value)
      expect(receiptFaults(receipt)).toEqual([{ code: 'UNSUPPORTED', path: at, message: words }])
      expect(() => frame(bodyWith(receipt, path))).toThrow(expect.objectContaining({ details: { path: at } }))
    }
    const untagged = withValue('heartbeat', 'system.event', 1)
    expect(receiptFaults(untagged)).toEqual([
      { code: 'FIELD_INVALID', path: 'system.event', message: 'must be a string' },
    ])
    expect(() => frame(bodyWith(untagged, 'system'))).toThrow(
      expect.objectContaining({ details: { path: 'system.event' } }),
    )
  })

  it('is not sealed in the smallest of lists and records either', () => {
    const input = { kind: 'text', hash: `sha256:${'0'.repeat(64)}` }
    const small: readonly (readonly [Loose, string])[] = [
      ...[0, 'false', null].map((fired) => [{ checks: [{ name: 'a', fired }] }, 'checks[0].fired'] as const),
      ...['1', null, Number.NaN].map(
        (score) => [{ checks: [{ name: 'a', fired: false, score }] }, 'checks[0].score'] as const,
      ),
      [{ input: { ...input, redactions: { '1 a': 1 } } }, 'input.redactions.1 a'],
      [{ input: { ...input, redactions: { a: '1' } } }, 'input.redactions.a'],
    ]
    for (const [members, path] of small) {
      const body = { ...bodyWith(examples.decision as Loose, 'tenantId'), ...members } as ReceiptBody
      expect(() => frame(body)).toThrow(expect.objectContaining({ details: { path } }))
    }
  })

  it('is said of each place, one by one', () => {
    const receipt = withValue('decision', 'tags', ['a', 1, 'b', null])
    receipt.checks = [{ name: '', fired: 1 }, 1]
    const { tenantId: _gone, ...rest } = receipt
    expect(
      receiptFaults(rest)
        .map(({ path, message }) => `${path} ${message}`)
        .toSorted(),
    ).toEqual([
      'checks[0].fired must be true or false',
      expect.stringMatching(/^checks\[0\]\.name must be an id/),
      'checks[1] must be an object',
      'tags[1] must be a string',
      'tags[3] must be a string',
      'tenantId is required',
    ])
  })
})

describe('what has its shape', () => {
  it('at its limits', () => {
    for (const [path, values] of [
      ['stepIndex', [0, 2 ** 53 - 1]],
      ['checks.0.latencyMs', [0, 0.5, 2 ** 53 - 1]],
      ['decision.confidence', [0, 1, 0.5]],
      ['decision.score', [-(2 ** 53 - 1), 2 ** 53 - 1, 1e-300]],
      ['tags', [[], ['']]],
      ['input.redactions', [{}, { email: 0 }]],
      ['details.rationale', [null, 1, 'x', [], {}]],
      ['details.metadata', [{}, { a: [1] }]],
      ['xVendor', [null, 1, { a: 1 }]],
    ] as const)
      for (const value of values) {
        const receipt = withValue('decision', path, value as Json)
        expect(receiptFaults(receipt)).toEqual([])
        if (!path.startsWith('details')) expect(() => frame(bodyWith(receipt, path))).not.toThrow()
      }
  })

  it('and as long as a list may be, not longer', () => {
    const [link] = (examples.decision as Loose).links as [Loose]
    const links = (count: number) =>
      withValue(
        'decision',
        'links',
        Array.from({ length: count }, () => link),
      )
    expect(() => frame(bodyWith(links(32), 'links'))).not.toThrow()
    expect(() => frame(bodyWith(links(33), 'links'))).toThrow(expect.objectContaining({ details: { path: 'links' } }))
  })
})
