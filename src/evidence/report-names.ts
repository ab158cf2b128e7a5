/** Where the report is, which a verifier reads. */
export const REPORT_JSON = 'report/report.json'
/** Where its seal is. */
export const REPORT_SEAL = 'report/report.seal.json'
