/** For how long receipts are kept: the floor, and periods that some laws name. Starting points for counsel, not advice. */

/**
 * The fewest days that a ledger keeps receipts unless it is told otherwise in so many words: the longest six calendar
 * months. Regulation (EU) 2024/1689, Art. 19(1) and 26(6), has automatically generated logs kept for at least six months.
 */
export const RETENTION_FLOOR_DAYS = 184

/** A period that a law names, and what to know before using it. */
export interface RetentionPreset {
  /** For `retentionDays`: the longest that the period can be, leap days included. */
  readonly days: number
  /** Where the period stands. */
  readonly basis: string
  /** What it covers, when it begins, and what it leaves open. */
  readonly note: string
}

/**
 * Periods for `retentionDays`, each with its legal basis. They promise nothing: whether a law applies, when its period
 * begins and what else must be kept or removed is a question for counsel. A period is not a permission either: personal
 * data may not be kept for longer than its purpose needs (Regulation (EU) 2016/679, Art. 5(1)(e)).
 *
 * @example
 * ```ts
 * import { retentionPresets } from 'quittance'
 * const { days, basis } = retentionPresets.medical
 * console.log(days, basis)
 * ```
 */
export const retentionPresets = Object.freeze({
  general: Object.freeze({
    days: RETENTION_FLOOR_DAYS,
    basis: 'Regulation (EU) 2024/1689, Art. 19(1) and Art. 26(6)',
    note:
      'At least six months for the automatically generated logs of high-risk AI systems under the control of a provider or ' +
      'deployer. The period must suit the intended purpose, so that more may be needed; other Union or national law may say otherwise.',
  }),
  mifid: Object.freeze({
    days: 1827,
    basis: 'Directive 2014/65/EU (MiFID II), Art. 16(7)',
    note:
      'Five years for recorded telephone conversations and electronic communications about client orders. Whether a receipt ' +
      'belongs to such a record depends on the service. Use mifidOnRequest where the authority asks for more.',
  }),
  mifidOnRequest: Object.freeze({
    days: 2557,
    basis: 'Directive 2014/65/EU (MiFID II), Art. 16(7)',
    note: 'Up to seven years, where the competent authority asks for it.',
  }),
  medical: Object.freeze({
    days: 3653,
    basis: 'Germany: section 630f(3) BGB',
    note:
      'Ten years for the patient record, counted from the end of the treatment, not from the receipt: add the length of the ' +
      'treatment. Other provisions name other periods, some longer; other countries have their own.',
  }),
  employment: Object.freeze({
    days: 1461,
    basis: 'Germany: sections 195 and 199(1) BGB',
    note:
      'The regular limitation period of three years. It begins at the end of a year, so that up to four years pass from the ' +
      'receipt, and later still where the claim was not known. It is no duty to keep anything, it differs by country, and ' +
      'shorter periods apply to some claims.',
  }),
} as const satisfies Readonly<Record<string, RetentionPreset>>)
