/** Building a report from what was typed, and sealing it in the same store. */
import type { KeyProvider } from '../../keys/provider.js'
import { createLedger } from '../../ledger/ledger.js'
import { buildReport } from '../../report/build.js'
import type { BuildReportOptions } from '../../report/options.js'
import { sealReport } from '../../report/seal.js'
import type { Report, ReportSeal } from '../../report/types.js'
import { failureOf, UsageError } from '../failure.js'
import { colorsFor, type Io } from '../io.js'
import { openKey } from '../key-target.js'
import { progressOn } from '../progress.js'
import { trustFor } from '../trust-flags.js'
import { asUsage, buildOptions, type CommonFlags, tellProgress } from './common-flags.js'
import { oneTarget, openSource } from './source.js'

/** What a signing key is named by. */
export interface SigningFlags {
  readonly seal?: true | undefined
  readonly key?: string | undefined
  readonly passphraseFile?: string | undefined
}

/** A report, and its seal where one was asked for. */
export interface Made {
  readonly report: Report
  readonly seal?: ReportSeal | undefined
}

/** A key that can't be read is told before anything is looked at. */
async function signingKey(flags: SigningFlags, io: Io): Promise<KeyProvider | undefined> {
  if (!flags.seal) return undefined
  const keys = await openKey(flags.key, flags.passphraseFile, io)
  await keys.signer()
  return keys
}

/**
 * Builds the report that was typed, with a progress line on a terminal.
 *
 * @param positional - the argument
 * @param flags - what was typed
 * @param more - further options of `buildReport`
 * @param io - the process
 * @param beforeSeal - is done with the report before it is sealed: what throws there keeps it from being sealed
 * @returns the report, and with `--seal` its seal
 * @throws UsageError; QuittanceError for what can't be read or written
 */
export async function makeReport(
  positional: string | undefined,
  flags: CommonFlags & SigningFlags,
  more: Pick<BuildReportOptions, 'locale' | 'embed'>,
  io: Io,
  beforeSeal?: (report: Report) => Promise<void>,
): Promise<Made> {
  if (!flags.seal && (flags.key !== undefined || flags.passphraseFile !== undefined))
    throw new UsageError('--key and --passphrase-file are for --seal')
  const text = oneTarget(positional, flags.store)
  const trust = await trustFor(flags, io)
  const options = await buildOptions(flags, trust, io)
  const keys = await signingKey(flags, io)
  const opened = await openSource(text, flags, io)
  try {
    if (keys !== undefined && opened.store === undefined)
      throw new UsageError('--seal needs a store: a file is read only', [
        'Give the DIR of a file store, or a store URL.',
      ])
    const progress = progressOn(io)
    const { source, chains } = opened
    const onProgress = tellProgress(progress)
    const report = await asUsage(() => buildReport(source, { ...options, ...more, chains, onProgress })).finally(
      progress.clear,
    )
    if (keys === undefined || opened.store === undefined) return { report }
    await beforeSeal?.(report)
    const ledger = createLedger({ store: opened.store, keys, keyring: trust.keyring, redactor: false })
    const { yellow } = colorsFor(io, io.stderr)
    ledger.on('warning', ({ error }) => {
      const { code, message } = failureOf(error)
      io.stderr.write(`${yellow('warning:')} ${message} [${code}]\n`)
    })
    try {
      return { report, seal: await sealReport(report, { ledger }) }
    } finally {
      await ledger.close()
    }
  } finally {
    await opened.close()
  }
}
