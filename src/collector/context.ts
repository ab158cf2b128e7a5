import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Which collector is current in this asynchronous context. Untyped, so that this file need not know the class;
 * only `collector.ts` puts anything in.
 */
export const context: AsyncLocalStorage<unknown> = new AsyncLocalStorage<unknown>()
