/** The largest of many checkpoints in a bucket, without listing all of them: names are in the order of sizes. */

/** A version of an object, as S3 lists it. */
export interface ListedVersion {
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
}

/** Behind which version a listing goes on; without one behind all versions of a name. */
export interface Marker {
  readonly key: string
  readonly version?: string | undefined
}

/** A page of a listing, in the order of names. */
export interface Page {
  readonly versions: readonly ListedVersion[]
  /** Where the next page begins; absent behind the last. */
  readonly next?: Marker | undefined
}

const SIZE_DIGITS = 16
const notePattern = /^([0-9]{16})\.[0-9a-f]{16}\.note$/
/** As many as S3 lists at once; the first step goes so far. */
const FIRST_STEP = 1_000

interface Reached {
  /** The largest size of which a note was seen, and its versions; absent where there is none. */
  readonly largest?: { readonly size: number; readonly versions: readonly ListedVersion[] } | undefined
  readonly more: boolean
}

/**
 * @param stem - what the names of an origin's objects begin with: before the size
 * @param list - lists from behind a version or a name on, which need not be there; without one from the beginning
 * @returns the versions of the largest note, deleted or not; none where there is no note
 */
export async function largestNote(
  stem: string,
  list: (after?: Marker) => Promise<Page>,
): Promise<readonly ListedVersion[]> {
  const sizeOf = ({ Key = '' }: ListedVersion): number | undefined => {
    const size = notePattern.exec(Key.slice(stem.length))?.[1]
    return size === undefined ? undefined : Number(size)
  }

  /** Goes on until a page has a note, or all were seen. */
  const from = async (size?: number): Promise<Reached> => {
    let after: Marker | undefined
    if (size !== undefined) after = { key: `${stem}${String(size).padStart(SIZE_DIGITS, '0')}` }
    for (;;) {
      const { versions, next } = await list(after)
      const sizes = versions.flatMap((one) => sizeOf(one) ?? [])
      if (sizes.length > 0) {
        const largest = Math.max(...sizes)
        const ofIt = versions.filter((one) => sizeOf(one) === largest)
        return { largest: { size: largest, versions: ofIt }, more: next !== undefined }
      }
      if (next === undefined) return { more: false }
      after = next
    }
  }

  let { largest: best, more } = await from()
  let step = FIRST_STEP
  /** No note is as large as this. */
  let above = Number.MAX_SAFE_INTEGER
  while (best !== undefined && more && best.size + 1 < above) {
    const next = Math.min(best.size + step, best.size + Math.ceil((above - best.size) / 2))
    const reached = await from(next)
    if (reached.largest === undefined) above = next
    else {
      best = reached.largest
      more = reached.more
      step *= 16
    }
  }
  return best?.versions ?? []
}
