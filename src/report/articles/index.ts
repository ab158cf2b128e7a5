/** Articles, days of application and crosswalks: data to hold receipts against, with what receipts can't show. */
export { aiActProvisions } from './ai-act.js'
export { applicationDates } from './dates.js'
export { gdprProvisions } from './gdpr.js'
export { iso42001Crosswalk } from './iso-42001.js'
export { applicationOf, provisionById, sourceById } from './lookups.js'
export { nistAiRmfCrosswalk } from './nist-ai-rmf.js'
export { legalSources } from './sources.js'
export {
  crosswalkGroupText,
  crosswalkText,
  dateText,
  provisionText,
  sourceText,
  textAddress,
} from './texts.js'
export type {
  Addressee,
  ApplicationDate,
  ApplicationTable,
  CalendarDate,
  Coverage,
  Crosswalk,
  CrosswalkEntry,
  CrosswalkGroup,
  CrosswalkStrength,
  CrosswalkText,
  DateText,
  EvidenceCeiling,
  EvidencePointer,
  LeastPeriod,
  LedgerEvent,
  LegalSource,
  PointerWeight,
  Provision,
  ProvisionTable,
  ProvisionText,
  SourceText,
} from './types.js'
