import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import vm from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { didKey } from '../../src/keys/did-key.js'
import { rfc8032 } from './rfc8032.js'

const bundle = async (contents: string, platform: 'browser' | 'node') => {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: platform === 'browser' ? 'iife' : 'esm',
    globalName: 'bundled',
    platform,
    logLevel: 'silent',
  })
  return { code: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) }
}

const verifierPart = `
  export { Keyring } from '../../src/keys/keyring.js'
  export { admitKey } from '../../src/keys/ed25519/admission.js'
  export { verifySignature, defaultBackend } from '../../src/keys/ed25519/verify.js'
  export { rotationMessage } from '../../src/keys/delegation.js'
`

describe('what a verifier needs of the keys', () => {
  it('is bundled for a browser without any module of Node or optional package, and verifies there', async () => {
    const { code, inputs } = await bundle(verifierPart, 'browser')
    expect(inputs.filter((path) => /sodium|local/.test(path))).toEqual([])
    const { publicKey, message, signature } = rfc8032[2]!
    // A global scope with what every browser has, and nothing of Node.
    const scope = vm.createContext({
      TextEncoder,
      TextDecoder,
      Uint8Array,
      DataView,
      ArrayBuffer,
      crypto,
      publicKey,
      message,
      signature,
    })
    vm.runInContext(code, scope)
    const seen = vm.runInContext(
      `(() => {
        const { Keyring, admitKey, verifySignature, defaultBackend } = bundled
        const entry = Keyring.from(publicKey).entries()[0]
        const { key } = admitKey(entry.keyId)
        const changed = Uint8Array.from(signature, (byte, index) => (index === 40 ? byte ^ 1 : byte))
        return JSON.stringify([typeof process, defaultBackend.name, entry.keyId,
          verifySignature(key, message, signature), verifySignature(key, message, changed)])
      })()`,
      scope,
    )
    expect(JSON.parse(seen)).toEqual(['undefined', 'noble', didKey(publicKey), true, false])
  })
})

describe('loadSodiumBackend', () => {
  it('gives nothing where sodium-native is not installed, and no bundle contains it', async () => {
    const { code, inputs } = await bundle(
      `export { loadSodiumBackend } from '../../src/keys/ed25519/sodium.js'`,
      'node',
    )
    expect(inputs.filter((path) => path.includes('sodium-native'))).toEqual([])
    const folder = await mkdtemp(join(tmpdir(), 'quittance-sodium-'))
    try {
      const file = join(folder, 'sodium.mjs')
      await writeFile(file, `${code}\nconsole.log(String(await loadSodiumBackend()))\n`)
      expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe('undefined\n')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
