/** What the cases on a host share. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReceiptCollector } from 'quittance'

/** Gives a folder and removes it afterwards. */
export async function inFolder(use) {
  const dir = await mkdtemp(join(tmpdir(), 'quittance-runtime-'))
  try {
    await use(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** @returns everything that an iterable yields */
export async function all(items) {
  const list = []
  for await (const item of items) list.push(item)
  return list
}

export const collect = (ledger, more = {}) => new ReceiptCollector({ ledger, tenantId: 'acme', ...more })
