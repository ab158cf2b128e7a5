import type { Detector } from '../detector.js'

/**
 * @returns the detector of IP
 */
export function ip(): Detector {
  return {
    name: 'ip',
    version: '1',
    types: ['IP'],
    find() {},
  }
}
