import { CloudEvent, HTTP } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  attest,
  cloudEvent,
  type DsseEnvelope,
  openDsse,
  preAuthEncoding,
  receiptOfEvent,
  verifyAttestation,
} from '../../src/interchange/index.js'
import { lineOf } from '../../src/receipt/seal.js'
import { keyIds, keys, receipts, verdictOf } from './support.js'

const codeOf = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('an attestation', () => {
  it('gives back the receipt, which still verifies by itself', async () => {
    for (const receipt of receipts) {
      const envelope = JSON.parse(JSON.stringify(await attest(receipt, keys)))
      const line = verifyAttestation(envelope, { keys: await keyIds() })
      expect(line).toBe(lineOf(receipt))
      expect(verdictOf(line)).toBe('VALID')
    }
  })

  it('signs what DSSE says: type and length before each part', () => {
    // the example of the specification
    const text = new TextDecoder().decode(
      preAuthEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world')),
    )
    expect(text).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  it('counts for nothing under another type, key, payload or signature', async () => {
    const envelope = await attest(receipts[1]!, keys)
    const trusted = { keys: await keyIds() }
    const [signature] = envelope.signatures
    const bad: Record<string, [unknown, string]> = {
      'another type': [{ ...envelope, payloadType: 'application/json' }, 'ENVELOPE_UNTRUSTED'],
      'another payload': [{ ...envelope, payload: (await attest(receipts[2]!, keys)).payload }, 'ENVELOPE_UNTRUSTED'],
      'no signature': [{ ...envelope, signatures: [] }, 'ENVELOPE_MALFORMED'],
      'a key without name': [{ ...envelope, signatures: [{ sig: signature!.sig }] }, 'ENVELOPE_UNTRUSTED'],
      'a wrong one beside the right one': [
        { ...envelope, signatures: [signature, { ...signature, sig: 'AAAA' }] },
        'ENVELOPE_UNTRUSTED',
      ],
      'base64 of another spelling': [{ ...envelope, payload: `${envelope.payload} ` }, 'ENVELOPE_MALFORMED'],
      nothing: [null, 'ENVELOPE_MALFORMED'],
    }
    for (const [what, [given, code]] of Object.entries(bad))
      expect(
        codeOf(() => verifyAttestation(given, trusted)),
        what,
      ).toBe(code)
    expect(codeOf(() => verifyAttestation(envelope, { keys: [] }))).toBe('ENVELOPE_UNTRUSTED')
  })

  it('is about the receipt that it carries', async () => {
    const { signDsse } = await import('../../src/interchange/index.js')
    const { receiptStatement } = await import('../../src/interchange/in-toto.js')
    const statement = receiptStatement(receipts[1]!)
    const other = receiptStatement(receipts[2]!)
    const sealed = async (given: unknown) =>
      signDsse('application/vnd.in-toto+json', new TextEncoder().encode(JSON.stringify(given)), keys)
    const trusted = { keys: await keyIds() }
    const bad = [
      { ...statement, subject: other.subject },
      { ...statement, subject: [...statement.subject, ...other.subject] },
      { ...statement, predicateType: 'https://slsa.dev/provenance/v1' },
      { ...statement, _type: 'https://in-toto.io/Statement/v0.1' },
      { ...statement, predicate: { ...statement.predicate, receiptId: other.predicate.receiptId } },
      { ...statement, predicate: null },
      null,
    ]
    for (const given of bad) {
      const envelope = await sealed(given)
      expect(openDsse(envelope, trusted.keys).payload.length).toBeGreaterThan(0)
      expect(codeOf(() => verifyAttestation(envelope, trusted))).toBe('ENVELOPE_MALFORMED')
    }
    expect(codeOf(() => verifyAttestation({} as DsseEnvelope, trusted))).toBe('ENVELOPE_MALFORMED')
  })
})

describe('a cloud event', () => {
  const source = 'https://acme.example/credit'

  it('gives back the receipt, also by way of the CloudEvents SDK', async () => {
    for (const receipt of receipts) {
      const event = cloudEvent(receipt, { source })
      expect(receiptOfEvent(JSON.parse(JSON.stringify(event)))).toBe(lineOf(receipt))
      // the SDK checks the event against the specification when it is made
      const message = HTTP.structured(new CloudEvent({ ...event }, true))
      const received = HTTP.toEvent({ headers: message.headers, body: message.body as string })
      const line = receiptOfEvent(JSON.parse(JSON.stringify(received)))
      expect(line).toBe(lineOf(receipt))
      expect(verdictOf(line)).toBe('VALID')
    }
  })

  it('is named by its source and id, so that a repeated one shows', () => {
    const named = receipts
      .map((receipt) => cloudEvent(receipt, { source }))
      .map((event) => `${event.source} ${event.id}`)
    expect(new Set(named).size).toBe(receipts.length)
    for (const bad of ['', 'a b', 'https://x/', undefined as never])
      expect(() => cloudEvent(receipts[0]!, { source: bad })).toThrow(RangeError)
  })

  it('is refused where its attributes are not those of its receipt', () => {
    const event = cloudEvent(receipts[1]!, { source })
    const other = cloudEvent(receipts[2]!, { source })
    for (const name of ['id', 'subject', 'time', 'data', 'type', 'specversion', 'datacontenttype', 'source'] as const) {
      const value =
        name === 'type' || name.startsWith('spec') || name.startsWith('datac') || name === 'source' ? 'x' : other[name]
      expect(
        codeOf(() => receiptOfEvent({ ...event, [name]: value })),
        name,
      ).toBe('ENVELOPE_MALFORMED')
    }
  })

  it('never crashes on what a stranger sent', () => {
    fc.assert(
      fc.property(fc.anything(), (event) => {
        expect(codeOf(() => receiptOfEvent(event))).toBe('ENVELOPE_MALFORMED')
        expect(codeOf(() => verifyAttestation(event, { keys: [] }))).toBe('ENVELOPE_MALFORMED')
      }),
    )
  })
})
