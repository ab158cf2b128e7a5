/** For `workerd test` with Node's modules: all but what lies in files, which no worker keeps. */
import vectors from 'published:vectors'
import { collectorCases } from './cases/collector.mjs'
import { conformanceCases } from './cases/conformance.mjs'
import { ledgerCases } from './cases/ledger.mjs'
import { redactionCases } from './cases/redaction.mjs'
import { runPortable } from './portable.mjs'

export default {
  test: () =>
    runPortable(vectors, (line) => console.log(line), [
      ...conformanceCases,
      ...redactionCases,
      ...ledgerCases,
      ...collectorCases,
    ]),
}
