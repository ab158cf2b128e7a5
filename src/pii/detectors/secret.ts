import type { Detector } from '../detector.js'

/**
 * @returns the detector of SECRET
 */
export function secret(): Detector {
  return {
    name: 'secret',
    version: '1',
    types: ['SECRET'],
    find() {},
  }
}
