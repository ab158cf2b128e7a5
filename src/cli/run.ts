import { Command, CommanderError } from 'commander'
import type { AddCommand } from './context.js'
import { type Failure, failureOf, tell } from './failure.js'
import { colorsFor, type ExitCode, type Io } from './io.js'
import { packageVersion } from './version.js'

/** Loads one command, and with it what only it needs. */
type Load = () => Promise<AddCommand>

/** As they stand in the help: what belongs together, under what it is for. */
const groups: readonly (readonly [heading: string, commands: Readonly<Record<string, Load>>])[] = [
  [
    'Keys, and whom to trust:',
    {
      keygen: async () => (await import('./commands/keygen.js')).addKeygen,
      'public-key': async () => (await import('./commands/public-key.js')).addPublicKey,
      key: async () => (await import('./commands/key.js')).addKey,
      keyring: async () => (await import('./commands/keyring.js')).addKeyring,
    },
  ],
  [
    'Judge chains:',
    {
      verify: async () => (await import('./commands/verify.js')).addVerify,
      head: async () => (await import('./commands/head.js')).addHead,
      'verify-fork': async () => (await import('./commands/verify-fork.js')).addVerifyFork,
      'verify-proof': async () => (await import('./commands/verify-proof.js')).addVerifyProof,
    },
  ],
  [
    'Look at receipts:',
    {
      inspect: async () => (await import('./commands/inspect.js')).addInspect,
      query: async () => (await import('./commands/query.js')).addQuery,
      tail: async () => (await import('./commands/tail.js')).addTail,
      reconstruct: async () => (await import('./commands/reconstruct.js')).addReconstruct,
      stat: async () => (await import('./commands/stat.js')).addStat,
    },
  ],
  [
    'Report:',
    {
      report: async () => (await import('./commands/report.js')).addReport,
      stats: async () => (await import('./commands/stats.js')).addStats,
      coverage: async () => (await import('./commands/coverage.js')).addCoverage,
      reconcile: async () => (await import('./commands/reconcile.js')).addReconcile,
    },
  ],
  [
    'Move receipts:',
    {
      copy: async () => (await import('./commands/copy.js')).addCopy,
      export: async () => (await import('./commands/export.js')).addExport,
      import: async () => (await import('./commands/import.js')).addImport,
      tiles: async () => (await import('./commands/tiles.js')).addTiles,
      prove: async () => (await import('./commands/prove.js')).addProve,
      'proof-page': async () => (await import('./commands/proof-page.js')).addProofPage,
    },
  ],
  [
    'Keep and remove:',
    {
      prune: async () => (await import('./commands/prune.js')).addPrune,
      hold: async () => (await import('./commands/hold.js')).addHold,
      release: async () => (await import('./commands/release.js')).addRelease,
      erase: async () => (await import('./commands/erase.js')).addErase,
      redact: async () => (await import('./commands/redact.js')).addRedact,
    },
  ],
  [
    'Run:',
    {
      health: async () => (await import('./commands/health.js')).addHealth,
      demo: async () => (await import('./commands/demo.js')).addDemo,
      checkpoint: async () => (await import('./commands/checkpoint.js')).addCheckpoint,
      witness: async () => (await import('./commands/witness.js')).addWitness,
    },
  ],
]

const epilogue = `
Exit codes of what gives a verdict:
  0 VALID · 1 INVALID · 3 INCOMPLETE · 2 wrong usage, or input that can't be read

Colours follow the terminal, NO_COLOR and FORCE_COLOR. "quittance COMMAND --help" has examples.
`

/** Asked for alone, it is answered without a look at any command. */
const versionFlags: ReadonlySet<string | undefined> = new Set(['-V', '--version'])

/** @returns what the command line may mean: the one command that it begins with, or else each, for the help and for what is near a typo */
async function commandsMeant(
  first: string | undefined,
): Promise<readonly (readonly [string, readonly AddCommand[]])[]> {
  if (versionFlags.has(first)) return []
  const all = groups.map(([heading, commands]) => [heading, Object.entries(commands)] as const)
  const meant = all.flatMap(([heading, commands]) => {
    const named = commands.filter(([name]) => name === first)
    return named.length === 0 ? [] : [[heading, named] as const]
  })
  return Promise.all(
    (meant.length === 0 ? all : meant).map(
      async ([heading, commands]) => [heading, await Promise.all(commands.map(([, load]) => load()))] as const,
    ),
  )
}

async function programFor(first: string | undefined, io: Io, exit: (code: ExitCode) => void): Promise<Command> {
  const program = new Command('quittance')
    .description('Cryptographic receipts of AI decisions: make keys, verify chains, look at receipts, move them.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    // a command that has commands of its own leaves them their options
    .enablePositionalOptions()
    .addHelpText('after', epilogue)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // told once, by `run`, so that JSON and plain text are told alike
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
      getOutHasColors: () => colorsFor(io, io.stdout).isColorSupported,
      getErrHasColors: () => colorsFor(io, io.stderr).isColorSupported,
    })
  for (const [heading, commands] of await commandsMeant(first)) {
    program.commandsGroup(heading)
    for (const add of commands) add(program, { io, exit })
  }
  return program
}

/** @returns how a refusal by the argument parser is told; `undefined` where help or the version was asked for */
function parserFailure(error: CommanderError): Failure | undefined {
  if (error.exitCode === 0) return undefined
  const [, message = error.message, suggestion] =
    /^(?:error: )?(.*?)(?:\n(\(Did you mean .*\)))?$/s.exec(error.message) ?? []
  return { code: 'USAGE', message, ...(suggestion === undefined ? {} : { advice: [suggestion] }) }
}

/**
 * Runs one command line.
 *
 * @param args - what stands behind `quittance`
 * @param io - the process, or what a test has for one
 * @returns the exit code: 0, or 0 VALID · 1 INVALID · 3 INCOMPLETE for a verdict; 2 for wrong usage, input that can't be
 *   read, or a fault
 */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0
  try {
    const program = await programFor(args[0], io, (given) => {
      code = given
    })
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    const json = args.includes('--json')
    if (!(error instanceof CommanderError)) {
      tell(io, failureOf(error), json)
      return 2
    }
    const failure = parserFailure(error)
    if (failure === undefined) return 0
    // without a command the help itself was the answer, on stderr
    if (error.code !== 'commander.help') tell(io, failure, json)
    return 2
  }
}
