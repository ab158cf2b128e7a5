/** The pages of the format say what the code does: members, words, limits, and every value of the worked example. */
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rotationMessage, signedDelegationMessage } from '../../src/keys/delegation.js'
import { Keyring } from '../../src/keys/keyring.js'
import { keyedCommitment, pseudonymOf } from '../../src/ledger/secret.js'
import { leafHash, merkleRoot, receiptLeaf } from '../../src/merkle/index.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { detailsHashOf, digestOf, genesisHash, signedMessage } from '../../src/receipt/digest.js'
import { MAX_DEPTH, MAX_LINE_BYTES, MAX_PREIMAGE_BYTES } from '../../src/receipt/limits.js'
import type { JsonSchema } from '../../src/receipt/schema/describe.js'
import { receipt as receiptShape } from '../../src/receipt/schema/receipt.js'
import { frame, lineOf, link, type ReceiptBody, seal } from '../../src/receipt/seal.js'
import { receiptFaults } from '../../src/receipt/validate.js'
import { verifyChain } from '../../src/verify/index.js'
import type { JsonObject } from './arbitraries.js'
import { page } from './page.js'
import {
  chainId,
  decision,
  example,
  first,
  inputText,
  issuer,
  outputJson,
  second,
  secret,
  subject,
} from './worked-example.js'

const format = page('receipt-format.md')

describe('the worked example', () => {
  const shown = Object.fromEntries(
    [...format.matchAll(/^```(?:text|json) (\S+)\n(.*)\n```$/gm)].map(([, name, value]) => [
      name as string,
      value as string,
    ]),
  )

  it('shows exactly the values that node:crypto gives', () => {
    expect(shown).toEqual(example)
    expect(format.match(/^```(text|json)/gm)).toHaveLength(Object.keys(example).length)
  })

  it('uses the keys that RFC 8032 publishes', () => {
    expect(issuer.publicKey).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(second.publicKey).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  })

  it('has signatures that hold under those keys', () => {
    const holds = (pem: string, message: string, signature: string): boolean =>
      verify(null, Buffer.from(message), createPublicKey(pem), Buffer.from(signature.slice('ed25519:'.length), 'hex'))
    for (const [pem, message, signature] of [
      [issuer.pem, 'first-message', 'first-signature'],
      [issuer.pem, 'decision-message', 'decision-signature'],
      [issuer.pem, 'certificate-message', 'certificate-signature'],
      [second.pem, 'rotation-message', 'rotation-countersignature'],
    ] as const) {
      expect(holds(pem, JSON.parse(shown[message] as string) as string, shown[signature] as string)).toBe(true)
    }
  })

  it('has an HKDF key that RFC 5869 gives, step by step', () => {
    const extracted = createHmac('sha256', new Uint8Array(32)).update(secret).digest()
    const info = JSON.parse(shown['commit-info'] as string) as string
    expect(createHmac('sha256', extracted).update(info).update(Uint8Array.of(1)).digest('hex')).toBe(
      shown['commit-key'],
    )
  })

  it('is what this library seals', () => {
    expect(genesisHash(chainId)).toBe(shown['genesis-hash'])
    for (const [sealed, name] of [
      [first, 'first'],
      [decision, 'decision'],
    ] as const) {
      const { receiptHash: _hash, signature, seq, timestamp, keyId, prevReceiptHash, ...body } = sealed.whole
      const linked = link(frame(body as unknown as ReceiptBody), { seq, timestamp, keyId, prevReceiptHash } as never)
      expect(linked.receiptHash).toBe(shown[`${name}-hash`])
      expect(Buffer.from(linked.message).toString()).toBe(JSON.parse(shown[`${name}-message`] as string))
      expect(Buffer.from(signedMessage(shown[`${name}-hash`] as string))).toEqual(Buffer.from(linked.message))
      const receipt = seal(linked, Buffer.from((signature as string).slice('ed25519:'.length), 'hex'))
      expect(lineOf(receipt)).toBe(shown[`${name}-line`])
      expect(receiptFaults(JSON.parse(shown[`${name}-line`] as string))).toEqual([])
    }
    expect(detailsHashOf(JSON.parse(shown.details as string))).toBe(shown['details-hash'])
  })

  it('is what this library commits to, and calls people', () => {
    expect(inputText.normalize('NFC')).toBe(inputText)
    expect(digestOf(inputText)).toBe(shown['input-hash'])
    const keyed = { id: 'demo-2026', secret }
    const digest = Buffer.from(digestOf(canonicalize(outputJson)).slice('sha256:'.length), 'hex')
    expect(keyedCommitment(keyed, decision.whole.receiptId as string, 'output', digest)).toBe(shown['output-hash'])
    expect(pseudonymOf(keyed, 'subject', 'acme', subject)).toBe(shown['subject-id'])
  })

  it('is what this library puts into trees and lets keys sign', () => {
    const leaves = [first, decision].map(({ receiptHash, signature }) => leafHash(receiptLeaf(receiptHash, signature)))
    expect(leaves.map((leaf) => Buffer.from(leaf).toString('hex'))).toEqual([
      shown['first-leaf-hash'],
      shown['decision-leaf-hash'],
    ])
    expect(Buffer.from(merkleRoot(leaves)).toString('hex')).toBe(shown['merkle-root'])
    const certificate = digestOf(canonicalize(JSON.parse(shown.certificate as string)))
    expect(Buffer.from(signedDelegationMessage(certificate)).toString()).toBe(
      JSON.parse(shown['certificate-message'] as string),
    )
    const rotation = rotationMessage(chainId, issuer.keyId, second.keyId)
    expect(Buffer.from(rotation).toString()).toBe(JSON.parse(shown['rotation-message'] as string))
  })

  it('is VALID', async () => {
    const lines = [shown['first-line'], shown['decision-line']] as string[]
    const result = await verifyChain(lines, { keyring: new Keyring([issuer.keyId]), chainId })
    expect(result.problems).toEqual([])
    expect(result.verdict).toBe('VALID')
    expect(result.scope.root).toBe(shown['first-hash'])
  })
})

describe('the page of the format', () => {
  function* parts(schema: JsonSchema): Generator<JsonSchema> {
    yield schema
    for (const keyword of ['oneOf', 'items', 'properties', 'additionalProperties']) {
      const below = schema[keyword]
      if (typeof below !== 'object' || below === null) continue
      const schemas = keyword === 'oneOf' || keyword === 'properties' ? Object.values(below) : [below]
      for (const each of schemas as JsonSchema[]) yield* parts(each)
    }
  }
  const schemas = [...parts(receiptShape.json)]
  // code spans, also of several words: `{found, count?}`
  const words = new Set(
    [...format.matchAll(/`([^`\n]+)`/g)].flatMap(([, span]) => (span as string).match(/[\w/]+/g) ?? []),
  )

  it('names every member', () => {
    const names = schemas.flatMap((schema) => Object.keys((schema.properties as JsonObject | undefined) ?? {}))
    expect([...new Set(names)].filter((name) => !words.has(name))).toEqual([])
  })

  it('names every word of the closed lists', () => {
    const closed = schemas.flatMap((schema) => (schema.enum as string[] | undefined) ?? [])
    expect([...new Set(closed)].filter((word) => !words.has(word))).toEqual([])
  })

  it('names the limits', () => {
    const numbers = [
      MAX_DEPTH,
      MAX_PREIMAGE_BYTES,
      MAX_LINE_BYTES,
      ...schemas.flatMap(({ maxItems }) => (maxItems === undefined ? [] : [maxItems as number])),
    ]
    const table = format.slice(format.indexOf('## Limits'), format.indexOf('## What is closed'))
    for (const number of numbers) expect(table).toContain(` ${number.toLocaleString('en-US')} `)
  })

  it('lists every place that may use a reserved name', () => {
    const table = format.slice(format.indexOf('### Reserved names'), format.indexOf('## Hash, link'))
    const rows = [...table.matchAll(/^\| `([\w.[\]]+)` \| `(\w+)` \|$/gm)].map(([, place, name]) => `${place}.${name}`)
    const found: string[] = []
    const walk = (schema: JsonSchema, path: string): void => {
      for (const one of (schema.oneOf as JsonSchema[] | undefined) ?? []) walk(one, path)
      if (schema.items !== undefined) walk(schema.items as JsonSchema, `${path}[]`)
      for (const [name, member] of Object.entries(
        (schema.properties as { [name: string]: JsonSchema } | undefined) ?? {},
      )) {
        const at = path === '' ? name : `${path}.${name}`
        if (path !== '' && ['receiptHash', 'signature', 'details', 'detailsHash'].includes(name)) found.push(at)
        if (at !== 'details') walk(member, at)
      }
    }
    walk(receiptShape.json, '')
    expect(rows.toSorted()).toEqual([...new Set(found)].toSorted())
  })
})

describe('the links of the pages', () => {
  const anchorOf = (heading: string): string =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-')
  const anchors = (text: string) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading as string))

  it.each(['receipt-format.md', 'check-by-hand.md', 'upgrading.md'])('of %s lead somewhere', (name) => {
    const text = page(name).replace(/^```[\s\S]*?^```$/gm, '')
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [file, anchor] = (target as string).split('#') as [string, string?]
      if (file !== '') expect(existsSync(new URL(`../../docs/${file}`, import.meta.url)), target).toBe(true)
      if (anchor !== undefined) expect(anchors(file === '' ? text : page(file)), target).toContain(anchor)
    }
  })
})
