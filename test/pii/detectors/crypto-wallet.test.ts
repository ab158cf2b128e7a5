import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { describe, expect, it } from 'vitest'
import { cryptoWallet } from '../../../src/pii/detectors/crypto-wallet.js'
import { writtenOf } from '../written.js'

const made = (version: readonly number[], size = 20) =>
  createBase58check(sha256).encode(
    Uint8Array.from([...version, ...Array.from({ length: size }, (_, index) => index * 7 + 9)]),
  )

/** Examples of the standards and documents of each chain; the rest encodes bytes that count up. */
const checked: readonly (readonly [string, string])[] = [
  ['Bitcoin P2PKH', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2'],
  ['Bitcoin P2PKH, genesis', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
  ['Bitcoin P2SH', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'],
  ['Bitcoin testnet', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
  ['BIP 173', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
  ['BIP 173, upper case', 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'],
  ['BIP 173, testnet', 'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7'],
  ['BIP 350', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0'],
  [
    'BIP 32',
    'xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8',
  ],
  ['EIP-55', '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'],
  ['EIP-55', '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'],
  ['EIP-55', '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'],
  ['EIP-55', '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb'],
  ['Bitcoin Cash', 'qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
  ['XRP Ledger', 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh'],
  ['Tron', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
  ['Monero', '44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A'],
  [
    'Monero, subaddress',
    '888tNkZrPN6JsEgekjMnABU4TBzc2Dt29EPAvkRxbANsAnjyPbb3iQ1YBRk1UXcdRsiKc9dhwMVgN5S9cQUiyoogDavup3H',
  ],
  ['Polkadot', '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY'],
  ['Stellar', 'GAAZI4TCR3TY5OJHCTJC2A4QSY6CJWJH5IAJTGKIN2ER7LBNVKOCCWN7'],
  ['Algorand', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAY5HFKQ'],
  ['TON', 'EQCD39VS5jcptHL8vMjEXrzGaRcCVYto7HUn4bpAOg8xqB2N'],
  ['Cardano, CIP-19', 'addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8'],
  ['Cardano, CIP-19', 'addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz'],
  ['Cardano, CIP-19, stake', 'stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgw'],
  ['Litecoin', made([0x30])],
  ['Litecoin P2SH', made([0x32])],
  ['Dogecoin', made([0x1e])],
  ['Dash', made([0x4c])],
  ['Zcash', made([0x1c, 0xb8])],
  ['Tezos', made([6, 161, 159])],
]

const detector = cryptoWallet()
const values = (text: string, hint = '') => writtenOf(detector, text, hint)

describe('CRYPTO_WALLET', () => {
  it.each(checked)('finds %s %s', (_, value) => {
    for (const text of [
      value,
      `pay ${value}.`,
      `"to":"${value}",`,
      `(${value})`,
      `a,${value},b`,
      `bitcoin:${value}?amount=1`,
    ])
      expect(values(text), text).toEqual([value])
  })

  it.each(checked)('does not find %s %s with one character changed', (_, value) => {
    for (let index = 0; index < value.length; index += 1) {
      const other = value[index] === '2' ? '3' : '2'
      const wrong = value.slice(0, index) + other + value.slice(index + 1)
      expect(values(wrong), wrong).toEqual([])
    }
  })

  it.each([
    ['send ETH to my wallet 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
    ['Solana: TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA'],
    ['meine Wallet-Adresse 11111111111111111111111111111112 hier', '11111111111111111111111111111112'],
  ])('finds beside a word in %j', (text, value) => {
    expect(values(text)).toEqual([value])
  })

  it.each([
    'hash 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed',
    'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA',
    '0x0000000000000000000000000000000000000000 is the zero address',
    'wallet 0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    'a1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2',
    '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2x',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
    '123e4567-e89b-12d3-a456-426614174000',
    'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKc2v',
    'AKIAIOSFODNN7EXAMPLE and ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0',
    '[CRYPTO_WALLET] [CRYPTO_WALLET_1]',
    'order 1234567890123456789012345678901234',
  ])('finds nothing in %j', (text) => {
    expect(values(text)).toEqual([])
  })
})
