import type { ReceiptStore } from '../../store/store.js'

/** Which chain's tree goes where. */
export interface TileOptions {
  readonly store: ReceiptStore
  readonly chainId: string
  /** The folder of the log: what is served under its prefix. */
  readonly directory: string
  readonly signal?: AbortSignal | undefined
  /** Told from time to time how many leaves are done, of how many. */
  readonly onProgress?: ((progress: { readonly leaves: number; readonly total: number }) => void) | undefined
}
