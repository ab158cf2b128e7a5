/** Markdown as GitHub reads it: a tree by a real parser. */
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'

/** A node of the tree, as far as it is looked at here. */
export interface Node {
  readonly type: string
  readonly value?: string
  readonly url?: string
  readonly depth?: number
  readonly children?: readonly Node[]
}

/** @returns the tree */
export function parse(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node
}

/** @returns the node and all in it, in order */
export function nodesOf(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodesOf)]
}

/** @returns what is to be read of it */
export function readable(node: Node): string {
  return node.value ?? (node.children ?? []).map(readable).join('')
}

/** A table with the words before it. */
export interface Table {
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** @returns all tables of the page in order */
export function tablesOf(root: Node): Table[] {
  const top = root.children ?? []
  return top.flatMap((node, i) => {
    if (node.type !== 'table') return []
    const [head, ...rows] = (node.children ?? []).map((row) => (row.children ?? []).map(readable))
    return [{ caption: readable(top[i - 1] as Node), head: head ?? [], rows }]
  })
}
