import type { Detector } from '../detector.js'

/**
 * @returns the detector of PHONE
 */
export function phone(): Detector {
  return {
    name: 'phone',
    version: '1',
    types: ['PHONE'],
    find() {},
  }
}
