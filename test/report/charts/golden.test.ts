/** The SVG of one chart a kind, kept after it was looked at. */
import { describe, expect, it } from 'vitest'
import { drawChart, toSvg } from '../../../src/report/charts/index.js'
import { kinds, samples } from './support/samples.js'

describe.each(kinds)('golden SVG of %s', (kind) => {
  it.each(['en', 'de'] as const)('in %s', async (locale) => {
    const svg = toSvg(drawChart(samples[kind], { width: 720, locale }), {
      id: kind,
      title: kind,
      description: 'A sample.',
    })
    await expect(`${svg}\n`).toMatchFileSnapshot(`golden/${kind}.${locale}.svg`)
  })
})
