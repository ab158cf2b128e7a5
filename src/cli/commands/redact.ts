import { readFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import type { PiiRedactor, PiiType, Span } from '../../pii/index.js'
import { type AddCommand, examples } from '../context.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import { jsonStrings } from '../json-strings.js'
import { printable, printableJson } from '../printable.js'
import { once } from '../values.js'

interface Options {
  readonly types?: readonly string[] | undefined
  readonly threshold?: number | undefined
  readonly analyse?: true | undefined
  readonly jsonl?: true | undefined
  readonly json?: true | undefined
}

const help = examples(
  ['quittance redact mail.txt', 'prints the text without what the default detectors find'],
  ['quittance redact --analyse mail.txt', 'lists what they find and why; the values are not shown'],
  [
    'quittance redact --analyse --jsonl < texts.jsonl',
    'one JSON string a line in, one array [{type,start,end,score}] a line out',
  ],
  ['quittance redact --types EMAIL,PERSON,DATE_OF_BIRTH note.txt', 'looks for these types instead'],
)

const typesOption = once((text: string): readonly string[] => {
  const types = text.split(',').map((type) => type.trim())
  if (types.some((type) => !/^[A-Z][A-Z_]*$|^all$/.test(type)))
    throw new InvalidArgumentError('It must be types such as EMAIL,IBAN, or all.')
  return [...new Set(types)]
})

const thresholdOption = once((text: string): number => {
  const value = Number(text)
  if (!/^\d(?:\.\d+)?$/.test(text) || value > 1) throw new InvalidArgumentError('It must be a number from 0 to 1.')
  return value
})

async function redactorFor({ types, threshold }: Options): Promise<PiiRedactor> {
  const { allTypes, piiRedactor } = await import('../../pii/index.js')
  const known: ReadonlySet<string> = new Set(allTypes)
  const unknown = types?.find((type) => type !== 'all' && !known.has(type))
  if (unknown !== undefined)
    throw new UsageError(`there is no type ${unknown}`, [`There are: ${allTypes.join(', ')}, and all.`])
  const detectors = types?.includes('all') ? allTypes : (types as readonly PiiType[] | undefined)
  return piiRedactor({ detectors, threshold })
}

async function whole(file: string, io: Io): Promise<string> {
  const chunks: Uint8Array[] = []
  if (file === '-') for await (const chunk of io.stdin) chunks.push(chunk)
  const bytes = file === '-' ? Buffer.concat(chunks) : await readFile(pathFrom(io, file))
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UsageError('the input is not UTF-8')
  }
}

const short = ({ type, start, end, score }: Span) => ({ type, start, end, score })

function spansText(spans: readonly Span[]): string {
  if (spans.length === 0) return 'nothing was found\n'
  const rows = spans.map(
    ({ type, start, end, score, detector, reason }) =>
      `${`${start}-${end}`.padEnd(13)} ${type.padEnd(14)} ${score.toFixed(2)}  ${printable(detector)}: ${printable(reason)}\n`,
  )
  return rows.join('')
}

async function redactLines(file: string, redactor: PiiRedactor, analyse: boolean, io: Io): Promise<void> {
  for await (const text of jsonStrings(file, io)) {
    const answer = analyse
      ? redactor.analyse(text).map(short)
      : (await redactor.redact(text, { path: 'text', kind: 'text' })).text
    io.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

async function redact(file: string, options: Options, io: Io): Promise<void> {
  const { analyse, jsonl, json } = options
  if (jsonl && json) throw new UsageError('--json does not go with --jsonl')
  const redactor = await redactorFor(options)
  if (jsonl) return redactLines(file, redactor, analyse === true, io)
  const text = await whole(file, io)
  if (analyse) {
    const spans = redactor.analyse(text)
    io.stdout.write(json ? printableJson({ spans }) : spansText(spans))
    return
  }
  const redacted = await redactor.redact(text, { path: 'text', kind: 'text' })
  io.stdout.write(json ? printableJson({ text: redacted.text, counts: redacted.counts ?? {} }) : redacted.text)
}

/** `quittance redact [FILE|-]` */
export const addRedact: AddCommand = (program, { io }) => {
  program
    .command('redact')
    .summary('replace personal data in a text, or list where it is')
    .description('Replaces what detectors find in a text by its type. With --analyse: lists what they find, and why.')
    .argument('[file]', 'a text in UTF-8, or - for stdin', '-')
    .option('--types <list>', 'types to look for, between commas, or all; default the default set', typesOption)
    .option('--threshold <score>', 'a finding counts from this score on, 0 to 1; default 0.5', thresholdOption)
    .option('--analyse', 'list findings: offsets in UTF-16 units, type, score, detector, reason; never the value')
    .option('--jsonl', 'the input is one JSON string a line; the output one JSON value a line, in the same order')
    .option('--json', 'print {text, counts}, or {spans}, as one line of JSON')
    .addHelpText('after', help)
    .action((file: string, options: Options) => redact(file, options, io))
}
