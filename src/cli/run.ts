import { Command, CommanderError } from 'commander'
import { addCheckpoint } from './commands/checkpoint.js'
import { addCopy } from './commands/copy.js'
import { addCoverage } from './commands/coverage.js'
import { addDemo } from './commands/demo.js'
import { addErase } from './commands/erase.js'
import { addExport } from './commands/export.js'
import { addHead } from './commands/head.js'
import { addHealth } from './commands/health.js'
import { addHold } from './commands/hold.js'
import { addImport } from './commands/import.js'
import { addInspect } from './commands/inspect.js'
import { addKey } from './commands/key.js'
import { addKeygen } from './commands/keygen.js'
import { addKeyring } from './commands/keyring.js'
import { addProofPage } from './commands/proof-page.js'
import { addProve } from './commands/prove.js'
import { addPrune } from './commands/prune.js'
import { addPublicKey } from './commands/public-key.js'
import { addQuery } from './commands/query.js'
import { addReconcile } from './commands/reconcile.js'
import { addReconstruct } from './commands/reconstruct.js'
import { addRedact } from './commands/redact.js'
import { addRelease } from './commands/release.js'
import { addReport } from './commands/report.js'
import { addStat } from './commands/stat.js'
import { addStats } from './commands/stats.js'
import { addTail } from './commands/tail.js'
import { addTiles } from './commands/tiles.js'
import { addVerify } from './commands/verify.js'
import { addVerifyFork } from './commands/verify-fork.js'
import { addVerifyProof } from './commands/verify-proof.js'
import { addWitness } from './commands/witness.js'
import type { AddCommand } from './context.js'
import { type Failure, failureOf, tell } from './failure.js'
import { colorsFor, type ExitCode, type Io } from './io.js'
import { packageVersion } from './version.js'

/** As they stand in the help: what belongs together, under what it is for. */
const groups: readonly (readonly [heading: string, commands: readonly AddCommand[]])[] = [
  ['Keys, and whom to trust:', [addKeygen, addPublicKey, addKey, addKeyring]],
  ['Judge chains:', [addVerify, addHead, addVerifyFork, addVerifyProof]],
  ['Look at receipts:', [addInspect, addQuery, addTail, addReconstruct, addStat]],
  ['Report:', [addReport, addStats, addCoverage, addReconcile]],
  ['Move receipts:', [addCopy, addExport, addImport, addTiles, addProve, addProofPage]],
  ['Keep and remove:', [addPrune, addHold, addRelease, addErase, addRedact]],
  ['Run:', [addHealth, addDemo, addCheckpoint, addWitness]],
]

const epilogue = `
Exit codes of what gives a verdict:
  0 VALID · 1 INVALID · 3 INCOMPLETE · 2 wrong usage, or input that can't be read

Colours follow the terminal, NO_COLOR and FORCE_COLOR. "quittance COMMAND --help" has examples.
`

function programFor(io: Io, exit: (code: ExitCode) => void): Command {
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
  for (const [heading, commands] of groups) {
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
  const program = programFor(io, (given) => {
    code = given
  })
  try {
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
