/**
 * The verifier that lies in every package, as one file without dependencies: `node verify.mjs PACKAGE.zip --keyring FILE`.
 * It says what `quittance verify` says, on one thread.
 */
import { realpathSync } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { defaultBackend } from '../keys/ed25519/verify.js'
import { Keyring } from '../keys/keyring.js'
import { mlDsa44Cosignatures } from '../tlog/ml-dsa.js'
import { verifyLineBatches } from '../verify/chain.js'
import { fileChunks } from '../verify/node/chunks.js'
import { lineBatchesOf, meterFor } from '../verify/node/meter.js'
import type { VerifyOptions, VerifyResult } from '../verify/types.js'
import type { EvidenceResult } from './findings.js'
import { judgeEvidence } from './judge.js'
import { judgeOneChain } from './judge-chain.js'
import type { PackagedChain } from './judging.js'
import { openPackage } from './open-package.js'
import { parseEvidencePolicy } from './policy.js'
import { evidenceText } from './text.js'
import { limitsOf } from './zip/limits.js'

const usage = `Verifies a quittance evidence package or a chain of receipts.

  node verify.mjs PACKAGE.zip --keyring keyring.json [--policy policy.json] [--json]
  node verify.mjs CHAIN.jsonl --keyring keyring.json [--options options.json] [--chain ID] [--json]

The keyring and the policy are yours: never take them from the package.
Exit codes: 0 VALID, 1 INVALID, 3 INCOMPLETE, 2 wrong usage or something that can't be read.
`

const mlDsa44 = mlDsa44Cosignatures({
  verify: (publicKey, message, signature) => ml_dsa44.verify(signature, message, publicKey),
})

/**
 * @param file - the path of a package
 * @param options - the verifier's keyring and the text of its policy
 * @returns what was found out
 * @throws as `verifyEvidence`
 */
export async function judgePackage(
  file: string,
  options: {
    readonly keyring?: Keyring | undefined
    readonly policy?: string | undefined
    readonly now?: string | undefined
  },
): Promise<EvidenceResult> {
  const { keyring, policy, now } = options
  const handle: FileHandle = await open(file, 'r')
  try {
    const access = openPackage(handle, (await handle.stat()).size, file)
    const judging = {
      keyring,
      policy: policy === undefined ? {} : parseEvidencePolicy(policy),
      limits: limitsOf(undefined),
      now: now === undefined ? new Date() : new Date(now),
      mlDsa44,
    }
    return await judgeEvidence(access, judging, {
      async *judgeChains(chains: readonly PackagedChain[], asked: VerifyOptions, counted) {
        for (const chain of chains)
          yield await judgeOneChain(access, chain, asked, { backend: defaultBackend, counted })
      },
    })
  } finally {
    await handle.close()
  }
}

/**
 * @param file - the path of a chain in JSON Lines
 * @param options - as `verifyChain`
 * @returns as `verifyChain`
 */
export function judgeFile(file: string, options: VerifyOptions): Promise<VerifyResult> {
  return verifyLineBatches(lineBatchesOf(fileChunks(file), meterFor(options, undefined)), options, defaultBackend)
}

function chainText({ verdict, scope, checked, problems }: VerifyResult): string {
  const lines = problems
    .slice(0, 20)
    .map(
      ({ code, line, seq, message }) =>
        `  ${line ?? ''}  ${seq ?? ''}  ${code}  ${message.replace(/[^\x20-\x7e]/g, '?')}`,
    )
  return `${[`${verdict}  chain ${scope.chainId}, ${checked} receipts, tail ${scope.tail}`, ...lines].join('\n')}\n`
}

async function isPackage(file: string): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    return (
      file.endsWith('.zip') || (buffer.readUInt16LE(0) === 0x4b50 && [0x0403, 0x0605].includes(buffer.readUInt16LE(2)))
    )
  } finally {
    await handle.close()
  }
}

/** What the two kinds of result have in common. */
async function run(): Promise<number> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      keyring: text,
      policy: text,
      options: text,
      chain: text,
      now: text,
      json: flag,
      help: { ...flag, short: 'h' },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    return 0
  }
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) {
    process.stderr.write(usage)
    return 2
  }
  const read = (name: string | undefined) => (name === undefined ? undefined : readFile(name, 'utf8'))
  const keys = await read(values.keyring)
  const keyring = keys === undefined ? undefined : Keyring.parse(keys)
  let said: { readonly verdict: VerifyResult['verdict']; readonly text: string }
  if (await isPackage(file)) {
    if (values.chain !== undefined || values.options !== undefined)
      throw new Error('--chain and --options are for chains: what is asked of a package stands in --policy FILE')
    const result = await judgePackage(file, { keyring, policy: await read(values.policy), now: values.now })
    const text = values.json ? `${JSON.stringify(result)}\n` : evidenceText(result)
    said = { verdict: result.verdict, text }
  } else {
    if (values.policy !== undefined)
      throw new Error('--policy is for packages: what is asked of a chain stands in --options FILE')
    if (keyring === undefined) throw new Error('no keyring was given, and a key found in the data is never trusted')
    const asked = JSON.parse((await read(values.options)) ?? '{}') as Omit<VerifyOptions, 'keyring'>
    const { chain, now } = values
    const named = { ...(chain !== undefined && { chainId: chain }), ...(now !== undefined && { now }) }
    const result = await judgeFile(file, { ...asked, ...named, keyring })
    said = { verdict: result.verdict, text: values.json ? `${JSON.stringify(result)}\n` : chainText(result) }
  }
  process.stdout.write(said.text)
  return { VALID: 0, INVALID: 1, INCOMPLETE: 3 }[said.verdict]
}

export { Keyring }

const [, program] = process.argv
if (program !== undefined && realpathSync(program) === realpathSync(fileURLToPath(import.meta.url))) {
  process.exitCode = await run().catch((error: unknown) => {
    process.stderr.write(`verify.mjs: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  })
}
