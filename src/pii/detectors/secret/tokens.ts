/** Tokens that say themselves what they are, by a prefix that their maker chose for that. */
import { crc32 } from 'node:zlib'
import { isToken, makeupOf } from './chars.js'

interface Shape {
  readonly prefix: string
  /** Length behind the prefix. */
  readonly min: number
  readonly max: number
  /** What the rest may hold; a token is looked at as a run of letters, digits, `_` and `-`. */
  readonly body: RegExp
  readonly reason: string
  /** How long the rest is where it holds letters only, which chance seldom gives: less could be a name. */
  readonly exact?: number | undefined
  /** Tells whether the last characters are the checksum of the others. */
  readonly checksum?: ((token: string) => boolean) | undefined
}

const any = /^[\w-]+$/
const alnum = /^[A-Za-z0-9]+$/
const hex = /^[0-9a-f]+(?:-\d)?$/
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The last six characters are the CRC-32, in base 62, of the thirty before them. */
function crcHolds(token: string): boolean {
  let rest = crc32(token.slice(-36, -6))
  let text = ''
  for (let index = 0; index < 6; index += 1) {
    text = BASE62[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text === token.slice(-6)
}

const shape = (reason: string, min: number, max: number, body: RegExp, ...prefixes: readonly string[]): Shape[] =>
  prefixes.map((prefix) => ({ prefix, min, max, body, reason }))

const shapes: readonly Shape[] = [
  ...shape('GitHub token', 30, 255, alnum, 'ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_').map((one) => ({
    ...one,
    exact: 36,
    checksum: crcHolds,
  })),
  ...shape('GitHub token', 40, 255, /^\w+$/, 'github_pat_'),
  ...shape('npm token', 30, 64, alnum, 'npm_').map((one) => ({ ...one, exact: 36, checksum: crcHolds })),
  ...shape(
    'GitLab token',
    18,
    300,
    any,
    'glpat-',
    'gldt-',
    'glrt-',
    'glcbt-',
    'glptt-',
    'glft-',
    'glsoat-',
    'glimt-',
  ).map((one) => ({ ...one, exact: 20 })),
  ...shape('GitLab token', 18, 300, any, 'glagent-', 'glffct-', 'GR1348941'),
  ...shape('AWS access key', 16, 16, /^[A-Z0-9]+$/, 'AKIA', 'ASIA', 'ABIA', 'ACCA').map((one) => ({
    ...one,
    exact: 16,
  })),
  ...shape('Google API key', 33, 40, any, 'AIza').map((one) => ({ ...one, exact: 35 })),
  ...shape('Google client secret', 24, 40, any, 'GOCSPX-').map((one) => ({ ...one, exact: 28 })),
  ...shape(
    'Slack token',
    18,
    300,
    any,
    'xoxb-',
    'xoxp-',
    'xoxa-',
    'xoxr-',
    'xoxs-',
    'xoxo-',
    'xoxe-',
    'xoxc-',
    'xoxd-',
  ),
  ...shape('Slack token', 18, 300, any, 'xapp-'),
  ...shape('Stripe key', 16, 255, alnum, 'sk_live_', 'sk_test_', 'rk_live_', 'rk_test_').map((one) => ({
    ...one,
    exact: 24,
  })),
  ...shape('Stripe webhook secret', 20, 128, /^[\w-]+$/, 'whsec_'),
  ...shape('Twilio key', 32, 32, hex, 'SK'),
  ...shape('Mailgun key', 32, 36, hex, 'key-'),
  ...shape('PyPI token', 32, 400, any, 'pypi-'),
  ...shape('Docker token', 20, 80, any, 'dckr_pat_', 'dckr_oat_').map((one) => ({ ...one, exact: 27 })),
  ...shape('DigitalOcean token', 40, 80, hex, 'dop_v1_', 'doo_v1_', 'dor_v1_'),
  ...shape('Shopify token', 24, 64, alnum, 'shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_'),
  ...shape('Square token', 18, 80, any, 'sq0atp-', 'sq0csp-'),
  ...shape('Square token', 50, 80, any, 'EAAA'),
  ...shape('Facebook token', 60, 400, alnum, 'EAA'),
  ...shape('Databricks token', 30, 36, hex, 'dapi'),
  ...shape('Atlassian token', 40, 400, any, 'ATATT3', 'ATCTT3', 'ATATT', 'ATCATT'),
  ...shape('Bitbucket token', 28, 80, any, 'ATBB'),
  ...shape('Linear key', 28, 80, alnum, 'lin_api_', 'lin_oauth_', 'lin_wh_').map((one) => ({ ...one, exact: 40 })),
  ...shape('Notion token', 30, 80, alnum, 'ntn_', 'secret_'),
  ...shape('Figma token', 20, 80, any, 'figd_', 'figo_', 'figor_', 'figu_'),
  ...shape('Supabase key', 20, 80, any, 'sbp_', 'sb_secret_'),
  ...shape('Cloudflare token', 30, 80, any, 'cfat_', 'cfut_', 'cfk_'),
  ...shape('Postman key', 40, 80, /^[0-9a-zA-Z]+-[0-9a-zA-Z]+$/, 'PMAK-'),
  ...shape('Grafana token', 24, 400, any, 'glsa_', 'glc_'),
  ...shape('New Relic key', 20, 60, alnum, 'NRAK-', 'NRAA-', 'NRRA-', 'NRSP-', 'NRIQ-', 'NRII-'),
  ...shape('Sentry token', 32, 400, any, 'sntryu_', 'sntrys_', 'sntrya_'),
  ...shape('Heroku key', 30, 80, any, 'HRKU-'),
  ...shape('age secret key', 50, 64, /^[0-9A-Z]+$/, 'AGE-SECRET-KEY-1', 'AGE-PLUGIN-'),
  ...shape('OpenAI key', 16, 300, any, 'sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'),
  ...shape('Anthropic key', 16, 300, any, 'sk-ant-'),
  ...shape('OpenRouter key', 16, 300, any, 'sk-or-'),
  ...shape('Langfuse key', 16, 80, any, 'sk-lf-'),
  ...shape('secret key by its prefix', 20, 200, alnum, 'sk-', 'csk-'),
  ...shape('secret key by its prefix', 40, 64, hex, 'sk_'),
  ...shape('Hugging Face token', 28, 60, alnum, 'hf_', 'api_org_').map((one) => ({ ...one, exact: 34 })),
  ...shape('Replicate token', 30, 60, alnum, 'r8_'),
  ...shape('Groq key', 32, 80, alnum, 'gsk_'),
  ...shape('xAI key', 32, 120, alnum, 'xai-'),
  ...shape('Perplexity key', 30, 80, alnum, 'pplx-'),
  ...shape('LangSmith key', 24, 100, any, 'lsv2_', 'ls__'),
  ...shape('Fireworks key', 20, 80, alnum, 'fw_'),
  ...shape('Together key', 30, 100, any, 'tgp_v1_'),
  ...shape('NVIDIA key', 40, 100, any, 'nvapi-'),
  ...shape('Voyage key', 40, 60, any, 'pa-'),
  ...shape('Jina key', 40, 100, any, 'jina_'),
  ...shape('Tavily key', 20, 80, any, 'tvly-'),
  ...shape('Pinecone key', 40, 120, any, 'pcsk_'),
  ...shape('Firecrawl key', 32, 32, hex, 'fc-'),
  ...shape('Vercel token', 20, 80, any, 'vcp_', 'vci_', 'vca_', 'vcr_'),
  ...shape('Netlify token', 30, 60, alnum, 'nfp_'),
  ...shape('Fly token', 40, 800, any, 'fo1_', 'fm2_', 'fm1r_'),
  ...shape('PlanetScale token', 30, 80, any, 'pscale_tkn_', 'pscale_pw_', 'pscale_oauth_'),
  ...shape('Tailscale key', 18, 80, any, 'tskey-'),
  ...shape('Pulumi token', 40, 40, hex, 'pul-'),
  ...shape('RubyGems key', 40, 60, hex, 'rubygems_'),
  ...shape('Brevo key', 60, 100, any, 'xkeysib-', 'xsmtpsib-'),
  ...shape('Resend key', 24, 50, /^[A-Za-z0-9]{8}_[A-Za-z0-9]+$/, 're_'),
  ...shape('SonarQube token', 40, 40, hex, 'squ_', 'sqp_', 'sqa_'),
  ...shape('PostHog key', 30, 60, alnum, 'phx_'),
  ...shape('Contentful token', 40, 60, any, 'CFPAT-'),
  ...shape('1Password token', 100, 1_200, any, 'ops_eyJ'),
  ...shape('Alibaba key', 12, 26, alnum, 'LTAI'),
  ...shape('Tencent key', 32, 40, alnum, 'AKID'),
  ...shape('Buildkite token', 36, 50, hex, 'bkua_'),
  ...shape('EasyPost key', 50, 60, alnum, 'EZAK', 'EZTK'),
  ...shape('Flutterwave key', 30, 60, any, 'FLWSECK-', 'FLWSECK_TEST-'),
  ...shape('Shippo key', 30, 60, hex, 'shippo_live_', 'shippo_test_'),
  ...shape('Google OAuth token', 20, 400, any, 'ya29.'),
  ...shape('Vault token', 20, 300, any, 'hvs.', 'hvb.', 'hvr.'),
  ...shape('Doppler token', 32, 60, /^[\w.-]+$/, 'dp.pt.', 'dp.st.', 'dp.ct.', 'dp.sa.', 'dp.scim.'),
  ...shape('Dropbox token', 60, 300, any, 'sl.'),
  ...shape('extended private key', 100, 112, alnum, 'xprv', 'yprv', 'zprv', 'tprv'),
]

/** By first character, the longest prefix first. */
const byFirst: (readonly Shape[] | undefined)[] = []
for (const one of [...shapes].sort((a, b) => b.prefix.length - a.prefix.length)) {
  const code = one.prefix.charCodeAt(0)
  byFirst[code] = [...(byFirst[code] ?? []), one]
}

/** A token and how sure it is. */
export interface Token {
  readonly end: number
  readonly score: number
  readonly reason: string
}

/** Behind these the rest of a token stands behind a dot. */
const dotted = /^(?:ya29|hvs|hvb|hvr|dp|sl)$/

/** The end of a run of token characters that goes on over dots. */
export function dottedEnd(text: string, from: number, limit: number): number {
  let end = from
  const stop = Math.min(text.length, from + limit)
  while (end < stop) {
    const code = text.charCodeAt(end)
    if (!isToken(code) && !(code === 0x2e && isToken(text.charCodeAt(end + 1)))) break
    end += 1
  }
  return end
}

/**
 * A filler such as `xxxxxxxx` or `your-key` is no token: chance gives at least so many different characters, and where it
 * gives letters only, small and capital ones in turn.
 */
function random(body: string, exact: number | undefined): boolean {
  const { distinct, digits, lower, upper } = makeupOf(body)
  if (distinct < Math.min(8, body.length / 2)) return false
  if (/x{6}|X{6}|0{12}|\*\*/.test(body)) return false
  if (digits > 0 || (exact === body.length && lower === 0)) return true
  const turns = body.match(/[a-z](?=[A-Z])/g)?.length ?? 0
  if (exact === body.length) return upper > 0 && turns >= body.length / 10
  return body.length >= 20 && turns >= body.length / 6 && /[A-Z]{2}/.test(body)
}

/**
 * @param text - the text
 * @param start - where a run of token characters begins
 * @param end - where it ends
 * @returns the token there, or undefined
 */
export function tokenAt(text: string, start: number, end: number): Token | undefined {
  const candidates = byFirst[text.charCodeAt(start)]
  if (!candidates) return undefined
  for (const { prefix, min, max, body, reason, exact, checksum } of candidates) {
    if (!text.startsWith(prefix, start)) continue
    let stop = end
    if (prefix.includes('.')) stop = dottedEnd(text, start, 500)
    else if (prefix.startsWith('gl') && text.charCodeAt(end) === 0x2e && prefix === 'glpat-')
      stop = dottedEnd(text, start, 320)
    while (stop > start && text.charCodeAt(stop - 1) === 0x2d) stop -= 1
    const length = stop - start - prefix.length
    if (length < min || length > max) continue
    const rest = text.slice(start + prefix.length, stop)
    if (!(body.test(rest) || (prefix === 'glpat-' && /^[\w.-]+$/.test(rest))) || !random(rest, exact)) continue
    if (checksum?.(text.slice(start, stop))) return { end: stop, score: 0.99, reason: `${reason}, checksum` }
    return { end: stop, score: 0.9, reason }
  }
  return undefined
}

/** Whether a word opens a token that goes on behind a dot. */
export const opensDotted = (word: string): boolean => dotted.test(word)

function decoded(segment: string): string {
  return Buffer.from(segment, 'base64url').toString('latin1')
}

const LONGEST_JWT = 16_384

/**
 * @param text - the text
 * @param start - where `eyJ` stands
 * @returns where the JWT, JWS or JWE ends, or undefined where its header names no algorithm
 */
export function jwtEnd(text: string, start: number): number | undefined {
  const stop = Math.min(text.length, start + LONGEST_JWT)
  let end = start
  let dots = 0
  let first = -1
  while (end < stop) {
    const code = text.charCodeAt(end)
    if (code === 0x2e) {
      if (first < 0) first = end
      if (dots === 4) break
      const next = text.charCodeAt(end + 1)
      if (!isToken(next) && !(next === 0x2e && dots === 0)) {
        if (dots === 1) end += 1
        break
      }
      dots += 1
    } else if (!isToken(code)) break
    end += 1
  }
  if (first < 0 || dots < 1 || first - start < 16 || first - start > 2_048) return undefined
  const header = decoded(text.slice(start, first))
  if (!/^\{[\s\S]*"(?:alg|enc)"\s*:/.test(header)) return undefined
  return end
}
