/** The demonstration: a credit-scoring service at work, its log verified, falsified copies of it, and a report. */
import { randomBytes } from 'node:crypto'
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { localKey } from '../../keys/local.js'
import { createLedgerWith } from '../../ledger/ledger.js'
import { lineOf } from '../../receipt/seal.js'
import type { DecisionReceipt } from '../../receipt/types.js'
import { verifyChain } from '../../verify/chain.js'
import type { VerifyOptions, VerifyResult } from '../../verify/types.js'
import { estimateText, failureText } from '../report/words.js'
import { type Application, applications } from './applications.js'
import { type Caught, fileWords, page } from './page.js'
import { type DemoPlace, placeOf } from './place.js'
import { demoRedactor } from './redactor.js'
import { type DemoReport, leaveReport } from './report.js'
import { promptOf, TENANT } from './service.js'
import { forgedSeq, forgeries } from './tamper.js'
import { type Shown, showTransparency } from './transparency.js'
import { demoClock, demoPeriod, threeWeeks } from './weeks.js'

/** How many applications come in. */
const APPLICATIONS = 300
const MARKER = 'made-by-quittance-demo.txt'

/** Where the demonstration writes, and what it prints through. */
export interface DemoOptions {
  readonly dir: string
  /** A Redis store URL; default a file store in `dir`. */
  readonly redis?: string | undefined
  readonly json?: boolean | undefined
  readonly write: (text: string) => void
}

/** An empty directory, or one that an earlier demonstration made. */
async function prepare(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true })
  const found = await readdir(dir)
  if (found.length === 0) return
  const ours = await access(join(dir, MARKER)).then(
    () => true,
    () => false,
  )
  if (!ours)
    throw new RangeError(`${dir} is not empty and was not made by an earlier demonstration: name another --dir`)
  await Promise.all(found.map((name) => rm(join(dir, name), { recursive: true })))
}

function countsOf(receipts: readonly DecisionReceipt[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { eventType, action, humanOversight } of receipts) {
    const name =
      eventType === 'decision'
        ? `decision: ${action ?? 'none, an error'}`
        : eventType === 'human_oversight'
          ? `human oversight: ${action ?? humanOversight?.kind}`
          : eventType
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** What was hashed as the input of a receipt: what the application says, after redaction. */
function redactedPrompt({ decisionId }: DecisionReceipt): unknown {
  const application = applications(APPLICATIONS).find(({ id }) => id === decisionId) as Application
  return demoRedactor.redactValue(promptOf(application), { path: 'input', tenantId: TENANT }).value
}

async function forgeAll(dir: string, lines: readonly string[], options: VerifyOptions): Promise<Caught[]> {
  await mkdir(join(dir, 'forged'))
  const caught: Caught[] = []
  for (const { name, what, forge } of forgeries) {
    const forged = forge(lines)
    const file = join('forged', `${name}.jsonl`)
    await writeFile(join(dir, file), `${forged.join('\n')}\n`)
    const { expect: _, ...alone } = options
    const byItself = await verifyChain(forged, alone)
    const result = byItself.verdict === 'VALID' ? await verifyChain(forged, options) : byItself
    const codes = Object.keys(result.counts).filter((code) => result.problems.some((problem) => problem.code === code))
    caught.push({ name, what, file, verdict: result.verdict, codes, needsHead: byItself.verdict === 'VALID' })
  }
  return caught
}

/**
 * Runs the demonstration: some 300 invented credit applications in a file store or in Redis, verified, falsified in six ways
 * and with the keys in hand, and reported on.
 *
 * @param options - the directory to write to (empty, or an earlier demonstration's), and where to print
 * @returns 0 when the log and the report are VALID and every forgery was caught, else 1
 * @throws RangeError when the directory holds something else, or `redis` is no URL of Redis
 */
export async function runDemo({ dir, redis, json = false, write }: DemoOptions): Promise<number> {
  const shownDir = relative(process.cwd(), dir) || '.'
  const trusted = `--keyring ${join(shownDir, 'keyring.json')}`
  const place = placeOf(dir, redis, trusted)
  await prepare(dir)
  await writeFile(join(dir, MARKER), 'Everything here is invented, and may be deleted.\n')
  const begun = performance.now()
  const keyFile = join(dir, 'receipts.key.pem')
  const clock = demoClock()
  const period = demoPeriod(Date.now())
  const ledger = createLedgerWith(
    {
      store: place.store,
      keys: localKey({ file: keyFile, create: true }),
      redactor: demoRedactor,
      // kept nowhere: once this process ends, nobody can tell whose receipt is whose
      secret: randomBytes(32),
    },
    clock.environment,
  )
  let lines: string[]
  let receipts: readonly DecisionReceipt[]
  let options: VerifyOptions
  let left: DemoReport
  let sealedMs: number
  try {
    // a server that is away or unsafe is told before anything waits for it
    await place.store.status?.()
    receipts = await threeWeeks(ledger, clock, period, APPLICATIONS)
    sealedMs = performance.now() - begun
    const keyring = await ledger.keyring()
    left = await leaveReport(dir, ledger, keyring, period)
    const last = await ledger.store.head(TENANT)
    if (last === undefined) throw new Error('the store is empty after the service ran')
    lines = []
    for await (const receipt of ledger.store.read(TENANT)) lines.push(lineOf(receipt))
    options = { keyring, chainId: TENANT, expect: { head: { seq: last.seq, receiptHash: last.receiptHash } } }
    await writeFile(join(dir, 'keyring.json'), `${JSON.stringify(keyring, undefined, 2)}\n`)
    await writeFile(join(dir, 'head.txt'), `${last.seq}:${last.receiptHash}\n`)
  } finally {
    await ledger.close()
  }
  const result = await verifyChain(lines, options)
  const caught = await forgeAll(dir, lines, options)
  const checkpointed = await showTransparency(dir, keyFile, lines, options)
  const shown =
    receipts.find(({ action, eventType }) => eventType === 'decision' && action === 'escalate') ??
    (receipts[0] as DecisionReceipt)
  const prompt = redactedPrompt(shown)
  const counts = countsOf(receipts)
  const commands = [
    `npx quittance verify ${place.target} ${trusted} --expect-head "$(cat ${join(shownDir, 'head.txt')})"`,
    `npx quittance verify ${join(shownDir, 'forged', 're-hash.jsonl')} ${trusted}`,
    `npx quittance verify ${join(shownDir, 'forged', 'rewritten.jsonl')} ${trusted} --checkpoints ${join(shownDir, 'audit')} --policy ${join(shownDir, 'policy.txt')} --log-chain ${join(shownDir, 'audit', 'transparency-log.jsonl')}`,
    `npx quittance inspect ${join(shownDir, 'forged', 'field.jsonl')} ${trusted} --seq ${forgedSeq(lines)}`,
    `npx quittance report verify ${join(shownDir, 'report.json')} ${trusted} --store ${place.target}`,
    `npx quittance stats ${place.target} ${trusted} --period ${period.from.slice(0, 10)}/${period.until.slice(0, 10)}`,
    ...place.more,
  ]
  const told: Told = {
    dir: shownDir,
    place,
    result,
    counts,
    caught,
    checkpointed,
    shown,
    prompt,
    commands,
    sealedMs,
    left,
  }
  await writeFile(join(dir, 'index.html'), page({ result, receipt: shown, counts, caught, commands, prompt, left }))
  const [honest, ...attacks] = checkpointed
  const good =
    result.verdict === 'VALID' &&
    left.verdict === 'VALID' &&
    honest?.verdict === 'VALID' &&
    [...caught, ...attacks].every(({ verdict }) => verdict !== 'VALID')
  write(json ? `${JSON.stringify(answer(dir, told), undefined, 2)}\n` : story(told))
  return good ? 0 : 1
}

interface Told {
  readonly dir: string
  readonly place: DemoPlace
  readonly result: VerifyResult
  readonly counts: Readonly<Record<string, number>>
  readonly caught: readonly Caught[]
  readonly checkpointed: readonly Shown[]
  readonly shown: DecisionReceipt
  readonly prompt: unknown
  readonly commands: readonly string[]
  readonly sealedMs: number
  readonly left: DemoReport
}

/** What `--json` prints. */
function answer(dir: string, { result, counts, caught, checkpointed, shown, prompt, left }: Told): object {
  const { verdict, scope, checked } = result
  const { report, digest, files } = left
  const { from, until, receipts } = report.period
  return {
    dir,
    verdict,
    scope,
    checked,
    counts,
    forgeries: caught,
    transparency: checkpointed,
    shown: { receipt: shown, prompt },
    report: { verdict: left.verdict, says: report.verdict, digest, from, until, receipts, files },
  }
}

function reportLines({ left, place }: Told): readonly string[] {
  const { report, verdict, missing } = left
  const { from, until, receipts } = report.period
  const { estimate } = report.figures.failure
  const [chain] = report.chains
  const { decided, openFlags } = chain?.monitor.sprt ?? { decided: { flagged: 0 }, openFlags: 0 }
  return [
    `A report on ${from.slice(0, 10)} until ${until.slice(0, 10)}, ${receipts} receipts, sealed ${place.where}: ${verdict}.`,
    `  A failure is ${failureText(report.parameters.failure)}: ${estimateText(estimate)}.`,
    `  The sequential test flagged ${decided.flagged} times, when a credit bureau sent stale data; ${decided.flagged - openFlags} were acknowledged by a person.`,
    ...missing.map((format) => `  There is no report.${format}: its optional package is not installed.`),
  ]
}

function story(told: Told): string {
  const { dir, place, result, counts, caught, checkpointed, shown, prompt, commands, sealedMs, left } = told
  const { scope, checked, verdict } = result
  const width = Math.max(...caught.map(({ what }) => what.length))
  const table = caught.map(
    ({ what, verdict: word, codes, needsHead }) =>
      `  ${what.padEnd(width)}  ${word.padEnd(10)}  ${codes.join(' ')}${needsHead ? '  (against the noted head)' : ''}`,
  )
  return [
    `An invented bank decided ${APPLICATIONS} credit applications in three weeks; people reviewed the doubtful ones. They took ${Math.round(sealedMs)} ms, because the ledger's clock was set by hand; every receipt ${place.where}.`,
    ...Object.entries(counts).map(([name, count]) => `  ${String(count).padStart(4)}  ${name}`),
    '',
    `Verified ${checked} receipts of chain ${scope.chainId}, seq ${scope.fromSeq} to ${scope.toSeq}: ${verdict}, tail ${scope.tail}.`,
    '',
    `One receipt (seq ${shown.seq}):`,
    ...JSON.stringify({ ...shown }, undefined, 2)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    'What its input hash stands for, after redaction:',
    ...JSON.stringify(prompt, undefined, 2)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    'Six falsified copies, and what the verifier said:',
    ...table,
    '',
    'The same with the keys in hand, against checkpoints kept elsewhere and cosigned by a witness:',
    ...checkpointed.map(
      ({ what, by, verdict: word, codes }) =>
        `  ${what.padEnd(58)}  ${word.padEnd(10)}  ${[...codes, `(${by})`].join(' ')}`,
    ),
    '',
    ...reportLines(told),
    '',
    `Left in ${dir}:`,
    '  index.html        this, as a page to open',
    ...left.files.map((file) => `  ${file.padEnd(18)}${fileWords[file] ?? ''}`),
    place.left,
    '  forged/           the falsified copies',
    '  audit/            the signed checkpoints and the log that they are in, to be kept elsewhere; policy.txt says whom to believe about them',
    '  keyring.json      the public key to verify with',
    '  head.txt          the newest receipt, to be kept elsewhere',
    '  receipts.key.pem  the private key: this is a demonstration, a real one stays secret. checkpoint.key.pem: that of the checkpoints',
    '',
    'Look for yourself:',
    ...commands.map((command) => `  ${command}`),
    '',
  ].join('\n')
}
