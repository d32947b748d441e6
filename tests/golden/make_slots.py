#!/usr/bin/env python3
"""Golden slots, trees, proofs, tiles and checkpoints, made without any code of the product.

Writes slots.json beside itself. Keys, Ed25519 and entries come from make_entries.py; the
tree is written out from the definitions of RFC 6962, section 2.1, the notes from C2SP
signed-note, tlog-checkpoint and tlog-cosignature. Needs Python 3.8 or newer and nothing else.

    python3 make_slots.py           write slots.json
    python3 make_slots.py --check   fail when the file differs from what is made
"""

import hashlib
import json
import pathlib
import sys

from make_entries import PREFIX, ZERO, Entry, Key, at, b64, canonical, header_of, salt, sha256

SLOT_PREFIX = "cockpit.ledger/slot/v1 "
NEWER_PREFIX = "cockpit.ledger/slot/v2 "

# ---- The tree (RFC 6962, section 2.1), by its definition


def h(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves):
    if not leaves:
        return h(b"")
    if len(leaves) == 1:
        return h(b"\x00" + leaves[0])
    k = split(len(leaves))
    return h(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def inclusion(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return inclusion(m, leaves[:k]) + [mth(leaves[k:])]
    return inclusion(m - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(m, leaves, whole):
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [mth(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]


def consistency(m, leaves):
    return subproof(m, leaves, True) if 0 < m < len(leaves) else []


# ---- Notes and checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)


def key_id(name, kind, key):
    return h(name.encode() + b"\n" + bytes([kind]) + key.public)[:4]


def vkey(name, kind, key):
    return "%s+%s+%s" % (name, key_id(name, kind, key).hex(), b64(bytes([kind]) + key.public))


def signature_line(name, kind, key, data):
    return "\u2014 %s %s\n" % (name, b64(key_id(name, kind, key) + data))


def signed(text, name, key):
    return signature_line(name, 1, key, key.sign(text.encode()))


def cosigned(text, name, key, seconds):
    message = "cosignature/v1\ntime %d\n%s" % (seconds, text)
    return signature_line(name, 4, key, seconds.to_bytes(8, "big") + key.sign(message.encode()))


# ---- Slots


KEYS = [Key(bytes([n]) * 32) for n in (1, 2, 3, 4)]
OWNER, SECOND, GUEST, STRANGER = KEYS


class Log:
    """A ledger's log and the chains of its devices."""

    def __init__(self):
        self.ledger, self.heads, self.made = ZERO, {}, 0
        self.leaves, self.slots, self.prev, self.cases = [], [], ZERO, []

    def entry(self, key, kind, body, seen=None, fork=False):
        head = self.heads.get(key.device, {"ledger": self.ledger, "next_seq": 0, "prev": ZERO})
        line = canonical(dict(body, salt=salt(self.made)))
        header = header_of(head, key.device, at(self.made % 60), kind, line, seen or [0, ZERO])
        entry = Entry(key, PREFIX + canonical(header), line)
        self.made += 1
        if self.ledger == ZERO:
            self.ledger = entry.id
        if not fork:
            self.heads[key.device] = {
                "ledger": self.ledger, "next_seq": head["next_seq"] + 1, "prev": entry.id}
        return entry

    def note(self, key, **options):
        return self.entry(key, "note", {"text": "note %d" % self.made}, **options)

    def text(self, key, entries, leaves=None, origin=None, mark=None, signer=None, more="",
             prefix=SLOT_PREFIX, **changes):
        """The bytes of the next slot, or of one that something is wrong with."""
        header = {"at": at(len(self.slots)), "by": key.device, "count": len(entries), "n": len(self.slots),
                  "prev": self.prev, "v": 1}
        header.update(changes)
        line = prefix + canonical(header)
        leaves = leaves or self.leaves + list(map(leaf, entries))
        origin = origin or "release-cockpit/" + self.ledger
        mark = mark or "slot %d %s" % (header["n"], sha256(line))
        body = "%s\n%d\n%s\n%s\n" % (origin, len(leaves), b64(mth(leaves)), mark)
        note = body + "\n" + signed(body, origin, signer or key) + more
        return line + "\n" + "".join(entry.text for entry in entries) + note

    def put(self, name, text, code=None, entries=(), key=None):
        """What is stored as the next slot; without a code its entries are admitted."""
        before = len(self.leaves)
        if not code:
            self.leaves += map(leaf, entries)
        hash_ = hashlib.sha256(text.encode()).hexdigest()
        self.slots.append({
            "name": name, "text": text, "hash": hash_, "void": code,
            "by": KEYS.index(key) if key else None, "at": at(len(self.slots)), "entries": len(entries),
            "first_leaf": before, "size": len(self.leaves), "root": mth(self.leaves).hex()})
        # A void slot names what it likes: the link before it and its hash stand for the log.
        self.prev = hashlib.sha256(bytes.fromhex(self.prev + hash_)).hexdigest() if code else hash_

    def admit(self, name, key, entries):
        self.put(name, self.text(key, entries), None, entries, key)

    def refuse(self, name, code, text):
        """Instead of the next slot, stored nowhere."""
        shown = {"text": text} if isinstance(text, str) else {"hex": text.hex()}
        self.cases.append(dict({"name": name, "after": len(self.slots), "code": code}, **shown))


def leaf(entry):
    return (entry.header + "\n" + entry.sig).encode()


LOG = Log()
genesis = LOG.entry(OWNER, "genesis", {"key": OWNER.text, "name": "Wallet team"})
other = Log()
other_genesis = other.entry(SECOND, "genesis", {"key": SECOND.text, "name": "Other team"})
LOG.refuse("nothing", "slot_cut", "")
LOG.refuse("the genesis of another ledger", "other_ledger",
           LOG.text(SECOND, [other_genesis]))
LOG.refuse("a genesis in a stranger's slot", "slot_not_allowed", LOG.text(SECOND, [genesis]))
LOG.admit("the genesis", OWNER, [genesis])

add = LOG.entry(OWNER, "device.add", {"key": SECOND.text, "person": "jo"})
LOG.refuse("a genesis a second time", "second_genesis", LOG.text(OWNER, [genesis]))
LOG.admit("another device comes in and writes at once", OWNER, [add, LOG.note(SECOND), LOG.note(OWNER)])
LOG.put("junk", "junk\n", "slot_prefix")
pair = [LOG.note(SECOND), LOG.note(OWNER)]
LOG.put("a slot cut short", LOG.text(SECOND, pair)[:-80], "note_form")
LOG.admit("after two void slots", SECOND, pair)
request = LOG.entry(GUEST, "member.request", {"key": GUEST.text, "name": "Kim"})
LOG.refuse("a request and more", "slot_not_allowed", LOG.text(GUEST, [request, pair[0]]))
LOG.refuse("a request in another stranger's slot", "slot_not_allowed", LOG.text(STRANGER, [request]))
LOG.refuse("a note of a stranger", "slot_not_allowed", LOG.text(STRANGER, [LOG.note(STRANGER)]))
LOG.admit("a stranger asks to join", GUEST, [request])
LOG.refuse("one who asked and is no member", "slot_not_allowed", LOG.text(GUEST, [LOG.note(GUEST, fork=True)]))
seen = [5, LOG.slots[5]["hash"]]
LOG.admit("seen as it is", OWNER, [LOG.note(OWNER, seen=seen), LOG.note(SECOND, seen=seen)])
LOG.admit("many entries", SECOND, [LOG.note(KEYS[n % 2]) for n in range(20)])

good = [LOG.note(OWNER), LOG.note(SECOND)]
text = LOG.text(OWNER, good)
LOG.refuse("another number", "slot_number", LOG.text(OWNER, good, n=4))
LOG.refuse("another slot before", "slot_broken_link", LOG.text(OWNER, good, prev=LOG.slots[2]["hash"]))
LOG.refuse("another log", "slot_other_log", LOG.text(OWNER, good, origin="release-cockpit/" + "12" * 32))
LOG.refuse("signed by another member", "slot_bad_signature", LOG.text(OWNER, good, signer=SECOND))
LOG.refuse("one leaf too many", "slot_size", LOG.text(OWNER, good, LOG.leaves + list(map(leaf, good)) + [b"x"]))
LOG.refuse("another root", "slot_root", LOG.text(OWNER, good, LOG.leaves + list(map(leaf, good[::-1]))))
LOG.refuse("an entry twice", "repeated", LOG.text(OWNER, [good[0], good[0]]))
LOG.refuse("an entry left out", "missing", LOG.text(OWNER, [LOG.note(OWNER, fork=True)]))
LOG.refuse("an entry of a stranger", "unknown_device", LOG.text(OWNER, good + [LOG.note(STRANGER, fork=True)]))
LOG.refuse("a body that was not signed", "body_hash", text.replace(good[1].body, "{}"))
LOG.refuse("an entry's signature exchanged", "bad_signature", text.replace(good[0].sig, good[1].sig))
LOG.refuse("another time than was signed", "slot_header_mark", text.replace(at(8), at(9), 1))
LOG.refuse("two signatures", "slot_signatures", LOG.text(
    OWNER, good, more="\u2014 x " + b64(bytes(68)) + "\n"))
LOG.refuse("no count", "missing_key", text.replace('"count":2,', ""))
LOG.refuse("a count of none", "bad_value", text.replace('"count":2', '"count":0'))
LOG.refuse("one entry more than is counted", "checkpoint_text", text.replace('"count":2', '"count":1'))
LOG.refuse("keys out of order", "unsorted_keys", text.replace('"count":2,"n":8', '"n":8,"count":2'))
LOG.refuse("a space in the header", "not_canonical", text.replace('"n":8', '"n": 8'))
LOG.refuse("a header that is no text", "not_utf8", b"\xff" + text.encode())
LOG.refuse("a checkpoint that is no text", "note_not_utf8", text.encode().replace(b"slot 8", b"slot \xff"))
size = len(LOG.leaves) + 2
LOG.refuse("a size with a zero before it", "checkpoint_text", text.replace("\n%d\n" % size, "\n0%d\n" % size))
LOG.refuse("base64 with other last bits", "note_signature_line", text[:-3] + chr(ord(text[-3]) + 1) + text[-2:])
LOG.refuse("junk that says it is newer", "newer_version", "cockpit.ledger/slot/v2 of any form")
LOG.refuse("a newer slot of a stranger", "newer_version", LOG.text(OWNER, good, prefix=NEWER_PREFIX, signer=STRANGER))
LOG.refuse("a newer slot", "newer_app", LOG.text(OWNER, good, prefix=NEWER_PREFIX))
LOG.refuse("a newer entry", "newer_app", text.replace("entry/v1 ", "entry/v2 "))

# ---- Checkpoints with cosignatures

NAME = "release-cockpit/" + LOG.ledger
BODY = "%s\n%d\n%s\nslot 7 %s\n" % (NAME, len(LOG.leaves), b64(mth(LOG.leaves)), sha256("header"))
COSIGNERS = [{"device": KEYS.index(key), "seconds": seconds, "vkey": vkey(NAME + "/" + key.device, 4, key)}
             for key, seconds in ((SECOND, 1679315147), (GUEST, 0), (STRANGER, 2**63 - 1))]
NOTE = BODY + "\n" + signed(BODY, NAME, OWNER) + "".join(
    cosigned(BODY, NAME + "/" + KEYS[it["device"]].device, KEYS[it["device"]], it["seconds"]) for it in COSIGNERS)

# ---- Proofs and tiles of a larger tree

SIZE = 600
LEAVES = [b"leaf %d" % n for n in range(SIZE)]


def proof(hashes):
    return [it.hex() for it in hashes]


PAIRS = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 7), (4, 7), (6, 7), (7, 8), (0, 255), (255, 256), (256, 257), (599, 600),
         (300, 600), (512, 600), (0, 600)]


def tiles():
    level, hashes = 0, [h(b"\x00" + it) for it in LEAVES]
    while hashes:
        for first in range(0, len(hashes), 256):
            part = hashes[first:first + 256]
            path = "tile/%d/%03d" % (level, first // 256) + (".p/%d" % len(part) if len(part) < 256 else "")
            yield {"path": path, "sha256": hashlib.sha256(b"".join(part)).hexdigest()}
        step = 256 ** (level + 1)
        full = range(0, len(LEAVES) // step * step, step)
        level, hashes = level + 1, [mth(LEAVES[n:n + step]) for n in full]


# ---- The file

FILE = pathlib.Path(__file__).resolve().with_name("slots.json")
TEXT = json.dumps({
    "about": "Made by make_slots.py; do not edit. Slots in order; a case comes instead of slot `after`.",
    "ledger": LOG.ledger,
    "devices": [{"seed": key.seed.hex(), "device": key.device, "vkey": vkey(NAME, 1, key)} for key in KEYS],
    "slots": LOG.slots,
    "cases": LOG.cases,
    "checkpoint": {"text": BODY, "note": NOTE, "size": len(LOG.leaves), "root": mth(LOG.leaves).hex(),
                   "cosigners": COSIGNERS},
    "tree": {
        "size": SIZE,
        "roots": [{"size": n, "root": mth(LEAVES[:n]).hex()} for n in (0, 1, 2, 3, 255, 256, 257, 600)],
        "inclusion": [{"index": m, "size": n, "path": proof(inclusion(m, LEAVES[:n]))} for m, n in PAIRS],
        "consistency": [{"from": m, "to": n, "path": proof(consistency(m, LEAVES[:n]))} for m, n in PAIRS],
        "tiles": list(tiles())},
}, indent=1, ensure_ascii=True) + "\n"

if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not FILE.exists() or FILE.read_bytes() != TEXT.encode():
            sys.exit("slots.json is not what make_slots.py makes: run it without --check")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        FILE.write_bytes(TEXT.encode())
    print(len(LOG.slots), "slots,", len(LOG.cases), "cases,", len(list(tiles())), "tiles")
