/** What the verifier found, and how to check that by oneself. */
import type { Finding, NoticeCode, ProblemCode } from '../../../verify/types.js'
import type { ChainFindings } from '../../types.js'
import { commandOf, reportCommand } from '../command.js'
import type { Context } from '../context.js'
import { code, facts, list, paragraph, phrase, receipt, section, table } from '../phrase.js'
import type { Block, Inline, Phrase, Section } from '../types.js'

const LISTED = 20

/** @returns The verdicts, each chain with its problems and keys, the commands, and the limits. */
export function verification(context: Context): Section {
  const { report, texts } = context
  const t = texts.verification
  return section('verification', t.title, [
    paragraph(t.intro),
    table(
      t.overviewCaption,
      [t.chain, t.verdict, `>${t.looked}`, `>${t.counted}`, t.tail],
      report.chains.map(({ chainId, verdict, checked, counted, scope }) => [
        code(chainId),
        { kind: 'verdict', verdict },
        context.format.number(checked),
        context.format.number(counted),
        texts.words.tail[scope.tail],
      ]),
    ),
    ...report.chains.map((chain, i) => ofChain(context, chain, i)),
    yourself(context),
    section('verification-limits', t.limitsTitle, [list(t.limits)]),
  ])
}

function ofChain(context: Context, chain: ChainFindings, index: number): Section {
  const { texts, format } = context
  const t = texts.verification
  const { scope, oldest, newest } = chain
  const dated = (ref: ChainFindings['oldest']): Inline | Phrase =>
    ref === undefined ? t.noReceipt : phrase([receipt(ref), ', ', format.time(ref.timestamp)])
  return section(`verification-chain-${index + 1}`, t.chainTitle(chain.chainId), [
    facts([
      [t.verdict, { kind: 'verdict', verdict: chain.verdict }],
      [t.meaning, texts.words.verdictMeans[chain.verdict]],
      [t.root, scope.root === undefined ? t.noRoot : code(scope.root)],
      [
        t.scope,
        scope.fromSeq === undefined || scope.toSeq === undefined ? t.noScope : t.scopeText(scope.fromSeq, scope.toSeq),
      ],
      [t.head, scope.head === undefined ? t.noScope : t.headText(scope.head.seq, code(scope.head.receiptHash))],
      [t.tail, texts.words.tail[scope.tail]],
      [t.looked, format.number(chain.checked)],
      [t.counted, format.number(chain.counted)],
      [t.left, format.number(chain.checked - chain.counted)],
      [t.oldest, dated(oldest)],
      [t.newest, dated(newest)],
      [t.retention, chain.retentionDays === undefined ? t.noRetention : t.retentionDays(chain.retentionDays)],
    ]),
    ...problems(context, chain),
    notices(context, chain),
    chain.keys.length === 0
      ? paragraph(t.noKeys)
      : table(
          t.keysCaption,
          [t.key, t.trusted, `>${t.receipts}`, t.first, t.last],
          chain.keys.map(({ keyId, trustedBy, receipts, first, last }) => [
            code(keyId),
            t.trust[trustedBy],
            format.number(receipts),
            receipt(first),
            receipt(last),
          ]),
        ),
    chain.keys.length === 0 ? undefined : paragraph(t.keysNote),
  ])
}

/** Where something was found: the receipt if it has a name, else its number or line. */
function placeOf({ texts }: Context, chainId: string, { seq, receiptId, line }: Finding<string>): Inline {
  const t = texts.verification
  if (seq !== undefined && receiptId !== undefined) return receipt({ chainId, seq, receiptId })
  if (seq !== undefined) return t.seq(seq)
  return line === undefined ? t.whole : t.line(line)
}

function problems(context: Context, chain: ChainFindings): (Block | undefined)[] {
  const { texts, format } = context
  const t = texts.verification
  const codes = (Object.keys(t.problem) as ProblemCode[]).filter((name) => (chain.counts[name] ?? 0) > 0)
  if (codes.length === 0) return [paragraph(t.noProblems)]
  const total = codes.reduce((sum, name) => sum + (chain.counts[name] ?? 0), 0)
  const shown = chain.problems.slice(0, LISTED)
  return [
    table(
      t.problemsCaption,
      [t.code, `>${t.times}`, t.meaning, t.example],
      codes.map((name) => {
        const first = chain.problems.find((problem) => problem.code === name)
        return [
          code(name),
          format.number(chain.counts[name] ?? 0),
          t.problem[name],
          first === undefined ? t.notListed : placeOf(context, chain.chainId, first),
        ]
      }),
    ),
    table(
      t.problemListCaption(shown.length, total),
      [t.where, t.code, t.message],
      shown.map((problem) => [placeOf(context, chain.chainId, problem), code(problem.code), problem.message]),
    ),
  ]
}

function notices(context: Context, chain: ChainFindings): Block | undefined {
  const { texts, format } = context
  const t = texts.verification
  const codes = (Object.keys(t.notice) as NoticeCode[]).filter((name) => (chain.counts[name] ?? 0) > 0)
  return table(
    t.noticesCaption,
    [t.code, `>${t.times}`, t.meaning, t.example],
    codes.map((name) => {
      const first = chain.notices.find((notice) => notice.code === name)
      return [
        code(name),
        format.number(chain.counts[name] ?? 0),
        t.notice[name],
        first === undefined ? t.notListed : placeOf(context, chain.chainId, first),
      ]
    }),
  )
}

function yourself(context: Context): Section {
  const { report, texts } = context
  const t = texts.verification
  return section('verification-yourself', t.yourselfTitle, [
    paragraph(t.yourself(code('keyring.json'))),
    table(
      t.commandCaption,
      [t.chain, t.command],
      report.chains.map((chain) => [code(chain.chainId), code(commandOf(chain, report.parameters.acceptPruned))]),
    ),
    paragraph(t.yourselfReceipt(code('quittance query ./receipts --chain acme --seq 41'))),
    paragraph(t.yourselfReport(code(reportCommand))),
  ])
}
