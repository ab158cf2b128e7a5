/** Every published vector: as bytes by the runtime's own way to lines, and as text through the public verifier. */
import { Keyring, verifyChain, verifyReceipt } from 'quittance/verify'
import { holds, same } from './same.mjs'

const bare = (findings) => findings.map(({ code, seq, line }) => ({ code, seq, line }))

/** What a result says, without its messages. */
const said = (result) => ({ ...result, problems: bare(result.problems), notices: bare(result.notices) })

/** The lines of a file, or nothing where it is no UTF-8 text of whole lines. */
function linesOf(bytes) {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const back = new TextEncoder().encode(text)
  if (back.length !== bytes.length || back.some((byte, index) => byte !== bytes[index]) || !text.endsWith('\n')) return
  return text.slice(0, -1).split('\n')
}

/**
 * @param vectors - each with `name`, `bytes`, `keyring`, `options`, `expected`
 * @param judge - how this runtime verifies bytes: (vector) => result
 * @returns the cases
 */
export function vectorCases(vectors, judge) {
  const cases = vectors.map((vector) => ({
    name: `vectors: ${vector.name}`,
    run: async () => same(said(await judge(vector)), vector.expected),
  }))
  for (const { name, bytes, keyring, options, expected } of vectors) {
    const lines = linesOf(bytes)
    if (lines === undefined) continue
    cases.push({
      name: `vectors as text: ${name}`,
      run: async () => same(said(await verifyChain(lines, { ...options, keyring: Keyring.parse(keyring) })), expected),
    })
  }
  const plain = vectors.find(({ name }) => name === 'valid/plain')
  const lines = linesOf(plain.bytes)
  const keyring = Keyring.parse(plain.keyring)
  return [
    ...cases,
    {
      name: 'vectors: one receipt by itself',
      async run() {
        for (const line of lines)
          same((await verifyReceipt(line, { ...plain.options, keyring })).problems, [], 'a receipt of the vector')
      },
    },
    {
      name: 'vectors: no bit of a valid chain can be changed',
      async run() {
        const bits = plain.bytes.length * 8
        for (let trial = 0; trial < 40; trial += 1) {
          const bit = (trial * 7919 + 13) % bits
          const bytes = plain.bytes.slice()
          bytes[bit >> 3] ^= 1 << (bit & 7)
          const { verdict } = await judge({ ...plain, bytes })
          holds(verdict !== 'VALID', `bit ${bit} changed is ${verdict}`)
        }
      },
    },
  ]
}
