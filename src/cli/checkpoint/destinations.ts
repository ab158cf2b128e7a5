/** To whom `quittance checkpoint` hands what it signed: directories, repositories, witnesses, time-stamp authorities. */
import type { Command } from 'commander'
import type { CheckpointLogStatus } from '../../transparency/log/types.js'
import { fileSink } from '../../transparency/sinks/file.js'
import { gitSink } from '../../transparency/sinks/git.js'
import type { CheckpointSink, TimestampAuthority } from '../../transparency/types.js'
import { httpWitness } from '../../transparency/witness/client.js'
import { UsageError } from '../failure.js'
import { type Io, pathFrom } from '../io.js'
import { certificatesIn, smallFile, tlogPolicyIn } from '../log-keys.js'
import { once } from '../values.js'

/** The options that `addDestinationOptions` adds. */
export interface DestinationOptions {
  readonly to?: string | undefined
  readonly git?: string | undefined
  readonly push?: string | undefined
  readonly policy?: string | undefined
  readonly timestamp?: readonly string[] | undefined
  readonly tsa?: readonly string[] | undefined
}

const several = (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text]

/**
 * @param command - the command
 * @returns it, with the options that say where checkpoints go
 */
export function addDestinationOptions(command: Command): Command {
  return command
    .option('--to <dir>', 'write the checkpoints into this directory, a file each', once(String))
    .option('--git <repository>', 'commit them to the branch "checkpoints" of this repository', once(String))
    .option('--push <remote>', 'and push that branch there', once(String))
    .option(
      '--policy <file>',
      'a tlog-policy: its witnesses that have a URL are asked, and have to be enough',
      once(String),
    )
    .option(
      '--timestamp <url>',
      "have the log's head stamped by this time-stamp authority (RFC 3161); may be repeated",
      several,
    )
    .option(
      '--tsa <file>',
      'with --timestamp: certificates (PEM or DER) that stamps must lead to; may be repeated',
      several,
    )
}

/** Where checkpoints go, as `checkpointLog` takes it. */
export interface Destinations {
  readonly sinks: readonly CheckpointSink[]
  readonly witnesses: Awaited<ReturnType<typeof witnessesOf>>['witnesses']
  readonly timestamps: readonly TimestampAuthority[]
  /** @returns what was typed for a sink, instead of its name in warnings */
  typed(name: string): string
  /**
   * @param status - of the log, when it is done
   * @returns why a quorum is not reached that could not be; `undefined` where everybody was asked
   */
  unasked(status: CheckpointLogStatus): string | undefined
}

async function witnessesOf(policy: string | undefined, io: Io) {
  if (policy === undefined) return { witnesses: undefined, silent: [] }
  const parsed = tlogPolicyIn(await smallFile(policy, io, 'policy'), policy)
  const clients = parsed.witnesses.flatMap(({ name, key, url }) =>
    url === undefined ? [] : [httpWitness({ name, key, url })],
  )
  const silent = parsed.witnesses.filter(({ url }) => url === undefined).map(({ name }) => name)
  return { witnesses: { clients, policy: parsed }, silent }
}

async function authoritiesOf(urls: readonly string[], tsa: readonly string[] | undefined, io: Io) {
  if (urls.length === 0) {
    if (tsa !== undefined) throw new UsageError('--tsa says whose time stamps count: ask for some with --timestamp URL')
    return []
  }
  const certificates = tsa === undefined ? undefined : await certificatesIn(tsa, io)
  // pkijs is an optional package, and nothing else needs it
  const { timestampAuthority } = await import('../../transparency/timestamp/index.js')
  return urls.map((url) => {
    try {
      return timestampAuthority({ url, certificates })
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError)
        throw new UsageError(`--timestamp: ${error.message.replace(/^options\./, '')}`)
      throw error
    }
  })
}

/**
 * @param options - what was typed
 * @param io - the process
 * @returns where checkpoints go; nothing was asked yet
 * @throws UsageError; QuittanceError `TLOG_MALFORMED`
 */
export async function destinationsOf(options: DestinationOptions, io: Io): Promise<Destinations> {
  const { to, git, push, policy, timestamp = [], tsa } = options
  if (push !== undefined && git === undefined) throw new UsageError('--push needs --git REPOSITORY')
  const { witnesses, silent } = await witnessesOf(policy, io)
  const named = [
    ...(to === undefined ? [] : [[`--to ${to}`, fileSink(pathFrom(io, to))] as const]),
    ...(git === undefined ? [] : [[`--git ${git}`, gitSink({ repository: pathFrom(io, git), remote: push })] as const]),
  ]
  return {
    sinks: named.map(([, sink]) => sink),
    typed: (name) => named.find(([, { id }]) => id === name)?.[0] ?? name,
    witnesses,
    timestamps: await authoritiesOf(timestamp, tsa, io),
    unasked: ({ quorum }) =>
      quorum === false && silent.length > 0
        ? `${silent.join(', ')} ${silent.length === 1 ? 'has' : 'have'} no URL in ${policy}, and ${silent.length === 1 ? 'was' : 'were'} not asked: write "witness NAME VKEY https://…"`
        : undefined,
  }
}
