/** Which words are addresses of which chain: each form with its checksum. */
import { blake2b } from '@noble/hashes/blake2.js'
import { sha256, sha512_256 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { base32nopad, base58, base58xmr, base58xrp, base64urlnopad, bech32, bech32m } from '@scure/base'
import { crc16, crc32 } from '../checksums/crc.js'

/** A word that has the form of an address. */
export interface Wallet {
  readonly reason: string
  /** Whether a checksum was right; without one only words nearby make it a find. */
  readonly checked: boolean
}

const checked = (reason: string): Wallet => ({ reason, checked: true })

const bitcoinLike = checked('base58check, double SHA-256')
const extendedKey = checked('base58check, extended public key')
const segwit = checked('bech32, segregated witness')
const bech = checked('bech32')
const cashAddress = checked('CashAddr')
const ripple = checked('base58check, XRP Ledger')
const monero = checked('Keccak checksum, Monero')
const substrate = checked('SS58 checksum')
const stellar = checked('CRC-16, Stellar')
const algorand = checked('SHA-512/256 checksum, Algorand')
const byron = checked('CRC-32, Cardano')
const ton = checked('CRC-16, TON')
const mixedHex = checked('EIP-55 checksum')
const plainHex: Wallet = { reason: '20 bytes in hex; context', checked: false }
const solana: Wallet = { reason: '32 bytes in base58; context', checked: false }

/** No word shorter or longer is an address. */
export const SHORTEST_WALLET = 25
export const LONGEST_WALLET = 128

const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/
const BASE32 = /^[A-Z2-7]+$/
const BECH32 = /^[qpzry9x8gf2tvdw0s3jn54khce6mua7l]+$/
const HEX = /^[0-9a-fA-F]+$/

/** First characters of addresses with four bytes of double SHA-256: Bitcoin, Litecoin, Dogecoin, Dash, Zcash, Tron, Tezos … */
const firsts = new Set('123mnLMDA97XTtkKQRGV')

const segwitPrefixes = new Set(['bc', 'tb', 'bcrt', 'ltc', 'tltc', 'vtc', 'dgb', 'grs', 'btg'])

const bechPrefixes = new Set(
  (
    'addr stake cosmos cosmosvaloper osmo juno inj terra sei celestia stars akash kava secret axelar dydx noble thor maya ' +
    'bnb tbnb zil one erd iota smr zs pb persistence stride evmos neutron agoric regen umee archway sp fil lsk kaspa ckb'
  ).split(' '),
)

const equal = (a: Uint8Array, b: Uint8Array, length: number): boolean => {
  for (let index = 0; index < length; index += 1) if (a[index] !== b[index]) return false
  return true
}

/** Four bytes of SHA-256 of SHA-256 at the end. */
function doubleHashed(bytes: Uint8Array): boolean {
  const body = bytes.subarray(0, -4)
  return equal(sha256(sha256(body)), bytes.subarray(-4), 4)
}

function hex(word: string): Wallet | undefined {
  const digits = word.slice(2)
  if (!HEX.test(digits) || /^(.)\1+$/.test(digits)) return undefined
  const lower = digits.toLowerCase()
  if (digits === lower || digits === digits.toUpperCase()) return plainHex
  const hash = keccak_256(Uint8Array.from(lower, (character) => character.charCodeAt(0)))
  for (let index = 0; index < 40; index += 1) {
    const code = digits.charCodeAt(index)
    if (code < 0x41) continue
    const nibble = index % 2 === 0 ? (hash[index >> 1] as number) >> 4 : (hash[index >> 1] as number) & 15
    if (nibble >= 8 !== code < 0x61) return undefined
  }
  return mixedHex
}

function bech32Word(word: string, label: string): Wallet | undefined {
  const lower = word.toLowerCase()
  if (word !== lower && word !== word.toUpperCase()) return undefined
  const at = lower.lastIndexOf('1')
  if (at < 1 || at > 14) return undefined
  const prefix = lower.slice(0, at)
  const whole = label + lower
  if (segwitPrefixes.has(prefix)) {
    const version = lower.charCodeAt(at + 1)
    const coder = version === 0x71 ? bech32 : bech32m
    return coder.decodeUnsafe(lower) ? segwit : undefined
  }
  if (!bechPrefixes.has(prefix) && label === '') return undefined
  const limit = LONGEST_WALLET + 8
  return bech32.decodeUnsafe(whole, limit) || bech32m.decodeUnsafe(whole, limit) ? bech : undefined
}

const CASH_GENERATOR = [0x98f2bc8e61n, 0x79b76d99e2n, 0xf33e5fb3c4n, 0xae2eabe2a8n, 0x1e4f43e470n]
const CASH_LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CASH_PREFIX = [...'bitcoincash'].map((character) => character.charCodeAt(0) & 31)

function cash(word: string): Wallet | undefined {
  let rest = 1n
  const take = (value: number) => {
    const top = rest >> 35n
    rest = ((rest & 0x07ffffffffn) << 5n) ^ BigInt(value)
    for (let bit = 0; bit < 5; bit += 1) if ((top >> BigInt(bit)) & 1n) rest ^= CASH_GENERATOR[bit] as bigint
  }
  for (const value of CASH_PREFIX) take(value)
  take(0)
  for (const character of word) take(CASH_LETTERS.indexOf(character))
  return rest === 1n ? cashAddress : undefined
}

const SS58 = Uint8Array.from('SS58PRE', (character) => character.charCodeAt(0))

function ss58(bytes: Uint8Array): boolean {
  if (bytes.length !== 35 && bytes.length !== 36) return false
  const seen = new Uint8Array(SS58.length + bytes.length - 2)
  seen.set(SS58)
  seen.set(bytes.subarray(0, -2), SS58.length)
  return equal(blake2b(seen, { dkLen: 64 }), bytes.subarray(-2), 2)
}

/** CBOR: an array of an encoded payload and its CRC-32. */
function byronAddress(bytes: Uint8Array): boolean {
  const [array, tag, twentyFour, string, length = 0] = bytes
  if (array !== 0x82 || tag !== 0xd8 || twentyFour !== 0x18 || string !== 0x58) return false
  if (bytes.length !== length + 10 || bytes[length + 5] !== 0x1a) return false
  const sum = crc32(bytes.subarray(5, length + 5))
  for (let index = 0; index < 4; index += 1)
    if (bytes[length + 6 + index] !== ((sum >>> (24 - index * 8)) & 255)) return false
  return true
}

function moneroAddress(word: string): Wallet | undefined {
  let bytes: Uint8Array
  try {
    bytes = base58xmr.decode(word)
  } catch {
    // A block whose value is too large is one of the ways in which a word is no address.
    return undefined
  }
  if (bytes.length !== 69 && bytes.length !== 77) return undefined
  return equal(keccak_256(bytes.subarray(0, -4)), bytes.subarray(-4), 4) ? monero : undefined
}

function base58Word(word: string): Wallet | undefined {
  const { length } = word
  const first = word.charAt(0)
  if (length <= 36 && firsts.has(first)) {
    const bytes = base58.decode(word)
    if (bytes.length >= 25 && bytes.length <= 27 && doubleHashed(bytes)) return bitcoinLike
    if (bytes.length === 32) return solana
    return undefined
  }
  if ((length <= 35 && first === 'r') || (length === 47 && (first === 'X' || first === 'T'))) {
    const bytes = base58xrp.decode(word)
    if ((bytes.length === 25 || bytes.length === 35) && doubleHashed(bytes)) return ripple
  }
  if (length >= 32 && length <= 44) return base58.decode(word).length === 32 ? solana : undefined
  if (length >= 46 && length <= 49) return ss58(base58.decode(word)) ? substrate : undefined
  if (length === 95 || length === 106) return moneroAddress(word)
  if (length === 111 && /^[xyztuv]pub/.test(word)) return doubleHashed(base58.decode(word)) ? extendedKey : undefined
  if (length >= 59 && length <= 120 && /^(?:Ae2|Ddz|37bt|2c)/.test(word))
    return byronAddress(base58.decode(word)) ? byron : undefined
  return undefined
}

function base32Word(word: string): Wallet | undefined {
  if (word.length === 56) {
    const bytes = base32nopad.decode(word)
    const sum = crc16(bytes, 33)
    return bytes[33] === (sum & 255) && bytes[34] === sum >> 8 ? stellar : undefined
  }
  // The last two of the 290 bits are no data.
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(word.charAt(57))
  if (last & 3) return undefined
  const bytes = base32nopad.decode(word)
  return equal(sha512_256(bytes.subarray(0, 32)).subarray(-4), bytes.subarray(32), 4) ? algorand : undefined
}

/**
 * @param word - letters and digits, nothing else
 * @param label - what belongs to it from before: `addr_` or `stake_`; empty otherwise
 * @returns what it is, or undefined
 */
export function walletOf(word: string, label: string): Wallet | undefined {
  const { length } = word
  if (length === 42 && word.startsWith('0x')) return hex(word)
  const found = bech32Word(word, label)
  if (found) return found
  const first = word.charAt(0)
  if (length === 42 && (first === 'q' || first === 'p') && BECH32.test(word)) return cash(word)
  if ((length === 56 && first === 'G') || length === 58) if (BASE32.test(word)) return base32Word(word)
  return BASE58.test(word) ? base58Word(word) : undefined
}

/** TON writes addresses with so many characters of base64url. */
export const TON_LENGTH = 48

/**
 * @param word - 48 characters of letters, digits, `-` and `_`
 * @returns what it is, or undefined
 */
export function tonWallet(word: string): Wallet | undefined {
  if (!/^[EUk0]Q/.test(word)) return undefined
  const bytes = base64urlnopad.decode(word)
  return crc16(bytes, 34) === (((bytes[34] as number) << 8) | (bytes[35] as number)) ? ton : undefined
}
