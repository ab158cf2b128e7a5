/** Writes one receipt to the file store of a folder, and with `stay` keeps it open until it is killed. */
import { fileStore } from 'quittance/store/file'
import { testReceipts } from 'quittance/testing'

const [dir, stay] = process.argv.slice(2)
const store = fileStore(dir)
try {
  const head = await store.head('acme')
  const receipts = testReceipts({ chainId: 'acme', count: 1, after: head })
  await store.append('acme', receipts, head && { seq: head.seq, receiptHash: head.receiptHash })
  console.log(`appended ${receipts[0].seq}`)
} catch (error) {
  console.log(error.code ?? error)
}
if (stay === 'stay') setInterval(() => {}, 60_000)
else await store.close()
