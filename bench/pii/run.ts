/** Prints recall, precision and speed of the detectors: `npm run bench:pii -- --help`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { type Detector, defaultTypes, type PiiType, piiRedactor } from '../../src/pii/index.js'
import { generate, templates } from './generator/generate.js'
import { handLabelled, type Labelled } from './labelled.js'
import { recogniserTexts } from './recognisers.js'
import { precision, recall, type Score, score, targets } from './score.js'
import { englishProse, pieces, promptMicroseconds, throughput } from './speed.js'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '6' },
    count: { type: 'string', default: '6000' },
    set: { type: 'string', multiple: true, default: ['a', 'b', 'c'] },
    type: { type: 'string', multiple: true },
    misses: { type: 'boolean', default: false },
    limit: { type: 'string', default: '40' },
    'no-speed': { type: 'boolean', default: false },
    'only-speed': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    export: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  console.log(`npm run bench:pii -- [options]
  --seed N       of the generated texts (6)
  --count N      how many of them (6000)
  --set a|b|c    only these data sets: a generated, b labelled by hand, c cases of other projects; repeatable
  --type TYPE    print misses of this type only; repeatable
  --misses       print what was missed and what was found wrongly
  --limit N      at most so many of them a type and data set (40)
  --no-speed     leave the speed out
  --only-speed   leave recall and precision out
  --json         print one JSON object instead
  --export DIR   only write the data sets as JSON lines {id, lang, text, spans} into a folder`)
  process.exit(0)
}

/** Types outside of the default set whose every value is labelled in the data. */
const further: readonly PiiType[] = ['MAC', 'URL', 'VAT', 'TAX_ID', 'PASSPORT', 'CRYPTO_WALLET', 'DATE_OF_BIRTH', 'GEO']

const sets: Readonly<Record<string, { name: string; texts: () => readonly Labelled[]; aims: typeof targets.hand }>> = {
  a: {
    name: `(a) generated, seed ${options.seed}, ${templates().length} templates`,
    texts: () => generate({ seed: Number(options.seed), count: Number(options.count) }),
    aims: targets.generated,
  },
  b: { name: '(b) labelled by hand', texts: handLabelled, aims: targets.hand },
  c: { name: '(c) public cases of other projects', texts: recogniserTexts, aims: {} },
}

if (options.export) {
  mkdirSync(options.export, { recursive: true })
  for (const [key, { texts }] of Object.entries(sets))
    writeFileSync(
      join(options.export, `${{ a: 'generated', b: 'hand-labelled', c: 'recognisers' }[key]}.jsonl`),
      `${texts()
        .map((text) => JSON.stringify(text))
        .join('\n')}\n`,
    )
  process.exit(0)
}

const say = (line: string): void => {
  if (!options.json) console.log(line)
}
const share = (value: number): string => (value * 100).toFixed(2).padStart(6)

function print({ texts, figures, faults }: Score, name: string, aims: typeof targets.hand): void {
  say(`\n${name}: ${texts} texts`)
  say('type               n  found  recall  (aim)   precision  (aim)   covered')
  for (const figure of figures) {
    if (figure.n === 0 && figure.found === 0) continue
    const aim = aims[figure.type]
    const good = !aim || (recall(figure) >= aim.recall && precision(figure) >= aim.precision)
    say(
      [
        figure.type.padEnd(15),
        String(figure.n).padStart(5),
        String(figure.found).padStart(6),
        ` ${share(recall(figure))}`,
        aim ? `≥ ${(aim.recall * 100).toFixed(0)}   ` : '       ',
        `   ${share(precision(figure))}`,
        aim ? ` ≥ ${(aim.precision * 100).toFixed(0)}   ` : '        ',
        ` ${share(figure.n === 0 ? 1 : figure.covered / figure.n)}`,
        good ? '' : '  ✗',
      ].join(' '),
    )
  }
  if (!options.misses) return
  const counts = new Map<string, number>()
  for (const { kind, id, lang, type, around, instead } of [...faults].sort((a, b) =>
    `${a.type}${a.kind}` < `${b.type}${b.kind}` ? -1 : 1,
  )) {
    if (options.type && !options.type.includes(type)) continue
    const key = `${type} ${kind}`
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    if (count > Number(options.limit)) continue
    say(`  ${kind} ${type} ${id} ${lang}: ${around}${instead ? `   [${instead}]` : ''}`)
  }
}

const standard = piiRedactor({ detectors: defaultTypes })
const extended = piiRedactor({ detectors: [...defaultTypes, ...further] })
const report: { speed?: unknown; [set: string]: unknown } = {}

for (const key of options['only-speed'] ? [] : options.set) {
  const set = sets[key]
  if (!set) throw new RangeError(`--set takes a, b or c, not ${key}`)
  const texts = set.texts()
  const first = score(texts, defaultTypes, (text) => standard.analyse(text))
  print(first, `${set.name}, default types`, set.aims)
  const second = score(texts, further, (text) => extended.analyse(text))
  print(second, `${set.name}, further types beside the default ones`, {})
  report[key] = {
    texts: texts.length,
    figures: [...first.figures, ...second.figures],
    faults: options.misses ? [...first.faults, ...second.faults] : undefined,
  }
}

/** The detectors as they are published: what runs a TypeScript file directly wraps every function in the hot path. */
async function published(): Promise<typeof piiRedactor> {
  const folder = fileURLToPath(new URL('../../.cache/bench-pii/', import.meta.url))
  const outfile = join(folder, `pii-${process.pid}.mjs`)
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/pii/index.ts', import.meta.url))],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
  })
  try {
    return ((await import(pathToFileURL(outfile).href)) as { piiRedactor: typeof piiRedactor }).piiRedactor
  } finally {
    rmSync(outfile)
  }
}

if (!options['no-speed']) {
  const create = await published()
  const prose = englishProse(8 * 1024 * 1024)
  const chunks = pieces(prose, 4_096)
  const mega = (value: number): number => Math.round((value / 1e6) * 10) / 10
  /** What folding and listing the places cost by themselves. */
  const nothing: Detector = { name: 'nothing', version: '1', types: ['NOTHING'], find() {} }
  const measured = (types: readonly (PiiType | Detector)[]) => {
    const redactor = create({ detectors: types })
    throughput(chunks.slice(0, 500), (text) => redactor.analyse(text), 3)
    const split = throughput(chunks, (text) => redactor.analyse(text))
    const whole = throughput([prose], (text) => redactor.analyse(text))
    return { pieces: mega(split.wall), whole: mega(whole.wall), piecesCpu: mega(split.cpu), wholeCpu: mega(whole.cpu) }
  }
  const speeds: Record<string, ReturnType<typeof measured>> = {
    'default without PHONE': measured(defaultTypes.filter((type) => type !== 'PHONE')),
    default: measured(defaultTypes),
    nothing: measured([nothing]),
  }
  for (const type of [...defaultTypes, ...further, 'STREET_ADDRESS', 'PERSON'] as PiiType[])
    speeds[type] = measured([type])
  const redactor = create({ detectors: defaultTypes })
  const prompt = promptMicroseconds((text) => redactor.analyse(text))
  say(
    `\nspeed, MB/s: ${(prose.length / 1e6).toFixed(1)} MB of ordinary English, sparse personal data, one thread, best of 5`,
  )
  say('                            texts of 4 KiB      as one text      (aim)')
  say('types                        wall      CPU      wall      CPU')
  const aims: Record<string, string> = { 'default without PHONE': '≥ 60', default: '≥ 20' }
  for (const [name, rate] of Object.entries(speeds))
    say(
      `${name.padEnd(23)} ${[rate.pieces, rate.piecesCpu, rate.whole, rate.wholeCpu].map((value) => value.toFixed(1).padStart(9)).join('')}      ${aims[name] ?? ''}`,
    )
  say(`a prompt of 300 characters, default set: ${prompt.toFixed(1)} µs (aim ≤ 25)`)
  report.speed = { ...speeds, promptMicroseconds: prompt }
}

if (options.json) console.log(JSON.stringify(report, undefined, 2))
