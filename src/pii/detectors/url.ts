import type { Detector } from '../detector.js'

/**
 * @returns the detector of URL
 */
export function url(): Detector {
  return {
    name: 'url',
    version: '1',
    types: ['URL'],
    find() {},
  }
}
