/** An invented credit scorer's receipts, the same bytes each time, and the report on them. */
import { v7 } from 'uuid'
import { ReceiptCollector } from '../../../src/collector/collector.js'
import type { Keyring } from '../../../src/keys/keyring.js'
import { localKey } from '../../../src/keys/local.js'
import { createLedgerWith } from '../../../src/ledger/ledger.js'
import type { Ledger } from '../../../src/ledger/types.js'
import type { Redactor } from '../../../src/pii/redactor.js'
import { sha256 } from '../../../src/primitives/sha256.js'
import type { DecisionReceipt } from '../../../src/receipt/types.js'
import { buildReport } from '../../../src/report/build.js'
import { defaultFailure, failureTest } from '../../../src/report/failure.js'
import type { BuildReportOptions } from '../../../src/report/options.js'
import { type SeededGenerator, seededGenerator } from '../../../src/report/statistics/generator.js'
import { createSprt } from '../../../src/report/statistics/sprt.js'
import type { Report, ReportSystem } from '../../../src/report/types.js'
import { memoryStore } from '../../../src/store/memory.js'
import type { ReceiptStore } from '../../../src/store/store.js'

const DAY = 86_400_000
const MINUTE = 60_000
/** A Monday. */
const START = Date.UTC(2026, 2, 2, 8)
const DAYS = 40

/** Texts that every format has to print as what they are. */
export const hostileTexts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'; DROP TABLE receipts; --",
  '</svg><svg onload=alert(1)>',
  '=HYPERLINK("http://example.invalid","x")',
  '[x](javascript:alert(1)) | `code` | **bold** <!-- -->',
  '\u202Egnitnirp\u202C \u0000\u0007 \u{1F9FE} e\u0301',
  '$ {7*7} {{7*7}} %s %n',
  ']]></script><style>*{display:none}</style>',
  '../../etc/passwd\r\nSet-Cookie: x=1',
] as const

/** What a sample is like. */
export interface SampleOptions {
  /** A period before the first receipt. */
  readonly empty?: boolean | undefined
  /** One decision in the middle was falsified: INVALID. */
  readonly tampered?: boolean | undefined
  /** Default 1. */
  readonly chains?: 1 | 2 | undefined
  /** Hostile strings wherever a text or an id may stand. */
  readonly hostile?: boolean | undefined
  /** False: nobody acknowledged the flag. */
  readonly acknowledged?: boolean | undefined
  /** How many decisions the first chain has; default 150. */
  readonly n?: number | undefined
}

/** Receipts to build a report from. */
export interface Sample {
  readonly store: ReceiptStore
  readonly ledger: Ledger
  readonly keyring: Keyring
  /** Sorted. */
  readonly chainIds: readonly string[]
  readonly period: { readonly from: string; readonly until: string }
  readonly now: string
  /** The receipts of a chain, as the store has them. */
  receipts(chainId?: string): Promise<DecisionReceipt[]>
  /** Sets the clock of the ledger: milliseconds since 1970. */
  setClock(ms: number): void
}

/** The system of the sample. */
export const sampleSystem: ReportSystem = {
  name: 'Meadow credit scorer',
  provider: 'Meadow Analytics (invented)',
  deployer: 'Brook Savings Bank (invented)',
  intendedPurpose: 'Scores applications for consumer credit of natural persons; a person decides on what it refers.',
  annexIII: '5(b)',
  highRisk: true,
}

const redactor: Redactor = {
  name: 'sample',
  version: '1',
  configDigest: `sha256:${'5'.repeat(64)}`,
  countsInReceipt: true,
  redact(text) {
    const emails = text.match(/\S+@\S+/g)?.length ?? 0
    const phones = text.match(/\+\d[\d ]{7,}\d/g)?.length ?? 0
    return {
      text: text.replace(/\S+@\S+/g, '[EMAIL]').replace(/\+\d[\d ]{7,}\d/g, '[PHONE]'),
      counts: { ...(emails > 0 ? { EMAIL: emails } : {}), ...(phones > 0 ? { PHONE: phones } : {}) },
    }
  },
}

function byteSource(seed: string): (count: number) => Uint8Array {
  let block = 0
  return (count) => {
    const bytes = new Uint8Array(count)
    for (let offset = 0; offset < count; offset += 32) {
      bytes.set(sha256(`sample ${seed} ${block}`).subarray(0, count - offset), offset)
      block += 1
    }
    return bytes
  }
}

const made = new Map<string, Promise<Sample>>()

/**
 * @param options - what it is like
 * @returns the receipts in a store; the same object for the same options, so that nobody should append to it
 */
export function sample(options: SampleOptions = {}): Promise<Sample> {
  const key = JSON.stringify(Object.entries(options).sort())
  const known = made.get(key) ?? makeSample(options)
  made.set(key, known)
  return known
}

/** As `sample`, a new one each time, for whoever appends to it. */
export async function makeSample(options: SampleOptions = {}): Promise<Sample> {
  const { chains = 1, n = 150, hostile = false, acknowledged = true, tampered = false, empty = false } = options
  let now = START
  const random = byteSource('credit scorer')
  const store = memoryStore()
  const ledger = createLedgerWith(
    {
      store,
      keys: localKey({ seed: random(32) }),
      redactor,
      secret: { id: 'sample-secret', secret: random(32) },
      retentionDays: 3650,
    },
    { now: () => now, uuid: () => v7({ msecs: now, random: random(16) }), random },
  )
  const setClock = (ms: number): void => {
    now = ms
  }
  const chainIds = ['brook-savings', 'brook-savings/branch-2'].slice(0, chains)
  for (const [index, chainId] of chainIds.entries()) {
    const decisions = index === 0 ? n : Math.max(1, Math.floor(n / 3))
    await writeChain({
      ledger,
      chainId,
      decisions,
      hostile,
      acknowledged,
      setClock,
      generator: seededGenerator(7 + index),
    })
  }
  const keyring = await ledger.keyring()
  const from = empty ? '2026-01-01' : '2026-03-01'
  const until = empty ? '2026-02-01' : '2026-04-15'
  const given = tampered ? tamperedStore(store, chainIds[0] as string, Math.floor(n / 2)) : store
  return {
    store: given,
    ledger,
    keyring,
    chainIds,
    period: { from, until },
    now: '2026-04-20T12:00:00.000Z',
    async receipts(chainId = chainIds[0] as string) {
      const receipts: DecisionReceipt[] = []
      for await (const receipt of store.read(chainId)) receipts.push(receipt)
      return receipts
    },
    setClock,
  }
}

/**
 * @param options - what the receipts are like, and options of the report over those of the sample
 * @returns the report on the sample, or on a variant of it
 */
export async function sampleReport(
  options: SampleOptions & { readonly report?: Partial<BuildReportOptions> | undefined } = {},
): Promise<Report> {
  const { report, ...about } = options
  const { store, keyring, period, now } = await sample(about)
  const [name, provider, purpose] = hostileTexts
  const system = about.hostile
    ? {
        ...sampleSystem,
        name,
        provider,
        intendedPurpose: [purpose, ...hostileTexts].join(' ').replaceAll('\u0000', ''),
      }
    : sampleSystem
  return buildReport(store, { period, keyring, now, system, ...report })
}

/** The same store, but one decision of it says another action than what was sealed. */
export function tamperedStore(store: ReceiptStore, chainId: string, fromSeq: number): ReceiptStore {
  async function* lines(id: string, range = {}): AsyncGenerator<string> {
    let done = false
    for await (const line of (store.lines as NonNullable<ReceiptStore['lines']>)(id, range)) {
      const receipt = JSON.parse(line) as DecisionReceipt
      const here = !done && id === chainId && receipt.seq >= fromSeq && receipt.action === 'reject'
      if (here) done = true
      yield here ? line.replace('"action":"reject"', '"action":"allow"') : line
    }
  }
  return new Proxy(store, { get: (target, name) => (name === 'lines' ? lines : Reflect.get(target, name)) })
}

interface Writing {
  readonly ledger: Ledger
  readonly chainId: string
  readonly decisions: number
  readonly hostile: boolean
  readonly acknowledged: boolean
  readonly generator: SeededGenerator
  setClock(ms: number): void
}

const tenant = { tenantId: 'brook-savings' } as const
const failing = failureTest(defaultFailure)

async function writeChain(writing: Writing): Promise<void> {
  const { ledger, chainId, decisions, acknowledged, setClock, generator } = writing
  const step = (DAYS * DAY) / decisions
  const sprt = createSprt()
  let open: DecisionReceipt[] = []
  let silent = false
  for (let index = 0; index < decisions; index += 1) {
    const share = index / decisions
    // nobody writes from day 22 to day 25: an outage, which is declared afterwards
    if (share > 0.55 && share < 0.62) {
      silent = true
      continue
    }
    const at = START + index * step + generator.next() * step * 0.3
    setClock(at)
    if (silent) {
      silent = false
      const from = new Date(START + 0.55 * DAYS * DAY).toISOString()
      await ledger.gap(
        chainId,
        {
          from,
          to: new Date(at).toISOString(),
          reason: 'outage',
          count: Math.round(decisions * 0.07),
        },
        tenant,
      )
    }
    if (index === Math.floor(decisions / 4)) {
      await ledger.change(chainId, { what: 'model', from: 'scorer-1.4', to: 'scorer-2.0', substantial: true }, tenant)
    }
    const receipt = await writeDecision(writing, index, at, share)
    const before = sprt.snapshot().decided.flagged
    sprt.update(failing(receipt), receipt.seq)
    if (sprt.snapshot().decided.flagged > before) open.push(receipt)
    await writePeople(writing, receipt, index, at, step * 0.6)
    if (acknowledged && open.length > 0 && share > 0.8) {
      setClock(at + step * 0.7)
      for (const flagged of open) await acknowledge(writing, flagged)
      open = []
    }
    if (index % 25 === 24) await ledger.heartbeat(chainId, { dropped: 0 }, tenant)
  }
  setClock(START + DAYS * DAY)
  const [first] = await receiptsOf(ledger, chainId, ({ eventType, details }) => eventType === 'decision' && !!details)
  if (first !== undefined) await ledger.eraseDetails(chainId, first.receiptId, { reason: 'gdpr-art-17' })
  await ledger.hold(chainId, { holdId: 'case-2026-17', reason: 'litigation', fromSeq: 1, toSeq: 10 })
}

async function receiptsOf(
  ledger: Ledger,
  chainId: string,
  which: (receipt: DecisionReceipt) => boolean,
): Promise<DecisionReceipt[]> {
  const receipts: DecisionReceipt[] = []
  for await (const receipt of ledger.store.read(chainId)) if (which(receipt)) receipts.push(receipt)
  return receipts
}

async function writeDecision(writing: Writing, index: number, at: number, share: number): Promise<DecisionReceipt> {
  const { ledger, chainId, hostile, generator } = writing
  // a faulty release between two thirds and three quarters of the time
  const bad = share >= 0.66 && share < 0.74
  const model = share < 0.25 ? 'scorer-1.4' : 'scorer-2.0'
  const score = Math.round(generator.next() * 1000) / 1000
  const faulty = generator.next() < (bad ? 0.6 : 0.02)
  const broken = generator.next() < (bad ? 0.1 : 0.008)
  const traceId = `application-${String(index + 1).padStart(5, '0')}`
  const text = hostileTexts[index % hostileTexts.length] as string
  const latency = Math.round(Math.exp(5 + generator.next() * 1.5) * 10) / 10
  const common = { ledger, tenantId: 'brook-savings', chainId, systemId: 'credit-scorer', traceId }
  if (index % 10 === 5) {
    await new ReceiptCollector({ ...common, eventType: 'inference' })
      .setModel({ modelId: model, providerId: 'meadow' })
      .setInput('features of an application')
      .setOutput({ score })
      .setUsage({ inputTokens: 300 + index, outputTokens: 12 })
      .setLatency(latency / 2)
      .emit()
    await new ReceiptCollector({ ...common, eventType: 'tool_call' })
      .setTool({ name: 'credit-bureau', callId: `call-${index}`, effect: 'read' })
      .setInput({ application: traceId })
      .emit()
  }
  const favourable = score > 0.35
  const oversight = index % 6 === 0 ? 'before' : index % 15 === 1 ? 'after' : 'none'
  const collector = new ReceiptCollector(common)
    .setSubject(`applicant-${index}`)
    .setTiming({ startedAt: new Date(at - latency).toISOString(), endedAt: new Date(at).toISOString() })
    .setLatency(latency)
    .setModel({ modelId: hostile && index % 9 === 0 ? 'javascript:alert' : model, providerId: 'meadow' })
    .setInput(index % 3 === 0 ? `Applicant ada${index}@example.org, call +49 30 1234567` : `Application ${traceId}`)
    .addCheck(hostile && index % 7 === 0 ? '1+cmd:calc/A0' : 'identity', { score: 0.02, threshold: 0.8, op: 'gte' })
    .addCheck('score-drift', {
      score: faulty ? 0.93 : 0.1,
      threshold: 0.9,
      op: 'gte',
      ...(hostile ? { detail: text } : {}),
    })
    .addCheck('fairness-guard', { fired: index % 20 === 3, mode: 'shadow' })
    .setDecision({
      type: 'credit-score',
      annexIII: '5(b)',
      favourable,
      confidence: score,
      oversight,
      groupBasis: 'direct',
      outcome: hostile && index % 5 === 0 ? 'alert(1)' : favourable ? 'granted' : 'refused',
    })
    .setDetail('groups', { ageBand: generator.next() < 0.55 ? 'under-40' : hostile ? 'alert(1)' : 'from-40' })
  if (hostile)
    collector
      .addTag(text)
      .setDetail('rationale', text)
      .setMetadata({ note: text, [`<b>${index}`]: text })
  if (broken)
    collector.setError(withoutStack(hostile ? text : 'bureau timed out'), { code: 'BUREAU_TIMEOUT', retryable: true })
  else {
    collector
      .setOutput({ score, favourable })
      .setAction(oversight === 'before' ? 'escalate' : favourable ? 'allow' : 'reject')
      .addReason(favourable ? 'affordable' : 'income-too-low')
  }
  return await collector.emit()
}

/** A stack says where this file lies, and who called it. */
function withoutStack(message: string): Error {
  const error = new Error(message)
  delete error.stack
  return error
}

async function writePeople(
  { ledger, chainId, setClock, hostile }: Writing,
  about: DecisionReceipt,
  index: number,
  at: number,
  within: number,
): Promise<void> {
  const oversight = about.decision?.oversight
  if (oversight === 'none' || oversight === undefined) return
  const common = {
    ledger,
    tenantId: 'brook-savings',
    chainId,
    eventType: 'human_oversight',
    traceId: about.traceId,
  } as const
  const requestId = `review-${index}`
  if (oversight === 'before') {
    setClock(at + Math.min(MINUTE, within / 10))
    await new ReceiptCollector(common)
      .addLink('about', { receiptId: about.receiptId, receiptHash: about.receiptHash })
      .setHumanOversight({ kind: 'request', requestId, quorum: 1 })
      .emit()
  }
  // one request in eight is never answered
  if (index % 48 === 0) return
  const done = at + Math.min(within, (5 + (index % 40) * 3) * MINUTE)
  setClock(done)
  const kind = index % 18 === 0 ? 'override' : index % 30 === 6 ? 'rejection' : 'approval'
  await new ReceiptCollector(common)
    .addLink('about', { receiptId: about.receiptId, receiptHash: about.receiptHash })
    .setTiming({ startedAt: new Date(done - 2 * MINUTE).toISOString(), endedAt: new Date(done).toISOString() })
    .setHumanOversight({
      kind,
      reviewer: `clerk-${index % 3}`,
      role: 'credit-officer',
      ...(oversight === 'before' ? { requestId } : {}),
      ...(hostile ? { comment: hostileTexts[index % hostileTexts.length] as string } : {}),
    })
    .emit()
}

async function acknowledge({ ledger, chainId }: Writing, flagged: DecisionReceipt): Promise<void> {
  await new ReceiptCollector({ ledger, tenantId: 'brook-savings', chainId, eventType: 'human_oversight' })
    .addLink('about', { receiptId: flagged.receiptId, receiptHash: flagged.receiptHash })
    .setHumanOversight({ kind: 'acknowledgement', reviewer: 'risk-officer', role: 'risk-officer' })
    .emit()
}
