/**
 * Runs published edge cases of Ed25519 through every backend and compares the verdicts with what the project's rules
 * (docs/keys.md) demand. The files are not part of this repository; they are published by C2SP:
 *
 *   npx tsx scripts/ed25519-vectors.ts --cctv ed25519vectors.json --wycheproof ed25519_test.json
 *
 * Exit code 1 when two backends differ or a verdict is not the one demanded, 2 when a file can't be read.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { admitKey } from '../src/keys/ed25519/admission.js'
import type { Ed25519Backend } from '../src/keys/ed25519/backend.js'
import { nobleBackend } from '../src/keys/ed25519/noble.js'
import { nodeBackend } from '../src/keys/ed25519/node.js'
import { loadSodiumBackend } from '../src/keys/ed25519/sodium.js'
import { verifySignature } from '../src/keys/ed25519/verify.js'
import { fromHex, utf8 } from '../src/primitives/bytes.js'

interface Vector {
  readonly id: string
  readonly publicKey: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly flags: readonly string[]
  /** What the rules demand. */
  readonly demanded: boolean
}

interface CctvVector {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly flags: readonly string[]
      readonly result: 'valid' | 'invalid' | 'acceptable'
    }[]
  }[]
}

/** Which rule refuses a vector of that flag. A vector without any is a good signature under a good key. */
const cctvRefusals: Readonly<Record<string, string>> = {
  low_order_A: 'key of small order',
  low_order_component_A: 'key of mixed order',
  non_canonical_A: 'key not canonical',
  low_order_R: 'R of small order',
  low_order_component_R: 'R of mixed order: the key has no such part, so R can not equal [S]B - [k]A',
  non_canonical_R: 'R not canonical',
  low_order_residue: 'the cofactorless equation does not hold',
  reencoded_k: 'k is taken over the bytes as they are',
}

const readCctv = (text: string): Vector[] =>
  (JSON.parse(text) as CctvVector[]).map(({ number, key, sig, msg, flags }) => {
    const unknown = (flags ?? []).find((flag) => !(flag in cctvRefusals))
    if (unknown !== undefined) throw new Error(`no rule is known for the flag ${unknown}`)
    return {
      id: `CCTV ${number}`,
      publicKey: fromHex(key),
      message: utf8(msg),
      signature: fromHex(sig),
      flags: flags ?? [],
      demanded: (flags ?? []).length === 0,
    }
  })

const readWycheproof = (text: string): Vector[] =>
  (JSON.parse(text) as WycheproofFile).testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, msg, sig, flags, result }) => {
      // Strict rules leave nothing to taste.
      if (result !== 'valid' && result !== 'invalid') throw new Error(`test ${tcId} has the result ${result}`)
      return {
        id: `Wycheproof ${tcId}`,
        publicKey: fromHex(publicKey.pk),
        message: fromHex(msg),
        signature: fromHex(sig),
        flags,
        demanded: result === 'valid',
      }
    }),
  )

const verdict = (backend: Ed25519Backend, { publicKey, message, signature }: Vector): boolean => {
  const { key } = admitKey(publicKey)
  return key !== undefined && verifySignature(key, message, signature, backend)
}

const run = (title: string, vectors: readonly Vector[], backends: readonly Ed25519Backend[]): boolean => {
  const judged = vectors.map((vector) => ({ vector, verdicts: backends.map((backend) => verdict(backend, vector)) }))
  const differing = judged.filter(({ verdicts }) => verdicts.some((each) => each !== verdicts[0]))
  const wrong = judged.filter(({ vector, verdicts }) => verdicts.some((each) => each !== vector.demanded))
  const names = backends.map(({ name }) => name)
  console.log(`${title}: ${vectors.length} vectors, backends ${names.join(' ')}`)
  console.log(`  backends agree            ${vectors.length - differing.length}`)
  console.log(`  backends differ           ${differing.length}`)
  console.log(`  verdict as demanded       ${vectors.length - wrong.length}`)
  console.log(`  verdict not as demanded   ${wrong.length}`)
  names.forEach((name, index) => {
    console.log(`  accepted by ${name.padEnd(13)} ${judged.filter(({ verdicts }) => verdicts[index]).length}`)
  })
  console.log(`  to be accepted            ${vectors.filter(({ demanded }) => demanded).length}`)
  const keys = new Map(vectors.map(({ publicKey }) => [publicKey.join(), admitKey(publicKey).refused ?? 'admitted']))
  const reasons = new Map<string, number>()
  for (const reason of keys.values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  console.log(`  keys                      ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')}`)
  const flags = new Map<string, { accepted: number; refused: number }>()
  for (const { vector, verdicts } of judged) {
    for (const flag of vector.flags.length === 0 ? ['(none)'] : vector.flags) {
      const counts = flags.get(flag) ?? { accepted: 0, refused: 0 }
      flags.set(flag, counts)
      counts[verdicts[0] ? 'accepted' : 'refused']++
    }
  }
  for (const [flag, { accepted, refused }] of [...flags].sort(([a], [b]) => a.localeCompare(b))) {
    console.log(`    ${flag.padEnd(24)}${String(accepted).padStart(4)} accepted ${String(refused).padStart(4)} refused`)
  }
  for (const { vector, verdicts } of new Set([...differing, ...wrong])) {
    console.error(
      `  ${vector.id} [${vector.flags.join(' ')}]: demanded ${vector.demanded}, got ${names.map((name, index) => `${name} ${verdicts[index]}`).join(', ')}`,
    )
  }
  return differing.length === 0 && wrong.length === 0
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { cctv: { type: 'string' }, wycheproof: { type: 'string' } } })
  if (values.cctv === undefined && values.wycheproof === undefined) {
    console.error('usage: npx tsx scripts/ed25519-vectors.ts [--cctv FILE] [--wycheproof FILE]')
    return 2
  }
  const sodium = await loadSodiumBackend()
  if (!sodium) console.error('sodium-native is not installed: only two backends are compared')
  const backends = [nobleBackend, nodeBackend, ...(sodium ? [sodium] : [])]
  const good = []
  if (values.cctv !== undefined) good.push(run('CCTV', readCctv(await readFile(values.cctv, 'utf8')), backends))
  if (values.wycheproof !== undefined) {
    good.push(run('Wycheproof', readWycheproof(await readFile(values.wycheproof, 'utf8')), backends))
  }
  return good.every(Boolean) ? 0 : 1
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 2
})
