import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
  readonly optionalDependencies: Readonly<Record<string, string>>
}

const manifest = (): Manifest => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

/** @returns this package's version */
export const packageVersion = (): string => manifest().version

/**
 * @param name - of a package
 * @returns true where it is installed together with this one, unless that was asked not to be
 */
export const comesAlong = (name: string): boolean => Object.hasOwn(manifest().optionalDependencies, name)
