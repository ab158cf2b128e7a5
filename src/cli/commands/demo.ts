import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { type ExitCode, type Io, pathFrom } from '../io.js'
import { once } from '../values.js'

interface Options {
  readonly dir?: string | undefined
  readonly redis?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance demo', 'runs in a new temporary folder and says where'],
  ['quittance demo --dir ./demo-output', 'leaves its files there'],
  ['quittance demo --redis redis://localhost:6379', 'keeps its receipts in Redis, under a prefix of their own'],
)

async function demo(options: Options, io: Io): Promise<ExitCode> {
  const dir = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'quittance-demo-')) : pathFrom(io, options.dir)
  // loaded only here: nobody else pays for it
  const { runDemo } = await import('../demo/run.js')
  try {
    const code = await runDemo({
      dir,
      redis: options.redis,
      json: options.json === true,
      write: (text) => void io.stdout.write(text),
    })
    return code === 0 ? 0 : 1
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}

/** `quittance demo` */
export const addDemo: AddCommand = (program, { io, exit }) => {
  program
    .command('demo')
    .summary('see it work')
    .description(
      'Seals receipts of an invented service in a file store, or in Redis, verifies them, falsifies copies and shows what was caught.',
    )
    .option(
      '--dir <dir>',
      'where to leave the files; empty, or of an earlier demo (default a new temporary folder)',
      once(String),
    )
    .option('--redis <url>', 'keep the receipts in this Redis: redis://[user:password@]host[:port][/db]', once(String))
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => exit(await demo(options, io)))
}
