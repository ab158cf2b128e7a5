import { access } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import { QuittanceError } from '../../errors.js'
import { generateKeyFile } from '../../keys/local.js'
import type { KeyProvider } from '../../keys/provider.js'
import { isKeyName, vkeyOf } from '../../tlog/vkey.js'
import { serveWitness, type WitnessServer } from '../../transparency/witness/server.js'
import { fileWitnessState } from '../../transparency/witness/state-file.js'
import type { RefusedHead } from '../../transparency/witness/types.js'
import { createWitness } from '../../transparency/witness/witness.js'
import { pathOfFileUrl } from '../../url.js'
import { type AddCommand, examples } from '../context.js'
import { failureOf, tell, UsageError } from '../failure.js'
import { colorsFor, type Io, pathFrom } from '../io.js'
import { openKey } from '../key-target.js'
import { addLogOptions, type LogOptions, logKeysOf } from '../log-keys.js'
import { passphraseFor } from '../passphrase.js'
import { printable, printableJson } from '../printable.js'
import { once } from '../values.js'

interface Options extends LogOptions {
  readonly key: string
  readonly passphraseFile?: string | undefined
  readonly name: string
  readonly state: string
  readonly listen?: Listen | undefined
  readonly create?: true | undefined
  readonly json?: true | undefined
}

interface Listen {
  readonly host: string
  readonly port: number
}

const DEFAULT_LISTEN: Listen = { host: '127.0.0.1', port: 7380 }

const help = examples(
  [
    'quittance witness --create --key witness.key.pem --name witness.example/w1 --state ./witness --log VKEY',
    'the first start: makes the key and the state, prints the verifier key and the URL, and answers until Ctrl-C',
  ],
  [
    'quittance witness --key witness.key.pem --name witness.example/w1 --state ./witness --policy policy.txt --listen 0.0.0.0:7380',
    'every later start, for the logs of a policy file: without --create, so that a lost state is noticed',
  ],
)

function listenOn(text: string): Listen {
  const [, host = '', port = ''] = /^(\[[0-9a-f:.]+\]|[^:[\]]+):(\d{1,5})$/i.exec(text) ?? []
  if (host === '' || Number(port) > 65_535) throw new InvalidArgumentError('It must be HOST:PORT.')
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) }
}

function witnessName(text: string): string {
  if (!isKeyName(text) || text.includes('://'))
    throw new InvalidArgumentError(
      'It must be a URL without scheme, such as witness.example/w1; no white space, no plus.',
    )
  return text
}

/** The path of a key that is a file; `undefined` of one that lives elsewhere. */
function keyFileOf(text: string, io: Io): string | undefined {
  if (/^file:/i.test(text)) return pathOfFileUrl(text, io.cwd)
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? undefined : pathFrom(io, text)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new UsageError(`cannot read the key ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

async function makeKey(file: string, { key, passphraseFile }: Options, io: Io): Promise<void> {
  await generateKeyFile(file, { passphrase: await passphraseFor(io, passphraseFile) })
  io.stderr.write(`The private key is in ${printable(key)} (mode 0600). Keep it secret; no other witness may use it.\n`)
}

/**
 * Opens the state. It is made only together with the key: a witness whose key is there has cosigned what nobody knows any more
 * where there is no state.
 *
 * @returns the state, and the key file that is to be made
 */
async function openState({ key, state, create }: Options, io: Io) {
  const file = create ? keyFileOf(key, io) : undefined
  const isKnown = file !== undefined && (await isThere(file))
  const found = fileWitnessState(pathFrom(io, state), { create: create === true && !isKnown })
  try {
    await found.open()
  } catch (error) {
    await found.close()
    if (!isKnown || !QuittanceError.is(error, 'STORE_UNAVAILABLE')) throw error
    throw new UsageError(`--create: the key ${key} is there already, and there is no state in ${state}`, [
      'A witness that lost its state would cosign anything: begin with a new key, and tell the verifiers.',
      'For a first start name a key file that is not there: --create makes it.',
    ])
  }
  return { state: found, keyFile: isKnown ? undefined : file }
}

function refusedText({ kind, origin }: RefusedHead, state: string): string {
  return kind === 'fork'
    ? `FORK: the log ${origin} has signed two heads of one size. The proof is in ${state}/evidence; "quittance verify-fork" checks it`
    : `refused: a head of the log ${origin} came without a proof that it goes on from what was cosigned. It is in ${state}/evidence`
}

/** Waits until the process is asked to end. */
async function interruption(io: Io): Promise<void> {
  const { interrupted } = io
  if (interrupted?.aborted) return
  await new Promise<void>((resolve) => interrupted?.addEventListener('abort', () => resolve(), { once: true }))
}

async function serve(options: Options, io: Io): Promise<void> {
  const { name, json } = options
  const logs = await logKeysOf(options, io)
  const { state, keyFile } = await openState(options, io)
  const { red, dim } = colorsFor(io, io.stderr)
  let keys: KeyProvider | undefined
  let server: WitnessServer | undefined
  try {
    if (keyFile !== undefined) await makeKey(keyFile, options, io)
    keys = await openKey(options.key, options.passphraseFile, io)
    const onRefused = (refused: RefusedHead) =>
      io.stderr.write(`${red(printable(refusedText(refused, options.state), 2_000))}\n`)
    const witness = createWitness({ keys, name, logs, state, onRefused })
    const vkey = vkeyOf(await witness.key())
    const onFault = (error: unknown) => tell(io, failureOf(error), json === true)
    const { host, port } = options.listen ?? DEFAULT_LISTEN
    server = await serveWitness({ witness, host, port, onFault })
    const origins = [...new Set(logs.map((log) => log.name))]
    if (json) io.stdout.write(printableJson({ vkey, url: server.url, logs: origins }))
    else {
      io.stdout.write(`${vkey}\n${server.url}\n`)
      io.stderr.write(dim(`witness of ${origins.map((origin) => printable(origin)).join(', ')}; Ctrl-C ends it\n`))
    }
    await interruption(io)
  } finally {
    await server?.close()
    await state.close()
    await keys?.close?.()
  }
}

/** `quittance witness` */
export const addWitness: AddCommand = (program, { io }) => {
  const command = program
    .command('witness')
    .summary('watch logs, and cosign their checkpoints')
    .description(
      'Runs a witness (C2SP tlog-witness): an HTTP server that cosigns a checkpoint of a log only where it goes on from all that ' +
        'it has cosigned before. Prints its verifier key and its URL, and runs until SIGTERM or Ctrl-C. To be run by somebody ' +
        'else than the one who writes the log.',
    )
    .requiredOption(
      '--key <target>',
      'its signing key: a file, or a key URL; used for this witness alone',
      once(String),
    )
    .option('--passphrase-file <file>', 'of an encrypted key; or set QUITTANCE_SIGNING_KEY_PASSPHRASE')
    .requiredOption(
      '--name <name>',
      'what it is called: a URL without scheme, such as witness.example/w1',
      once(witnessName),
    )
    .requiredOption(
      '--state <dir>',
      'where it keeps what it has cosigned; never restore this from a backup',
      once(String),
    )
  addLogOptions(command)
    .option(
      '--listen <host:port>',
      `where to listen (default ${DEFAULT_LISTEN.host}:${DEFAULT_LISTEN.port}); port 0 takes a free one`,
      once(listenOn),
    )
    .option('--create', 'make the key file and the state where there are none: for the first start only')
    .option('--json', 'print {vkey, url, logs} as one line of JSON')
    .addHelpText('after', help)
    .action((options: Options) => serve(options, io))
}
