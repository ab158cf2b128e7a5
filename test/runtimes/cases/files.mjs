/** What lies in files: chains, keys, exports. */
import assert from 'node:assert/strict'
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createLedger, Keyring, lineOf, verifyChain } from 'quittance'
import { localKey } from 'quittance/keys/local'
import { fileStore } from 'quittance/store/file'
import { testReceiptKeyId, testReceipts } from 'quittance/testing'
import { verifyFile } from 'quittance/verify/node'
import { all, collect, inFolder } from './support.mjs'

const keyring = new Keyring([testReceiptKeyId()])
const exported = (count, rationale) =>
  testReceipts({ chainId: 'acme', count, rationale: () => rationale }).map((receipt) => `${lineOf(receipt)}\n`)

export const fileCases = [
  {
    name: 'files: a ledger on a file store is opened again and goes on where it was',
    run: () =>
      inFolder(async (dir) => {
        const open = () =>
          createLedger({
            store: fileStore(join(dir, 'receipts')),
            keys: localKey({ file: join(dir, 'key.pem'), create: true }),
            redactor: false,
          })
        for (let time = 0; time < 3; time += 1) {
          const ledger = open()
          const receipts = await Promise.all(
            Array.from({ length: 20 }, () => collect(ledger).setAction('allow').emit()),
          )
          assert.equal(receipts[0].seq, 1 + time * 20)
          const { verdict, checked } = await verifyChain(ledger.store.lines('acme'), {
            keyring: await ledger.keyring(),
          })
          assert.deepEqual([verdict, checked], ['VALID', 21 + time * 20])
          await ledger.close()
        }
      }),
  },
  {
    name: 'files: the same key comes back from its file, with a passphrase too',
    run: () =>
      inFolder(async (dir) => {
        for (const [file, passphrase] of [
          ['plain.pem', undefined],
          ['sealed.pem', 'a passphrase for a test'],
        ]) {
          const made = localKey({ file: join(dir, file), create: true, passphrase })
          const { keyId } = await made.signer()
          await made.close()
          const again = localKey({ file: join(dir, file), passphrase })
          assert.equal((await again.signer()).keyId, keyId)
          await again.close()
        }
        const wrong = localKey({ file: join(dir, 'sealed.pem'), passphrase: 'another' })
        await assert.rejects(wrong.signer(), { code: 'KEY_PASSPHRASE' })
      }),
  },
  {
    name: 'files: a torn last line is set aside and told, and the chain goes on',
    run: () =>
      inFolder(async (dir) => {
        const receipts = testReceipts({ chainId: 'acme', count: 4 })
        const [, , third, fourth] = receipts
        const store = fileStore(dir)
        await store.append('acme', receipts.slice(0, 3), undefined)
        await store.close()
        const files = await readdir(dir, { recursive: true, withFileTypes: true })
        const [chain] = files.filter((entry) => entry.isFile() && entry.name.endsWith('.jsonl'))
        await appendFile(join(chain.parentPath ?? chain.path, chain.name), '{"action":"all')
        const notices = []
        const again = fileStore(dir, { onNotice: (notice) => notices.push(notice.code) })
        await again.append('acme', [fourth], { seq: third.seq, receiptHash: third.receiptHash })
        assert.deepEqual(await all(again.read('acme')), receipts)
        await again.close()
        assert.deepEqual(notices, ['TORN_LINE_SET_ASIDE'])
      }),
  },
  {
    name: 'files: one is verified from its path and from a stream, with the same result',
    run: () =>
      inFolder(async (dir) => {
        const text = exported(50).join('')
        const path = join(dir, 'torn.jsonl')
        await writeFile(path, text.slice(0, -5))
        const bytes = await readFile(path)
        const progress = []
        const result = await verifyFile(path, { keyring, onProgress: ({ bytes: read }) => progress.push(read) })
        assert.deepEqual([result.verdict, result.checked], ['INCOMPLETE', 50])
        assert.equal(progress.at(-1), bytes.length)
        const parts = [bytes.subarray(0, 1000), bytes.subarray(1000)]
        assert.deepEqual(await verifyFile(Readable.from(parts), { keyring }), result)
      }),
  },
  {
    name: 'files: two threads say of a file what one says',
    run: () =>
      inFolder(async (dir) => {
        // enough for more than one range
        const lines = exported(1_000, 'a'.repeat(500))
        const path = join(dir, 'chain.jsonl')
        for (const [seq, verdict] of [
          [undefined, 'VALID'],
          [700, 'INVALID'],
        ]) {
          await writeFile(
            path,
            (seq === undefined ? lines : lines.with(seq, lines[seq].replace('"allow"', '"reject"'))).join(''),
          )
          const one = await verifyFile(path, { keyring, workers: 1 })
          assert.deepEqual([one.verdict, one.checked], [verdict, 1_000])
          assert.deepEqual(await verifyFile(path, { keyring, workers: 2 }), one)
        }
      }),
  },
  {
    name: 'files: a verification is given up',
    run: () =>
      inFolder(async (dir) => {
        const path = join(dir, 'one.jsonl')
        await writeFile(path, `${lineOf(testReceipts({ chainId: 'acme', count: 1 })[0])}\n`)
        const signal = AbortSignal.abort(new Error('given up'))
        await assert.rejects(verifyFile(path, { keyring: new Keyring([]), signal }))
      }),
  },
  {
    name: 'files: a key that dies with the process and a store that does not are refused',
    run: () =>
      inFolder(async (dir) => {
        const make = async () => {
          const ledger = createLedger({ store: fileStore(dir), keys: localKey({ ephemeral: true }), redactor: false })
          await collect(ledger).setAction('allow').emit()
        }
        await assert.rejects(make, { code: 'KEY_EPHEMERAL' })
      }),
  },
]
