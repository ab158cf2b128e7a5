/** Files of a run share one process: once a test has failed, the mutant is found, and the files behind it are not read. */
import { afterEach } from 'vitest'

const shared = globalThis as { mutantWasFound?: boolean }

if (shared.mutantWasFound) throw new Error('a test of an earlier file has failed')

afterEach(({ task }) => {
  if (task.result?.state === 'fail') shared.mutantWasFound = true
})
