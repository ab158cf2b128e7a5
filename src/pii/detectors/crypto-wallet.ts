import type { Detector } from '../detector.js'

/**
 * @returns the detector of CRYPTO_WALLET
 */
export function cryptoWallet(): Detector {
  return {
    name: 'crypto-wallet',
    version: '1',
    types: ['CRYPTO_WALLET'],
    find() {},
  }
}
