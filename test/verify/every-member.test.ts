/** Every member of the format, at every level, in receipts that hold them all: changed, removed, added, renamed. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../src/receipt/schema/describe.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { verifyChain } from '../../src/verify/chain.js'
import { fullChain, fullNames } from './full-receipts.js'
import {
  codesOf,
  entryOf,
  judge,
  keys,
  type Loose,
  lineOfLoose,
  linesOf,
  NOW,
  resealed,
  trusting,
  trustOne,
} from './support.js'

const keyring = trusting(
  entryOf(keys.one, { uses: ['receipt', 'rotate', 'retention'] }),
  entryOf(keys.root, { uses: ['delegate'] }),
)

type Step = string | number
type Path = readonly Step[]

/** Every place below a value: members of objects, items of lists. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const steps: Step[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  return steps.flatMap((step) => [[...path, step], ...placesOf((value as Loose)[step], [...path, step])])
}

/** Every object in a value, itself included. */
const objectsOf = (value: unknown): Path[] =>
  [[], ...placesOf(value)].filter((path) => {
    const at = valueAt(value, path)
    return typeof at === 'object' && at !== null && !Array.isArray(at)
  })

const valueAt = (value: unknown, path: Path): unknown => path.reduce((at, step) => (at as Loose)[step], value)

/** A deep copy in which the holder of a place was changed. */
function edited(receipt: object, path: Path, edit: (holder: Loose & unknown[], last: Step) => void): Loose {
  const copy = structuredClone(receipt) as Loose
  edit(valueAt(copy, path.slice(0, -1)) as Loose & unknown[], path.at(-1) as Step)
  return copy
}

/** Another value of the same kind, as near as can be. */
function near(value: unknown): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value + 1
  if (value === null) return 0
  if (Array.isArray(value)) return [...value, null]
  if (typeof value === 'object') return { ...value, xMore: 1 }
  const text = value as string
  const last = text.at(-1) as string
  return text.slice(0, -1) + (last === '0' ? '1' : '0')
}

const remove = (holder: Loose & unknown[], last: Step) => {
  if (Array.isArray(holder)) holder.splice(last as number, 1)
  else delete holder[last]
}

/** The code that must be among those of a receipt whose member at a path was touched, nothing else being done. */
function codeFor([top]: Path): string {
  if (top === 'signature') return 'SIGNATURE_INVALID'
  return top === 'details' ? 'DETAILS_MISMATCH' : 'HASH_MISMATCH'
}

/** Members whose names may stand below the top in one place only. */
const holdsReserved = (value: unknown): boolean =>
  placesOf(value).some((path) => ['receiptHash', 'detailsHash', 'details', 'signature'].includes(path.at(-1) as string))

const detailsHash = (details: unknown): string =>
  `sha256:${createHash('sha256')
    .update(`quittance/1 details\n${lineOfLoose(details as object)}`)
    .digest('hex')}`

/** The rest of the chain is not judged again for each change: only the receipt and its neighbour. */
async function judgedAt(seq: number, receipt: object) {
  const lines = [...(seq === 0 ? [] : [fullChain[seq - 1] as unknown as Loose]), receipt as Loose]
  const start = Math.max(seq - 1, 0)
  const result = await judge(lines, { keyring, chainId: 'acme', expect: { fromSeq: start } })
  return {
    verdict: result.verdict,
    codes: codesOf(result).map((code) => code.split('@')[0]),
    notices: result.notices.map(({ code }) => code),
  }
}

test('the chain of all of them is valid', async () => {
  const result = await judge(fullChain, { keyring })
  // the delegate's own receipt aside, which the delegate signed, all are of one key
  expect([result.verdict, result.problems, result.scope.tail]).toEqual(['VALID', [], 'chain-end'])
})

test('another writer of the format comes to the same lines', () => {
  const own = fullChain.filter(({ keyId }) => keyId === keys.one.keyId)
  expect(own.length).toBe(fullChain.length - 1)
  for (const receipt of own) expect(resealed(receipt, {})).toEqual({ ...receipt })
  expect(fullChain.map((receipt) => lineOfLoose(receipt))).toEqual(linesOf(fullChain))
})

test('they hold every member of the schema', () => {
  const found = new Set(
    fullChain.flatMap((receipt) =>
      placesOf(receipt).map((path) => path.filter((step) => typeof step === 'string').join('.')),
    ),
  )
  const wanted: string[] = []
  const walk = (schema: JsonSchema, path: string) => {
    for (const [name, member] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
      const at = path === '' ? name : `${path}.${name}`
      wanted.push(at)
      walk(member, at)
    }
    if (schema.items !== undefined) walk(schema.items as JsonSchema, path)
    for (const one of (schema.oneOf ?? []) as JsonSchema[]) walk(one, path)
  }
  walk(receiptShape.json, '')
  expect(wanted.length).toBeGreaterThan(150)
  expect(wanted.filter((path) => !found.has(path))).toEqual([])
})

describe.each(fullNames.map((name, seq) => [name, seq] as const))('%s', (_name, seq) => {
  const receipt = fullChain[seq] as DecisionReceipt
  const places = placesOf(receipt)
  const by = receipt.keyId === keys.one.keyId ? keys.one : keys.delegate

  test('no member may be changed', async () => {
    for (const path of places) {
      const { verdict, codes } = await judgedAt(
        seq,
        edited(receipt, path, (holder, last) => {
          holder[last as never] = near(holder[last as never]) as never
        }),
      )
      const expected = path[0] === 'version' ? 'UNSUPPORTED' : codeFor(path)
      expect([path.join('.'), verdict === 'VALID', codes]).toEqual([
        path.join('.'),
        false,
        expect.arrayContaining([expected]),
      ])
      if (path[0] !== 'version' || seq > 0) expect([path.join('.'), verdict]).toEqual([path.join('.'), 'INVALID'])
    }
  })

  test('no member may be removed, but for the details as a whole', async () => {
    for (const path of places) {
      const { verdict, codes, notices } = await judgedAt(seq, edited(receipt, path, remove))
      if (path.join('.') === 'details') expect([verdict, codes, notices]).toEqual(['VALID', [], ['DETAILS_ERASED']])
      else
        expect([path.join('.'), verdict, codes]).toEqual([
          path.join('.'),
          'INVALID',
          expect.arrayContaining([codeFor(path)]),
        ])
    }
  })

  test('no member may be null', async () => {
    for (const path of places.filter((path) => valueAt(receipt, path) !== null)) {
      const { verdict, codes } = await judgedAt(
        seq,
        edited(receipt, path, (holder, last) => {
          holder[last as never] = null as never
        }),
      )
      expect([path.join('.'), verdict, codes]).toEqual([
        path.join('.'),
        'INVALID',
        expect.arrayContaining([codeFor(path)]),
      ])
    }
  })

  test('no member may be renamed', async () => {
    for (const path of places.filter((path) => typeof path.at(-1) === 'string')) {
      const { verdict, codes } = await judgedAt(
        seq,
        edited(receipt, path, (holder, last) => {
          holder[`x${String(last).charAt(0).toUpperCase()}${String(last).slice(1)}` as never] = holder[last as never]
          delete holder[last as never]
        }),
      )
      // details under another name are a member of the preimage
      const covered = path[0] !== 'details' || path.length === 1
      const reserved = covered && holdsReserved(valueAt(receipt, path))
      const expected = reserved ? 'MEMBER_FORBIDDEN' : path.join('.') === 'details' ? 'HASH_MISMATCH' : codeFor(path)
      expect([path.join('.'), verdict, codes]).toEqual([path.join('.'), 'INVALID', expect.arrayContaining([expected])])
    }
  })

  test('no member may be added, of whatever name', async () => {
    for (const path of objectsOf(receipt)) {
      for (const name of ['xAdded', 'added', 'seq2', '', 'é']) {
        const { verdict, codes } = await judgedAt(
          seq,
          edited(receipt, [...path, name], (holder, last) => {
            holder[last as never] = 1 as never
          }),
        )
        expect([path.join('.'), name, verdict, codes]).toEqual([
          path.join('.'),
          name,
          'INVALID',
          expect.arrayContaining([path[0] === 'details' ? 'DETAILS_MISMATCH' : 'HASH_MISMATCH']),
        ])
      }
    }
  })

  test('a member that this release does not know, sealed by the trusted key, is UNSUPPORTED at every level', async () => {
    const free = new Set([
      'xVendor',
      'metadata',
      'rationale',
      'factors',
      'config',
      'disclosures',
      'redactions',
      'groups',
      'checks',
    ])
    for (const path of objectsOf(receipt)) {
      const open =
        path[0] === 'details'
          ? path.some((step) => free.has(step as string))
          : path[0] === 'xVendor' || path.at(-1) === 'redactions'
      // a certificate has a signature of its own
      if (open || path.includes('certificate')) continue
      const forged = edited(receipt, [...path, 'unheardOf'], (holder, last) => {
        holder[last as never] = 1 as never
      })
      const sealed = resealed(forged, path[0] === 'details' ? { detailsHash: detailsHash(forged.details) } : {}, by)
      const { verdict, codes } = await judgedAt(seq, sealed)
      // and what is not understood teaches nothing about keys
      const expected = by === keys.one ? ['UNSUPPORTED'] : ['UNSUPPORTED', 'KEY_UNKNOWN']
      expect([path.join('.'), verdict, codes]).toEqual([path.join('.'), 'INCOMPLETE', expected])
    }
  })

  test('null, sealed by the trusted key, is FIELD_INVALID wherever the format has a member', async () => {
    const anyValue =
      /^xVendor\.|\.x[A-Z]|^x[A-Z]|details\.(?:metadata|factors|config|disclosures)\.|details\.(?:rationale|factors|config|disclosures)$/
    const sealedLast = new Set(['receiptHash', 'signature'])
    for (const path of places) {
      const name = path.join('.')
      if (anyValue.test(name) || sealedLast.has(name)) continue
      const forged = edited(receipt, path, (holder, last) => {
        holder[last as never] = null as never
      })
      const changes = path[0] === 'details' && path.length > 1 ? { detailsHash: detailsHash(forged.details) } : {}
      const { verdict, codes } = await judgedAt(seq, resealed(forged, changes, by))
      expect([name, verdict, codes]).toEqual([name, 'INVALID', expect.arrayContaining(['FIELD_INVALID'])])
    }
  })
})

test('words of a closed list that this release does not know are UNSUPPORTED, sealed by the trusted key', async () => {
  const [first] = fullChain
  const decision = fullChain[1] as DecisionReceipt
  const cases: Loose[] = [
    { eventType: 'vote' },
    { eventType: 'vote', action: 'allow', system: { event: 'heartbeat' } },
    { action: 'postpone' },
    { input: { kind: 'video', hash: `sha256:${'0'.repeat(64)}` } },
    { checks: [{ name: 'a', fired: true, op: 'neq', score: 1, threshold: 2 }] },
    { checks: [{ name: 'a', fired: true, op: 'constructor', score: 1, threshold: 2 }] },
    { checks: [{ name: 'a', fired: true, op: '__proto__', score: 1, threshold: 2 }] },
    { checks: [{ name: 'a', fired: false, status: 'lost' }] },
    { decision: { oversight: 'during' } },
    { tool: { name: 'a', executedBy: 'nobody' } },
    { eventType: 'system', action: undefined, checks: undefined, system: { event: 'eclipse' } },
    { eventType: 'key', action: undefined, checks: undefined, key: { event: 'lend' } },
    { eventType: 'retention', action: undefined, checks: undefined, retention: { event: 'copy' } },
  ]
  for (const changes of cases) {
    const result = await verifyChain([first as DecisionReceipt, lineOfLoose(resealed(decision, changes))], {
      keyring: trustOne,
      now: NOW,
    })
    expect([changes, result.verdict, codesOf(result)]).toEqual([changes, 'INCOMPLETE', ['UNSUPPORTED@1']])
  }
})
