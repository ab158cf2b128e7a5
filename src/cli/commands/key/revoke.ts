import { type Command, InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../../errors.js'
import { parseDidKey } from '../../../keys/did-key.js'
import type { Ledger } from '../../../ledger/types.js'
import { addChainKeyOptions, type ChainKeyOptions, chainsMeant } from '../../chains-flags.js'
import { type Context, examples } from '../../context.js'
import { colorsFor, type ExitCode, type Io } from '../../io.js'
import { printable, printableJson } from '../../printable.js'
import { refusable, required, tokenOption, withLedger } from '../../retention-flags.js'
import { trustFor } from '../../trust-flags.js'
import { instant, once } from '../../values.js'

interface Options extends ChainKeyOptions {
  readonly keyId?: string | undefined
  readonly effectiveAt?: string | undefined
  readonly reason?: string | undefined
}

const help = examples(
  [
    'quittance key revoke ./receipts --all --key-id did:key:z6Mk… --effective-at 2026-03-03T08:00:00Z --reason stolen --key file:./security.key.pem --keyring keyring.json',
    'records in every chain since when a key is to be taken for stolen',
  ],
  [
    'quittance keyring build --from keyring.json --revoke did:key:z6Mk…=2026-03-03T08:00:00Z --out keyring.json',
    'what counts for verifiers: the same in their keyring',
  ],
)

/**
 * @param text - a did:key
 * @returns it
 * @throws InvalidArgumentError
 */
export function didKeyOption(text: string): string {
  try {
    parseDidKey(text)
    return text
  } catch (error) {
    if (QuittanceError.is(error)) throw new InvalidArgumentError('It must be a did:key:z6Mk… of 56 characters.')
    throw error
  }
}

/** What the chain has of a key already. */
interface Past {
  readonly signed: boolean
  /** The earliest time that an earlier revocation in the chain names. */
  readonly revokedAt: string | undefined
}

/** Reads the chain as it stands: this is for a note, and proves nothing. */
async function pastOf(ledger: Ledger, chainId: string, keyId: string): Promise<Past> {
  let signed = false
  let revokedAt: string | undefined
  for await (const { keyId: signer, key } of ledger.store.read(chainId)) {
    signed ||= signer === keyId || (key?.event === 'delegate' && key.certificate.root === keyId)
    if (key?.event === 'revoke' && key.keyId === keyId && (revokedAt === undefined || key.effectiveAt < revokedAt))
      revokedAt = key.effectiveAt
  }
  return { signed, revokedAt }
}

function notesOf(chainId: string, { signed, revokedAt }: Past, effectiveAt: string): readonly string[] {
  return [
    ...(signed ? [] : [`${chainId}: the key never signed in this chain; is it the one that you mean?`]),
    ...(revokedAt !== undefined && revokedAt <= effectiveAt
      ? [`${chainId}: the chain revokes the key as of ${revokedAt} already, and the earliest revocation counts`]
      : []),
  ]
}

async function revoke(target: string, options: Options, io: Io): Promise<ExitCode> {
  const keyId = required(options.keyId, '--key-id')
  const effectiveAt = required(options.effectiveAt, '--effective-at')
  const reason = required(options.reason, '--reason')
  const json = options.json === true
  const { keyring } = await trustFor(options, io)
  const now = new Date(io.now?.() ?? Date.now()).toISOString()
  const inKeyring = keyring.get(keyId)?.revokedAt
  const notes: string[] = [
    ...(effectiveAt > now
      ? [`${effectiveAt} is in the future; the time that counts is the earliest at which the key can have been stolen`]
      : []),
    ...(inKeyring !== undefined && inKeyring <= effectiveAt
      ? [`the keyring revokes the key as of ${inKeyring} already, and the earliest revocation counts`]
      : []),
  ]
  return withLedger(target, { ...options, chain: undefined }, io, {}, async ({ ledger }) => {
    const chains = await chainsMeant(ledger, options)
    const recorded: { readonly chainId: string; readonly seq: number }[] = []
    const code = await refusable(io, json, async () => {
      for (const chainId of chains) {
        const past = await pastOf(ledger, chainId, keyId)
        const { seq } = await ledger.revoke(chainId, { keyId, effectiveAt, reason })
        recorded.push({ chainId, seq })
        notes.push(...notesOf(chainId, past, effectiveAt))
        if (!json)
          io.stdout.write(`${printable(chainId)}  ${keyId} is revoked as of ${effectiveAt}, recorded at seq ${seq}\n`)
      }
    })
    const said = [
      ...notes,
      ...(recorded.length > 0
        ? [
            `a verifier may not see this receipt: also set it in every keyring, with "quittance keyring build --revoke".`,
          ]
        : []),
    ]
    if (json) io.stdout.write(printableJson({ keyId, effectiveAt, reason, revoked: recorded, notes }))
    else for (const note of said) io.stderr.write(`${colorsFor(io, io.stderr).yellow('note:')} ${printable(note)}\n`)
    return code
  })
}

/** `quittance key revoke STORE` */
export function addRevoke(group: Command, { io, exit }: Context): void {
  const command = group
    .command('revoke')
    .summary('record that a key is no longer to be trusted')
    .description(
      'Writes into each chain since when a key is to be taken for stolen. It can only narrow trust. The key that signs it ' +
        'needs the use "revoke" or "receipt". The keyring of the verifiers is what decides: change it too.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addChainKeyOptions(command, 'signs the revocation; not the key that is revoked')
    .option('--key-id <did>', 'the key that is revoked', once(didKeyOption))
    .option('--effective-at <time>', 'since when, as 2026-03-03T08:00:00Z', once(instant))
    .option('--reason <token>', 'why, as one word: it stands in the receipt', tokenOption)
    .option(
      '--json',
      'print {keyId, effectiveAt, reason, revoked: [{chainId, seq}], notes: [TEXT]} as one line of JSON',
    )
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await revoke(store, options, io)))
}
