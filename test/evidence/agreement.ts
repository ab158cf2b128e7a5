/** What the library and the two verifiers in one file must agree on. */
import { pathToFileURL } from 'node:url'
import { expect } from 'vitest'
import { type EvidenceResult, verifyEvidence } from '../../src/evidence/index.js'
import { Keyring } from '../../src/keys/keyring.js'
import type { VerifyResult } from '../../src/verify/types.js'
import type { Misleading } from './misleading.js'
import { judgedByPython, verifyMjs } from './python.js'
import { fileOf, now, verifierKeyring } from './support.js'

interface SingleFile {
  readonly Keyring: { parse(json: unknown): Keyring }
  judgePackage(file: string, options: object): Promise<EvidenceResult>
  judgeFile(file: string, options: object): Promise<VerifyResult>
}
export const singleFile = (await import(pathToFileURL(verifyMjs).href)) as SingleFile

/** Which code, and where. */
export const findings = (
  found: readonly { code: string; seq?: number | undefined; line?: number | undefined }[],
): readonly string[] => found.map(({ code, seq, line }) => [code, seq ?? -1, line ?? -1].join(' ')).sort()

/** A chain's result without its words. */
export const bare = ({ verdict, scope, checked, problems, notices, counts }: VerifyResult) => ({
  verdict,
  scope,
  checked,
  problems: findings(problems),
  notices: findings(notices),
  counts,
})

/** A package's result without its words. A report that contradicts in many ways does so once. */
export const shape = ({ verdict, problems, chains, proved, notProved, ...said }: EvidenceResult) => {
  const found = problems.map(({ code, member, chainId }) => [code, member ?? '', chainId ?? ''].join(' '))
  const isReport = (one: string) => one.startsWith('REPORT_INVALID ')
  return {
    verdict,
    proved,
    notProved,
    checkpoints: said.checkpoints,
    told: [said.digest, said.madeAt, said.keyId, said.unverified, said.omitted],
    problems: [...found.filter((one) => !isReport(one)), ...new Set(found.filter(isReport))].sort(),
    chains: chains.map(({ chainId, result, checkpoints }) => ({ chainId, ...bare(result), checkpoints })),
  }
}

/** Judges each package with all three, and holds them against each other and against what is expected. */
export async function expectAgreement(packages: readonly Misleading[]): Promise<void> {
  const asked = await Promise.all(
    packages.map(async ({ bytes, policy, keyring = verifierKeyring }) => ({
      file: await fileOf(bytes),
      policy,
      keyring: keyring.toJSON() as unknown,
      now,
    })),
  )
  const python = await judgedByPython<EvidenceResult>(asked)
  for (const [index, { name, expected }] of packages.entries()) {
    const { file, policy, keyring } = asked[index] as (typeof asked)[number]
    const result = await verifyEvidence(file, { keyring: Keyring.parse(keyring), policy, now })
    const library = shape(result)
    const mjs = await singleFile.judgePackage(file, { keyring: singleFile.Keyring.parse(keyring), policy, now })
    expect([name, 'verify.mjs', shape(mjs)]).toEqual([name, 'verify.mjs', library])
    expect([name, 'verify.py', shape(python[index] as EvidenceResult)]).toEqual([name, 'verify.py', library])
    const codes = [...new Set(result.problems.map(({ code }) => code))].sort()
    if (expected !== '') expect([name, [result.verdict, ...codes].join(' ')]).toEqual([name, expected])
  }
}
