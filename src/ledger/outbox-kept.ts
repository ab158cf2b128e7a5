/**
 * The outbox chains that were drained and whose files stay: a main store that goes back may lose what it had of them, and
 * nobody else has it.
 */

/** How many are remembered; the one that was drained longest ago is forgotten first. */
const MAX_KEPT = 1_000

/** One outbox chain that the main store had whole. */
export interface KeptChain {
  readonly chainId: string
  readonly mainChainId: string
}

/** The drained chains of one local store. */
export interface KeptChains {
  /** Takes note of one; the one that was drained last comes last. */
  add(chain: KeptChain, doubted: boolean): void
  /** The main store may have lost any of them. */
  doubt(): void
  /** Those that are to be held against the main store. */
  doubted(): readonly KeptChain[]
  /** The main store has it. */
  sure(chain: KeptChain): void
  /** It has to be drained again. */
  remove(chain: KeptChain): void
}

/** @returns the memory, empty */
export function createKeptChains(): KeptChains {
  const kept = new Map<string, KeptChain>()
  let doubts = new Set<string>()

  const remove = ({ chainId }: KeptChain): void => {
    kept.delete(chainId)
    doubts.delete(chainId)
  }

  return {
    add(chain, doubted) {
      remove(chain)
      kept.set(chain.chainId, chain)
      if (doubted) doubts.add(chain.chainId)
      const [oldest] = kept.values()
      if (kept.size > MAX_KEPT && oldest !== undefined) remove(oldest)
    },
    doubt() {
      doubts = new Set(kept.keys())
    },
    doubted: () => [...kept.values()].filter(({ chainId }) => doubts.has(chainId)),
    sure({ chainId }) {
      doubts.delete(chainId)
    },
    remove,
  }
}
