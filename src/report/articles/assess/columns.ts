/** Reads which of many members a receipt has, in one walk, into a few small integers. */
import type { DecisionReceipt } from '../../../receipt/types.js'

/** A question about a receipt: is there something at this path, or one of these words? */
export interface Column {
  readonly path: string
  readonly values?: readonly string[] | undefined
}

/** Bits to a word: so few that a word is a small integer to the engine, and cheap as a key. */
const WORD = 30

interface Node {
  /** The column that asks whether this member is there; a mask of 0 where none does. */
  readonly bit: Bit
  /** Columns that ask for a word here. */
  readonly words: readonly { readonly values: ReadonlySet<unknown>; readonly bit: Bit }[]
  /** Absent where no column asks further. */
  readonly members: Members | undefined
}

/** Nodes by the name of the member. */
type Members = ReadonlyMap<string, Node>

interface Bit {
  readonly word: number
  readonly mask: number
}

/** Answers all columns for one receipt. */
export interface ColumnReader {
  /** How many integers an answer has. */
  readonly words: number
  /** Writes the answer into `into`, over what was there. */
  read(receipt: DecisionReceipt, into: number[]): void
}

/**
 * Compiles columns to a tree of names, so that no name is looked up twice in a receipt.
 *
 * @param columns - the questions; the answer to the n-th is the n-th bit
 * @returns a reader
 */
export function compileColumns(columns: readonly Column[]): ColumnReader {
  const words = Math.max(1, Math.ceil(columns.length / WORD))
  const members = treeOf(columns.map((column, index) => ({ steps: column.path.split('.'), column, bit: bitOf(index) })))
  return {
    words,
    read(receipt, into) {
      for (let word = 0; word < words; word += 1) into[word] = 0
      walk(receipt as unknown as Readable, members, into)
    },
  }
}

/**
 * Whether an answer has a bit.
 *
 * @param answer - as a reader wrote it
 * @param index - of the column
 * @returns true when the column's question is answered with yes
 */
export function hasBit(answer: readonly number[], index: number): boolean {
  return ((answer[Math.floor(index / WORD)] ?? 0) & (1 << (index % WORD))) !== 0
}

const bitOf = (index: number): Bit => ({ word: Math.floor(index / WORD), mask: 1 << (index % WORD) })

interface Rooted {
  readonly steps: readonly string[]
  readonly column: Column
  readonly bit: Bit
}

function treeOf(rooted: readonly Rooted[]): Members {
  const names = new Set(rooted.map(({ steps }) => steps[0] ?? ''))
  return new Map(
    [...names].map((name) => {
      const below = rooted.filter(({ steps }) => steps[0] === name)
      const here = below.filter(({ steps }) => steps.length === 1)
      const further = below.flatMap((one) => (one.steps.length > 1 ? [{ ...one, steps: one.steps.slice(1) }] : []))
      return [
        name,
        {
          bit: here.find(({ column }) => column.values === undefined)?.bit ?? nowhere,
          words: here.flatMap(({ column, bit }) =>
            column.values === undefined ? [] : [{ values: new Set<unknown>(column.values), bit }],
          ),
          members: further.length === 0 ? undefined : treeOf(further),
        },
      ]
    }),
  )
}

const nowhere: Bit = { word: 0, mask: 0 }

type Readable = { readonly [name: string]: unknown }

/** Receipts are of many shapes: walking the members that are there costs less than asking for each that could be. */
function walk(from: Readable, members: Members, into: number[]): void {
  for (const name in from) {
    const node = members.get(name)
    if (node === undefined) continue
    const value = from[name]
    if (value === undefined) continue
    const { bit, words, members: further } = node
    into[bit.word] = (into[bit.word] as number) | bit.mask
    for (let index = 0; index < words.length; index += 1) {
      const { values, bit: found } = words[index] as Node['words'][number]
      if (values.has(value)) into[found.word] = (into[found.word] as number) | found.mask
    }
    if (further === undefined || typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        const item: unknown = value[index]
        if (typeof item === 'object' && item !== null) walk(item as Readable, further, into)
      }
    } else walk(value as Readable, further, into)
  }
}
