/** Packages with a report, sealed and altered, and what their verdict has to be. */
import { createHash } from 'node:crypto'
import { Keyring } from '../../src/keys/keyring.js'
import { canonicalize } from '../../src/receipt/canonical.js'
import { type World, world } from '../report/seal/world.js'
import { chainOf, keys } from '../verify/support.js'
import type { Misleading } from './misleading.js'
import { acme, asking, packed, packer, resealed, slim, startOf, storeOf } from './support.js'
import { entriesOf, type RawEntry } from './zip-of.js'

const VALID = 'VALID'
const INVALID = 'INVALID REPORT_INVALID REQUIRED_REPORT_MISSING'
const MISSING = 'INCOMPLETE REQUIRED_REPORT_MISSING'
const REPORT = 'report/report.json'
const SEAL = 'report/report.seal.json'

const policy = asking({ report: true })
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Any JSON. */
// biome-ignore lint/suspicious/noExplicitAny: what is altered here has no type any more
type Json = any

/** @returns each package by its name */
export async function reported(): Promise<readonly Misleading[]> {
  const made = await world({}, ['other-chain'])
  const both = await world({}, ['one-chain', 'two-chain'])
  const keyring = (one: World) =>
    new Keyring([{ keyId: keys.one.keyId }, { keyId: packer.keyId, uses: ['report'] }, ...one.keyring.entries()])
  const pack = async ({ report, seal }: World, store: World['store']) =>
    slim(await packed({ store, logChain: undefined, checkpoints: [], report: { report, seal } }))
  const cases: Misleading[] = []
  const add = (name: string, expected: string, bytes: Uint8Array, of = made) =>
    void cases.push({ name: `reported: ${name}`, bytes, policy, keyring: keyring(of), expected })

  const whole = await pack(made, made.store)
  const entries = await entriesOf(whole)
  add('sealed', VALID, whole)
  add('sealed in two chains', VALID, await pack(both, both.store), both)
  cases.push({
    name: 'reported: sealed, and nobody asks',
    bytes: whole,
    policy: '{}',
    keyring: keyring(made),
    expected: VALID,
  })
  cases.push({
    name: 'reported: sealed by a key that nobody knows',
    bytes: whole,
    policy,
    expected: 'INCOMPLETE CHAIN_INCOMPLETE REQUIRED_REPORT_MISSING',
  })
  cases.push({
    name: 'reported: sealed, without a keyring',
    bytes: whole,
    policy,
    keyring: new Keyring([]),
    expected: '',
  })
  add('of other chains', MISSING, await pack(made, await storeOf(acme)))
  const other = chainOf([startOf('9'), {}, {}], { chainId: 'other-chain' })
  add('of another chain of that name', INVALID, await pack(made, await storeOf(other)))

  const bytesOf = (name: string, of: readonly RawEntry[] = entries) =>
    Buffer.from(of.find((one) => one.name === name)?.bytes ?? '')
  const report = bytesOf(REPORT).toString()
  const seal = bytesOf(SEAL).toString()
  const instead = (other: Readonly<Record<string, string | Buffer | undefined>>) =>
    resealed(
      entries.flatMap((entry) => {
        const name = String(entry.name)
        if (!(name in other)) return [entry]
        const bytes = other[name]
        return bytes === undefined ? [] : [{ name, bytes: Buffer.from(bytes) }]
      }),
    )
  const flip = (hex: string) => (hex.startsWith('0') ? '1' : '0') + hex.slice(1)

  add('unsealed', MISSING, instead({ [SEAL]: undefined }))
  add('a seal alone', MISSING, instead({ [REPORT]: undefined }))
  add('a figure is another', INVALID, instead({ [REPORT]: report.replace('"receipts":20', '"receipts":19') }))
  add('written otherwise', VALID, instead({ [REPORT]: JSON.stringify(JSON.parse(report), null, 2) }))
  const sealWith = (name: string, expected: string, text: string | Buffer) =>
    add(name, expected, instead({ [SEAL]: text }))
  sealWith(
    'a signature in the seal',
    INVALID,
    seal.replace(/ed25519:([0-9a-f]+)/, (_, hex) => `ed25519:${flip(hex)}`),
  )
  sealWith(
    'another digest in the seal',
    INVALID,
    seal.replace(/sha256:([0-9a-f]+)/, (_, hex) => `sha256:${flip(hex)}`),
  )
  const sealed = JSON.parse(seal) as { digest: string; lines: string[] }
  const sealText = (change: object) => JSON.stringify({ ...sealed, ...change })
  sealWith('a seal of no receipts', MISSING, sealText({ lines: [] }))
  sealWith('a seal of another receipt', '', sealText({ lines: [JSON.stringify(acme[0])] }))
  sealWith('a seal with one more', '', sealText({ lines: [...sealed.lines, JSON.stringify(acme[0])] }))
  sealWith('a seal with its receipt twice', '', sealText({ lines: [...sealed.lines, ...sealed.lines] }))
  sealWith('a seal with what is none', '', sealText({ lines: [...sealed.lines, 'none'] }))
  sealWith('a seal with no receipt but a list', '', sealText({ lines: ['[]'] }))
  for (const [name, text] of [
    ['no JSON', 'none'],
    ['null', 'null'],
    ['empty', ''],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['a number', '5'],
    ['more members', sealText({ more: 1 })],
    ['lines that are none', sealText({ lines: [5] })],
    ['lines as a text', sealText({ lines: 'x' })],
    ['no digest', sealText({ digest: undefined })],
    ['a digest that is a number', sealText({ digest: 5 })],
    ['a byte order mark', `\ufeff${seal}`],
    ['a member twice', seal.replace('{', `{"digest":"sha256:${'0'.repeat(64)}",`)],
    ['blanks', ` ${seal}\n`],
  ] as const)
    sealWith(`a seal that is ${name}`, '', text)
  sealWith('a seal that is not UTF-8', '', Buffer.concat([Buffer.from(seal.slice(0, -1)), Buffer.from([0xff, 0x7d])]))

  // the digest in the seal goes along, so that nothing but the report itself is to blame
  const reportWith = (name: string, change: (value: Json) => void, expected = '') => {
    const value = JSON.parse(report)
    change(value)
    const text = JSON.stringify(value)
    let digest = sealed.digest
    try {
      digest = digestOf(canonicalize(value))
    } catch {
      // it has no such form: the digest stays
    }
    add(name, expected, instead({ [REPORT]: text, [SEAL]: sealText({ digest }) }))
  }
  reportWith('its verdict is another', (value) => (value.verdict = 'INVALID'), INVALID)
  reportWith('its chain is called INVALID', (value) => (value.chains[0].verdict = 'INVALID'), INVALID)
  reportWith('its period is empty', (value) => (value.period.empty = true), INVALID)
  reportWith('its period has more', (value) => (value.period.receipts += 1), INVALID)
  reportWith(
    'its period ends before',
    (value) => ([value.period.from, value.period.until] = [value.period.until, value.period.from]),
    INVALID,
  )
  reportWith('its chain is there twice', (value) => value.chains.push(value.chains[0]), INVALID)
  reportWith('its root is another', (value) => (value.chains[0].scope.root = `sha256:${'0'.repeat(64)}`), INVALID)
  reportWith('its head is another', (value) => (value.chains[0].scope.head.receiptHash = `sha256:${'0'.repeat(64)}`))
  reportWith('its head is at another place', (value) => (value.chains[0].scope.head.seq -= 1))
  reportWith('it has no head', (value) => delete value.chains[0].scope.head)
  reportWith('it has no chains', (value) => (value.chains = []))
  reportWith('its chain has another id', (value) => (value.chains[0].chainId = 'acme'))
  reportWith(
    'more is counted than was looked at',
    (value) => (value.chains[0].counted = value.chains[0].checked + 1),
    INVALID,
  )
  reportWith('a receipt of its excerpt is gone', (value) => value.excerpt.ranges[0]?.lines.pop())
  reportWith('its excerpt is of another place', (value) => {
    value.excerpt.ranges[0].fromSeq += 1
    value.excerpt.ranges[0].toSeq += 1
  })
  reportWith(
    'a receipt of its excerpt is altered',
    (value) => (value.excerpt.ranges[0].lines[0] = value.excerpt.ranges[0].lines[0].replace('"allow"', '"block"')),
  )
  reportWith('a receipt of its excerpt is none', (value) => (value.excerpt.ranges[0].lines[0] = 'none'))
  reportWith('a receipt is cited from elsewhere', (value) => value.excerpt.cited.push(JSON.stringify(acme[3])))
  reportWith('a receipt is cited that is none', (value) => value.excerpt.cited.push('{}'))
  const walk = (value: Json, path: string[], visit: (parent: Json, name: string, path: string[]) => void): void => {
    if (typeof value !== 'object' || value === null) return
    for (const name of Object.keys(value)) {
      visit(value, name, [...path, name])
      walk(value[name], [...path, name], visit)
    }
  }
  const places: string[][] = []
  const seen = new Set<string>()
  walk(JSON.parse(report), [], (_, __, path) => {
    const kind = path.map((step) => (/^\d+$/.test(step) ? '*' : step)).join('.')
    if (!seen.has(kind)) places.push(path)
    seen.add(kind)
  })
  const at = (value: Json, path: readonly string[]): [Json, string] => [
    path.slice(0, -1).reduce((inner, step) => inner[step], value),
    path.at(-1) as string,
  ]
  // every fourth member by itself: gone, and of another kind
  for (const path of places.filter((_, index) => index % 4 === 0)) {
    reportWith(`without ${path.join('.')}`, (value) => {
      const [parent, name] = at(value, path)
      if (Array.isArray(parent)) parent.splice(Number(name), 1)
      else delete parent[name]
    })
    reportWith(`with another ${path.join('.')}`, (value) => {
      const [parent, name] = at(value, path)
      const before = parent[name]
      parent[name] =
        typeof before === 'string'
          ? `${before}x`
          : typeof before === 'number'
            ? before + 0.5
            : typeof before === 'boolean'
              ? !before
              : 7
    })
  }
  reportWith('with one member more', (value) => (value.more = 1), INVALID)
  reportWith('with one member more inside', (value) => (value.chains[0].scope.more = 1), INVALID)
  for (const [name, text] of [
    ['no JSON', 'none'],
    ['empty', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a later format', report.replace(/"quittance-report\/\d+"/, '"quittance-report/99"')],
    ['a member twice', report.replace('{', '{"format":"quittance-report/1",')],
    ['a byte order mark', `\ufeff${report}`],
    ['a number beyond doubles', report.replace('"receipts":20', '"receipts":1e999')],
    ['a half of a pair', report.replace(/"title":"/, '"title":"\\ud800')],
    ['a page', '<!doctype html><html><script type="application/json">{}</script></html>'],
    ['a page with the report', `<!doctype html><html><script type="application/json">${report}</script></html>`],
    ['a PDF', '%PDF-1.7\n'],
    ['blanks around it', `\n ${report} \n`],
  ] as const)
    add(`that is ${name}`, name.startsWith('a page') ? INVALID : '', instead({ [REPORT]: text }))
  add('that is not UTF-8', '', instead({ [REPORT]: Buffer.concat([Buffer.from(report), Buffer.from([0xff])]) }))
  return cases
}
