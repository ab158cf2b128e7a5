import type { Detector } from '../detector.js'

/**
 * @returns the detector of CREDIT_CARD
 */
export function creditCard(): Detector {
  return {
    name: 'credit-card',
    version: '1',
    types: ['CREDIT_CARD'],
    find() {},
  }
}
