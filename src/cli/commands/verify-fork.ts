import { QuittanceError } from '../../errors.js'
import { decodeUtf8 } from '../../primitives/bytes.js'
import { base64Of } from '../../tlog/lines.js'
import type { NoteKey } from '../../tlog/vkey.js'
import { type Fork, verifyForkProof } from '../../transparency/witness/fork-proof.js'
import { type AddCommand, examples } from '../context.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { addLogOptions, type LogOptions, logKeysOf, smallFile } from '../log-keys.js'
import { printable, printableJson } from '../printable.js'
import { exitCodeOf } from '../verdict.js'

interface Options extends LogOptions {
  readonly json?: true | undefined
}

type Judged =
  | { readonly verdict: 'VALID'; readonly fork: Fork }
  | { readonly verdict: 'INVALID' | 'INCOMPLETE'; readonly message: string }

const help = examples(
  [
    'quittance verify-fork witness/evidence/fork-….json --log VKEY',
    'answers 0 when the log of that key has signed two histories',
  ],
  ['quittance verify-fork fork.json --policy policy.txt --json', 'the logs of a policy file, for a program'],
)

function judge(text: string | undefined, logs: readonly NoteKey[]): Judged {
  try {
    if (text === undefined) return { verdict: 'INVALID', message: 'it is not UTF-8' }
    return { verdict: 'VALID', fork: verifyForkProof(text, logs) }
  } catch (error) {
    if (QuittanceError.is(error, 'TLOG_MALFORMED')) return { verdict: 'INVALID', message: error.message }
    if (!QuittanceError.is(error, 'TLOG_UNTRUSTED')) throw error
    // a key that nobody named may be anybody's
    return { verdict: error.details.reason === 'no-known-key' ? 'INCOMPLETE' : 'INVALID', message: error.message }
  }
}

async function verifyFork(file: string, options: Options, io: Io): Promise<ExitCode> {
  const logs = await logKeysOf(options, io)
  const judged = judge(decodeUtf8(await smallFile(file, io, 'fork proof')), logs)
  const { verdict } = judged
  const { red, yellow } = colorsFor(io, io.stdout)
  if (judged.verdict !== 'VALID') {
    const { message } = judged
    if (options.json) io.stdout.write(printableJson({ verdict, message }))
    else io.stdout.write(`${(verdict === 'INVALID' ? red : yellow)(verdict)}  ${printable(message)}\n`)
    return exitCodeOf(verdict)
  }
  const { origin, heads } = judged.fork
  const shown = heads.map(({ size, rootHash }) => ({ size, root: base64Of(rootHash) }))
  if (options.json) io.stdout.write(printableJson({ verdict, origin, heads: shown }))
  else {
    const lines = shown.map(({ size, root }) => `  size ${size}  root ${root}\n`)
    io.stdout.write(`VALID  the log ${printable(origin)} has signed two histories:\n${lines.join('')}`)
  }
  return exitCodeOf(verdict)
}

/** `quittance verify-fork FILE` */
export const addVerifyFork: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('verify-fork')
    .summary('check a proof that a log has signed two histories')
    .description(
      'Checks a fork proof, which a witness keeps as evidence or anybody makes of two checkpoints: VALID means that the log did ' +
        'sign two heads of which neither goes on from the other. Needs the keys of the log and nothing else.',
    )
    .argument('<file>', 'the fork proof')
  addLogOptions(command)
    .option('--json', 'print {verdict, origin, heads} as one line of JSON')
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => exit(await verifyFork(file, options, io)))
}
