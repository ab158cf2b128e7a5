/** Why an archive is none of ours, as a stable word. */
export type ArchiveReason =
  | 'not-zip'
  | 'name'
  | 'duplicate'
  | 'link'
  | 'encrypted'
  | 'method'
  | 'headers'
  | 'overlap'
  | 'hidden-data'
  | 'size'
  | 'checksum'
  | 'limit'

/** What is wrong with an archive; told as a problem, never thrown to a caller. */
export class ArchiveFault extends Error {
  readonly reason: ArchiveReason

  /**
   * @param reason - why
   * @param message - for people, without names from the data
   */
  constructor(reason: ArchiveReason, message: string) {
    super(message)
    this.reason = reason
  }
}
