import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of PEM files. */
export interface TlsFiles {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/**
 * Makes a certificate authority of its own and a server certificate for 127.0.0.1 and localhost, valid for two days.
 *
 * @param dir - where the files go
 */
export function makeTlsFiles(dir: string): TlsFiles {
  const at = (name: string) => join(dir, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...curve, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=test CA')
  openssl('req', ...curve, '-keyout', at('tls.key'), '-out', at('tls.csr'), '-subj', '/CN=localhost')
  writeFileSync(at('tls.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  const signing = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('tls.ext')]
  openssl('x509', '-req', '-in', at('tls.csr'), ...signing, '-out', at('tls.pem'), '-days', '2')
  return { ca: at('ca.pem'), cert: at('tls.pem'), key: at('tls.key') }
}
