import type { Node } from './node.js'

/** A server that takes writes. */
export interface Primary {
  readonly node: Node
  /** @returns whether a key of that slot lies there */
  serves(slot: number): boolean
}

/** Which server a key is on. */
export interface Topology {
  /**
   * Does something on the primary of a key, and again where that has moved.
   *
   * @param use - gets `asking` where the node takes the command only behind ASKING, in the same breath
   */
  on<T>(key: string, use: (node: Node, asking: boolean) => Promise<T>): Promise<T>
  primaries(): Promise<readonly Primary[]>
  /** Ends what blocks. */
  interrupt(): void
  close(): Promise<void>
}
