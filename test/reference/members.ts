/** The members of a receipt, from docs/receipt-format.md, one check a row. */
import { isMembers, type Members, type Value } from './json.js'

/** What the members of a receipt get wrong. */
export interface MemberReport {
  /** A member is missing or has a wrong form. */
  readonly invalid: string[]
  /** A member or word that the page does not know. */
  readonly unknown: string[]
  /** A rule between members is broken. */
  readonly broken: string[]
  /** Where the page leaves open whether a form is wrong. */
  readonly open: string[]
}

type Check = (value: Value, path: string, report: MemberReport) => void

const MAX = 2 ** 53 - 1

const text =
  (form: RegExp): Check =>
  (value, path, { invalid }) => {
    if (typeof value !== 'string' || !form.test(value)) invalid.push(path)
  }

const words =
  (...known: string[]): Check =>
  (value, path, { invalid, unknown }) => {
    if (typeof value !== 'string') invalid.push(path)
    else if (!known.includes(value)) unknown.push(path)
  }

const number =
  (low: number, high: number, fits: (value: number) => boolean = () => true): Check =>
  (value, path, { invalid }) => {
    if (typeof value !== 'number' || value < low || value > high || !fits(value)) invalid.push(path)
  }

const flag: Check = (value, path, { invalid }) => {
  if (typeof value !== 'boolean') invalid.push(path)
}

const anything: Check = () => {}

const list =
  (item: Check, most = Number.POSITIVE_INFINITY): Check =>
  (value, path, report) => {
    if (!Array.isArray(value) || value.length > most) report.invalid.push(path)
    else for (const [index, one] of value.entries()) item(one, `${path}[${index}]`, report)
  }

const record =
  (name: RegExp, member: Check): Check =>
  (value, path, report) => {
    if (!isMembers(value)) report.invalid.push(path)
    else {
      for (const [key, one] of value) {
        if (!name.test(key)) report.invalid.push(`${path}.${key}`)
        else member(one, `${path}.${key}`, report)
      }
    }
  }

interface Shape {
  readonly required?: Readonly<Record<string, Check>>
  readonly optional?: Readonly<Record<string, Check>>
  /** Takes no `x` members. */
  readonly strict?: boolean
}

const isExtension = (name: string) => /^x[A-Z]/.test(name)

function object({ required = {}, optional = {}, strict = false }: Shape): Check {
  const known = new Map(Object.entries({ ...required, ...optional }))
  return (value, path, report) => {
    if (!isMembers(value)) {
      report.invalid.push(path)
      return
    }
    for (const name of Object.keys(required)) if (!value.has(name)) report.invalid.push(`${path}.${name}`)
    for (const [name, member] of value) {
      const check = known.get(name)
      if (check) check(member, `${path}.${name}`, report)
      else if (strict || !isExtension(name)) report.unknown.push(`${path}.${name}`)
    }
  }
}

/** Objects told apart by `event`; they take no `x` members. */
const events =
  (shapes: Readonly<Record<string, Shape>>): Check =>
  (value, path, report) => {
    const event = isMembers(value) ? value.get('event') : undefined
    if (typeof event !== 'string') report.invalid.push(`${path}.event`)
    else if (!Object.hasOwn(shapes, event)) report.unknown.push(`${path}.event`)
    else {
      const { required = {}, optional = {} } = shapes[event] as Shape
      object({ required: { event: anything, ...required }, optional, strict: true })(value, path, report)
    }
  }

const id = text(/^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,255}$/)
const version = text(/^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}$/)
const tokenForm = /^[A-Za-z][A-Za-z0-9._:()/-]{0,127}$/
const token = text(tokenForm)
const chainIdForm = /^(?!\/)(?!.*\.\.)[A-Za-z0-9._:@/-]{1,256}(?<!\/)$/
const chainId = text(chainIdForm)
const uuid7 = text(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
const uint = number(0, MAX, Number.isInteger)
const real = number(-MAX, MAX)
const share = number(0, 1)
const duration = number(0, MAX)
const digest = text(/^sha256:[0-9a-f]{64}$/)
const pseudonym = text(/^hmac-sha256:[0-9a-f]{64}$/)
const eitherHash = text(/^(?:hmac-)?sha256:[0-9a-f]{64}$/)
const signature = text(/^ed25519:[0-9a-f]{128}$/)
const keyId = text(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/)
const hex32 = text(/^[0-9a-f]{32}$/)
const hex64 = text(/^[0-9a-f]{64}$/)
const anyText: Check = (value, path, { invalid }) => {
  if (typeof value !== 'string') invalid.push(path)
}

/** Whether a text is a time of the format: a real instant, UTC, three decimals, no leap second. */
export function isInstant(value: string): boolean {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.\d{3}Z$/.exec(value)
  if (!parts) return false
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return days !== undefined && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60
}

const time: Check = (value, path, { invalid }) => {
  if (typeof value !== 'string' || !isInstant(value)) invalid.push(path)
}

/** A chain id, or a prefix of at most 255 characters and a `*`. */
export function isChainPattern(value: string): boolean | undefined {
  if (!value.endsWith('*')) return chainIdForm.test(value)
  const prefix = value.slice(0, -1)
  // some id must be able to begin so
  return prefix.length <= 255 && (prefix === '' || /^(?!\/)(?!.*\.\.)[A-Za-z0-9._:@/-]+$/.test(prefix))
}

const chainPattern: Check = (value, path, { invalid }) => {
  if (typeof value !== 'string' || !isChainPattern(value)) invalid.push(path)
}

const mediaType: Check = (value, path, report) => {
  if (typeof value !== 'string' || !value.includes('/')) report.invalid.push(path)
  // the page says `type/subtype` and no more
  else if (!/^[a-z]{1,20}\/[a-z]{1,20}$/.test(value)) report.open.push(path)
}

const onlyTrue: Check = (value, path, { invalid }) => {
  if (value !== true) invalid.push(path)
}

const commitment = object({
  strict: true,
  required: { kind: words('text', 'json', 'bytes'), hash: eitherHash },
  optional: {
    commitKeyId: id,
    redactions: record(tokenForm, uint),
    ref: id,
    mediaType,
    partial: onlyTrue,
  },
})

const link = object({ required: { rel: token, receiptId: uuid7 }, optional: { receiptHash: digest, chainId } })

const match = object({
  required: { found: flag },
  optional: { count: uint, score: real, threshold: real, recordId: pseudonym },
})

const source = object({
  required: { type: token, id },
  optional: { version, hash: eitherHash, trust: share, score: real, match },
})

const check = object({
  required: { name: id, fired: flag },
  optional: {
    version,
    stage: token,
    score: real,
    threshold: real,
    op: words('gt', 'gte', 'lt', 'lte'),
    status: words('error', 'timeout', 'skipped'),
    label: token,
    policyId: id,
    mode: words('shadow'),
    latencyMs: duration,
  },
})

const decision = object({
  optional: {
    type: token,
    annexIII: text(/^[1-8](?:\([a-e]\))?$/),
    role: token,
    outcome: token,
    favourable: flag,
    score: real,
    confidence: number(0, 1, (value) => Math.round(value * 10_000) / 10_000 === value),
    oversight: words('none', 'before', 'after'),
    groupBasis: words('direct', 'inferred', 'blind'),
  },
})

const place: Shape = { strict: true, required: { seq: uint, receiptHash: digest } }

const system = events({
  chain_start: {
    required: { nonce: hex32, retentionDays: uint },
    optional: { operator: id, predecessor: object({ strict: true, required: { chainId, ...place.required } }) },
  },
  chain_end: { required: { reason: token }, optional: { successorChainId: chainId } },
  rollback: {
    required: { lost: list(object({ strict: true, required: { receiptId: uuid7, ...place.required } }), 256) },
  },
  heartbeat: { optional: { dropped: uint } },
  gap: { required: { from: time, to: time, reason: token }, optional: { count: uint, rate: real } },
  change: { required: { what: token }, optional: { from: id, to: id, substantial: flag } },
  report: { required: { hash: digest, fromSeq: uint, toSeq: uint } },
  checkpoint: { required: { origin: id, size: uint, rootHash: digest } },
  notice: { required: { code: token }, optional: { count: uint } },
})

const certificate = object({
  strict: true,
  required: {
    root: keyId,
    delegate: keyId,
    chains: list(chainPattern),
    notBefore: time,
    notAfter: time,
    uses: list(words('receipt')),
    serial: id,
  },
})

const key = events({
  delegate: { required: { certificate, certificateSignature: signature } },
  rotate: { required: { newKeyId: keyId, countersignature: signature } },
  revoke: { required: { keyId, effectiveAt: time, reason: token } },
})

const hold: Shape = {
  required: { holdId: id, reason: token },
  optional: { fromSeq: uint, toSeq: uint, decisionId: id },
}

const erased = object({ strict: true, required: { seq: uint, receiptId: uuid7, detailsHash: digest } })

const retention = events({
  prune: { required: { through: object(place), count: uint, merkleRoot: digest, policy: id, reason: token } },
  erase: { required: { receipts: list(erased, 256), reason: token } },
  hold,
  release: hold,
  shred: { required: { secretId: id, use: words('pseudonym', 'commit', 'payload'), reason: token } },
})

const details = object({
  required: { salt: hex64 },
  optional: {
    checks: record(/^[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,255}$/, anyText),
    error: object({ optional: { message: anyText, stack: anyText } }),
    oversight: object({ optional: { comment: anyText } }),
    rationale: anything,
    factors: anything,
    config: anything,
    groups: record(tokenForm, token),
    disclosures: anything,
    metadata: (value, path, { invalid }) => {
      if (!isMembers(value)) invalid.push(path)
    },
  },
})

const receipt = object({
  required: {
    version: words('quittance/1'),
    receiptId: uuid7,
    chainId,
    seq: uint,
    timestamp: time,
    eventType: words(
      'decision',
      'inference',
      'tool_call',
      'tool_result',
      'human_oversight',
      'annotation',
      'session_start',
      'session_end',
      'system',
      'key',
      'retention',
    ),
    tenantId: id,
    keyId,
    prevReceiptHash: digest,
    receiptHash: digest,
    signature,
  },
  optional: {
    systemId: id,
    systemVersion: version,
    agentId: id,
    agentVersion: version,
    traceId: id,
    spanId: id,
    sessionId: id,
    decisionId: id,
    parentReceiptId: uuid7,
    links: list(link, 32),
    stepIndex: uint,
    attempt: uint,
    startedAt: time,
    endedAt: time,
    subjectId: pseudonym,
    principalId: pseudonym,
    pseudonymKeyId: id,
    input: commitment,
    output: commitment,
    sources: list(source, 128),
    redactor: object({ required: { name: id, version, configDigest: digest } }),
    checks: list(check),
    action: words('allow', 'reject', 'fail_retry', 'cache_hit', 'escalate', 'bypass'),
    reasonCodes: list(token),
    tags: list(anyText),
    decision,
    humanOversight: object({
      required: { kind: token },
      optional: { reviewerId: pseudonym, role: token, requestId: id, quorum: uint },
    }),
    error: object({ required: { code: token }, optional: { source: token, status: uint, retryable: flag } }),
    tool: object({
      required: { name: id },
      optional: {
        callId: id,
        type: token,
        server: id,
        version,
        definitionDigest: digest,
        effect: token,
        executedBy: words('client', 'provider'),
      },
    }),
    modelId: id,
    providerId: token,
    model: object({
      optional: {
        operation: token,
        requestedId: id,
        responseId: id,
        finishReason: token,
        rawFinishReason: token,
        weightsDigest: digest,
        promptId: id,
      },
    }),
    configDigest: digest,
    stateDigest: eitherHash,
    latencyMs: duration,
    usage: object({
      optional: {
        inputTokens: uint,
        outputTokens: uint,
        totalTokens: uint,
        cacheReadTokens: uint,
        cacheWriteTokens: uint,
        reasoningTokens: uint,
      },
    }),
    capture: object({ required: { method: token }, optional: { name: id, version } }),
    system,
    key,
    retention,
    detailsHash: digest,
    details,
  },
})

/** The member at a path, where everything on the way is an object. */
export function at(value: Value | undefined, ...path: string[]): Value | undefined {
  let found = value
  for (const name of path) found = isMembers(found) ? found.get(name) : undefined
  return found
}

function rules(members: Members, broken: string[]): void {
  const type = members.get('eventType')
  const has = (name: string) => members.has(name)
  const when = (holds: boolean, rule: string) => {
    if (!holds) broken.push(rule)
  }
  const items = (name: string) => (Array.isArray(members.get(name)) ? (members.get(name) as Value[]) : [])

  if (type === 'decision') when(has('checks') && (has('action') || has('error')), 'a decision has checks and an action')
  const acting = ['decision', 'inference', 'tool_call', 'tool_result', 'human_oversight']
  if (has('action')) when(acting.includes(type as string), 'action stands elsewhere')
  for (const [member, on] of [
    ['system', 'system'],
    ['retention', 'retention'],
    ['humanOversight', 'human_oversight'],
  ] as const)
    when(has(member) === (type === on), `${member} stands on its event type`)
  const keyEvent = at(members, 'key', 'event')
  if (type === 'key') when(has('key'), 'a key event has key')
  else if (has('key')) when(keyEvent === 'delegate', 'only delegate rides elsewhere')

  const oversight = members.get('humanOversight')
  if (oversight !== undefined) {
    const kind = at(oversight, 'kind')
    if (kind !== 'request') when(at(oversight, 'reviewerId') !== undefined, 'a reviewer')
    if (kind !== 'stop' && kind !== 'resume') {
      const about = items('links').some((one) => at(one, 'rel') === 'about' && at(one, 'receiptHash') !== undefined)
      when(about, 'a link about')
    }
  }
  const named =
    has('subjectId') ||
    has('principalId') ||
    at(oversight, 'reviewerId') !== undefined ||
    items('sources').some((one) => at(one, 'match', 'recordId') !== undefined)
  when(named === has('pseudonymKeyId'), 'pseudonymKeyId')
  for (const name of ['input', 'output']) {
    const hash = at(members, name, 'hash')
    if (hash === undefined) continue
    const keyed = (hash as string).startsWith('hmac-')
    when(keyed === (at(members, name, 'commitKeyId') !== undefined), 'commitKeyId')
  }
  for (const one of items('checks')) {
    const fired = at(one, 'fired')
    const [op, score, threshold] = ['op', 'score', 'threshold'].map((name) => at(one, name)) as [string, number, number]
    if (at(one, 'status') !== undefined) when(fired === false, 'fired with a status')
    else if (op !== undefined && score !== undefined && threshold !== undefined) {
      const says = { gt: score > threshold, gte: score >= threshold, lt: score < threshold, lte: score <= threshold }
      when(fired === says[op as keyof typeof says], 'fired')
    }
  }
  const [started, ended] = [members.get('startedAt'), members.get('endedAt')] as [string?, string?]
  if (started !== undefined && ended !== undefined) when(ended >= started, 'endedAt')
  if (has('details')) when(has('detailsHash'), 'details need detailsHash')
}

/** Everything that the members of a receipt get wrong. */
export function reportOf(members: Members): MemberReport {
  const report: MemberReport = { invalid: [], unknown: [], broken: [], open: [] }
  receipt(members, '', report)
  if (report.invalid.length === 0 && report.unknown.length === 0) rules(members, report.broken)
  return report
}

type Step = string | null

/** Where a reserved name may stand below the top; `null` is an item of a list. */
const named: readonly (readonly Step[])[] = [
  ['links', null, 'receiptHash'],
  ['system', 'predecessor', 'receiptHash'],
  ['system', 'lost', null, 'receiptHash'],
  ['retention', 'through', 'receiptHash'],
  ['retention', 'receipts', null, 'detailsHash'],
]
const reserved = new Set(['receiptHash', 'signature', 'details', 'detailsHash'])

const isNamed = (path: readonly Step[]) =>
  named.some((one) => one.length === path.length && one.every((step, index) => step === path[index]))

/** Whether a reserved name stands in a wrong place. */
export function hasReserved(value: Value, path: readonly Step[] = []): boolean {
  if (Array.isArray(value)) return value.some((item) => hasReserved(item, [...path, null]))
  if (!isMembers(value)) return false
  for (const [name, member] of value) {
    if (path.length === 0 && name === 'details') continue
    const there = [...path, name]
    if (path.length > 0 && reserved.has(name) && !isNamed(there)) return true
    if (hasReserved(member, there)) return true
  }
  return false
}
