import type { Command } from 'commander'
import { type Context, examples } from '../../context.js'
import { entryText, stateOf } from '../../entry-text.js'
import { colorsFor, type Io } from '../../io.js'
import { printableJson } from '../../printable.js'
import { trustFor } from '../../trust-flags.js'
import { instant, once } from '../../values.js'

interface Options {
  readonly now?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance keyring show keyring.json', 'one key a line: whether it counts now, what it may sign, where and when'],
  ['quittance keyring show keyring.json --now 2026-03-02', 'as it stood on that day'],
)

async function show(file: string | undefined, options: Options, io: Io): Promise<void> {
  const { keyring } = await trustFor({ keyring: file }, io)
  const now = options.now ?? new Date(io.now?.() ?? Date.now()).toISOString()
  const keys = keyring.entries().map((entry) => ({ ...entry, state: stateOf(entry, now) }))
  if (options.json) {
    io.stdout.write(printableJson({ now, keys }))
    return
  }
  const { green, red, yellow } = colorsFor(io, io.stdout)
  const paint = { good: green, revoked: red, over: yellow, 'not yet': yellow }
  io.stdout.write(keys.map((entry) => `${paint[entry.state](entry.state.padEnd(7))}  ${entryText(entry)}\n`).join(''))
}

/** `quittance keyring show [FILE]` */
export function addKeyringShow(group: Command, { io }: Context): void {
  group
    .command('show')
    .summary('list the keys of a keyring')
    .description('Lists the public keys of a keyring: whether each counts now, and for what.')
    .argument('[keyring]', 'a keyring file; default the file in QUITTANCE_KEYRING')
    .option('--now <time>', 'as it stood then', once(instant))
    .option('--json', 'print {now, keys} as one line of JSON')
    .addHelpText('after', help)
    .action((file: string | undefined, options: Options) => show(file, options, io))
}
