/**
 * A hundred values of nobody, planted through everything that a call site can say, then searched for in everything that is
 * written, sent, told or thrown.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { Redis } from 'ioredis'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { type CollectorOptions, ReceiptCollector } from '../../src/collector/index.js'
import type { ReceiptDraft } from '../../src/ledger/draft.js'
import { createLedger } from '../../src/ledger/ledger.js'
import type { Ledger, LedgerEvents } from '../../src/ledger/types.js'
import { prometheusMetrics } from '../../src/metrics/prometheus.js'
import { type PiiOptions, piiRedactor } from '../../src/pii/pii-redactor.js'
import type { Redactor } from '../../src/pii/redactor.js'
import type { DecisionReceipt } from '../../src/receipt/types.js'
import { fileStore } from '../../src/store/file.js'
import { memoryStore } from '../../src/store/memory.js'
import { redisStore } from '../../src/store/redis.js'
import type { ReceiptStore } from '../../src/store/store.js'
import { runCli } from '../cli/run-cli.js'
import { draft, keyNamed } from '../ledger/support.js'

/** What is planted, and what to look for afterwards. */
interface Plant {
  /** As it is written, with words around it where a person would write some. */
  readonly text: string
  /** The value alone, and its folded form. */
  readonly needles: readonly string[]
}

const luhn = (digits: string): string => {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = index % 2 === 0 ? Number(digit) * 2 : Number(digit)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
const grouped = (text: string, by: string) => text.replace(/.{4}(?=.)/g, `$&${by}`)
const cardOf = (index: number) => luhn(`411111${String(index).padStart(9, '0')}`)
const ibanOf = (index: number) => {
  const account = `370400440532${String(index).padStart(6, '0')}`
  const check = 98n - (BigInt(`${account}131400`) % 97n)
  return `DE${String(check).padStart(2, '0')}${account}`
}
const wide = (text: string) =>
  text.replace(/[!-~]/g, (one) => String.fromCodePoint((one.codePointAt(0) as number) + 0xfee0))

/** Values that need no word beside them: also fit for names of members, and for ids. */
const plain: readonly Plant[] = [
  ...Array.from({ length: 16 }, (_, index) => {
    const name = `person${index}q`
    const address = `${name}@mail${index}.example.org`
    const written = [
      address,
      `${name}@mail${index}.Example.ORG`,
      `${name}\u200b@mail${index}.exa\u00admple.org`,
      wide(address),
      `${name} [at] mail${index} [dot] example [dot] org`,
      `${name}&#64;mail${index}.example.org`,
      `${name}%40mail${index}.example.org`,
      `<mailto:${address}>`,
    ]
    return { text: written[index % written.length] as string, needles: [name, wide(name)] }
  }),
  ...Array.from({ length: 16 }, (_, index) => {
    const number = cardOf(index * 7_919 + 12_345)
    const written = [number, grouped(number, ' '), grouped(number, '-'), wide(number), grouped(number, '\u200b')]
    return { text: written[index % written.length] as string, needles: [number, wide(number)] }
  }),
  ...Array.from({ length: 12 }, (_, index) => {
    const iban = ibanOf(index * 31 + 7)
    const written = [iban, grouped(iban, ' '), iban.toLowerCase(), grouped(iban, '\u00a0')]
    return { text: written[index % written.length] as string, needles: [iban] }
  }),
  ...Array.from({ length: 12 }, (_, index) => {
    const last = String(100 + index)
    const written = [`+1 212-555-0${last}`, `+1 (212) 555-0${last}`, `+12125550${last}`, `+1.212.555.0${last}`]
    return { text: written[index % written.length] as string, needles: [`2125550${last}`] }
  }),
  ...['203.0.113.77', '198.51.100.23', '2001:db8:85a3::8a2e:370:7334', '2001:DB8::7:1234:abcd'].map((ip) => ({
    text: ip,
    needles: [ip],
  })),
]

/** Values that somebody says something about. */
const described: readonly Plant[] = [
  ...(
    [
      ['SSN ', '536-22-8726'],
      ['Social Security number: ', '219-44-1027'],
      ['NHS number ', '943 476 5919'],
      ['Steuer-IdNr. ', '86 095 742 719'],
      ['codice fiscale ', 'RSSMRA85T10A562S'],
      ['DNI ', '12345678Z'],
      ['NIE ', 'X1234567L'],
      ['BSN ', '111222333'],
      ['PESEL ', '44051401359'],
      ['CPF ', '111.444.777-35'],
      ['N° de sécurité sociale ', '2 55 08 14 168 025 38'],
      ['National Insurance number ', 'AB 12 34 56 C'],
      ['password: ', 'Tr0ub4dor&3-x91Q'],
      ['api_key=', 'q8Zt4LmN0vXc7RbY2sKd'],
      ['Authorization: Bearer ', 'mF_9.B5f-4.1JqMzQ7xT2wK'],
      ['', 'AKIAIOSFODNN7EXAMPLE'],
      ['', `ghp_${'aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5'}`],
      [
        '',
        'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
      ],
      ['postgres://svc:', 'pa55w0rdXy9Q@db.example.com/app'],
      ['call 030 ', '5550 1234 about it'],
    ] as const
  ).map(([before, value]) => ({ text: before + value, needles: [value.split(/[@ ](?:db|about)/)[0] as string] })),
  ...Array.from({ length: 20 }, (_, index) => {
    const name = `writer${index}q`
    return {
      text: `Please write to ${name}@corp${index}.example.com, or call +44 7700 900${200 + index}.`,
      needles: [name, `7700900${200 + index}`],
    }
  }),
]
const plants: readonly Plant[] = [...plain, ...described]

/** Without what people write between digits and what can't be seen. */
const compact = (text: string): string => text.replace(/[\s.\-()/\u00ad\u200b]+/g, '').toLowerCase()

/** @returns the needles that stand in a text, as they are or with other separators */
function foundIn(text: string): string[] {
  const whole = text.toLowerCase()
  const pressed = compact(text)
  return plants
    .flatMap(({ needles }) => needles)
    .filter((needle) => whole.includes(needle.toLowerCase()) || pressed.includes(compact(needle)))
}

/** Hands out the planted values, one after another, round and round. */
function planter(from: readonly Plant[]) {
  let next = 0
  return {
    next: (): string => {
      const { text } = from[next % from.length] as Plant
      next += 1
      return text
    },
  }
}

const web = (parts: readonly string[]): ReadableStream<string> =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part)
      controller.close()
    },
  })

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Everything that came out of a ledger beside its store. */
interface Outcome {
  readonly receipts: DecisionReceipt[]
  readonly errors: unknown[]
  /** What had to be sealed and was not. */
  readonly unsealed: unknown[]
}

/** Says everything that a call site can say, each with values of somebody. */
async function sayEverything(ledger: Ledger, tenantId: string): Promise<Outcome> {
  const planted = planter(plants)
  // two names of one type would be alike after redaction
  const addresses = planter(plain.slice(0, 16))
  const cards = planter(plain.slice(16, 32))
  const unsealed: unknown[] = []
  const receipts: DecisionReceipt[] = []
  const errors: unknown[] = []
  const { next } = planted
  const collector = (more: Partial<CollectorOptions> = {}) => new ReceiptCollector({ ledger, tenantId, ...more })
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      const made = await work()
      if (typeof made === 'object' && made !== null && 'receiptHash' in made) receipts.push(made as DecisionReceipt)
    } catch (error) {
      errors.push(error)
    }
  }
  const seal = async (work: () => Promise<unknown>) => {
    const before = errors.length
    await attempt(work)
    unsealed.push(...errors.slice(before))
  }
  const deep = (levels: number): unknown =>
    levels === 0
      ? next()
      : { [addresses.next()]: [next(), deep(levels - 1)], number: 4111111111111111, [cards.next()]: null }

  // every value once as a text, once in an object, and those that can be as names
  for (const { text } of plants) {
    await seal(() => collector().setInput(`It says: ${text}; no more.`).setOutput(text).setAction('allow').emit())
    await seal(() =>
      collector()
        .setMetadata({ note: text, list: [[text]] })
        .setAction('allow')
        .emit(),
    )
  }
  for (const { text } of plain)
    await seal(() =>
      collector()
        .setInput({ [text]: { [text]: text } })
        .setMetadata({ [text]: 1 })
        .setAction('allow')
        .emit(),
    )

  const thrown = () => new Error(next(), { cause: new Error(next(), { cause: next() }) })
  await seal(() =>
    collector()
      .setInput(deep(5))
      .setOutput({ numbers: [4111111111111111, 2125550123], deep: deep(3) })
      .addCheck('policy', { fired: true, detail: next() })
      .addCheck('other', { fired: false, detail: next() })
      .addTag(next(), next(), next())
      .setSubject(next())
      .setPrincipal(next())
      .addMatch('reference', { found: true, record: next() })
      .setConfig({ temperature: 1, system: next() })
      .setDetail('rationale', deep(3))
      .setDetail('factors', [next(), { why: next() }])
      .setDetail('disclosures', next())
      .setDetail('xNotes', { [cards.next()]: next() })
      .setExtension('xVendor', deep(2))
      .setMetadata(deep(4) as Record<string, unknown>)
      .setState({ plan: next() })
      .setTool({ name: 'lookup', definition: { description: next() } })
      .setResponse({
        type: 'message',
        model: 'model-1',
        stop_reason: 'end_turn',
        content: [{ type: 'text', text: next() }],
      })
      .setError(thrown())
      .setAction('reject')
      .emit(),
  )
  await seal(async () =>
    collector()
      .setInput(web([next().slice(0, 5), ` ${next()} `, next()]))
      .setAction('allow')
      .emit(),
  )
  for (const { text } of plants.filter((_, index) => index % 7 === 0)) {
    // a value that is cut in two by its chunks
    const half = Math.floor(text.length / 2)
    await seal(() =>
      drained(
        collector()
          .setAction('allow')
          .pipeOutput(web([text.slice(0, half), text.slice(half)])) as never,
      ),
    )
    await seal(() =>
      drained(
        collector()
          .setAction('allow')
          .pipeOutput(Readable.from([text.slice(0, half), text.slice(half)])),
      ),
    )
  }
  await seal(() =>
    collector()
      .run(() => {
        throw Object.assign(new TypeError(next()), { code: 'E_FAILED', address: next() })
      })
      .catch((error: unknown) => {
        // the request's own error is the request's own
        if (!(error instanceof TypeError)) throw error
      }),
  )
  await seal(() => collector().setError(next()).emit())
  await seal(() => collector().setError({ name: next(), message: next(), code: next() }).emit())
  const about = receipts[0] as DecisionReceipt
  await seal(() =>
    collector({ eventType: 'human_oversight' })
      .addLink('about', about)
      .setHumanOversight({ kind: 'rejection', reviewer: next(), comment: next() })
      .setAction('reject')
      .emit(),
  )

  // what can't be replaced: each must be refused, and the error must say nothing of it
  const address = () => (plain[0] as Plant).text
  const refused: ((value: string) => Promise<unknown>)[] = [
    async (value) => collector({ tenantId: value, chainId: 'other' }).setAction('allow').emit(),
    async (value) => collector({ tenantId: value }).setAction('allow').emit(),
    async (value) => collector({ sessionId: value }).setAction('allow').emit(),
    async (value) => collector({ systemId: value }).setAction('allow').emit(),
    async (value) => collector().setAgent(value).setAction('allow').emit(),
    async (value) => collector().setDecisionId(value).setAction('allow').emit(),
    async (value) => collector().addReason(value).setAction('allow').emit(),
    async (value) => collector().addCheck(value, { fired: false }).setAction('allow').emit(),
    async (value) => collector().addCheck('c', { fired: false, label: value }).setAction('allow').emit(),
    async (value) => collector().setModel({ modelId: value }).setAction('allow').emit(),
    async (value) => collector().setTool({ name: value }).setAction('allow').emit(),
    async (value) => collector().addSource({ type: 'document', id: value }).setAction('allow').emit(),
    async (value) => collector().addMatch(value, { found: false }).setAction('allow').emit(),
    async (value) => collector().setInput('x', { ref: value }).setAction('allow').emit(),
    async (value) => collector().setInput('x', { mediaType: value }).setAction('allow').emit(),
    async (value) => collector().setDecision({ type: value }).setAction('allow').emit(),
    async (value) => collector().setCapture({ method: value }).setAction('allow').emit(),
    async (value) => collector().setHumanOversight({ kind: value }).setAction('allow').emit(),
    async (value) => collector().setError('x', { code: value }).emit(),
    async (value) =>
      collector()
        .setDetail('groups', { [value]: value })
        .setAction('allow')
        .emit(),
    async (value) =>
      collector()
        .setExtension(value as 'x', 1)
        .setAction('allow')
        .emit(),
    async (value) =>
      collector()
        .setInput({ at: new Map([[value, value]]) })
        .setAction('allow')
        .emit(),
    async (value) =>
      collector()
        .setInput({ [value]: Symbol(value) })
        .setAction('allow')
        .emit(),
    async (value) =>
      collector()
        .setMetadata({ [value]: Number.NaN })
        .setAction('allow')
        .emit(),
    async (value) =>
      collector()
        .setInput({ [value]: 1, '[EMAIL]': 2, '[CREDIT_CARD]': 3 })
        .setAction('allow')
        .emit(),
    async (value) => ledger.append(draft({ [value]: value } as Partial<ReceiptDraft>)),
    async (value) => ledger.append(draft({ details: { checks: { [value]: value } } })),
    async (value) => ledger.note('acme', { code: value }),
    async (value) => ledger.hold('acme', { holdId: value, reason: 'case' }),
    async (value) => ledger.heartbeat(value, {}, { tenantId: value }),
    async (value) => ledger.prove(value, about),
  ]
  // ids that machines make may be numbers by chance, so that only an address is refused in them
  await attempt(async () => collector({ traceId: address() }).setAction('allow').emit())
  await attempt(() => collector().setTool({ name: 't', callId: address() }).setAction('allow').emit())
  for (const attemptRefused of refused) {
    await attempt(() => attemptRefused('person0q@mail0.example.org'))
    await attempt(() => attemptRefused(cardOf(12_345)))
    await attempt(() => attemptRefused(address()))
  }

  // delivered again, and an id used for something else
  const one = draft({ tenantId, chainId: tenantId, input: { kind: 'text', content: next() }, tags: [next()] })
  await seal(() => ledger.append(one))
  await seal(() => ledger.append({ ...one }))
  await attempt(() => ledger.append({ ...one, tags: [next()] }))
  return { receipts, errors, unsealed }
}

interface Told extends Outcome {
  readonly events: unknown[]
  readonly warnings: unknown[]
  readonly metrics: string
}

async function everythingThrough(store: ReceiptStore, redactor: Redactor | false): Promise<Told> {
  const ledger = createLedger({
    store,
    keys: keyNamed('leak'),
    redactor,
    secret: new Uint8Array(32).fill(5),
    commitment: 'hmac-sha256',
  })
  const events: unknown[] = []
  const warnings: unknown[] = []
  const names: readonly (keyof LedgerEvents)[] = [
    'appended',
    'signed',
    'stored',
    'failed',
    'conflict',
    'retry',
    'warning',
  ]
  for (const name of names) ledger.on(name, (event) => events.push([name, event]))
  const metrics = prometheusMetrics({ registry: new Registry(), labels: { chain: true, tenant: true } })
  metrics.observe(ledger)
  const onWarning = (warning: unknown) => warnings.push(warning)
  process.on('warning', onWarning)
  try {
    const outcome = await sayEverything(ledger, 'acme')
    const health = await ledger.health()
    const scraped = await metrics.registry.metrics()
    return { ...outcome, events: [...events, health], warnings, metrics: scraped }
  } finally {
    process.off('warning', onWarning)
    await ledger.close()
  }
}

/** All of a value, causes and stacks and what doesn't enumerate included. */
const shownWhole = (value: unknown): string =>
  inspect(value, { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null, showHidden: true })

function expectNothing(where: string, text: string): void {
  const found = foundIn(text)
  const near = found.map((needle) => {
    const at = text.toLowerCase().indexOf(needle.toLowerCase())
    return `${needle}: ${at < 0 ? 'with other separators' : text.slice(Math.max(0, at - 120), at + 120)}`
  })
  expect(near, where).toEqual([])
}

function expectQuiet({ receipts, errors, unsealed, events, warnings, metrics }: Told): void {
  expect(unsealed).toEqual([])
  expectNothing('receipts', JSON.stringify(receipts))
  for (const error of errors) {
    expectNothing('an error', shownWhole(error))
    expectNothing('its stack', String((error as Error).stack))
    expectNothing('its JSON', JSON.stringify(error))
  }
  expectNothing('events', shownWhole(events))
  expectNothing('warnings', shownWhole(warnings))
  expectNothing('metrics', metrics)
}

async function contentsOf(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')))
}

const both: readonly (readonly [string, PiiOptions])[] = [
  ['redacted', {}],
  ['hashed, masked and numbered', { modes: { EMAIL: 'token', IBAN: 'mask', '*': 'hash' }, secret: new Uint8Array(32) }],
]

describe('a hundred values of nobody', () => {
  test('are a hundred, and each is found by a search where nobody redacts', async () => {
    expect(plants.length).toBeGreaterThanOrEqual(100)
    expect(new Set(plants.map(({ text }) => text)).size).toBe(plants.length)
    const store = memoryStore()
    const told = await everythingThrough(store, false)
    const text = JSON.stringify(told.receipts)
    const missed = plants.filter(({ needles }) => !needles.some((needle) => foundIn(text).includes(needle)))
    // all but what only a hash holds
    expect(missed.map(({ text: value }) => value)).toEqual([])
    expect(told.receipts.length).toBeGreaterThan(250)
  })

  test.each(both)('%s: none is in a memory store, nor in anything told or thrown', async (_, options) => {
    const store = memoryStore()
    const told = await everythingThrough(store, piiRedactor(options))
    expectQuiet(told)
    expect(told.receipts.length).toBeGreaterThan(250)
    expect(told.errors.length).toBeGreaterThan(60)
    // each text and each name was replaced, not only hidden by its hash
    const unseen = told.receipts.filter(({ input }) => input !== undefined && input.redactions === undefined)
    expect(unseen.map(({ seq }) => seq)).toEqual([])
  })

  test('none is in the files of a file store, nor in what the program shows of them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'quittance-leak-'))
    try {
      const told = await everythingThrough(fileStore(join(dir, 'receipts')), piiRedactor())
      expectQuiet(told)
      const files = await contentsOf(dir)
      expect(files.join('').length).toBeGreaterThan(100_000)
      for (const file of files) expectNothing('a file', file)
      const { keyId } = told.receipts[0] as DecisionReceipt
      const trust = ['--trust', keyId]
      const inside = told.receipts.map(({ seq }) => seq).filter((_, index, all) => index > all.length - 12)
      for (const args of [
        ['verify', 'receipts/acme', ...trust],
        ['verify', 'receipts/acme', '--json', ...trust],
        ...inside.map((seq) => ['inspect', 'receipts/acme', '--seq', String(seq), ...trust]),
        ...inside.map((seq) => ['inspect', 'receipts/acme', '--seq', String(seq), '--json', ...trust]),
      ]) {
        const { stdout, stderr } = await runCli(args, { cwd: dir })
        expect(`${stdout}${stderr}`.length).toBeGreaterThan(10)
        expectNothing(args.join(' '), `${stdout}${stderr}`)
      }
      const judged = ['--chain', 'acme', ...trust]
      const period = ['--period', '2020-01-01/2040-01-01']
      for (const args of [
        ['report', 'receipts', ...judged, ...period, '--format', 'html,md,json', '--out', 'out'],
        ['stats', 'receipts', ...judged, ...period],
        ['coverage', 'receipts', ...judged],
        ['query', 'receipts', ...judged, '--format', 'jsonl'],
        ['query', 'receipts', ...judged, '--format', 'table'],
        ['query', 'receipts', ...judged, '--format', 'csv'],
        ['reconstruct', '--receipt', (told.receipts[0] as DecisionReceipt).receiptId, '--store', 'receipts', ...judged],
      ]) {
        const { code, stdout, stderr } = await runCli(args, { cwd: dir })
        expect([args[0], code, stderr]).toEqual([args[0], 0, expect.any(String)])
        expectNothing(args.join(' '), `${stdout}${stderr}`)
      }
      const written = await contentsOf(join(dir, 'out'))
      expect(written.length).toBe(3)
      for (const file of written) expectNothing('a report', file)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })
})

describe('a hundred values, on a real Redis', () => {
  let redis: RedisService
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  async function everyKey(): Promise<string> {
    const client = new Redis(redis.url)
    const read = async (key: string): Promise<unknown> => {
      switch (await client.type(key)) {
        case 'string':
          return client.get(key)
        case 'list':
          return client.lrange(key, 0, -1)
        case 'hash':
          return client.hgetall(key)
        case 'set':
          return client.smembers(key)
        case 'zset':
          return client.call('ZRANGE', key, '0', '-1', 'WITHSCORES')
        case 'stream':
          return client.xrange(key, '-', '+')
        default:
          throw new Error('a type that this test does not read')
      }
    }
    try {
      const keys = await client.keys('*')
      expect(keys.length).toBeGreaterThan(0)
      return JSON.stringify(await Promise.all(keys.map(async (key) => [key, await read(key)])))
    } finally {
      client.disconnect()
    }
  }

  test('none is in any key, in its files or its log, nor in anything told or thrown', async () => {
    const told = await everythingThrough(redisStore({ url: redis.url }), piiRedactor())
    expectQuiet(told)
    const keys = await everyKey()
    expect(keys.length).toBeGreaterThan(100_000)
    expectNothing('a key', keys)
    for (const file of await contentsOf(redis.dir)) expectNothing('a file of the server', file)
    expectNothing('the log of the server', redis.log())
  })
})
