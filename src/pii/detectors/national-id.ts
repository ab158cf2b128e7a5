import type { Detector } from '../detector.js'

/**
 * @returns the detector of NATIONAL_ID
 */
export function nationalId(): Detector {
  return {
    name: 'national-id',
    version: '1',
    types: ['NATIONAL_ID'],
    find() {},
  }
}
