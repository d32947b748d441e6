"""How the entries of an evidence pack are read by fold.py: their bodies, the times that slots give them,
what a mandate asks for, and how an intent stands. Nothing is needed but Python 3.8."""
import base64, calendar, hashlib, json, os, re, time
from check import signed

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TOLERANCE, LEASE, KEPT = 5 * MINUTE, 2 * MINUTE, 256
ZERO = "0" * 64
ROLES = ("administrator", "product_lead", "customer_success", "responder", "legal", "brand", "auditor")
ACTS = ("stop", "turn_off", "resume", "set_fraction", "complete", "release", "remove_from_sale", "roll_back", "recover",
        "turn_on", "publish")
PERSONS_MIN = {"remove_from_sale": 2}
SAFE = ("stop", "turn_off")  # they only lower what people are exposed to; the press itself is enough
SERVICES = ("google_play", "app_store", "huawei_app_gallery", "samsung_galaxy_store", "microsoft_store", "eas_update",
            "unleash", "launchdarkly", "flagsmith", "sentry", "prometheus", "play_reporting", "crashlytics", "statuspage",
            "smtp", "fcm", "remote_config", "slack", "teams", "matrix", "mastodon", "bluesky")
SEVERITIES = ("critical", "major", "minor", "low")
PHASES = ("investigating", "identified", "monitoring", "resolved")
AUDIENCES, LOCALES = ("customers", "team"), ("en", "de")
ENDED = ("confirmed", "refused", "stale", "failed")
MAY_ASK = {"publish": ["product_lead", "customer_success"],
           **dict.fromkeys(SAFE, ["product_lead", "responder"])}
MAY_APPROVE = {"publish": ["customer_success"], **dict.fromkeys(SAFE, ["product_lead", "responder"])}
EXPIRES = {"publish": 10 * MINUTE, **dict.fromkeys(SAFE, 15 * MINUTE)}


class No(Exception):
    """An entry has no force, and why."""


class Unread(Exception):
    """A body is not that of its kind."""


class NotHere(Exception):
    """The pack does not hold what is needed."""


WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200b)))
def trim(words): return words.strip(WHITE)  # what Unicode calls white space, which is less than Python does


# ---- bodies: each kind's fields, and how each is read


def one_of(*words):
    def read(value):
        if not isinstance(value, str) or value not in words: raise Unread()
        return value
    return read


def text(value):
    if not isinstance(value, str): raise Unread()
    return value


def flag(value):
    if not isinstance(value, bool): raise Unread()
    return value


def number(most):
    def read(value):
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most: raise Unread()
        return value
    return read


def moment(value):
    """Milliseconds since 1970."""
    form = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})",
                        text(value))
    if not form: raise Unread()
    try: seconds = calendar.timegm(time.strptime(f"{form[1]} {form[2]}", "%Y-%m-%d %H:%M:%S"))
    except ValueError: raise Unread()
    if form[4] != "Z":
        ahead = int(form[4][1:3]) * 3600 + int(form[4][4:]) * 60
        seconds += ahead if form[4][0] == "-" else -ahead
    return seconds * 1000 + int(((form[3] or ".") + "000")[1:4])


def maybe(read):
    def inner(value): return None if value is None else read(value)
    inner.absent = None
    return inner


def usual(read, absent):
    def inner(value): return read(value)
    inner.absent = absent
    return inner


def some(read, absent=None):
    def inner(value):
        if not isinstance(value, list): raise Unread()
        return [read(it) for it in value]
    if absent is not None: inner.absent = absent
    return inner


def fields(**forms):
    def read(value):
        if not isinstance(value, dict): raise Unread()
        found = {}
        for name, form in forms.items():
            if name not in value:
                if not hasattr(form, "absent"): raise Unread()
                found[name] = list(form.absent) if isinstance(form.absent, list) else form.absent
            else: found[name] = form(value[name])
        return found
    return read


def by_word(key, /, loose=False, **forms):
    """An object whose `key` says which other fields it has; loosely, others are not looked into."""
    def read(value):
        if not isinstance(value, dict) or not isinstance(value.get(key), str): raise Unread()
        if loose and value[key] not in forms: return value
        if value[key] not in forms: raise Unread()
        return {key: value[key], **fields(**forms[value[key]])(value)}
    return read


def pair(value):
    if not isinstance(value, list) or len(value) != 2: raise Unread()
    return [text(it) for it in value]


def words(value):
    if not isinstance(value, dict): raise Unread()
    return {name: text(it) for name, it in value.items()}


U8, U32, U64 = number(2**8 - 1), number(2**32 - 1), number(2**64 - 1)
role, act, verdict = one_of(*ROLES), one_of(*ACTS), one_of("approve", "reject")
measure = one_of("crash_free_sessions", "crash_free_users", "freeze_free_users", "named_share")
severity, phase, audience, locale = map(lambda it: one_of(*it), (SEVERITIES, PHASES, AUDIENCES, LOCALES))
MANDATE = fields(
    ask=some(role), approve=some(fields(roles=some(role), persons=U8)), expires_ms=U64,
    fallback=some(fields(after_ms=U64, roles=some(role)), []), default_after_ms=maybe(U64),
    break_glass=some(role, []))
CAVEAT = by_word(
    "kind", archived={}, not_for_apps={}, not_asked_for=dict(days=U32), no_strategy={},
    served_when_off=dict(value=text), default_in_code=dict(value=maybe(text)),
    identity_overrides=dict(many=maybe(U64)), segment_overrides=dict(many=U64))
SEEN = by_word(
    "kind", loose=True,
    staged_rollout=dict(
        version=text, builds=some(text), fraction_bps=maybe(U32), fallback=maybe(text),
        status=one_of("absent", "draft", "in_progress", "halted", "completed"), internal=usual(flag, False),
        review=maybe(one_of("not_sent", "in_review", "approved", "rejected", "published"))),
    phased_release=dict(
        version=text, build=text, day=maybe(U8), pause_days_used=U32,
        status=one_of("absent", "inactive", "active", "paused", "complete"), removed=usual(flag, False),
        waiting=maybe(text)),
    store_rollout=dict(
        store=one_of("huawei_app_gallery", "samsung_galaxy_store", "microsoft_store", "expo_eas_update"),
        version=text, builds=some(text),
        status=one_of("absent", "in_progress", "halted", "completed", "removed"), fraction_bps=maybe(U32),
        countries=some(fields(country=text, fraction_bps=U32), []), fallback=maybe(text), ends_at=maybe(moment),
        submitted=maybe(fields(
            version=text, review=one_of("not_sent", "in_review", "approved", "rejected", "published"))),
        air=maybe(fields(
            title=text, embedded=flag, same_as=some(text, []), earlier=maybe(fields(update=text, title=text)),
            spread=usual(flag, False), signed=usual(flag, False)))),
    recovery=dict(
        version=text, builds=some(text),
        status=one_of("absent", "draft", "generating", "active", "canceled", "failed"), action=maybe(text),
        scope=usual(one_of("whole", "narrower", "wider"), "whole"), devices=maybe(fields(all=U64, recovered=U64)),
        newer=maybe(fields(version=text, fraction_bps=maybe(U32)))),
    flag=dict(name=text, environment=text, enabled=flag, serving=maybe(flag), fraction_bps=maybe(U32),
              description=text, caveats=some(CAVEAT, []),
              reach=maybe(fields(by=one_of("stream", "poll", "fetch", "start"), within_s=U32))),
    status_page={}, mailing={}, channel={})
COUNT, SIDE = fields(bad=U64, all=U64), usual(one_of("below", "above"), "below")
BREACH = fields(
    rule=text, platform=text, version=text, measure=measure, value_bps=U32, floor_bps=U32, sample=U64,
    since=moment, data_until=moment, comparator=SIDE,
    named=maybe(text), source=maybe(one_of(*SERVICES)),
    evidence=maybe(fields(
        before=some(text), pairing=one_of("same_stage", "same_hours"), pairs=U64, new=COUNT, old=COUNT,
        newest_new=COUNT, newest_old=COUNT, worse_by_bps=U32, error_bps=U32, times_likelier=U64)))
RULE = fields(
    name=text, measure=measure, floor_bps=U32, sample_min=U64, data_age_ms_max=U64, comparator=SIDE,
    window_ms=maybe(U64), previous=maybe(fields(worse_by_bps=U32, error_bps=U32)),
    outcome=usual(one_of("alarm", "proposal", "stop"), "alarm"))
NOTICE = fields(
    key=text, title=text, body=text, phase=phase, notify_subscribers=flag,
    about=maybe(fields(incident=text, update=U32, audience=audience, locale=locale, draft=text, template=text,
                       envelope=maybe(text), next_update_at=maybe(moment))))


def policy(value):
    if not isinstance(value, dict): raise Unread()
    return {act(it): MANDATE(needs) if isinstance(needs, dict) else U8(needs) for it, needs in value.items()}


KINDS = {
    "ledger.genesis": fields(
        workspace=text, drill=flag, key=text, founder=fields(id=text, name=text, roles=some(role)),
        policy=policy, recovery=maybe(fields(device=text, key=text)), threshold=maybe(U8),
        rules=some(RULE)),
    "connection.add": fields(service=one_of(*SERVICES), app=maybe(text), config=words),
    "connection.remove": fields(service=one_of(*SERVICES)),
    "policy.set": fields(act=act, persons=U8),
    "breach.seen": BREACH,
    "breach.cleared": BREACH,
    "intent.request": fields(
        press=text, press_title=text, act=act, app=text, target=text, title=text,
        desired=by_word("to", stopped={}, rolling_out=dict(fraction_bps=maybe(U32)), complete={}, on={},
                        off={}, released=dict(version=text), removed_from_sale={}, rolled_back=dict(update=text),
                        asked_to_update={}, not_asked={},
                        published=dict(notice=NOTICE)),
        pre=fields(target=text, at=moment, state=SEEN), asked_at=moment, expires_at=moment, persons=U8,
        explicit=flag, reason=text, evidence=some(text),
        order=maybe(fields(order=text, entry=U64, breach=BREACH))),
    "intent.approve": fields(intent=text, verdict=verdict, reason=text, opened=maybe(flag),
                             presence=maybe(one_of("answered", "not_offered"))),
    "intent.withdraw": fields(intent=text),
    "effect.claim": fields(intent=text, attempt=U32, lease_until=moment),
    "effect.result": fields(
        intent=text, attempt=U32, outcome=one_of(*ENDED, "unknown", "queued"), before=maybe(SEEN),
        after=maybe(SEEN), ms=U64, sentence=text, provider_request_id=maybe(text)),
    "drift.seen": fields(target=text, intent=text, before=SEEN, after=SEEN, seen_at=moment),
    "export.made": fields(
        selection=fields(
            **{"through": U64, "from": maybe(moment), "until": maybe(moment)}, apps=some(text),
            kinds=some(text), persons=some(text),
            redacted=fields(kinds=some(text), persons=some(text), positions=some(U64))),
        told=U64, redacted=U64, sums=text),
    "member.invite": fields(code_hash=text, expires_at=moment, roles=some(role)),
    "member.request": fields(invite=text, code=text, name=text, device_name=text, key=text),
    "member.uninvite": fields(invite=text),
    "member.admit": fields(request=text, person=text, roles=some(role)),
    "member.refuse": fields(request=text, reason=text),
    "member.roles": fields(person=text, roles=some(role)),
    "person.revoke": fields(person=text, reason=text),
    "device.add": fields(request=text, person=text, key=text),
    "device.revoke": fields(device=text, reason=text),
    "device.compromised": fields(device=text, reason=text, **{"from": U64}),
    "device.fork": fields(device=text, seq=U64, first=pair, second=pair),
    "policy.mandate": fields(act=act, mandate=MANDATE),
    "policy.threshold": fields(administrators=U8),
    "policy.presence": fields(required=flag),
    "proposal.judge": fields(proposal=text, verdict=verdict, reason=text),
    "intent.break_glass": fields(intent=text, reason=text),
    "intent.default": fields(intent=text),
    "review.close": fields(review=text, reason=text),
    "order.sign": fields(rule=RULE, platform=maybe(text), until=moment, fires_max=U32, reason=text),
    "order.end": fields(order=text, reason=text),
    "rule.set": fields(rule=RULE, reason=text),
    "rule.end": fields(rule=text, reason=text),
}
# What takes effect only when enough administrators agree.
GOVERNED = ("member.admit", "member.roles", "person.revoke", "device.add", "device.revoke",
            "device.compromised", "policy.mandate", "policy.threshold", "policy.presence")
AUTHORITY = (*GOVERNED, "member.invite", "member.request", "member.uninvite", "member.refuse", "device.fork",
             "proposal.judge", "intent.break_glass", "intent.default", "review.close")
# What they say changes nothing that is replayed here.
SILENT = ("breach.seen", "breach.cleared", "drift.seen", "export.made")
TELLING = ("incident.", "notice.", "cadence.", "template.", "envelope.")


# ---- mandates


def standard(act, persons):
    """The usual roles with so many persons, the asker included."""
    others = max(persons, PERSONS_MIN.get(act, 1)) - 1
    return {
        "ask": MAY_ASK.get(act, ["product_lead"]),
        "approve": [{"roles": MAY_APPROVE.get(act, ["product_lead"]), "persons": others}] if others else [],
        "expires_ms": EXPIRES.get(act, 30 * MINUTE), "fallback": [], "default_after_ms": None,
        "break_glass": MAY_ASK[act] if act in SAFE else [],
    }


def persons_of(mandate): return min(1 + sum(it["persons"] for it in mandate["approve"]), 255)
def shares(some, others): return any(it in others for it in some)


def unfilled(quorums, voices):
    """How many places stay empty when each voice, its roles and whether it is a fallback's, takes one."""
    places = [quorum["roles"] for quorum in quorums for _ in range(quorum["persons"])]
    taken = {}

    def seat(voice, seen):
        roles, fallback = voices[voice]
        for place, wanted in enumerate(places):
            if place in seen or not (fallback or shares(roles, wanted)): continue
            seen.add(place)
            if place not in taken or seat(taken[place], seen):
                taken[place] = voice
                return True
        return False
    return len(places) - sum(seat(voice, set()) for voice in range(len(voices)))


def turn(mandate, act, after):
    """Whose turn it is so long after the asking, and whether they stand in for others."""
    come = [it for it in mandate["fallback"] if it["after_ms"] <= after]
    if come:
        latest = max(it["after_ms"] for it in come)
        return [it for it in come if it["after_ms"] == latest][-1]["roles"], True
    if not mandate["approve"]: return MAY_APPROVE.get(act, ["product_lead"]), False
    return [it for quorum in mandate["approve"] for it in quorum["roles"]], False


def is_mandate(mandate, act):
    """Whether it can be one for such an act, whoever is there."""
    groups = [it["roles"] for it in mandate["approve"] + mandate["fallback"]]
    times = [it["after_ms"] for it in mandate["fallback"]]
    times += [] if mandate["default_after_ms"] is None else [mandate["default_after_ms"]]
    return (not any("auditor" in it for it in [mandate["ask"], mandate["break_glass"], *groups])
            and mandate["ask"] and all(groups)
            and len(mandate["approve"]) <= 4 and len(mandate["fallback"]) <= 4
            and all(1 <= it["persons"] <= 5 for it in mandate["approve"])
            and persons_of(mandate) >= PERSONS_MIN.get(act, 1)
            and MINUTE <= mandate["expires_ms"] <= DAY
            and times[:1] != [0] and all(a < b for a, b in zip(times, times[1:]))
            and (not times or times[-1] < mandate["expires_ms"])
            and (act in SAFE or mandate["default_after_ms"] is None and not mandate["break_glass"]))


def is_wider(before, after):
    def gains(a, b): return any(it not in a for it in b)
    pairs = zip(after["approve"], before["approve"])
    return (persons_of(after) < persons_of(before) or gains(before["ask"], after["ask"])
            or gains(before["break_glass"], after["break_glass"])
            or after["expires_ms"] > before["expires_ms"]
            or before["default_after_ms"] is None and after["default_after_ms"] is not None
            or gains(before["fallback"], after["fallback"])
            or any(gains(b["roles"], a["roles"]) for a, b in pairs))


# ---- the files


class Entry:
    """An entry at its place, with the time that it may be believed to have: the slot that its author had
    seen and the one that admitted it lie before and behind it."""

    def __init__(self, position, line, after, before):
        head = json.loads(line[24:])
        self.position, self.id = position, hashlib.sha256(line).hexdigest()
        self.kind, self.device, self.at = head["kind"], head["dev"], moment(head["at"])
        self.early = self.late = self.at
        turned = None not in (after, before) and before + TOLERANCE < after
        too_early = after is not None and self.at + TOLERANCE < after
        too_late = before is not None and before + TOLERANCE < self.at
        self.contradicts = turned or too_early or too_late
        if before is not None and not turned:
            if too_late: self.early = before
            if too_early: self.late = after
        self.best = self.early if self.early < self.at else self.late


def lines(pack, name):
    with open(os.path.join(pack, name), "rb") as file: return file.read().split(b"\n")[:-1]


def slots(pack):
    """By number when each slot was written and its link; by entry the number of its slot."""
    rows, of_entry = [], {}
    for line in lines(pack, "slots.csv")[1:]:
        slot, first, count, _, at, _, link, _, _, void = line.decode()[1:-2].split('","', 9)
        rows.append((None if void else moment(at), link))
        if not void: of_entry.update(dict.fromkeys(range(int(first), int(first) + int(count)), int(slot)))
    return rows, of_entry


# ---- intents


class Intent:
    def __init__(self, entry, person, mandate, said, sign_off):
        self.position, self.by, self.device, self.at = entry.position, person, entry.device, entry.best
        self.said, self.mandate, self.sign_off, self.approvals = said, mandate, sign_off, []
        self.passed = self.claim = self.outcome = None
        self.rejected = self.withdrawn = False
        self.attempt = 0

    def empty(self, approvals):
        voices = [(it["roles"], it["fallback"]) for it in approvals if it["person"] != self.by]
        return unfilled(self.mandate["approve"], voices)

    def missing(self):
        others = sum(it["person"] != self.by for it in self.approvals)
        unsigned = int(bool(self.unsigned()))
        missing = max(self.said["persons"] - 1 - others, self.empty(self.approvals), unsigned, 0)
        return missing or int(self.said["explicit"] and not self.approvals)

    def unsigned(self):
        """Roles that must agree and have not."""
        def agreed(role):
            return any(role in it["roles"] or role == "customer_success" and it["fallback"] for it in self.approvals)
        return [role for role in self.sign_off if not agreed(role)]

    def standing(self):
        if self.outcome in ENDED: return self.outcome
        if self.outcome == "unknown": return "ready"
        if self.withdrawn: return "withdrawn"
        if self.rejected: return "rejected"
        return "ready" if self.passed or not self.missing() else "waiting"

    def is_open(self): return self.standing() in ("waiting", "ready")

    def may_be_sent(self):
        return self.attempt > 0 if self.outcome is None else self.outcome in ("unknown", "confirmed")

    def takes_results(self):
        standing = self.standing()
        return standing == "ready" or standing == "withdrawn" and bool(self.passed or not self.missing())

    def turn(self, at): return turn(self.mandate, self.said["act"], max(at - self.at, 0))


# ---- what is asked of single entries


def roles_fit(roles):
    if not roles or len(set(roles)) < len(roles): raise No("at least one role, and each only once")
    if "auditor" in roles and len(roles) > 1: raise No("an auditor has no other role")


def needs_reason(it):
    if not trim(it["reason"]): raise No("a reason is needed")


def is_fork(it, key):
    """Whether the device with this key signed two entries with one number."""
    heads = []
    for line, signature in (it["first"], it["second"]):
        try:
            head, raw = json.loads(line[24:]), line.encode()
            if not line.startswith("cockpit.ledger/entry/v1 "): return False
            if not signed(base64.b64decode(key, validate=True), raw, base64.b64decode(signature, validate=True)): return False
            ledger = hashlib.sha256(raw).hexdigest() if head["ledger"] == ZERO else head["ledger"]
            heads.append((ledger, head["dev"], head["seq"]))
        except (ValueError, KeyError, TypeError): return False
    owner = hashlib.sha256(base64.b64decode(key)).hexdigest()[:16]
    return it["first"][0] != it["second"][0] and heads[0] == heads[1] and heads[0][1] == owner
