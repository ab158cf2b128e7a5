import { type AddCommand, examples } from '../context.js'
import type { ExitCode, Io } from '../io.js'
import { printableJson } from '../printable.js'
import { addReportOptions, type CommonFlags } from '../report/common-flags.js'
import { figuresText } from '../report/figures-text.js'
import { makeReport } from '../report/make.js'
import { exitCodeOf } from '../verdict.js'

const help = examples(
  ['quittance stats ./receipts --chain acme --keyring keyring.json --period 2026-Q1', 'the figures of one quarter'],
  [
    'quittance stats ./receipts --chain acme --keyring keyring.json --period 2026 --failure action:reject --p0 0.1 --p1 0.2',
    'a rejection is the failure that is tested',
  ],
)

async function stats(target: string | undefined, flags: CommonFlags, io: Io): Promise<ExitCode> {
  const { report } = await makeReport(target, flags, { embed: 0 }, io)
  const { verdict, asOf, period, parameters, chains, figures } = report
  io.stdout.write(
    flags.json ? printableJson({ verdict, asOf, period, parameters, chains, figures }) : figuresText(report, io),
  )
  return exitCodeOf(verdict)
}

/** `quittance stats FILE|DIR|URL|-` */
export const addStats: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('stats')
    .summary('print the figures of a period')
    .description(
      'Verifies chains, then prints figures of a period: rates with their sample size and interval, tests, times. Only receipts that ' +
        'hold are counted.',
    )
    .argument('[target]', 'FILE, DIR, store URL, or - for stdin')
  addReportOptions(command)
    .option('--json', 'print the figures as one line of JSON')
    .addHelpText('after', help)
    .action(async (target: string | undefined, flags: CommonFlags) => exit(await stats(target, flags, io)))
}
