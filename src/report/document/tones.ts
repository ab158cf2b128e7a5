import type { Verdict } from '../../verify/types.js'
import type { Tone } from './types.js'

/** The tone of each verdict. */
export const verdictTones = {
  VALID: 'good',
  INCOMPLETE: 'warning',
  INVALID: 'bad',
} as const satisfies Readonly<Record<Verdict, Tone>>
