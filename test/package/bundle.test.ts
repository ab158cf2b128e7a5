/** What the built package reaches, and that it survives a bundler. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, run } from '../support/program.js'

let work: string
let manifest: {
  dependencies: Record<string, string>
  exports: Record<string, unknown>
  sideEffects: boolean
  scripts: Record<string, string>
}

beforeAll(async () => {
  await mkdir(join(root, 'test/.tmp'), { recursive: true })
  work = await mkdtemp(join(root, 'test/.tmp/bundle-'))
  manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
})
afterAll(() => rm(work, { recursive: true, force: true }))

/** Everything outside the package that an entry imports, statically or not. */
async function reached(entry: string, platform: 'node' | 'browser'): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    metafile: true,
    platform,
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  })
  const imports = Object.values((metafile as Metafile).inputs).flatMap(({ imports: all }) => all)
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))]
}

const packageOf = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
const isBuiltin = (path: string) => path.startsWith('node:') || builtinModules.includes(path)

describe('what is reached', () => {
  it.each([
    'dist/index.js',
    'dist/verify/index.js',
    'dist/store/memory.js',
    'dist/store/file.js',
    'dist/keys/local.js',
  ])('%s reaches required packages only', async (entry) => {
    const packages = (await reached(entry, 'node')).filter((path) => !isBuiltin(path)).map(packageOf)
    expect(packages.filter((name) => !(name in manifest.dependencies))).toEqual([])
  })

  it.each(['dist/verify/index.js', 'dist/merkle/index.js'])('%s reaches no module of Node', async (entry) => {
    expect((await reached(entry, 'browser')).filter(isBuiltin)).toEqual([])
  })

  it('prom-client is reached from its own subpath alone', async () => {
    const entries = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
      typeof target === 'object' ? [[subpath, (target as { default: string }).default] as const] : [],
    )
    const reaching: string[] = []
    for (const [subpath, entry] of entries) {
      if ((await reached(entry, 'node')).map(packageOf).includes('prom-client')) reaching.push(subpath)
    }
    expect(entries.length).toBeGreaterThan(9)
    expect(reaching).toEqual(['./metrics/prometheus'])
    const others = (await reached('dist/metrics/prometheus.js', 'node'))
      .filter((path) => !isBuiltin(path))
      .map(packageOf)
    expect(others.filter((name) => !(name in manifest.dependencies))).toEqual(['prom-client'])
  })

  it('the command line alone needs the packages of the command line', async () => {
    const packages = (await reached('dist/index.js', 'node')).map(packageOf)
    expect(packages).not.toContain('commander')
    expect(packages).not.toContain('picocolors')
  })
})

describe('a bundle', () => {
  it('of the core seals, stores and verifies', async () => {
    const program = `
      import { createLedger, ReceiptCollector } from 'quittance'
      import { localKey } from 'quittance/keys/local'
      import { fileStore } from 'quittance/store/file'
      import { verifyDirectory } from 'quittance/verify/node'
      const ledger = createLedger({ store: fileStore('receipts'), keys: localKey({ file: 'key.pem', create: true }), redactor: false })
      await new ReceiptCollector({ ledger, tenantId: 'acme' }).setInput('in').setOutput('out').setAction('allow').emit()
      const keyring = await ledger.keyring()
      await ledger.close()
      for await (const { result } of await verifyDirectory('receipts', { keyring })) console.log(result.verdict, result.checked)
    `
    await writeFile(join(work, 'program.ts'), program)
    await build({
      entryPoints: [join(work, 'program.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: join(work, 'bundle.mjs'),
      logLevel: 'silent',
    })
    const place = await mkdtemp(join(work, 'run-'))
    const { code, stdout, stderr } = await run(process.execPath, [join(work, 'bundle.mjs')], { cwd: place })
    expect(stderr).toBe('')
    expect(stdout).toBe('VALID 2\n')
    expect(code).toBe(0)
  })
})

describe('a bundle of the verifier', () => {
  const bundled = async () => {
    const program = `
      import { copyFileSync, writeFileSync } from 'node:fs'
      import { Keyring, lineOf } from 'quittance/verify'
      import { verifyDirectory, verifyFile } from 'quittance/verify/node'
      import { testReceiptKeyId, testReceipts } from 'quittance/testing'
      let threads = 0
      process.on('worker', () => { threads += 1 })
      const lines = testReceipts({ chainId: 'acme', count: 1_300 }).map(lineOf)
      writeFileSync('receipts.jsonl', lines.join('\\n') + '\\n')
      const keyring = new Keyring([testReceiptKeyId()])
      const { verdict, checked } = await verifyFile('receipts.jsonl', { keyring, workers: 2 })
      console.log(verdict, checked, threads)
      // nobody asks for the second result: what was begun for it keeps nothing alive
      copyFileSync('receipts.jsonl', 'second.jsonl')
      const results = verifyDirectory('.', { keyring, workers: 2 })
      console.log((await results.next()).value.result.verdict, threads)
    `
    await writeFile(join(work, 'verifier.ts'), program)
    const outfile = join(work, 'verifier.mjs')
    const entryPoints = [join(work, 'verifier.ts')]
    await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile, logLevel: 'silent' })
    return outfile
  }

  it('has its threads with it, and they end with the verification', async () => {
    const place = await mkdtemp(join(work, 'run-'))
    const { code, stdout, stderr } = await run(process.execPath, [await bundled()], { cwd: place })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'VALID 1300 2\nVALID 4\n', stderr: '' })
  })

  it('verifies on the calling thread where it may start none, and says so', async () => {
    const place = await mkdtemp(join(work, 'run-'))
    const permission = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission'
    const flags = [permission, '--allow-fs-read=*', '--allow-fs-write=*']
    const { code, stdout, stderr } = await run(process.execPath, [...flags, await bundled()], { cwd: place })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'VALID 1300 0\nVALID 0\n' })
    expect(stderr).toContain('no further verifying thread can be started')
  })
})

describe('package.json', () => {
  it('has no install scripts and no side effects', () => {
    expect(manifest.sideEffects).toBe(false)
    expect(Object.keys(manifest.scripts).filter((name) => /install|prepare/.test(name))).toEqual([])
  })
})
