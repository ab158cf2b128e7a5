/** One pass over a text that lists the places where something can be. */
import { QuittanceError } from '../errors.js'
import type { Haystack, Positions } from './detector.js'

const DIGIT = 1
const AT = 2
const COLON = 3
const EQUALS = 4

const classes = new Uint8Array(128)
classes.fill(DIGIT, 0x30, 0x3a)
classes[0x40] = AT
classes[0x3a] = COLON
classes[0x3d] = EQUALS

/** How many steps pass between two looks at the clock. */
const STEPS_A_LOOK = 64

interface List extends Positions {
  length: number
  at: Int32Array
}

const list = (): List => ({ length: 0, at: new Int32Array(16) })

function push(to: List, offset: number): void {
  if (to.length === to.at.length) {
    const longer = new Int32Array(to.length * 2)
    longer.set(to.at)
    to.at = longer
  }
  to.at[to.length++] = offset
}

/** Lends the time that one text may take. */
export interface Budget {
  /** Looks at the clock now and then. @throws QuittanceError `PII_BUDGET` when the time is used up */
  step(): void
  /** Looks at the clock. @throws QuittanceError `PII_BUDGET` when the time is used up */
  check(): void
}

/**
 * @param milliseconds - what one text may take
 * @returns its budget, running from now
 */
export function createBudget(milliseconds: number): Budget {
  const end = performance.now() + milliseconds
  let steps = 0
  const check = (): void => {
    if (performance.now() <= end) return
    throw new QuittanceError('PII_BUDGET', 'looking through one text took longer than budgetMs')
  }
  return {
    step() {
      steps += 1
      if (steps % STEPS_A_LOOK === 0) check()
    },
    check,
  }
}

/**
 * @param text - after folding
 * @param hint - words that name the place, lower case
 * @param budget - of the whole text
 * @returns what detectors look at
 */
export function scan(text: string, hint: string, budget: Pick<Budget, 'step'>): Haystack {
  const digits = list()
  const ats = list()
  const colons = list()
  const equals = list()
  const { length } = text
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x40) continue
    switch (classes[code]) {
      case DIGIT: {
        push(digits, index)
        index += 1
        while (index < length && classes[text.charCodeAt(index)] === DIGIT) index += 1
        push(digits, index)
        index -= 1
        break
      }
      case AT:
        push(ats, index)
        break
      case COLON:
        push(colons, index)
        break
      case EQUALS:
        push(equals, index)
        break
      default:
    }
  }
  return { text, digits, ats, colons, equals, hint, step: budget.step }
}
