/** A reconstruction as text: a timeline in which children stand under their parents. */
import type { ReceiptRef } from '../statistics/receipt-ref.js'
import { visible } from '../text/visible.js'
import type { Locale } from '../types.js'
import { factsOf, headOf } from './describe.js'
import type { MissingPiece, Reconstruction, ReconstructionSubject, TimelineEntry } from './types.js'
import { type ReconstructionWords, reconstructionWords } from './words.js'

/** How parts of the text are painted; each function gets text that is safe to print. */
export interface TextPaint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warning: (text: string) => string
  readonly dim: (text: string) => string
  readonly strong: (text: string) => string
}

const plain: TextPaint = { good: String, bad: String, warning: String, dim: String, strong: String }

const LONGEST = 300

/** Text from receipts, on one line, with nothing that moves a cursor or hides. */
const safe = (text: string): string => {
  const shown = visible(text.length > LONGEST ? text.slice(0, LONGEST) : text)
  return text.length > LONGEST ? `${shown}…` : shown
}

const placeOf = ({ chainId, seq }: ReceiptRef): string => safe(`${chainId} seq ${seq}`)

/**
 * @param subject - of a reconstruction
 * @returns which of the three it is, and its value
 */
export function subjectParts(
  subject: ReconstructionSubject,
): readonly ['traceId' | 'decisionId' | 'receiptId', string] {
  if ('traceId' in subject) return ['traceId', subject.traceId]
  return 'decisionId' in subject ? ['decisionId', subject.decisionId] : ['receiptId', subject.receiptId]
}

function missingLine(piece: MissingPiece, words: ReconstructionWords, paint: TextPaint): string {
  const { code, by, receiptId, chainId, firstSeq } = piece
  const where = [
    by === undefined ? undefined : placeOf(by),
    by === undefined && chainId !== undefined ? `${words.chain} ${safe(chainId)}` : undefined,
    firstSeq === undefined ? undefined : `seq ${firstSeq}`,
  ].filter((part) => part !== undefined)
  const what =
    receiptId === undefined ? '' : `: ${by?.chainId === chainId ? '' : `${safe(chainId ?? '')} `}${safe(receiptId)}`
  return `  ${paint.warning(code)}  ${where.join(', ')}${where.length > 0 ? ': ' : ''}${words.missingText[code]}${what}`
}

function entryLines(entry: TimelineEntry, words: ReconstructionWords, paint: TextPaint): string[] {
  const { at, depth, state, problems, relation, ref, timestamp, endedAt, startedAt } = entry
  const indent = '  '.repeat(Math.min(depth, 12))
  const mark = { HOLDS: paint.good('ok'), BROKEN: paint.bad('no'), UNPROVED: paint.warning('--') }[state]
  const times = [
    startedAt === undefined ? undefined : `${words.began} ${safe(startedAt)}`,
    endedAt === undefined ? undefined : `${words.ended} ${safe(endedAt)}`,
    `${words.sealed} ${safe(timestamp)}`,
  ].filter((part) => part !== undefined)
  const margin = `      ${indent}`
  return [
    `  ${mark}  ${indent}${safe(at)}  ${paint.strong(safe(headOf(entry)))}  ${paint.dim(`${placeOf(ref)}, ${words.relation[relation]}`)}`,
    ...(state === 'HOLDS' ? [] : [`${margin}${paint.bad(words.state[state])}: ${problems.join(', ')}`]),
    `${margin}${paint.dim(times.join(', '))}`,
    ...factsOf(entry, words).map(([name, value]) => `${margin}${paint.dim(`${name}:`)} ${safe(value)}`),
  ]
}

function summary(reconstruction: Reconstruction, words: ReconstructionWords, paint: TextPaint): string[] {
  const { decisions, tools, models, people } = reconstruction
  const part = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', paint.strong(title), ...lines]
  return [
    ...part(
      words.decisions,
      decisions.map(
        ({ at, by, who, what, outcome, ref }) =>
          `  ${safe(at)}  ${words.by[by]}${who === undefined ? '' : ` ${safe(who)}`}: ${safe([what, outcome].filter((one) => one !== undefined).join(' '))}  ${paint.dim(placeOf(ref))}`,
      ),
    ),
    ...part(
      words.tools,
      tools.map(({ name, call, result, ms }) => {
        const took = ms === undefined ? '' : `, ${words.span(ms)}`
        const ended = result === undefined ? (took === '' ? paint.warning(words.noResult) : '') : placeOf(result)
        return `  ${safe(name)}  ${[placeOf(call), ended].filter((one) => one !== '').join(' → ')}${took}`
      }),
    ),
    ...part(
      words.models,
      models.map(
        ({ modelId, providerId, receipts }) =>
          `  ${safe([modelId, providerId].filter((one) => one !== undefined).join(' '))}  ${paint.dim(receipts.map(placeOf).join(', '))}`,
      ),
    ),
    ...part(
      words.people,
      people.map(
        ({ id, roles, receipts }) =>
          `  ${safe(id)}  ${roles.map((role) => words.roles[role]).join(', ')}  ${paint.dim(receipts.map(placeOf).join(', '))}`,
      ),
    ),
  ]
}

/**
 * Writes a reconstruction for people.
 *
 * @param reconstruction - from `reconstruct`
 * @param options - `locale`, default `en`; `paint`, default none
 * @returns text with a newline at its end; nothing in it moves a cursor or hides
 */
export function toTimelineText(
  reconstruction: Reconstruction,
  options: { readonly locale?: Locale | undefined; readonly paint?: TextPaint | undefined } = {},
): string {
  const { locale = 'en', paint = plain } = options
  const words = reconstructionWords[locale]
  const { subject, verdict, chains, chainsRead, timeline, missing, asOf } = reconstruction
  const [kind, value] = subjectParts(subject)
  const painted = { VALID: paint.good, INVALID: paint.bad, INCOMPLETE: paint.warning }
  const lines = [
    `${painted[verdict](verdict)}  ${words.subject[kind]} ${safe(value)}: ${words.verdict[verdict]}`,
    ...chains.map(
      (chain) =>
        `  ${words.chain} ${safe(chain.chainId)}  ${painted[chain.verdict](chain.verdict)}  ${words.checked(chain.checked, chain.receipts)}${Object.entries(
          chain.counts,
        )
          .map(([code, count]) => `, ${code} ${count}`)
          .join('')}`,
    ),
    `  ${words.chainsRead(chainsRead)}, ${words.asOf} ${safe(asOf)}`,
    ...(timeline.length === 0 ? [] : ['', paint.strong(words.timeline)]),
    ...timeline.flatMap((entry) => entryLines(entry, words, paint)),
    ...summary(reconstruction, words, paint),
    '',
    paint.strong(words.missing),
    ...(missing.length === 0
      ? [`  ${words.nothingMissing}`]
      : missing.map((piece) => missingLine(piece, words, paint))),
    '',
    `${words.proves} ${words.limits}`,
  ]
  return `${lines.join('\n')}\n`
}
