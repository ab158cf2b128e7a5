#!/usr/bin/env python3
"""Verifies quittance receipts and evidence packages. One file, Python 3.9 or later.

    python3 verify.py PACKAGE.zip --keyring keyring.json [--policy policy.json] [--json]
    python3 verify.py CHAIN.jsonl --keyring keyring.json [--options options.json] [--json]

Written from docs/receipt-format.md, docs/verification.md and docs/evidence.md, which go along in a package under
format/. It shares no code with the library. It needs the standard library alone; where the package `cryptography` is
installed, the signatures of receipts are checked by it, which is some hundred times as fast. All else is checked here.

What it judges: the archive, its list and its signature; each chain; checkpoints and their cosignatures, by Ed25519 and
ML-DSA-44; RFC 3161 time stamps, by the authorities of the policy; a report, against its seal and the receipts of the
package. Nothing is fetched, and nothing that comes along is trusted.

What it does not judge: the pages of a report (HTML, Markdown, PDF); whether the figures of a report are those of the
receipts, for which `quittance report verify` makes them anew; checkpoints that you have from elsewhere, which
`quittance verify` takes.

Exit codes: 0 VALID, 1 INVALID, 3 INCOMPLETE, 2 wrong usage, something that can't be read, or a fault of this program.

Its parts, in this order: Ed25519, ML-DSA-44, JSON, receipts, keys, chains, notes and policies of logs, signatures of
time-stamp authorities, ASN.1, certificates, time stamps, reports, the archive, the policy, the package, the command.
"""
import argparse
import base64
import binascii
import collections
import datetime
import hashlib
import json
import math
import os
import re
import struct
import sys
import time
import unicodedata
import zlib

MAX_DEPTH = 16
MAX_PREIMAGE = 65000
MAX_LINE = 131072
MAX_INT = 2**53 - 1
MAX_LISTED = 1000

INVALID_CODES = frozenset(
    "LINE_MALFORMED LINE_TOO_LONG NOT_CANONICAL MEMBER_DUPLICATE MEMBER_FORBIDDEN FIELD_INVALID HASH_MISMATCH "
    "SIGNATURE_INVALID DETAILS_MISMATCH LINK_MISMATCH GENESIS_MISMATCH SEQ_GAP SEQ_REPEATED CHAIN_MISMATCH "
    "VERSION_CHANGED TIME_WENT_BACK TIME_IN_FUTURE KEY_OUTSIDE_WINDOW KEY_REVOKED KEY_NOT_ALLOWED DELEGATION_INVALID "
    "HEAD_MISMATCH CHECKPOINT_MISMATCH".split()
)
PACKAGE_INVALID_CODES = frozenset(
    "PACKAGE_MALFORMED MANIFEST_MALFORMED MANIFEST_SIGNATURE_INVALID MANIFEST_KEY_REFUSED MEMBER_CHANGED "
    "MEMBER_UNLISTED MEMBER_MISSING MEMBER_MALFORMED CHAIN_DIFFERS CHAIN_INVALID CHECKPOINT_INVALID TIMESTAMP_INVALID "
    "REPORT_INVALID".split()
)


class Wrong(Exception):
    """Wrong usage, or what can't be judged: no verdict."""


# ---------------------------------------------------------------------------------------------------------------------
# Ed25519: the strict rules of the format. A key is admitted once; a signature must have S < L, R canonical and not of small
# order, and hold without the cofactor, R compared as bytes.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, P - 2, P) % P

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except Exception:  # one that is there and broken is as good as none: the slow way needs nothing
    Ed25519PublicKey = None


def recover_x(y, sign):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    if x == 0:
        return None if sign else 0
    return P - x if x & 1 != sign else x


def point_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = (y1 - x1) * (y2 - x2) % P
    f = (y1 + x1) * (y2 + x2) % P
    g = 2 * t1 * t2 * D % P
    h = 2 * z1 * z2 % P
    m, n, o, p = f - e, h - g, h + g, f + e
    return m * n % P, o * p % P, n * o % P, m * p % P


NEUTRAL = (0, 1, 1, 0)


def multiply(factor, point):
    result = NEUTRAL
    while factor:
        if factor & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        factor >>= 1
    return result


def is_neutral(point):
    x, y, z, _ = point
    return x % P == 0 and (y - z) % P == 0


def decode_point(data):
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def encode_point(point):
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point(BASE_Y.to_bytes(32, "little"))


def small_order_ys():
    """The y of every point whose order divides 8."""
    # y of order 8: (y^2 - 1) / (d y^2 + 1) = -y^2, that is d y^4 + 2 y^2 - 1 = 0
    ys = {0, 1, P - 1}
    discriminant = (1 + D) % P
    for root in square_roots(discriminant):
        for y in square_roots((root - 1) * pow(D, P - 2, P) % P):
            ys.add(y)
    return ys


def square_roots(value):
    root = pow(value, (P + 3) // 8, P)
    for candidate in (root, root * ROOT_OF_MINUS_ONE % P):
        if (candidate * candidate - value) % P == 0:
            return [candidate, -candidate % P]
    return []


SMALL_ORDER_YS = frozenset(small_order_ys())
MASK = (1 << 255) - 1


class Key:
    """A public key that signatures may be checked with."""

    def __init__(self, data, point):
        self.data = data
        self.negated = (-point[0] % P, point[1], 1, -point[3] % P)
        self.native = Ed25519PublicKey.from_public_bytes(data) if Ed25519PublicKey else None

    def verifies(self, message, signature):
        if len(signature) != 64:
            return False
        s = int.from_bytes(signature[32:], "little")
        y = int.from_bytes(signature[:32], "little") & MASK
        if s >= L or y >= P or y in SMALL_ORDER_YS:
            return False
        if self.native is not None:
            try:
                self.native.verify(signature, message)
                return True
            except InvalidSignature:
                return False
        k = int.from_bytes(hashlib.sha512(signature[:32] + self.data + message).digest(), "little") % L
        return encode_point(point_add(multiply(s, BASE), multiply(k, self.negated))) == signature[:32]


admitted = {}


def admit(data):
    """@returns the key, or None where its signatures never count"""
    if data is None or len(data) != 32:
        return None
    if data not in admitted:
        if len(admitted) > 4096:
            admitted.clear()
        y = int.from_bytes(data, "little") & MASK
        point = None if y >= P or y in SMALL_ORDER_YS else decode_point(data)
        whole = point is not None and is_neutral(multiply(L, point))
        admitted[data] = Key(data, point) if whole else None
    return admitted[data]


BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DIGITS58 = {digit: value for value, digit in enumerate(BASE58)}
DID = re.compile(r"did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}")


def public_key_of(key_id):
    """@returns the 32 bytes of a did:key; None where it is none of an Ed25519 key"""
    if not isinstance(key_id, str) or not key_id.startswith("did:key:z") or len(key_id) != 56:
        return None
    number = 0
    for digit in key_id[9:]:
        if digit not in DIGITS58:
            return None
        number = number * 58 + DIGITS58[digit]
    if number >> 272 or number >> 256 != 0xED01:
        return None
    return (number & ((1 << 256) - 1)).to_bytes(32, "big")


def admit_did(key_id):
    return admit(public_key_of(key_id))


def signed_by(key_id, message, signature):
    key = admit_did(key_id)
    return key is not None and key.verifies(message, bytes.fromhex(signature[len("ed25519:") :]))


# ---------------------------------------------------------------------------------------------------------------------
# ML-DSA-44, FIPS 204: verification alone, pure, with the empty context. Polynomials are lists of 256 numbers modulo Q.

Q = 8380417
DROPPED = 13
CHALLENGES = 39
GAMMA_1 = 2**17
GAMMA_2 = (Q - 1) // 88
BETA = 78
MOST_HINTS = 80
ROWS = COLUMNS = 4
ML_DSA_KEY_BYTES = 1312
ML_DSA_SIGNATURE_BYTES = 2420
ZETAS = [pow(1753, int("{:08b}".format(index)[::-1], 2), Q) for index in range(256)]


def shake(function, data, needed):
    """Bytes of an endless stream, as many as are needed; which is known only while they are taken."""
    length = needed
    while True:
        stream = function(data).digest(length)
        yield from stream[length - needed :]
        length, needed = 2 * length, length


def to_ntt(polynomial):
    """Algorithm 41. What is multiplied is multiplied in this form, number by number."""
    values, index, step = list(polynomial), 0, 128
    while step:
        for start in range(0, 256, 2 * step):
            index += 1
            zeta = ZETAS[index]
            for at in range(start, start + step):
                turned = zeta * values[at + step] % Q
                values[at + step] = values[at] - turned
                values[at] += turned
        step //= 2
    return [value % Q for value in values]


def from_ntt(polynomial):
    """Algorithm 42."""
    values, index, step = list(polynomial), 256, 1
    while step < 256:
        for start in range(0, 256, 2 * step):
            index -= 1
            zeta = -ZETAS[index]
            for at in range(start, start + step):
                before = values[at]
                values[at] = before + values[at + step]
                values[at + step] = zeta * (before - values[at + step]) % Q
        step *= 2
    scale = pow(256, Q - 2, Q)
    return [value * scale % Q for value in values]


def numbers_in(data, bits):
    """Numbers of so many bits each, the lowest bit first."""
    whole, mask = int.from_bytes(data, "little"), (1 << bits) - 1
    return [whole >> at & mask for at in range(0, 8 * len(data), bits)]


def matrix_entry(seed, row, column):
    """Algorithm 30: numbers below Q out of a stream, what is not below it is passed over."""
    stream = shake(hashlib.shake_128, seed + bytes((column, row)), 1008)
    found = []
    for low in stream:
        number_ = low | next(stream) << 8 | (next(stream) & 0x7F) << 16
        if number_ < Q:
            found.append(number_)
            if len(found) == 256:
                return found


def challenge_of(seed):
    """Algorithm 29: a polynomial of 39 times 1 or -1, else 0."""
    stream = shake(hashlib.shake_256, seed, 136)
    signs = int.from_bytes(bytes(next(stream) for _ in range(8)), "little")
    challenge = [0] * 256
    for at in range(256 - CHALLENGES, 256):
        place = next(one for one in stream if one <= at)
        challenge[at] = challenge[place]
        challenge[place] = -1 if signs & 1 else 1
        signs >>= 1
    return challenge


def hints_in(data):
    """Algorithm 21. One set of hints has one form: places in order, each once, and zeros behind the last.
    @returns the places of each row; None where it is another form"""
    places, ends, begin, rows = data[:MOST_HINTS], data[MOST_HINTS:], 0, []
    for end in ends:
        row = list(places[begin:end])
        if not begin <= end <= MOST_HINTS or any(one >= other for one, other in zip(row, row[1:])):
            return None
        rows.append(frozenset(row))
        begin = end
    return None if any(places[begin:]) else rows


def with_hint(value, hinted):
    """Algorithm 40: the high part of a number modulo Q, one up or down where the signer says so."""
    low = value % (2 * GAMMA_2)
    if low > GAMMA_2:
        low -= 2 * GAMMA_2
    if value - low == Q - 1:
        high, low = 0, low - 1
    else:
        high = (value - low) // (2 * GAMMA_2)
    return (high + (1 if low > 0 else -1)) % 44 if hinted else high


class MlDsaKey:
    """A public key of ML-DSA-44, ready for signatures to be checked with."""

    def __init__(self, data):
        seed, packed = data[:32], data[32:]
        self.matrix = [[matrix_entry(seed, row, column) for column in range(COLUMNS)] for row in range(ROWS)]
        tops = [numbers_in(packed[at : at + 320], 10) for at in range(0, len(packed), 320)]
        self.tops = [to_ntt([value << DROPPED for value in top]) for top in tops]
        self.digest = hashlib.shake_256(data).digest(64)

    def verifies(self, message, signature):
        """Algorithm 8."""
        if len(signature) != ML_DSA_SIGNATURE_BYTES:
            return False
        seed, packed, hints = signature[:32], signature[32:-84], hints_in(signature[-84:])
        answers = [
            [GAMMA_1 - value for value in numbers_in(packed[at : at + 576], 18)] for at in range(0, len(packed), 576)
        ]
        if hints is None or any(abs(value) >= GAMMA_1 - BETA for answer in answers for value in answer):
            return False
        # a zero, and the length of the empty context
        represented = hashlib.shake_256(self.digest + b"\0\0" + message).digest(64)
        challenge, answers = to_ntt(challenge_of(seed)), [to_ntt(answer) for answer in answers]
        commitment = 0
        for row in range(ROWS):
            product = [-one * top for one, top in zip(challenge, self.tops[row])]
            for factors, answer in zip(self.matrix[row], answers):
                product = [one + factor * value for one, factor, value in zip(product, factors, answer)]
            for at, value in enumerate(from_ntt([one % Q for one in product])):
                commitment |= with_hint(value, at in hints[row]) << 6 * (256 * row + at)
        data = represented + commitment.to_bytes(768, "little")
        return hashlib.shake_256(data).digest(32) == seed


ml_dsa_keys = {}


def ml_dsa_verifies(public_key, message, signature):
    """@param public_key of the verifier's policy, which has few: each is prepared once"""
    if len(public_key) != ML_DSA_KEY_BYTES:
        return False
    if public_key not in ml_dsa_keys:
        if len(ml_dsa_keys) > 64:
            ml_dsa_keys.clear()
        ml_dsa_keys[public_key] = MlDsaKey(public_key)
    return ml_dsa_keys[public_key].verifies(message, signature)


# ---------------------------------------------------------------------------------------------------------------------
# JSON, strictly


class Num:
    """A number of a JSON text: neither an integer nor a truth value of Python."""

    __slots__ = ("value",)

    def __init__(self, text):
        try:
            self.value = float(text)
        except OverflowError:
            self.value = math.inf

    def __eq__(self, other):
        return isinstance(other, Num) and self.value == other.value

    def __hash__(self):
        return hash(self.value)


short_numbers = {}


def number_said(text):
    """Short ones are kept: a text of many millions of them takes no more room than it must."""
    if len(text) > 3:
        return Num(text)
    if text not in short_numbers:
        short_numbers[text] = Num(text)
    return short_numbers[text]


class Refused(Exception):
    """What has no canonical form, and why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def no_constant(_):
    raise ValueError


class Reader:
    """Reads one JSON text; notes whether an object has a member twice."""

    def __init__(self):
        self.twice = False

    def pairs(self, pairs):
        value = dict(pairs)
        if len(value) != len(pairs):
            self.twice = True
        return value

    def read(self, text):
        try:
            decoder = json.JSONDecoder(
                object_pairs_hook=self.pairs, parse_int=number_said, parse_float=number_said, parse_constant=no_constant
            )
            value, end = decoder.raw_decode(text, whitespace(text, 0))
            if whitespace(text, end) != len(text):
                raise ValueError
            return value
        except RecursionError:
            return self.read_deep(text)

    def read_deep(self, text):
        """As `read`, for a text that is nested deeper than the interpreter's stack."""
        decoder = json.JSONDecoder(parse_int=number_said, parse_float=number_said, parse_constant=no_constant)
        stack = []
        at = whitespace(text, 0)
        while True:
            opening = text[at : at + 1]
            if opening in ("{", "["):
                at = whitespace(text, at + 1)
                if text[at : at + 1] == ("}" if opening == "{" else "]"):
                    value = {} if opening == "{" else []
                    at += 1
                else:
                    name, at = self.name(text, at) if opening == "{" else (None, at)
                    stack.append(({} if opening == "{" else [], name))
                    continue
            elif opening == "":
                raise ValueError
            else:
                value, at = decoder.raw_decode(text, at)
            while True:
                at = whitespace(text, at)
                if not stack:
                    if at != len(text):
                        raise ValueError
                    return value
                holder, name = stack.pop()
                if isinstance(holder, dict):
                    self.twice = self.twice or name in holder
                    holder[name] = value
                else:
                    holder.append(value)
                mark = text[at : at + 1]
                if mark == ",":
                    at = whitespace(text, at + 1)
                    if isinstance(holder, dict):
                        name, at = self.name(text, at)
                    stack.append((holder, name))
                    break
                if mark != ("}" if isinstance(holder, dict) else "]"):
                    raise ValueError
                at += 1
                value = holder

    @staticmethod
    def name(text, at):
        if text[at : at + 1] != '"':
            raise ValueError
        name, at = json.JSONDecoder().raw_decode(text, at)
        at = whitespace(text, at)
        if text[at : at + 1] != ":":
            raise ValueError
        return name, whitespace(text, at + 1)


WHITESPACE = re.compile(r"[ \t\n\r]*")


def whitespace(text, at):
    return WHITESPACE.match(text, at).end()


def part(value, *names):
    """@returns what stands below a value under these names; None where nothing does"""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


SURROGATE = re.compile("[\ud800-\udfff]")
FORBIDDEN = frozenset(("__proto__", "constructor", "prototype"))
RESERVED = frozenset(("receiptHash", "signature", "details", "detailsHash"))


def number_text(value):
    """As ECMAScript writes a number, RFC 8785."""
    if not math.isfinite(value):
        raise Refused("NOT_CANONICAL")
    if value == int(value):
        if abs(value) > MAX_INT:
            raise Refused("NOT_CANONICAL")
        return str(int(value))
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    digits = (whole + fraction).lstrip("0")
    # where the point stands, counted from the first digit that is not 0
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len((whole + fraction).lstrip("0")))
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    shown = digits if count == 1 else digits[0] + "." + digits[1:]
    return "%s%se%s%d" % (sign, shown, "+" if power >= 0 else "-", abs(power))


def string_text(value):
    if SURROGATE.search(value):
        raise Refused("NOT_CANONICAL")
    return json.dumps(value, ensure_ascii=False)


def name_text(name):
    if name in FORBIDDEN:
        raise Refused("MEMBER_FORBIDDEN")
    return string_text(name) + ":"


def units(text):
    return text.encode("utf-16-be", "surrogatepass")


def canonical(value, depth=1):
    if isinstance(value, str):
        return string_text(value)
    if isinstance(value, Num):
        return number_text(value.value)
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if depth > MAX_DEPTH:
        raise Refused("FIELD_INVALID")
    if isinstance(value, list):
        return "[" + ",".join([canonical(item, depth + 1) for item in value]) + "]"
    return "{" + ",".join([name_text(n) + canonical(value[n], depth + 1) for n in sorted(value, key=units)]) + "}"


def digest(data):
    return "sha256:" + hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


GRANTED = re.compile(
    r"(?:links\[\d+\]|system\.predecessor|system\.lost\[\d+\]|retention\.through)\.receiptHash|"
    r"retention\.receipts\[\d+\]\.detailsHash"
)


def refuse_reserved(value, path):
    if isinstance(value, list):
        for index, item in enumerate(value):
            refuse_reserved(item, "%s[%d]" % (path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            below = path + "." + name
            if name in RESERVED and not GRANTED.fullmatch(below):
                raise Refused("MEMBER_FORBIDDEN")
            refuse_reserved(item, below)


def texts_of(receipt):
    """@returns the preimage and the line of a receipt"""
    preimage, line = [], []
    for name in sorted(receipt, key=units):
        text = name_text(name) + canonical(receipt[name], 2)
        if name != "details":
            refuse_reserved(receipt[name], name)
        line.append(text)
        if name not in ("receiptHash", "signature", "details"):
            preimage.append(text)
    return "{" + ",".join(preimage) + "}", "{" + ",".join(line) + "}"


SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*')


def spelled_canonically(text):
    for token in SCALAR.findall(text):
        if token[0] == '"':
            try:
                spelled = string_text(json.loads(token))
            except Refused:
                return False
        else:
            spelled = number_text(float(token))
        if spelled != token:
            return False
    return True


# ---------------------------------------------------------------------------------------------------------------------
# The members of a receipt. A check gives the set of codes that are wrong with a value.

WRONG = frozenset(("FIELD_INVALID",))
UNKNOWN = frozenset(("UNSUPPORTED",))
FINE = frozenset()


def text(pattern):
    match = re.compile(pattern).fullmatch
    return lambda value: FINE if isinstance(value, str) and match(value) else WRONG


def words(*known):
    def check(value):
        if not isinstance(value, str):
            return WRONG
        return FINE if value in known else UNKNOWN

    return check


def is_uint(value):
    if not isinstance(value, Num):
        return False
    number = value.value
    return 0 <= number <= MAX_INT and number == int(number) and math.copysign(1, number) > 0


def uint(value):
    return FINE if is_uint(value) else WRONG


def number(least=-MAX_INT, most=MAX_INT):
    return lambda value: FINE if isinstance(value, Num) and least <= value.value <= most else WRONG


def boolean(value):
    return FINE if isinstance(value, bool) else WRONG


def only_true(value):
    return FINE if value is True else WRONG


def any_text(value):
    return FINE if isinstance(value, str) else WRONG


def any_json(_):
    return FINE


def any_object(value):
    return FINE if isinstance(value, dict) else WRONG


def listed(item, most=None):
    def check(value):
        if not isinstance(value, list) or (most is not None and len(value) > most):
            return WRONG
        found = FINE
        for one in value:
            found |= item(one)
        return found

    return check


def record(name, member):
    def check(value):
        if not isinstance(value, dict):
            return WRONG
        return FINE.union(*[name(key) or member(one) for key, one in value.items()])

    return check


EXTENSION = re.compile(r"x[A-Z]")


def members(required, optional=None, extensible=True):
    known = dict(required)
    known.update(optional or {})

    def check(value):
        if not isinstance(value, dict):
            return WRONG
        found = set()
        for name, one in value.items():
            if name in known:
                found |= known[name](one)
            elif not extensible or not EXTENSION.match(name):
                found |= UNKNOWN
        if any(name not in value for name in required):
            found |= WRONG
        return frozenset(found)

    return check


def tagged(cases, tag="event"):
    checks = {
        word: members({**required, tag: words(word)}, optional, False) for word, (required, optional) in cases.items()
    }

    def check(value):
        if not isinstance(value, dict) or not isinstance(value.get(tag), str):
            return WRONG
        known = checks.get(value[tag])
        return UNKNOWN if known is None else known(value)

    return check


DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z")


def is_time(value):
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= DAYS[month] + (1 if leap else 0)


def ms_of(value):
    """Milliseconds, for differences only. Year 0 is no year of `datetime`; it repeats every 400 years."""
    shifted = "%04d%s" % (int(value[:4]) % 400 + 2000, value[4:23])
    base = datetime.datetime.strptime(shifted, "%Y-%m-%dT%H:%M:%S.%f") - datetime.datetime(1970, 1, 1)
    eras = (int(value[:4]) - (int(value[:4]) % 400 + 2000)) // 400
    return (base.days + eras * 146097) * 86400000 + base.seconds * 1000 + base.microseconds // 1000


TIME_CHECK = lambda value: FINE if is_time(value) else WRONG  # noqa: E731
ID = text(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,255}")
VER = text(r"[A-Za-z0-9][A-Za-z0-9._:@/+-]{0,127}")
TOKEN = text(r"[A-Za-z][A-Za-z0-9._:()/-]{0,127}")
CHAIN_ID = re.compile(r"(?!.*\.\.)(?!/)(?!.*/\Z)[A-Za-z0-9._:@/-]{1,256}")
CHAIN_PATTERN = re.compile(r"(?!.*\.\.)(?!/)(?:(?!.*/\Z)[A-Za-z0-9._:@/-]{1,256}|[A-Za-z0-9._:@/-]{0,255}\*)")
CHAIN = lambda value: FINE if isinstance(value, str) and CHAIN_ID.fullmatch(value) else WRONG  # noqa: E731
UUID7 = text(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DIGEST = text(r"sha256:[0-9a-f]{64}")
PSEUDONYM = text(r"hmac-sha256:[0-9a-f]{64}")
EITHER = text(r"(?:hmac-)?sha256:[0-9a-f]{64}")
SIGNATURE = text(r"ed25519:[0-9a-f]{128}")
KEY_ID = text(DID.pattern)
HEX32 = text(r"[0-9a-f]{32}")
HEX64 = text(r"[0-9a-f]{64}")
NUMBER = number()

COMMITMENT = members(
    {"kind": words("text", "json", "bytes"), "hash": EITHER},
    {
        "commitKeyId": ID,
        "redactions": record(TOKEN, uint),
        "ref": ID,
        "mediaType": text(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}"),
        "partial": only_true,
    },
    False,
)
LINK = members({"rel": TOKEN, "receiptId": UUID7}, {"receiptHash": DIGEST, "chainId": CHAIN})
SOURCE = members(
    {"type": TOKEN, "id": ID},
    {
        "version": VER,
        "hash": EITHER,
        "trust": number(0, 1),
        "score": NUMBER,
        "match": members(
            {"found": boolean}, {"count": uint, "score": NUMBER, "threshold": NUMBER, "recordId": PSEUDONYM}
        ),
    },
)
USAGE = members(
    {},
    dict.fromkeys(
        ("inputTokens", "outputTokens", "totalTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"), uint
    ),
)
CHECK = members(
    {"name": ID, "fired": boolean},
    {
        "version": VER,
        "stage": TOKEN,
        "score": NUMBER,
        "threshold": NUMBER,
        "op": words("gt", "gte", "lt", "lte"),
        "status": words("error", "timeout", "skipped"),
        "label": TOKEN,
        "policyId": ID,
        "mode": words("shadow"),
        "latencyMs": number(0),
    },
)
DECISION = members(
    {},
    {
        "type": TOKEN,
        "annexIII": text(r"[1-8](?:\([a-e]\))?"),
        "role": TOKEN,
        "outcome": TOKEN,
        "favourable": boolean,
        "score": NUMBER,
        "confidence": number(0, 1),
        "oversight": words("none", "before", "after"),
        "groupBasis": words("direct", "inferred", "blind"),
    },
)
OVERSIGHT = members(
    {"kind": TOKEN}, {"reviewerId": PSEUDONYM, "role": TOKEN, "requestId": ID, "quorum": uint}
)
TOOL = members(
    {"name": ID},
    {
        "callId": ID,
        "type": TOKEN,
        "server": ID,
        "version": VER,
        "definitionDigest": DIGEST,
        "effect": TOKEN,
        "executedBy": words("client", "provider"),
    },
)
MODEL = members(
    {},
    {
        "operation": TOKEN,
        "requestedId": ID,
        "responseId": ID,
        "finishReason": TOKEN,
        "rawFinishReason": TOKEN,
        "weightsDigest": DIGEST,
        "promptId": ID,
    },
)
ERROR = members({"code": TOKEN}, {"source": TOKEN, "status": uint, "retryable": boolean})
CAPTURE = members({"method": TOKEN}, {"name": ID, "version": VER})
PLACE = {"seq": uint, "receiptHash": DIGEST}
SYSTEM = tagged(
    {
        "chain_start": (
            {"nonce": HEX32, "retentionDays": uint},
            {"operator": ID, "predecessor": members(dict(PLACE, chainId=CHAIN), None, False)},
        ),
        "chain_end": ({"reason": TOKEN}, {"successorChainId": CHAIN}),
        "rollback": ({"lost": listed(members(dict(PLACE, receiptId=UUID7), None, False), 256)}, None),
        "heartbeat": ({}, {"dropped": uint}),
        "gap": ({"from": TIME_CHECK, "to": TIME_CHECK, "reason": TOKEN}, {"count": uint, "rate": NUMBER}),
        "change": ({"what": TOKEN}, {"from": ID, "to": ID, "substantial": boolean}),
        "report": ({"hash": DIGEST, "fromSeq": uint, "toSeq": uint}, None),
        "checkpoint": ({"origin": ID, "size": uint, "rootHash": DIGEST}, None),
        "notice": ({"code": TOKEN}, {"count": uint}),
    }
)
CERTIFICATE = members(
    {
        "root": KEY_ID,
        "delegate": KEY_ID,
        "chains": listed(text(CHAIN_PATTERN.pattern)),
        "notBefore": TIME_CHECK,
        "notAfter": TIME_CHECK,
        "uses": listed(words("receipt")),
        "serial": ID,
    },
    None,
    False,
)
KEY = tagged(
    {
        "delegate": ({"certificate": CERTIFICATE, "certificateSignature": SIGNATURE}, None),
        "rotate": ({"newKeyId": KEY_ID, "countersignature": SIGNATURE}, None),
        "revoke": ({"keyId": KEY_ID, "effectiveAt": TIME_CHECK, "reason": TOKEN}, None),
    }
)
HOLD = ({"holdId": ID, "reason": TOKEN}, {"fromSeq": uint, "toSeq": uint, "decisionId": ID})
RETENTION = tagged(
    {
        "prune": (
            {
                "through": members(PLACE, None, False),
                "count": uint,
                "merkleRoot": DIGEST,
                "policy": ID,
                "reason": TOKEN,
            },
            None,
        ),
        "erase": (
            {
                "receipts": listed(members({"seq": uint, "receiptId": UUID7, "detailsHash": DIGEST}, None, False), 256),
                "reason": TOKEN,
            },
            None,
        ),
        "hold": HOLD,
        "release": HOLD,
        "shred": ({"secretId": ID, "use": words("pseudonym", "commit", "payload"), "reason": TOKEN}, None),
    }
)
DETAILS = members(
    {"salt": HEX64},
    {
        "checks": record(ID, any_text),
        "error": members({}, {"message": any_text, "stack": any_text}),
        "oversight": members({}, {"comment": any_text}),
        "rationale": any_json,
        "factors": any_json,
        "config": any_json,
        "groups": record(TOKEN, TOKEN),
        "disclosures": any_json,
        "metadata": any_object,
    },
)
EVENT_TYPES = (
    "decision inference tool_call tool_result human_oversight annotation session_start session_end system key retention"
).split()
RECEIPT = members(
    {
        "version": words("quittance/1"),
        "receiptId": UUID7,
        "chainId": CHAIN,
        "seq": uint,
        "timestamp": TIME_CHECK,
        "eventType": words(*EVENT_TYPES),
        "tenantId": ID,
        "keyId": KEY_ID,
        "prevReceiptHash": DIGEST,
        "receiptHash": DIGEST,
        "signature": SIGNATURE,
    },
    {
        **dict.fromkeys(
            "systemId agentId traceId spanId sessionId decisionId pseudonymKeyId modelId".split(), ID
        ),
        "systemVersion": VER,
        "agentVersion": VER,
        "parentReceiptId": UUID7,
        "links": listed(LINK, 32),
        "stepIndex": uint,
        "attempt": uint,
        "startedAt": TIME_CHECK,
        "endedAt": TIME_CHECK,
        "subjectId": PSEUDONYM,
        "principalId": PSEUDONYM,
        "input": COMMITMENT,
        "output": COMMITMENT,
        "sources": listed(SOURCE, 128),
        "redactor": members({"name": ID, "version": VER, "configDigest": DIGEST}),
        "checks": listed(CHECK),
        "action": words("allow", "reject", "fail_retry", "cache_hit", "escalate", "bypass"),
        "reasonCodes": listed(TOKEN),
        "tags": listed(any_text),
        "decision": DECISION,
        "humanOversight": OVERSIGHT,
        "tool": TOOL,
        "providerId": TOKEN,
        "model": MODEL,
        "configDigest": DIGEST,
        "stateDigest": EITHER,
        "latencyMs": number(0),
        "usage": USAGE,
        "error": ERROR,
        "capture": CAPTURE,
        "key": KEY,
        "retention": RETENTION,
        "system": SYSTEM,
        "detailsHash": DIGEST,
        "details": DETAILS,
    },
)
WITH_ACTION = frozenset(("decision", "inference", "tool_call", "tool_result", "human_oversight"))
COMPARE = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def keeps_rules(receipt):
    """The rules between members, of a receipt whose every member has its form."""
    kind = receipt["eventType"]
    if kind == "decision" and ("checks" not in receipt or not ("action" in receipt or "error" in receipt)):
        return False
    if "action" in receipt and kind not in WITH_ACTION:
        return False
    for name, belongs in (("system", "system"), ("retention", "retention"), ("humanOversight", "human_oversight")):
        if (name in receipt) != (kind == belongs):
            return False
    event = receipt.get("key", {}).get("event")
    if (kind == "key" and event is None) or (kind != "key" and event in ("rotate", "revoke")):
        return False
    oversight = receipt.get("humanOversight")
    if oversight is not None:
        if oversight["kind"] != "request" and "reviewerId" not in oversight:
            return False
        about = any(link["rel"] == "about" and "receiptHash" in link for link in receipt.get("links", []))
        if not about and oversight["kind"] not in ("stop", "resume"):
            return False
    person = (
        "subjectId" in receipt
        or "principalId" in receipt
        or "reviewerId" in (oversight or {})
        or any("recordId" in source.get("match", {}) for source in receipt.get("sources", []))
    )
    if person != ("pseudonymKeyId" in receipt):
        return False
    for name in ("input", "output"):
        commitment = receipt.get(name)
        if commitment and commitment["hash"].startswith("hmac-") != ("commitKeyId" in commitment):
            return False
    for check in receipt.get("checks", []):
        if "status" in check:
            if check["fired"]:
                return False
        elif all(name in check for name in ("op", "score", "threshold")):
            if COMPARE[check["op"]](check["score"].value, check["threshold"].value) != check["fired"]:
                return False
    if "startedAt" in receipt and "endedAt" in receipt and receipt["endedAt"] < receipt["startedAt"]:
        return False
    confidence = receipt.get("decision", {}).get("confidence")
    if confidence is not None and float("%.4f" % confidence.value) != confidence.value:
        return False
    return "details" not in receipt or "detailsHash" in receipt


# ---------------------------------------------------------------------------------------------------------------------
# One line by itself


class Examined:
    """What was found out about one line."""

    def __init__(self):
        self.problems = []
        self.notices = []
        self.claim = None
        self.receipt = None
        self.seq = None
        self.version = None
        self.well_formed = False
        self.sound = False


HASH = re.compile(r"sha256:[0-9a-f]{64}")
ANY_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def matches(pattern, value):
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def examine(raw, terminated, first):
    """@param raw the bytes of a line without its line feed"""
    found = Examined()
    line = None
    if len(raw) > MAX_LINE:
        found.problems.append("LINE_TOO_LONG")
    elif first and raw.startswith(b"\xef\xbb\xbf"):
        found.problems.append("LINE_MALFORMED")
    else:
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError:
            found.problems.append("LINE_MALFORMED")
    if line is not None:
        examine_text(line, found)
    if not terminated:
        if found.claim is None:
            found.problems = []
            found.notices = []
        found.problems.append("LINE_UNTERMINATED")
        found.sound = False
    return found


def examine_text(line, found):
    reader = Reader()
    try:
        value = reader.read(line)
    except ValueError:
        found.problems.append("LINE_MALFORMED")
        return
    if not isinstance(value, dict):
        found.problems.append("LINE_MALFORMED")
        return
    found.claim = value
    texts = None
    try:
        preimage, whole = texts_of(value)
        if len(preimage.encode()) > MAX_PREIMAGE or len(whole.encode()) > MAX_LINE:
            found.problems.append("LINE_TOO_LONG")
        else:
            texts = preimage
            if whole != line:
                if reader.twice:
                    found.problems.append("MEMBER_DUPLICATE")
                elif not spelled_canonically(line):
                    found.problems.append("NOT_CANONICAL")
                else:
                    found.notices.append("LINE_NOT_CANONICAL")
    except Refused as refused:
        found.problems.append(refused.code)
    examine_claim(value, texts, found)


def examine_claim(claim, preimage, found):
    if is_uint(claim.get("seq")):
        found.seq = int(claim["seq"].value)
    version = claim.get("version")
    if isinstance(version, str) and version != "quittance/1":
        found.version = version
        found.problems.append("UNSUPPORTED")
        return
    faults = FINE
    if preimage is not None:
        faults = RECEIPT(claim)
        if not faults and not keeps_rules(claim):
            faults = WRONG
        found.problems.extend(sorted(faults))
    key_id, receipt_hash, signature = claim.get("keyId"), claim.get("receiptHash"), claim.get("signature")
    signed = isinstance(key_id, str) and matches(HASH, receipt_hash) and not SIGNATURE(signature)
    if not signed or not signed_by(key_id, ("quittance/1 receipt\n%s\n" % receipt_hash).encode(), signature):
        found.problems.append("SIGNATURE_INVALID")
    if preimage is not None:
        if digest(preimage) != receipt_hash:
            found.problems.append("HASH_MISMATCH")
        examine_details(claim, found)
    found.well_formed = preimage is not None and "FIELD_INVALID" not in faults
    found.sound = found.well_formed and not found.problems
    placed = (
        matches(CHAIN_ID, claim.get("chainId"))
        and found.seq is not None
        and matches(ANY_UUID, claim.get("receiptId"))
        and is_time(claim.get("timestamp"))
        and matches(HASH, receipt_hash)
        and matches(HASH, claim.get("prevReceiptHash"))
    )
    if placed:
        found.receipt = claim
        found.version = version if isinstance(version, str) else None


def examine_details(claim, found):
    if "details" not in claim:
        if "detailsHash" in claim:
            found.notices.append("DETAILS_ERASED")
        return
    if digest("quittance/1 details\n" + canonical(claim["details"])) != claim.get("detailsHash"):
        found.problems.append("DETAILS_MISMATCH")


# ---------------------------------------------------------------------------------------------------------------------
# Keyring


KNOWN_USES = ("receipt", "delegate", "rotate", "revoke", "retention", "checkpoint", "report")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class Entry:
    """A key that the verifier trusts."""

    def __init__(self, given):
        known = {"keyId", "uses", "validFrom", "validUntil", "revokedAt", "chains", "comment"}
        if not isinstance(given, dict) or set(given) - known:
            raise Wrong("the keyring has an entry with a member that is not known")
        self.key_id = given.get("keyId")
        if admit_did(self.key_id) is None:
            raise Wrong("the keyring has a key that is no did:key of an Ed25519 key, or can't be admitted")
        self.uses = self.items(given, "uses", lambda use: use in KNOWN_USES) or ["receipt"]
        self.chains = self.items(given, "chains", lambda chain: matches(CHAIN_PATTERN, chain))
        times = [given.get(name) for name in ("validFrom", "validUntil", "revokedAt")]
        if any(name in given and not is_time(given[name]) for name in ("validFrom", "validUntil", "revokedAt")):
            raise Wrong("the keyring has a time that is none")
        self.valid_from, self.valid_until, self.revoked_at = times
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise Wrong("the keyring has a window that ends before it begins")
        comment = given.get("comment", "")
        if not isinstance(comment, str) or len(units(comment)) > 2048 or CONTROL.search(comment):
            raise Wrong("the keyring has a comment that is none")

    @staticmethod
    def items(given, name, holds):
        if name not in given:
            return None
        items = given[name]
        strings = isinstance(items, list) and items and all(isinstance(item, str) and holds(item) for item in items)
        if not strings or len(set(items)) != len(items):
            raise Wrong("the keyring has a list of %s that is none" % name)
        return items

    def in_window(self, at):
        return (self.valid_from is None or at >= self.valid_from) and (self.valid_until is None or at < self.valid_until)


def covers(patterns, chain_id):
    return patterns is None or any(
        chain_id.startswith(one[:-1]) if one.endswith("*") else one == chain_id for one in patterns
    )


def keyring_of(value):
    if not isinstance(value, dict) or set(value) != {"keys"} or not isinstance(value["keys"], list):
        raise Wrong('the keyring must be {"keys": [...]}')
    entries = [Entry({"keyId": one} if isinstance(one, str) else one) for one in value["keys"]]
    keyring = {entry.key_id: entry for entry in entries}
    if len(keyring) != len(entries):
        raise Wrong("the keyring names a key twice")
    return keyring


# ---------------------------------------------------------------------------------------------------------------------
# Which keys count


class Trust:
    """The keys of one chain."""

    def __init__(self, keyring, chain_id):
        self.keyring = keyring
        self.chain_id = chain_id
        self.certificates = {}
        self.rotations = {}
        self.revoked = {}
        # a key that something derives from: [receipts, last seq, last time, open, dated at, dated by]
        self.tracks = {}

    def judge(self, receipt, sound):
        """@returns the codes that are wrong with a receipt's key; learns what it says of keys"""
        event = receipt.get("key", {})
        delegation = event if event.get("event") == "delegate" else None
        problems = self.delegation(receipt, delegation, sound) if delegation else []
        if sound and event.get("event") == "rotate":
            message = "quittance/1 rotation\n%s\n%s\n%s\n" % (self.chain_id, receipt["keyId"], event["newKeyId"])
            if not signed_by(event["newKeyId"], message.encode(), event["countersignature"]):
                problems.append("SIGNATURE_INVALID")
        lineage = self.lineage(receipt)
        if lineage is None:
            if not delegation or not problems:
                problems.append("KEY_UNKNOWN")
            return problems
        problems += self.standing(receipt, lineage)
        at = receipt["timestamp"]
        if any(self.is_revoked(key_id, at) for key_id in lineage):
            problems.append("KEY_REVOKED")
        if sound and not problems:
            self.saw(receipt, lineage)
            self.learn(receipt)
        return problems

    def lineage(self, receipt):
        key_id = receipt["keyId"]
        if key_id in self.keyring:
            return [key_id]
        if self.certificates.get(key_id):
            return [key_id, self.covering(receipt)[0]["root"]]
        lineage = [key_id]
        while key_id in self.rotations:
            key_id = self.rotations[key_id]
            lineage.append(key_id)
            if key_id in self.keyring:
                return lineage
        return None

    def covering(self, receipt):
        """@returns the certificate of a delegate's receipt, and whether it covers its time"""
        known = self.certificates[receipt["keyId"]]
        for one in reversed(known):
            if one["notBefore"] <= receipt["timestamp"] < one["notAfter"]:
                return one, True
        return known[-1], False

    def standing(self, receipt, lineage):
        key_id, at = receipt["keyId"], receipt["timestamp"]
        entry = self.keyring.get(key_id)
        if entry is not None:
            problems = self.uses(receipt, entry)
            if not covers(entry.chains, self.chain_id):
                problems.append("KEY_NOT_ALLOWED")
            if not entry.in_window(at):
                problems.append("KEY_OUTSIDE_WINDOW")
            return problems
        if key_id not in self.certificates:
            return self.uses(receipt, self.keyring[lineage[-1]])
        if receipt["eventType"] == "key" and part(receipt, "key", "event") == "rotate":
            return ["KEY_NOT_ALLOWED"]
        return [] if self.covering(receipt)[1] else ["DELEGATION_INVALID"]

    @staticmethod
    def uses(receipt, entry):
        # a receipt with members that are not known here may lack those that are
        kind, event = receipt["eventType"], part(receipt, receipt["eventType"], "event")
        needed = {"receipt"}
        if kind == "retention":
            needed.add("retention")
        elif kind == "key" and event in ("rotate", "revoke"):
            needed.add(event)
        elif kind == "system" and event == "report":
            needed.add("report")
        return [] if needed & set(entry.uses) else ["KEY_NOT_ALLOWED"]

    def delegation(self, receipt, event, sound):
        certificate, at = event["certificate"], receipt["timestamp"]
        hashed = digest(canonical(certificate))
        known = self.certificates.get(certificate["delegate"], [])
        if certificate["root"] == certificate["delegate"] or certificate["delegate"] != receipt["keyId"]:
            return ["DELEGATION_INVALID"]
        foreign = any(use != "receipt" for use in certificate["uses"])
        patterns = certificate["chains"]
        holds = (
            (foreign or len(certificate["uses"]) == 1)
            and patterns
            and covers(patterns, self.chain_id)
            and certificate["notBefore"] < certificate["notAfter"]
            and certificate["notBefore"] <= at < certificate["notAfter"]
            and signed_by(
                certificate["root"], ("quittance/1 delegation\n%s\n" % hashed).encode(), event["certificateSignature"]
            )
        )
        if not holds:
            return ["DELEGATION_INVALID"]
        root = self.keyring.get(certificate["root"])
        if root is None:
            return ["DELEGATION_INVALID"] if certificate["root"] in self.certificates else ["KEY_UNKNOWN"]
        if "delegate" not in root.uses or not covers(root.chains, self.chain_id):
            return ["DELEGATION_INVALID"]
        if not root.in_window(certificate["notBefore"]):
            return ["DELEGATION_INVALID"]
        if sound and not any(one["hash"] == hashed for one in known):
            self.certificates.setdefault(certificate["delegate"], []).append(dict(certificate, hash=hashed))
        return []

    def learn(self, receipt):
        event = receipt.get("key", {})
        if event.get("event") == "revoke":
            before = self.revoked.get(event["keyId"])
            self.revoked[event["keyId"]] = min(before or event["effectiveAt"], event["effectiveAt"])
        if event.get("event") == "rotate":
            entry = self.keyring.get(receipt["keyId"])
            may = receipt["keyId"] in self.rotations if entry is None else "rotate" in entry.uses
            new = event["newKeyId"]
            if may and new not in self.rotations and new not in self.certificates:
                self.rotations[new] = receipt["keyId"]

    def revoked_at(self, key_id):
        entry = self.keyring.get(key_id)
        times = [one for one in (entry and entry.revoked_at, self.revoked.get(key_id)) if one]
        return min(times) if times else None

    def is_revoked(self, key_id, at):
        since = self.revoked_at(key_id)
        return since is not None and at >= since

    def saw(self, receipt, lineage):
        """A receipt that counts: it dates what others signed before it, and is itself to be dated."""
        seq, at = int(receipt["seq"].value), receipt["timestamp"]
        if all(self.revoked_at(key_id) is None for key_id in lineage):
            for key_id, track in self.tracks.items():
                if track["open"] and key_id not in lineage and not self.is_revoked(key_id, at):
                    track.update(open=0, dated=at, by=lineage)
        for key_id in lineage:
            track = self.tracks.setdefault(key_id, {"count": 0, "open": 0, "dated": None, "by": []})
            track["count"] += 1
            track["open"] += 1
            track.update(seq=seq, at=at)

    def finish(self, anchors):
        """@returns (code, seq, count) of what can only be said at the end"""
        found = []
        for key_id, track in self.tracks.items():
            since = self.revoked_at(key_id)
            if since is None:
                continue
            late = 1 if track["at"] >= since else 0
            if late:
                found.append(("KEY_REVOKED", track["seq"], late))
            undated = self.undated(track, since, anchors) - late
            if undated > 0:
                found.append(("KEY_REVOKED_UNDATED", track["seq"], undated))
        return found

    def undated(self, track, since, anchors):
        if any(one.get("witnessedAt") and one["witnessedAt"] < since and track["seq"] < one["size"] for one in anchors):
            return 0
        dated = (
            track["dated"] is not None
            and track["dated"] < since
            and all(self.revoked_at(key_id) is None for key_id in track["by"])
        )
        return track["open"] if dated else track["count"]


# ---------------------------------------------------------------------------------------------------------------------
# Checkpoints of a chain


class Tree:
    """The Merkle tree of RFC 9162 over the leaves so far."""

    def __init__(self):
        self.size = 0
        self.peaks = []

    def add(self, receipt_hash, signature):
        data = bytes.fromhex(receipt_hash[7:]) + bytes.fromhex(signature[8:])
        node = hashlib.sha256(b"\0" + data).digest()
        size = self.size
        while size & 1:
            node = hashlib.sha256(b"\1" + self.peaks.pop() + node).digest()
            size >>= 1
        self.peaks.append(node)
        self.size += 1

    def root(self):
        if not self.peaks:
            return "sha256:" + hashlib.sha256(b"").hexdigest()
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return "sha256:" + node.hex()


class Anchors:
    """Holds a chain against checkpoints."""

    def __init__(self, anchors):
        self.waiting = collections.deque(sorted(anchors, key=lambda one: one["size"]))
        self.matched = []
        self.tree = Tree()
        self.following = True

    def compare(self, problem):
        while self.waiting and self.waiting[0]["size"] <= self.tree.size:
            anchor = self.waiting.popleft()
            if self.tree.root() == anchor["rootHash"]:
                self.matched.append(anchor)
            else:
                problem("CHECKPOINT_MISMATCH")

    def saw(self, receipt, problem):
        if not self.waiting or not self.following:
            return
        if self.tree.size == 0:
            self.compare(problem)
        if int(receipt["seq"].value) != self.tree.size or SIGNATURE(receipt.get("signature")):
            self.following = False
            return
        self.tree.add(receipt["receiptHash"], receipt["signature"])
        self.compare(problem)

    def finish(self, problem):
        self.compare(problem)
        for _ in self.waiting:
            problem("CHECKPOINT_NOT_REACHED")


# ---------------------------------------------------------------------------------------------------------------------
# A chain


FIVE_MINUTES = 300000
FIRST_MS, LAST_MS = ms_of("0000-01-01T00:00:00.000Z"), ms_of("9999-12-31T23:59:59.999Z")


def time_of(ms):
    """Of years 0 to 9999; year 0 is none of `datetime`, and years repeat every 400."""
    shift = 400 if ms < ms_of("0001-01-01T00:00:00.000Z") else 0
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(days=shift // 400 * 146097, milliseconds=ms)
    return "%04d-%s%03dZ" % (at.year - shift, at.strftime("%m-%dT%H:%M:%S."), at.microsecond // 1000)


def now_time():
    return time_of(int(time.time() * 1000))


class Chain:
    """Judges one chain, line by line. `hear` is told of each receipt against which nothing was found."""

    def __init__(self, keyring, options, hear=None):
        self.keyring = keyring
        self.options = options
        self.expect = options.get("expect", {})
        self.chain_id = options.get("chainId")
        last = ms_of("9999-12-31T23:59:59.999Z")
        self.latest = time_of(min(ms_of(options.get("now") or now_time()) + FIVE_MINUTES, last))
        self.hear = hear
        self.problems = []
        self.notices = []
        self.counts = {}
        self.found = 0
        self.worst = "VALID"
        self.checked = 0
        self.version = None
        self.root = None
        self.first = None
        self.first_receipt = None
        self.unread = 0
        self.pruned_at = None
        self.previous = None
        self.ended = None
        self.unplaced = 0
        self.head_found = None
        self.trust = None
        self.anchors = None

    def problem(self, code, seq=None, line=None, count=1):
        self.counts[code] = self.counts.get(code, 0) + count
        self.found += 1
        if code in INVALID_CODES:
            self.worst = "INVALID"
        elif self.worst == "VALID":
            self.worst = "INCOMPLETE"
        if len(self.problems) < MAX_LISTED:
            self.problems.append(finding(code, seq, line))

    def notice(self, code, seq, line):
        self.counts[code] = self.counts.get(code, 0) + 1
        if len(self.notices) < MAX_LISTED:
            self.notices.append(finding(code, seq, line))

    def next(self, raw, terminated=True):
        found = examine(raw, terminated, self.checked == 0)
        self.checked += 1
        line, seq = self.checked, found.seq
        before = self.found
        for code in found.problems:
            self.problem(code, seq, line)
        for code in found.notices:
            self.notice(code, seq, line)
        if found.version is not None:
            self.version = self.version or found.version
            if self.version != found.version:
                self.problem("VERSION_CHANGED", seq, line)
        if found.receipt is None:
            self.unplaced += 1
            return
        receipt = found.receipt
        say = lambda code: self.problem(code, seq, line)  # noqa: E731
        if not self.begin(receipt, say):
            return
        head = self.expect.get("head")
        if head is not None and seq == head["seq"]:
            if receipt["receiptHash"] == head["receiptHash"]:
                self.head_found = self.head_found or "match"
            else:
                self.head_found = "mismatch"
                say("HEAD_MISMATCH")
        if not self.place(receipt, seq, say):
            return
        counts = False
        if found.well_formed:
            codes = self.trust.judge(receipt, found.sound)
            for code in codes:
                say(code)
            counts = found.sound and not codes
            if counts:
                self.explain(receipt)
        self.anchors.saw(receipt, say)
        if counts and receipt.get("system", {}).get("event") == "chain_end":
            self.ended = seq
        if self.hear and self.found == before:
            self.hear(receipt)
        self.previous = receipt
        self.unplaced = 0

    def begin(self, receipt, say):
        chain_id = receipt["chainId"]
        self.chain_id = self.chain_id or chain_id
        if chain_id != self.chain_id:
            say("CHAIN_MISMATCH")
            return False
        if self.first is None:
            self.first = int(receipt["seq"].value)
            self.first_receipt = receipt
            self.unread = self.unplaced
            self.trust = Trust(self.keyring, chain_id)
            self.anchors = Anchors([one for one in self.options.get("anchors", []) if one["chainId"] == chain_id])
        return True

    def place(self, receipt, seq, say):
        if receipt["timestamp"] > self.latest:
            say("TIME_IN_FUTURE")
        previous = self.previous
        before = None if previous is None else int(previous["seq"].value)
        if before is not None and seq <= before:
            say("SEQ_REPEATED")
            return False
        if seq == 0:
            self.root = receipt["receiptHash"]
            if receipt["prevReceiptHash"] != digest("quittance/1 genesis\n%s\n" % receipt["chainId"]):
                say("GENESIS_MISMATCH")
            if self.expect.get("root") not in (None, self.root):
                say("GENESIS_MISMATCH")
        if previous is None:
            return True
        if seq - before == 1:
            if receipt["prevReceiptHash"] != previous["receiptHash"]:
                say("LINK_MISMATCH")
        elif seq - before - 1 > self.unplaced:
            say("SEQ_GAP")
        if receipt["timestamp"] < previous["timestamp"]:
            say("TIME_WENT_BACK")
        if self.ended is not None:
            say("HEAD_MISMATCH")
        return True

    def explain(self, receipt):
        """A retention receipt that explains why the chain begins late."""
        event = receipt.get("retention", {})
        entry = self.keyring.get(receipt["keyId"])
        if event.get("event") != "prune" or entry is None or "retention" not in entry.uses or self.pruned_at:
            return
        through = event["through"]
        same = through["receiptHash"] == self.first_receipt["prevReceiptHash"]
        if int(through["seq"].value) == self.first - 1 and same:
            self.pruned_at = receipt["timestamp"]

    def beginning(self):
        wants_root = self.expect.get("root") is not None
        wanted = 0 if wants_root else self.expect.get("fromSeq", 0)
        if self.first is None or self.first - self.unread <= wanted:
            return
        if self.pruned_at is None:
            self.problem("STARTS_LATE", self.first)
            return
        accepted = self.options.get("acceptPruned")
        kept = (ms_of(self.pruned_at) - ms_of(self.first_receipt["timestamp"])) / 86400000
        if accepted is None or wants_root or kept < accepted["minDays"]:
            self.problem("PRUNED", self.first)

    def reach(self, last):
        head, to_seq = self.expect.get("head"), self.expect.get("toSeq")
        from_seq, least = self.expect.get("fromSeq"), self.expect.get("minReceipts")
        if head is not None and self.head_found is None:
            self.problem("HEAD_NOT_REACHED")
        if to_seq is not None and (last is None or last < to_seq):
            self.problem("HEAD_NOT_REACHED")
        if from_seq is not None and to_seq is None and last is not None and last < from_seq:
            self.problem("HEAD_NOT_REACHED")
        if least is not None and self.checked < least:
            self.problem("HEAD_NOT_REACHED")

    def finish(self):
        last = None if self.previous is None else int(self.previous["seq"].value)
        if self.checked == 0:
            self.problem("EMPTY")
        self.beginning()
        self.reach(last)
        if self.anchors is None:
            asked = self.options.get("anchors", [])
            self.anchors = Anchors([one for one in asked if self.chain_id in (None, one["chainId"])])
        self.anchors.finish(self.problem)
        if self.trust:
            for code, seq, count in self.trust.finish(self.anchors.matched):
                self.problem(code, seq, None, count)
        tail = "unproved"
        if last is not None:
            if self.ended == last:
                tail = "chain-end"
            elif self.head_found == "match" and self.expect["head"]["seq"] == last:
                tail = "expected-head"
            elif any(one["size"] == last + 1 for one in self.anchors.matched):
                tail = "checkpoint"
        covered = tail != "unproved"
        if covered and "vouches" in self.options:
            # where logs are asked for, the word of the chain's own key is not enough for its end
            whole = self.worst != "INVALID" and self.first == 0
            vouches = self.options["vouches"]
            covered = whole and any(one["size"] == last + 1 and vouches(one) for one in self.anchors.matched)
            if not covered and tail == "checkpoint":
                tail = "unproved"
        if self.options.get("requireTail") and not covered:
            self.problem("TAIL_UNPROVED", last)
        scope = {"tail": tail}
        for name, value in (("chainId", self.chain_id), ("root", self.root), ("fromSeq", self.first), ("toSeq", last)):
            if value is not None:
                scope[name] = value
        if last is not None:
            scope["head"] = {"seq": last, "receiptHash": self.previous["receiptHash"]}
        return {
            "verdict": self.worst,
            "scope": scope,
            "checked": self.checked,
            "problems": self.problems,
            "counts": self.counts,
            "notices": self.notices,
        }

    def held(self, result):
        """@returns the anchors that it leads to, from seq 0 on"""
        # of an empty tree every chain is a continuation
        return [one for one in self.anchors.matched if one["size"] > 0] if result["scope"].get("fromSeq") == 0 else []


class Soundness:
    """Up to where a log's chain stands, whatever is wrong behind it."""

    def __init__(self):
        self.revokes = False

    def hear(self, receipt):
        """@param receipt one against which nothing was found"""
        if receipt.get("key", {}).get("event") == "revoke":
            self.revokes = True

    def through(self, result):
        """@returns how many first receipts count; none of a chain that contradicts a checkpoint, or found late ones at its end"""
        if result["verdict"] != "INVALID":
            return math.inf
        counts = result["counts"]
        if "CHECKPOINT_MISMATCH" in counts or (self.revokes and "KEY_REVOKED" in counts):
            return 0
        # what is not listed stands behind all that is
        full = len(result["problems"]) >= MAX_LISTED
        standing = [one for one in result["problems"] if full or one["code"] in INVALID_CODES]
        nowhere = math.inf if not full and all("seq" in one or "line" in one for one in standing) else 0
        return min(one.get("seq", nowhere) for one in standing)


def finding(code, seq, line):
    found = {"code": code}
    if seq is not None:
        found["seq"] = seq
    if line is not None:
        found["line"] = line
    return found


def judge_chain(chunks, keyring, options, hear=None):
    """@param chunks bytes of JSON Lines, as they come. @returns the result"""
    return judge_lines(chunks, Chain(keyring, options, hear))


def judge_lines(chunks, chain):
    held = b""
    for chunk in chunks:
        lines = (held + chunk).split(b"\n")
        held = lines.pop()
        for line in lines:
            chain.next(line)
        # of a line that is too long already, only that is kept
        if len(held) > 2 * MAX_LINE:
            held = held[: MAX_LINE + 1]
    if held:
        chain.next(held, False)
    return chain.finish()


# ---------------------------------------------------------------------------------------------------------------------
# Signed notes, checkpoints and policies of transparency logs (C2SP)


class Malformed(Exception):
    """A text that can't be read."""


COUNT = re.compile(r"0|[1-9][0-9]{0,15}")


def count_in(value):
    number_ = int(value) if COUNT.fullmatch(value) else None
    return None if number_ is None or number_ > MAX_INT else number_


def bytes_in(value):
    """@returns the bytes of a base64 text of one spelling; None for any other"""
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == value else None


KEY_TYPES = {1: 32, 4: 32, 6: 1312}
# what Unicode calls white space, and further control characters
NO_NAME = re.compile("[\\x00-\\x20+\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ud800-\\udfff]")


def is_key_name(name):
    return name != "" and not NO_NAME.search(name)


def key_id_of(name, kind, public_key):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:4]


class NoteKey:
    """A public key under a name, for one type of signature."""

    def __init__(self, name, kind, public_key):
        self.name, self.kind, self.public_key = name, kind, public_key
        self.id = key_id_of(name, kind, public_key)


def vkey_of(value):
    name, _, rest = value.partition("+")
    shown, _, encoded = rest.partition("+")
    material = bytes_in(encoded)
    if not is_key_name(name) or not re.fullmatch("[0-9a-f]{8}", shown) or not material:
        raise Malformed("a verifier key can't be read")
    kind, public_key = material[0], material[1:]
    if KEY_TYPES.get(kind) != len(public_key):
        raise Malformed("a verifier key is of a type that is not known")
    key = NoteKey(name, kind, public_key)
    if key.id.hex() != shown:
        raise Malformed("a verifier key has an id that is not its own")
    return key


def note_of(data):
    """@returns the text of a note and its signatures (name, key id, bytes)"""
    if not 0 < len(data) <= 1000000:
        raise Malformed("it is empty or too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8")
    if not whole.endswith("\n") or re.search("[\x00-\x09\x0b-\x1f]", whole):
        raise Malformed("it has control characters, or no newline at its end")
    gap = whole.rfind("\n\n")
    if gap < 0:
        raise Malformed("no empty line stands before its signatures")
    lines = whole[gap + 2 : -1].split("\n")
    if len(lines) > 100:
        raise Malformed("it has too many signatures")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        signed = bytes_in(parts[2]) if len(parts) == 3 else None
        if parts[0] != "\u2014" or signed is None or len(signed) <= 4 or not is_key_name(parts[1]):
            raise Malformed("a line is no signature")
        signatures.append((parts[1], signed[:4], signed[4:]))
    return whole[: gap + 1], signatures


def checkpoint_of(data):
    note, signatures = note_of(data)
    lines = note.split("\n")
    body = lines[:-1]
    size = count_in(body[1]) if len(body) > 1 else None
    root = bytes_in(body[2]) if len(body) > 2 else None
    if len(body) < 3 or "" in body or size is None or root is None or len(root) != 32:
        raise Malformed("it is no checkpoint")
    if size == 0 and root != hashlib.sha256(b"").digest():
        raise Malformed("its root is not that of an empty tree")
    return {"origin": body[0], "size": size, "root": root, "text": note, "signatures": signatures}


class LogPolicy:
    """Logs, witnesses and how many of them it takes."""

    def __init__(self):
        self.logs, self.witnesses, self.groups, self.quorum = [], [], [], None

    def times(self, cosigned):
        """@param cosigned the time of each witness that cosigned, by its key. @returns the quorum's, or None"""
        if self.quorum == "none":
            return math.inf
        times = {name: cosigned.get((key.name, key.kind, key.public_key)) for name, key in self.witnesses}
        for name, threshold, names in self.groups:
            known = sorted(times[one] for one in names if times[one] is not None)
            times[name] = known[threshold - 1] if len(known) >= threshold else None
        return times[self.quorum]


def log_policy_of(value):
    data = value.encode("utf-8", "surrogatepass")
    if len(data) > 1000000 or not data.endswith(b"\n"):
        raise Malformed("the policy is too long, or its last line has no newline")
    policy, names, used = LogPolicy(), set(), set()
    octets = data.decode("latin-1")
    lines = octets[:-1].split("\n")
    if len(lines) > 10000:
        raise Malformed("the policy has too many lines")
    for line in lines:
        if re.search("[\x00-\x08\x0b-\x1f\x7f]", line):
            raise Malformed("the policy has a control character")
        items = [item for item in re.split("[ \t]+", line) if item]
        if not items or items[0].startswith("#"):
            continue
        policy_line(policy, items, names, used)
    if policy.quorum is None:
        raise Malformed("the policy has no quorum line")
    return policy


def policy_line(policy, items, names, used):
    word, count = items[0], len(items)
    as_text = lambda item: item.encode("latin-1").decode("utf-8", "replace")  # noqa: E731
    if word == "log" and count in (2, 3):
        key = vkey_of(as_text(items[1]))
        if key.kind == 4 or any(one.public_key == key.public_key for one in policy.logs):
            raise Malformed("a log has a witness's key, or another log's")
        policy.logs.append(key)
    elif word == "witness" and count in (3, 4):
        key = vkey_of(as_text(items[2]))
        if key.kind == 1 or any(one.public_key == key.public_key for _, one in policy.witnesses):
            raise Malformed("a witness has a log's key, or another witness's")
        define(items[1], names)
        policy.witnesses.append((items[1], key))
    elif word == "group" and count >= 4:
        members_ = items[3:]
        threshold = {"any": 1, "all": len(members_)}.get(items[2], count_in(items[2]))
        if threshold is None or not 1 <= threshold <= len(members_):
            raise Malformed("a group has no threshold")
        for one in members_:
            if one not in names or one in used:
                raise Malformed("a member of a group is not defined, or a member twice")
            used.add(one)
        define(items[1], names)
        policy.groups.append((items[1], threshold, members_))
    elif word == "quorum" and count == 2 and policy.quorum is None and (items[1] == "none" or items[1] in names):
        policy.quorum = items[1]
    else:
        raise Malformed("the policy has a line that is none")


def define(name, names):
    if name == "none" or name in names:
        raise Malformed("a name is defined twice")
    names.add(name)


def ed25519_verifies(public_key, message, signature):
    key = admit(public_key)
    return key is not None and key.verifies(message, signature)


LAST_SECOND = 253402300799


def end_of_second(second):
    """A cosignature has whole seconds: what it saw was there at their end. Years beyond 9999 date nothing."""
    return None if second is None or second > LAST_SECOND else time_of(second * 1000 + 999)


class WrongSignature(Exception):
    """A line that claims to be of a trusted key, and is not."""


def cosigned_at(data):
    """@returns the second that stands before a cosignature; None where there is none, or it is beyond all numbers"""
    at = struct.unpack(">Q", data[:8])[0] if len(data) > 8 else None
    return None if at is None or at > MAX_INT else at


def named(name):
    """@returns a name behind its length; None where that is no byte"""
    data = name.encode()
    return bytes((len(data),)) + data if 0 < len(data) < 256 else None


def cosigns(key, checkpoint, data):
    """Whether a key signed a checkpoint at the time that the line says (C2SP tlog-cosignature)."""
    at = cosigned_at(data)
    if at is None:
        return False
    if key.kind == 4:
        message = b"cosignature/v1\ntime %d\n%s" % (at, checkpoint["text"].encode())
        return ed25519_verifies(key.public_key, message, data[8:])
    # of ML-DSA-44 keys: the tree from leaf 0 on, and nothing of further lines
    who, origin = named(key.name), named(checkpoint["origin"])
    if who is None or origin is None:
        return False
    tree = struct.pack(">QQ", 0, checkpoint["size"]) + checkpoint["root"]
    message = b"subtree/v1\n\0" + who + struct.pack(">Q", at) + origin + tree
    return ml_dsa_verifies(key.public_key, message, data[8:])


def open_checkpoint(checkpoint, policy):
    """@returns who signed and saw it; None where no log of the policy signed it"""
    origin, note = checkpoint["origin"], checkpoint["text"].encode()
    own = [key for key in policy.logs if key.name == origin]
    above, _, mark = origin.rpartition("/")
    is_chain = not own and re.fullmatch("[0-9a-f]{16}", mark) is not None
    logs = own or ([key for key in policy.logs if key.name == above] if is_chain else [])
    signed = None
    for log in logs:
        key = NoteKey(origin, log.kind, log.public_key)
        lines = [one for one in checkpoint["signatures"] if one[0] == key.name and one[1] == key.id]
        for _, _, data in lines:
            if not (ed25519_verifies(key.public_key, note, data) if key.kind == 1 else cosigns(key, checkpoint, data)):
                raise WrongSignature
        if lines:
            signed = signed or log
    if signed is None:
        return None
    cosigned = {}
    for _, key in policy.witnesses:
        for name, key_id, data in checkpoint["signatures"]:
            if name != key.name or key_id != key.id:
                continue
            if not cosigns(key, checkpoint, data):
                raise WrongSignature
            at = cosigned_at(data)
            slot = (key.name, key.kind, key.public_key)
            cosigned[slot] = min(cosigned.get(slot, math.inf), at or math.inf)
    seen = policy.times(cosigned)
    return {
        "kind": "chain" if is_chain else "log",
        "log": signed.name,
        "witnessed": seen is not None,
        "witnessedAt": end_of_second(seen),
    }


# ---------------------------------------------------------------------------------------------------------------------
# Signatures of time-stamp authorities: RSA, ECDSA, Ed448. Only verification, so that nothing here is secret and nothing has to
# take the same time whatever the numbers are.


def rsa_opened(key, signature):
    """@returns what an RSA signature holds, as long as the modulus; None where it is no signature of that key"""
    modulus, exponent = key
    value = int.from_bytes(signature, "big")
    if len(signature) != (modulus.bit_length() + 7) // 8 or value >= modulus:
        return None
    return pow(value, exponent, modulus).to_bytes(len(signature), "big")


# RFC 8017, 9.2: what stands before a hash
DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def rsa_pkcs1_verifies(key, hash_name, data, signature):
    opened = rsa_opened(key, signature)
    if opened is None:
        return False
    ending = DIGEST_INFO[hash_name] + hashlib.new(hash_name, data).digest()
    return opened == b"\0\1" + b"\xff" * (len(opened) - len(ending) - 3) + b"\0" + ending


def rsa_pss_verifies(key, hash_name, salt_length, data, signature):
    """RFC 8017, 9.1.2, with MGF1 of the same hash."""
    opened, size = rsa_opened(key, signature), hashlib.new(hash_name).digest_size
    bits = key[0].bit_length() - 1
    length = (bits + 7) // 8
    if opened is None or length < size + salt_length + 2 or opened[-1] != 0xBC:
        return False
    # where the modulus has one bit more than whole bytes, a byte is left over, and must be 0
    if any(opened[:-length]):
        return False
    opened = opened[-length:]
    masked, hashed = opened[: length - size - 1], opened[-size - 1 : -1]
    mask = b"".join(
        hashlib.new(hash_name, hashed + struct.pack(">I", counter)).digest() for counter in range(length // size + 1)
    )
    spare = 8 * length - bits
    if masked[0] >> (8 - spare):
        return False
    block = int.from_bytes(masked, "big") ^ int.from_bytes(mask[: len(masked)], "big")
    block = (block & ((1 << 8 * len(masked) - spare) - 1)).to_bytes(len(masked), "big")
    padding = len(masked) - salt_length - 1
    if any(block[:padding]) or block[padding] != 1:
        return False
    message = b"\0" * 8 + hashlib.new(hash_name, data).digest() + block[padding + 1 :]
    return hashlib.new(hash_name, message).digest() == hashed


class Curve:
    """A curve y^2 = x^3 + ax + b over a prime field. Points are (X, Y, Z) for x = X/Z^2, y = Y/Z^3; None is the neutral one."""

    def __init__(self, constants):
        self.p, self.a, self.b, x, y, self.n = (int(one, 16) for one in constants.split())
        self.base = (x, y, 1)

    def double(self, point):
        if point is None or point[1] == 0:
            return None
        p, (x, y, z) = self.p, point
        square = y * y % p
        s = 4 * x * square % p
        m = (3 * x * x + self.a * pow(z, 4, p)) % p
        new = (m * m - 2 * s) % p
        return new, (m * (s - new) - 8 * square * square) % p, 2 * y * z % p

    def add(self, one, other):
        if one is None or other is None:
            return one or other
        p, (x1, y1, z1), (x2, y2, z2) = self.p, one, other
        square1, square2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * square2 % p, x2 * square1 % p
        s1, s2 = y1 * z2 * square2 % p, y2 * z1 * square1 % p
        if u1 == u2:
            return self.double(one) if s1 == s2 else None
        h, r = u2 - u1, s2 - s1
        cube = h * h % p
        v, cube = u1 * cube % p, h * cube % p
        x = (r * r - cube - 2 * v) % p
        return x, (r * (v - x) - s1 * cube) % p, h * z1 * z2 % p

    def sum_of(self, factor1, point1, factor2, point2):
        """factor1 times point1 and factor2 times point2, both in one pass."""
        both, result = self.add(point1, point2), None
        for bit in range(max(factor1.bit_length(), factor2.bit_length()) - 1, -1, -1):
            result = self.double(result)
            chosen = (factor1 >> bit & 1) + 2 * (factor2 >> bit & 1)
            if chosen:
                result = self.add(result, (point1, point2, both)[chosen - 1])
        return result

    def point_in(self, data):
        """@returns a point of the curve, as SEC 1 writes it; None for anything else"""
        size, form = (self.p.bit_length() + 7) // 8, data[:1]
        x = int.from_bytes(data[1 : 1 + size], "big")
        # every prime here is 3 modulo 4, so that this is a root where there is one
        square = (x * x * x + self.a * x + self.b) % self.p
        root = pow(square, (self.p + 1) // 4, self.p)
        if x >= self.p or root * root % self.p != square:
            return None
        if form in (b"\2", b"\3") and len(data) == 1 + size:
            return x, root if root & 1 == form[0] & 1 else self.p - root, 1
        y = int.from_bytes(data[1 + size :], "big")
        if form not in (b"\4", b"\6", b"\7") or len(data) != 1 + 2 * size or y not in (root, self.p - root):
            return None
        return None if form != b"\4" and y & 1 != form[0] & 1 else (x, y, 1)

    def verifies(self, point, hashed, r, s):
        """ECDSA, SEC 1, 4.1.4."""
        if not (0 < r < self.n and 0 < s < self.n):
            return False
        value = int.from_bytes(hashed, "big") >> max(0, 8 * len(hashed) - self.n.bit_length())
        inverse = pow(s, self.n - 2, self.n)
        found = self.sum_of(value * inverse % self.n, self.base, r * inverse % self.n, point)
        if found is None:
            return False
        x, _, z = found
        return x * pow(z, self.p - 3, self.p) % self.p % self.n == r


# p, a, b, the base point, and its order
CURVES = (
    (
        "1.2.840.10045.3.1.7",  # P-256
        """ffffffff00000001000000000000000000000000ffffffffffffffffffffffff
        ffffffff00000001000000000000000000000000fffffffffffffffffffffffc
        5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
        6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296
        4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5
        ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551""",
    ),
    (
        "1.3.132.0.34",  # P-384
        """fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff
        fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc
        b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef
        aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7
        3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f
        ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973""",
    ),
    (
        "1.3.132.0.35",  # P-521
        """1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc
        51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00
        c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66
        11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650
        1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409""",
    ),
    (
        "1.3.36.3.3.2.8.1.1.7",  # brainpoolP256r1
        """a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377
        7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9
        26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6
        8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262
        547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997
        a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7""",
    ),
    (
        "1.3.36.3.3.2.8.1.1.11",  # brainpoolP384r1
        """8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53
        7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826
        4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11
        1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e
        8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315
        8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565""",
    ),
    (
        "1.3.36.3.3.2.8.1.1.13",  # brainpoolP512r1
        """aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3
        7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca
        3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723
        81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822
        7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892
        aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069""",
    ),
)


def ecdsa_verifies(curve, point, hash_name, data, signature):
    try:
        parts = Parts(der_of(signature))
        r, s = natural_in(parts.take(INTEGER)), natural_in(parts.take(INTEGER))
        parts.end()
    except Malformed:
        return False
    return curve.verifies(point, hashlib.new(hash_name, data).digest(), r, s)


# Ed448, RFC 8032: x^2 + y^2 = 1 + d x^2 y^2; points are (X, Y, Z) for x = X/Z, y = Y/Z
P448 = 2**448 - 2**224 - 1
D448 = -39081
L448 = 2**446 - 13818066809895115352007386748515426880336692474882178609894547503885


def add448(one, other):
    (x1, y1, z1), (x2, y2, z2) = one, other
    a = z1 * z2 % P448
    b, c, d = a * a % P448, x1 * x2 % P448, y1 * y2 % P448
    e = D448 * c * d % P448
    f, g = b - e, b + e
    h = (x1 + y1) * (x2 + y2) % P448
    return a * f * (h - c - d) % P448, a * g * (d - c) % P448, f * g % P448


def multiply448(factor, point):
    result = (0, 1, 1)
    while factor:
        if factor & 1:
            result = add448(result, point)
        point = add448(point, point)
        factor >>= 1
    return result


def point448(data):
    """@returns a point; None where the 57 bytes are none"""
    number_ = int.from_bytes(data, "little")
    y, sign = number_ & ((1 << 455) - 1), number_ >> 455
    if len(data) != 57 or y >= P448:
        return None
    above, below = (y * y - 1) % P448, (D448 * y * y - 1) % P448
    square = above * pow(below, P448 - 2, P448) % P448
    x = pow(square, (P448 + 1) // 4, P448)
    if x * x % P448 != square or (x == 0 and sign):
        return None
    return (P448 - x if x & 1 != sign else x), y, 1


BASE448 = (
    int(
        "4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05e",
        16,
    ),
    int(
        "693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14",
        16,
    ),
    1,
)


def admits448(data):
    """Whether a key may be one: with a point whose order divides 4, one signature would be good for everything."""
    y = int.from_bytes(data, "little") & (1 << 455) - 1
    return len(data) == 57 and y not in (0, 1, P448 - 1)


def ed448_verifies(public_key, data, signature):
    """RFC 8032, 5.2.7, with the cofactor, as the RFC has it."""
    key, point = point448(public_key), point448(signature[:57])
    s = int.from_bytes(signature[57:], "little")
    if len(signature) != 114 or key is None or point is None or s >= L448:
        return False
    hashed = hashlib.shake_256(b"SigEd448\0\0" + signature[:57] + public_key + data).digest(114)
    k = int.from_bytes(hashed, "little") % L448
    # of both sides the difference, four times
    negated = add448((-point[0], point[1], 1), multiply448(k, (-key[0], key[1], 1)))
    x, y, z = multiply448(4, add448(multiply448(s, BASE448), negated))
    return x % P448 == 0 and (y - z) % P448 == 0


# ---------------------------------------------------------------------------------------------------------------------
# ASN.1 in DER, strictly: of each value one spelling, and nothing between and behind.

BOOLEAN, INTEGER, BIT_STRING, OCTETS, OID, ENUMERATED, UTC_TIME, GENERAL_TIME = 1, 2, 3, 4, 6, 10, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
MOST_LEVELS = 40


def tagged_by(number_, constructed=True):
    """The tag [n] of the context."""
    return (0xA0 if constructed else 0x80) | number_


class Der:
    """One element: its tag, all of its bytes, its content, and what is in it."""

    __slots__ = ("tag", "raw", "content", "children")

    def __init__(self, tag, raw, content, children):
        self.tag, self.raw, self.content, self.children = tag, raw, content, children


def der_elements(data, level=0):
    found, at = [], 0
    while at < len(data):
        tag = data[at]
        begin, end = der_bounds(data, at + 1)
        # none of what is read here has a tag above 30
        if tag & 0x1F == 0x1F or level > MOST_LEVELS or end > len(data):
            raise Malformed("it is not DER")
        content = data[begin:end]
        found.append(Der(tag, data[at:end], content, der_elements(content, level + 1) if tag & 0x20 else []))
        at = end
    return found


def der_bounds(data, at):
    """@returns where a content begins and ends, by its length, which must be in its shortest form"""
    length, at = data[at : at + 1], at + 1
    if not length or length == b"\x80":
        raise Malformed("a length is missing")
    if length[0] < 0x80:
        return at, at + length[0]
    count = length[0] & 0x7F
    digits = data[at : at + count]
    length = int.from_bytes(digits, "big")
    if count > 4 or len(digits) < count or digits[0] == 0 or length < 0x80:
        raise Malformed("a length is not in its shortest form")
    return at + count, at + count + length


def der_of(data):
    elements = der_elements(data)
    if len(elements) != 1:
        raise Malformed("it is not one element")
    return elements[0]


class Parts:
    """Takes what is in an element in its order."""

    def __init__(self, der, tag=SEQUENCE):
        if der.tag != tag:
            raise Malformed("a part is of another kind")
        self.left = collections.deque(der.children)

    def any(self):
        if not self.left:
            raise Malformed("a part is missing")
        return self.left.popleft()

    def take(self, *tags):
        found = self.any()
        if found.tag not in tags:
            raise Malformed("a part is of another kind")
        return found

    def maybe(self, tag):
        return self.left.popleft() if self.left and self.left[0].tag == tag else None

    def end(self):
        if self.left:
            raise Malformed("it has parts that do not belong there")


def oid(dotted):
    """@returns the content of an object identifier"""
    first, second, *rest = (int(one) for one in dotted.split("."))
    data = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc > 0x7F:
            arc >>= 7
            digits.insert(0, arc & 0x7F | 0x80)
        data += bytes(digits)
    return data


# no number in it has zeros before it; and nobody uses longer ones
IDENTIFIER = re.compile(rb"(?:(?!\x80)[\x80-\xff]*[\x00-\x7f])+")


def oid_in(der):
    if der.tag != OID or len(der.content) > 64 or not IDENTIFIER.fullmatch(der.content):
        raise Malformed("an object identifier is missing")
    return der.content


def small_in(der):
    value = int.from_bytes(der.content, "big")
    if not der.content or der.content[0] > 127 or value >= 2**31:
        raise Malformed("a number is out of range")
    return value


def integer_in(der):
    """@returns the content of a number of any size and sign, which must be in its shortest form"""
    content = der.content
    padded = content[1:2] and ((content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80))
    if der.tag != INTEGER or not content or padded:
        raise Malformed("a number is missing")
    return content


def small_integer_in(der):
    integer_in(der)
    return small_in(der)


def natural_in(der):
    content = integer_in(der)
    if content[0] > 127:
        raise Malformed("a number is negative")
    return int.from_bytes(content, "big")


def truth_in(der):
    if der.tag != BOOLEAN or der.content not in (b"\0", b"\xff"):
        raise Malformed("a part is neither true nor false")
    return der.content != b"\0"


def octets_in(der):
    if der.tag != OCTETS:
        raise Malformed("an octet string is missing")
    return der.content


def unused_bits(der, tag=BIT_STRING):
    """@returns how many bits of its last byte are none; they must be 0"""
    unused, last = (der.content[0], der.content[-1] if len(der.content) > 1 else 0) if der.content else (8, 0)
    if der.tag != tag or unused > 7 or (len(der.content) == 1 and unused) or last & (1 << unused) - 1:
        raise Malformed("a bit string is missing")
    return unused


def whole_bits_in(der):
    """@returns the bytes of a bit string that has whole bytes"""
    if unused_bits(der):
        raise Malformed("a bit string is missing")
    return der.content[1:]


def bits_in(der):
    """@returns which bits are set, counted from 0"""
    unused_bits(der)
    return {8 * at + bit for at, byte in enumerate(der.content[1:]) for bit in range(8) if byte & 0x80 >> bit}


GENERALIZED = re.compile(rb"([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]*[1-9]))?Z")


def general_time_in(der):
    """@returns milliseconds since 1970, and whether something below one was cut off"""
    match = GENERALIZED.fullmatch(der.content)
    if der.tag != GENERAL_TIME or match is None:
        raise Malformed("a time is missing")
    *parts, fraction = (one.decode() for one in match.groups(b""))
    at = "%s-%s-%sT%s:%s:%s.%sZ" % (*parts, fraction[:3].ljust(3, "0"))
    if not is_time(at):
        raise Malformed("a time is none")
    return ms_of(at), len(fraction) > 3


class Algorithm:
    """An algorithm by its identifier, and its parameters."""

    def __init__(self, der):
        parts = Parts(der)
        self.id, self.raw = oid_in(parts.any()), der.raw
        self.parameters = parts.any() if parts.left else None
        parts.end()
        if self.parameters is None or self.parameters.raw == b"\5\0" or self.parameters.tag == SEQUENCE:
            return
        oid_in(self.parameters)


# ---------------------------------------------------------------------------------------------------------------------
# Which signatures count, of which keys. A hash or a key that proves nothing any more is "weak": what is signed by it is INVALID.

WEAK = "weak"
HASHES = {
    oid("2.16.840.1.101.3.4.2.1"): "sha256",
    oid("2.16.840.1.101.3.4.2.2"): "sha384",
    oid("2.16.840.1.101.3.4.2.3"): "sha512",
    # SHA-1, MD5, MD2
    oid("1.3.14.3.2.26"): WEAK,
    oid("1.2.840.113549.2.5"): WEAK,
    oid("1.2.840.113549.2.2"): WEAK,
}
SCHEMES = {
    oid("1.2.840.113549.1.1.11"): ("rsa", "sha256"),
    oid("1.2.840.113549.1.1.12"): ("rsa", "sha384"),
    oid("1.2.840.113549.1.1.13"): ("rsa", "sha512"),
    oid("1.2.840.113549.1.1.5"): ("rsa", WEAK),
    oid("1.2.840.113549.1.1.4"): ("rsa", WEAK),
    oid("1.2.840.113549.1.1.2"): ("rsa", WEAK),
    oid("1.2.840.10045.4.3.2"): ("ec", "sha256"),
    oid("1.2.840.10045.4.3.3"): ("ec", "sha384"),
    oid("1.2.840.10045.4.3.4"): ("ec", "sha512"),
    oid("1.2.840.10045.4.1"): ("ec", WEAK),
}
RSA_ENCRYPTION = oid("1.2.840.113549.1.1.1")
RSA_PSS = oid("1.2.840.113549.1.1.10")
MGF1 = oid("1.2.840.113549.1.1.8")
EC_KEY = oid("1.2.840.10045.2.1")
EDWARDS = {oid("1.3.101.112"): "ed25519", oid("1.3.101.113"): "ed448"}
NAMED_CURVES = {oid(name): Curve(constants) for name, constants in CURVES}
LEAST_RSA_BITS, MOST_RSA_BITS = 2048, 16384


def hash_of(algorithm):
    """@returns a hash, WEAK, or None where it is not known here"""
    return HASHES.get(algorithm.id)


class PssParameters:
    """What RFC 4055 writes behind id-RSASSA-PSS. Both hashes are SHA-1 where they are left out."""

    def __init__(self, der):
        parts = Parts(der)
        inner = [parts.maybe(tagged_by(number_)) for number_ in range(4)]
        parts.end()
        hash_, mask, salt, trailer = (one.children[0] if one and one.children else None for one in inner)
        self.salt = 20
        if hash_ is None or mask is None:
            self.hash = WEAK
            return
        mask, self.hash = Algorithm(mask), hash_of(Algorithm(hash_))
        known = mask.id == MGF1 and mask.parameters is not None
        if not known or hash_of(Algorithm(mask.parameters)) != self.hash:
            self.hash = None
        elif trailer is not None and small_integer_in(trailer) != 1:
            self.hash = None
        elif salt is not None:
            self.salt = small_integer_in(salt)


class AuthorityKey:
    """The public key of a certificate."""

    def __init__(self, kind, material=None, strength="good", limits=None):
        self.kind, self.material, self.strength, self.limits = kind, material, strength, limits
        # what two keys have in common only where they are one
        self.id = None


def authority_key(algorithm, data):
    """@returns a key; None where it can't be read"""
    key = read_key(algorithm, data)
    if key is not None:
        key.id = hashlib.sha256(algorithm.raw + data).digest()
    return key


def read_key(algorithm, data):
    try:
        if algorithm.id in (RSA_ENCRYPTION, RSA_PSS):
            return rsa_key(algorithm, Parts(der_of(data)))
        if algorithm.id in EDWARDS:
            kind = EDWARDS[algorithm.id]
            fits = admit(data) is not None if kind == "ed25519" else admits448(data)
            return AuthorityKey(kind, data) if fits and algorithm.parameters is None else None
        if algorithm.id != EC_KEY or algorithm.parameters is None:
            return None
        # a curve that is written out, and not named, is none that is known
        curve = NAMED_CURVES.get(oid_in(algorithm.parameters))
        point = curve and curve.point_in(data)
        return AuthorityKey("ec", (curve, point)) if point else None
    except Malformed:
        return None


def rsa_key(algorithm, parts):
    modulus, exponent = natural_in(parts.take(INTEGER)), natural_in(parts.take(INTEGER))
    parts.end()
    # what nobody's key has: everybody could sign with it, or checking would take for ever
    if modulus % 2 == 0 or modulus.bit_length() > MOST_RSA_BITS:
        return None
    if exponent % 2 == 0 or exponent < 3 or exponent.bit_length() > 64:
        return None
    strength = "good" if modulus.bit_length() >= LEAST_RSA_BITS else WEAK
    if algorithm.id == RSA_ENCRYPTION:
        return AuthorityKey("rsa", (modulus, exponent), strength)
    limits = None if algorithm.parameters is None else PssParameters(algorithm.parameters)
    if limits is not None and limits.hash in (None, WEAK):
        return None
    return AuthorityKey("rsa-pss", (modulus, exponent), strength, limits)


signatures_checked = {}


def check_signature(algorithm, key, data, signature, digest_algorithm=None):
    """@param digest_algorithm of a CMS signer, where the hash may stand. @returns good, wrong, weak or unsupported"""
    if key is None:
        return "unsupported"
    # a token may bring many certificates of one name and key, and each way through them asks once more
    by_digest = digest_algorithm and digest_algorithm.raw
    slot = (key.id, algorithm.raw, by_digest, hashlib.sha256(data).digest(), hashlib.sha256(signature).digest())
    if slot not in signatures_checked:
        if len(signatures_checked) > 4096:
            signatures_checked.clear()
        signatures_checked[slot] = find_signature(algorithm, key, data, signature, digest_algorithm)
    return signatures_checked[slot]


def find_signature(algorithm, key, data, signature, digest_algorithm):
    if key.strength != "good":
        return key.strength
    verdict = lambda holds: "good" if holds else "wrong"  # noqa: E731
    if algorithm.id in EDWARDS:
        verifies = ed25519_verifies if key.kind == "ed25519" else ed448_verifies
        return verdict(key.kind == EDWARDS[algorithm.id] and verifies(key.material, data, signature))
    if algorithm.id == RSA_PSS:
        pss = None if algorithm.parameters is None else PssParameters(algorithm.parameters)
        if pss is None or pss.hash is None:
            return "unsupported"
        if pss.hash == WEAK:
            return WEAK
        limits = key.limits
        fits = limits is None or (limits.hash == pss.hash and pss.salt >= limits.salt)
        allowed = key.kind in ("rsa", "rsa-pss") and fits
        return verdict(allowed and rsa_pss_verifies(key.material, pss.hash, pss.salt, data, signature))
    family, hash_name = SCHEMES.get(algorithm.id, ("rsa", None))
    if algorithm.id == RSA_ENCRYPTION and digest_algorithm is not None:
        hash_name = hash_of(digest_algorithm)
    if hash_name is None:
        return "unsupported"
    if hash_name == WEAK:
        return WEAK
    if key.kind != family:
        return "wrong"
    if family == "rsa":
        return verdict(rsa_pkcs1_verifies(key.material, hash_name, data, signature))
    return verdict(ecdsa_verifies(*key.material, hash_name, data, signature))


# ---------------------------------------------------------------------------------------------------------------------
# Certificates and revocation lists (RFC 5280)

KEY_USAGE, EXTENDED_USE = oid("2.5.29.15"), oid("2.5.29.37")
SUBJECT_NAMES, BASIC_CONSTRAINTS = oid("2.5.29.17"), oid("2.5.29.19")
SUBJECT_KEY, AUTHORITY_KEY, CERTIFICATE_POLICIES = oid("2.5.29.14"), oid("2.5.29.35"), oid("2.5.29.32")
# they limit what stands below, and are not worked out here
NOT_WORKED_OUT = {oid("2.5.29.30"), oid("2.5.29.36"), oid("2.5.29.54")}
UNDERSTOOD = {KEY_USAGE, SUBJECT_NAMES, BASIC_CONSTRAINTS, EXTENDED_USE, CERTIFICATE_POLICIES}
TIME_STAMPING, ANY_USE = oid("1.3.6.1.5.5.7.3.8"), oid("2.5.29.37.0")
SIGNS, COMMITS, ISSUES, LISTS = 0, 1, 5, 6


def name_in(der):
    """@returns a name in the one form that all names have that RFC 5280, 7.1, takes for it"""
    found = tuple(tuple(sorted(attribute_in(one) for one in Parts(each, SET).left)) for each in Parts(der).left)
    if () in found:
        raise Malformed("a name has an empty part")
    return found


# how the text types of a name are written
TEXT_TYPES = {0x0C: "utf-8", **dict.fromkeys((0x12, 0x13, 0x14, 0x16), "latin-1"), 0x1C: "utf-32-be", 0x1E: "utf-16-be"}


def attribute_in(der):
    """@returns its name and value: a text without case, in composed form, with one blank for several"""
    parts = Parts(der)
    name, value = oid_in(parts.any()), parts.any()
    parts.end()
    if value.tag == BIT_STRING:
        unused_bits(value)
        return name, "bits", value.content
    try:
        said = value.content.decode(TEXT_TYPES[value.tag])
    except (KeyError, UnicodeDecodeError):
        raise Malformed("a name is of no known kind")
    # this type has two bytes for a character, and no pairs
    if value.tag == 0x1E and any(one > "\uffff" for one in said):
        raise Malformed("a name is of no known kind")
    said = unicodedata.normalize("NFC", unicodedata.normalize("NFC", said).lower())
    return name, "text", re.sub("[\t-\r ]+", " ", said).strip(" ")


def date_in(der):
    """@returns milliseconds since 1970, of a date of a certificate"""
    if not re.fullmatch({UTC_TIME: rb"[0-9]{12}Z", GENERAL_TIME: rb"[0-9]{14}Z"}.get(der.tag, rb"\Z."), der.content):
        raise Malformed("a date is missing")
    century = b"" if der.tag == GENERAL_TIME else b"19" if der.content[:2] >= b"50" else b"20"
    return general_time_in(Der(GENERAL_TIME, b"", century + der.content, []))[0]


def extensions_in(der):
    """@returns whether each is critical, and its value, by its id"""
    found = {}
    for one in Parts(der).left:
        parts = Parts(one)
        name, critical = oid_in(parts.any()), parts.maybe(BOOLEAN)
        value = octets_in(parts.any())
        parts.end()
        if name in found:
            raise Malformed("an extension is there twice")
        found[name] = (critical is not None and truth_in(critical), value)
    if not found:
        raise Malformed("a list is empty")
    return found


def only_part(der):
    if len(der.children) != 1:
        raise Malformed("a part is missing, or there are several")
    return der.children[0]


class Certificate:
    """A certificate; a Malformed where it is none."""

    def __init__(self, data):
        whole = Parts(der_of(data))
        signed = whole.take(SEQUENCE)
        self.algorithm, self.signature = Algorithm(whole.take(SEQUENCE)), whole_bits_in(whole.any())
        whole.end()
        parts = Parts(signed)
        version = parts.maybe(tagged_by(0))
        if version is not None and natural_in(only_part(version)) > 2:
            raise Malformed("it is of a later version")
        self.serial = integer_in(parts.any())
        # what is signed must name the algorithm that signed it
        if parts.take(SEQUENCE).raw != self.algorithm.raw:
            raise Malformed("it names two algorithms")
        self.issuer = parts.any()
        dates = Parts(parts.any())
        self.not_before, self.not_after = date_in(dates.any()), date_in(dates.any())
        dates.end()
        self.subject_name, self.issuer_name = name_in(parts.any()), name_in(self.issuer)
        key = Parts(parts.any())
        self.key = authority_key(Algorithm(key.any()), whole_bits_in(key.any()))
        key.end()
        for tag in (tagged_by(1, False), tagged_by(2, False)):
            unique = parts.maybe(tag)
            if unique is not None:
                unused_bits(unique, tag)
        extensions = parts.maybe(tagged_by(3))
        parts.end()
        self.extensions = extensions_in(only_part(extensions)) if extensions else {}
        self.data, self.signed, self.id = data, signed.raw, hashlib.sha256(data).digest()

    def inner(self, name):
        """@returns what an extension holds; None where it is not there"""
        return der_of(self.extensions[name][1]) if name in self.extensions else None

    def key_usage(self):
        """@returns what the key is limited to; None where it is to nothing"""
        found = self.inner(KEY_USAGE)
        return None if found is None else bits_in(found)

    def extended_uses(self):
        found = self.inner(EXTENDED_USE)
        return None if found is None else [oid_in(one) for one in Parts(found).left]

    def constraints(self):
        """@returns whether it may issue, and how many authorities may stand below"""
        found = self.inner(BASIC_CONSTRAINTS)
        if found is None:
            return False, 0
        parts = Parts(found)
        issues, length = parts.maybe(BOOLEAN), parts.maybe(INTEGER)
        parts.end()
        return issues is not None and issues.content[:1] == b"\xff", math.inf if length is None else small_in(length)

    def subject_key(self):
        found = self.inner(SUBJECT_KEY)
        return None if found is None else found.content


REASON, BAD_SINCE = oid("2.5.29.21"), oid("2.5.29.24")
CHANGES_ONLY, ISSUING_POINT = oid("2.5.29.27"), oid("2.5.29.28")
# the key was good until then: affiliation changed, superseded, out of use
HARMLESS = (3, 4, 5)
ON_HOLD, NOT_ANY_MORE = 6, 8


class RevocationList:
    """A list that came with a token; a Malformed where it is none. It can only count against one."""

    def __init__(self, data):
        whole = Parts(der_of(data))
        signed = whole.take(SEQUENCE)
        self.algorithm, self.signature = Algorithm(whole.take(SEQUENCE)), whole_bits_in(whole.any())
        whole.end()
        self.signed = signed.raw
        parts = Parts(signed)
        version = parts.maybe(INTEGER)
        if version is not None and small_in(version) != 1:
            raise Malformed("its version is not 2")
        if parts.take(SEQUENCE).raw != self.algorithm.raw:
            raise Malformed("it names two algorithms")
        self.issuer_name, self.made = name_in(parts.any()), date_in(parts.any())
        following = parts.maybe(UTC_TIME) or parts.maybe(GENERAL_TIME)
        if following is not None:
            date_in(following)
        revoked = parts.maybe(SEQUENCE)
        extensions = parts.maybe(tagged_by(0))
        parts.end()
        self.extensions = extensions_in(only_part(extensions)) if extensions else {}
        self.entries, known = {}, True
        for one in revoked.children if revoked else []:
            known = self.read_entry(Parts(one)) and known
        point = self.extensions.get(ISSUING_POINT)
        # one of other issuers' certificates
        indirect = point is not None and any(
            one.tag == tagged_by(4, False) and one.content[:1] != b"\0" for one in der_of(point[1]).children
        )
        critical = {name for name, (is_critical, _) in self.extensions.items() if is_critical}
        self.supported = known and not indirect and critical <= {ISSUING_POINT, CHANGES_ONLY}

    def read_entry(self, parts):
        """@returns whether all that is critical in it is understood"""
        serial, since = integer_in(parts.any()), date_in(parts.any())
        listed_ = parts.maybe(SEQUENCE)
        parts.end()
        extensions = extensions_in(listed_) if listed_ else {}
        reason = der_of(extensions[REASON][1]) if REASON in extensions else None
        if BAD_SINCE in extensions:
            since = min(since, general_time_in(der_of(extensions[BAD_SINCE][1]))[0])
        stated = reason is not None and reason.tag == ENUMERATED and len(reason.content) == 1
        self.entries.setdefault(serial, []).append((reason.content[0] if stated else None, since))
        return all(name in (REASON, BAD_SINCE) for name, (critical, _) in extensions.items() if critical)

    def is_usable(self, issuer, now):
        """Whether it is this issuer's, who may make lists, signed it, and made it in the past."""
        if self.issuer_name != issuer.subject_name:
            return False
        named, own = self.authority_key(), issuer.subject_key()
        # an authority that changed its key has lists by either
        if named is not None and own is not None and named != own:
            return False
        usage = issuer.key_usage()
        may = issuer.constraints()[0] and (usage is None or LISTS in usage)
        good = check_signature(self.algorithm, issuer.key, self.signed, self.signature) == "good"
        return may and good and self.made <= now + FIVE_MINUTES and self.supported

    def authority_key(self):
        if AUTHORITY_KEY not in self.extensions:
            return None
        parts = der_of(self.extensions[AUTHORITY_KEY][1]).children
        return next((one.content for one in parts if one.tag == tagged_by(0, False)), None)


# ---------------------------------------------------------------------------------------------------------------------
# A time stamp: CMS SignedData (RFC 5652) around what an authority signs (RFC 3161). First it is taken apart, and nothing is
# checked.

SIGNED_DATA, TST_INFO = oid("1.2.840.113549.1.7.2"), oid("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE, MESSAGE_DIGEST = oid("1.2.840.113549.1.9.3"), oid("1.2.840.113549.1.9.4")
# which certificate signs: by SHA-1, as RFC 2634 has it, and by other hashes
SIGNING_CERTIFICATES = ((1, oid("1.2.840.113549.1.9.16.2.12")), (2, oid("1.2.840.113549.1.9.16.2.47")))
MOST_CERTIFICATES = 50


class Stamp:
    """What an authority says: of what, and when."""

    def __init__(self, data):
        parts = Parts(der_of(data))
        if small_in(parts.take(INTEGER)) != 1:
            raise Malformed("its version is not 1")
        oid_in(parts.any())
        imprint = Parts(parts.take(SEQUENCE))
        self.hash, self.imprint = Algorithm(imprint.take(SEQUENCE)), imprint.take(OCTETS).content
        imprint.end()
        parts.take(INTEGER)
        self.at, more = general_time_in(parts.any())
        accuracy = accuracy_in(parts.maybe(SEQUENCE))
        parts.maybe(BOOLEAN)
        parts.maybe(INTEGER)
        name = parts.maybe(tagged_by(0))
        self.name = name.children[0] if name and name.children else None
        extensions = parts.maybe(tagged_by(1))
        parts.end()
        self.earliest = math.floor(self.at - accuracy)
        self.latest = math.ceil(self.at + (1 if more else 0) + accuracy)
        if self.earliest < FIRST_MS or self.latest > LAST_MS:
            raise Malformed("its accuracy is out of range")
        # none is known here
        self.has_critical = any(
            one.tag == BOOLEAN and one.content[:1] != b"\0"
            for extension in (extensions.children if extensions else [])
            for one in extension.children
        )


def accuracy_in(der):
    """@returns milliseconds"""
    if der is None:
        return 0
    parts, found = Parts(der), []
    for tag, most in ((INTEGER, 2**31), (tagged_by(0, False), 999), (tagged_by(1, False), 999)):
        value = parts.maybe(tag)
        found.append(0 if value is None else small_in(value))
        if found[-1] > most:
            raise Malformed("its accuracy is out of range")
    parts.end()
    return found[0] * 1000 + found[1] + found[2] / 1000


class Token:
    """A token's parts; a Malformed where it is none."""

    def __init__(self, data):
        outer = Parts(der_of(data))
        if oid_in(outer.any()) != SIGNED_DATA:
            raise Malformed("it is no SignedData")
        wrapped = outer.take(tagged_by(0)).children
        outer.end()
        if len(wrapped) != 1:
            raise Malformed("it is no SignedData")
        parts = Parts(wrapped[0])
        parts.take(INTEGER)
        digests = parts.take(SET)
        held = Parts(parts.take(SEQUENCE))
        if oid_in(held.any()) != TST_INFO:
            raise Malformed("what is signed is no time stamp")
        octets = held.take(tagged_by(0)).children
        held.end()
        if len(octets) != 1:
            raise Malformed("its content is missing")
        self.content = octets_in(octets[0])
        certificates, lists = parts.maybe(tagged_by(0)), parts.maybe(tagged_by(1))
        self.read_signer(parts.take(SET).children)
        parts.end()
        if all(Algorithm(one).id != self.digest_algorithm.id for one in digests.children):
            raise Malformed("it does not list the hash that it is signed over")
        self.certificates = certificates.children if certificates else []
        self.lists = lists.children if lists else []
        if len(self.certificates) + len(self.lists) > MOST_CERTIFICATES:
            raise Malformed("it has too many certificates and lists")
        self.stamp = Stamp(self.content)

    def read_signer(self, signers):
        if len(signers) != 1:
            raise Malformed("it has not one signer")
        parts = Parts(signers[0])
        parts.take(INTEGER)
        self.signer_id = parts.take(SEQUENCE, tagged_by(0, False))
        self.digest_algorithm = Algorithm(parts.take(SEQUENCE))
        signed = parts.take(tagged_by(0))
        self.algorithm, self.signature = Algorithm(parts.take(SEQUENCE)), octets_in(parts.any())
        parts.maybe(tagged_by(1))
        parts.end()
        # RFC 5652, 5.4: signed as the SET that it is, not under its tag in place
        self.signed = bytes((SET,)) + signed.raw[1:]
        self.attributes = {}
        for one in signed.children:
            attribute = Parts(one)
            name, values = oid_in(attribute.any()), attribute.take(SET).children
            attribute.end()
            if name in self.attributes or len(values) != 1:
                raise Malformed("a signed attribute has not one value")
            self.attributes[name] = values[0]

    def named_certificates(self):
        """@returns those that it says it is signed with, and others that it names; each with its version"""
        first, rest = [], []
        for version, name in SIGNING_CERTIFICATES:
            if name not in self.attributes:
                continue
            ids = [(version, one) for one in Parts(self.attributes[name]).take(SEQUENCE).children]
            if not ids:
                raise Malformed("it names no certificate where it must")
            first.append(ids[0])
            rest += ids[1:]
        return first, rest

    def signers(self, known):
        """@returns the certificates that its signer's id names, most often one"""
        if self.signer_id.tag != SEQUENCE:
            return [one for one in known if one.subject_key() == self.signer_id.content]
        parts = Parts(self.signer_id)
        issuer, serial = parts.take(SEQUENCE), parts.take(INTEGER).content
        parts.end()
        return [one for one in known if one.serial == serial and is_issuer(issuer, one)]


def is_issuer(name, certificate):
    try:
        return name.raw == certificate.issuer.raw or name_in(name) == certificate.issuer_name
    except Malformed:
        return False


def names_certificate(version, der, certificate):
    """Whether an ESSCertID is that of a certificate: by its hash, and where it says so by its issuer and number."""
    parts = Parts(der)
    algorithm = parts.maybe(SEQUENCE) if version == 2 else None
    # a second certificate with a given SHA-1 can't be found, so that it binds all the same
    hash_name = "sha1" if version == 1 else "sha256" if algorithm is None else hash_of(Algorithm(algorithm))
    hashed, place = octets_in(parts.any()), parts.maybe(SEQUENCE)
    parts.end()
    if hash_name in (None, WEAK) or hashed != hashlib.new(hash_name, certificate.data).digest():
        return False
    if place is None:
        return True
    names = place.children[0].children if place.children else []
    directory = next((one for one in names if one.tag == tagged_by(4)), None)
    if directory is None or not directory.children or len(place.children) < 2:
        return False
    return is_issuer(directory.children[0], certificate) and place.children[1].content == certificate.serial


# ---------------------------------------------------------------------------------------------------------------------
# Whether a time stamp holds, by certificates that the verifier trusts. What comes with it is never trusted; its certificates may
# stand between, and its revocation lists count only against it.

STAMP_INVALID_CODES = frozenset(
    "TOKEN_MALFORMED IMPRINT_MISMATCH TOKEN_SIGNATURE_WRONG SIGNER_NOT_BOUND SIGNER_NOT_FOR_TIME_STAMPS "
    "SIGNER_NAME_MISMATCH CERTIFICATE_NOT_VALID_THEN CERTIFICATE_NOT_AN_ISSUER CERTIFICATE_REVOKED ALGORITHM_WEAK "
    "STAMP_IN_FUTURE".split()
)
MOST_IN_PATH, MOST_CHECKS, MOST_PATHS = 10, 200, 20
# as many signatures as ten thousand ordinary stamps have: a package with more was made to take long
MOST_CHECKS_IN_ALL = 50000


def readable(elements, read):
    """What came with a token and can't be read is as if it were not there."""
    found = []
    for one in elements:
        try:
            if one.tag == SEQUENCE:
                found.append(read(one.raw))
        except Malformed:
            pass
    return found


class Findings:
    """Codes, each once for a certificate."""

    def __init__(self):
        self.found = []

    def say(self, code, certificate=None):
        said = code, certificate and certificate.id
        if said not in self.found:
            self.found.append(said)


class Budget:
    """How many signatures may still be checked to judge a token, whichever of its certificates claims to be its signer's."""

    def __init__(self):
        self.left = MOST_CHECKS

    def spend(self, checks):
        self.left = max(0, self.left - checks)


def judge_stamp(data, message, anchors, now, budget):
    """@param anchors certificates that are trusted. @param now in milliseconds. @param budget bounds the search.
    @returns the time by which the message was there, None where that is not proved; and whether something contradicts"""
    try:
        token = Token(data)
        codes = check_info(token.stamp, message, now)
        known = readable(token.certificates, Certificate)
        lists = readable(token.lists, RevocationList)
        budget.spend(len(lists))
        signers = {one.id: one for one in token.signers(known + anchors)}.values()
        judged = [judge_signer(token, one, known, anchors, lists, now, budget) for one in signers]
    except Malformed:
        return None, True
    # of several that its signer's id names, the one with the fewest faults is meant
    codes += [code for code, _ in min(judged, key=len)] if judged else ["SIGNER_CERTIFICATE_MISSING"]
    if codes:
        return None, not STAMP_INVALID_CODES.isdisjoint(codes)
    return time_of(token.stamp.latest), False


def check_info(stamp, message, now):
    codes, hash_name = [], hash_of(stamp.hash)
    if hash_name is None:
        codes.append("TOKEN_UNSUPPORTED")
    elif hash_name == WEAK:
        codes.append("ALGORITHM_WEAK")
    elif stamp.imprint != hashlib.new(hash_name, message).digest():
        codes.append("IMPRINT_MISMATCH")
    if stamp.has_critical:
        codes.append("TOKEN_UNSUPPORTED")
    if stamp.earliest > now + FIVE_MINUTES:
        codes.append("STAMP_IN_FUTURE")
    return codes


def judge_signer(token, signer, known, anchors, lists, now, budget):
    """@returns what is wrong with a token by a signer, in the way to an authority that has the fewest faults"""
    findings = Findings()
    budget.spend(1)
    check_signed(token, signer, findings.say)
    check_use(signer, findings.say)
    check_authority_name(token.stamp.name, signer, findings.say)
    ways = [judge_path(token, *path, lists, now) for path in Paths(signer, known, anchors, budget).found]
    if ways:
        return findings.found + min(ways, key=len)
    check_binding(token, [signer] + known, findings.say)
    findings.say("AUTHORITY_UNKNOWN", signer)
    return findings.found


def check_signed(token, signer, say):
    """That the attributes were signed by this certificate, and are those of the content."""
    kind, imprint = token.attributes.get(CONTENT_TYPE), token.attributes.get(MESSAGE_DIGEST)
    hash_name = hash_of(token.digest_algorithm)
    if hash_name == WEAK:
        say("ALGORITHM_WEAK", signer)
    elif hash_name is None:
        say("TOKEN_UNSUPPORTED")
    elif imprint is None or octets_in(imprint) != hashlib.new(hash_name, token.content).digest():
        say("TOKEN_SIGNATURE_WRONG")
    if kind is None or oid_in(kind) != TST_INFO:
        say("TOKEN_SIGNATURE_WRONG")
    check = check_signature(token.algorithm, signer.key, token.signed, token.signature, token.digest_algorithm)
    if check != "good":
        codes = {"wrong": "TOKEN_SIGNATURE_WRONG", WEAK: "ALGORITHM_WEAK", "unsupported": "TOKEN_UNSUPPORTED"}
        say(codes[check], signer)


def check_use(signer, say):
    """That the certificate is for time stamps and for nothing else, and insists on it."""
    critical = signer.extensions.get(EXTENDED_USE, (False,))[0]
    usage = signer.key_usage()
    signs = usage is None or (usage and usage <= {SIGNS, COMMITS})
    if not critical or signer.extended_uses() != [TIME_STAMPING] or not signs:
        say("SIGNER_NOT_FOR_TIME_STAMPS", signer)


def check_authority_name(name, signer, say):
    """That the name in the stamp, where there is one, is one of the certificate's."""
    if name is None:
        return
    if name.tag == tagged_by(4) and name.children and name_in(name.children[0]) == signer.subject_name:
        return
    others = signer.inner(SUBJECT_NAMES)
    if others is None or all(one.raw != name.raw for one in others.children):
        say("SIGNER_NAME_MISMATCH", signer)


def check_binding(token, path, say):
    """That the token names the certificate that it is signed with, and of others only those of its path."""
    first, rest = token.named_certificates()
    bound = first and all(names_certificate(*one, path[0]) for one in first)
    if not bound or not all(any(names_certificate(*one, other) for other in path) for one in rest):
        say("SIGNER_NOT_BOUND", path[0])


class Paths:
    """The ways from a signer to the certificates that are trusted, by names and signatures alone. The search has bounds,
    because a token may bring many certificates of one name."""

    def __init__(self, signer, known, anchors, budget):
        self.budget, self.trusted = budget, {one.id for one in anchors}
        self.known = list({one.id: one for one in anchors + known}.values())
        self.found = []
        self.walk([signer], [])

    def walk(self, path, signatures):
        last = path[-1]
        if len(self.found) >= MOST_PATHS:
            return
        if last.id in self.trusted:
            self.found.append((path, signatures))
            return
        if len(path) >= MOST_IN_PATH:
            return
        for issuer in self.known:
            if last.issuer_name != issuer.subject_name or any(one.id == issuer.id for one in path):
                continue
            if self.budget.left == 0:
                return
            self.budget.spend(1)
            check = check_signature(last.algorithm, issuer.key, last.signed, last.signature)
            if check != "wrong":
                self.walk(path + [issuer], signatures + [check])


def judge_path(token, path, signatures, lists, now):
    """@returns what is wrong with a way, as it was at the time of the stamp"""
    findings = Findings()
    check_binding(token, path, findings.say)
    between = 0
    for at, one in enumerate(path):
        check_certificate(one, token.stamp.at, signatures[at : at + 1], findings.say)
        if at == 0:
            continue
        check_issuer(one, between, findings.say)
        # RFC 5280, 4.2.1.9: those that issued themselves don't count
        between += one.issuer_name != one.subject_name
    for one, issuer in zip(path, path[1:]):
        for each_list in lists:
            if each_list.is_usable(issuer, now):
                for reason, since in each_list.entries.get(one.serial, []):
                    check_revoked(one, reason, since, token.stamp.latest, findings.say)
    return findings.found


def check_certificate(one, at, signature, say):
    """@param signature how that of its issuer on it stands; nothing of the last one, which is trusted"""
    if not one.not_before <= at <= one.not_after:
        say("CERTIFICATE_NOT_VALID_THEN", one)
    if WEAK in signature:
        say("ALGORITHM_WEAK", one)
    if "unsupported" in signature:
        say("TOKEN_UNSUPPORTED", one)
    unknown = any(critical and name not in UNDERSTOOD for name, (critical, _) in one.extensions.items())
    if unknown or not NOT_WORKED_OUT.isdisjoint(one.extensions):
        say("TOKEN_UNSUPPORTED", one)


def check_issuer(one, between, say):
    may, below = one.constraints()
    usage, uses = one.key_usage(), one.extended_uses()
    if not may or (usage is not None and ISSUES not in usage):
        say("CERTIFICATE_NOT_AN_ISSUER", one)
    elif between > below:
        say("CERTIFICATE_NOT_AN_ISSUER", one)
    elif uses is not None and TIME_STAMPING not in uses and ANY_USE not in uses:
        say("CERTIFICATE_NOT_AN_ISSUER", one)


def check_revoked(one, reason, since, latest, say):
    if reason == NOT_ANY_MORE:
        return
    if reason == ON_HOLD:
        say("CERTIFICATE_ON_HOLD", one)
    elif reason not in HARMLESS or latest >= since:
        say("CERTIFICATE_REVOKED", one)


PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")


def authorities_of(texts_):
    """@param texts_ PEM, perhaps several certificates in one. @returns the certificates"""
    found = []
    for one in texts_:
        blocks = PEM.findall(one)
        if not blocks:
            raise Wrong("require.timestamp.authorities has a text without a certificate")
        for block in blocks:
            # other readers take what stands before a padding that is not whole, and so does this one
            digits = "".join(block.split()).split("=")[0]
            digits = digits[: len(digits) - (len(digits) % 4 == 1)]
            try:
                found.append(Certificate(base64.b64decode(digits + "=" * (-len(digits) % 4))))
            except Malformed as error:
                raise Wrong("require.timestamp.authorities has a certificate that can't be read: %s" % error)
    return found


# ---------------------------------------------------------------------------------------------------------------------
# The members of a report. As of a receipt, but for that nothing more may be there.


def closed(required=None, optional=None):
    return members(required or {}, optional, False)


def each(check, names):
    return dict.fromkeys(names.split(), check)


def kept_ends(item):
    return closed({"total": uint, "omitted": uint, "items": listed(item)})


SHARE = number(0, 1)
TEXTS = listed(any_text)
RECEIPT_REF = {"chainId": CHAIN, "seq": uint, "receiptId": UUID7}
REF = closed(RECEIPT_REF)
DATED_REF = dict(RECEIPT_REF, timestamp=TIME_CHECK)
DATED = closed(DATED_REF)
ENDS = closed(each(NUMBER, "lower upper"))
ABSENT = words(
    *"NO_OBSERVATIONS TOO_FEW_OBSERVATIONS GROUP_TOO_SMALL NO_REFERENCE REFERENCE_RATE_ZERO EMPTY_BIN".split()
)
RATE = closed(
    {"count": uint, "n": uint, "level": SHARE, "method": words("wilson", "clopper-pearson")},
    {"rate": SHARE, "interval": ENDS, "absent": ABSENT},
)
TALLY = closed(
    {
        "labels": listed(closed({"label": any_text, "count": uint, "first": REF, "last": REF})),
        "other": uint,
        "limit": uint,
    }
)
COUNTS = closed(
    {
        **each(uint, "receipts decisionsWithoutAction withoutModel"),
        **each(TALLY, "eventTypes actions otherActions models checks"),
        "hourOfDay": listed(uint, 24),
        "course": closed(
            {"widthHours": uint, "spans": listed(closed({"from": NUMBER, "count": uint})), "maxSpans": uint}
        ),
    }
)
RATE_SEQUENCE = closed(
    {
        "method": words("beta-binomial-mixture"),
        "side": words("two-sided", "lower", "upper"),
        **each(SHARE, "level alpha"),
        "prior": closed(each(NUMBER, "a b")),
        "tolerance": NUMBER,
        **each(uint, "count n"),
        "runningIntersection": boolean,
    },
    {"rate": SHARE, "interval": ENDS, "absent": words("NO_OBSERVATIONS", "EMPTY_INTERSECTION")},
)
NOT_EVALUATED = closed(each(uint, "error timeout skipped"))
CHECK_RATES = closed(
    {
        "level": SHARE,
        **each(uint, "limit other decisions decisionsWithoutChecks"),
        "checks": listed(
            closed(
                {
                    "name": any_text,
                    **each(RATE, "fireRate failureRate"),
                    "notEvaluated": NOT_EVALUATED,
                    "shadow": closed({"fireRate": RATE, "notEvaluated": NOT_EVALUATED}),
                },
                each(REF, "firstFired lastFired"),
            )
        ),
    }
)
QUANTILES = (
    {
        "method": words("ddsketch"),
        **each(NUMBER, "relativeError smallest"),
        "level": SHARE,
        "n": uint,
        "quantiles": listed(closed({"q": SHARE, "value": NUMBER, "interval": closed({}, each(NUMBER, "lower upper"))})),
    },
    {**each(NUMBER, "min max"), "absent": ABSENT},
)
REVIEWED = closed({"rate": RATE}, {"atMost": RATE})
OVERSIGHT_FIGURES = closed(
    {
        "level": SHARE,
        **each(TEXTS, "reviewKinds overrideKinds"),
        "kinds": TALLY,
        **each(uint, "decisions reviewsWithoutTimes unattributed aboutOtherEvents forgottenDecisions"),
        "asked": closed(each(uint, "before after none unsaid")),
        **each(REVIEWED, "oversight oversightWhereAsked"),
        "override": RATE,
        **each(closed(*QUANTILES), "timeAtReview timeToAnswer timeToFirstReview"),
        "requests": closed(
            {
                **each(uint, "made repeated answered open forgotten answersToUnknown"),
                "oldest": listed(
                    closed({"receipt": REF, "at": NUMBER, **each(uint, "quorum answers")}, {"requestId": any_text})
                ),
            }
        ),
        "interventions": listed(closed({"kind": any_text, "at": NUMBER, "receipt": REF})),
    }
)
PROPORTION = closed(each(uint, "count n"))
FAIRNESS_WARNINGS = listed(words("SMALL_GROUP", "FEW_OUTCOMES", "DIFFERENCE_UNCERTAIN"))
PAIR = {**each(PROPORTION, "first second"), "level": SHARE}
COMPARISON = closed(
    {
        **each(any_text, "group reference"),
        "ratio": closed(
            dict(PAIR, method=words("koopman-score")),
            {"absent": ABSENT, "ratio": NUMBER, "interval": closed({"lower": NUMBER}, {"upper": NUMBER})},
        ),
        "parityDifference": closed(
            dict(PAIR, method=words("newcombe-wilson")), {"absent": ABSENT, "difference": NUMBER, "interval": ENDS}
        ),
        "warnings": FAIRNESS_WARNINGS,
    },
    {"belowThreshold": boolean, "conclusion": words("BELOW", "NOT_BELOW", "UNDECIDED"), "absent": ABSENT},
)
GROUP = closed(
    {
        "group": any_text,
        "selection": RATE,
        "basis": closed(each(uint, "direct inferred unsaid")),
        "warnings": FAIRNESS_WARNINGS,
    }
)
FAIRNESS = closed(
    {
        "outcome": any_text,
        "level": SHARE,
        "ratioThreshold": NUMBER,
        **each(
            uint,
            "minimumGroupSize decisions withOutcome labelled erased annotationsErased unattributed blind "
            "otherAttributes",
        ),
        "attributes": listed(
            closed(
                {
                    "attribute": any_text,
                    "groups": listed(GROUP),
                    "other": PROPORTION,
                    "references": listed(closed({"group": any_text, "chosen": words("caller", "highest-rate")})),
                    "referenceMissing": boolean,
                    "comparisons": listed(COMPARISON),
                },
                {"absent": ABSENT, "comparisonLevel": SHARE},
            )
        ),
    }
)
GAP = (
    {
        **each(NUMBER, "from to ms longestSilenceMs"),
        **each(uint, "signsOfLife heartbeats"),
        "position": words("before-first", "between", "after-last"),
    },
    each(REF, "before after"),
)
UNUSUAL_GAP = closed(
    {
        **GAP[0],
        "tailProbability": NUMBER,
        "explanation": words("DECLARED", "IDLE", "UNEXPLAINED"),
        "declared": listed(closed({**each(NUMBER, "from to"), "reason": any_text, "receipt": REF})),
    },
    GAP[1],
)
GAPS = closed(
    {
        "falseAlarm": SHARE,
        **each(uint, "limit activity gaps outsidePeriod"),
        "unusual": listed(UNUSUAL_GAP),
        "truncated": boolean,
        "declared": closed({**each(uint, "gaps count remembered"), "ms": NUMBER}),
        "heartbeats": closed(each(uint, "count dropped")),
    },
    {
        "heartbeatMs": NUMBER,
        "period": closed(each(NUMBER, "from to")),
        "rule": tagged(
            {
                "expected-rate": (each(NUMBER, "expectedPerHour thresholdMs"), None),
                "own-tail": (each(NUMBER, "medianMs q90Ms q99Ms scaleMs thresholdMs"), None),
            },
            "kind",
        ),
        "absent": ABSENT,
        "longest": closed(*GAP),
    },
)
CYCLE = {**each(uint, "startSeq endSeq n failures"), "llr": NUMBER}
DECIDED = words("WITHIN_LIMIT", "FLAGGED")
SPRT_RATES = each(SHARE, "p0 p1 alpha beta")
SPRT = closed(
    {
        **SPRT_RATES,
        **each(NUMBER, "logFailure logGood upper lower falseFlagsAtP0"),
        "method": words("wald-sprt"),
        "status": words("WITHIN_LIMIT", "MONITORING", "FLAGGED"),
        **each(uint, "n failures openFlags acknowledgements"),
        "open": closed({**each(uint, "n failures"), "llr": NUMBER}, {"startSeq": uint}),
        "decided": closed(each(uint, "withinLimit flagged")),
        "cycles": kept_ends(closed(dict(CYCLE, decision=DECIDED))),
        "flags": kept_ends(
            closed(
                dict(CYCLE, decision=words("FLAGGED")),
                {
                    "acknowledgement": closed(
                        {"seq": uint, "receiptId": UUID7}, {"timestamp": TIME_CHECK, "reviewerId": PSEUDONYM}
                    )
                },
            )
        ),
    }
)
CHANGE = closed(
    {
        "method": words("shiryaev-roberts-e-detector"),
        "of": words("rate", "score"),
        "baseline": SHARE,
        "direction": words("increase", "decrease", "both"),
        **each(NUMBER, "averageRunLength statistic"),
        "alternatives": listed(SHARE),
        **each(uint, "window n cycleN changes"),
        "alarms": kept_ends(
            closed(
                {
                    **each(uint, "seq cycleStartSeq n"),
                    "direction": words("increase", "decrease"),
                    "statistic": NUMBER,
                    "begin": closed(
                        {"upperSeq": uint, "mass": SHARE, "kind": words("posterior"), "beforeWindow": NUMBER},
                        each(uint, "seq lowerSeq"),
                    ),
                    "continues": boolean,
                }
            )
        ),
    }
)
POINT = {**each(uint, "n seq"), "at": NUMBER}
MONITOR = closed(
    {
        **each(uint, "decisions failures"),
        "sprt": SPRT,
        "flags": listed(closed(dict(DATED_REF, acknowledged=boolean))),
        "change": CHANGE,
        "path": listed(closed(dict(POINT, llr=NUMBER), {"decision": DECIDED})),
    }
)
VERDICT = words("VALID", "INVALID", "INCOMPLETE")
INCOMPLETE_CODES = (
    "EMPTY KEY_UNKNOWN KEY_REVOKED_UNDATED LINE_UNTERMINATED STARTS_LATE PRUNED TAIL_UNPROVED HEAD_NOT_REACHED "
    "CHECKPOINT_NOT_REACHED UNSUPPORTED"
).split()
NOTICE_CODES = ("LINE_NOT_CANONICAL", "DETAILS_ERASED")
PROBLEM = {**each(uint, "seq line"), "receiptId": UUID7, "notes": TEXTS}
REPORTED_CHAIN = closed(
    {
        "chainId": CHAIN,
        "verdict": VERDICT,
        "scope": closed(
            {"tail": words("unproved", "expected-head", "checkpoint", "chain-end")},
            {
                "chainId": CHAIN,
                "root": DIGEST,
                **each(uint, "fromSeq toSeq"),
                "head": closed(PLACE),
                "checkpoint": closed({"origin": any_text, "size": uint}, {"witnessedAt": TIME_CHECK}),
            },
        ),
        **each(uint, "checked counted"),
        "counts": closed({}, dict.fromkeys([*INVALID_CODES, *INCOMPLETE_CODES, *NOTICE_CODES], uint)),
        "problems": listed(
            closed({"code": words(*INVALID_CODES, *INCOMPLETE_CODES), "message": any_text}, PROBLEM), 100
        ),
        "notices": listed(closed({"code": words(*NOTICE_CODES), "message": any_text}, PROBLEM), 100),
        "keys": listed(
            closed(
                {
                    "keyId": KEY_ID,
                    "trustedBy": words("keyring", "certificate", "rotation"),
                    "receipts": uint,
                    **each(DATED, "first last"),
                }
            )
        ),
        "period": closed({"receipts": uint}, each(DATED, "first last")),
        "events": kept_ends(
            closed(
                {
                    **DATED_REF,
                    "event": text(r"(?:system|key|retention)\.[a-z_]{1,40}"),
                    "inPeriod": boolean,
                    "facts": record(any_text, any_text),
                }
            )
        ),
        "monitor": MONITOR,
        "gaps": GAPS,
    },
    {**each(DATED, "oldest newest"), "retentionDays": uint},
)
FIGURES = closed(
    {
        "counts": COUNTS,
        "failure": closed(
            {
                "estimate": RATE,
                "sequence": RATE_SEQUENCE,
                "course": listed(closed({**POINT, "failures": uint, **each(SHARE, "rate lower upper")})),
            },
            each(DATED, "first last"),
        ),
        "errors": closed({"estimate": RATE, "codes": TALLY}),
        "checks": CHECK_RATES,
        "latency": closed(
            {**QUANTILES[0], "distribution": listed(closed({**each(NUMBER, "from to"), "count": uint}))}, QUANTILES[1]
        ),
        "oversight": OVERSIGHT_FIGURES,
        "fairness": FAIRNESS,
        "actions": closed(
            {"widthMs": NUMBER, "spans": listed(closed({"from": NUMBER, "counts": record(TOKEN, uint)}))}
        ),
        "redactions": closed({"receipts": uint, "types": record(TOKEN, uint)}),
    }
)
PROVISION = closed(
    {
        "id": any_text,
        "state": words("EVIDENCE", "PARTIAL", "NO EVIDENCE", "OUT OF SCOPE"),
        "reasons": listed(
            words(
                *(
                    "CEILING SOME_MISSING SOME_WITHOUT NONE PERIOD_EMPTY CHAIN_INVALID CHAIN_INCOMPLETE "
                    "YOUNGER_THAN_LEAST REMOVED_EARLY RETENTION_BELOW_LEAST NOT_HIGH_RISK OTHER_ANNEX_III_POINT "
                    "SYSTEM_UNSTATED"
                ).split()
            )
        ),
        "covers": words(*"high-risk annex-iii annex-iii-1-a certain-ai-systems personal-data".split()),
        "applies": words("yes", "not-yet", "depends"),
        "evidence": listed(
            closed(
                {
                    **each(uint, "pointer receipts"),
                    "speaking": RATE,
                    "members": listed(closed({"path": any_text, "present": RATE}, each(REF, "first last"))),
                }
            )
        ),
        "figures": listed(
            words(
                *(
                    "verification counts failure errors checks latency oversight fairness gaps monitor retention "
                    "keys redactions changes"
                ).split()
            )
        ),
    }
)
PRINTED_RULE = tagged(
    {
        "action": ({"actions": TEXTS}, None),
        "check": ({}, {"names": TEXTS}),
        "error": ({}, None),
        "custom": ({"name": any_text}, None),
    },
    "kind",
)
PARAMETERS = closed(
    {
        "failure": listed(PRINTED_RULE),
        "sprt": closed(SPRT_RATES),
        "averageRunLength": NUMBER,
        "level": SHARE,
        "embed": uint,
    },
    {
        **each(NUMBER, "expectedPerHour heartbeatMs"),
        "fairness": closed({}, {"reference": record(TOKEN, TOKEN), "minimumGroupSize": uint, "ratioThreshold": NUMBER}),
        "acceptPruned": closed({"minDays": NUMBER}),
    },
)
REPORT = closed(
    {
        "format": words("quittance-report/1"),
        "generator": closed({"name": words("quittance"), "version": any_text}),
        "asOf": TIME_CHECK,
        "locale": words("en", "de"),
        "period": closed(
            {
                **each(TIME_CHECK, "from until"),
                "state": words("over", "running", "ahead"),
                "empty": boolean,
                "receipts": uint,
            }
        ),
        "verdict": VERDICT,
        "parameters": PARAMETERS,
        "chains": listed(REPORTED_CHAIN),
        "figures": FIGURES,
        "provisions": closed(
            {
                "tables": listed(
                    closed({"source": any_text, "version": uint, "date": text("[0-9]{4}-[0-9]{2}-[0-9]{2}")})
                ),
                "findings": listed(PROVISION),
            }
        ),
        "crosswalks": listed(
            closed(
                {
                    **each(any_text, "framework edition"),
                    "version": uint,
                    "entries": listed(closed({"id": any_text, "receipts": uint}, each(REF, "first last"))),
                }
            )
        ),
        "excerpt": closed(
            {
                "ranges": listed(closed({"chainId": CHAIN, **each(uint, "fromSeq toSeq"), "lines": TEXTS})),
                "cited": TEXTS,
                "whole": boolean,
            }
        ),
    },
    {
        "system": closed(
            {"name": any_text},
            {
                **each(any_text, "provider deployer intendedPurpose"),
                "annexIII": text(r"[1-8](?:\([a-e]\))?"),
                "highRisk": boolean,
            },
        )
    },
)


# ---------------------------------------------------------------------------------------------------------------------
# A report, held against its seal and against itself. Whether its figures are right, only receipts can show: nothing here
# asks for them, and nothing here proves them.

def json_in(data):
    """@returns what a text says, and whether a member stands in it twice; a ValueError where it is none"""
    reader = Reader()
    return reader.read(data), reader.twice


def object_in(line):
    """@returns the object that a line is; None for anything else"""
    try:
        value = json_in(line)[0]
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def report_in(data):
    """@returns a report; a Malformed for whatever breaks its form or its rules"""
    try:
        value, twice = json_in(data.decode("utf-8"))
    except ValueError:
        raise Malformed("it is not JSON")
    if REPORT(value) or twice or breaks_rules(value):
        raise Malformed("it is no report")
    try:
        canonical(value)
    except Refused:
        raise Malformed("it has no canonical form")
    return value


def breaks_rules(report):
    """What no schema can hold: members that follow from others. @param report one whose every member has its form"""
    period, chains, figures, excerpt = (report[name] for name in ("period", "chains", "figures", "excerpt"))
    start, end, made = period["from"], period["until"], report["asOf"]
    receipts = sum(int(chain["period"]["receipts"].value) for chain in chains)
    names = [chain["chainId"] for chain in chains]
    verdicts = {chain["verdict"] for chain in chains} or {"INCOMPLETE"}
    lines = len(excerpt["cited"]) + sum(len(one["lines"]) for one in excerpt["ranges"])
    return (
        start >= end
        or period["state"] != ("over" if made >= end else "ahead" if made < start else "running")
        or period["receipts"].value != receipts
        or period["empty"] != (receipts == 0)
        or any(one >= other for one, other in zip(names, names[1:]))
        or any(counts_too_much(chain) for chain in chains)
        or report["verdict"] != next(one for one in ("INVALID", "INCOMPLETE", "VALID") if one in verdicts)
        or figures["counts"]["receipts"] != period["receipts"]
        or len(figures["counts"]["hourOfDay"]) != 24
        or any(not is_whole(one) for one in excerpt["ranges"])
        or lines > report["parameters"]["embed"].value
        or wrong_rate(figures)
        or wrong_rate(report["provisions"])
    )


def counts_too_much(chain):
    checked, counted, monitor = chain["checked"].value, chain["counted"].value, chain["monitor"]
    return (
        counted > checked
        or chain["period"]["receipts"].value > counted
        or monitor["failures"].value > monitor["decisions"].value
    )


def is_whole(lines):
    """A range of the excerpt has a line for each seq."""
    return len(lines["lines"]) == lines["toSeq"].value - lines["fromSeq"].value + 1 > 0


def wrong_rate(value):
    """Every rate in it, wherever it stands, is its count by its n."""
    if isinstance(value, list):
        return any(wrong_rate(one) for one in value)
    if not isinstance(value, dict):
        return False
    if all(name in value for name in ("level", "count", "n", "method")):
        count, size, rate = value["count"].value, value["n"].value, value.get("rate")
        if size == 0:
            if count != 0 or rate is not None or "interval" in value or "absent" not in value:
                return True
        elif rate is None or rate.value != count / size:
            return True
    return any(wrong_rate(one) for one in value.values())


def embedded_lines(report):
    return [line for one in report["excerpt"]["ranges"] for line in one["lines"]] + report["excerpt"]["cited"]


def wrong_names(report):
    """Whether it names a receipt by another id than the one that came along for that place."""
    ids = {}
    for line in embedded_lines(report):
        receipt = object_in(line)
        if isinstance(part(receipt, "chainId"), str) and isinstance(part(receipt, "seq"), Num):
            ids[receipt["chainId"], receipt["seq"].value] = receipt.get("receiptId")

    def differs(value):
        if isinstance(value, list):
            return any(differs(one) for one in value)
        if not isinstance(value, dict):
            return False
        named = [value.get(name) for name in ("chainId", "seq", "receiptId")]
        if isinstance(named[0], str) and isinstance(named[1], Num) and isinstance(named[2], str):
            if ids.get((named[0], named[1].value)) not in (None, named[2]):
                return True
        return any(differs(one) for one in value.values())

    return any(differs(value) for name, value in report.items() if name != "excerpt")


def seal_of(data):
    """@returns the seal {"digest", "lines"}; None where it is no seal"""
    try:
        seal = json_in(data)[0]
    except ValueError:
        return None
    if not isinstance(seal, dict) or set(seal) != {"digest", "lines"}:
        return None
    lines = seal["lines"]
    holds = isinstance(lines, list) and all(isinstance(line, str) for line in lines)
    return seal if holds and isinstance(seal["digest"], str) else None


class Brought:
    """A line that came along: of a range of the excerpt, cited in it, or of the seal."""

    def __init__(self, line, is_seal=False, at=None):
        self.line, self.is_seal, self.at = line, is_seal, at
        self.receipt = object_in(line)
        self.chain_id = at[0] if at else part(self.receipt, "chainId")
        seq = Num(str(at[1])) if at else part(self.receipt, "seq")
        self.order = seq.value if isinstance(seq, Num) else 0


class JudgedReport:
    """What is wrong with a report, and which receipts seal it."""

    def __init__(self, data, seal, keyring):
        """@param data its bytes. @param seal the text of its seal, or None"""
        self.keyring = keyring
        # how much contradicts, the report, and by (chain, seq, receiptHash) the receipts that seal it
        self.contradictions, self.report, self.seals = 0, None, []
        try:
            self.report = report_in(data)
        except Malformed:
            self.contradictions = 1
            return
        self.digest = digest(canonical(self.report))
        # a chain with problems is called VALID
        self.contradictions = sum(one["verdict"] == "VALID" and one["problems"] != [] for one in self.report["chains"])
        self.contradictions += wrong_names(self.report)
        sealed = None if seal is None else seal_of(seal)
        if seal is not None and (sealed is None or sealed["digest"] != self.digest):
            self.contradictions += 1
        self.judge_lines(sealed["lines"] if sealed else [])

    def judge_lines(self, sealing):
        """Each chain's lines in their order: what a chain says of its keys is learned as it goes."""
        excerpt, chains = self.report["excerpt"], {}
        brought = [
            Brought(line, at=(one["chainId"], int(one["fromSeq"].value) + index))
            for one in excerpt["ranges"]
            for index, line in enumerate(one["lines"])
        ]
        brought += [Brought(line) for line in excerpt["cited"]]
        brought += [Brought(line, is_seal=True) for line in sealing]
        for one in brought:
            chain_id = one.chain_id if isinstance(one.chain_id, str) else None
            chains.setdefault(chain_id, []).append(one)
        reported = {chain["chainId"]: chain for chain in self.report["chains"]}
        for chain_id, lines in chains.items():
            self.judge_chain(chain_id, reported.get(chain_id), sorted(lines, key=lambda one: one.order))

    def judge_chain(self, chain_id, chain, lines):
        trust, before = Trust(self.keyring, chain_id or ""), None
        # what the report itself tells of is no fault of the report
        told = {(one["code"], part(one, "seq")) for one in (chain or {}).get("problems", [])}
        for one in lines:
            receipt = one.receipt
            found = codes_of_line(one.line, trust)
            if not one.is_seal:
                found = [code for code in found if (code, seq_claimed(receipt)) not in told]
                self.contradictions += is_misplaced(one, chain, before)
            elif part(receipt, "system", "event") == "report":
                if wrong_seal(receipt, chain, self.digest):
                    self.contradictions += 1
                elif not found:
                    self.seals.append((chain_id, int(receipt["seq"].value), receipt["receiptHash"]))
            elif receipt is not None and "key" not in receipt and not found:
                # beside seals a seal holds only what says something of keys
                self.contradictions += 1
            self.contradictions += sum(code in INVALID_CODES for code in found)
            before = receipt or before


def codes_of_line(line, trust):
    """@returns what is wrong with a receipt by itself, and with its key"""
    found = Examined()
    if len(line.encode("utf-8", "surrogatepass")) > MAX_LINE:
        return ["LINE_TOO_LONG"]
    examine_text(line, found)
    if found.receipt is not None and found.well_formed:
        return found.problems + trust.judge(found.receipt, found.sound)
    return found.problems


def seq_claimed(receipt):
    seq = part(receipt, "seq")
    return seq if is_uint(seq) else None


def is_misplaced(one, chain, before):
    """Whether a receipt of the excerpt is not what the report says of its place."""
    receipt = one.receipt
    if receipt is None:
        return False
    seq, receipt_hash = receipt.get("seq"), receipt.get("receiptHash")
    if one.at is not None and (receipt.get("chainId"), seq) != (one.at[0], Num(str(one.at[1]))):
        return True
    if chain is None:
        return True
    if not isinstance(seq, Num):
        return False
    scope, at = chain["scope"], seq.value
    first = scope["fromSeq"].value if "fromSeq" in scope else 0
    last = scope["toSeq"].value if "toSeq" in scope else -1
    if not first <= at <= last:
        return True
    if seq == part(scope, "head", "seq") and receipt_hash != scope["head"]["receiptHash"]:
        return True
    if at == 0 and "root" in scope and receipt_hash != scope["root"]:
        return True
    previous = part(before, "seq")
    if previous == seq and before.get("receiptHash") != receipt_hash:
        return True
    follows = isinstance(previous, Num) and previous.value == at - 1
    return follows and receipt.get("prevReceiptHash") != before.get("receiptHash")


def wrong_seal(receipt, chain, report_digest):
    """Whether a receipt that claims to seal a report seals another one, or stands where it can't."""
    if chain is None or receipt["system"].get("hash") != report_digest:
        return True
    scope, system = chain["scope"], receipt["system"]
    head = part(scope, "head", "seq")
    if system.get("fromSeq") != scope.get("fromSeq") or system.get("toSeq") != head:
        return True
    seq = receipt.get("seq")
    return head is not None and isinstance(seq, Num) and seq.value <= head.value


# ---------------------------------------------------------------------------------------------------------------------
# The archive. Every byte belongs to one member, to its headers, or to the directory; what stands twice is the same twice.


class Fault(Exception):
    """Why an archive is refused."""

    def __init__(self, why, limit=False):
        super().__init__(why)
        self.limit = limit


LIMITS = {"members": 100000, "totalBytes": 2**40, "ratio": 200}
# of members that are read as a whole: bytes of each, and how many of a kind
MOST_BYTES = (
    ("manifest.json", 16 * 2**20),
    ("manifest.sig", 65536),
    ("keyring.json", 4 * 2**20),
    ("checkpoints/", 1000000),
    ("timestamps/", 65536),
)
# of any other that is read as a whole
WHOLE_BYTES = 64 * 2**20
MOST_OF_A_KIND = 10000
# how many different things are heard of how other chains end
MOST_JOINS = 100000
MEMBER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}(?:/[a-z0-9][a-z0-9._-]{0,63}){0,3}")
ALL_ONES = 0xFFFFFFFF


class Member:
    """One member of an archive."""

    def __init__(self, name, raw_name, flags, method, crc, packed, size, header):
        self.name, self.raw_name, self.flags, self.method = name, raw_name, flags, method
        self.crc, self.packed, self.size, self.header, self.at = crc, packed, size, header, 0


class Archive:
    """A package, read at any place."""

    def __init__(self, file):
        self.file = file
        file.seek(0, os.SEEK_END)
        self.length = file.tell()
        self.members = self.read_directory()

    def read(self, position, length):
        if position < 0 or position + length > self.length:
            raise Fault("a header lies outside of the file")
        self.file.seek(position)
        data = self.file.read(length)
        if len(data) != length:
            raise Wrong("the file became shorter while it was read")
        return data

    def directory(self):
        """@returns start, end and number of members of the directory"""
        if self.length < 22:
            raise Fault("it is too short for a ZIP archive")
        end = self.length - 22
        sign, disk, start_disk, here, count, size, start, comment = struct.unpack("<IHHHHIIH", self.read(end, 22))
        if sign != 0x06054B50 or comment:
            raise Fault("it is no ZIP archive, or was cut off, or has something behind its end: get it once more")
        if disk or start_disk or here != count:
            raise Fault("it is in several parts")
        if end >= 20 and self.read(end - 20, 4) == b"PK\x06\x07":
            _, disk, at, disks = struct.unpack("<IIQI", self.read(end - 20, 20))
            if disk or disks != 1 or at != end - 76:
                raise Fault("its ZIP64 end is not where it should be")
            large = struct.unpack("<IQHHIIQQQQ", self.read(at, 56))
            if large[0] != 0x06064B50 or large[1] != 44 or large[4] or large[5] or large[6] != large[7]:
                raise Fault("its ZIP64 end is malformed")
            if max(at, *large[6:]) > MAX_INT:
                raise Fault("a number in a header is beyond 2^53-1")
            same = (count in (0xFFFF, large[7]), size in (ALL_ONES, large[8]), start in (ALL_ONES, large[9]))
            if not all(same):
                raise Fault("its two ends say different things")
            count, size, start, end = large[7], large[8], large[9], at
        if start + size != end:
            raise Fault("its directory does not end where its end begins")
        return start, end, count

    def read_directory(self):
        start, end, count = self.directory()
        if count > LIMITS["members"]:
            raise Fault("it has too many members", True)
        if end - start > count * 342:
            raise Fault("its directory is larger than its members need")
        data, at, members_ = self.read(start, end - start), 0, []
        for _ in range(count):
            if data[at : at + 4] != b"PK\x01\x02" or at + 46 > len(data):
                raise Fault("its directory has fewer members than it says")
            (_, _, _, flags, method, _, _, crc, packed, size, names, extras, comment, disk, _, mode, header) = struct.unpack(
                "<IHHHHHHIIIHHHHHII", data[at : at + 46]
            )
            stop = at + 46 + names + extras
            if comment or disk or stop > len(data):
                raise Fault("a record of its directory is malformed")
            raw_name = data[at + 46 : at + 46 + names]
            size, packed, header = large_numbers(data[at + 46 + names : stop], (size, packed, header))
            check_record(flags, method, mode, size, packed)
            try:
                name = raw_name.decode("utf-8")
            except UnicodeDecodeError:
                name = ""
            members_.append(Member(name, raw_name, flags, method, crc, packed, size, header))
            at = stop
        if at != len(data):
            raise Fault("its directory has more than it says")
        if not all(MEMBER_NAME.fullmatch(one.name) for one in members_):
            raise Fault("a member has a name that a package does not have")
        if len({one.name for one in members_}) != len(members_):
            raise Fault("two members have one name")
        self.check_places(members_, start)
        return {one.name: one for one in members_}

    def check_places(self, members_, directory):
        total = at = 0
        for index, member in enumerate(members_):
            total += member.size
            if total > LIMITS["totalBytes"] or member.size > member.packed * LIMITS["ratio"]:
                raise Fault("it is larger than is allowed", True)
            if member.header != at:
                raise Fault("members share bytes, or bytes stand between them")
            member.at = self.check_header(member)
            end = member.at + member.packed
            following = members_[index + 1].header if index + 1 < len(members_) else directory
            if end > following:
                raise Fault("two members share bytes")
            at = end + (self.check_descriptor(member, end, following) if member.flags & 8 else 0)
        if at != directory:
            raise Fault("bytes stand before the directory")

    def check_header(self, member):
        sign, _, flags, method, _, _, crc, packed, size, names, extras = struct.unpack(
            "<IHHHHHIIIHH", self.read(member.header, 30)
        )
        if sign != 0x04034B50 or names > 260 or extras > 28:
            raise Fault("a member has no header")
        rest = self.read(member.header + 30, names + extras)
        size, packed = large_numbers(rest[names:], (size, packed))
        told = (crc, packed, size)
        wanted = (0, 0, 0) if flags & 8 else (member.crc, member.packed, member.size)
        if (flags, method, rest[:names]) != (member.flags, member.method, member.raw_name) or told != wanted:
            raise Fault("a member has two headers that say different things")
        return member.header + 30 + names + extras

    def check_descriptor(self, member, end, following):
        length = following - end
        if length not in (16, 24):
            raise Fault("bytes stand between two members")
        told = struct.unpack("<IIII" if length == 16 else "<IIQQ", self.read(end, length))
        if told != (0x08074B50, member.crc, member.packed, member.size):
            raise Fault("what stands behind a member says otherwise than the directory")
        return length

    def chunks(self, member):
        """@returns the bytes of a member; a Fault where they are not what its headers say"""
        inflate = zlib.decompressobj(-15) if member.method == 8 else None
        taken = crc = done = 0
        while done < member.packed:
            data = self.read(member.at + done, min(1 << 18, member.packed - done))
            done += len(data)
            held_back = False
            while data or held_back:
                chunk, data, held_back = data, b"", False
                if inflate is not None:
                    if inflate.eof:
                        raise Fault("bytes stand behind the end of a compressed member")
                    try:
                        chunk = inflate.decompress(chunk, 1 << 20)
                    except zlib.error:
                        raise Fault("a compressed member can't be read")
                    data = inflate.unconsumed_tail
                    # all was taken in, and perhaps not all was given
                    held_back = len(chunk) == 1 << 20 and not inflate.eof
                    if inflate.unused_data:
                        raise Fault("bytes stand behind the end of a compressed member")
                taken += len(chunk)
                if taken > member.size:
                    raise Fault("a member is larger than its headers say")
                crc = zlib.crc32(chunk, crc)
                if chunk:
                    yield chunk
        if inflate is not None and not inflate.eof:
            raise Fault("a compressed member is cut")
        if taken != member.size or crc != member.crc:
            raise Fault("a member is not what its headers say")

    def whole(self, member):
        refuse_large(member)
        if member.size > WHOLE_BYTES:
            raise Fault("a member that is read as a whole is too large", True)
        return b"".join(self.chunks(member))


def refuse_large(member):
    """By what its headers claim: not one byte of what is too large is read."""
    for name, most in MOST_BYTES:
        if (member.name.startswith(name) if name.endswith("/") else member.name == name) and member.size > most:
            raise Fault("a member that is read as a whole is too large", True)


def large_numbers(extra, numbers):
    wanted = [value for value in numbers if value == ALL_ONES]
    if not extra and not wanted:
        return numbers
    if len(extra) < 4 or struct.unpack("<HH", extra[:4]) != (1, len(extra) - 4):
        raise Fault("a header has an extra field that a package does not have")
    if len(extra) - 4 != 8 * len(wanted) or not wanted:
        raise Fault("a header has other ZIP64 numbers than it needs")
    large = iter(struct.unpack_from("<%dQ" % len(wanted), extra, 4))
    found = tuple(next(large) if value == ALL_ONES else value for value in numbers)
    if any(value > MAX_INT for value in found):
        raise Fault("a number in a header is beyond 2^53-1")
    return found


def check_record(flags, method, mode, size, packed):
    if flags & 0x2041:
        raise Fault("a member is encrypted")
    if flags & ~0x0808:
        raise Fault("a member has flags that a package does not have")
    if method not in (0, 8):
        raise Fault("a member is compressed in a way that is not read here")
    if mode & 0x10 or mode >> 28 not in (0, 8):
        raise Fault("a member is a link, a directory or another special file")
    if method == 0 and size != packed:
        raise Fault("a member that is not compressed has two sizes")


# ---------------------------------------------------------------------------------------------------------------------
# The policy of the verifier


class Policy:
    """What is asked of a package."""

    def __init__(self, value):
        top = only(value, "the policy", ("require", "acceptPruned"))
        asked = only(
            top.get("require", {}),
            "require",
            (
                "chains",
                "allChains",
                "checkpoints",
                "timestamp",
                "receiptsUntil",
                "maxCheckpointAgeHours",
                "report",
                "tail",
            ),
        )
        # the root that is asked for, by chain; None where any is
        self.chains = chains_of(asked["chains"]) if "chains" in asked else None
        self.all_chains = truth(asked.get("allChains", False), "allChains")
        self.checkpoints = checkpoints_of(asked["checkpoints"]) if "checkpoints" in asked else None
        self.timestamp = asked.get("timestamp")
        if "timestamp" in asked:
            stamp = only(self.timestamp, "require.timestamp", ("authorities", "withinHours"))
            texts(stamp.get("authorities"), "timestamp.authorities")
            self.within = above_zero(stamp.get("withinHours"), "timestamp.withinHours") * 3600000
        self.until = asked.get("receiptsUntil")
        if "receiptsUntil" in asked and not is_time(self.until):
            raise Wrong("require.receiptsUntil must be a time")
        self.max_age = None
        if "maxCheckpointAgeHours" in asked:
            self.max_age = above_zero(asked["maxCheckpointAgeHours"], "maxCheckpointAgeHours")
        if self.checkpoints is None and ("timestamp" in asked or self.max_age is not None):
            raise Wrong("require.timestamp and require.maxCheckpointAgeHours go with require.checkpoints")
        if self.max_age is not None and self.checkpoints.quorum == "none":
            raise Wrong("require.maxCheckpointAgeHours goes with a quorum of witnesses in require.checkpoints.policy")
        self.report = truth(asked.get("report", False), "report")
        self.tail = truth(asked.get("tail", False), "tail")
        self.accept_pruned = None
        if "acceptPruned" in top:
            days = only(top["acceptPruned"], "acceptPruned", ("minDays",)).get("minDays")
            if not isinstance(days, Num) or not 0 <= days.value < math.inf:
                raise Wrong("acceptPruned.minDays must be a number of 0 or more")
            self.accept_pruned = {"minDays": days.value}


def only(value, path, known):
    if not isinstance(value, dict) or set(value) - set(known):
        raise Wrong("%s must be an object of: %s" % (path, ", ".join(known)))
    return value


def texts(value, path):
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise Wrong("require.%s must be a list of texts" % path)
    if len(set(value)) != len(value):
        raise Wrong("require.%s has something twice" % path)
    return value


def chains_of(value):
    """@returns the root that is asked for of each chain, None where any is"""
    if not isinstance(value, list) or not value:
        raise Wrong("require.chains must be a list")
    asked = {}
    for one in value:
        named = {"chainId": one} if isinstance(one, str) else only(one, "require.chains[]", ("chainId", "root"))
        chain_id, root = named.get("chainId"), named.get("root")
        if not matches(CHAIN_ID, chain_id) or (isinstance(one, dict) and not matches(HASH, root)):
            raise Wrong('require.chains must be chain ids, or {"chainId": id, "root": "sha256:..."}')
        if chain_id in asked:
            raise Wrong("require.chains has a chain twice")
        asked[chain_id] = root
    return asked


def above_zero(value, path):
    if not isinstance(value, Num) or not 0 < value.value < math.inf:
        raise Wrong("require.%s must be a number above 0" % path)
    return value.value


def truth(value, path):
    if not isinstance(value, bool):
        raise Wrong("require.%s must be true or false" % path)
    return value


def checkpoints_of(value):
    given = only(value, "require.checkpoints", ("from", "policy"))
    if len(given) != 1:
        raise Wrong('require.checkpoints must have either "from" or "policy"')
    try:
        if "policy" in given:
            if not isinstance(given["policy"], str):
                raise Wrong("require.checkpoints.policy must be a text")
            policy = log_policy_of(given["policy"])
        else:
            policy = LogPolicy()
            policy.quorum = "none"
            policy.logs = [vkey_of(one) for one in texts(given["from"], "checkpoints.from")]
            if any(key.kind != 1 for key in policy.logs):
                raise Wrong("require.checkpoints.from must be keys of logs")
    except Malformed as error:
        raise Wrong(str(error))
    if not policy.logs:
        raise Wrong("require.checkpoints names no log")
    return policy


# ---------------------------------------------------------------------------------------------------------------------
# A package


MANIFEST_NAME, SIGNATURE_NAME = "manifest.json", "manifest.sig"
REPORT_NAME, SEAL_NAME = "report/report.json", "report/report.seal.json"
FILE = lambda value: FINE if matches(MEMBER_NAME, value) else WRONG  # noqa: E731
SAID = lambda value: FINE if isinstance(value, str) and 0 < len(units(value)) <= 2000 else WRONG  # noqa: E731
EVIDENCE_CHAIN = members(
    {"chainId": CHAIN, "file": FILE, "receipts": uint},
    {"root": DIGEST, "fromSeq": uint, "head": members(PLACE, None, False)},
    False,
)
EVIDENCE_MEMBER = members({"name": FILE, "size": uint, "sha256": DIGEST, "mediaType": SAID}, None, False)
MANIFEST = members(
    {
        "format": words("quittance/evidence/1"),
        "madeAt": TIME_CHECK,
        "chains": listed(EVIDENCE_CHAIN),
        "members": listed(EVIDENCE_MEMBER),
        "omitted": listed(members({"what": SAID, "why": SAID}, None, False)),
    },
    {"logChain": CHAIN},
    False,
)
SIGNED = members({"keyId": KEY_ID, "signature": SIGNATURE}, None, False)


def canonical_json(data):
    """@returns what a canonical text says; a Malformed where it is none"""
    reader = Reader()
    try:
        whole = data.decode("utf-8")
        value = reader.read(whole)
        if reader.twice or canonical(value) != whole:
            raise Malformed("it is not in canonical form")
    except (UnicodeDecodeError, ValueError, Refused):
        raise Malformed("it is not JSON that has a canonical form")
    return value


def manifest_contradicts(manifest):
    names = [one["name"] for one in manifest["members"]]
    chains = [one["chainId"] for one in manifest["chains"]]
    files = [one["file"] for one in manifest["chains"]]
    for one in manifest["chains"]:
        empty = one["receipts"].value == 0
        if empty != ("fromSeq" not in one) or empty != ("head" not in one):
            return True
        if "root" in one and ("fromSeq" not in one or one["fromSeq"].value != 0):
            return True
    receipts = [name for name in names if name.startswith("receipts/")]
    twice = any(len(set(some)) != len(some) for some in (names, chains, files))
    itself = MANIFEST_NAME in names or SIGNATURE_NAME in names
    log = manifest.get("logChain")
    return twice or itself or set(files) - set(names) or set(receipts) != set(files) or (log and log not in chains)


class Package:
    """Judges one package."""

    def __init__(self, file, keyring, policy, now):
        self.file, self.policy, self.now = file, policy, now
        self.given, self.keyring = keyring is not None, keyring or {}
        self.problems = []
        self.dates = {}
        self.too_many = ()
        self.chains = []
        # what its list says of itself, who signed it, which members are there, and whether its report holds
        self.told, self.signer, self.there, self.reported = {}, None, set(), False
        # its checkpoints, as they are shown
        self.listed = []
        # the authorities for time stamps, read when they are needed
        self.trusted = None
        # of signatures for time stamps, and whether they were too many
        self.checks_left, self.given_up = MOST_CHECKS_IN_ALL, False
        # the chain that is the log's, whether it is VALID, and the origins of chains that it has and the package does not
        self.log_chain, self.log_valid, self.missing = None, False, []

    def problem(self, code, member=None, chain_id=None):
        found = {"code": code}
        if member is not None:
            found["member"] = member
        if chain_id is not None:
            found["chainId"] = chain_id
        self.problems.append(found)

    def fault(self, error, member=None):
        self.problem("PACKAGE_LIMIT" if error.limit else "PACKAGE_MALFORMED", member)

    def judge(self):
        try:
            self.archive = Archive(self.file)
        except Fault as error:
            self.fault(error)
            return self.result()
        manifest = self.read_manifest()
        if manifest is None:
            return self.result()
        if not self.given:
            self.problem("KEYRING_NEEDED")
        self.told["madeAt"], self.told["omitted"] = manifest["madeAt"], manifest["omitted"]
        self.there = self.check_members(manifest)
        notes = self.open_notes(manifest)
        self.judge_chains(manifest, self.there, notes)
        self.reported = self.judge_report()
        self.require()
        return self.result()

    def result(self):
        codes = {one["code"] for one in self.problems}
        verdict = "INVALID" if codes & PACKAGE_INVALID_CODES else "INCOMPLETE" if codes else "VALID"
        chains = [dict(one, checkpoints=[held_json(held) for held in one["checkpoints"]]) for one in self.chains]
        result = dict({"verdict": verdict, "problems": self.problems, "omitted": []}, **self.told)
        proved, not_proved = Statements(self, chains).both()
        return dict(result, chains=chains, checkpoints=self.listed, proved=proved, notProved=not_proved)

    def whole(self, name):
        member = self.archive.members.get(name)
        if member is None:
            return None
        try:
            return self.archive.whole(member)
        except Fault as error:
            self.fault(error, name)
            return None

    def read_manifest(self):
        """@returns the manifest; None where it can't be read, or nobody signed it: nothing else is then looked at"""
        data = self.whole(MANIFEST_NAME)
        if data is None:
            if MANIFEST_NAME not in self.archive.members:
                self.problem("MANIFEST_MALFORMED", MANIFEST_NAME)
            return None
        signer = self.check_signature(data)
        if signer is None:
            return None
        try:
            manifest = canonical_json(data)
            form = manifest.get("format") if isinstance(manifest, dict) else None
            if isinstance(form, str) and form != "quittance/evidence/1":
                if re.fullmatch("quittance/evidence/[0-9]{1,9}", form):
                    self.problem("PACKAGE_UNSUPPORTED", MANIFEST_NAME)
                    return None
            if MANIFEST(manifest) or manifest_contradicts(manifest):
                raise Malformed("it is no manifest")
        except Malformed:
            self.problem("MANIFEST_MALFORMED", MANIFEST_NAME)
            return None
        self.signer = signer
        self.told = {"digest": digest(data), "keyId": signer}
        entry = self.keyring.get(signer)
        if entry is None:
            self.problem("MANIFEST_KEY_UNKNOWN", SIGNATURE_NAME)
        elif not {"report", "receipt"} & set(entry.uses) or not entry.in_window(manifest["madeAt"]) or entry.revoked_at:
            self.problem("MANIFEST_KEY_REFUSED", SIGNATURE_NAME)
        return manifest

    def check_signature(self, manifest):
        """@returns the key that signed the manifest; None where none did"""
        data = self.whole(SIGNATURE_NAME)
        try:
            if data is None:
                if SIGNATURE_NAME in self.archive.members:
                    return None
                raise Malformed("it is missing")
            signature = canonical_json(data)
            if SIGNED(signature):
                raise Malformed("it is no signature")
        except Malformed:
            self.problem("MANIFEST_MALFORMED", SIGNATURE_NAME)
            return None
        message = "quittance/1 evidence\n%s\n" % digest(manifest)
        if signed_by(signature["keyId"], message.encode(), signature["signature"]):
            return signature["keyId"]
        self.problem("MANIFEST_SIGNATURE_INVALID", SIGNATURE_NAME)
        return None

    def check_members(self, manifest):
        names = {one["name"] for one in manifest["members"]} | {MANIFEST_NAME, SIGNATURE_NAME}
        for name in self.archive.members:
            if name not in names:
                self.problem("MEMBER_UNLISTED", name)
        there = set()
        listed_names = [one["name"] for one in manifest["members"]]
        self.too_many = tuple(
            kind
            for kind in ("checkpoints/", "timestamps/")
            if sum(name.startswith(kind) for name in listed_names) > MOST_OF_A_KIND
        )
        for _ in self.too_many:
            self.problem("PACKAGE_LIMIT")
        for one in manifest["members"]:
            name = one["name"]
            member = self.archive.members.get(name)
            if member is None:
                self.problem("MEMBER_MISSING", name)
                continue
            hashed, tail = hashlib.sha256(), b""
            try:
                refuse_large(member)
                for chunk in self.archive.chunks(member):
                    hashed.update(chunk)
                    tail = (tail + chunk[-MAX_LINE - 1 :])[-MAX_LINE - 1 :]
            except Fault as error:
                self.fault(error, name)
                continue
            there.add(name)
            if name.startswith("receipts/"):
                self.dates[name] = last_time(tail)
            if "sha256:" + hashed.hexdigest() != one["sha256"] or member.size != one["size"].value:
                self.problem("MEMBER_CHANGED", name)
        return there

    def names_of(self, manifest, kind):
        """@returns the members of a kind that are there; none where there are too many to be judged"""
        names = [one["name"] for one in manifest["members"]]
        return [name for name in names if name.startswith(kind) and name in self.there and kind not in self.too_many]

    def open_notes(self, manifest):
        notes, tokens = [], {}
        for name in self.names_of(manifest, "timestamps/"):
            tokens.setdefault(name.split("/", 1)[1].split(".")[0], []).append(name)
        for name in self.names_of(manifest, "checkpoints/"):
            data = self.whole(name)
            if data is None:
                continue
            try:
                checkpoint = checkpoint_of(data)
            except Malformed:
                self.problem("MEMBER_MALFORMED", name)
                continue
            try:
                opened = open_checkpoint(checkpoint, self.policy.checkpoints or self.own_policy(checkpoint["origin"]))
            except WrongSignature:
                self.problem("CHECKPOINT_INVALID", name)
                opened = None
            # an origin of nobody who is trusted is shown so far
            origin = checkpoint["origin"] if opened else units(checkpoint["origin"])[:510].decode("utf-16-be", "replace")
            kind = opened["kind"] if opened else "unknown"
            self.listed.append({"member": name, "origin": origin, "size": checkpoint["size"], "kind": kind})
            if opened is not None:
                stamped = self.stamped_at(checkpoint["text"], tokens.get(name[len("checkpoints/") : -len(".txt")], []))
                # its text may be long, and is not needed any more
                kept = {one: checkpoint[one] for one in ("origin", "size", "root")}
                notes.append(dict(opened, **kept, stampedAt=stamped))
        return notes

    def stamped_at(self, message, tokens):
        """@returns when an authority that the policy trusts had a note first"""
        found = None
        for name in tokens if self.policy.timestamp is not None else []:
            if self.given_up:
                break
            data = self.whole(name)
            if data is None:
                continue
            authorities = self.authorities()
            if self.checks_left < MOST_CHECKS:
                self.given_up = True
                self.problem("PACKAGE_LIMIT", name)
                break
            budget = Budget()
            at, contradicts = judge_stamp(data, message.encode(), authorities, ms_of(self.now), budget)
            self.checks_left -= MOST_CHECKS - budget.left
            if contradicts:
                self.problem("TIMESTAMP_INVALID", name)
            found = earliest(found, at)
        return found

    def authorities(self):
        if self.trusted is None:
            self.trusted = authorities_of(self.policy.timestamp["authorities"])
        return self.trusted

    def own_policy(self, origin):
        """Without a policy: the keyring's keys for checkpoints, under whatever name the note has."""
        above, _, mark = origin.rpartition("/")
        name = above if re.fullmatch("[0-9a-f]{16}", mark) and above else origin
        policy = LogPolicy()
        policy.quorum = "none"
        # no receipt of a log's chain can name a longer one
        if len(origin.encode("utf-16-le", "surrogatepass")) > 512:
            return policy
        for entry in self.keyring.values():
            if "checkpoint" in entry.uses and entry.revoked_at is None and is_key_name(name):
                policy.logs.append(NoteKey(name, 1, public_key_of(entry.key_id)))
        return policy

    def judge_chains(self, manifest, there, notes):
        log_chain = manifest.get("logChain")
        asks = self.policy.checkpoints is not None and self.policy.checkpoints.quorum != "none"
        marks = {one["root"][7:23]: one["chainId"] for one in manifest["chains"] if "root" in one}
        known = {one["chainId"]: [] for one in manifest["chains"]}
        for note in notes:
            chain_id = log_chain if note["kind"] == "log" else marks.get(note["origin"][len(note["log"]) + 1 :])
            if chain_id is None:
                continue
            witnessed = asks and note["witnessed"]
            known[chain_id].append(
                {
                    "chainId": chain_id,
                    "size": note["size"],
                    "rootHash": "sha256:" + note["root"].hex(),
                    "by": "note",
                    "log": note["log"] if note["kind"] == "log" else None,
                    "witnessed": witnessed,
                    "witnessedAt": note["witnessedAt"] if witnessed else None,
                    "stampedAt": note["stampedAt"],
                }
            )
        entries = LogEntries(marks, any(note["kind"] == "log" for note in notes))
        results, joins, more_joins = {}, {}, []

        def hear_joins(receipt):
            if receipt.get("system", {}).get("event") != "gap":
                return
            for link in receipt.get("links", []):
                if link["rel"] == "joins" and link.get("chainId", receipt["chainId"]) != receipt["chainId"]:
                    said = (link["chainId"], link.get("receiptHash"))
                    if len(joins) < MOST_JOINS:
                        joins[said] = True
                    elif said not in joins:
                        more_joins[:] = [True]

        sound = Soundness()

        def hear(receipt):
            hear_joins(receipt)
            sound.hear(receipt)
            event = receipt.get("system", {})
            if event.get("event") == "checkpoint":
                entries.hear(int(receipt["seq"].value), event)

        for chain in sorted(manifest["chains"], key=lambda one: one["chainId"] != log_chain):
            chain_id, name = chain["chainId"], chain["file"]
            if name not in there:
                continue
            claims_log = chain_id == log_chain
            result, matched = self.judge_chain(chain, known[chain_id], hear if claims_log else hear_joins)
            through = sound.through(result)
            anchored = sorted((one for one in matched if one["size"] <= through), key=lambda one: one["size"])
            held = [] if result["verdict"] == "INVALID" else anchored
            results[chain_id] = {"chainId": chain_id, "member": name, "result": result, "checkpoints": held}
            # what the manifest calls the log's is, where a checkpoint of a log holds it
            heads = [one for one in anchored if one.get("log")] if claims_log else []
            if claims_log and heads:
                self.log_chain = chain_id
                learned, self.missing = entries.below(heads)
                for one in learned:
                    known[one["chainId"]].append(one)
            if claims_log:
                self.log_valid = result["verdict"] == "VALID"
        for chain_id, receipt_hash in joins:
            self.join(chain_id, receipt_hash, results.get(chain_id))
        if more_joins:
            self.problem("PACKAGE_LIMIT")
        if not manifest["chains"]:
            self.problem("PACKAGE_EMPTY")
        self.chains = [results[one["chainId"]] for one in manifest["chains"] if one["chainId"] in results]

    def join(self, chain_id, receipt_hash, chain):
        """Holds a chain against what a gap receipt of another says of it."""
        result = chain and chain["result"]
        if result is None or result["checked"] == 0:
            code = "EMPTY"
        elif receipt_hash is None or result["scope"].get("head", {}).get("receiptHash") == receipt_hash:
            return
        else:
            code = "HEAD_MISMATCH" if result["scope"]["tail"] == "chain-end" else "HEAD_NOT_REACHED"
        before = result and result["verdict"]
        verdict = "INVALID" if "INVALID" in (before, "INVALID" if code == "HEAD_MISMATCH" else None) else "INCOMPLETE"
        if result is not None:
            others = [one for one in result["problems"] if code != "EMPTY" or one["code"] != "EMPTY"]
            if len(others) == len(result["problems"]):
                result["counts"][code] = result["counts"].get(code, 0) + 1
            seq = result["scope"].get("toSeq") if code == "HEAD_MISMATCH" else None
            result.update(verdict=verdict, problems=[finding(code, seq, None)] + others[: MAX_LISTED - 1])
            if verdict == "INVALID":
                chain["checkpoints"] = []
        if before != verdict:
            self.problem("CHAIN_" + verdict, None, chain_id)

    def judge_chain(self, chain, known, hear):
        options = {"chainId": chain["chainId"], "anchors": known, "now": self.now, "requireTail": self.policy.tail}
        if self.policy.accept_pruned:
            options["acceptPruned"] = self.policy.accept_pruned
        if self.policy.checkpoints is not None:
            options["vouches"] = lambda one: one["witnessed"] or not self.asks_witnesses()
        member = self.archive.members[chain["file"]]
        judge = Chain(self.keyring, options, hear)
        result = judge_lines(self.archive.chunks(member), judge)
        if result["verdict"] != "VALID":
            self.problem("CHAIN_" + result["verdict"], chain["file"], chain["chainId"])
        scope, head = result["scope"], chain.get("head")
        told = (
            int(chain["receipts"].value),
            chain.get("root"),
            int(chain["fromSeq"].value) if "fromSeq" in chain else None,
            {"seq": int(head["seq"].value), "receiptHash": head["receiptHash"]} if head else None,
        )
        if told != (result["checked"], scope.get("root"), scope.get("fromSeq"), scope.get("head")):
            self.problem("CHAIN_DIFFERS", chain["file"], chain["chainId"])
        return result, judge.held(result)

    def judge_report(self):
        """@returns whether there is a report that receipts of these chains seal, and that is about these chains"""
        if REPORT_NAME not in self.there:
            return False
        data = self.whole(REPORT_NAME)
        if data is None:
            return False
        seal = self.whole(SEAL_NAME) if SEAL_NAME in self.there else None
        try:
            seal = None if seal is None else seal.decode("utf-8")
        except UnicodeDecodeError:
            seal = None
        judged = JudgedReport(data, seal, self.keyring)
        if judged.contradictions:
            self.problem("REPORT_INVALID", REPORT_NAME)
        return judged.report is not None and self.has_reported(judged) and not judged.contradictions

    def has_reported(self, judged):
        """Whether each head that a report names, and each receipt that seals it, stands in a chain of the package."""
        by_id = {one["chainId"]: one for one in self.chains}
        places, holds = {}, bool(judged.report["chains"]) and bool(judged.seals)
        for chain in judged.report["chains"]:
            chain_id, scope = chain["chainId"], chain["scope"]
            root = by_id[chain_id]["result"]["scope"].get("root") if chain_id in by_id else None
            if root is not None and scope.get("root", root) != root:
                self.problem("REPORT_INVALID", REPORT_NAME, chain_id)
                holds = False
            head = scope.get("head")
            if head is None:
                holds = False
            else:
                places[chain_id] = [(int(head["seq"].value), head["receiptHash"])]
        for chain_id, seq, receipt_hash in judged.seals:
            places.setdefault(chain_id, []).append((seq, receipt_hash))
        return holds and all(self.has_receipts(by_id.get(chain_id), some) for chain_id, some in places.items())

    def has_receipts(self, chain, places):
        if chain is None or chain["result"]["verdict"] == "INVALID" or "fromSeq" not in chain["result"]["scope"]:
            return False
        first = chain["result"]["scope"]["fromSeq"]
        lines = self.lines_of(chain["member"], {seq - first for seq, _ in places})
        for seq, receipt_hash in places:
            there = object_in(lines.get(seq - first, ""))
            if part(there, "seq") != Num(str(seq)) or there.get("receiptHash") != receipt_hash:
                return False
        return True

    def lines_of(self, name, wanted):
        """@returns lines of a member by their number from 0; none from one on that is too long for a receipt"""
        found, number_, held, last = {}, 0, b"", max(wanted, default=-1)
        for chunk in self.archive.chunks(self.archive.members[name]):
            lines = (held + chunk).split(b"\n")
            held = lines.pop()
            for line in lines:
                if len(line) > MAX_LINE or number_ > last:
                    return found
                if number_ in wanted:
                    found[number_] = line.decode("utf-8", "replace")
                number_ += 1
            if len(held) > MAX_LINE:
                return found
        return found

    def require(self):
        policy = self.policy
        by_id = {one["chainId"]: one for one in self.chains}
        asked = policy.chains or {one: None for one in by_id if one != self.log_chain}
        for chain_id, root in asked.items():
            chain = by_id.get(chain_id)
            scope = chain and chain["result"]["scope"]
            if chain is None or chain["result"]["checked"] == 0 or root not in (None, scope.get("root")):
                self.problem("REQUIRED_CHAIN_MISSING", None, chain_id)
                continue
            if policy.until:
                self.require_until(chain)
            if policy.checkpoints is not None:
                self.require_checkpoints(chain)
        if not asked and (policy.checkpoints or policy.until or policy.tail):
            self.problem("REQUIRED_CHAIN_MISSING")
        if policy.all_chains and not self.has_all():
            self.problem("REQUIRED_CHAIN_MISSING")
        if policy.report and not self.reported:
            self.problem("REQUIRED_REPORT_MISSING")

    def ending_at(self, chain):
        """@returns the checkpoints that vouch for its end: where witnesses are asked for, what they have seen"""
        size = chain["result"]["scope"].get("toSeq", -1) + 1
        end = [one for one in chain["checkpoints"] if one["size"] == size]
        return [one for one in end if one["witnessed"]] if self.asks_witnesses() else end

    def has_all(self):
        return self.log_chain is not None and self.log_valid and not self.missing

    def asks_witnesses(self):
        return self.policy.checkpoints is not None and self.policy.checkpoints.quorum != "none"

    def require_until(self, chain):
        """Its last receipt's own word reaches the time, or somebody else saw that it has ended."""
        scope, at = chain["result"]["scope"], self.dates.get(chain["member"])
        ended = scope["tail"] == "chain-end" and bool(self.ending_at(chain))
        if not ended and (at is None or at < self.policy.until):
            self.problem("REQUIRED_RECEIPTS_MISSING", None, chain["chainId"])

    def require_checkpoints(self, chain):
        policy, held = self.policy, chain["checkpoints"]
        witnessed = [one for one in held if one["witnessed"]]
        if not held:
            self.problem("REQUIRED_CHECKPOINT_MISSING", None, chain["chainId"])
        if self.asks_witnesses() and not witnessed:
            self.problem("REQUIRED_WITNESS_MISSING", None, chain["chainId"])
        if policy.max_age is not None:
            largest = [one for one in witnessed if one["size"] == witnessed[-1]["size"]]
            if not any(one["witnessedAt"] and self.is_fresh(one["witnessedAt"]) for one in largest):
                self.problem("REQUIRED_CHECKPOINT_OLD", None, chain["chainId"])
        if policy.timestamp is not None and not self.is_stamped(chain):
            self.problem("REQUIRED_TIMESTAMP_MISSING", None, chain["chainId"])

    def is_stamped(self, chain):
        """Whether the newest checkpoint with a time stamp was stamped soon after the last receipt that it covers."""
        stamped = [one for one in chain["checkpoints"] if one["stampedAt"]]
        if not stamped:
            return False
        line = stamped[-1]["size"] - 1
        dated = time_in(self.lines_of(chain["member"], {line}).get(line, ""))
        if dated is None:
            return False
        # a receipt that is dated behind its stamp, by more than clocks differ, dates nothing
        return -FIVE_MINUTES <= ms_of(stamped[-1]["stampedAt"]) - ms_of(dated) <= self.policy.within

    def is_fresh(self, at):
        age = ms_of(self.now) - ms_of(at)
        return -FIVE_MINUTES <= age <= self.policy.max_age * 3600000


def last_time(tail):
    """@returns when the last receipt was sealed, by its own word"""
    lines = tail.split(b"\n")
    return time_in(lines[-2].decode("utf-8", "replace")) if len(lines) > 1 else None


def time_in(line):
    """@returns when a receipt was sealed, by its own word; None of what is no receipt"""
    at = part(object_in(line), "timestamp")
    return at if is_time(at) else None


def earliest(*times):
    return min(filter(None, times), default=None)


class LogEntries:
    """What the log's chain says of the chains of the package, and of others; no more is kept than is needed."""

    MOST_OTHERS = 100000

    def __init__(self, marks, has_log):
        self.marks, self.has_log = marks, has_log
        self.entries, self.others = [], {}

    def hear(self, seq, event):
        # the name of the log may have been another one then: a chain is named by what stands behind the last slash
        named = re.search("/([0-9a-f]{16})\\Z", event["origin"])
        size = int(event["size"].value)
        # every chain leads to a checkpoint of size 0, so that it says nothing of any
        if not self.has_log or named is None or size == 0:
            return
        chain_id = self.marks.get(named.group(1))
        if chain_id is not None:
            self.entries.append((seq, chain_id, size, event["rootHash"]))
        elif len(self.others) < self.MOST_OTHERS:
            self.others.setdefault(named.group(1), (seq, event["origin"]))

    def below(self, heads):
        """@param heads checkpoints of the log that its chain leads to, by size. @returns what they cover, here and not"""
        # the last first: what vouches for one vouches for all before it
        left, witnessed, at, stamped, found = list(heads), False, None, None, []
        for seq, chain_id, size, root_hash in reversed(self.entries):
            while left and left[-1]["size"] > seq:
                one = left.pop()
                witnessed = witnessed or one["witnessed"]
                at, stamped = earliest(at, one["witnessedAt"]), earliest(stamped, one["stampedAt"])
            if len(left) < len(heads):
                found.append({"chainId": chain_id, "size": size, "rootHash": root_hash, "by": "log"})
                found[-1].update(witnessed=witnessed, witnessedAt=at, stampedAt=stamped)
        covered = heads[-1]["size"]
        others = [origin for seq, origin in self.others.values() if seq < covered]
        return found[::-1], others


class Statements:
    """What is proved and what is not, as codes and sentences."""

    def __init__(self, package, chains):
        self.package, self.chains = package, chains
        self.proved, self.not_proved = [], []

    def say(self, holds, code, yes, no, chain_id=None):
        said = {"code": code} if chain_id is None else {"code": code, "chainId": chain_id}
        about = "" if chain_id is None else "chain %s: " % chain_id
        said["message"] = about + (yes if holds else no)
        (self.proved if holds else self.not_proved).append(said)

    def found(self, *starts):
        codes = [one["code"] for one in self.package.problems]
        return any(code == one or code.startswith(one + "_") for code in codes for one in starts)

    def both(self):
        self.of_package()
        for chain in self.chains:
            self.of_chain(chain)
        self.say(False, "COMPLETE_RECORDING", "", "what was never recorded leaves no trace in any receipt")
        truth_ = "whether what was recorded is true: the receipts say who recorded it, and that nobody changed it since"
        self.say(False, "TRUTH", "", truth_)
        return self.proved, self.not_proved

    def of_package(self):
        package = self.package
        unlisted = ("PACKAGE", "MANIFEST_MALFORMED", "MANIFEST_SIGNATURE_INVALID", "MEMBER")
        listed_ = package.signer is not None and not self.found(*unlisted)
        self.say(
            listed_,
            "MEMBERS",
            "every member is as it was when %s signed the list of them" % package.signer,
            "the members are not those that the signed list names",
        )
        self.say(
            listed_ and not self.found("MANIFEST_KEY"),
            "PACKER",
            "the key that signed the list is one that you trust for it",
            "you do not trust the key that signed the list: anybody may have put this together",
        )
        self.say(
            package.reported,
            "REPORT",
            "the report is the one that receipts of these chains seal, and it is about these chains",
            "no report on these chains was verified: its figures are its maker\u2019s word",
        )
        if any(name.startswith("report/") and name not in (REPORT_NAME, SEAL_NAME) for name in package.there):
            pages = "of the report only report.json was judged: its other forms may say something else"
            self.say(False, "REPORT_PAGES", "", pages)
        self.say(
            package.has_all(),
            "ALL_CHAINS",
            "every chain of which the chain of the log has a checkpoint is in the package",
            self.missing_words(),
        )

    def missing_words(self):
        package, missing = self.package, self.package.missing
        if package.log_chain is None:
            return "no chain of a log that you trust is there, so nothing says which chains there are"
        if missing:
            count = str(len(missing)) if len(missing) < LogEntries.MOST_OTHERS else "at least %d" % len(missing)
            shown = ", ".join(printable(origin) for origin in missing[:10])
            more = ", \u2026" if len(missing) > 10 else ""
            return "the log knows %s chains that are not in the package: %s%s" % (count, shown, more)
        return "the log knows no other chain" if package.log_valid else "the chain of the log is not VALID"

    def of_chain(self, chain):
        result, chain_id = chain["result"], chain["chainId"]
        scope, verdict = result["scope"], result["verdict"]
        held = [] if verdict == "INVALID" else chain["checkpoints"]
        span = ", seq %d to %d" % (scope["fromSeq"], scope["toSeq"]) if "fromSeq" in scope else ""
        say = lambda holds, code, yes, no: self.say(holds, code, yes, no, chain_id)  # noqa: E731
        say(
            verdict == "VALID",
            "RECEIPTS",
            "%d receipts%s are unchanged, in order, without a gap, and signed by keys that you trust"
            % (result["checked"], span),
            "its receipts are %s" % verdict,
        )
        say(
            scope["tail"] != "unproved" and verdict != "INVALID" and "TAIL_UNPROVED" not in result["counts"],
            "TAIL",
            of_tail(chain, self.package.ending_at(chain)),
            "nothing proves that receipts behind the last one were not cut",
        )
        say(
            bool(held),
            "CHECKPOINT",
            "its first %s receipts are those that a log you trust has signed for" % (held[-1]["size"] if held else ""),
            "no checkpoint of a log that you trust holds it: whoever has its key can have written it anew",
        )
        seen = [one for one in held if one["witnessed"]][-1:]
        at = ", at %s" % seen[0]["witnessedAt"] if seen and "witnessedAt" in seen[0] else ""
        say(
            bool(seen),
            "WITNESSES",
            "enough witnesses have seen its first %s receipts%s" % (seen[0]["size"] if seen else "", at),
            "no witnesses that you asked for have seen it: the log may show others another history",
        )
        asked = self.package.policy.timestamp is not None
        stamped = [one for one in held if "stampedAt" in one][-1:]
        say(
            bool(stamped),
            "TIMESTAMP",
            "its first %s receipts were there at %s, by an authority that you trust"
            % ((stamped[0]["size"], stamped[0]["stampedAt"]) if stamped else ("", "")),
            "no time stamp of an authority that you trust dates it"
            if asked
            else "no time stamp was asked for: its times are its writer\u2019s clock",
        )


def of_tail(chain, held):
    """What a tail means, in words, where these vouch for it."""
    scope = chain["result"]["scope"]
    seen = list(filter(None, (one.get("witnessedAt") or one.get("stampedAt") for one in held)))
    uncut = "the chain has not been cut before receipt %s, which %s; what came after is not shown" % (
        scope.get("toSeq"),
        "was seen at %s" % seen[0] if seen else "a log that you trust has signed for",
    )
    ended = "the chain\u2019s own key says that it ended here"
    if scope["tail"] != "chain-end":
        return uncut
    return "%s; %s" % (ended, uncut) if held else ended


def printable(words):
    """Words of somebody else must not be commands to a terminal."""
    data = words.encode("utf-16-le", "surrogatepass")[:400]
    found = [data[at] if data[at + 1] == 0 else 0 for at in range(0, len(data), 2)]
    return "".join(chr(one) if 0x20 <= one <= 0x7E else "?" for one in found)


def held_json(held):
    shown = {"size": held["size"], "by": held["by"], "witnessed": held["witnessed"]}
    if held["witnessedAt"]:
        shown["witnessedAt"] = held["witnessedAt"]
    if held["stampedAt"]:
        shown["stampedAt"] = held["stampedAt"]
    return shown


def judge_package(file, keyring, policy=None, now=None):
    """@param file open for reading bytes. @param keyring from `keyring_of`, or None. @returns the result"""
    return Package(file, keyring, policy or Policy({}), now or now_time()).judge()


# ---------------------------------------------------------------------------------------------------------------------
# The command


def read_json(name):
    try:
        with open(name, encoding="utf-8") as file:
            reader = Reader()
            value = reader.read(file.read())
    except (OSError, ValueError) as error:
        raise Wrong("%s can't be read: %s" % (name, error))
    if reader.twice:
        raise Wrong("%s has a member twice" % name)
    return value


def plain(value):
    """Numbers as Python has them."""
    if isinstance(value, Num):
        return int(value.value) if value.value == int(value.value) else value.value
    if isinstance(value, list):
        return [plain(one) for one in value]
    return {name: plain(one) for name, one in value.items()} if isinstance(value, dict) else value


def chunks_of(file):
    while True:
        chunk = file.read(1 << 18)
        if not chunk:
            return
        yield chunk


def tell(result):
    print(result["verdict"])
    for name, words_ in (("digest", "manifest "), ("madeAt", "made at  "), ("keyId", "signed by")):
        if name in result:
            print("  %s %s%s" % (words_, result[name], ", by its own word" if name == "madeAt" else ""))
    for problem in result["problems"]:
        print("  " + "  ".join(str(problem[name]) for name in ("code", "line", "seq", "member", "chainId") if name in problem))
    for chain in result.get("chains", []):
        scope, counts = chain["result"]["scope"], chain["result"]["counts"]
        print("  %s  chain %s, %d receipts, tail %s" % (
            chain["result"]["verdict"], chain["chainId"], chain["result"]["checked"], scope["tail"]))
        for code, count in counts.items():
            print("    %s %d" % (code, count))
        for found in chain["result"]["problems"][:20]:
            at = "  ".join("%s %d" % (name, found[name]) for name in ("line", "seq") if name in found)
            if at:
                print("    %s  %s" % (at, found["code"]))
    if "scope" in result:
        print("  chain %s, tail %s" % (result["scope"].get("chainId"), result["scope"]["tail"]))
        print("Not shown by any chain: what was never recorded.")
        return
    for title, said in (("proved", result["proved"]), ("not proved", result["notProved"])):
        print(title)
        for one in said:
            print("  %s  %s" % (one["code"], one["message"]))
        if not said:
            print("  nothing")
    if result["omitted"]:
        print("left out, by the word of who packed it")
    for one in result["omitted"][:20]:
        print("  %s: %s" % (printable(one["what"]), printable(one["why"])))


def main(arguments):
    parser = argparse.ArgumentParser(description="Verifies quittance receipts and evidence packages.")
    parser.add_argument("file", help="a package (.zip) or a chain (.jsonl)")
    parser.add_argument("--keyring", help="the keys that you trust, as JSON; never one from the package")
    parser.add_argument("--policy", help="what you ask of a package, as JSON")
    parser.add_argument("--options", help="what you ask of a chain, as JSON (expect, anchors, acceptPruned ...)")
    parser.add_argument("--chain", help="the chain that you mean")
    parser.add_argument("--now", help="judge as of this time, YYYY-MM-DDTHH:MM:SS.sssZ")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args(arguments)
    # a terminal of another alphabet is no reason for no answer
    sys.stdout.reconfigure(errors="replace")
    try:
        if given.now and not is_time(given.now):
            raise Wrong("--now must be a time")
        keyring = keyring_of(read_json(given.keyring)) if given.keyring else None
        policy = Policy(read_json(given.policy)) if given.policy else Policy({})
        with open(given.file, "rb") as file:
            packed = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
            file.seek(0)
            if packed or given.file.endswith(".zip"):
                if given.chain or given.options:
                    raise Wrong("--chain and --options are for chains: what is asked of a package stands in --policy FILE")
                result = judge_package(file, keyring, policy, given.now)
            else:
                if given.policy:
                    raise Wrong("--policy is for packages: what is asked of a chain stands in --options FILE")
                if keyring is None:
                    raise Wrong("no keyring was given, and a key found in the data is never trusted")
                options = plain(read_json(given.options)) if given.options else {}
                if given.chain:
                    options["chainId"] = given.chain
                if given.now:
                    options["now"] = given.now
                result = judge_chain(chunks_of(file), keyring, options)
        say_result(result, given.json)
    except (Wrong, OSError) as error:
        print("verify.py: %s" % " ".join(str(error).split()), file=sys.stderr)
        return 2
    return {"VALID": 0, "INVALID": 1, "INCOMPLETE": 3}[result["verdict"]]


def say_result(result, as_json):
    if as_json:
        print(json.dumps(result, ensure_ascii=True, separators=(",", ":")))
    else:
        tell(result)
    sys.stdout.flush()


def guarded(arguments):
    """1 says INVALID: nothing that only went wrong here may end with it."""
    try:
        return main(arguments)
    except SystemExit:
        raise
    except BaseException as error:
        at = error.__traceback__
        while at.tb_next is not None:
            at = at.tb_next
        what = (type(error).__name__, at.tb_lineno)
        print("verify.py: it could not be judged: %s at line %d" % what, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
