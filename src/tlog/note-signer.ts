import { QuittanceError } from '../errors.js'
import { parseDidKey } from '../keys/did-key.js'
import type { KeyProvider } from '../keys/provider.js'
import { utf8 } from '../primitives/bytes.js'
import { type NoteSigner, signatureLine, verifyEd25519 } from './note.js'
import { noteKey } from './vkey.js'

/**
 * Signs notes with a key of a key provider, under a name.
 *
 * @param name - the name of the key: for a log its origin
 * @param keys - where the key lives; a delegate is refused, because a checkpoint needs a key that lasts
 * @returns a signer pinned to the key that is current now
 * @throws QuittanceError `KEY_*`; `KEY_WRONG_TYPE` for a delegate
 * @throws RangeError when the name can't be a key's
 * @example
 * ```ts
 * import { localKey } from 'quittance/keys/local'
 * import { noteSigner, vkeyOf } from 'quittance/transparency'
 * const signer = await noteSigner('log.example/acme', localKey({ file: './checkpoint.key.pem', create: true }))
 * console.log(vkeyOf(signer.key))
 * ```
 */
export async function noteSigner(name: string, keys: KeyProvider): Promise<NoteSigner> {
  const signer = await keys.signer()
  if (signer.delegation) throw new QuittanceError('KEY_WRONG_TYPE', 'a delegate signs no checkpoints')
  const key = noteKey(name, 'ed25519', parseDidKey(signer.keyId))
  return {
    key,
    async sign(text) {
      const message = utf8(text)
      const signature = await signer.sign(message)
      if (!verifyEd25519(key.publicKey, message, signature))
        throw new QuittanceError('KEY_BAD_SIGNATURE', 'the key gave a signature that does not verify', {
          details: { keyId: signer.keyId },
        })
      return signatureLine(key, signature)
    },
  }
}
