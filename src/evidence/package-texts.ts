/** The texts that go along in every package, from the files that are published beside this program. */
import { readFile } from 'node:fs/promises'

/** Where each lies, from the root of the npm package. */
const files = {
  'format/receipt-format.md': 'docs/receipt-format.md',
  'format/verification.md': 'docs/verification.md',
  'format/keys.md': 'docs/keys.md',
  'format/evidence.md': 'docs/evidence.md',
  'verify/verify.mjs': 'verifiers/verify.mjs',
  'verify/verify.py': 'verifiers/verify.py',
} as const

/**
 * Reads both verifiers and the pages of the format.
 *
 * @returns each member's name and bytes, in the order in which they stand in a package
 * @throws Error where a file is not there, as in a bundle of this program without them
 */
export async function* packageTexts(): AsyncGenerator<readonly [name: string, bytes: Uint8Array]> {
  for (const [name, file] of Object.entries(files)) {
    try {
      yield [name, await readFile(new URL(`../../${file}`, import.meta.url))]
    } catch (cause) {
      const message = `every evidence package has ${file} of quittance in it, and that can't be read: leave quittance/evidence out of a bundle`
      throw new Error(message, { cause })
    }
  }
}
