/**
 * Tells a package that is not installed from one that is there and lacks something of its own, in the words of each runtime:
 * Node and Bun say `Cannot find package 'x' imported from …`. Deno says `Import "x" not a dependency`, and below `node_modules`
 * `Could not find package 'x' from referrer …`.
 *
 * @param error - what an import was rejected with
 * @returns the package that is not there; `undefined` where something else went wrong
 */
export function missingPackage(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined
  return /^(?:Cannot find (?:package|module)|Could not find package|Import) ['"]((?:@[a-z0-9-]+\/)?[a-z0-9-]+)['"/]/.exec(
    String(message),
  )?.[1]
}
