/** Something that happened to the files and that nobody asked for. */
export interface FileStoreNotice {
  /**
   * `TORN_LINE_SET_ASIDE`: a file ended with what a crash had cut off. It was never acknowledged; it was moved to `file`,
   * and the chain goes on behind its last whole line.
   */
  readonly code: 'TORN_LINE_SET_ASIDE'
  readonly chainId: string
  /** Where it is now. It may hold free text: remove it once it was looked at. */
  readonly file: string
  readonly bytes: number
}

/**
 * Tells everyone who listens; the process, where nobody does.
 *
 * @param listeners - who listens
 * @param notice - what happened
 */
export function notify(listeners: ReadonlySet<(notice: FileStoreNotice) => void>, notice: FileStoreNotice): void {
  if (listeners.size === 0) {
    process.emitWarning(`a torn last line of ${notice.bytes} bytes was set aside in ${notice.file}`, {
      type: 'QuittanceWarning',
      code: notice.code,
    })
  }
  for (const listener of listeners) listener(notice)
}
