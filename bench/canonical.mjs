// The canonical form (RFC 8785) of a typical receipt, beside the npm package `canonicalize` and a bare JSON.stringify, which
// neither sorts nor refuses anything. `node bench/canonical.mjs` prints the figures.
import { bundled } from './bundled.mjs'
import { body } from './fixtures.mjs'
import { perSecond, race } from './measure.mjs'

const RECEIPTS = 500

export async function canonical(options) {
  const { canonicalize, textsOf } = await bundled('canonical', {
    canonicalize: 'receipt/canonical.ts',
    textsOf: 'receipt/seal.ts',
  })
  const { default: theirs } = await import('canonicalize')
  // each its own object with its own texts, as they come from a program or from JSON.parse
  const receipts = Array.from({ length: RECEIPTS }, (_, seq) =>
    JSON.parse(
      JSON.stringify({
        ...body(`019a0000-0000-7000-8000-${String(seq).padStart(12, '0')}`),
        seq,
        timestamp: '2026-03-01T12:00:00.050Z',
        keyId: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
        prevReceiptHash: `sha256:${String(seq).padStart(64, 'a')}`,
        receiptHash: `sha256:${String(seq).padStart(64, 'b')}`,
        signature: `ed25519:${String(seq).padStart(128, 'c')}`,
      }),
    ),
  )
  for (const receipt of receipts) if (canonicalize(receipt) !== theirs(receipt)) throw new Error('the two differ')
  let bytes = 0
  // a text that nobody looks at is left in pieces: each is looked at
  const each = (write) => (n) => {
    for (let i = 0; i < n; i += 1) bytes += write(receipts[i % RECEIPTS]).charCodeAt(1)
  }
  const rates = await race(
    {
      canonicalize: each(theirs),
      ours: each(canonicalize),
      line: each((receipt) => textsOf(receipt).line),
      stringify: each(JSON.stringify),
    },
    { roundMs: 50, rounds: 40, ...options },
  )
  return { ...rates, bytes }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { canonicalize, ours, line, stringify } = await canonical(
    process.argv.includes('--short') ? { roundMs: 4, rounds: 500 } : {},
  )
  const times = (rate) => `${(rate / canonicalize).toFixed(1)} times the package canonicalize`
  console.log(`canonicalize of a receipt: ${perSecond(ours)}, ${times(ours)} (${perSecond(canonicalize)})`)
  console.log(`line of a receipt that another sealed: ${perSecond(line)}, ${times(line)}`)
  console.log(`JSON.stringify: ${perSecond(stringify)}, ${times(stringify)}`)
}
