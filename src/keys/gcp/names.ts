/** Letters, digits, `_` and `-`; a project may also be `domain:name`. */
const keyPattern =
  /^projects\/[a-z0-9][a-z0-9.:-]{0,127}\/locations\/[a-z0-9-]{1,63}\/keyRings\/[A-Za-z0-9_-]{1,63}\/cryptoKeys\/[A-Za-z0-9_-]{1,63}$/
const versionPattern = /^(.+)\/cryptoKeyVersions\/([1-9][0-9]{0,17})$/

/**
 * @param name - a resource name
 * @returns whether it is the full name of a key: `projects/…/locations/…/keyRings/…/cryptoKeys/…`
 */
export function isKeyName(name: unknown): name is string {
  return typeof name === 'string' && keyPattern.test(name)
}

/**
 * @param name - a resource name
 * @returns the number of the key version that it names; `undefined` where it is not the full name of one
 */
export function versionOf(name: unknown): number | undefined {
  const [, key, version] = (typeof name === 'string' ? versionPattern.exec(name) : undefined) ?? []
  return isKeyName(key) ? Number(version) : undefined
}
