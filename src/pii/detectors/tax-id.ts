/** Tax and register numbers of firms, or of persons and firms alike. */
import type { Detector } from '../detector.js'
import { idDetector } from './ids/scan.js'
import { taxpayers } from './ids/taxpayers.js'

/**
 * @returns the detector of TAX_ID
 */
export function taxId(): Detector {
  return idDetector('tax-id', '1', 'TAX_ID', () => taxpayers)
}
