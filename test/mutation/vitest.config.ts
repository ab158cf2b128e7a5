/** The tests that a mutation run (`docs/mutation.md`) holds each mutant against: those that are quick and stay in one process. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Those of a part alone, where they are named, in this order: `docs/mutation.md`. */
const named = process.env.MUTATION_TESTS?.split(',')

/** They find most, in the least time: the others are read only where these find nothing. */
const first = named?.map((path) => path.replace(/^test\/|\.test\.ts$/g, '')) ?? [
  'receipt/rules',
  'receipt/digest',
  'verify/codes',
  'verify/counted',
  'verify/thief',
  'verify/objects',
  'verify/pruned',
  'verify/delegation',
  'verify/key-standing',
  'verify/receipt',
  'verify/revocation',
  'verify/expected',
  'verify/lines',
  'vectors',
  'verify/forgeries',
  'receipt/canonical',
  'verify-node/lines',
  'verify-node/last-line',
  'verify-node/read-once',
  'verify-node/verify-file',
  'verify-node/verify-directory',
  'verify-node/ranges-agree',
]

const rank = ({ moduleId }: TestSpecification): number => {
  const at = first.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return at < 0 ? first.length : at
}

class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    for (const { project } of files) {
      // which tests reach a mutant is learned file by file; then one process, new for each mutant, reads the files in turn
      const { mode }: { readonly mode?: unknown } = project.getProvidedContext()
      if (mode === 'mutant') project.config.isolate = false
    }
    return [...files].sort((a, b) => rank(a) - rank(b))
  }
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('../..'),
  resolve: { alias: [{ find: /^fast-check$/, replacement: here('fast-check.ts') }] },
  test: {
    include: named ?? [
      'test/vectors.test.ts',
      'test/receipt/*.test.ts',
      'test/verify/*.test.ts',
      'test/verify-node/*.test.ts',
    ],
    exclude: [
      // shells and other processes: what they run is not what was changed
      'test/receipt/{check-by-hand,cut,json-schema,pages}.test.ts',
      'test/verify/browser.test.ts',
      // thousands of cases, for which a run of thousands of mutants has no time
      'test/verify-node/threads-agree.test.ts',
      'test/verify/{arbitrary,bit-flips,long}.test.ts',
    ],
    setupFiles: ['test/mutation/setup.ts'],
    sequence: { sequencer: QuickestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
