import type { Command } from 'commander'
import type { ExitCode, Io } from './io.js'

/** What a command is given: the process, and a place for its answer. */
export interface Context {
  readonly io: Io
  /** @param code - what the process answers when the command is done */
  exit(code: ExitCode): void
}

/** Adds one command to the program. */
export type AddCommand = (program: Command, context: Context) => void

/**
 * @param examples - command lines with what they do, in order
 * @returns the end of a help text
 */
export function examples(...examples: readonly (readonly [command: string, effect: string])[]): string {
  const lines = examples.map(([command, effect]) => `  $ ${command}\n      ${effect}`)
  return `\nExamples:\n${lines.join('\n')}\n`
}
