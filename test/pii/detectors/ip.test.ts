import { isIP, isIPv4 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip } from '../../../src/pii/detectors/ip.js'
import { createBudget, scan } from '../../../src/pii/haystack.js'
import { spansOf } from '../support.js'
import { writtenOf } from '../written.js'

const detector = ip()

/** Outermost findings: an embedded quad is reported as well, and loses to the longer. */
const found = (text: string, hint = ''): string[] => {
  const spans = spansOf(detector, text, hint)
  const inner = spans.filter((a) => spans.some((b) => b !== a && b.start <= a.start && a.end <= b.end))
  return writtenOf(detector, text, hint).filter((_, index) => !inner.includes(spans[index] as (typeof spans)[number]))
}

describe('IPv4', () => {
  it.each([
    '192.0.2.1',
    '198.51.100.23',
    '203.0.113.255',
    '8.8.8.8',
    '1.2.3.4',
    '0.0.0.0',
    '127.0.0.1',
    '10.1.2.3',
    '172.16.254.1',
    '192.168.0.1',
    '169.254.1.1',
    '255.255.255.255',
    '192.0.2.0/24',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '198.51.100.7/32',
  ])('finds %s, whatever its range', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`Seen from ${address}.`)).toEqual([address])
    expect(found(`a,"${address}",b`)).toEqual([address])
    expect(found(`{"ip":"${address}"}`)).toEqual([address])
  })

  it.each([
    ['http://192.0.2.1:8080/index.html', ['192.0.2.1']],
    ['192.0.2.1:443', ['192.0.2.1']],
    ['[192.0.2.1]', ['192.0.2.1']],
    ['user@192.0.2.1', ['192.0.2.1']],
    ['ip=192.0.2.1&x=1', ['192.0.2.1']],
    ['<td>192.0.2.1</td>', ['192.0.2.1']],
    ['| web | 192.0.2.1 | up |', ['192.0.2.1']],
    [
      '192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0 Chrome/120.0.0.0"',
      ['192.0.2.1'],
    ],
    ['Failed password for root from 198.51.100.77 port 51234 ssh2', ['198.51.100.77']],
    ['10.0.0.1-10.0.0.20', ['10.0.0.1', '10.0.0.20']],
    ['192.168.1.1-254', ['192.168.1.1']],
    ['/198.51.100.7:9092', ['198.51.100.7']],
    ['localhost/127.0.0.1:9092', ['127.0.0.1']],
    ['IP 192.0.2.1.51234 > 198.51.100.7.443: Flags [S]', ['192.0.2.1', '198.51.100.7']],
    ['relay=mx.example.org[203.0.113.25]:25', ['203.0.113.25']],
    ['X-Forwarded-For: 203.0.113.195, 198.51.100.178', ['203.0.113.195', '198.51.100.178']],
    ['Die IP-Adresse lautet 198.51.100.23.', ['198.51.100.23']],
    ["L'adresse IP est 198.51.100.23, merci", ['198.51.100.23']],
    ['La dirección IP (198.51.100.23)', ['198.51.100.23']],
    ["l'indirizzo 198.51.100.23; grazie", ['198.51.100.23']],
    ['Het IP-adres is 198.51.100.23!', ['198.51.100.23']],
    ['IP-203.0.113.5', ['203.0.113.5']],
    ['route add 10.0.0.0 mask 255.0.0.0 192.168.1.1', ['10.0.0.0', '192.168.1.1']],
    ['Patch installed on 10.0.0.5', ['10.0.0.5']],
    ['The update was applied on 84.23.12.7', ['84.23.12.7']],
    ['The release runs at 203.0.113.7', ['203.0.113.7']],
    ['update the DNS record to 203.0.113.7', ['203.0.113.7']],
    ['{"version":"2.0.1.5","ip":"5.6.7.8"}', ['5.6.7.8']],
    ['Version 1.2.3.4 läuft auf 5.6.7.8', ['5.6.7.8']],
    ['The update server is 5.6.7.8', ['5.6.7.8']],
    ['Dernière connexion depuis 78.45.12.9 le 3 mars', ['78.45.12.9']],
    ['8.8.8.8 Google DNS', ['8.8.8.8']],
    ['10.0.0.1/index', ['10.0.0.1']],
    ['192.0.2.1/33', ['192.0.2.1']],
  ])('finds the address alone in %s', (text, addresses) => {
    expect(found(text)).toEqual(addresses)
  })

  it.each([
    '256.1.1.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.3.6.1.4.1.311.21',
    'OID 1.3.6.1',
    '192.168.01.1',
    '1.2.3.1234',
    'v1.2.3.4',
    'V 1.2.3.4',
    'version 1.2.3.4',
    'Version: 10.0.0.1',
    '"version": "1.2.3.4"',
    '<version>1.2.3.4</version>',
    'AssemblyVersion("1.0.0.0")',
    'Version=4.0.0.0, Culture=neutral',
    'upgraded from 1.2.3.4 to 1.2.3.5',
    'Update auf 2.4.1.9',
    'build 1.2.3.4',
    'firmware 10.0.0.1',
    'Firmware-Version 2.4.1.9 veröffentlicht',
    'CVE-2026-1 affects 2.4.1.3 through 2.4.1.9',
    'image: nginx:1.2.3.4',
    'Oracle 10.2.0.4',
    'Oracle Database Release 10.2.0.4',
    'patch V8 to 10.8.168.25',
    'Upgraded to 4.6.85.25 from 4.5.103.35',
    'ObjectIdentifier("2.5.29.14")',
    'RFC 7540 8.1.2.4',
    'Chrome/120.0.0.0 Safari/537.36',
    'Chrome/49.0.26.95 client',
    'openssl 1.0.2.1',
    'iOS 17.1.2.3',
    'gem rails (5.2.4.3)',
    'rails-5.2.4.3',
    'foo-1.2.3.4.tar.gz',
    'lib_1.2.3.4_amd64.deb',
    'jquery/1.2.3.4/jquery.js',
    '>=1.2.3.4',
    '~> 1.2.3.4',
    '^1.2.3.4',
    'pkg==1.2.3.4',
    '1.2.3.4-beta',
    '1.2.3.4rc1',
    'a1.2.3.4',
    'Section 1.2.3.4',
    '§ 1.2.3.4',
    'Kapitel 2.3.1.1 und 2.3.1.2',
    'Abschnitt 3.1.4.2',
    '1.2.3.4 Scope of the Work',
    '## 3.1.2.1 Geltungsbereich',
    'Pos. 1.1.2.3',
    'Bestellnr. 12.34.56.78',
    'enzyme EC 2.7.11.1',
    'Tel. 12.34.56.78',
    'EUR 1.100.200.250',
    '1.100.200.250,00 EUR',
    'netmask 255.255.255.0',
    '01.02.2026 12.30',
    '4.3.2.1.in-addr.arpa',
    '[IP]:8080',
    '[IP_1]/24',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('takes the name of the member for context', () => {
    expect(found('2.4.1.9', 'app version')).toEqual([])
    expect(found('10.2.1.4', 'firmware')).toEqual([])
    expect(found('2.4.1.9', 'client ip')).toEqual(['2.4.1.9'])
  })

  it('is strict in every group', () => {
    for (let group = 0; group < 4; group += 1)
      for (const wrong of ['256', '999', '01', '007', '1234', '']) {
        const groups = ['192', '0', '2', '1']
        groups[group] = wrong
        expect(found(groups.join('.'))).toEqual([])
      }
  })

  it('finds every address that node takes for one', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        fc.pre(isIPv4(address) && !/^0\.(?!0\.0\.0$)/.test(address) && address !== '1.3.6.1')
        expect(found(`client ${address} connected`)).toEqual([address])
      }),
    )
  })
})

describe('IPv6', () => {
  it.each([
    // RFC 4291, section 2.2 and 2.3
    'ABCD:EF01:2345:6789:ABCD:EF01:2345:6789',
    '2001:DB8:0:0:8:800:200C:417A',
    'FF01:0:0:0:0:0:0:101',
    '0:0:0:0:0:0:0:1',
    '2001:DB8::8:800:200C:417A',
    'FF01::101',
    '::1',
    '0:0:0:0:0:0:13.1.68.3',
    '0:0:0:0:0:FFFF:129.144.52.38',
    '::13.1.68.3',
    '::FFFF:129.144.52.38',
    '2001:0DB8:0000:CD30:0000:0000:0000:0000/60',
    '2001:0DB8::CD30:0:0:0:0/60',
    '2001:0DB8:0:CD30::/60',
    '2001:0DB8:0:CD30:123:4567:89AB:CDEF/60',
    // RFC 5952
    '2001:db8:0:0:1:0:0:1',
    '2001:0db8:0:0:1:0:0:1',
    '2001:db8::1:0:0:1',
    '2001:db8::0:1',
    '2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001',
    '2001:db8::1',
    '2001:db8::aaaa:0:0:1',
    '64:ff9b::192.0.2.33',
    // other forms
    'fe80::1',
    'fe80::1%eth0',
    'fe80::a00:27ff:fe4e:66a1%en0/64',
    'fd12:3456:789a:1::1',
    'ff02::fb',
    '::1/128',
    '2001:db8::/32',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '2001:db8::',
  ])('finds %s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`Peer ${address}, then`)).toEqual([address])
    expect(found(`{"ip":"${address}"}`)).toEqual([address])
  })

  it.each([
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['http://[2001:db8::1]:8080/x', '2001:db8::1'],
    ['2001:db8::1: timeout', '2001:db8::1'],
    ['IPv6:2001:db8::1', '2001:db8::1'],
    ['addr:fe80::a00:27ff:fe4e:66a1 scope', 'fe80::a00:27ff:fe4e:66a1'],
    ['Reached 2001:db8::1.', '2001:db8::1'],
    ['listening on [::1]:3000', '::1'],
    ['src=2001:db8::5 port', '2001:db8::5'],
    ['address 1::2 in the lab', '1::2'],
  ])('finds the address alone in %s', (text, address) => {
    expect(found(text)).toEqual([address])
  })

  it.each([
    '12:30:45',
    '2026:01:01:12:30:45:00:00',
    '::',
    '::::',
    ':::80',
    'std::string',
    'std::dead::beef',
    'a::b',
    'A::B',
    'DB::add',
    'Foo::Bar::baz',
    'foo::bad',
    "'5'::dec",
    'x::int4',
    'x[::2]',
    'y[1::3]',
    '12::34',
    'ratio 16:9 or 1:2:3',
    '00:1B:44:11:3A:B7',
    '00:1B:44:11:3A:B7:00:01',
    '16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48',
    '2001:db8:::1',
    '2001:db8::1::2',
    '12345::1',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    '2001:db8::1g',
    'sha256:abcdef',
    'urn:uuid:123e4567-e89b-12d3-a456-426614174000',
    'key:1:2',
    '00:00:00::',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('finds every full address that node takes for one, with port and brackets outside', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        fc.pre(isIP(address) === 6 && address.replaceAll(/[^:]/g, '').length >= 4 && /[0-9]/.test(address))
        fc.pre(!/^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(address) && !/^::?$/.test(address))
        expect(found(`[${address}]:443`)).toEqual([address])
      }),
    )
  })
})

describe('versions, headings and tables', () => {
  it.each([
    'ECMA-262 12.9.3.17 says so',
    'ISO 8601 4.2.5.1',
    'see also 13.3.1.4',
    'cf. 13.3.1.4 for details',
    'siehe auch 13.3.1.4',
    'Bump to 32.6.51.51',
    'versión 36.2.130.92 instalada',
    'Chrome 120.0.60.71 on Windows',
    'Git 1.7.12.1 Release Notes',
    'This fix was first merged to 1.6.2.4.',
    'introduced in 1.6.4.3 and later reverted',
    '<h4>2.3.4.1 Arrays</h4>',
    '<h3 class="x">24.6.1.4. Run menu</h3>',
    '<a href="#x">24.6.1.3</a>. Format menu',
    '<a name="cl.x"></a>3.1.7.1. Cost Summary',
    'd="1.52-.87 2.83-2.12 3.51.98.32 2.03.5 3.11.5"',
    '| host | version |\n|---|---|\n| web1 | 93.8.6.83 |\n| web2 | 41.8.7.21 |',
    'name;version;date\nfoo;12.4.56.78;2020-01-01\nbar;11.4.56.78;2020-01-02',
    'host\tFirmware version\nweb1\t93.8.6.83',
    'netmask ffff:ffff:ffff:ffff::',
    'del a[::1000]',
    'a::b in C++ std::vector, dead::beef()',
    'address of dead::beef()',
    'text2001:db8::1 inside',
    'Vec<T>::ad and Foo<u8>::b',
  ])('does not find %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it.each([
    ['host,ip,version\nweb1,93.8.6.83,1.2.3.4\nweb2,41.8.7.21,1.2.3.5', ['93.8.6.83', '41.8.7.21']],
    ['| Host | IP | Version |\n|---|---|---|\n| web1 | 93.8.6.83 | 5.3.2.1 |', ['93.8.6.83']],
    ['Version | IP\n1.2.3.4 | 45.81.15.43', ['45.81.15.43']],
    ['läuft Version 1.9.28.56 schon auf 6.70.16.38?', ['6.70.16.38']],
    ['Bump the proxy 45.81.15.43 to the new release', ['45.81.15.43']],
    ['fixed the firewall at 45.13.22.18', ['45.13.22.18']],
    ['web1 12.34.56.78 443', ['12.34.56.78']],
    ['12.34.56.78 23.45.67.89 34.56.78.90', ['12.34.56.78', '23.45.67.89', '34.56.78.90']],
    ['0.003 12.34.56.78 2.5', ['12.34.56.78']],
    ['<td>12.34.56.78</td>', ['12.34.56.78']],
    ['<ip>::ffff:198.51.100.7</ip>', ['::ffff:198.51.100.7']],
    ["('::ffff:192.0.2.1', 80)", ['::ffff:192.0.2.1']],
    ["bind('::1')", ['::1']],
    ['`::1` "::1"', ['::1', '::1']],
    ['ip fd::beef', ['fd::beef']],
  ])('finds the addresses of %s', (text, addresses) => {
    expect(found(text)).toEqual(addresses)
  })
})

it('looks at a run once, whatever its length', () => {
  for (const unit of [
    ':',
    'a:',
    '1::',
    '1:1:',
    '1.',
    '1.1.1.1.',
    'a:::',
    '2001:db8::1 ',
    '1.2.3.4 ',
    '1.2.3.4,\n',
    '<h4>1.2.3.4 A',
  ]) {
    const steps = (times: number): number => {
      let count = 0
      detector.find({ ...scan(unit.repeat(times), '', createBudget(600_000)), step: () => (count += 1) }, () => {})
      return count
    }
    expect(steps(4_000)).toBeLessThanOrEqual(2 * steps(2_000) + 2)
  }
})
