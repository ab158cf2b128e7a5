import type { Command } from 'commander'
import { QuittanceError } from '../../../errors.js'
import { allows, coversChain, type Keyring } from '../../../keys/keyring.js'
import type { KeyProvider } from '../../../keys/provider.js'
import { addChainKeyOptions, type ChainKeyOptions, chainsMeant } from '../../chains-flags.js'
import { type Context, examples } from '../../context.js'
import { UsageError } from '../../failure.js'
import { colorsFor, type ExitCode, type Io } from '../../io.js'
import { openKey } from '../../key-target.js'
import { printable, printableJson } from '../../printable.js'
import { refusable, required, withLedger } from '../../retention-flags.js'
import { trustFor } from '../../trust-flags.js'

interface Options extends ChainKeyOptions {
  readonly to?: string | undefined
  readonly toPassphraseFile?: string | undefined
  readonly untrustedSuccessor?: true | undefined
}

const help = examples(
  [
    'quittance key rotate ./receipts --chain acme --key file:./old.key.pem --to file:./new.key.pem --keyring keyring.json',
    'hands one chain over to another key',
  ],
  [
    "quittance key rotate redis://localhost --all --key env: --to 'vault://vault.example:8200/transit/receipts' --keyring keyring.json",
    'moves every chain of a store to a key in Vault',
  ],
)

interface Handed {
  readonly chainId: string
  readonly seq: number
  readonly from: string
  readonly to: string
}

async function rotate(target: string, options: Options, io: Io): Promise<ExitCode> {
  const to = await openKey(required(options.to, '--to'), options.toPassphraseFile, io)
  const json = options.json === true
  try {
    const { keyring } = await trustFor(options, io)
    const { keyId } = await to.signer()
    return await withLedger(target, { ...options, chain: undefined }, io, {}, async ({ ledger, keys }) => {
      const chains = await chainsMeant(ledger, options)
      const { keyId: old } = await keys.signer()
      if (old === keyId)
        throw new UsageError('--to names the key that --key names: a chain is handed over to another key')
      const handed: Handed[] = []
      const code = await refusable(io, json, async () => {
        // before the first is written: a chain whose newest key nobody trusts can't be gone on with
        if (options.untrustedSuccessor === undefined)
          for (const chainId of chains) checkFollowed(keyring, chainId, old, keyId)
        for (const chainId of chains) {
          // each chain gets a handle of its own: the ledger closes what it was given, and others come after it
          const shared: KeyProvider = { ...to, close: async () => {} }
          const { seq, keyId: from } = await ledger.rotate(chainId, { to: shared })
          handed.push({ chainId, seq, from, to: keyId })
          if (!json) io.stdout.write(`${printable(chainId)}  ${from} hands over to ${keyId} at seq ${seq}\n`)
        }
      })
      if (json) io.stdout.write(printableJson({ rotated: handed }))
      if (!json) remind(handed, keyring, io)
      return code
    })
  } finally {
    await to.close?.()
  }
}

/** Whether by the keyring the new key's receipts count: as a successor, or by an entry of its own. */
function follows(keyring: Keyring, chainId: string, from: string, to: string): boolean {
  const may = (keyId: string, use: 'rotate' | 'receipt'): boolean => {
    const entry = keyring.get(keyId)
    return entry !== undefined && allows(entry, use) && coversChain(entry.chains, chainId)
  }
  if (keyring.get(to) !== undefined) return may(to, 'receipt')
  // one without an entry is trusted by an earlier rotation, or the ledger refuses it; it took over the use as well
  return keyring.get(from) === undefined || may(from, 'rotate')
}

function checkFollowed(keyring: Keyring, chainId: string, from: string, to: string): void {
  if (follows(keyring, chainId, from, to)) return
  const why =
    keyring.get(to) === undefined
      ? 'the keyring\'s entry of the old key has no use "rotate", and there is no entry for the new key'
      : "the new key's entry in the keyring does not let it sign receipts of the chain"
  throw new QuittanceError(
    'LEDGER_KEY_UNTRUSTED',
    `nothing was written: ${why}, so the next append to ${chainId} would be refused. Add the new key first (quittance keyring build), or say --untrusted-successor`,
    { details: { chainId, keyId: to, reason: 'rotate', outcome: 'absent' } },
  )
}

/** A rotation extends trust only where the keyring says so. */
function remind(handed: readonly Handed[], keyring: Keyring, io: Io): void {
  if (handed.every(({ chainId, from, to }) => follows(keyring, chainId, from, to))) return
  const advice =
    'By this keyring the new key is not trusted: the old one has no use "rotate". Give verifiers the new key (quittance keyring build).'
  io.stderr.write(`${colorsFor(io, io.stderr).yellow('note:')} ${advice}\n`)
}

/** `quittance key rotate STORE` */
export function addRotate(group: Command, { io, exit }: Context): void {
  const command = group
    .command('rotate')
    .summary('hand chains over to another key')
    .description(
      'Writes a rotation into each chain: the old key signs it, the new key countersigns it and signs from then on. Let the ' +
        'writers of the chain sign with the new key at the same time.',
    )
    .argument('<store>', 'the DIR of a file store, or a store URL')
  addChainKeyOptions(command, 'the old key, which signs the rotation')
    .option('--to <url>', 'the new key: a key file or a key URL')
    .option('--to-passphrase-file <file>', 'of an encrypted new key')
    .option(
      '--untrusted-successor',
      'hand over although by the keyring the new key is not trusted: the next append fails',
    )
    .option('--json', 'print {rotated: [{chainId, seq, from, to}]} as one line of JSON')
    .addHelpText('after', help)
    .action(async (store: string, options: Options) => exit(await rotate(store, options, io)))
}
