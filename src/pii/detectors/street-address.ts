import type { Detector } from '../detector.js'

/**
 * @returns the detector of STREET_ADDRESS
 */
export function streetAddress(): Detector {
  return {
    name: 'street-address',
    version: '1',
    types: ['STREET_ADDRESS'],
    find() {},
  }
}
