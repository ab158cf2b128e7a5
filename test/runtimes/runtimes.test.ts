/** The core's own suite, from the built package, on every runtime that the README names. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisService, startRedis } from '../../scripts/services/redis.js'
import { Keyring } from '../../src/keys/keyring.js'
import { verifyDirectory } from '../../src/verify/node.js'
import { root, run } from '../support/program.js'
import { type Exception, exceptions, notBundled, parts } from './exceptions.js'
import { bundle, hosts, programs, type Report, readReport } from './programs.js'

let found: Readonly<Record<string, string>>
let redis: RedisService
let work: string
/** What each runtime said, by its name. */
const reports = new Map<string, Report>()

beforeAll(async () => {
  found = await programs()
  redis = await startRedis()
  // outside of the project: what a bundle lacks can't be found in a node_modules above it
  work = await mkdtemp(join(tmpdir(), 'quittance-runtimes-'))
}, 300_000)
afterAll(async () => {
  await redis?.stop()
  await rm(work, { recursive: true, force: true })
})

const suite = join(root, 'test/runtimes/suite.mjs')
const vectors = join(root, 'test/vectors')
const commandOf = ({ program, args }: (typeof hosts)[number]) => [found[program] as string, ...args] as const

/** Runs the suite's file; what it made is left in a folder of its own. */
async function runSuite(host: (typeof hosts)[number], file: string, name: string) {
  const place = join(work, name.replaceAll(' ', '-'))
  await mkdir(place)
  const [command, ...args] = commandOf(host)
  const { stdout, stderr } = await run(command, [...args, file, vectors, place, `redis://127.0.0.1:${redis.port}`])
  expect(stderr).toBe('')
  return { place, report: readReport(stdout) }
}

const covered = (cases: readonly string[], except: readonly Exception[]) =>
  cases.filter((name) => !except.some(({ cases: begin }) => name.startsWith(begin)))

describe('every case holds', () => {
  test.each(hosts)(
    'on $name',
    async (host) => {
      const { place, report } = await runSuite(host, suite, host.name)
      reports.set(host.name, report)
      expect(report.failed, report.text.replace(/^ok .*\n/gm, '')).toEqual([])
      expect(report.passed.length).toBeGreaterThan(450)

      // what it sealed is verified here
      const keyring = Keyring.parse(await readFile(join(place, 'keyring.json'), 'utf8'))
      const verdicts: string[] = []
      for await (const { result } of await verifyDirectory(join(place, 'receipts'), { keyring }))
        verdicts.push(`${result.verdict} ${result.checked}`)
      expect(verdicts).toEqual(['VALID 5', 'VALID 5', 'VALID 5'])
    },
    120_000,
  )

  test('the same cases and the same digests on each', () => {
    const [first, ...others] = hosts.map(({ name }) => reports.get(name))
    expect(first?.same.length).toBe(4)
    for (const other of others) {
      expect(other?.passed).toEqual(first?.passed)
      expect(other?.same).toEqual(first?.same)
    }
  })
})

describe('one writer at a time, whatever each of them runs on', () => {
  const pairs = [
    ['Node 20', 'Bun'],
    ['Bun', 'Deno'],
    ['Deno', 'Node 24'],
  ] as const
  test.each(pairs)('%s writes: %s is refused, and goes on once the other was killed', async (first, second) => {
    const [holder, other] = [first, second].map((name) => commandOf(hosts.find((host) => host.name === name)!))
    const place = await mkdtemp(join(work, 'locked-'))
    const writer = join(root, 'test/runtimes/writer.mjs')
    const [command, ...args] = holder!
    const child = spawn(command, [...args, writer, place, 'stay'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    try {
      const [said] = await once(child.stdout, 'data')
      expect(String(said)).toBe('appended 0\n')
      const again = () => run(other![0], [...other!.slice(1), writer, place])
      expect((await again()).stdout).toBe('STORE_LOCKED\n')
      child.kill('SIGKILL')
      await ended
      expect((await again()).stdout).toBe('appended 1\n')
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
})

test('Deno needs no more than files, environment and host name for a file store', async () => {
  const place = await mkdtemp(join(work, 'permitted-'))
  const permitted = ['--no-prompt', '--allow-read', '--allow-write', '--allow-env', '--allow-sys']
  const writer = join(root, 'test/runtimes/writer.mjs')
  for (const said of ['appended 0\n', 'appended 1\n'])
    expect((await run(found.deno as string, ['run', ...permitted, writer, place])).stdout).toBe(said)
})

describe('bundled into one minified file', () => {
  beforeAll(() =>
    bundle('suite.mjs', join(work, 'bundled.mjs'), {
      platform: 'node',
      minify: true,
      external: ['sodium-native'],
      // ioredis is CommonJS: it asks for `require`, which a module has not by itself
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    }),
  )

  test.each(hosts.filter(({ program }) => ['node-22', 'bun', 'deno'].includes(program)))(
    'on $name',
    async (host) => {
      const { report } = await runSuite(host, join(work, 'bundled.mjs'), `${host.name} bundled`)
      const text = report.text.replace(/^ok .*\n/gm, '')
      const all = reports.get(host.name)?.passed ?? []
      expect([...report.passed, ...report.failed].sort(), text).toEqual([...all].sort())
      expect(covered(report.failed, notBundled), text).toEqual([])
      for (const exception of notBundled) expect(covered(report.failed, [exception])).not.toEqual(report.failed)
    },
    120_000,
  )
})

describe('without a disk', () => {
  const all = () => reports.get('Node 22')?.passed ?? []

  test.each([
    ['workerd', 'worker-node.mjs', 'nodejs_compat', 'node'],
    ['workerd without Node', 'worker.mjs', 'no_nodejs_compat', 'noble'],
  ])('in %s', async (name, file, flag, backend) => {
    const place = await mkdtemp(join(work, 'workerd-'))
    await bundle(file, join(place, 'worker.js'), { platform: backend === 'node' ? 'node' : 'browser' })
    await writeFile(
      join(place, 'config.capnp'),
      `using Workerd = import "/workerd/workerd.capnp";
      const config :Workerd.Config = (services = [(name = "main", worker = (
        modules = [(name = "worker", esModule = embed "worker.js")],
        compatibilityDate = "2026-07-01", compatibilityFlags = ["${flag}"]))]);`,
    )
    const { stdout } = await run(found.workerd as string, ['test', join(place, 'config.capnp')])
    const report = readReport(stdout)
    reports.set(name, report)
    expect(report.failed, report.text.replace(/^ok .*\n/gm, '')).toEqual([])
    expect(report.text).toContain(`# signatures by ${backend}\n`)
    const except = exceptions[name] ?? exceptions.browser ?? []
    expect([...report.passed].sort()).toEqual(covered(all(), except).sort())
  })

  test('in a browser', async () => {
    const file = join(work, 'page.js')
    await bundle('page.mjs', file, { platform: 'browser', globalName: 'suite' })
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    try {
      const page = await browser.newPage()
      // a secure origin has Web Crypto; nothing is asked of any network
      await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }))
      await page.goto('https://page.test/')
      await page.addScriptTag({ path: file })
      const report = readReport((await page.evaluate('suite.report()')) as string)
      reports.set('browser', report)
      expect(report.failed, report.text.replace(/^ok .*\n/gm, '')).toEqual([])
      expect(report.text).toContain('# signatures by noble\n')
      expect([...report.passed].sort()).toEqual(covered(all(), exceptions.browser ?? []).sort())
    } finally {
      await browser.close()
    }
  })
})

describe('the table of the README', () => {
  test('says of each part where it runs, as the suite has shown', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    const [, section = ''] = /^## Where it runs\n([\s\S]*?)^## /m.exec(readme) ?? []
    const [head = [], , ...rows] = section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      )
    expect(head.slice(1)).toEqual(Object.keys(exceptions))
    const cases = reports.get('Node 22')?.passed ?? []
    const said = Object.entries(parts).map(([part, begins]) => [
      part,
      ...Object.keys(exceptions).map((column) => {
        const report = reports.get(column) ?? reports.get('Node 22')
        const ofPart = cases.filter((name) => begins.some((begin) => name.startsWith(begin)))
        expect(ofPart.length).toBeGreaterThan(0)
        return ofPart.every((name) => report?.passed.includes(name)) ? 'yes' : 'no'
      }),
    ])
    expect(rows).toEqual(said)
    // no case stands outside of the table
    expect(
      cases.filter((name) => !Object.values(parts).some((begins) => begins.some((begin) => name.startsWith(begin)))),
    ).toEqual([])
  })
})
