/** One case of the fuzzer, made from one number. */
import { writeFile } from 'node:fs/promises'
import { QuittanceError } from '../../src/errors.js'
import { Keyring } from '../../src/keys/keyring.js'
import { verifyChain, verifyLines } from '../../src/verify/chain.js'
import { verifyFile } from '../../src/verify/node/file.js'
import { verifyReceipt } from '../../src/verify/receipt.js'
import type { VerifyOptions } from '../../src/verify/types.js'
import { judgeChain, type Line, linesOfFile } from '../reference/chain.js'
import { type Entry, readKeyring } from '../reference/keyring.js'
import { rawLines } from '../verify/support.js'
import { disagreements } from './compare.js'
import { spoil, spoiledBytes, spoiledLines, spoiledReceipts, spoiledText } from './mutate.js'
import { type Random, randomOf } from './random.js'
import { scenarioOf } from './scenario.js'

/** What a case was, so that a person can look at it. */
export interface Case {
  readonly seed: number
  readonly file: Buffer
  /** The keyring that it was judged with, and the text that was read before, which may be none. */
  readonly keyring: string
  readonly tried: string
  readonly options: unknown
  /** Nothing where all agree. */
  readonly findings: readonly string[]
  readonly verdict: string
  /** Whether the reference left the verdict open. */
  readonly open: boolean
}

/** What the product reads from a keyring's text; a refusal must be the one that is documented. */
function parsedKeyring(text: string): Keyring | undefined | Error {
  try {
    return Keyring.parse(text)
  } catch (error) {
    if (QuittanceError.is(error, 'KEYRING_INVALID')) return undefined
    return error instanceof Error ? error : new Error(String(error))
  }
}

function spoiledKeyring(random: Random, sound: string): string {
  let text = sound
  if (random.one(3)) {
    const loose: unknown = JSON.parse(sound)
    spoil(random, loose)
    text = JSON.stringify(loose)
  }
  return random.one(4) ? spoiledText(random, text) : text
}

/** Entry by entry as the reference has it, so that a use or a window that is read otherwise shows. */
function keyringFindings(mine: Keyring | undefined | Error, theirs: ReadonlyMap<string, Entry> | undefined): string[] {
  if (mine instanceof Error) return [`the keyring: ${textOfError(mine)}`]
  if ((mine === undefined) !== (theirs === undefined))
    return [`the keyring is ${mine ? 'taken' : 'refused'}, and the reference does not`]
  const read = mine?.entries().map(({ keyId, uses = ['receipt'], validFrom, validUntil, revokedAt, chains }) => {
    return { keyId, uses, validFrom, validUntil, revokedAt, chains }
  })
  const meant = theirs && [...theirs.values()]
  return JSON.stringify(read) === JSON.stringify(meant) ? [] : ['the keyring says something else']
}

const textOfError = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

/**
 * @param seed - an integer from 0 to 2^32-1
 * @param path - a file that may be written
 * @returns what was found
 */
export async function runCase(seed: number, path: string): Promise<Case> {
  const random = randomOf(seed)
  const { receipts, keyring: entries, asked } = scenarioOf(random)
  const findings: string[] = []

  // the keyring: a few are read, the last one judges where it is one
  const sound = JSON.stringify({ keys: entries })
  let keyringText = sound
  let mine: Keyring | undefined | Error
  let theirs: ReadonlyMap<string, Entry> | undefined
  for (let rounds = 3; rounds > 0; rounds -= 1) {
    keyringText = spoiledKeyring(random, sound)
    mine = parsedKeyring(keyringText)
    theirs = readKeyring(keyringText)
    for (const one of keyringFindings(mine, theirs)) findings.push(`${one}: ${keyringText.slice(0, 2000)}`)
  }

  const keyring = mine instanceof Keyring ? mine : Keyring.parse(sound)
  const trusted = (mine instanceof Keyring ? theirs : undefined) ?? (readKeyring(sound) as ReadonlyMap<string, Entry>)

  // the chain
  const lines = spoiledLines(random, spoiledReceipts(random, receipts))
  const text = lines.map((line) => `${line}\n`).join('')
  const file = spoiledBytes(random, Buffer.from(text))
  const options: VerifyOptions = { ...asked, keyring }
  const expected = judgeChain(linesOfFile(file), trusted, asked)

  let verdict = 'none'
  const hold = async (name: string, run: () => Promise<string[]>) => {
    try {
      for (const one of await run()) findings.push(`${name}: ${one}`)
    } catch (error) {
      findings.push(`${name} threw: ${textOfError(error)}`)
    }
  }
  await hold('lines', async () => {
    const result = await verifyLines(rawLines(file), options)
    verdict = result.verdict
    return disagreements(result, expected)
  })
  await hold('file', async () => {
    await writeFile(path, file)
    return disagreements(await verifyFile(path, options), expected)
  })
  if (random.one(3)) {
    // lines in memory may hold what no file can: half a surrogate pair, a line feed
    const fromMemory: Line[] = lines.map((content) => ({ content, terminated: true }))
    await hold('texts', async () =>
      disagreements(await verifyChain(lines, options), judgeChain(fromMemory, trusted, asked)),
    )
    await hold('one receipt', async () => {
      for (const line of lines) verifyReceipt(line as never, options)
      return []
    })
  }
  return {
    seed,
    file,
    keyring: JSON.stringify(keyring),
    tried: keyringText,
    options: asked,
    findings,
    verdict,
    open: expected.open,
  }
}
