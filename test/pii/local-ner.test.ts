/** The example with a local model, over a double of the pipeline: tokens of the shape that transformers.js gives. */
import { describe, expect, it } from 'vitest'
import { nerDetector } from '../../examples/local-ner.js'
import { externalDetectorConformance } from '../../src/testing/detector-conformance.js'

const people = new Set(['Ada', 'Lovelace', 'Jürgen', 'Beispiel'])

/** Splits as a tokenizer does: words, word pieces of five letters with `##`, punctuation of its own. */
function classifier(limit = Number.POSITIVE_INFINITY) {
  const seen: string[] = []
  const call = async (text: string) => {
    seen.push(text)
    const words = text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []
    let inside = false
    const tokens = words.flatMap((word) => {
      const isName = people.has(word)
      const pieces = word.match(/.{1,5}/gu) ?? []
      const labelled = pieces.map((piece, index) => ({
        word: index === 0 ? piece : `##${piece}`,
        entity: isName ? (inside || index > 0 ? 'I-PER' : 'B-PER') : 'O',
        score: 0.98,
        index,
      }))
      inside = isName
      return labelled
    })
    return tokens.slice(0, limit)
  }
  return { call, seen }
}

const signal = new AbortController().signal

describe('the example with a local model', () => {
  const make = async () => nerDetector(classifier().call, { model: 'double@1' })
  const examples = {
    finds: [{ text: 'Ask Jürgen Beispiel or Ada Lovelace.', values: ['Jürgen Beispiel', 'Ada Lovelace'] }],
  }
  for (const { name, run } of externalDetectorConformance(make, examples)) it(name, run)

  it('reads a long text in pieces that overlap, so that a name at an edge is found', async () => {
    const { call, seen } = classifier()
    for (let before = 560; before < 620; before += 1) {
      const text = `${'word '.repeat(200).slice(0, before)} Ada Lovelace and more`
      const found = await nerDetector(call, { model: 'double@1' }).detect(text, { signal })
      expect(found.map(({ start, end }) => text.slice(start, end))).toContain('Ada Lovelace')
    }
    expect(Math.max(...seen.map((piece) => piece.length))).toBe(600)
  })

  it('refuses what the model did not read to the end', async () => {
    await expect(
      nerDetector(classifier(10).call, { model: 'double@1' }).detect('word '.repeat(50), { signal }),
    ).rejects.toThrow('did not read')
  })
})
