/** German: the official titles of the articles, and our words for the rest. By the ids of the English tables. */
import { germanOperators } from './de/ai-act-operators.js'
import { germanRequirements } from './de/ai-act-requirements.js'
import { germanUse } from './de/ai-act-use.js'
import { germanDates } from './de/dates.js'
import { germanGdpr } from './de/gdpr.js'
import { germanIso42001 } from './de/iso-42001.js'
import { germanNistAiRmf } from './de/nist-ai-rmf.js'
import { germanSources } from './de/sources.js'
import type { CrosswalkTexts, ProvisionText } from './types.js'

export { germanDates, germanSources }

/** By id of the provision. */
export const germanProvisions: { readonly [id: string]: ProvisionText } = {
  ...germanRequirements,
  ...germanOperators,
  ...germanUse,
  ...germanGdpr,
}

/** By name of the framework. */
export const germanCrosswalks: { readonly [framework: string]: CrosswalkTexts } = {
  'ISO/IEC 42001': germanIso42001,
  'NIST AI RMF': germanNistAiRmf,
}
