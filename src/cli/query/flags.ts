/** What receipts are looked for, as it is typed. */
import { type Command, InvalidArgumentError } from 'commander'
import { instant, once } from '../values.js'
import type { QueryFilter } from './filter.js'

const text = once((value: string): string => {
  if (value === '') throw new InvalidArgumentError('It must not be empty.')
  return value
})

const checkOption = once((value: string): NonNullable<QueryFilter['check']> => {
  const fired = value.endsWith(':fired')
  const name = fired ? value.slice(0, -':fired'.length) : value
  if (name === '') throw new InvalidArgumentError('It must be NAME or NAME:fired.')
  return { name, fired }
})

/**
 * @param command - the command
 * @returns the command, with the options of `QueryFilter` that hold for any stretch of a chain
 */
export function addFilterOptions(command: Command): Command {
  return command
    .option('--trace <id>', 'traceId', text)
    .option('--session <id>', 'sessionId', text)
    .option('--decision <id>', 'decisionId: the case', text)
    .option('--subject <pseudonym>', 'subjectId', text)
    .option('--action <action>', 'action, such as reject', text)
    .option('--event <type>', 'eventType, such as tool_call', text)
    .option('--model <id>', 'modelId: the model that answered', text)
    .option('--check <name[:fired]>', 'a check of this name, perhaps only where it fired', checkOption)
    .option('--from <time>', 'sealed at this UTC time or later', once(instant))
    .option('--to <time>', 'sealed before this UTC time', once(instant))
}
