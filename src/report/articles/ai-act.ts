/** The articles of Regulation (EU) 2024/1689 that receipts are held against. */
import { aiActOperators } from './ai-act-operators.js'
import { aiActRequirements } from './ai-act-requirements.js'
import { aiActUse } from './ai-act-use.js'
import type { ProvisionTable } from './types.js'

/** Articles 9, 10, 12 to 15, 17 to 20, 26(5) and (6), 27, 50, 72, 73 and 86, in their order. */
export const aiActProvisions: ProvisionTable = {
  version: 1,
  date: '2026-11-21',
  source: 'reg-2024-1689',
  provisions: [...aiActRequirements, ...aiActOperators, ...aiActUse],
}
