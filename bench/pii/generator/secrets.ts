/** Tokens, keys and passwords in the shapes of the services that issue them; all drawn at random. */
import { ALNUM, DIGITS, HEX, LOWER, type Random, UPPER } from './random.js'

const base64url = `${ALNUM}-_`
const base64 = `${ALNUM}+/`
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const jwt = (random: Random): string =>
  `${encoded({ alg: random.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' })}.${encoded({ sub: random.digits(8), iat: random.int(1_500_000_000, 1_700_000_000) })}.${random.string(43, base64url)}`

function pem(random: Random): string {
  const kind = random.pick(['RSA PRIVATE KEY', 'PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY'])
  const lines = Array.from({ length: random.int(3, 8) }, () => random.string(64, base64))
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n${random.string(30, base64)}==\n-----END ${kind}-----`
}

/** Tokens that tell by their own shape what they are. */
export const tokens: Readonly<Record<string, (random: Random) => string>> = {
  jwt,
  pem,
  aws: (random) => random.pick(['AKIA', 'ASIA']) + random.string(16, `${UPPER}234567`),
  github: (random) => random.pick(['ghp_', 'gho_', 'ghs_', 'ghu_']) + random.string(36, ALNUM),
  githubFine: (random) => `github_pat_${random.string(22, ALNUM)}_${random.string(59, ALNUM)}`,
  gitlab: (random) => `glpat-${random.string(20, base64url.replace('-', ''))}`,
  slack: (random) =>
    `${random.pick(['xoxb', 'xoxp'])}-${random.digits(12)}-${random.digits(12)}-${random.string(24, ALNUM)}`,
  stripe: (random) => random.pick(['sk_live_', 'rk_live_', 'sk_test_']) + random.string(random.pick([24, 99]), ALNUM),
  openai: (random) => `sk-proj-${random.string(48, ALNUM)}`,
  anthropic: (random) => `sk-ant-api03-${random.string(93, base64url)}AA`,
  google: (random) => `AIza${random.string(35, base64url)}`,
  sendgrid: (random) => `SG.${random.string(22, base64url)}.${random.string(43, base64url)}`,
  npm: (random) => `npm_${random.string(36, ALNUM)}`,
  huggingface: (random) => `hf_${random.string(34, UPPER + LOWER)}`,
  digitalocean: (random) => `dop_v1_${random.string(64, HEX)}`,
  shopify: (random) => `shpat_${random.string(32, HEX)}`,
  twilio: (random) => `SK${random.string(32, HEX)}`,
  vault: (random) => `hvs.${random.string(90, base64url.replace('-', ''))}`,
  connection: (random) =>
    `${random.pick(['postgres', 'postgresql', 'mysql', 'mongodb', 'mongodb+srv', 'amqp', 'redis'])}://${random.pick(['app', 'svc_user', 'admin', 'reader'])}:${random.string(random.int(9, 16), ALNUM)}@${random.pick(['db', 'cache', 'mq'])}${random.int(1, 9)}.internal.example:${random.pick(['5432', '3306', '27017', '6379'])}/${random.pick(['orders', 'app', 'prod', '0'])}`,
}

const words = ['Sommer', 'Tiger', 'Winter', 'Fiesta', 'Kaffee', 'Blauwe', 'Rosso', 'Dragon', 'Falcon', 'Monaco']

/** A password as people choose them: looked for only beside a word that says so. */
export function password(random: Random): string {
  switch (random.int(1, 4)) {
    case 1:
      return `${random.pick(words)}${random.int(1970, 2030)}${random.pick(['!', '#', '$', '?!'])}`
    case 2:
      return random.string(6, LOWER) + random.digits(2) + random.string(2, UPPER) + random.pick(['!', '%', '*', '+'])
    case 3:
      return random.string(random.int(12, 20), ALNUM)
    default:
      return `${random.pick(words)}-${random.pick(words).toLowerCase()}-${random.digits(2)}`
  }
}

/** A value without a shape of its own that only its key gives away. */
export function opaque(random: Random): string {
  return random.pick([
    () => random.string(40, HEX),
    () => random.string(32, ALNUM),
    () => random.string(40, base64),
    () => random.string(64, HEX),
    () => random.string(24, LOWER + DIGITS),
  ])()
}
