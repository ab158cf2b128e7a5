import { describe, expect, it } from 'vitest'
import { chartStyles, drawChart, palettes, type Role, type Scheme } from '../../../src/report/charts/index.js'
import { washOf } from '../../../src/report/charts/palette.js'
import { kinds, samples } from './support/samples.js'

const schemes = ['light', 'dark', 'print'] as const

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

it('measures contrast as WCAG does: black on white is 21, #777 on white 4.48', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

describe.each(schemes)('palette for %s', (scheme: Scheme) => {
  const palette = palettes[scheme]
  const seen = (Object.keys(palette) as Role[]).filter((role) => role !== 'surface' && role !== 'grid')

  it('gives every role a colour in full', () => {
    for (const colour of Object.values(palette)) expect(colour).toMatch(/^#[0-9a-f]{6}$/)
  })

  it('reaches 3:1 against the surface for all that carries meaning', () => {
    for (const role of seen) expect([role, contrast(palette[role], palette.surface) >= 3]).toEqual([role, true])
  })

  it('reaches 4.5:1 for texts, on the surface and on what may lie behind them', () => {
    expect(contrast(palette.label, palette.surface)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(palette.label, washOf('band', scheme))).toBeGreaterThanOrEqual(4.5)
  })

  it('reaches 3:1 for lines that cross the band', () => {
    for (const role of ['line', 'limit', 'good', 'bad'] as const)
      expect([role, contrast(palette[role], washOf('band', scheme)) >= 3]).toEqual([role, true])
  })

  it('has no two series of one colour', () => {
    const series = seen.filter((role) => role.startsWith('series-')).map((role) => palette[role])
    expect(new Set(series).size).toBe(8)
  })
})

describe('chart styles', () => {
  const css = chartStyles()

  it('style every class that a chart uses, on the screen and in print', () => {
    const [screen, print] = css.split('@media print') as [string, string]
    for (const kind of kinds) {
      for (const mark of drawChart(samples[kind], { width: 720, locale: 'en' }).marks) {
        const selector = new RegExp(`\\.qc-${mark.role}[{,]`)
        expect(screen).toMatch(selector)
        expect(print).toMatch(selector)
      }
    }
  })

  it('name light first, for readers without light-dark()', () => {
    const { light, dark } = palettes
    expect(css).toContain(`{stroke:${light.line};stroke:light-dark(${light.line},${dark.line})}`)
  })

  it('ask for nothing from elsewhere, and stay inside their class', () => {
    expect(css).not.toMatch(/url\(|@import|@font-face/)
    for (const rule of css.match(/[^{}]+(?=\{)/g) ?? []) {
      for (const selector of rule.split(',')) expect(selector.trim()).toMatch(/^(\.qc($| )|@media print$)/)
    }
  })
})
