/**
 * Refuses a member that nobody reads: a misspelt option would silently leave its default in force.
 *
 * @param given - the options as the caller gave them
 * @param known - every name there is
 * @param where - how the options are called in a message
 * @throws TypeError that names the member
 */
export function refuseUnknownMembers(given: object, known: Readonly<Record<string, true>>, where: string): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`${where} has no member ${JSON.stringify(name)}`)
  }
}
