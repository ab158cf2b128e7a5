import type { Detector } from '../detector.js'

/**
 * @returns the detector of GEO
 */
export function geo(): Detector {
  return {
    name: 'geo',
    version: '1',
    types: ['GEO'],
    find() {},
  }
}
