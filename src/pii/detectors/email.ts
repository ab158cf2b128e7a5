import type { Detector } from '../detector.js'

/**
 * @returns the detector of EMAIL
 */
export function email(): Detector {
  return {
    name: 'email',
    version: '1',
    types: ['EMAIL'],
    find() {},
  }
}
