import { type Command, InvalidArgumentError } from 'commander'
import { Keyring, type KeyringEntry, type KeyUse } from '../../../keys/keyring.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import type { Io } from '../../io.js'
import { sourceOf } from '../../keyring-source.js'
import { printable, printableJson } from '../../printable.js'
import { usesOf } from '../../trust-flags.js'
import { instant, once } from '../../values.js'
import { writePublic } from '../../write-public.js'
import { chainList } from '../key/delegate.js'
import { didKeyOption } from '../key/revoke.js'

type Ends = ReadonlyMap<string, string>

interface Options {
  readonly from?: readonly string[] | undefined
  readonly uses?: readonly KeyUse[] | undefined
  readonly validFrom?: string | undefined
  readonly validUntil?: string | undefined
  readonly chains?: readonly string[] | undefined
  readonly comment?: string | undefined
  readonly retire?: Ends | undefined
  readonly revoke?: Ends | undefined
  readonly passphraseFile?: string | undefined
  readonly out?: string | undefined
  readonly json?: true | undefined
}

const help = examples(
  [
    "quittance keyring build --from 'vault://vault.example:8200/transit/receipts' --uses receipt,rotate --out keyring.json",
    'every version of a key in Vault',
  ],
  [
    "quittance keyring build --from keyring.json --from new.pem --chains 'acme,acme/*' --valid-from 2026-04-01 --out keyring.json",
    'adds a key; what was there stays as it is',
  ],
  [
    'quittance keyring build --from keyring.json --revoke did:key:z6Mk…=2026-03-03T08:00:00Z --out keyring.json',
    'since then the key is to be taken for stolen',
  ],
)

function ends(text: string, before: Ends | undefined): Ends {
  const at = text.indexOf('=')
  if (at === -1) throw new InvalidArgumentError('It must be did:key:…=TIME.')
  const keyId = didKeyOption(text.slice(0, at))
  if (before?.has(keyId)) throw new InvalidArgumentError('The key was named before.')
  return new Map([...(before ?? []), [keyId, instant(text.slice(at + 1))]])
}

/** What is said by options goes to keys of which nothing is said yet: a keyring that is read stays as it is. */
function completed(entry: KeyringEntry, options: Options): KeyringEntry {
  const { uses, validFrom, validUntil, chains, comment } = options
  return {
    ...(uses === undefined ? {} : { uses }),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
    ...(chains === undefined ? {} : { chains }),
    ...(comment === undefined ? {} : { comment }),
    ...entry,
  }
}

const earlier = (one: string | undefined, other: string): string => (one === undefined || other < one ? other : one)

/** Ends come sooner, never later. */
function ended(entry: KeyringEntry, { retire, revoke }: Options): KeyringEntry {
  const [retiredAt, revokedAt] = [retire?.get(entry.keyId), revoke?.get(entry.keyId)]
  return {
    ...entry,
    ...(retiredAt === undefined ? {} : { validUntil: earlier(entry.validUntil, retiredAt) }),
    ...(revokedAt === undefined ? {} : { revokedAt: earlier(entry.revokedAt, revokedAt) }),
  }
}

async function build(options: Options, io: Io): Promise<void> {
  const { from = [] } = options
  if (from.length === 0) throw new UsageError('--from is needed: a keyring, a public key, a did:key or a key URL')
  const found = new Map<string, KeyringEntry>()
  for (const text of from) {
    const { entries, bare } = await sourceOf(text, options.passphraseFile, io)
    for (const given of entries) {
      const entry = bare ? completed(given, options) : given
      const before = found.get(entry.keyId)
      if (before !== undefined && JSON.stringify(new Keyring([before])) !== JSON.stringify(new Keyring([entry])))
        throw new UsageError(`${entry.keyId} comes from two sources that say different things of it`)
      found.set(entry.keyId, entry)
    }
  }
  for (const keyId of [...(options.retire?.keys() ?? []), ...(options.revoke?.keys() ?? [])])
    if (!found.has(keyId)) throw new UsageError(`no source has the key ${keyId}`)
  const keyring = new Keyring([...found.values()].map((entry) => ended(entry, options)))
  await writePublic(io, options.json ? printableJson(keyring) : printableJson(keyring, 2), options.out)
  const { length } = keyring.entries()
  if (options.out !== undefined && !options.json)
    io.stderr.write(`${length === 1 ? '1 key is' : `${length} keys are`} in ${printable(options.out)}\n`)
}

/** `quittance keyring build` */
export function addBuild(group: Command, { io }: Context): void {
  group
    .command('build')
    .summary('make a keyring, or change one')
    .description(
      'Collects public keys into a keyring for verifiers. The options about uses, times and chains are for keys of which nothing is said yet; ' +
        'entries of a keyring, a DID document or a key set are taken as they are.',
    )
    .option(
      '--from <source>',
      'a keyring, did.json, key set, JWK or PEM file, a did:key, or a key URL; may be repeated',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option('--uses <uses>', 'what bare keys may sign, such as receipt,rotate', once(usesOf))
    .option('--valid-from <time>', 'of bare keys: the first instant', once(instant))
    .option('--valid-until <time>', 'of bare keys: the end', once(instant))
    .option('--chains <patterns>', 'of bare keys: chain ids, or prefixes ending in *, between commas', once(chainList))
    .option('--comment <text>', 'of bare keys: for people')
    .option('--retire <did=time>', 'ends the window of a key; may be repeated', ends)
    .option('--revoke <did=time>', 'since then the key is to be taken for stolen; may be repeated', ends)
    .option('--passphrase-file <file>', 'of an encrypted key file; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .option('--out <file>', 'where to write it, in place of what is there; default stdout')
    .option('--json', 'write it as one line')
    .addHelpText('after', help)
    .action((options: Options) => build(options, io))
}
