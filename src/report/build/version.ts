import { readFileSync } from 'node:fs'

/** Put in by the build, where modules stand elsewhere than their sources. */
declare const QUITTANCE_VERSION: string | undefined

let version: string | undefined

/** @returns the version of this package */
export function generatorVersion(): string {
  if (typeof QUITTANCE_VERSION === 'string') return QUITTANCE_VERSION
  if (version === undefined) {
    const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
    version = (JSON.parse(text) as { version: string }).version
  }
  return version
}
