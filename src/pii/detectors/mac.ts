import type { Detector } from '../detector.js'

/**
 * @returns the detector of MAC
 */
export function mac(): Detector {
  return {
    name: 'mac',
    version: '1',
    types: ['MAC'],
    find() {},
  }
}
