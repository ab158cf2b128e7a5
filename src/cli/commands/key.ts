import type { AddCommand } from '../context.js'
import { addCombine } from './key/combine.js'
import { addDelegate } from './key/delegate.js'
import { addRevoke } from './key/revoke.js'
import { addRotate } from './key/rotate.js'
import { addShow } from './key/show.js'
import { addSplit } from './key/split.js'

/** `quittance key …` */
export const addKey: AddCommand = (program, context) => {
  const group = program
    .command('key')
    .summary('show, rotate, revoke, delegate, split and combine keys')
    .description(
      'Works with signing keys, wherever they are: a file, the environment, Vault, a cloud KMS, a hardware module.',
    )
    .helpCommand(false)
  for (const add of [addShow, addRotate, addRevoke, addDelegate, addSplit, addCombine]) add(group, context)
}
