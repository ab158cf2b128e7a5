#!/usr/bin/env python3
"""Verifies quittance receipts and evidence packages. One file, Python 3.9 or later.

    python3 verify.py PACKAGE.zip --keyring keyring.json [--policy policy.json] [--json]
    python3 verify.py CHAIN.jsonl --keyring keyring.json [--options options.json] [--json]

Written from docs/receipt-format.md, docs/verification.md and docs/evidence.md, which go along in a package under
format/. It shares no code with the library. It needs the standard library alone; where the package `cryptography` is
installed, signatures are checked by it, which is some hundred times as fast.

Exit codes: 0 VALID, 1 INVALID, 3 INCOMPLETE, 2 wrong usage, something that can't be read, or a fault of this program.
What it does not check: RFC 3161 time stamps and reports. Where a policy asks for them, the answer is INCOMPLETE.
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
# JSON, strictly


class Num:
    """A number as it is spelled, and what it says."""

    __slots__ = ("text", "value")

    def __init__(self, text):
        self.text = text
        try:
            self.value = float(text)
        except OverflowError:
            self.value = math.inf

    def __eq__(self, other):
        return isinstance(other, Num) and self.value == other.value

    def __hash__(self):
        return hash(self.value)


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
                object_pairs_hook=self.pairs, parse_int=Num, parse_float=Num, parse_constant=no_constant
            )
            value, end = decoder.raw_decode(text, whitespace(text, 0))
            if whitespace(text, end) != len(text):
                raise ValueError
            return value
        except RecursionError:
            return self.read_deep(text)

    def read_deep(self, text):
        """As `read`, for a text that is nested deeper than the interpreter's stack."""
        decoder = json.JSONDecoder(parse_int=Num, parse_float=Num, parse_constant=no_constant)
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
        return FINE.union(*[item(one) for one in value])

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


def tagged(cases):
    checks = {
        word: members(dict(required, event=words(word)), optional, False) for word, (required, optional) in cases.items()
    }

    def check(value):
        if not isinstance(value, dict) or not isinstance(value.get("event"), str):
            return WRONG
        known = checks.get(value["event"])
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
        if receipt["eventType"] == "key" and receipt["key"]["event"] == "rotate":
            return ["KEY_NOT_ALLOWED"]
        return [] if self.covering(receipt)[1] else ["DELEGATION_INVALID"]

    @staticmethod
    def uses(receipt, entry):
        kind = receipt["eventType"]
        needed = {"receipt"}
        if kind == "retention":
            needed.add("retention")
        elif kind == "key" and receipt["key"]["event"] in ("rotate", "revoke"):
            needed.add(receipt["key"]["event"])
        elif kind == "system" and receipt["system"]["event"] == "report":
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


def time_of(ms):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000)


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
        # ML-DSA-44 needs a library that is not here: such a line counts for nothing
        if key.kind != 1 or not lines:
            continue
        if not all(ed25519_verifies(key.public_key, note, line[2]) for line in lines):
            raise WrongSignature
        signed = signed or log
    if signed is None:
        return None
    cosigned, unverified = {}, 0
    for _, key in policy.witnesses:
        for name, key_id, data in checkpoint["signatures"]:
            if name != key.name or key_id != key.id:
                continue
            if key.kind != 4:
                unverified += 1
                continue
            at = struct.unpack(">Q", data[:8])[0] if len(data) > 8 else None
            message = b"cosignature/v1\ntime %d\n" % (at or 0) + note
            if at is None or at > MAX_INT or not ed25519_verifies(key.public_key, message, data[8:]):
                raise WrongSignature
            slot = (key.name, key.kind, key.public_key)
            cosigned[slot] = min(cosigned.get(slot, math.inf), at or math.inf)
    seen = policy.times(cosigned)
    return {
        "kind": "chain" if is_chain else "log",
        "log": signed.name,
        "witnessed": seen is not None,
        "witnessedAt": end_of_second(seen),
        "unverified": unverified,
    }


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
            above_zero(stamp.get("withinHours"), "timestamp.withinHours")
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
        # what its list says of itself, and how many cosignatures nobody here can check
        self.told, self.signer, self.there, self.unverified = {}, None, set(), 0
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
        notes = self.open_notes(manifest, self.there)
        self.judge_chains(manifest, self.there, notes)
        self.require()
        return self.result()

    def result(self):
        codes = {one["code"] for one in self.problems}
        verdict = "INVALID" if codes & PACKAGE_INVALID_CODES else "INCOMPLETE" if codes else "VALID"
        chains = [dict(one, checkpoints=[held_json(held) for held in one["checkpoints"]]) for one in self.chains]
        result = dict({"verdict": verdict, "problems": self.problems, "omitted": []}, **self.told)
        if self.unverified:
            result["unverified"] = self.unverified
        proved, not_proved = Statements(self, chains).both()
        return dict(result, chains=chains, proved=proved, notProved=not_proved)

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

    def open_notes(self, manifest, there):
        notes = []
        for one in manifest["members"]:
            name = one["name"]
            if not name.startswith("checkpoints/") or name not in there or "checkpoints/" in self.too_many:
                continue
            data = self.whole(name)
            if data is None:
                continue
            try:
                checkpoint = checkpoint_of(data)
                opened = open_checkpoint(checkpoint, self.policy.checkpoints or self.own_policy(checkpoint["origin"]))
            except Malformed:
                self.problem("MEMBER_MALFORMED", name)
                continue
            except WrongSignature:
                self.problem("CHECKPOINT_INVALID", name)
                continue
            if opened is not None:
                self.unverified += opened["unverified"]
                # its text may be long, and is not needed any more
                notes.append(dict(opened, origin=checkpoint["origin"], size=checkpoint["size"], root=checkpoint["root"]))
        return notes

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
        if policy.report:
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
        if policy.timestamp is not None:
            self.problem("REQUIRED_TIMESTAMP_MISSING", None, chain["chainId"])

    def is_fresh(self, at):
        age = ms_of(self.now) - ms_of(at)
        return -FIVE_MINUTES <= age <= self.policy.max_age * 3600000


def last_time(tail):
    """@returns when the last receipt was sealed, by its own word"""
    try:
        at = json.loads(tail.split(b"\n")[-2].decode("utf-8"))["timestamp"]
        return at if is_time(at) else None
    except (IndexError, KeyError, TypeError, ValueError, RecursionError):
        return None


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
        left, witnessed, at, found = list(heads), False, None, []
        for seq, chain_id, size, root_hash in reversed(self.entries):
            while left and left[-1]["size"] > seq:
                one = left.pop()
                witnessed = witnessed or one["witnessed"]
                at = min(filter(None, (at, one["witnessedAt"])), default=None)
            if len(left) < len(heads):
                found.append({"chainId": chain_id, "size": size, "rootHash": root_hash, "by": "log"})
                found[-1].update(witnessed=witnessed, witnessedAt=at)
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
        no_report = "no report on these chains was verified: its figures are its maker\u2019s word"
        self.say(False, "REPORT", "", no_report)
        judged = {"report/report.json", "report/report.seal.json"}
        if any(name.startswith("report/") and name not in judged for name in package.there):
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
        say(
            False,
            "TIMESTAMP",
            "",
            "no time stamp of an authority that you trust dates it"
            if asked
            else "no time stamp was asked for: its times are its writer\u2019s clock",
        )


def of_tail(chain, held):
    """What a tail means, in words, where these vouch for it."""
    scope = chain["result"]["scope"]
    seen = [one["witnessedAt"] for one in held if "witnessedAt" in one]
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
        print("Not checked here: time stamps. Not shown by any chain: what was never recorded.")
        return
    for title, said in (("proved", result["proved"]), ("not proved", result["notProved"])):
        print(title)
        for one in said:
            print("  %s  %s" % (one["code"], one["message"]))
        if not said:
            print("  nothing")
    print("not checked\n  time stamps and reports: nothing here can check them")
    if "unverified" in result:
        print("  ML-DSA-44 cosignatures: %d; nothing here can check them, and they count for nothing" % result["unverified"])
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
