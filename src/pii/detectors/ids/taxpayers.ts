/** All schemes for firms, or for persons and firms alike. */
import type { Scheme } from './scheme.js'
import { taxEurope } from './tax-europe.js'
import { taxWorld } from './tax-world.js'

/** Tax and register numbers that are not a person's alone. */
export const taxpayers: readonly Scheme[] = [...taxEurope, ...taxWorld]
