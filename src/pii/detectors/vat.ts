import type { Detector } from '../detector.js'

/**
 * @returns the detector of VAT
 */
export function vat(): Detector {
  return {
    name: 'vat',
    version: '1',
    types: ['VAT'],
    find() {},
  }
}
