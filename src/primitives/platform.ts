import type * as NodeCrypto from 'node:crypto'

interface BuiltinProcess {
  getBuiltinModule?: (id: string) => unknown
}

/**
 * `node:crypto` where the runtime has it, without importing it: the modules that use this also run in a browser.
 *
 * @returns the module, or `undefined` in a browser
 */
export function nodeCrypto(): typeof NodeCrypto | undefined {
  const host = (globalThis as { process?: BuiltinProcess }).process
  return host?.getBuiltinModule?.('node:crypto') as typeof NodeCrypto | undefined
}
