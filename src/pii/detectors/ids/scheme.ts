/** What one kind of number looks like, how it is checked, and which words say that it is one. */

/** Kinds of numbers that general words speak of: `identity card`, `social security`, `health insurance`, `tax id`. */
export type Kind = 'identity' | 'social' | 'health' | 'tax'

/**
 * What the digits say: no such number; one; or one that is less sure alone by as much.
 *
 * @param id - without separators, letters in upper case, in the shape of one of the scheme's forms
 */
export type Check = (id: string) => boolean | number

/** One numbering scheme. */
export interface Scheme {
  /** Country and abbreviation; stands in the reason. */
  readonly name: string
  /**
   * Shapes, each with its score where no word beside it speaks for it: `9` a digit, `A` a letter, `*` either; space, `-`,
   * `.`, `/`, `+` and brackets as they are. Below the threshold of 0.5, a word is needed.
   */
  readonly forms: Readonly<Record<string, number>>
  /** Whether there is a check digit; without one, only words of its own or a very particular form will do. */
  readonly checked: boolean
  readonly check: Check
  /**
   * Words of its own. Lower case matches any case, upper case only upper case and labels (`sin:`). A `*` behind: the word
   * may go on.
   */
  readonly words: readonly string[]
  /** General words that speak for it too. */
  readonly kinds: readonly Kind[]
}

/**
 * @param forms - shapes
 * @param score - of each of them alone
 * @returns the forms of a scheme
 */
export function alike(score: number, ...forms: readonly string[]): Record<string, number> {
  return Object.fromEntries(forms.map((form) => [form, score]))
}
