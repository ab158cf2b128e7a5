/** The Presidio analyzer, asked by its HTTP API. */
import { QuittanceError } from '../errors.js'
import { refuseUnknownMembers } from '../primitives/known-members.js'
import type { ExternalDetector, ExternalFinding } from './external.js'

/** Where the analyzer is and what it is asked. */
export interface PresidioOptions {
  /** The analyzer's base URL; `/analyze` is added. */
  readonly url: string
  /** ISO 639-1, as the analyzer has models for. Default: `en`. */
  readonly language?: string | undefined
  /** Presidio's entity types to look for, such as `PERSON`, `LOCATION`. Default: all that it has. */
  readonly entities?: readonly string[] | undefined
  /** The analyzer leaves out what scores less. Default: its own. */
  readonly scoreThreshold?: number | undefined
  /** Further headers, as for a proxy that asks for a token. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** What is written into the configuration's digest: a changed image or model should change it. Default: `1`. */
  readonly version?: string | undefined
}

const optionNames = {
  url: true,
  language: true,
  entities: true,
  scoreThreshold: true,
  headers: true,
  version: true,
} satisfies Record<keyof PresidioOptions, true>

/** Presidio's names for types that this package has. */
const typeOf: Readonly<Record<string, string>> = {
  CRYPTO: 'CRYPTO_WALLET',
  EMAIL_ADDRESS: 'EMAIL',
  IBAN_CODE: 'IBAN',
  IP_ADDRESS: 'IP',
  MAC_ADDRESS: 'MAC',
  PHONE_NUMBER: 'PHONE',
}

const national =
  /^(?:US_SSN|US_ITIN|UK_NHS|UK_NINO|ES_NIF|ES_NIE|IT_FISCAL_CODE|PL_PESEL|SG_NRIC_FIN|AU_TFN|IN_AADHAAR|IN_PAN|FI_PERSONAL_IDENTITY_CODE|KR_RRN)$/
const passport = /_PASSPORT$/

const named = (entity: string): string =>
  typeOf[entity] ?? (national.test(entity) ? 'NATIONAL_ID' : passport.test(entity) ? 'PASSPORT' : entity)

/** Where each code point begins, in UTF-16 units: Presidio counts code points. */
function unitOffsets(text: string): (codePoint: number) => number | undefined {
  if (!/[\ud800-\udbff]/.test(text)) return (codePoint) => (codePoint <= text.length ? codePoint : undefined)
  const offsets: number[] = []
  let unit = 0
  for (const character of text) {
    offsets.push(unit)
    unit += character.length
  }
  offsets.push(unit)
  return (codePoint) => offsets[codePoint]
}

const wrong = (reason: string): QuittanceError =>
  new QuittanceError('PII_DETECTOR_FAILED', 'the Presidio analyzer gave no answer that can be used', {
    details: { reason },
  })

function findingsOf(answer: unknown, text: string): ExternalFinding[] {
  if (!Array.isArray(answer)) throw wrong('malformed')
  const offset = unitOffsets(text)
  return answer.map((one: unknown) => {
    const { entity_type, start, end, score } = (one ?? {}) as Readonly<Record<string, unknown>>
    const from = typeof start === 'number' ? offset(start) : undefined
    const to = typeof end === 'number' ? offset(end) : undefined
    if (typeof entity_type !== 'string' || typeof score !== 'number' || from === undefined || to === undefined)
      throw wrong('malformed')
    return { type: named(entity_type), start: from, end: to, score: Math.min(1, score) }
  })
}

/**
 * Asks a Presidio analyzer (`POST /analyze`). The text goes to that service: run it where the text may go.
 *
 * @param options - where it is and what it is asked
 * @returns a detector for `withExternalDetectors`
 * @throws TypeError when the URL is none of http or https
 * @see https://microsoft.github.io/presidio/api-docs/api-docs.html
 * @example
 * ```ts
 * import { presidioDetector } from 'quittance/pii'
 * const detector = presidioDetector({ url: 'http://127.0.0.1:5002', language: 'de' })
 * ```
 */
export function presidioDetector(options: PresidioOptions): ExternalDetector {
  refuseUnknownMembers(options, optionNames, 'options')
  const { language = 'en', entities, scoreThreshold, headers, version = '1' } = options
  const base = URL.canParse(options.url) ? new URL(options.url) : undefined
  if (base === undefined || !/^https?:$/.test(base.protocol)) throw new TypeError('url must be an http or https URL')
  const endpoint = `${base.origin}${base.pathname.replace(/\/$/, '')}/analyze`
  return {
    name: 'presidio',
    version,
    config: { language, entities: entities && [...entities].sort(), scoreThreshold },
    async detect(text, { signal }) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          text,
          language,
          ...(entities ? { entities } : {}),
          ...(scoreThreshold === undefined ? {} : { score_threshold: scoreThreshold }),
        }),
        redirect: 'error',
        signal,
      })
      if (!response.ok) {
        // the body may repeat the text
        await response.body?.cancel()
        throw wrong(`status-${response.status}`)
      }
      let answer: unknown
      try {
        answer = await response.json()
      } catch {
        // the parser's message may quote the body, and that may repeat the text
        throw wrong('malformed')
      }
      return findingsOf(answer, text)
    },
  }
}
