"""What fold.py judges of incidents and of what people are told: entries, templates, wording that was agreed
to beforehand, and who must agree to a notice. Nothing is needed but Python 3.8."""
import re, time, unicodedata
from entries import *

CHANNELS = {"statuspage": "status_page", "smtp": "email", "fcm": "push", "remote_config": "banner",
            "slack": "slack", "teams": "teams", "matrix": "matrix", "mastodon": "mastodon", "bluesky": "bluesky"}
FOR_TEAM = ("slack", "teams", "matrix")
SLOTS = {"headline": "Headline", "happened": "What happened", "doing": "What we are doing",
         "expect": "What to expect", "unknown": "What we do not know yet", "decision": "Decision",
         "rationale": "Why", "safeguards": "Safeguards", "feedback": "Feedback"}
NAMES = (*SLOTS, "next_update", "brief", "first_unknown")
SIGNERS = ("legal", "brand")
ESCALATE_AHEAD, ENVELOPE_LASTS = 2 * MINUTE, 184 * DAY
BYTES, DEPTH, CLOSED_KEPT, POINTS_KEPT, LIBRARY = 20_000, 8, 32, 512, "library-1"
MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()}
MEASURED = ("crash-free sessions", "people without a crash", "people whose app never froze", "actions that succeed",
            "Sitzungen ohne Absturz", "Menschen ohne Absturz", "Menschen, deren App nie stehen blieb",
            "Vorgänge, die gelingen")
PROMISE = {"en": "We will write again by {}.", "de": "Wir schreiben wieder bis {}."}


# ---- bodies


def one_or_other(*words, **objects):
    """A word, or an object with one key that says how its value is read."""
    def read(value):
        if isinstance(value, str) and value in words: return value
        if not isinstance(value, dict) or len(value) != 1: raise Unread()
        (word, inner), = value.items()
        if word in words and inner is None: return word
        if word not in objects: raise Unread()
        return {word: objects[word](inner)}
    return read


def by(key, form):
    def read(value):
        if not isinstance(value, dict): raise Unread()
        return {key(name): form(it) for name, it in value.items()}
    return read


def a_set(form):
    def read(value): return set(some(form)(value))
    return read


slot, channel = one_of(*SLOTS), one_of(*CHANNELS.values())
WORDS = fields(words=by(slot, text), entries=by(slot, U64), next_update_at=maybe(moment))
KINDS.update({
    "incident.open": fields(
        title=text, severity=severity, version=text,
        because=one_or_other("said", breach=fields(entry=U64), stop=fields(press=text)),
        figures=some(fields(platform=text, measure=measure, value_bps=U32))),
    "incident.severity": fields(incident=text, severity=severity, reason=text),
    "incident.phase": fields(incident=text, phase=phase, reason=text),
    "incident.expect": fields(incident=text, by=maybe(moment), reason=text),
    "incident.resolve": fields(incident=text, reason=text),
    "notice.draft": fields(
        incident=text, phase=phase, update=U32, audience=audience,
        why=one_of("asked", "edited", "no_news", "phase", "expected"), texts=by(locale, WORDS)),
    "cadence.escalate": fields(incident=text, audience=audience, due=moment),
    "cadence.miss": fields(incident=text, audience=audience, due=moment),
    "template.set": fields(severity=severity, phase=phase, audience=audience, channel=channel, locale=locale,
                           title=text, body=text),
    "envelope.propose": fields(
        title=text, severities=a_set(severity), phases=a_set(phase), audiences=a_set(audience),
        channels=a_set(channel), locales=a_set(locale), templates=a_set(text),
        allowed=by(locale, by(slot, some(text))), expires_at=moment),
    "envelope.sign": fields(envelope=text),
    "envelope.end": fields(envelope=text, reason=text),
})


# ---- templates


def layout(of, phase, audience, channel):
    """The library's text for a channel."""
    says = {
        "en": ("What we are doing", "What you can expect", "What we do not know yet", "What we decided",
               "What keeps it from happening again", "What we did", "What we are still watching",
               "Doing", "Not known yet", "Decided", "Safeguards"),
        "de": ("Was wir tun", "Womit Sie rechnen können", "Was wir noch nicht wissen",
               "Was wir entschieden haben", "Was davor schützt, dass es wieder geschieht", "Was wir getan haben",
               "Was wir weiter beobachten", "Wir tun", "Noch nicht bekannt", "Entschieden", "Vorkehrungen")}[of]

    def line(name, place):
        more = "{% if rationale %} {{ rationale }}{% endif %}" if name == "decision" else ""
        return f"{{% if {name} %}}{says[place]}: {{{{ {name} }}}}{more}{{% endif %}}"
    next_update = "{% if next_update %} {{ next_update }}{% endif %}"
    if audience == "team":
        return "\n\n".join(("{{ happened }}", line("doing", 7), line("unknown", 8), line("decision", 9),
                            line("safeguards", 10), "{{ next_update }}"))
    if channel == "banner": return "{{ brief }}" + next_update
    if channel not in ("status_page", "email"):
        return "{{ brief }}{% if first_unknown %} {{ first_unknown }}{% endif %}" + next_update
    if phase == "resolved":
        return "\n\n".join(("{{ happened }}", line("doing", 5), line("decision", 3), line("safeguards", 4),
                            line("unknown", 6), line("expect", 1), "{{ feedback }}"))
    return "\n\n".join(("{{ happened }}", line("doing", 0), line("expect", 1), line("unknown", 2),
                        line("decision", 3), line("safeguards", 4), "{{ next_update }}", "{{ feedback }}"))


MARK = re.compile(r"\{[{%#]")
TOKEN = re.compile(r"\{\{ *([a-z_]+) *\}\}|\{% *(?:if +([a-z_]+)|(else)|(endif)) *%\}")


def parts(source):
    """What a template consists of: words and names, and which names decide about them."""
    found, place, depth = [], 0, []
    if any(unicodedata.category(it) == "Cc" and it != "\n" for it in source): raise No("it cannot be shown")
    if source.endswith("\n"): source = source[:-1]
    while True:
        mark = MARK.search(source, place)
        found.append(("words", source[place:mark.start() if mark else len(source)]))
        if not mark: break
        token = TOKEN.match(source, mark.start())
        if not token: raise No("it is no place for words")
        name, asked, other, end = token.groups()
        if (name or asked or "headline") not in NAMES: raise No("it is no slot")
        if asked:
            depth.append(False)
            if len(depth) > DEPTH: raise No("too deep")
        elif other or end:
            if not depth or other and depth[-1]: raise No("nothing begins it")
            if end: depth.pop()
            else: depth[-1] = True
        found.append(("name", name) if name else ("if", asked) if asked else ("else" if other else "end", None))
        place = token.end()
    if depth: raise No("it does not end")
    return found


def filled(source, names):
    said, open_ = [], []
    for kind, it in parts(source):
        shown = all(open_)
        if kind == "if": open_.append(bool(names[it]))
        elif kind == "else": open_[-1] = not open_[-1]
        elif kind == "end": open_.pop()
        elif shown: said.append(names[it] if kind == "name" else it)
    made = "".join(said)
    if len(made.encode()) > BYTES: raise No("it is too long")
    lines = []
    for it in made.split("\n"):
        if trim(it) or lines and lines[-1]: lines.append(trim(it))
    while lines and not lines[-1]: lines.pop()
    return "\n".join(lines)


def sentences(words, slot): return [it for it in (trim(it) for it in words["words"].get(slot, "").split("\n")) if it]


def render(template, words):
    """The title and the text."""
    names = {slot: " ".join(sentences(words, slot)) for slot in SLOTS}
    names["next_update"] = promise(template["locale"], words["next_update_at"])
    names["brief"] = (sentences(words, "happened") or [""])[0]
    names["first_unknown"] = (sentences(words, "unknown") or [""])[0]
    return filled(template["title"], names).replace("\n", " "), filled(template["body"], names)


def promise(of, at):
    if at is None: return ""
    it = time.gmtime(at // 1000)
    month, clock = MONTHS[of][it.tm_mon - 1], f"{it.tm_hour:02}:{it.tm_min:02}"
    return PROMISE[of].format(f"{clock} UTC on {it.tm_mday} {month} {it.tm_year:04}" if of == "en"
                              else f"{it.tm_mday}. {month} {it.tm_year:04}, {clock} Uhr UTC")


def is_template(it):
    if not trim(it["title"]) or not trim(it["body"]): raise No("a template has a title and a text")
    if len(it["title"].encode()) + len(it["body"].encode()) > BYTES: raise No("it is too long")
    render(it, {"words": SLOTS, "next_update_at": None})


# ---- wording that was agreed to beforehand


def fits(pattern, line):
    """Whether a sentence is a pattern with facts in its holes."""
    before, begins, rest = pattern.partition("{")
    hole, ends, after = rest.partition("}")
    if not begins or not ends: return pattern == line
    if not line.startswith(before): return False
    line, words = line[len(before):], after.partition("{")[0]
    places = [it.start() for it in re.finditer(re.escape(words), line)] if words else [len(line)]
    return any(is_fact(hole, line[:it]) and fits(after, line[it:]) for it in places)


DATES = [f"[0-9]{{2}}:[0-9]{{2}} UTC on [0-9]{{1,2}} (?:{'|'.join(MONTHS['en'])}) [0-9]{{4}}",
         f"[0-9]{{1,2}}[.] (?:{'|'.join(MONTHS['de'])}) [0-9]{{4}}, [0-9]{{2}}:[0-9]{{2}} Uhr UTC"]
VERSIONED = "alpha|beta|rc|pre|dev|build|hotfix|patch|a|b"
FACTS = {"version": f"v?[0-9][0-9.+_-]{{0,15}}(?:(?:{VERSIONED})[0-9.+_-]{{0,8}})?", "time": "|".join(DATES), "percent": "[0-9.,]{4,6} %",
         "platform": "Android|iOS", "measure": "|".join(MEASURED), "entry": "[0-9]{1,12}"}


def is_fact(hole, words): return hole in FACTS and re.fullmatch(FACTS[hole], words) is not None


def is_shaped(words):
    """Whether the words of a draft can be words of one."""
    return all(len(it) <= (200 if slot == "headline" else 2_000)
               and not any(unicodedata.category(c) == "Cc" and c != "\n" for c in it)
               for slot, it in words["words"].items())


def key_of(it): return tuple(it[name] for name in ("severity", "phase", "audience", "channel", "locale"))
def name_of(key): return "-".join(key)


def told_of(intent):
    """The notice of an intent, and what it belongs to."""
    notice = intent["desired"].get("notice") if intent["desired"]["to"] == "published" else None
    return (notice, notice["about"]) if notice and notice["about"] else None


def ordered(place):
    return (PHASES.index(place[0]), place[1], AUDIENCES.index(place[2]), *place[3:4],
            *(LOCALES.index(it) for it in place[4:]))


class Incident:
    def __init__(self, entry, person, it):
        self.by, self.title, self.version, self.severity = person, trim(it["title"]), it["version"], it["severity"]
        self.phase, self.expected, self.closed = "investigating", None, None
        self.points, self.drafts, self.told, self.escalated, self.missed = [entry.position], {}, {}, [], []

    def note(self, entry):
        self.points.append(entry.position)
        if len(self.points) > POINTS_KEPT: del self.points[1]

    def promised(self, audience):
        sure = [(it["at"], ordered(place), place, it) for place, it in self.told.items()
                if place[2] == audience and it["sure"]]
        if not sure: return None
        _, _, place, it = max(sure, key=lambda it: it[:2])
        return None if place[0] == "resolved" else it["next"]

    def stranded(self):
        def ended(it):
            return any(place[0] == "resolved" and told["sure"] and place[2:] == it[2:]
                       for place, told in self.told.items())
        return not all(ended(it) for it in self.told)

    def canonical(self):
        return [
            self.by, self.title, self.severity, self.version, self.phase, self.expected, self.closed,
            [[*place, it["id"], it["why"], it["before"] is not None] for place, it in
             sorted(self.drafts.items(), key=lambda it: ordered(it[0]))],
            [[*place, it["intent"], it["at"], it["sure"], it["next"]] for place, it in
             sorted(self.told.items(), key=lambda it: ordered(it[0]))],
            self.escalated, self.missed, self.points]


class Tell:
    """The part of the state that is about incidents and notices."""

    def __init__(self): self.incidents, self.templates, self.envelopes, self.closed = {}, {}, {}, []

    def tells(self, person):
        may = (*self.mandate("publish")["ask"], *self.mandate("stop")["ask"], *SIGNERS, "administrator")
        if not shares(self.roles(person), may): raise No("may not do this to an incident")

    def open_incident(self, id):
        if id not in self.incidents or self.incidents[id].closed: raise No("no such incident is open")
        return self.incidents[id]

    def telling(self, entry, kind, it):
        person, at = self.actor(entry.device), entry.best
        if kind == "incident.open":
            self.tells(person)
            if not trim(it["title"]) or len(it["title"]) > 200: raise No("an incident has a title")
            if any(not other.closed and other.version == it["version"] for other in self.incidents.values()):
                raise No("an incident about this version is open already")
            self.incidents[entry.id] = Incident(entry, person, it)
        elif kind == "notice.draft": self.draft(entry, person, it)
        elif kind == "template.set":
            self.tells(person)
            is_template(it)
            if self.template(key_of(it))[1] == it: raise No("the template says so already")
            self.templates[key_of(it)] = (entry.id, it)
        elif kind == "envelope.propose":
            self.tells(person)
            if not 1 <= len(it["title"]) <= 120 or not trim(it["title"]): raise No("an envelope has a title")
            if not at < it["expires_at"] <= at + ENVELOPE_LASTS: raise No("it stands for half a year at most")
            sets = ("severities", "phases", "audiences", "channels", "locales", "templates")
            if not all(it[name] for name in sets): raise No("an envelope says what it covers")
            if not it["templates"] <= {LIBRARY, *(version for version, _ in self.templates.values())}:
                raise No("it names a template that is not here")
            self.envelopes[entry.id] = {**it, "by": person, "signed": [], "ended": None}
        elif kind == "envelope.sign":
            envelope, own = self.envelope(it["envelope"], at), self.roles(person)
            if not shares(own, SIGNERS) or not shares(own, self.unsigned(envelope)): raise No("nothing to sign")
            envelope["signed"].append({"person": person, "device": entry.device, "position": entry.position,
                                       "roles": [role for role in SIGNERS if role in own]})
        elif kind == "envelope.end":
            envelope = self.envelope(it["envelope"], at)
            if not shares(self.roles(person), (*SIGNERS, "administrator")) and envelope["by"] != person:
                raise No("may not end an envelope")
            reasoned(it)
            envelope["ended"] = trim(it["reason"])
        else: self.change(entry, person, kind, it)

    def change(self, entry, person, kind, it):
        at = entry.best
        if not kind.startswith("cadence."): self.tells(person)
        incident = self.open_incident(it["incident"])
        if kind == "incident.severity":
            if incident.severity == it["severity"]: raise No("it has this severity already")
            reasoned(it)
            incident.severity = it["severity"]
        elif kind == "incident.phase":
            if incident.phase == it["phase"]: raise No("it is in this phase already")
            reasoned(it)
            incident.phase = it["phase"]
        elif kind == "incident.expect":
            if (incident.expected or [None])[0] == it["by"]: raise No("that is expected already")
            if it["by"] is not None and it["by"] <= at: raise No("that moment is over")
            reasoned(it)
            incident.expected = [it["by"], entry.position]
        elif kind == "incident.resolve":
            if incident.phase != "resolved" or incident.stranded(): raise No("it is not over for everybody")
            reasoned(it)
            incident.closed = [person, at, trim(it["reason"])]
        else:
            calls = kind == "cadence.escalate"
            known, promised = incident.escalated if calls else incident.missed, [it["audience"], it["due"]]
            if incident.promised(it["audience"]) != it["due"]: raise No("nothing is promised for then")
            if promised in known: raise No("it is known already")
            if calls and at + ESCALATE_AHEAD < it["due"] or not calls and at <= it["due"]: raise No("too early")
            known.append(promised)
        incident.note(entry)
        if incident.closed:
            self.closed.append(it["incident"])
            while len(self.closed) > CLOSED_KEPT: self.incidents.pop(self.closed.pop(0), None)

    def draft(self, entry, person, it):
        incident, place = self.open_incident(it["incident"]), (it["phase"], it["update"], it["audience"])
        if incident.phase != it["phase"]: raise No("the incident is in another phase")
        later = [of + 1 for phase, of, audience, *_ in incident.told if (phase, audience) == (place[0], place[2])]
        if it["update"] > max(later, default=0): raise No("an earlier notice was not sent")
        if not it["texts"] or not all(is_shaped(words) for words in it["texts"].values()): raise No("it has no text")
        known = incident.drafts.get(place)
        if it["why"] in ("no_news", "phase", "expected"):
            if known: raise No("there is a draft already")
        elif not shares(self.roles(person), self.mandate("publish")["ask"]): raise No("may not write notices")
        elif known and known["texts"] == it["texts"]: raise No("the draft says so already")
        edited = []
        for id, intent in sorted(self.intents.items()):
            of = told_of(intent.said)
            if not of or not intent.is_open() or intent.may_be_sent(): continue
            notice, about = of
            if (about["incident"], notice["phase"], about["update"], about["audience"]) == (it["incident"], *place):
                intent.rejected = True
                edited.append(id)
        for id in edited: self.note_end(id)
        before = known and (known["texts"] if edited else known["before"])
        incident.drafts[place] = {"id": entry.id, "why": it["why"], "texts": it["texts"], "before": before}
        incident.note(entry)

    def template(self, key):
        known = self.templates.get(key)
        if known: return known
        body = layout(key[4], key[1], key[2], key[3])
        return LIBRARY, {**dict(zip(("severity", "phase", "audience", "channel", "locale"), key)),
                         "title": "{{ headline }}", "body": body}

    def envelope(self, id, at):
        """One that was not ended and has not expired."""
        it = self.envelopes.get(id)
        if not it or it["ended"] is not None or at > it["expires_at"]: raise No("no such envelope stands")
        return it

    def unsigned(self, envelope):
        return [role for role in SIGNERS
                if not any(it["person"] in self.people and role in it["roles"] for it in envelope["signed"])]

    def may_publish(self, intent):
        """Of a notice of an incident its template's key, the words and where it stands."""
        of = told_of(intent)
        if not of: return None
        notice, about = of
        incident = self.open_incident(about["incident"])
        place = (notice["phase"], about["update"], about["audience"], intent["target"], about["locale"])
        key = "-".join((about["incident"][:16], place[0], str(place[1]), place[2], place[4]))
        service, colon, _ = intent["target"].partition(":")
        channel = CHANNELS.get(service) if colon else None
        if notice["key"] != key or channel is None: raise No("the notice is not of its place")
        if (channel in FOR_TEAM) != (about["audience"] == "team"): raise No("it does not reach them")
        draft = incident.drafts.get(place[:3])
        if not draft or draft["id"] != about["draft"]: raise No("the words were edited since")
        words = draft["texts"].get(about["locale"])
        if not words: raise No("the draft has no text in this language")
        of = (incident.severity, notice["phase"], about["audience"], channel, about["locale"])
        version, template = self.template(of)
        if (version, words["next_update_at"]) != (about["template"], about["next_update_at"]): raise No("not these")
        if render(template, words) != (notice["title"], notice["body"]): raise No("other words")
        if place in incident.told: raise No("it was published there already, or may have been")
        for other in self.intents.values():
            twin = told_of(other.said) if other.is_open() and other.said["target"] == intent["target"] else None
            if twin and (twin[1]["incident"], self.place(other.said)) == (about["incident"], place):
                raise No("it was asked for there already")
        return of, words

    def place(self, intent):
        notice, about = told_of(intent)
        return notice["phase"], about["update"], about["audience"], intent["target"], about["locale"]

    def sign_off(self, intent, found, at):
        """Roles that must be among those who approve; `found` is what may_publish found."""
        if intent["act"] != "publish": return []
        roles = [] if self.mandate("publish")["approve"] else ["customer_success"]
        try: inside = found is not None and self.inside(told_of(intent)[1], *found, at)
        except No: inside = False
        return roles if inside else [*roles, *SIGNERS]

    def inside(self, about, key, words, at):
        it = self.envelope(about["envelope"], at)
        covers = (it["severities"], it["phases"], it["audiences"], it["channels"], it["locales"])
        if self.unsigned(it) or not all(one in many for one, many in zip(key, covers)): return False
        allowed = it["allowed"].get(key[4], {})
        return about["template"] in it["templates"] and all(
            any(fits(pattern, line) for pattern in allowed.get(slot, []))
            for slot in SLOTS for line in sentences(words, slot))

    def note_notice(self, entry, id, outcome=None):
        """Notes in its incident what was done about a notice."""
        of = told_of(self.intents[id].said)
        incident = self.incidents.get(of[1]["incident"]) if of else None
        if not incident: return
        place = self.place(self.intents[id].said)
        if outcome in ("confirmed", "unknown"):
            incident.told[place] = {"intent": id, "at": entry.best, "sure": outcome == "confirmed",
                                    "next": of[1]["next_update_at"]}
        elif outcome in ("refused", "stale", "failed"): incident.told.pop(place, None)
        incident.note(entry)

    def void_envelopes(self, device, last):
        for it in self.envelopes.values():
            it["signed"] = [by for by in it["signed"] if by["device"] != device or by["position"] <= last]

    def told_canonical(self):
        return {
            "incidents": {id: it.canonical() for id, it in self.incidents.items()},
            "templates": {name_of(key): version for key, (version, _) in self.templates.items()},
            "envelopes": {id: [it["by"], it["ended"], [[by["person"], by["device"], by["position"], by["roles"]]
                                                       for by in it["signed"]]]
                          for id, it in self.envelopes.items()},
        }


def reasoned(it):
    if not trim(it["reason"]) or len(it["reason"]) > 2_000: raise No("a reason is needed")
