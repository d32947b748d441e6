#!/usr/bin/env python3
"""Replays an evidence pack: python3 fold.py PACK. Says who belongs to the workspace, what its policy
asks for, what people are told of incidents and who agreed, and which entries have no force, from the
entries and the times of the slots alone, and compares that with what the app says of itself. Signatures
are checked by check.py, bodies are read by entries.py, incidents and notices are judged by notices.py,
and all lie beside it; nothing else is needed but Python 3.8.

Exit 0: the app comes to the same. Exit 1: it does not. Exit 2: bodies that are needed stayed behind.
python3 fold.py --state PACK ... prints the hash of the state after each pack, and compares nothing.
"""
import base64, hashlib, json, os, re, sys, unicodedata
from entries import *
from notices import Tell


class State(Tell):
    def __init__(self):
        super().__init__()
        self.workspace, self.drill, self.policy, self.recovery, self.threshold = "", False, None, None, 0
        self.presence = False
        self.people, self.former, self.devices, self.known = {}, {}, {}, {}
        self.connections, self.intents, self.ended, self.lasting = set(), {}, [], {}
        self.rules, self.orders = [], {}
        self.invites, self.requests, self.proposals, self.reviews, self.rejected = {}, {}, {}, {}, []
        # What is remembered in order to find the unusual.
        self.newest, self.newest_of, self.behind, self.last = None, {}, set(), None
        self.hours, self.widenings, self.exports = {}, [], {}

    # -- who is who

    def signer(self, device):
        person = self.devices.get(device)
        if person not in self.people: raise No("this device signs for nobody")
        return person

    def actor(self, device):
        person = self.signer(device)
        if all(it == "auditor" for it in self.roles(person)): raise No("an auditor only reads")
        return person

    def roles(self, person): return self.people[person]["roles"]

    def administers(self, person):
        if "administrator" not in self.roles(person): raise No("not an administrator")

    def administrators(self):
        signing = set(self.devices.values())
        return [it for it in self.people if "administrator" in self.roles(it) and it in signing]

    def needed(self):
        there = len(self.administrators())
        return min(max(self.threshold, 2 if there >= 3 else 1), max(there, 1))

    def is_recovery(self, device): return self.recovery is not None and self.recovery["device"] == device

    def mandate(self, act):
        needs = (self.policy or {}).get(act, 1)
        return standard(act, needs) if isinstance(needs, int) else needs

    def can_fulfil(self, mandate):
        def others(asker): return [(it["roles"], False) for id, it in self.people.items() if id != asker]
        askers = [it for it in self.people if shares(self.roles(it), mandate["ask"])]
        return any(unfilled(mandate["approve"], others(asker)) == 0 for asker in askers)

    def clock_holds(self, entry):
        if entry.at + TOLERANCE < self.newest_of.get(entry.device, entry.at): raise No("the clock stands before")

    # -- taking in an entry

    def fold(self, entry):
        try:
            self.apply(entry)
            has_force = True
        except No:
            has_force = False
        self.watch(entry, has_force)
        if has_force: self.let_go(entry)
        else: self.rejected.append(entry.position)

    def apply(self, entry):
        kind, it = entry.kind, entry.said
        if kind == "ledger.genesis": return self.begin(entry, it)
        if self.policy is None: raise No("it stands before the first entry")
        if kind in AUTHORITY: return self.authority(entry, kind, it)
        if kind.startswith(TELLING): return self.telling(entry, kind, it)
        person = self.signer(entry.device) if kind == "export.made" else self.actor(entry.device)
        if kind in ("connection.add", "connection.remove"):
            self.administers(person)
            (self.connections.add if kind == "connection.add" else self.connections.discard)(it["service"])
        elif kind == "policy.set":
            self.administers(person)
            self.not_proposed((kind, it), entry.at)
            self.fits(kind, it)
            self.propose(entry, kind, it)
        elif kind == "intent.request": self.request(entry, person, it)
        elif kind == "intent.approve": self.judge(entry, person, it)
        elif kind == "intent.withdraw":
            intent = self.open_intent(it["intent"])
            if intent.by != person: raise No("only the asker may take an intent back")
            if intent.may_be_sent(): raise No("it may be in effect")
            intent.withdrawn = True
        elif kind == "effect.claim":
            intent = self.open_intent(it["intent"])
            if intent.standing() != "ready": raise No("the intent is not approved")
            if intent.claim and intent.claim[0] != entry.device and entry.early < intent.claim[1]:
                raise No("another device had taken it up")
            intent.claim = (entry.device, min(it["lease_until"], entry.best + LEASE))
            intent.attempt = max(intent.attempt, it["attempt"])
        elif kind == "effect.result":
            intent = self.intents.get(it["intent"])
            if not intent or not intent.takes_results(): raise No("the intent was not approved, or had ended")
            intent.outcome = it["outcome"]
            self.note_notice(entry, it["intent"], it["outcome"])
        elif kind in ("order.sign", "order.end"):
            if not shares(self.roles(person), self.mandate("stop")["ask"]): raise No("may not ask for a stop")
            if kind == "order.sign": self.orders[entry.id] = [person, entry.best, entry.position, None, []]
            elif it["order"] in self.orders and not self.orders[it["order"]][3]:
                self.orders[it["order"]][3] = [person, it["reason"]]
        elif kind in ("rule.set", "rule.end"):
            if not shares(self.roles(person), self.mandate("stop")["ask"]): raise No("may not ask for a stop")
            name = it["rule"]["name"] if kind == "rule.set" else it["rule"]
            places = [place for place, known in enumerate(self.rules) if known["name"] == name]
            if kind == "rule.set" and places: self.rules[places[0]] = it["rule"]
            elif kind == "rule.set": self.rules.append(it["rule"])
            elif not places: raise No("there is no rule of this name")
            else: self.rules = [known for known in self.rules if known["name"] != name]

    def begin(self, entry, it):
        if self.policy is not None: raise No("a ledger begins once")
        self.workspace, self.drill, self.policy = it["workspace"], it["drill"], it["policy"]
        founder = it["founder"]["id"]
        self.devices[entry.device] = founder
        self.known[entry.device] = {"key": it["key"], "person": founder, "revoked": None}
        self.people[founder] = {"name": it["founder"]["name"], "roles": it["founder"]["roles"]}
        self.rules, self.recovery = it["rules"], it["recovery"]
        self.threshold = 1 if it["threshold"] is None else it["threshold"]

    def open_intent(self, id):
        if id not in self.intents or not self.intents[id].is_open(): raise No("no such intent is open")
        return self.intents[id]

    def request(self, entry, person, it):
        mandate = self.mandate(it["act"])
        if not shares(self.roles(person), mandate["ask"]): raise No("may not ask for this")
        if it["expires_at"] > entry.early + mandate["expires_ms"]: raise No("it lasts too long")
        if it["persons"] < persons_of(mandate): raise No("it asks for fewer persons than the policy")
        if it["act"] not in SAFE and not it["explicit"]: raise No("it leaves out the approval")
        found = self.may_publish(it)
        self.intents[entry.id] = Intent(entry, person, mandate, it, self.sign_off(it, found, entry.late))
        self.note_notice(entry, entry.id)
        under = it["order"]
        if under and under["order"] in self.orders and under["entry"] not in self.orders[under["order"]][4]:
            self.orders[under["order"]][4].append(under["entry"])

    def judge(self, entry, person, it):
        intent = self.intents.get(it["intent"])
        if it["verdict"] == "approve" and self.presence and it["presence"] != "answered": raise No("nobody was seen")
        if not intent or intent.standing() != "waiting": raise No("it does not wait")
        if entry.late > intent.said["expires_at"]: raise No("it expired")
        asker_is_out = intent.said["persons"] > 1 or intent.mandate["approve"]
        if asker_is_out and person == intent.by: raise No("the asker does not approve")
        (roles, fallback), (due, _) = intent.turn(entry.early), intent.turn(entry.late)
        own, unsigned = self.roles(person), intent.unsigned()
        signs_off = shares(own, unsigned)
        if not signs_off and not (shares(own, roles) and shares(own, due)): raise No("it is not their turn")
        if any(approval["person"] == person for approval in intent.approvals): raise No("approved already")
        approval = {"person": person, "device": entry.device, "position": entry.position,
                    "roles": own, "fallback": fallback}
        if intent.mandate["approve"]:
            before, after = intent.empty(intent.approvals), intent.empty([*intent.approvals, approval])
            fills = before == 0 or before != after
        else: fills = not unsigned or fallback
        if not fills and not signs_off: raise No("it fills no place that is empty")
        self.clock_holds(entry)
        if it["verdict"] == "approve":
            intent.approvals.append(approval)
            self.note_notice(entry, it["intent"])
        elif not trim(it["reason"]): raise No("rejecting needs a reason")
        else: intent.rejected = True

    def let_go(self, entry):
        """What ended long ago is no longer there to be spoken of."""
        if entry.kind == "intent.request":
            target = entry.said["target"]
            before, self.lasting[target] = self.lasting.get(target), entry.id
            if before and before not in self.ended and self.has_ended(before): self.intents.pop(before, None)
        elif entry.kind in ("intent.approve", "intent.withdraw", "effect.result"):
            self.note_end(entry.said["intent"])

    def note_end(self, id):
        if not self.has_ended(id) or id in self.ended: return
        self.ended.append(id)
        while len(self.ended) > KEPT:
            oldest = self.ended.pop(0)
            if oldest not in self.lasting.values(): self.intents.pop(oldest, None)

    def has_ended(self, id): return id in self.intents and not self.intents[id].is_open()

    # -- people and policy

    def authority(self, entry, kind, it):
        self.allowed(entry, kind, it)
        device, person = entry.device, self.devices.get(entry.device, "")
        if kind == "member.invite":
            self.invites[entry.id] = {"expires_at": it["expires_at"], "device": device, "used": False,
                                      "withdrawn": False}
        elif kind == "member.request":
            if not self.is_recovery(device):
                self.requests[entry.id] = {"device": device, "key": it["key"], "invite": it["invite"],
                                           "name": trim(it["name"]), "open": True}
        elif kind == "member.uninvite":
            self.invites[it["invite"]]["withdrawn"] = True
            for request in self.requests.values(): request["open"] &= request["invite"] != it["invite"]
        elif kind == "member.refuse": self.requests[it["request"]]["open"] = False
        elif kind == "device.fork":
            owner = self.devices.get(it["device"])
            self.end_device(it["device"], entry, True)
            self.review("forked", entry, owner)
        elif kind == "proposal.judge": self.judge_proposal(entry, person, it)
        elif kind in ("intent.break_glass", "intent.default"):
            glass = kind == "intent.break_glass"
            self.intents[it["intent"]].passed = ("glass" if glass else "default", device, entry.position)
            self.review("break_glass" if glass else "safe_default", entry, person if glass else None)
        elif kind == "review.close": self.reviews[it["review"]]["closed"] = True
        else: self.propose(entry, kind, it)

    def allowed(self, entry, kind, it):
        device = entry.device
        if kind == "member.request":
            if self.is_recovery(device) and self.recovery["key"] == it["key"]: return
            return self.may_request(entry, it)
        if kind == "device.fork":
            self.signer(device)
            if it["device"] not in self.devices: raise No("this device can sign nothing already")
            heads = [json.loads(line[24:]) for line, _ in (it["first"], it["second"])]
            if any((head["dev"], head["seq"]) != (it["device"], it["seq"]) for head in heads): raise No("of another")
            return
        if self.is_recovery(device):
            if kind != "member.admit" or "administrator" not in it["roles"]: raise No("the recovery key")
            return self.fits(kind, it)
        person = self.actor(device)
        if kind == "member.invite":
            self.administers(person)
            roles_fit(it["roles"])
            if not re.fullmatch(r"[0-9a-fA-F]{64}", it["code_hash"]): raise No("it names no code")
            if not entry.late < it["expires_at"] <= entry.early + 7 * DAY: raise No("for at most 7 days")
        elif kind == "member.uninvite":
            self.administers(person)
            invite = self.invites.get(it["invite"])
            if not invite or invite["used"] or invite["withdrawn"]: raise No("no such invitation stands")
        elif kind == "member.refuse":
            self.administers(person)
            self.open_request(it["request"])
            needs_reason(it)
        elif kind == "proposal.judge": self.may_judge_proposal(entry, person, it)
        elif kind in ("intent.break_glass", "intent.default"):
            if kind == "intent.break_glass": needs_reason(it)
            self.clock_holds(entry)
            intent = self.intents.get(it["intent"])
            # A stop that is approved may be sent before the shared log has it.
            held_up = (intent and kind == "intent.break_glass" and intent.standing() == "ready"
                       and not intent.passed and intent.outcome in (None, "queued"))
            if not intent or intent.standing() != "waiting" and not held_up: raise No("it does not wait")
            if entry.late > intent.said["expires_at"]: raise No("it expired")
            if intent.said["act"] not in SAFE: raise No("only for stops")
            after = intent.mandate["default_after_ms"]
            if kind == "intent.break_glass" and not shares(self.roles(person), intent.mandate["break_glass"]):
                raise No("may not break the glass")
            if kind == "intent.default" and (after is None or entry.early < intent.at + after):
                raise No("its time has not come")
        elif kind == "review.close":
            needs_reason(it)
            self.administers(person)
            review = self.reviews.get(it["review"])
            if not review or review["closed"]: raise No("there is no such review")
            if review["person"] == person and len(self.administrators()) > 1: raise No("it is about them")
        else:
            if not self.is_own(person, kind, it):
                self.administers(person)
                self.not_proposed((kind, it), entry.at)
            self.fits(kind, it)

    def is_own(self, person, kind, it):
        if kind == "device.add": return it["person"] == person
        if kind not in ("device.revoke", "device.compromised"): return False
        known = self.known.get(it["device"])
        return known is not None and known["person"] == person or self.devices.get(it["device"]) == person

    def not_proposed(self, change, at):
        if any(it["change"] == change and at <= it["expires_at"] for it in self.proposals.values()):
            raise No("the same change waits already")

    def fits(self, kind, it):
        """Whether a change can take force now, whoever wants it."""
        if kind == "policy.set":
            if it["persons"] not in (1, 2): raise No("an act needs 1 or 2 persons")
            if it["persons"] == 2 and not self.can_fulfil(standard(it["act"], 2)): raise No("nobody could act")
        elif kind == "member.admit":
            request = self.open_request(it["request"])
            roles_fit(it["roles"])
            if self.invite_is_used(request): raise No("the invitation is used")
            if not 1 <= len(it["person"].encode()) <= 80: raise No("a person needs an identifier")
            if it["person"] in self.people or it["person"] in self.former: raise No("there was such a person")
        elif kind == "device.add":
            request = self.open_request(it["request"])
            self.member(it["person"])
            if self.invite_is_used(request): raise No("the invitation is used")
            if request["key"] != it["key"]: raise No("another key asked to join")
        elif kind == "member.roles":
            self.member(it["person"])
            roles_fit(it["roles"])
            if self.roles(it["person"]) == it["roles"]: raise No("they have these roles already")
            stays = "administrator" in it["roles"]
            self.keeps_an_administrator(lambda owner, _: stays or owner != it["person"])
        elif kind == "person.revoke":
            self.member(it["person"])
            needs_reason(it)
            self.keeps_an_administrator(lambda owner, _: owner != it["person"])
        elif kind in ("device.revoke", "device.compromised"):
            there = it["device"] in self.devices
            if not there and (kind == "device.revoke" or it["device"] not in self.known): raise No("no such device")
            needs_reason(it)
            self.keeps_an_administrator(lambda _, device: device != it["device"])
        elif kind == "policy.mandate":
            if not is_mandate(it["mandate"], it["act"]): raise No("this is no mandate")
            if self.mandate(it["act"]) == it["mandate"]: raise No("the policy says so already")
            if not self.can_fulfil(it["mandate"]): raise No("nobody could act")
        elif kind == "policy.threshold":
            there = len(self.administrators())
            if not (2 if there >= 3 else 1) <= it["administrators"] <= there: raise No("so many cannot agree")
            if it["administrators"] == self.threshold: raise No("the policy says so already")
        elif kind == "policy.presence" and it["required"] == self.presence: raise No("the policy says so already")

    def may_request(self, entry, it):
        if entry.device in self.devices or entry.device in self.known: raise No("it belongs to somebody already")
        for name in (it["name"], it["device_name"]):
            if not 1 <= len(trim(name)) <= 80 or any(unicodedata.category(c) == "Cc" for c in name):
                raise No("it names nobody")
        invite = self.invites.get(it["invite"])
        if not invite or invite["used"] or invite["withdrawn"] or entry.late > invite["expires_at"]: raise No("no such invitation")
        if any(it["open"] and it["device"] == entry.device for it in self.requests.values()):
            raise No("it has asked already")

    def may_judge_proposal(self, entry, person, it):
        self.administers(person)
        proposal = self.proposals.get(it["proposal"])
        if not proposal or entry.late > proposal["expires_at"]: raise No("no such change waits")
        if it["verdict"] == "reject":
            if person in proposal["against"]: raise No("turned down already")
            needs_reason(it)
        elif any(agreed["person"] == person for agreed in proposal["agreed"]): raise No("agreed already")
        elif self.agreed_now(proposal) + 1 >= self.needed(): self.fits(*proposal["change"])

    def agreed_now(self, proposal):
        there = self.administrators()
        return sum(it["person"] in there for it in proposal["agreed"])

    def open_request(self, id):
        if id not in self.requests or not self.requests[id]["open"]: raise No("no such request is open")
        return self.requests[id]

    def invite_is_used(self, request):
        invite = self.invites.get(request["invite"])
        return invite is None or invite["used"]

    def member(self, person):
        if person not in self.people: raise No("there is no such person")

    def keeps_an_administrator(self, stays):
        left = (owner for device, owner in self.devices.items() if stays(owner, device))
        if not any(it in self.people and "administrator" in self.roles(it) for it in left):
            raise No("no administrator would be left")

    def propose(self, entry, kind, it):
        by_recovery, person = self.is_recovery(entry.device), self.devices.get(entry.device, "")
        own = person in self.people and self.is_own(person, kind, it)
        if by_recovery or own or self.needed() <= 1: self.enact(entry, kind, it)
        else:
            self.proposals = {id: it for id, it in self.proposals.items() if entry.at <= it["expires_at"]}
            agreed = {"person": person, "device": entry.device, "position": entry.position}
            self.proposals[entry.id] = {"position": entry.position, "expires_at": entry.at + 7 * DAY,
                                        "change": (kind, it), "agreed": [agreed], "against": []}
        if by_recovery: self.review("recovery", entry, None)

    def judge_proposal(self, entry, person, it):
        there, needed = len(self.administrators()), self.needed()
        proposal = self.proposals.pop(it["proposal"])
        if it["verdict"] == "approve":
            proposal["against"] = [who for who in proposal["against"] if who != person]
            proposal["agreed"].append({"person": person, "device": entry.device, "position": entry.position})
            if self.agreed_now(proposal) >= needed: return self.enact(entry, *proposal["change"])
        else:
            its_own = proposal["agreed"][:1] and proposal["agreed"][0]["person"] == person
            proposal["agreed"] = [it for it in proposal["agreed"] if it["person"] != person]
            proposal["against"].append(person)
            if its_own or max(there - len(proposal["against"]), 0) < needed: return
        self.proposals[it["proposal"]] = proposal

    def enact(self, entry, kind, it):
        if kind in ("policy.set", "policy.mandate"):
            before = self.mandate(it["act"])
            self.policy[it["act"]] = it["persons"] if kind == "policy.set" else it["mandate"]
            if is_wider(before, self.mandate(it["act"])): self.widened(it["act"], None, entry.at)
        elif kind == "policy.threshold": self.threshold = it["administrators"]
        elif kind == "policy.presence": self.presence = it["required"]
        elif kind == "member.admit":
            self.people[it["person"]] = {"name": self.take_device(it), "roles": it["roles"]}
            self.widened(None, it["person"], entry.at)
            self.review("new_device", entry, it["person"])
        elif kind == "device.add":
            self.take_device(it)
            self.review("new_device", entry, it["person"])
        elif kind == "member.roles":
            person = self.people.get(it["person"])
            if person:
                if any(role not in person["roles"] for role in it["roles"]): self.widened(None, it["person"], entry.at)
                person["roles"] = it["roles"]
        elif kind == "person.revoke":
            for device in [device for device, owner in self.devices.items() if owner == it["person"]]:
                self.end_device(device, entry, False)
            for intent in self.intents.values():
                if intent.is_open() and not intent.may_be_sent() and intent.said["act"] not in SAFE:
                    intent.approvals = [given for given in intent.approvals if given["person"] != it["person"]]
            if it["person"] in self.people: self.former[it["person"]] = self.people.pop(it["person"])
        elif kind == "device.revoke": self.end_device(it["device"], entry, False)
        elif kind == "device.compromised":
            owner = self.known[it["device"]]["person"] if it["device"] in self.known else None
            self.end_device(it["device"], entry, False)
            self.void(it["device"], it["from"])
            self.void_envelopes(it["device"], it["from"])
            self.review("compromised", entry, owner)

    def take_device(self, it):
        request = self.requests.get(it["request"])
        if not request: return ""
        request["open"] = False
        if request["invite"] in self.invites: self.invites[request["invite"]]["used"] = True
        self.devices[request["device"]] = it["person"]
        self.known[request["device"]] = {"key": request["key"], "person": it["person"], "revoked": None}
        return request["name"]

    def end_device(self, device, entry, forked):
        owner = self.devices.pop(device, None)
        if device not in self.known and owner is not None:
            self.known[device] = {"key": "", "person": owner, "revoked": None}
        if device in self.known and self.known[device]["revoked"] is None:
            self.known[device]["revoked"] = (entry.position, forked)

    def void(self, device, last):
        """Takes the force from what a device signed after a position and what was not sent."""
        def stays(it): return it["device"] != device or it["position"] <= last
        for intent in self.intents.values():
            if not intent.is_open() or intent.may_be_sent(): continue
            if intent.device == device and intent.position > last:
                intent.rejected = True
                continue
            intent.approvals = [it for it in intent.approvals if stays(it)]
            if intent.passed and intent.passed[1] == device and intent.passed[2] > last: intent.passed = None
        for proposal in self.proposals.values():
            proposal["agreed"] = [it for it in proposal["agreed"] if stays(it)]
        self.proposals = {id: it for id, it in self.proposals.items()
                          if it["agreed"][:1] and it["agreed"][0]["position"] == it["position"]}
        for invite in self.invites.values(): invite["used"] |= invite["device"] == device

    # -- what is unusual

    def review(self, kind, entry, person):
        self.reviews[f"{entry.position}-{kind}"] = {"person": person, "closed": False}

    def widened(self, act, person, at): self.widenings = [*self.widenings, (act, person, at)][-64:]

    def watch(self, entry, has_force):
        rejected = self.rejected[-64:]
        known = self.known.get(entry.device)
        person = self.devices.get(entry.device) or (known["person"] if known else None)
        if person is not None:
            if has_force: self.look_at(entry, person)
            self.look_at_the_clock(entry, person)
        if self.last is not None:
            between = range(self.last + 1, entry.position)
            if len(between) > 64 or any(it not in rejected for it in between): self.review("log_gap", entry, None)
        self.last = max(self.last or 0, entry.position)

    def look_at(self, entry, person):
        kind, it, at = entry.kind, entry.said, entry.at
        judges = kind == "intent.approve" and it["verdict"] == "approve"
        asked = it["act"] if kind == "intent.request" else None
        if kind == "intent.approve" and it["intent"] in self.intents: asked = self.intents[it["intent"]].said["act"]
        by_hand = kind not in ("breach.seen", "breach.cleared", "effect.claim", "effect.result", "drift.seen",
                               "device.fork", "intent.default", "cadence.escalate", "cadence.miss")
        by_hand = by_hand and not (kind == "notice.draft" and it["why"] in ("no_news", "phase", "expected"))
        if by_hand:
            hours, hour = self.hours.setdefault(person, [0] * 24), at // HOUR % 24
            total, near = sum(hours), any(hours[(hour + step) % 24] for step in (-2, -1, 0, 1, 2))
            hours[hour] += 1
            weighty = (judges or kind == "intent.request" and asked not in SAFE or kind in GOVERNED
                       or kind in ("policy.set", "proposal.judge"))
            if weighty and total >= 20 and not near: self.review("odd_hour", entry, person)
        if asked is not None and asked not in SAFE and any(
                max(at - since, 0) <= HOUR and (of == asked or whose == person)
                for of, whose, since in self.widenings):
            self.review("widened", entry, person)
        if kind == "export.made":
            made = self.exports.setdefault(person, [])
            made.append(at)
            while max(at - made[0], 0) > HOUR or len(made) > 6: made.pop(0)
            if len(made) == 4: self.review("export_spike", entry, person)
        if judges and it["opened"] is False: self.review("not_opened", entry, person)

    def look_at_the_clock(self, entry, person):
        before = self.newest
        self.newest = entry.at if before is None else max(before, entry.at)
        self.newest_of[entry.device] = max(self.newest_of.get(entry.device, entry.at), entry.at)
        behind = before is not None and entry.at + TOLERANCE < before
        if not entry.contradicts and not behind: self.behind.discard(entry.device)
        elif entry.device not in self.behind:
            self.behind.add(entry.device)
            self.review("clock_moved", entry, person)

    def canonical(self):
        """The state in one text; its keys are explained where the app makes the same one."""
        def intent(it):
            passed = it.passed[0] if it.passed else None
            return [it.by, it.standing(), [approval["person"] for approval in it.approvals], passed, it.unsigned()]
        usual = {"comparator": "below", "outcome": "alarm"}
        whole = {
            **self.told_canonical(), "orders": self.orders,
            "rules": [{name: it for name, it in rule.items() if it != usual.get(name)} for rule in self.rules],
            "v": 2, "workspace": self.workspace, "drill": self.drill, "devices": self.devices,
            "people": {id: [it["name"], it["roles"]] for id, it in self.people.items()},
            "revoked": {id: [it["person"], *it["revoked"]] for id, it in self.known.items() if it["revoked"]},
            "administrators": self.needed(), "policy": {act: self.mandate(act) for act in ACTS},
            "connections": sorted(self.connections, key=SERVICES.index),
            "intents": {id: intent(it) for id, it in self.intents.items() if it.is_open()},
            "invites": sorted(id for id, it in self.invites.items() if not it["used"] and not it["withdrawn"]),
            "presence": self.presence,
            "requests": sorted(id for id, it in self.requests.items() if it["open"]),
            "proposals": sorted(self.proposals),
            "reviews": sorted(id for id, it in self.reviews.items() if not it["closed"]),
            "rejected": self.rejected,
        }
        return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def replay(pack):
    """The state after the entries."""
    state, missing = State(), []
    rows, of_entry = slots(pack)
    for position, (line, body) in enumerate(zip(lines(pack, "headers.txt"), lines(pack, "bodies.jsonl")), 1):
        head, slot = json.loads(line[24:]), of_entry.get(position)
        seen, link = head["seen"]
        before = rows[slot][0] if slot is not None else None
        known = slot is not None and (seen, link) != (0, ZERO) and seen < len(rows) and rows[seen][1] == link
        entry = Entry(position, line, rows[seen][0] if known else None, before)
        if body == b"-" and entry.kind not in SILENT:
            missing.append(position)
            continue
        try:
            if entry.kind not in KINDS: raise Unread()
            entry.said = None if body == b"-" else KINDS[entry.kind](json.loads(body))
        except Unread:
            state.rejected.append(position)
            continue
        if entry.kind == "device.fork":
            known = state.known.get(entry.said["device"])
            if not known or not is_fork(entry.said, known["key"]):
                state.rejected.append(position)
                continue
        state.fold(entry)
    if missing: raise NotHere(f"the bodies of {len(missing)} entries that are needed stayed behind: {missing[:20]}")
    return state


def hashed(state): return hashlib.sha256(state.canonical().encode()).hexdigest()


def main(pack="."):
    state = replay(pack)
    with open(os.path.join(pack, "verification.json"), "rb") as file: said = json.load(file)
    if said["state"] != hashed(state): sys.exit(f"DIFFERS: the app came to the state {said['state']}, this to {hashed(state)}")
    for line in lines(pack, "decisions.jsonl"):
        row = json.loads(line)
        if not row["redacted"] and (row["without_force"] != "") != (row["position"] in state.rejected):
            sys.exit(f"DIFFERS: entry {row['position']} is told otherwise in decisions.jsonl")
    print(f"The same: {len(state.people)} persons with {len(state.devices)} devices,",
          f"{len(state.rejected)} entries without force, state {hashed(state)}.")


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["--state"]:
            for pack in sys.argv[2:]: print(hashed(replay(pack)))
        else: main(*sys.argv[1:])
    except NotHere as why:
        print(f"NOT REPLAYED: {why}", file=sys.stderr)
        sys.exit(2)
