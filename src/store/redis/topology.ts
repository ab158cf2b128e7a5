import type { Node } from './node.js'

/** Which server a key is on. */
export interface Topology {
  /**
   * Does something on the primary of a key, and again where that has moved.
   *
   * @param use - gets `asking` where the node takes the command only behind ASKING, in the same breath
   */
  on<T>(key: string, use: (node: Node, asking: boolean) => Promise<T>): Promise<T>
  primaries(): Promise<readonly Node[]>
  /** Ends what blocks. */
  interrupt(): void
  close(): Promise<void>
}
