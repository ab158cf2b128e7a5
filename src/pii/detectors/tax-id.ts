import type { Detector } from '../detector.js'

/**
 * @returns the detector of TAX_ID
 */
export function taxId(): Detector {
  return {
    name: 'tax-id',
    version: '1',
    types: ['TAX_ID'],
    find() {},
  }
}
