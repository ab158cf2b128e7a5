/** A text after redaction, and how many values of which type went. */
export interface RedactedText {
  readonly text: string
  /** Per type (`EMAIL`, `PHONE` …) the count of values replaced; absent or empty when nothing was found. */
  readonly counts?: Readonly<Record<string, number>> | undefined
}

/** What kind of text is being looked at, so that a redactor can choose its detectors. */
export interface RedactionContext {
  /** The member, as a path: `input`, `details.metadata.note`, `tags[2]`. */
  readonly path: string
  /**
   * `text`: content or free text, replaced by what comes back.
   * `identifier`: an id, never rewritten; a find refuses the receipt.
   * `machine`: an id that machines make (`traceId`, digests); numeric detectors are skipped, a find refuses the receipt.
   */
  readonly kind: 'text' | 'identifier' | 'machine'
  /** The same object for all texts of one receipt, so that one value can have one token in all of them. */
  readonly scope?: object | undefined
  /** Whose receipt it is, so that hashes and tokens of two tenants differ. */
  readonly tenantId?: string | undefined
}

/** A JSON value after redaction, and how many values of which type went. */
export interface RedactedValue {
  readonly value: unknown
  /** As in `RedactedText`. */
  readonly counts?: Readonly<Record<string, number>> | undefined
}

/**
 * Removes personal data from every text before it is hashed or stored. The ledger calls it; call sites can't bypass it.
 * A redactor that throws refuses the receipt: it fails closed.
 */
export interface Redactor {
  /** Its name, written into each receipt. */
  readonly name: string
  /** Its version, written into each receipt. */
  readonly version: string
  /** `sha256:…` over its configuration, so that a changed configuration shows in the receipts. */
  readonly configDigest: string
  /** Whether the counts of what was redacted go into the receipt; the values never do. */
  readonly countsInReceipt: boolean
  /**
   * @param text - one string, before NFC normalisation
   * @param context - where it stands and what it is
   * @returns the text with personal data replaced, and the counts
   */
  redact(text: string, context: RedactionContext): RedactedText | Promise<RedactedText>
  /**
   * Where a redactor has it, the ledger calls it for whole JSON values: `input` and `output` of kind `json`, the free
   * members of `details`, extensions. Without it each text and each name of the value goes through `redact`.
   *
   * @param value - frozen JSON
   * @param context - where it stands; the kind is `text`
   * @returns JSON with personal data replaced, and the counts; the value given is never changed
   */
  redactValue?(value: unknown, context: RedactionContext): RedactedValue | Promise<RedactedValue>
}
