/** Something that happened to the files and that nobody asked for. */
export interface FileStoreNotice {
  /**
   * `TORN_LINE_SET_ASIDE`: a file ended with what a crash had cut off. It was never acknowledged; it was moved to `file`,
   * and the chain goes on behind its last whole line. `DAMAGE_SET_ASIDE`: a damaged file that the caller had named in
   * `acceptDamaged` is `file` now, and the chain goes on behind its last good line. `INDEX_NOT_WRITTEN`: no index could be
   * written for a segment; it is read whole where the index would have been asked.
   */
  readonly code: 'TORN_LINE_SET_ASIDE' | 'DAMAGE_SET_ASIDE' | 'INDEX_NOT_WRITTEN'
  readonly chainId: string
  /** What was set aside is there now, and may hold free text: remove it once it was looked at. */
  readonly file: string
  /** Of what was set aside, or of the index. */
  readonly bytes: number
  /** The system's code, where a failure of it is the reason. */
  readonly reason?: string | undefined
}

const sentences: Readonly<Record<FileStoreNotice['code'], (notice: FileStoreNotice) => string>> = {
  TORN_LINE_SET_ASIDE: ({ file, bytes }) => `a torn last line of ${bytes} bytes was set aside in ${file}`,
  DAMAGE_SET_ASIDE: ({ file, bytes }) => `a file with ${bytes} damaged bytes was set aside as ${file}`,
  INDEX_NOT_WRITTEN: ({ file, reason }) => `the index ${file} could not be written (${reason})`,
}

/**
 * Tells everyone who listens; the process, where nobody does.
 *
 * @param listeners - who listens
 * @param notice - what happened
 */
export function notify(listeners: ReadonlySet<(notice: FileStoreNotice) => void>, notice: FileStoreNotice): void {
  const { code } = notice
  if (listeners.size === 0) process.emitWarning(sentences[code](notice), { type: 'QuittanceWarning', code })
  for (const listener of listeners) listener(notice)
}
