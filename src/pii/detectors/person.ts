import type { Detector } from '../detector.js'

/**
 * @returns the detector of PERSON
 */
export function person(): Detector {
  return {
    name: 'person',
    version: '1',
    types: ['PERSON'],
    find() {},
  }
}
