/** All published vectors, made anew: the same bytes at every call. */
import { rfc8032 } from '../../keys/rfc8032.js'
import { keys, type TestKey } from '../support.js'
import { stranger, type Vector, type VectorFile } from './define.js'
import { incompleteVectors } from './incomplete.js'
import { invalidVectors } from './invalid.js'
import { validVectors } from './valid.js'

const defined: readonly VectorFile[] = [...validVectors, ...incompleteVectors, ...invalidVectors]

/** Vectors of the same bytes share the file of the first of them. */
function withSharedFiles(all: readonly VectorFile[]): readonly VectorFile[] {
  const byBytes = new Map<string, string>()
  return all.map(({ vector, bytes }) => {
    const key = Buffer.from(bytes).toString('latin1')
    const file = byBytes.get(key) ?? vector.file
    byBytes.set(key, file)
    return { bytes, vector: { ...vector, file } }
  })
}

export const vectorFiles: readonly VectorFile[] = withSharedFiles(defined)

/** What lies in `manifest.json`. */
export interface Manifest {
  readonly format: 'quittance/1'
  readonly keys: Readonly<Record<string, { readonly seed: string; readonly keyId: string; readonly from: string }>>
  readonly vectors: readonly Vector[]
}

const shown = (key: TestKey, from: string) => ({ seed: Buffer.from(key.seed).toString('hex'), keyId: key.keyId, from })
const test = (index: number) => `RFC 8032, section 7.1, ${rfc8032[index]?.name}`

export const manifest: Manifest = {
  format: 'quittance/1',
  keys: {
    one: shown(keys.one, test(0)),
    two: shown(keys.two, test(1)),
    root: shown(keys.root, test(2)),
    delegate: shown(keys.delegate, test(3)),
    retention: shown(keys.retention, test(4)),
    stranger: shown(stranger, 'RFC 8032, section 7.2, the first of its vectors'),
  },
  vectors: vectorFiles.map(({ vector }) => vector),
}

/** @returns each file of `test/vectors/` by its name there, but for the page that explains them */
export function publishedFiles(): ReadonlyMap<string, Uint8Array> {
  const { vectors, ...head } = manifest
  const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`).join(',\n')
  const text = `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "vectors": [\n${lines}\n  ]\n}\n`
  return new Map<string, Uint8Array>([
    ['manifest.json', Buffer.from(text)],
    ...vectorFiles.map(({ vector, bytes }) => [vector.file, bytes] as const),
  ])
}
