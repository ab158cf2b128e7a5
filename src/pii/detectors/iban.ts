import type { Detector } from '../detector.js'

/**
 * @returns the detector of IBAN
 */
export function iban(): Detector {
  return {
    name: 'iban',
    version: '1',
    types: ['IBAN'],
    find() {},
  }
}
