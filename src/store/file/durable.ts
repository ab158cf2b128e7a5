/** What stands in a file that another process wrote, and perhaps never made durable. */
import type { Segment } from './segment.js'
import type { Chain, Directory } from './types.js'

/**
 * Makes a segment durable as it was found: what a killed writer wrote last may stand in the page cache only, and would be
 * acknowledged, or built on, as being there.
 *
 * @param directory - the directory, its lock held
 * @param chain - the chain
 * @param segment - that was its last when it was opened
 */
export async function makeDurable(directory: Directory, chain: Chain, segment: Segment): Promise<void> {
  await directory.handles.use(segment.file, 'r+', async ({ handle }) => {
    // while it fails, and after it failed: a second call would succeed without having written anything
    chain.mustRewrite = true
    await handle.datasync()
    chain.mustRewrite = false
  })
}
