import type { Detector } from '../../pii/detector.js'
import { defaultTypes, piiRedactor } from '../../pii/index.js'

const introduction = /\bI am (\p{Lu}\p{L}{1,40} \p{Lu}\p{L}{1,40})/gu

/** A detector of one's own: names are found where these invented applicants introduce themselves. */
const introduced: Detector = {
  name: 'demo-introduction',
  version: '1',
  types: ['PERSON'],
  find({ text }, report) {
    for (const { index, 0: whole, 1: name = '' } of text.matchAll(introduction)) {
      const start = index + whole.length - name.length
      report(start, start + name.length, 'PERSON', 0.9, 'behind "I am"')
    }
  },
}

/** The types that are looked for where nothing else is said, and who introduces themselves. */
export const demoRedactor = piiRedactor({ detectors: [...defaultTypes, introduced] })
