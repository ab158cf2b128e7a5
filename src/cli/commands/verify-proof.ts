import type { DecisionProofResult } from '../../transparency/decision-proof-findings.js'
import { type VerifyDecisionProofOptions, verifyDecisionProof } from '../../transparency/decision-proof-verify.js'
import { type ProofLocale, proofWords } from '../../transparency/decision-proof-words.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { colorsFor, type ExitCode, type Io } from '../io.js'
import { certificatesIn, noteTrustFor, smallFile, tlogPolicyIn } from '../log-keys.js'
import { printable, printableJson } from '../printable.js'
import { addTrustOptions, type TrustOptions, trustFor } from '../trust-flags.js'
import { instant, once, oneOf } from '../values.js'
import { exitCodeOf, paintVerdict } from '../verdict.js'

interface Options extends TrustOptions {
  readonly policy: string
  readonly tsa?: readonly string[] | undefined
  readonly requireTimestamp?: true | undefined
  readonly now?: string | undefined
  readonly lang?: ProofLocale | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    'quittance verify-proof decision.tlog-proof --keyring keyring.json --policy policy.txt',
    'says what the file proves, and what it does not',
  ],
  [
    'quittance verify-proof decision.tlog-proof --keyring keyring.json --policy policy.txt --tsa authority.pem --require-timestamp',
    'INCOMPLETE unless a time-stamp authority that you trust saw it',
  ],
)

async function stampsFor(files: readonly string[], io: Io): Promise<VerifyDecisionProofOptions['timestamps']> {
  const authorities = await certificatesIn(files, io)
  // only who names authorities needs it
  const { verifyTimestamp } = await import('../../transparency/timestamp/index.js')
  return (token, message) => verifyTimestamp(token, message, { authorities })
}

function textOf(result: DecisionProofResult, origin: string, locale: ProofLocale, io: Io): string {
  const words = proofWords[locale]
  const { green, yellow } = colorsFor(io, io.stdout)
  const { verdict, receipt, problems, proved, notProved } = result
  const said = words.proved(result)
  const { seq, chainId = '', receiptId, timestamp, eventType, action } = receipt ?? {}
  const about = [`chain ${printable(chainId)}`, `seq ${seq}`, receiptId, timestamp, eventType, action]
  const list = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
  const heads = locale === 'de' ? ['bewiesen', 'nicht bewiesen'] : ['proved', 'not proved']
  const lines = [
    `${paintVerdict(verdict, io)}  ${words.verdict[verdict]}`,
    ...(receipt === undefined ? [] : [`  ${about.filter((part) => part !== undefined).join(', ')}`]),
    `  trust  ${printable(origin)}`,
    ...problems.map(({ code, message }) => `  ${printable(code)}  ${printable(message)}`),
    ...list(
      heads[0] as string,
      proved.map((code) => `${green(code)}  ${printable(said[code], 2_000)}`),
    ),
    ...(verdict === 'INVALID'
      ? list(heads[0] as string, [words.notJudged])
      : list(
          heads[1] as string,
          notProved.map((code) => `${yellow(code)}  ${words.notProved[code]}`),
        )),
  ]
  return `${lines.join('\n')}\n`
}

async function verifyProof(file: string, options: Options, io: Io): Promise<ExitCode> {
  const { tsa, requireTimestamp, now, lang = 'en', json } = options
  if (requireTimestamp && tsa === undefined)
    throw new UsageError('--require-timestamp needs --tsa FILE: the authorities whose time stamps you trust')
  const trust = await trustFor(options, io)
  const policy = tlogPolicyIn(await smallFile(options.policy, io, 'policy'), options.policy)
  const result = await verifyDecisionProof(await smallFile(file, io, 'proof'), {
    keyring: trust.keyring,
    policy,
    ...(await noteTrustFor(policy)),
    timestamps: tsa === undefined ? undefined : await stampsFor(tsa, io),
    requireTimestamp,
    now,
  })
  io.stdout.write(json ? printableJson(result) : textOf(result, trust.origin, lang, io))
  return exitCodeOf(result.verdict)
}

const collect = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text]

/** `quittance verify-proof FILE` */
export const addVerifyProof: AddCommand = (program, { io, exit }) => {
  const command = program
    .command('verify-proof')
    .summary('verify a file that proves one decision')
    .description(
      'Verifies a file that "quittance prove" made, offline: against your keyring, and against your policy of logs and witnesses. ' +
        'Neither is taken from the file.',
    )
    .argument('<file>', 'the proof')
    .requiredOption('--policy <file>', 'the logs and witnesses that you believe (C2SP tlog-policy)', once(String))
  addTrustOptions(command)
    .option(
      '--tsa <file>',
      'certificates (PEM or DER) of time-stamp authorities that you trust; may be repeated',
      collect,
    )
    .option('--require-timestamp', 'INCOMPLETE without a time stamp of one of them')
    .option('--now <time>', 'judge as of this UTC time', once(instant))
    .option('--lang <language>', 'en (the default) or de', oneOf(['en', 'de']))
    .option('--json', 'print the result as one line of JSON')
    .addHelpText('after', help)
    .action(async (file: string, options: Options) => exit(await verifyProof(file, options, io)))
}
