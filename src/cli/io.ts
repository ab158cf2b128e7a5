import { resolve } from 'node:path'
import picocolors from 'picocolors'

type Colors = ReturnType<typeof picocolors.createColors>

/** Where text goes. */
export interface Output {
  write(text: string): unknown
  /** True on a terminal. */
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** @returns when what was written is on its way; `undefined` where nothing waits */
  drained?(): Promise<void> | undefined
  /** Aborted when nobody reads any more: what is written from then on is lost. */
  readonly gone?: AbortSignal | undefined
}

/** All that a command sees of the process, so that a test can hand it something else. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: AsyncIterable<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** What relative paths start from. */
  readonly cwd: string
  /** Milliseconds, for the progress line; default the clock. */
  readonly now?: (() => number) | undefined
  /** Aborted when the process is asked to end. Whoever looks at it ends it: nobody else will. */
  readonly interrupted?: AbortSignal | undefined
}

/** What `quittance` answers: see docs/cli.md. */
export type ExitCode = 0 | 1 | 2 | 3

/**
 * @param io - the process
 * @param output - where the text goes
 * @returns colours, or functions that do nothing; `NO_COLOR` wins over `FORCE_COLOR`, which wins over the terminal
 */
export function colorsFor(io: Io, output: Output): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = io.env
  if (NO_COLOR) return picocolors.createColors(false)
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') {
    return picocolors.createColors(FORCE_COLOR !== '0' && FORCE_COLOR !== 'false')
  }
  return picocolors.createColors(output.isTTY === true && TERM !== 'dumb')
}

/**
 * @param io - the process
 * @param file - a path as it was typed
 * @returns the path from the root
 */
export function pathFrom(io: Io, file: string): string {
  return resolve(io.cwd, file)
}
