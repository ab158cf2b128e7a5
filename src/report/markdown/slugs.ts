/** Names of headings as GitHub makes them, so that a way to a section leads there. */

/** Gives each heading its name. */
export interface Slugs {
  /**
   * @param heading - Its text, without mark-up.
   * @returns The name: another one for each call.
   */
  of(heading: string): string
}

/** @returns A giver of names that has given none. */
export function createSlugs(): Slugs {
  const given = new Map<string, number>()
  return {
    of(heading) {
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
        .replaceAll(' ', '-')
      let unique = slug
      while (given.has(unique)) {
        const count = (given.get(slug) ?? 0) + 1
        given.set(slug, count)
        unique = `${slug}-${count}`
      }
      given.set(unique, 0)
      return unique
    },
  }
}
