#!/usr/bin/env python3
"""Checks an evidence pack: python3 check.py PACK [ALLOWED_SIGNERS]. Needs nothing but Python 3.8.
Exit 0: everything holds. Exit 1: the first thing that does not is named."""
import base64, hashlib, json, os, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, Ed25519
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P
def times(n, p):
    q = (0, 1, 1, 0)
    while n: q, p, n = add(q, p) if n & 1 else q, add(p, p), n >> 1
    return q
def point(data):
    y = int.from_bytes(data, "little"); sign, y = y >> 255, y & (1 << 255) - 1
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P: x = x * ROOT % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign): raise ValueError("not a point")
    if x & 1 != sign: x = P - x
    return x, y, 1, x * y % P
def packed(p):
    z = pow(p[2], -1, P); x, y = p[0] * z % P, p[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little")
BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L: return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    x, y, z, t = times(h, point(key))
    return packed(add(times(s, BASE), (P - x, y, z, P - t))) == signature[:32]
class Fault(ValueError): pass
def need(holds, words):
    if not holds: raise Fault(words)
def read(pack, name):
    need(os.path.isfile(os.path.join(pack, name)), f"{name} is missing")
    with open(os.path.join(pack, name), "rb") as file: return file.read()
def lines(pack, name):
    data = read(pack, name); need(data[-1:] in (b"", b"\n"), f"{name} ends in the middle of a line")
    return data.split(b"\n")[:-1]
def files(pack):
    listed = {line[66:].decode(): line[:64].decode() for line in lines(pack, "SHA256SUMS")}
    for name, wanted in listed.items(): need(sha(read(pack, name)).hex() == wanted, f"{name} differs from SHA256SUMS")
    for path in (os.path.relpath(f"{at}/{it}", pack).replace(os.sep, "/") for at, _, names in os.walk(pack) for it in names):
        need(path in listed or path in ("SHA256SUMS", "SHA256SUMS.sshsig"), f"{path} is not in SHA256SUMS")
    return [name for name in listed if name.startswith("checkpoints/")]
def signer(pack, allowed):  # OpenSSH's PROTOCOL.sshsig, in the one form that a pack has
    text = read(pack, "SHA256SUMS.sshsig").decode().split("\n")
    need([text[0], *text[-2:]] == ["-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----", ""], "SHA256SUMS.sshsig has no frame")
    blob = base64.b64decode("".join(text[1:-2]), validate=True)
    kind, key, signature = b"\0\0\0\x0bssh-ed25519\0\0\0", blob[33:65], blob[-64:]
    name = b"\0\0\0\x0frelease-cockpit\0\0\0\0\0\0\0\x06sha512\0\0\0"
    form = b"SSHSIG\0\0\0\1\0\0\0\x33" + kind + b"\x20" + key + name + b"\x53" + kind + b"\x40" + signature
    need(blob == form, "SHA256SUMS.sshsig is of another kind")
    message = b"SSHSIG" + name + b"\x40" + hashlib.sha512(read(pack, "SHA256SUMS")).digest()
    need(signed(key, message, signature), "the signature of SHA256SUMS does not hold")
    need(all(base64.b64encode(blob[14:65]).decode() in open(path).read() for path in allowed), "the signer is not allowed")
    return key
def chain(pack):
    headers, bodies, sigs = lines(pack, "headers.txt"), lines(pack, "bodies.jsonl"), lines(pack, "sigs.txt")
    need(len(headers) == len(bodies) == len(sigs), "headers.txt, bodies.jsonl and sigs.txt differ in length")
    ledger, keys, last = None, {}, {}
    for i, (line, body, sig) in enumerate(zip(headers, bodies, sigs), 1):
        try:
            need(line.startswith(b"cockpit.ledger/entry/v1 "), "its header has another form")
            head, dev = json.loads(line[24:]), json.loads(line[24:])["dev"]
            brings = i == 1 or head["kind"] in ("device.add", "member.request")
            need(body != b"-" or not brings, "a body that brings in a key is withheld")
            need(body == b"-" or sha(body).hex() == head["body"], "its body is not what was signed")
            key = base64.b64decode(json.loads(body)["key"], validate=True) if brings else b""
            if brings and head["kind"] != "device.add": keys.setdefault(dev, key)
            need(dev in keys and sha(keys[dev]).hex()[:16] == dev, f"device {dev} is unknown")
            need(signed(keys[dev], line, base64.b64decode(sig, validate=True)), "its signature does not hold")
            need(head["ledger"] == (ledger or "0" * 64), "it is of another ledger")
            need((head["seq"], head["prev"]) == last.get(dev, (0, "0" * 64)), "it does not follow its device's entry before")
        except (ValueError, KeyError, TypeError) as fault: raise Fault(f"entry {i}: {fault}")
        if brings: keys[sha(key).hex()[:16]] = key
        last[dev], ledger = (head["seq"] + 1, sha(line).hex()), ledger or sha(line).hex()
    return ledger, keys, [sha(b"\0", line, b"\n", sig) for line, sig in zip(headers, sigs)]
def slots(pack, ledger, keys, leaves):  # the head after each slot: RFC 6962, C2SP tlog-checkpoint
    heads, peaks, size, link = {}, [], 0, "0" * 64
    for n, row in enumerate(lines(pack, "slots.csv")[1:]):
        slot, first, count, by, at, bytes_hash, now, top, sig, void = row.decode()[1:-2].split('","', 9)
        header = f'cockpit.ledger/slot/v1 {{"at":"{at}","by":"{by}","count":{count},"n":{n},"prev":"{link}","v":1}}'
        link = sha(bytes.fromhex(link + bytes_hash)).hex() if void else bytes_hash
        need((slot, now) == (str(n), link), f"slots.csv, slot {n} does not follow the one before")
        if void: continue
        need(int(first) == size + 1 and 0 < int(count) <= len(leaves) - size, f"slots.csv, slot {n} admits other entries")
        for leaf in leaves[size:size + int(count)]:
            size, width = size + 1, 1
            while size % (2 * width) == 0: leaf, width = sha(b"\1", peaks.pop(), leaf), 2 * width
            peaks.append(leaf)
        root = peaks[-1]
        for left in peaks[-2::-1]: root = sha(b"\1", left, root)
        text = f"release-cockpit/{ledger}\n{size}\n{base64.b64encode(root).decode()}\nslot {n} {sha(header.encode()).hex()}\n"
        need(root.hex() == top and signed(keys[by], text.encode(), bytes.fromhex(sig)), f"slots.csv, slot {n} is not signed so")
        heads[f"checkpoints/{n:016}"] = heads["checkpoint"] = (text, sig)
    need(size > 0, "slots.csv: no slot admits these entries")
    return heads, size
def cosigners(pack, name, text, sig, keys):  # C2SP tlog-cosignature; the first line is the writer's own
    said, _, note = read(pack, name).decode().partition("\n\n")
    own, *others = [line.split(" ")[1:] for line in note.splitlines()]
    need((said + "\n", base64.b64decode(own[1])[4:].hex()) == (text, sig), f"{name} is not the head of these entries")
    for who, blob in ((who, base64.b64decode(blob, validate=True)) for who, blob in others):
        dev, seen = who.split("/")[-1], f"cosignature/v1\ntime {int.from_bytes(blob[4:12], 'big')}\n{text}"
        need(signed(keys[dev], seen.encode(), blob[12:]), f"{name}: the cosignature of {dev} does not hold")
        yield dev
def main(pack=".", *allowed):
    heads_kept = files(pack); by = signer(pack, allowed); ledger, keys, leaves = chain(pack)
    need(by in keys.values(), "SHA256SUMS was signed by a key that is not of this ledger")
    heads, size = slots(pack, ledger, keys, leaves)
    seen = {dev for name in (*heads_kept, "checkpoint") for dev in cosigners(pack, name, *heads[name], keys)}
    print(f"Holds: {len(leaves)} entries of ledger {ledger}, {size} of them in slots,", lines(pack, "bodies.jsonl").count(b"-"),
          f"bodies withheld, signed by {sha(by).hex()[:16]}, cosigned by {' '.join(sorted(seen)) or 'nobody'}.")
if __name__ == "__main__":
    try: main(*sys.argv[1:])
    except (ValueError, LookupError) as fault: sys.exit(f"DOES NOT HOLD: {fault}")
