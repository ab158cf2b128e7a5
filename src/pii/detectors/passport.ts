import type { Detector } from '../detector.js'

/**
 * @returns the detector of PASSPORT
 */
export function passport(): Detector {
  return {
    name: 'passport',
    version: '1',
    types: ['PASSPORT'],
    find() {},
  }
}
