/** The members of a `quittance/1` receipt: the one source of the types, the checks and the published JSON Schema. */
import { eventTypes } from '../event-types.js'
import {
  anyJson,
  anyObject,
  anyText,
  bool,
  list,
  number,
  numberIn,
  object,
  oneOf,
  onlyTrue,
  optional,
  record,
  tagged,
  text,
  uint,
} from './describe.js'
import {
  chainName,
  didKey,
  digest,
  digestOrPseudonym,
  hex32,
  hex64,
  id,
  pseudonym,
  signature,
  time,
  token,
  uuidv7,
  version,
} from './words.js'

const open = { open: true } as const

export const eventType = oneOf(...eventTypes)

export const action = oneOf('allow', 'reject', 'fail_retry', 'cache_hit', 'escalate', 'bypass')

export const commitment = object({
  kind: oneOf('text', 'json', 'bytes'),
  hash: digestOrPseudonym,
  commitKeyId: optional(id),
  redactions: optional(record(token, uint)),
  ref: optional(id),
  mediaType: optional(
    text(/^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}$/, 'a media type as type/subtype'),
  ),
  partial: optional(onlyTrue),
})

export const link = object(
  { rel: token, receiptId: uuidv7, receiptHash: optional(digest), chainId: optional(chainName) },
  open,
)

export const source = object(
  {
    type: token,
    id,
    version: optional(version),
    hash: optional(digestOrPseudonym),
    trust: optional(numberIn(0, 1)),
    score: optional(number),
    match: optional(
      object(
        {
          found: bool,
          count: optional(uint),
          score: optional(number),
          threshold: optional(number),
          recordId: optional(pseudonym),
        },
        open,
      ),
    ),
  },
  open,
)

export const usage = object(
  {
    inputTokens: optional(uint),
    outputTokens: optional(uint),
    totalTokens: optional(uint),
    cacheReadTokens: optional(uint),
    cacheWriteTokens: optional(uint),
    reasoningTokens: optional(uint),
  },
  open,
)

export const errorInfo = object(
  { code: token, source: optional(token), status: optional(uint), retryable: optional(bool) },
  open,
)

export const humanOversight = object(
  {
    kind: token,
    reviewerId: optional(pseudonym),
    role: optional(token),
    requestId: optional(id),
    quorum: optional(uint),
  },
  open,
)

export const tool = object(
  {
    name: id,
    callId: optional(id),
    type: optional(token),
    server: optional(id),
    version: optional(version),
    definitionDigest: optional(digest),
    effect: optional(token),
    executedBy: optional(oneOf('client', 'provider')),
  },
  open,
)

export const decision = object(
  {
    type: optional(token),
    annexIII: optional(text(/^[1-8](?:\([a-e]\))?$/, 'a point of Annex III, as 5(b)')),
    role: optional(token),
    outcome: optional(token),
    favourable: optional(bool),
    score: optional(number),
    confidence: optional(numberIn(0, 1)),
    oversight: optional(oneOf('none', 'before', 'after')),
    groupBasis: optional(oneOf('direct', 'inferred', 'blind')),
  },
  open,
)

export const model = object(
  {
    operation: optional(token),
    requestedId: optional(id),
    responseId: optional(id),
    finishReason: optional(token),
    rawFinishReason: optional(token),
    weightsDigest: optional(digest),
    promptId: optional(id),
  },
  open,
)

export const check = object(
  {
    name: id,
    version: optional(version),
    stage: optional(token),
    score: optional(number),
    threshold: optional(number),
    op: optional(oneOf('gt', 'gte', 'lt', 'lte')),
    fired: bool,
    status: optional(oneOf('error', 'timeout', 'skipped')),
    label: optional(token),
    policyId: optional(id),
    mode: optional(oneOf('shadow')),
    latencyMs: optional(numberIn(0, Number.MAX_SAFE_INTEGER)),
  },
  open,
)

export const capture = object({ method: token, name: optional(id), version: optional(version) }, open)

const place = { seq: uint, receiptHash: digest }

export const system = tagged('event', {
  chain_start: {
    nonce: hex32,
    retentionDays: uint,
    operator: optional(id),
    predecessor: optional(object({ chainId: chainName, ...place })),
  },
  chain_end: { reason: token, successorChainId: optional(chainName) },
  rollback: { lost: list(object({ seq: uint, receiptId: uuidv7, receiptHash: digest }), 256) },
  heartbeat: { dropped: optional(uint) },
  gap: { from: time, to: time, reason: token, count: optional(uint), rate: optional(number) },
  change: { what: token, from: optional(id), to: optional(id), substantial: optional(bool) },
  report: { hash: digest, fromSeq: uint, toSeq: uint },
  checkpoint: { origin: id, size: uint, rootHash: digest },
  notice: { code: token, count: optional(uint) },
})

export const certificate = object({
  root: didKey,
  delegate: didKey,
  chains: list(
    text(
      /^(?!.*\.\.)(?!\/)(?:(?!.*\/$)[A-Za-z0-9._:@/-]{1,256}|[A-Za-z0-9._:@/-]{0,255}\*)$/,
      'a chain id, or a prefix ending in *',
    ),
  ),
  notBefore: time,
  notAfter: time,
  uses: list(oneOf('receipt')),
  serial: id,
})

export const key = tagged('event', {
  delegate: { certificate, certificateSignature: signature },
  rotate: { newKeyId: didKey, countersignature: signature },
  revoke: { keyId: didKey, effectiveAt: time, reason: token },
})

const holdMembers = {
  holdId: id,
  fromSeq: optional(uint),
  toSeq: optional(uint),
  decisionId: optional(id),
  reason: token,
}

export const retention = tagged('event', {
  prune: { through: object(place), count: uint, merkleRoot: digest, policy: id, reason: token },
  erase: { receipts: list(object({ seq: uint, receiptId: uuidv7, detailsHash: digest }), 256), reason: token },
  hold: holdMembers,
  release: holdMembers,
  shred: { secretId: id, use: oneOf('pseudonym', 'commit', 'payload'), reason: token },
})

export const details = object(
  {
    salt: hex64,
    checks: optional(record(id, anyText)),
    error: optional(object({ message: optional(anyText), stack: optional(anyText) }, open)),
    oversight: optional(object({ comment: optional(anyText) }, open)),
    rationale: optional(anyJson),
    factors: optional(anyJson),
    config: optional(anyJson),
    groups: optional(record(token, token)),
    disclosures: optional(anyJson),
    metadata: optional(anyObject),
  },
  open,
)

export const receiptMembers = {
  version: oneOf('quittance/1'),
  receiptId: uuidv7,
  chainId: chainName,
  seq: uint,
  timestamp: time,
  eventType,
  tenantId: id,
  systemId: optional(id),
  systemVersion: optional(version),
  agentId: optional(id),
  agentVersion: optional(version),
  traceId: optional(id),
  spanId: optional(id),
  sessionId: optional(id),
  decisionId: optional(id),
  parentReceiptId: optional(uuidv7),
  links: optional(list(link, 32)),
  stepIndex: optional(uint),
  attempt: optional(uint),
  startedAt: optional(time),
  endedAt: optional(time),
  subjectId: optional(pseudonym),
  principalId: optional(pseudonym),
  pseudonymKeyId: optional(id),
  input: optional(commitment),
  output: optional(commitment),
  sources: optional(list(source, 128)),
  redactor: optional(object({ name: id, version, configDigest: digest }, open)),
  checks: optional(list(check)),
  action: optional(action),
  reasonCodes: optional(list(token)),
  tags: optional(list(anyText)),
  decision: optional(decision),
  humanOversight: optional(humanOversight),
  tool: optional(tool),
  modelId: optional(id),
  providerId: optional(token),
  model: optional(model),
  configDigest: optional(digest),
  stateDigest: optional(digestOrPseudonym),
  latencyMs: optional(numberIn(0, Number.MAX_SAFE_INTEGER)),
  usage: optional(usage),
  error: optional(errorInfo),
  capture: optional(capture),
  key: optional(key),
  retention: optional(retention),
  system: optional(system),
  detailsHash: optional(digest),
  keyId: didKey,
  prevReceiptHash: digest,
  receiptHash: digest,
  signature,
  details: optional(details),
} as const

/** The whole receipt, without the rules that join several members (`rules.ts`). */
export const receipt = object(receiptMembers, open)
