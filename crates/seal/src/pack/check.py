#!/usr/bin/env python3
"""Checks an evidence pack: python3 check.py PACK [ALLOWED_SIGNERS]. Needs nothing but Python 3.8.
Exit 0: everything holds. Exit 1: the first thing that does not is named."""
import base64, hashlib, json, os, struct, sys
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
    while n:
        if n & 1: q = add(q, p)
        p, n = add(p, p), n >> 1
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
BY = 4 * pow(5, -1, P) % P
BASE = point(BY.to_bytes(32, "little"))
def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L: return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    x, y, z, t = times(h, point(key))
    return packed(add(times(s, BASE), (P - x, y, z, P - t))) == signature[:32]
class Fault(Exception): pass
def need(holds, words):
    if not holds: raise Fault(words)
def read(name):
    need(os.path.isfile(os.path.join(pack, name)), f"{name} is missing")
    with open(os.path.join(pack, name), "rb") as file: return file.read()
def lines(name):
    data = read(name)
    need(data == b"" or data.endswith(b"\n"), f"{name} ends in the middle of a line")
    return data.split(b"\n")[:-1]
def files():
    listed = {}
    for line in read("SHA256SUMS").decode().splitlines():
        need(line[64:66] == "  " and line[66:] not in listed, f"SHA256SUMS has the line '{line}'")
        listed[line[66:]] = line[:64]
    for name, wanted in listed.items():
        need(hashlib.sha256(read(name)).hexdigest() == wanted, f"{name} differs from SHA256SUMS")
    for folder, _, names in os.walk(pack):
        for path in (os.path.relpath(os.path.join(folder, name), pack).replace(os.sep, "/") for name in names):
            need(path in listed or path in ("SHA256SUMS", "SHA256SUMS.sshsig"), f"{path} is not in SHA256SUMS")
def signer():
    text = read("SHA256SUMS.sshsig").decode().split("\n")
    frame = ["-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----", ""]
    need([text[0], *text[-2:]] == frame, "SHA256SUMS.sshsig is no signature of OpenSSH")
    blob = base64.b64decode("".join(text[1:-2]), validate=True)
    need(blob[:10] == b"SSHSIG\0\0\0\1", "SHA256SUMS.sshsig has another form")
    def strings(data):
        while data:
            size = struct.unpack(">I", data[:4])[0]
            yield data[4:4 + size]
            data = data[4 + size:]
    def string(data): return struct.pack(">I", len(data)) + data
    key, space, reserved, name, signature = strings(blob[10:])
    (kind, key), (kind2, signature) = strings(key), strings(signature)
    need((kind, kind2, space, name) == (kind2, b"ssh-ed25519", b"release-cockpit", b"sha512"), "SHA256SUMS.sshsig is of another kind")
    hashed = hashlib.sha512(read("SHA256SUMS")).digest()
    message = b"SSHSIG" + b"".join(map(string, (space, reserved, name, hashed)))
    need(signed(key, message, signature), "the signature of SHA256SUMS does not hold")
    if len(sys.argv) > 2:
        line = base64.b64encode(string(kind) + string(key)).decode()
        with open(sys.argv[2]) as allowed: need(line in allowed.read(), "the signer is not allowed")
    return key
def chain():
    headers, bodies, sigs = lines("headers.txt"), lines("bodies.jsonl"), lines("sigs.txt")
    need(len(headers) == len(bodies) == len(sigs), "headers, bodies and sigs differ in length")
    ledger, keys, last, leaves = None, {}, {}, []
    for i, (line, body, sig) in enumerate(zip(headers, bodies, sigs), 1):
        leaves.append(sha(b"\0", line, b"\n", sig))
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
        except Fault as fault: raise Fault(f"entry {i}: {fault}")
        except (ValueError, KeyError, TypeError) as error: raise Fault(f"entry {i} cannot be read: {error}")
        if brings: keys[sha(key).hex()[:16]] = key
        last[dev], ledger = (head["seq"] + 1, sha(line).hex()), ledger or sha(line).hex()
    return ledger, keys, leaves
def root(hashes):  # RFC 6962, section 2.1
    if len(hashes) < 2: return hashes[0] if hashes else sha()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root(hashes[:half]), root(hashes[half:]))

try:
    pack = sys.argv[1] if len(sys.argv) > 1 else "."
    files(); by = signer(); ledger, keys, leaves = chain()
    need(by in keys.values(), "SHA256SUMS was signed by a key that is not of this ledger")
    text, _, note = read("checkpoint").decode().partition("\n\n")
    need(text == f"release-cockpit/{ledger}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}",
         "checkpoint is not the head of these entries")
    note = base64.b64decode(note.split("\n")[0].split(" ")[2], validate=True)
    need(signed(by, text.encode() + b"\n", note[4:]), "the signature of checkpoint does not hold")
except Fault as fault: sys.exit(f"DOES NOT HOLD: {fault}")
except (ValueError, IndexError, struct.error) as error: sys.exit(f"DOES NOT HOLD: it cannot be read: {error}")
withheld = lines("bodies.jsonl").count(b"-")
print(f"Holds: {len(leaves)} entries of ledger {ledger}, {withheld} bodies withheld, signed by {sha(by).hex()[:16]}.")
