/** Charts: from data to marks, from marks to SVG. */
export { drawChart } from './draw.js'
export type { ChartOf, DrawOptions } from './options.js'
export { colourOf, lineWidthOf, type Paint, type Palette, paintOf, palettes, type Scheme } from './palette.js'
export { chartStyles, type SvgOptions, toSvg } from './svg.js'
export { drawTimeline, mostTimelineRows, type TimelineEvent } from './timeline.js'
export type { Chart, Drawing, Mark, Role } from './types.js'
