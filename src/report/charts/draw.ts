/** Draws any chart. */
import { drawActions } from './actions.js'
import { drawChainMap } from './chain-map.js'
import { drawDistribution } from './distribution.js'
import type { DrawOptions } from './options.js'
import { drawRate } from './rate.js'
import { drawRates } from './rates.js'
import { drawSprt } from './sprt.js'
import type { Chart, Drawing } from './types.js'

/**
 * Turns a chart into marks, the same for the same data.
 *
 * @param chart - what is to be shown; where there is nothing, the drawing says so
 * @param options - `width` in the drawing's units, at least 300, and the language
 * @returns marks inside the drawing, in the order in which they are painted; its height follows from the data
 * @throws RangeError when the width is not from 300 to 10,000
 */
export function drawChart(chart: Chart, options: DrawOptions): Drawing {
  if (!(options.width >= 300 && options.width <= 10_000)) throw new RangeError('width must be from 300 to 10,000')
  switch (chart.kind) {
    case 'rate':
      return drawRate(chart, options)
    case 'sprt':
      return drawSprt(chart, options)
    case 'actions':
      return drawActions(chart, options)
    case 'distribution':
      return drawDistribution(chart, options)
    case 'rates':
      return drawRates(chart, options)
    case 'chain-map':
      return drawChainMap(chart, options)
  }
}
