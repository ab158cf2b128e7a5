/** Numbers that a state gives to one person: identity, social security, health and personal tax. */
import type { Detector } from '../detector.js'
import { persons } from './ids/persons.js'
import { idDetector } from './ids/scan.js'

/**
 * @returns the detector of NATIONAL_ID
 */
export function nationalId(): Detector {
  return idDetector('national-id', '1', 'NATIONAL_ID', () => persons)
}
