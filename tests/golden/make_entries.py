#!/usr/bin/env python3
"""Golden entries of the decision ledger, made without any code of the product.

Writes entries.json beside itself: valid entries with the inputs that give them,
and invalid ones with the reason for which they must be refused. Needs Python 3.8
or newer and nothing else: Ed25519 is written out below from RFC 8032, section 6.

    python3 make_entries.py           write entries.json
    python3 make_entries.py --check   fail when the file differs from what is made
"""

import base64
import hashlib
import json
import pathlib
import sys

# ---- Ed25519 (RFC 8032, section 5.1), for test keys only: it is not constant in time

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def sha512(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def recover_x(y, sign):
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P:
        return None
    return P - x if x & 1 != sign else x


def pack(p):
    z = pow(p[2], P - 2, P)
    x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


class Key:
    """A device's key; the hand-made signatures serve the invalid entries."""

    def __init__(self, seed):
        self.seed = seed
        digest = hashlib.sha512(seed).digest()
        scalar = int.from_bytes(digest[:32], "little")
        self.scalar = scalar & (2**254 - 8) | 2**254
        self.nonce = digest[32:]
        self.public = pack(times(self.scalar, BASE))
        self.text = b64(self.public)
        self.device = hashlib.sha256(self.public).hexdigest()[:16]

    def sign(self, message):
        r = sha512(self.nonce, message) % L
        return self.finish(pack(times(r, BASE)), r, message)

    def finish(self, commitment, r, message):
        s = (r + sha512(commitment, self.public, message) * self.scalar) % L
        return commitment + s.to_bytes(32, "little")

    def sign_with_small_order_point(self, message):
        """R is the neutral point: lenient verifiers accept it, strict ones do not."""
        return self.finish(pack((0, 1, 1, 0)), 0, message)

    def sign_with_second_spelling(self, message):
        """S + L instead of S: malleable, refused since RFC 8032."""
        good = self.sign(message)
        s = int.from_bytes(good[32:], "little") + L
        return good[:32] + s.to_bytes(32, "little")


# ---- Entries

ZERO = "0" * 64
PREFIX = "cockpit.ledger/entry/v1 "


def b64(data):
    return base64.b64encode(data).decode()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value):
    """RFC 8785 for values without floats: keys sorted by UTF-16 code units."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(canonical(k) + ":" + canonical(value[k]) for k in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def header_of(head, device, at, kind, body_line, seen):
    return {"at": at, "body": sha256(body_line), "dev": device, "kind": kind, "ledger": head["ledger"],
            "prev": head["prev"], "seen": seen, "seq": head["next_seq"], "v": 1}


class Entry:
    def __init__(self, key, header_line, body_line, signature=None):
        signature = signature or key.sign(header_line.encode())
        self.header, self.body, self.sig = header_line, body_line, b64(signature)
        self.id = sha256(header_line)

    @property
    def text(self):
        return self.header + "\n" + self.body + "\n" + self.sig + "\n"


KEYS = [Key(bytes([n]) * 32) for n in (1, 2, 3)]
OWNER, SECOND, STRANGER = KEYS
VALID = []
HEADS = {}


def at(n):
    return "2026-11-23T18:%02d:05.%03dZ" % (n, n)


def salt(n):
    return "%032x" % (0xA5A5 << 64 | n)


def head_of(key):
    first = {"ledger": LEDGER, "next_seq": 0, "prev": ZERO} if VALID else None
    return HEADS.get(key.device, first or {"ledger": ZERO, "next_seq": 0, "prev": ZERO})


def valid(name, key, kind, body, seen=None, body_line=None):
    global LEDGER
    n, head, seen = len(VALID), head_of(key), seen or [0, ZERO]
    line = body_line or canonical(dict(body, salt=salt(n)))
    header = header_of(head, key.device, at(n), kind, line, seen)
    entry = Entry(key, PREFIX + canonical(header), line)
    if not VALID:
        LEDGER = entry.id
    HEADS[key.device] = {"ledger": LEDGER, "next_seq": head["next_seq"] + 1, "prev": entry.id}
    VALID.append({
        "name": name, "device": KEYS.index(key), "id": entry.id,
        # A body that another writer spelled in its own way is read, never written.
        "input": None if body_line else {
            "head": head, "at": at(n), "kind": kind, "body": body, "salt": salt(n), "seen": seen},
        "lines": [entry.header, entry.body, entry.sig],
    })


LEDGER = ZERO
valid("genesis", OWNER, "genesis", {"key": OWNER.text, "name": "Wallet team"})
valid("empty body", OWNER, "note", {})
valid("a decision", OWNER, "stop.approve",
      {"intent": "ab" * 32, "reason": "checkout 5xx 4.2 %", "verdict": "approve"})
valid("another device comes in", OWNER, "device.add", {"key": SECOND.text, "person": "jo"})
valid("first entry of the other device", SECOND, "note", {"text": "hello"})
valid("seen a slot of the team log", SECOND, "note", {"text": "x"}, [4711, "cd" * 32])
valid("the largest slot number", OWNER, "note", {}, [2**53 - 1, "ef" * 32])
valid("every kind of value", OWNER, "note", {
    "list": [1, -1, 0, True, False, None, "", [], {}, [[{"b": 1, "a": 2}]]],
    "largest": 2**53 - 1, "smallest": -(2**53 - 1)})
valid("text of all sorts", SECOND, "note", {
    "quotes": "\"\\/", "controls": "\b\t\n\f\r\u0000\u001f\u007f", "words": "Grüße, 停止, \U0001f6d1",
    "separators": "\u2028\u2029"})
valid("keys in RFC 8785 order", SECOND, "note", {
    "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7})
valid("the longest kind", OWNER, "k" * 60 + ".a-_", {})
valid("the longest body", OWNER, "note", {"text": "x" * (16384 - 53)})
valid("a body in another spelling", OWNER, "note", {}, body_line=(
    '{ "salt" : "' + "0f" * 16 + '", "later": {"z": 1, "a": "\\u0041"}, "b": [ ] }'))
assert len(VALID[11]["lines"][1]) == 16384

# ---- What must be refused

INVALID = []
NOTE = '{"salt":"' + "00" * 16 + '","text":"x"}'


def invalid(name, reason, entry, after=len(VALID)):
    """`entry` comes after the first `after` valid ones; its text, or bytes that are no text."""
    bytes_ = entry if isinstance(entry, bytes) else (entry.text if isinstance(entry, Entry) else entry).encode()
    try:
        shown = {"text": bytes_.decode()}
    except UnicodeDecodeError:
        shown = {"hex": bytes_.hex()}
    INVALID.append(dict({"name": name, "reason": reason, "after": after}, **shown))


def header(body=NOTE, key=OWNER, **changes):
    return dict(header_of(head_of(key), key.device, at(30), "note", body, [0, ZERO]), **changes)


def signed(header_line, body=NOTE, key=OWNER, signature=None):
    return Entry(key, header_line, body, signature)


def made(body=NOTE, key=OWNER, **changes):
    return signed(PREFIX + canonical(header(body, key, **changes)), body, key)


def respelled(old, new):
    line = PREFIX + canonical(header())
    assert line.count(old) == 1, old
    return signed(line.replace(old, new))


GOOD = made()
lines = GOOD.text.split("\n")

invalid("nothing", "not_three_lines", "")
invalid("no last line feed", "not_three_lines", GOOD.text[:-1])
invalid("two lines", "not_three_lines", "\n".join(lines[:2]) + "\n")
invalid("four lines", "not_three_lines", GOOD.text + "\n")
invalid("a header that is no text", "not_utf8", b"\xff" + GOOD.text.encode())
invalid("a body that is no text", "not_utf8", GOOD.text.encode().replace(b'"x"', b'"\xff"'))
invalid("another prefix", "prefix", signed("cockpit.ledger/slot/v1 " + canonical(header())))
invalid("no prefix", "prefix", signed(canonical(header())))
invalid("a newer prefix", "newer_version", signed("cockpit.ledger/entry/v2 " + canonical(header(new=1))))
invalid("a newer v with a key that is unknown here", "newer_version", made(v=2, extra="x"))
invalid("a newer entry of another form", "newer_version", "cockpit.ledger/entry/v17 whatever\n")
invalid("a header over 1 KiB", "too_large", made(extra="x" * 1024))
invalid("a body over 16 KiB", "too_large", made('{"salt":"%s","text":"%s"}' % ("00" * 16, "x" * 16384)))
invalid("a header that is cut off", "json_syntax", signed((PREFIX + canonical(header()))[:-1]))
invalid("a header that is a list", "json_syntax", signed(PREFIX + "[]"))
invalid("a body that is a list", "json_syntax", made("[]"))
invalid("a body and a half", "json_syntax", made(NOTE + "{}"))
invalid("a lone surrogate", "json_syntax", made(NOTE.replace('"x"', '"\\ud800"')))
invalid("a header key twice", "duplicate_key", respelled('"v":1', '"v":1,"v":1'))
invalid("a body key twice", "duplicate_key", made(NOTE.replace('"text"', '"text":"y","text"')))
invalid("a key twice in another spelling", "duplicate_key", made(NOTE.replace('"text"', '"t\\u0065xt":1,"text"')))
invalid("a key twice deep inside", "duplicate_key", made(NOTE.replace('"x"', '[{"k":1,"k":1}]')))
invalid("a float in the header", "float", respelled('"v":1', '"v":1.0'))
invalid("a float in the body", "float", made(NOTE.replace('"x"', "4.2")))
invalid("an exponent", "float", made(NOTE.replace('"x"', "1e3")))
invalid("minus zero", "float", made(NOTE.replace('"x"', "-0")))
invalid("2^53", "integer_range", made(NOTE.replace('"x"', str(2**53))))
invalid("minus 2^53", "integer_range", made(NOTE.replace('"x"', str(-(2**53)))))
invalid("a number that is too large in the header", "integer_range", made(seq=2**53))
invalid("keys out of order", "unsorted_keys", signed(
    PREFIX + '{"v":1,' + canonical(header())[1:].replace(',"v":1', "")))
invalid("a header key that is unknown", "unknown_key", made(zeal=1))
for missing in ("at", "body", "dev", "kind", "ledger", "prev", "seen", "seq", "v"):
    rest = {key: value for key, value in header().items() if key != missing}
    invalid("a header without " + missing, "missing_key", signed(PREFIX + canonical(rest)))
for name, changes in {
        "v is 0": {"v": 0}, "v is text": {"v": "1"}, "at without milliseconds": {"at": "2026-11-23T18:30:05Z"},
        "at in another zone": {"at": "2026-11-23T18:30:05.123+01:00"}, "at on a day that is not": {"at": "2026-02-30T00:00:00.000Z"},
        "dev too long": {"dev": OWNER.device + "00"}, "prev in upper case": {"prev": header()["prev"].upper()},
        "kind empty": {"kind": ""}, "kind in upper case": {"kind": "Note"}, "kind too long": {"kind": "k" * 65},
        "kind with a space": {"kind": "a b"}, "seen with three parts": {"seen": [0, ZERO, 0]},
        "seen as text": {"seen": "0"}, "seq below 0": {"seq": -1}, "seq as text": {"seq": "12"},
        "seq 0 with a prev": {"seq": 0}, "a prev of zeros inside a chain": {"prev": ZERO},
        "no ledger inside a chain": {"ledger": ZERO}}.items():
    invalid(name, "bad_value", made(**changes))
invalid("a space in the header", "not_canonical", respelled('"seq":', '"seq": '))
invalid("an escape in the header", "not_canonical", respelled('"note"', '"\\u006eote"'))
invalid("a carriage return after the header", "not_canonical", signed(PREFIX + canonical(header()) + "\r"))
invalid("another body", "body_hash", GOOD.text.replace('"x"', '"y"'))
invalid("a space after the body", "body_hash", GOOD.text.replace('"x"}', '"x"} '))
for name, body in {"no salt": "{}", "a short salt": '{"salt":"00"}', "a salt in upper case": '{"salt":"%s"}' % ("AA" * 16),
                   "a salt that is a number": '{"salt":0}'}.items():
    invalid(name, "salt", made(body))
sig = GOOD.sig
for name, text in {
        "a signature without padding": sig[:-2], "a signature with other last bits": sig[:-3] + chr(ord(sig[-3]) + 1) + "==",
        "a short signature": b64(bytes(63)), "an empty signature": "", "a space after the signature": sig + " "}.items():
    invalid(name, "signature_encoding", "\n".join([GOOD.header, GOOD.body, text, ""]))

flipped = bytearray(base64.b64decode(sig))
flipped[40] ^= 1
message = GOOD.header.encode()
invalid("a flipped bit in the signature", "bad_signature", signed(GOOD.header, NOTE, OWNER, bytes(flipped)))
invalid("signed by another device", "bad_signature", signed(GOOD.header, NOTE, SECOND))
invalid("signed with S + L", "bad_signature", signed(GOOD.header, NOTE, OWNER, OWNER.sign_with_second_spelling(message)))
invalid("signed with a small-order point", "bad_signature",
        signed(GOOD.header, NOTE, OWNER, OWNER.sign_with_small_order_point(message)))
invalid("another time than was signed", "bad_signature",
        signed(GOOD.header.replace("18:30", "18:31"), NOTE, OWNER, base64.b64decode(sig)))
invalid("a ledger without a genesis", "no_genesis", GOOD, 0)
genesis = {"key": OWNER.text, "salt": "00" * 16}
first = {"ledger": ZERO, "prev": ZERO, "seq": 0}
invalid("a genesis inside the ledger", "second_genesis", made(canonical(genesis), **first))
invalid("an entry of another ledger", "other_ledger", made(ledger="12" * 32))
invalid("a device that nobody admitted", "unknown_device", made(key=STRANGER))
invalid("a device before it is admitted", "unknown_device", "\n".join(VALID[4]["lines"]) + "\n", 3)
weak = b64(bytes([1]) + bytes(31))
second_spelling = b64((P + 3).to_bytes(32, "little"))
for name, key_text in {"a weak key": weak, "no point of the curve": b64(bytes([2]) + bytes(31)),
                       "a point in a second spelling": second_spelling, "a key that is no base64": "?", "a short key": b64(bytes(31))}.items():
    invalid("device.add with " + name, "bad_key", made(canonical({"key": key_text, "salt": "00" * 16}), kind="device.add"))
invalid("device.add without a key", "bad_key", made(kind="device.add"))
invalid("a genesis without a key", "bad_key", made(NOTE, **first), 0)
invalid("a genesis with another's key", "key_mismatch",
        made(canonical(dict(genesis, key=SECOND.text)), **first), 0)
invalid("a number left out", "missing", made(seq=head_of(OWNER)["next_seq"] + 1))
invalid("an entry a second time", "repeated", "\n".join(VALID[2]["lines"]) + "\n")
invalid("two entries with one number", "repeated", made(seq=head_of(OWNER)["next_seq"] - 1))
invalid("an entry that follows another one", "broken_link", made(prev="34" * 32))

# ---- The file

FILE = pathlib.Path(__file__).resolve().with_name("entries.json")
TEXT = json.dumps({
    "about": "Made by make_entries.py; do not edit. Valid entries are one ledger in admission order.",
    "ledger": LEDGER,
    "devices": [{"seed": key.seed.hex(), "public": key.text, "device": key.device} for key in KEYS],
    "valid": VALID,
    "invalid": INVALID,
}, indent=1, ensure_ascii=True) + "\n"

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not FILE.exists() or FILE.read_bytes() != TEXT.encode():
            sys.exit("entries.json is not what make_entries.py makes: run it without --check")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        FILE.write_bytes(TEXT.encode())
    print(len(VALID), "valid,", len(INVALID), "invalid")
