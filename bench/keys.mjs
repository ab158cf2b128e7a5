// Keys that are elsewhere: `npx tsx bench/keys.mjs`. The remote signer is a key in this process behind 5 ms and 64 places.
import { fileURLToPath } from 'node:url'
import { createLedger, ReceiptCollector } from '../src/index.ts'
import { createDelegate } from '../src/keys/delegated/delegate.ts'
import { checkedOptions } from '../src/keys/delegated/options.ts'
import { delegatedKey } from '../src/keys/delegated.ts'
import { localKey } from '../src/keys/local.ts'
import { verifiedSigner } from '../src/keys/verified.ts'
import { memoryStore } from '../src/store/memory.ts'
import { seed } from './fixtures.mjs'
import { percent, perSecond, race } from './measure.mjs'

const LATENCY_MS = 5
const PLACES = 64

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A service that answers so many calls at once, each after its latency. */
function remoteKey({ sample } = {}) {
  const inner = localKey({ seed })
  const calls = { names: 0, signatures: 0, latencyMs: 0 }
  const waiting = []
  let free = PLACES
  const sign = (key) => async (message) => {
    if (free > 0) free -= 1
    else await new Promise((resolve) => waiting.push(resolve))
    const since = performance.now()
    // the signature is made within its latency
    const [signature] = await Promise.all([key.sign(message), sleep(LATENCY_MS)])
    calls.signatures += 1
    calls.latencyMs += performance.now() - since
    const next = waiting.shift()
    if (next) next()
    else free += 1
    return signature
  }
  let named
  return {
    calls,
    name: 'remote',
    async signer() {
      if (named) return named
      calls.names += 1
      const key = await inner.signer()
      const raw = { keyId: key.keyId, sign: sign(key) }
      named = sample === undefined ? raw : verifiedSigner(raw, { sample })
      return named
    },
    close: () => inner.close(),
  }
}

const emit = (ledger) =>
  new ReceiptCollector({ ledger, tenantId: 'acme-credit', systemId: 'scoring' })
    .setInput('an application')
    .addCheck('affordability', { score: 0.31, threshold: 0.8, op: 'gte' })
    .setOutput('granted')
    .setAction('allow')
    .emit()

const open = (keys) => createLedger({ store: memoryStore(), keys, redactor: false })

async function inFlight(n, width, one) {
  let next = 0
  const lane = async () => {
    while (next < n) {
      next += 1
      await one()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, n) }, lane))
}

/** Emits at a steady rate, whatever the ones before do. */
async function paced(ledger, { rate, ms, during = () => {} }) {
  const begun = performance.now()
  const took = []
  const under = []
  let failed = 0
  for (let count = 0; ; count += 1) {
    const due = begun + (count * 1000) / rate
    if (due > begun + ms) break
    while (performance.now() < due) await sleep(Math.min(1, due - performance.now()))
    during(performance.now() - begun)
    const since = performance.now()
    under.push(
      emit(ledger).then(
        () => took.push({ at: since - begun, ms: performance.now() - since }),
        () => {
          failed += 1
        },
      ),
    )
  }
  await Promise.all(under)
  return { took, failed }
}

const quantile = (values, share) => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

async function delegatedAgainstLocal() {
  const run = (keys) => async (n) => {
    const ledger = open(keys())
    await inFlight(n, 256, () => emit(ledger))
    await ledger.close()
  }
  return race(
    {
      local: run(() => localKey({ seed })),
      delegated: run(() => delegatedKey({ root: localKey({ seed }), chains: ['*'] })),
    },
    { roundMs: 500, rounds: 21 },
  )
}

async function remoteRate(sample) {
  const keys = remoteKey({ sample })
  const ledger = open(keys)
  await inFlight(2_000, 512, () => emit(ledger))
  let best = 0
  for (let round = 0; round < 7; round += 1) {
    const n = 5_000
    const since = performance.now()
    await inFlight(n, 512, () => emit(ledger))
    best = Math.max(best, (n * 1000) / (performance.now() - since))
  }
  await ledger.close()
  return { best, latencyMs: keys.calls.latencyMs / keys.calls.signatures }
}

async function remoteLatency() {
  const keys = remoteKey({ sample: 1 })
  const ledger = open(keys)
  await paced(ledger, { rate: 100, ms: 500 })
  const { took, failed } = await paced(ledger, { rate: 100, ms: 5_000 })
  await ledger.close()
  const all = took.map(({ ms }) => ms)
  return {
    p50: quantile(all, 0.5),
    p99: quantile(all, 0.99),
    failed,
    signerMs: keys.calls.latencyMs / keys.calls.signatures,
  }
}

async function renewal() {
  const root = remoteKey()
  // due three seconds after it was made
  const ledger = open(delegatedKey({ root, chains: ['*'], ttlMs: 60_000, renewBeforeMs: 57_000 }))
  const begun = performance.now()
  await paced(ledger, { rate: 1_000, ms: 500 })
  const behind = performance.now() - begun
  const { took, failed } = await paced(ledger, { rate: 1_000, ms: 4_000 })
  await ledger.close()
  const due = 3_000 - behind
  const before = took.filter(({ at }) => at < due - 50).map(({ ms }) => ms)
  const around = took.filter(({ at }) => at >= due - 50 && at < due + 250).map(({ ms }) => ms)
  return {
    p99Before: quantile(before, 0.99),
    slowestBefore: Math.max(...before),
    slowestAround: Math.max(...around),
    failed,
    renewals: root.calls.signatures - 1,
  }
}

async function callsPerMillion() {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const root = remoteKey()
  const keys = createDelegate(checkedOptions({ root, chains: ['*'] }), () => clock.now)
  const day = async () => {
    const before = root.calls.signatures
    for (let receipt = 0; receipt < 1_000_000; receipt += 1) {
      clock.now += 86.4
      await keys.signer({ chainId: `chain-${receipt % 10_000}` })
      // the renewal goes on beside the receipts
      if (receipt % 1_000 === 0) await sleep(0)
    }
    return root.calls.signatures - before
  }
  const days = []
  for (let count = 0; count < 3; count += 1) days.push(await day())
  await keys.close()
  return { names: root.calls.names, signaturesByDay: days }
}

/** Every figure on keys that are elsewhere. */
export async function keys() {
  return {
    local: await delegatedAgainstLocal(),
    remote: await remoteRate(undefined),
    remoteVerified: await remoteRate(1),
    latency: await remoteLatency(),
    renewal: await renewal(),
    calls: await callsPerMillion(),
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { local, remote, remoteVerified, latency, renewal: renewed, calls } = await keys()
  const ms = (value) => `${value.toFixed(2)} ms`
  console.log(`delegated, of local            ${percent(local.delegated, local.local)} (${perSecond(local.local)})`)
  for (const [name, { best, latencyMs }] of Object.entries({
    'taken on trust': remote,
    'all verified': remoteVerified,
  }))
    console.log(`remote, ${name.padEnd(22)} ${perSecond(best)}; ${PLACES} at once, each ${ms(latencyMs)}`)
  console.log(
    `remote, 100/s                  p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)} = ${(latency.p99 / latency.signerMs).toFixed(2)} × the signer's ${ms(latency.signerMs)}`,
  )
  console.log(
    `renewal at 1,000/s             slowest ${ms(renewed.slowestAround)}, p99 before ${ms(renewed.p99Before)} (slowest ${ms(renewed.slowestBefore)}), ${renewed.failed} failed, ${renewed.renewals} renewal`,
  )
  console.log(
    `a million receipts a day       ${calls.signaturesByDay.join(', ')} root signatures on three days, ${calls.names} look-up of its key`,
  )
}
