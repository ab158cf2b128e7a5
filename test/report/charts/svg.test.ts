import { parseXml, XmlElement } from '@rgrove/parse-xml'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawChart, toSvg } from '../../../src/report/charts/index.js'
import { anyChart, name } from './support/arbitraries.js'
import { textsOf } from './support/inspect.js'
import { kinds, samples } from './support/samples.js'

function parse(svg: string) {
  const { root } = parseXml(svg)
  if (root === null) throw new Error('no element')
  const elements: XmlElement[] = []
  const walk = (element: XmlElement) => {
    elements.push(element)
    for (const child of element.children) if (child instanceof XmlElement) walk(child)
  }
  walk(root)
  return { root, elements }
}

const options = { id: 'chart-1', title: 'Rate', description: 'The rate over time.' }

it('would notice XML that is not well-formed', () => {
  expect(() => parse('<svg xmlns="http://www.w3.org/2000/svg"><text>a & b</text></svg>')).toThrow()
  expect(() => parse('<svg xmlns="http://www.w3.org/2000/svg"><text></svg>')).toThrow()
  expect(() => parse('<svg xmlns="http://www.w3.org/2000/svg"><text>\u0000</text></svg>')).toThrow()
})

describe.each(kinds)('SVG of %s', (kind) => {
  const { root, elements } = parse(toSvg(drawChart(samples[kind], { width: 720, locale: 'en' }), options))

  it('is an image with a name and a description', () => {
    expect(root.attributes.role).toBe('img')
    const named = (root.attributes['aria-labelledby'] ?? '').split(' ').map((id) => {
      const element = elements.find((candidate) => candidate.attributes.id === id)
      return [element?.name, element?.text]
    })
    expect(named).toEqual([
      ['title', 'Rate'],
      ['desc', 'The rate over time.'],
    ])
  })

  it('has only shapes, classes and geometry: no style, script, event or reference', () => {
    const tags = new Set(elements.map(({ name: tag }) => tag))
    const attributes = new Set(elements.flatMap((element) => Object.keys(element.attributes)))
    expect([...tags].filter((tag) => !/^(svg|title|desc|path|rect|circle|text)$/.test(tag))).toEqual([])
    const known = /^(xmlns|class|id|width|height|viewBox|role|aria-labelledby|d|x|y|cx|cy|r|font-size|text-anchor)$/
    expect([...attributes].filter((attribute) => !known.test(attribute))).toEqual([])
  })

  it('stays well-formed, with the same elements and texts, whatever the names', () => {
    fc.assert(
      fc.property(anyChart(kind), name, name, (chart, title, description) => {
        const drawing = drawChart(chart, { width: 600, locale: 'de' })
        const parsed = parse(toSvg(drawing, { id: 'x', title, description }))
        expect(parsed.elements).toHaveLength(drawing.marks.length + 3)
        const texts = parsed.elements.filter((element) => element.name === 'text').map(({ text }) => text)
        expect(texts).toEqual(textsOf(drawing).map(({ text }) => text))
      }),
      { numRuns: 100 },
    )
  })
})

describe('hostile strings', () => {
  const hostile = `</title><script>alert('x')</script>&amp;"]]>\u0000\u0007\ufffe\ud800`

  it('are text in the title, the description and the drawing', () => {
    const chart = { kind: 'rates', rows: [{ name: `<b onclick='x'>&`, count: 1, n: 2, rate: 0.5 }] } as const
    const svg = toSvg(drawChart(chart, { width: 600, locale: 'en' }), { id: 'x', title: hostile, description: hostile })
    const { elements } = parse(svg)
    const shown = `</title><script>alert('x')</script>&amp;"]]>\ufffd\ufffd\ufffd\ufffd`
    expect(elements.find((element) => element.name === 'title')?.text).toBe(shown)
    expect(elements.find((element) => element.name === 'desc')?.text).toBe(shown)
    expect(elements.find((element) => element.name === 'text')?.text).toBe(`<b onclick='x'>&`)
    expect(elements.some((element) => element.name === 'script')).toBe(false)
  })

  it('are refused as an id', () => {
    const drawing = drawChart(samples.rates, { width: 600, locale: 'en' })
    for (const id of ['', '1a', 'a b', 'a"', 'a\n', 'é'])
      expect(() => toSvg(drawing, { ...options, id })).toThrow(TypeError)
  })
})
