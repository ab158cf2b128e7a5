/** The verifier as a browser has it: one bundle, nothing of Node, another Ed25519 and SHA-256, the same results. */
import { readFileSync } from 'node:fs'
import vm from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { Keyring } from '../../src/keys/keyring.js'
import { verifyLines } from '../../src/verify/chain.js'
import { rawLines } from './support.js'
import type { Manifest } from './vectors/index.js'

const folder = new URL('../vectors/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as Manifest

async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'quittance',
    platform: 'browser',
    logLevel: 'silent',
  })
  const [file] = outputFiles
  return { code: file?.text ?? '', inputs: Object.keys(metafile.inputs), outputs: Object.values(metafile.outputs) }
}

/** A global scope with what every browser has. */
const browserScope = (more: object = {}) =>
  vm.createContext({
    TextEncoder,
    TextDecoder,
    Uint8Array,
    ArrayBuffer,
    DataView,
    crypto,
    setTimeout,
    clearTimeout,
    ...more,
  })

describe('quittance/verify', () => {
  test('is bundled for a browser without any module of Node', async () => {
    const { code, inputs, outputs } = await bundle(`export * from '../../src/verify/index.js'`)
    expect(outputs.flatMap(({ imports }) => imports)).toEqual([])
    expect(inputs.filter((path) => /^node:|sodium|verify\/node|keys\/local|\/store\//.test(path))).toEqual([])
    expect(code).not.toMatch(/\brequire\(|\bimport\(/)
  })

  test('has its whole public face there', async () => {
    const { code } = await bundle(`export * from '../../src/verify/index.js'`)
    const scope = browserScope()
    vm.runInContext(code, scope)
    const face = await import('../../src/verify/index.js')
    expect(JSON.parse(vm.runInContext('JSON.stringify(Object.keys(quittance).sort())', scope))).toEqual(
      Object.keys(face).sort(),
    )
  })
})

describe('every published vector has the same result there, to the last message', () => {
  let scope: vm.Context

  beforeAll(async () => {
    const { code } = await bundle(`
      export { Keyring } from '../../src/keys/keyring.js'
      export { defaultBackend } from '../../src/keys/ed25519/verify.js'
      export { verifyLines } from '../../src/verify/chain.js'
    `)
    scope = browserScope()
    vm.runInContext(code, scope)
  })

  test('by the other backend', () => {
    expect(vm.runInContext('[typeof process, typeof Buffer, quittance.defaultBackend.name].join()', scope)).toBe(
      'undefined,undefined,noble',
    )
  })

  test.each(manifest.vectors.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const lines = rawLines(readFileSync(new URL(vector.file, folder)))
    const here = await verifyLines(lines, { ...vector.options, keyring: Keyring.parse(vector.keyring) })
    Object.assign(scope, { given: JSON.stringify({ lines, keyring: vector.keyring, options: vector.options }) })
    const there = await vm.runInContext(
      `(async () => {
        const { lines, keyring, options } = JSON.parse(given)
        return JSON.stringify(await quittance.verifyLines(lines, { ...options, keyring: quittance.Keyring.parse(keyring) }))
      })()`,
      scope,
    )
    expect(JSON.parse(there)).toEqual(here)
    expect(here.verdict).toBe(vector.expected.verdict)
  })
})
