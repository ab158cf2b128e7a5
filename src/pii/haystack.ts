/** One pass over a text that lists the places where something can be. */
import { QuittanceError } from '../errors.js'
import type { Haystack } from './detector.js'
import { type Columns, columnsWhenAsked } from './table.js'

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

/** Room for as many places again, and as many more. */
function longer(list: Int32Array): Int32Array {
  const grown = new Int32Array(list.length * 4)
  grown.set(list)
  return grown
}

const FEW = 16

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
 * @param columns - of its tables
 * @returns what detectors look at
 */
export function scan(
  text: string,
  hint: string,
  budget: Pick<Budget, 'step'>,
  columns: Pick<Columns, 'at'> = columnsWhenAsked(() => text),
): Haystack {
  let digits: Int32Array = new Int32Array(FEW)
  let ats: Int32Array = new Int32Array(FEW)
  let colons: Int32Array = new Int32Array(FEW)
  let equals: Int32Array = new Int32Array(FEW)
  let digitCount = 0
  let atCount = 0
  let colonCount = 0
  let equalCount = 0
  const { length } = text
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x40) continue
    switch (classes[code]) {
      case DIGIT: {
        if (digitCount === digits.length) digits = longer(digits)
        digits[digitCount] = index
        index += 1
        while (index < length && classes[text.charCodeAt(index)] === DIGIT) index += 1
        digits[digitCount + 1] = index
        digitCount += 2
        index -= 1
        break
      }
      case AT:
        if (atCount === ats.length) ats = longer(ats)
        ats[atCount++] = index
        break
      case COLON:
        if (colonCount === colons.length) colons = longer(colons)
        colons[colonCount++] = index
        break
      case EQUALS:
        if (equalCount === equals.length) equals = longer(equals)
        equals[equalCount++] = index
        break
      default:
    }
  }
  return {
    text,
    digits: { length: digitCount, at: digits },
    ats: { length: atCount, at: ats },
    colons: { length: colonCount, at: colons },
    equals: { length: equalCount, at: equals },
    hint,
    columnAt: columns.at,
    step: budget.step,
  }
}
