import { closesAt, isDigit, isLetter, opensAt } from '../chars.js'
import { contextWords, near } from '../context.js'
import type { Detector } from '../detector.js'
import { LONGEST_WALLET, SHORTEST_WALLET, TON_LENGTH, tonWallet, walletOf } from './wallet-formats.js'

const hexWords = contextWords(
  'wallet*',
  '*wallet',
  'eth',
  'ether*',
  'erc*',
  'crypto*',
  'krypto*',
  'address*',
  'adress*',
  'adres',
  'addr',
  'indirizzo',
  'dirección',
  'direccion',
  'account*',
  'contract*',
  'vertrag*',
  'contrat*',
  'token*',
  'coin*',
  'usdt',
  'usdc',
  'dai',
  'polygon',
  'matic',
  'bsc',
  'bnb',
  'metamask',
  'blockchain*',
  'etherscan*',
  'opensea',
  'nft*',
  'wei',
  'gwei',
  'gas',
  'tx*',
  'from',
  'to',
  'sender',
  'recipient',
  'owner',
  'von',
  'an',
  'de',
  'à',
  'para',
  'da',
  'naar',
  'portefeuille',
  'billetera',
  'monedero',
  'cartera',
  'portafoglio',
  'portemonnee',
)

const solanaWords = contextWords(
  'solana*',
  'sol',
  'spl',
  'phantom',
  'solflare',
  'wallet*',
  '*wallet',
  'crypto*',
  'krypto*',
  'address*',
  'adress*',
  'adres',
  'indirizzo',
  'dirección',
  'direccion',
  'pubkey*',
  'mint',
  'token*',
  'lamports',
  'portefeuille',
  'billetera',
  'monedero',
  'portafoglio',
)

/** `0x` and twenty bytes; 32 bytes in base58 may be as long, but seldom are. */
const HEX_LENGTH = 42

const isAlnum = (code: number): boolean => isLetter(code) || isDigit(code)
const isUrlSafe = (code: number): boolean => isAlnum(code) || code === 0x2d || code === 0x5f

/** `addr_test1…` and `stake_test1…` hold a character that no other address holds. */
function labelOf(text: string, start: number): string {
  if (text.charCodeAt(start - 1) !== 0x5f || !text.startsWith('test1', start)) return ''
  for (const label of ['addr_', 'stake_']) if (text.startsWith(label, start - label.length)) return label
  return ''
}

/**
 * Addresses of wallets, by the checksum of each chain: Bitcoin and its kin, bech32 in general, Ethereum (EIP-55), XRP Ledger,
 * Tron, Monero, Cardano, Polkadot, Stellar, Algorand, TON; Solana and hex in one case only beside words that tell of them.
 *
 * @returns the detector of CRYPTO_WALLET
 */
export function cryptoWallet(): Detector {
  return {
    name: 'crypto-wallet',
    version: '1',
    types: ['CRYPTO_WALLET'],
    find(haystack, report) {
      const { text, digits } = haystack
      let covered = 0
      let coveredUrl = 0
      for (let index = 0; index < digits.length; index += 2) {
        const run = digits.at[index] as number
        if (run < covered) continue
        let start = run
        while (start > covered && isAlnum(text.charCodeAt(start - 1))) start -= 1
        let end = digits.at[index + 1] as number
        while (isAlnum(text.charCodeAt(end))) end += 1
        covered = end
        // A word with `-` or `_` in it can be an address as well.
        if (start >= coveredUrl) {
          let from = start
          while (from > coveredUrl && isUrlSafe(text.charCodeAt(from - 1))) from -= 1
          let to = end
          while (isUrlSafe(text.charCodeAt(to))) to += 1
          coveredUrl = to
          if (to - from === TON_LENGTH && tonWallet(text.slice(from, to))?.checked) {
            haystack.step()
            report(from, to, 'CRYPTO_WALLET', 0.95, 'CRC-16, TON')
            covered = to
            continue
          }
        }
        const length = end - start
        if (length < SHORTEST_WALLET || length > LONGEST_WALLET) continue
        if (!opensAt(text, start) || !closesAt(text, end)) continue
        haystack.step()
        const label = labelOf(text, start)
        const wallet = walletOf(text.slice(start, end), label)
        if (!wallet) continue
        const told = () => near(haystack, start, end, length === HEX_LENGTH ? hexWords : solanaWords)
        const score = wallet.checked ? 0.98 : told() ? 0.8 : 0.4
        const from = start - label.length
        report(from, end, 'CRYPTO_WALLET', score, wallet.reason)
      }
    },
  }
}
