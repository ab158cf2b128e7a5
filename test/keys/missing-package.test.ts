import { describe, expect, it } from 'vitest'
import { missingPackage } from '../../src/primitives/missing-package.js'

const failure = (message: string, code = 'ERR_MODULE_NOT_FOUND') => Object.assign(new Error(message), { code })

describe('a package that is not installed', () => {
  it("is named in Node's own words", async () => {
    const name: string = 'quittance-has-no-such-peer'
    await expect(import(name).catch((error: unknown) => missingPackage(error))).resolves.toBe(name)
  })

  it.each([
    ["Cannot find package 'sodium-native' imported from /app/a.mjs", 'sodium-native'],
    ["Cannot find package '@aws-sdk/client-kms' imported from /app/a.mjs", '@aws-sdk/client-kms'],
    ["Cannot find package 'ioredis/built' imported from /app/a.mjs", 'ioredis'],
    ['Import "sodium-native" not a dependency', 'sodium-native'],
    ["Could not find package 'sodium-native' from referrer 'file:///app/node_modules/a/b.js'.", 'sodium-native'],
  ])('%s', (message, name) => {
    expect(missingPackage(failure(message))).toBe(name)
  })

  it('is not one that is there and lacks something of its own', () => {
    const message = "Cannot find package 'require-addon' imported from /app/node_modules/sodium-native/index.js"
    expect(missingPackage(failure(message))).toBe('require-addon')
    expect(missingPackage(failure("Cannot find module '/app/node_modules/sodium-native/a.js'"))).toBeUndefined()
    expect(missingPackage(failure("Cannot find package 'x' imported from y", 'ERR_OTHER'))).toBeUndefined()
    expect(missingPackage(undefined)).toBeUndefined()
    expect(missingPackage('Cannot find')).toBeUndefined()
  })
})
