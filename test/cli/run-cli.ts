/** The CLI in this process, with everything it sees of the outside replaced. */
import type { ExitCode, Io } from '../../src/cli/io.js'
import { run } from '../../src/cli/run.js'

export interface CliOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string | Uint8Array
  /** Which streams are terminals. */
  readonly tty?: { readonly stdout?: boolean; readonly stderr?: boolean }
  readonly columns?: number
  readonly now?: () => number
  readonly interrupted?: AbortSignal
  /** Hears of what is written, as it is written. */
  readonly onOutput?: (name: 'stdout' | 'stderr', text: string) => void
}

export interface Transcript {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
}

export async function runCli(args: readonly string[], options: CliOptions): Promise<Transcript> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
      options.onOutput?.(name, text)
    },
    isTTY: options.tty?.[name] === true,
    columns: options.columns,
  })
  async function* stdin() {
    if (options.stdin !== undefined) yield Buffer.from(options.stdin)
  }
  const io: Io = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    stdin: stdin(),
    env: options.env ?? {},
    cwd: options.cwd,
    now: options.now,
    interrupted: options.interrupted,
  }
  const code = await run(args, io)
  return { code, ...written }
}
