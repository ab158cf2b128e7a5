/** Shapes of numbers as a tree: one chunk of letters and digits, a separator, the next chunk. */
import type { Scheme } from './scheme.js'

/** A scheme that a shape may stand for. */
export interface Form {
  readonly scheme: Scheme
  /** Where the scheme stands among the others. */
  readonly index: number
  /** The score without a word beside it. */
  readonly alone: number
  /** Separated by spaces: neighbours may be part of it. */
  readonly spaced: boolean
  /** What a finding says of itself: alone, and beside a word. */
  readonly reasons: readonly [string, string]
}

/** What may follow after some chunks. */
export interface Node {
  /** Schemes whose shape ends here. */
  forms: Form[]
  /** The greatest score alone among the forms. */
  best: number
  /** By separator and chunk; absent where nothing follows. */
  next: Map<number, Node> | undefined
  /** The same for chunks of digits alone, by separator and length. */
  digits: (Node | undefined)[] | undefined
}

/** The longest chunk that a shape knows. */
export const LONGEST = 20

const separators = ' -./+('

/** @returns the separator's number from 1 on; 0 for any other character */
export function separatorOf(code: number): number {
  switch (code) {
    case 0x20:
      return 1
    case 0x2d:
      return 2
    case 0x2e:
      return 3
    case 0x2f:
      return 4
    case 0x2b:
      return 5
    case 0x28:
      return 6
    default:
      return 0
  }
}

/** The number of the opening bracket, whose form ends with the closing one. */
export const BRACKET = 6

/** @returns what a chunk looks like, as one number; `letters` has a bit for each letter, the first character the highest */
export const chunkKey = (length: number, letters: number): number => (1 << length) | letters

/** @returns the key of a chunk after a separator */
export const stepKey = (separator: number, chunk: number): number => chunk * 8 + separator

/** All chunks that a template's chunk stands for. */
function chunksOf(template: string): number[] {
  let masks = [0]
  for (const sign of template) {
    if (sign !== '9' && sign !== 'A' && sign !== '*') throw new RangeError(`no such sign in a form: ${template}`)
    masks = masks.flatMap((mask) =>
      sign === '9' ? [mask << 1] : sign === 'A' ? [(mask << 1) | 1] : [mask << 1, (mask << 1) | 1],
    )
  }
  return masks.map((mask) => chunkKey(template.length, mask))
}

/** @returns where a chunk behind a separator leads to */
export function nextOf(node: Node, separator: number, chunk: number): Node | undefined {
  return (chunk & (chunk - 1)) === 0
    ? node.digits?.[(31 - Math.clz32(chunk)) * 8 + separator]
    : node.next?.get(stepKey(separator, chunk))
}

const emptyNode = (): Node => ({ forms: [], best: 0, next: undefined, digits: undefined })

/**
 * @param schemes - of one detector
 * @returns the tree of their forms
 */
export function treeOf(schemes: readonly Scheme[]): Node {
  const root = emptyNode()
  for (const [index, scheme] of schemes.entries()) {
    const reason = `${scheme.checked ? 'checksum' : 'form'}, ${scheme.name}`
    const reasons = [reason, `${reason}; context`] as const
    for (const [template, alone] of Object.entries(scheme.forms)) {
      let nodes = [root]
      let separator = 0
      for (const part of template.replace(')', '').split(/([ \-./+(])/)) {
        if (separators.includes(part)) {
          separator = separatorOf(part.charCodeAt(0))
          continue
        }
        const keys = chunksOf(part).map((chunk) => stepKey(separator, chunk))
        nodes = nodes.flatMap((node) =>
          keys.map((key) => {
            node.next ??= new Map()
            const known = node.next.get(key) ?? emptyNode()
            node.next.set(key, known)
            const chunk = key >> 3
            if ((chunk & (chunk - 1)) === 0) {
              node.digits ??= new Array<Node | undefined>(8 * (LONGEST + 1)).fill(undefined)
              node.digits[(31 - Math.clz32(chunk)) * 8 + (key & 7)] = known
            }
            return known
          }),
        )
      }
      for (const node of nodes) {
        node.forms.push({ scheme, index, alone, spaced: template.includes(' '), reasons })
        node.best = Math.max(node.best, alone)
      }
    }
  }
  return root
}
