import type { Detector } from '../detector.js'

/**
 * @returns the detector of DATE_OF_BIRTH
 */
export function dateOfBirth(): Detector {
  return {
    name: 'date-of-birth',
    version: '1',
    types: ['DATE_OF_BIRTH'],
    find() {},
  }
}
