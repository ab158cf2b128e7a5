/** What was worked out for a text's values and for what stands before them, since many texts have the same ones again. */
import { createMemo, type Memo } from '../../memo.js'
import type { Form, Kind } from './telling.js'

/** Longer strings are seldom the same again. */
const LONGEST = 96

/** Answers as what it stands for, sooner where it was asked before. */
export interface Memory {
  /**
   * @param value - without quotes
   * @param kind - what the telling word promises
   * @param form - how it is tied to it
   * @returns a score, 0 where the value is no secret
   */
  worth(value: string, kind: Kind, form: Form): number
  /**
   * @param what - a name for what is asked
   * @param text - all that the answer hangs on
   * @param ask - works it out
   * @returns whether it is so
   */
  is(what: string, text: string, ask: (text: string) => boolean): boolean
}

/**
 * @param worth - works out what a value is worth
 * @returns what remembers for one text
 */
export function createMemory(worth: Memory['worth']): Memory {
  const worths = new Map<Kind, Map<Form, Memo<number>>>()
  const answers = new Map<string, Memo<boolean>>()
  return {
    worth(value, kind, form) {
      if (value.length > LONGEST) return worth(value, kind, form)
      let byForm = worths.get(kind)
      if (!byForm) {
        byForm = new Map()
        worths.set(kind, byForm)
      }
      let memo = byForm.get(form)
      if (!memo) {
        memo = createMemo()
        byForm.set(form, memo)
      }
      if (!memo.active) return worth(value, kind, form)
      let score = memo.get(value)
      if (score === undefined) {
        score = worth(value, kind, form)
        memo.put(value, score)
      }
      return score
    },
    is(what, text, ask) {
      let memo = answers.get(what)
      if (!memo) {
        memo = createMemo()
        answers.set(what, memo)
      }
      if (text.length > LONGEST || !memo.active) return ask(text)
      let answer = memo.get(text)
      if (answer === undefined) {
        answer = ask(text)
        memo.put(text, answer)
      }
      return answer
    },
  }
}
