import { expect, test } from 'vitest'
import { startOpenBao } from '../../scripts/services/openbao.js'
import { isAlive, stopped } from './gone.js'

test('a server answers, is sealed and unsealed with what it held, and leaves nothing', {
  timeout: 180_000,
}, async () => {
  const bao = stopped(await startOpenBao())
  await bao.ask('POST', 'secret/data/a', { data: { b: 'c' } })
  await bao.seal()
  await expect(bao.ask('GET', 'secret/data/a')).rejects.toThrow('503')
  await bao.unseal()
  expect(await bao.ask('GET', 'secret/data/a')).toMatchObject({ data: { data: { b: 'c' } } })
  await expect(bao.ask('GET', 'secret/data/none')).rejects.toThrow('404')
  expect(isAlive(bao.pid)).toBe(true)
  await bao.stop()
  expect(isAlive(bao.pid)).toBe(false)
  await bao.stop()
})
