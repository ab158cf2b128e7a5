import { proofPage } from '../../report/proof-page.js'
import { type AddCommand, examples } from '../context.js'
import type { ExitCode, Io } from '../io.js'
import { printable, printableJson } from '../printable.js'
import { once, oneOf } from '../values.js'
import { writePublic } from '../write-public.js'

interface Options {
  readonly out: string
  readonly lang?: 'en' | 'de' | undefined
  readonly json?: true | undefined
}

const help = examples([
  'quittance proof-page --out proof.html',
  'a page for everybody who gets proofs of decisions: publish it where they would look for you, not beside the proofs',
])

async function page({ out, lang, json }: Options, io: Io): Promise<ExitCode> {
  const text = proofPage({ locale: lang })
  await writePublic(io, text, out, (head) => /^<!doctype html>/i.test(head))
  const bytes = Buffer.byteLength(text)
  io.stdout.write(json ? printableJson({ file: out, bytes }) : `${printable(out)}  ${bytes} bytes\n`)
  return 0
}

/** `quittance proof-page` */
export const addProofPage: AddCommand = (program, { io, exit }) => {
  program
    .command('proof-page')
    .summary('write a page that verifies proofs')
    .description(
      'Writes one self-contained HTML page on which anybody verifies a proof of one decision in a browser, without a network. It ' +
        'brings no keys: the reader gives keyring and policy.',
    )
    .requiredOption('--out <file>', 'the file to write, such as proof.html', once(String))
    .option('--lang <language>', 'en (the default) or de', oneOf(['en', 'de']))
    .option('--json', 'print {file, bytes} as one line of JSON')
    .addHelpText('after', help)
    .action(async (options: Options) => exit(await page(options, io)))
}
