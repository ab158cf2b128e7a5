import type { AddCommand } from '../context.js'
import { addBuild } from './keyring/build.js'
import { addDidWeb, addJwks } from './keyring/publish.js'
import { addKeyringShow } from './keyring/show.js'

/** `quittance keyring …` */
export const addKeyring: AddCommand = (program, context) => {
  const group = program
    .command('keyring')
    .summary('build, show and publish keyrings')
    .description('Works with keyrings: the public keys that verifiers trust, for what, where and when.')
    .helpCommand(false)
  for (const add of [addBuild, addKeyringShow, addDidWeb, addJwks]) add(group, context)
}
