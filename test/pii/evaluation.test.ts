/** What `npm run bench:pii` measures must hold: a share of the generated texts, all texts labelled by hand, all public cases. */
import { describe, expect, it } from 'vitest'
import { generate, templates } from '../../bench/pii/generator/generate.js'
import { compile, handLabelled } from '../../bench/pii/labelled.js'
import { recogniserTexts } from '../../bench/pii/recognisers.js'
import { type Figures, precision, recall, score, targets } from '../../bench/pii/score.js'
import { defaultTypes, piiRedactor } from '../../src/pii/index.js'

const redactor = piiRedactor()
const analyse = (text: string) => redactor.analyse(text)

const shortOf = (figures: readonly Figures[], aims: (typeof targets)['hand']): string[] =>
  figures.flatMap((figure) => {
    const aim = aims[figure.type]
    if (!aim) return []
    return [
      ...(recall(figure) < aim.recall ? [`${figure.type} recall ${recall(figure).toFixed(3)} < ${aim.recall}`] : []),
      ...(precision(figure) < aim.precision
        ? [`${figure.type} precision ${precision(figure).toFixed(3)} < ${aim.precision}`]
        : []),
    ]
  })

describe('the data', () => {
  it('is what was promised: templates, languages, texts with and without personal data', () => {
    expect(templates().length).toBeGreaterThanOrEqual(300)
    expect(new Set(templates().map(({ lang }) => lang))).toEqual(new Set(['any', 'de', 'en', 'es', 'fr', 'it', 'nl']))
    const texts = handLabelled()
    expect(texts.length).toBeGreaterThanOrEqual(300)
    expect(texts.filter(({ spans }) => spans.length === 0).length).toBeGreaterThanOrEqual(100)
    for (const type of defaultTypes)
      expect(
        texts.flatMap(({ spans }) => spans).filter((span) => span.type === type).length,
        type,
      ).toBeGreaterThanOrEqual(40)
  })

  it('is the same for the same seed and another for another one', () => {
    expect(generate({ seed: 3, count: 700 })).toEqual(generate({ seed: 3, count: 700 }))
    expect(generate({ seed: 3, count: 700 })).not.toEqual(generate({ seed: 4, count: 700 }))
  })

  it('counts offsets in UTF-16 units, also behind astral characters', () => {
    const { text, spans } = compile('😱 {{EMAIL|a@example.com}}, ⟦1F600⟧ {{IP|192.0.2.1}}')
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['a@example.com', '192.0.2.1'])
  })

  it('scores a find only with the right type and the exact span', () => {
    const label = { type: 'EMAIL', start: 3, end: 10 }
    const texts = [{ id: '1', lang: 'en', text: 'to a@b.example or so', spans: [label] }]
    const figures = (finding: { type: string; start: number; end: number }) =>
      score(texts, ['EMAIL', 'IP'], () => [finding]).figures[0]
    expect(figures(label)).toEqual({ type: 'EMAIL', n: 1, found: 1, exact: 1, covered: 1 })
    expect(figures({ ...label, end: 9 })).toEqual({ type: 'EMAIL', n: 1, found: 1, exact: 0, covered: 0 })
    expect(figures({ ...label, start: 2 })).toEqual({ type: 'EMAIL', n: 1, found: 1, exact: 0, covered: 1 })
    expect(figures({ ...label, type: 'IP' })).toEqual({ type: 'EMAIL', n: 1, found: 0, exact: 0, covered: 1 })
  })
})

/** Other projects draw some lines elsewhere, and a type has a dozen cases there: one or two may part. */
const elsewhere = Object.fromEntries(defaultTypes.map((type) => [type, { recall: 0.93, precision: 0.93 }]))

describe('recall and precision of the default types', () => {
  it('hold on generated texts', () => {
    const texts = generate({ seed: 20, count: 2_400 })
    expect(shortOf(score(texts, defaultTypes, analyse).figures, targets.generated)).toEqual([])
  })

  it('hold on the texts labelled by hand', () => {
    expect(shortOf(score(handLabelled(), defaultTypes, analyse).figures, targets.hand)).toEqual([])
  })

  it('hold on the cases of other projects', () => {
    expect(shortOf(score(recogniserTexts(), defaultTypes, analyse).figures, elsewhere)).toEqual([])
  })
})
