//! What a slot admits, and why it is void. Knows only the public face of the crate.

#[path = "support/log.rs"]
mod log;

use cockpit_seal::checkpoint::{Checkpoint, SignedCheckpoint, origin};
use cockpit_seal::slot::{
    Halt, SLOT_BYTES_MAX, Slot, SlotError, SlotFault, SlotHead, SlotVerifier, VoidReason, slot_path,
};
use cockpit_seal::tree::{Tree, leaf_hash};
use cockpit_seal::{Entry, Fault, Head, KIND_DEVICE_ADD, Reason, Seen, SlotHash};
use log::{Reader, Team, at, key};

fn entry_reason(reason: VoidReason) -> Reason {
    match reason {
        VoidReason::Entry(broken) => broken.reason,
        other => panic!("{other}"),
    }
}

#[test]
fn a_slot_admits_entries_of_any_device_and_reads_back() {
    let mut team = Team::of_two();
    let entries = vec![team.note(1), team.note(2), team.note(2)];
    let admitted = team.write(2, entries.clone());
    assert_eq!((admitted.n, admitted.first_leaf), (2, 2));
    assert_eq!(admitted.by, key(2).device_id());
    assert_eq!(admitted.entries, entries);
    assert_eq!(admitted.other_views, []);
    for bytes in &team.slots {
        let slot = Slot::parse(bytes).unwrap();
        assert_eq!(slot.bytes(), *bytes);
        assert_eq!(slot.hash(), SlotHash::of_bytes(bytes));
    }
    let head = team.reader.verifier.head();
    assert_eq!((head.next, head.tree.size()), (3, 5));
    let checkpoint = admitted.checkpoint.checkpoint();
    assert_eq!(checkpoint.origin, origin(team.ledger));
    assert_eq!((checkpoint.size, checkpoint.root), (5, head.tree.root()));
    assert_eq!(slot_path(2), "log/0000000000000002");
    let verified = team.reader.verifier.finish().unwrap();
    assert_eq!((verified.slots, verified.void), (3, 0));
    assert_eq!(verified.devices.len(), 2);
}

#[test]
fn the_root_does_not_know_the_bodies() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    team.write(1, vec![entry]);
    let mut tree = Tree::new();
    for bytes in &team.slots {
        for entry in Slot::parse(bytes).unwrap().entries() {
            let leaf = format!("{}\n{}", entry.header_line(), entry.signature_line());
            tree.push(leaf_hash(leaf.as_bytes()));
        }
    }
    assert_eq!(tree, team.reader.verifier.head().tree);
}

#[test]
fn a_void_slot_keeps_its_number_and_changes_nothing_else() {
    let mut team = Team::of_two();
    let before = team.reader.verifier.head().clone();
    let void = team.junk(b"junk".to_vec());
    assert_eq!(void.reason.code(), "slot_cut");
    assert_eq!(
        void.to_string(),
        "Slot 2 is void: it ends inside its header."
    );
    let after = team.reader.verifier.head().clone();
    assert_eq!(after.tree, before.tree);
    let junk = SlotHash::of_bytes(b"junk");
    let both = [*before.prev.as_bytes(), *junk.as_bytes()].concat();
    assert_eq!((void.hash, void.link), (junk, SlotHash::of_bytes(&both)));
    assert_eq!((after.next, after.prev), (3, void.link));
    let entry = team.note(2);
    assert_eq!(team.write(2, vec![entry]).n, 3);
    let verified = team.reader.verifier.finish().unwrap();
    assert_eq!((verified.slots, verified.void), (4, 1));
}

#[test]
fn a_log_may_begin_with_junk() {
    let team = Team::found();
    let mut reader = Reader::new(team.ledger);
    assert_eq!(reader.why_void(b"").code(), "slot_cut");
    let genesis = Slot::parse(&team.slots[0]).unwrap().entries().to_vec();
    let slot = team.slot_after(reader.verifier.head(), 1, genesis);
    assert_eq!(reader.admitted(&slot).n, 1);
}

#[test]
fn a_log_begins_with_its_genesis() {
    let mut team = Team::found();
    let note = team.note(1);
    let mut reader = Reader::new(team.ledger);
    let slot = team.slot_after(reader.verifier.head(), 1, vec![note]);
    assert_eq!(entry_reason(reader.why_void(&slot)), Reason::NoGenesis);
}

#[test]
fn number_link_log_and_signature_are_checked() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let head = team.reader.verifier.head().clone();
    let after = |change: &dyn Fn(&mut SlotHead)| {
        let mut head = head.clone();
        change(&mut head);
        team.slot_after(&head, 1, vec![entry.clone()])
    };
    let number = after(&|head| head.next = 7);
    let link = after(&|head| head.prev = SlotHash::ZERO);
    let log = after(&|head| head.ledger = cockpit_seal::LedgerId::ZERO);
    let size = after(&|head| head.tree.push(leaf_hash(b"x")));
    let root = after(&|head| {
        let mut other = Tree::new();
        (0..head.tree.size()).for_each(|_| other.push(leaf_hash(b"x")));
        head.tree = other;
    });
    let read = |bytes: &[u8]| team.reader.clone().why_void(bytes);
    assert_eq!(read(&number), VoidReason::Number { found: 7 });
    assert_eq!(read(&link), VoidReason::BrokenLink);
    assert_eq!(read(&log).code(), "slot_other_log");
    assert_eq!(
        read(&size),
        VoidReason::Size {
            expected: 3,
            found: 4
        }
    );
    assert_eq!(read(&root).code(), "slot_root");

    // Signed by another member than the one that it names.
    let good = Slot::parse(after(&|_| ())).unwrap();
    let checkpoint = good.checkpoint().checkpoint().clone();
    let other = SignedCheckpoint::sign(checkpoint, &key(2)).unwrap();
    let text = good.to_string();
    let text = text.replace(&good.checkpoint().to_string(), &other.to_string());
    let by = key(1).device_id();
    assert_eq!(read(text.as_bytes()), VoidReason::BadSignature { by });
}

#[test]
fn the_header_is_signed_too() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let text = String::from_utf8(team.slot(1, vec![entry])).unwrap();
    let at = at(1_000 + 2).to_string();
    let other = text.replacen(&at, &at.replace("2026", "2025"), 1);
    assert_ne!(other, text);
    let reason = team.reader.clone().why_void(other.as_bytes());
    assert_eq!(reason, VoidReason::Malformed(SlotFault::HeaderMark));
    // With its hash exchanged, too, the signature is not one over it.
    let header = |text: &str| Slot::parse(text).map(|slot| slot.header_line());
    assert!(header(&other).is_err());
}

#[test]
fn only_members_write() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let refused = |by: u8| VoidReason::NotAllowed {
        by: key(by).device_id(),
    };
    let read = |team: &Team, bytes: &[u8]| team.reader.clone().why_void(bytes);
    // A stranger who found a member's entry.
    assert_eq!(read(&team, &team.slot(9, vec![entry.clone()])), refused(9));
    // A member who may not any more.
    team.reader
        .memory
        .members
        .retain(|it| *it != key(2).device_id());
    assert_eq!(read(&team, &team.slot(2, vec![entry.clone()])), refused(2));
    // What it wrote is admitted by others all the same: who may decide is another question.
    let late = team.note(2);
    assert_eq!(team.write(1, vec![entry, late]).entries.len(), 2);
}

#[test]
fn a_stranger_may_ask_to_join_and_nothing_else() {
    let mut team = Team::found();
    let refused = VoidReason::NotAllowed {
        by: key(2).device_id(),
    };
    let read = |team: &Team, bytes: &[u8]| team.reader.clone().why_void(bytes);
    let request = team.request(2);
    let others = team.note(1);
    assert_eq!(
        read(&team, &team.slot(2, vec![request.clone(), others])),
        refused
    );
    assert_eq!(
        read(&team, &team.slot(3, vec![request.clone()])),
        VoidReason::NotAllowed {
            by: key(3).device_id()
        }
    );
    let itself = team.entry(5, KIND_DEVICE_ADD, Some(5));
    assert_eq!(
        read(&team, &team.slot(5, vec![itself])),
        VoidReason::NotAllowed {
            by: key(5).device_id()
        }
    );
    let mut closed = team.reader.clone();
    closed.memory.closed = true;
    let slot = team.slot(2, vec![request]);
    assert_eq!(closed.why_void(&slot), refused);

    team.reader.admitted(&slot);
    team.slots.push(slot);
    assert_eq!(
        team.reader.verifier.key(key(2).device_id()),
        Some(key(2).public())
    );
    // Its key is known now; it is no member for that.
    let more = team.note(2);
    assert_eq!(read(&team, &team.slot(2, vec![more.clone()])), refused);
    // A member may show what it wrote.
    team.write(1, vec![more]);
}

#[test]
fn a_request_brings_its_own_key_and_comes_once() {
    let mut team = Team::found();
    let request = team.request(2);
    let again = {
        team.heads.remove(&2);
        team.request(2)
    };
    team.write(1, vec![request.clone()]);
    let copy = team.slot(1, vec![request]);
    let void = team.reader.clone().void(&copy);
    assert_eq!(
        (entry_reason(void.reason), void.fork),
        (Reason::Repeated, None)
    );
    // Two different requests with number 0 are a fork.
    let void = team.reader.clone().void(&team.slot(1, vec![again]));
    void.fork.unwrap().verify(&key(2).public()).unwrap();
    // Somebody else's signature under it does not hold.
    team.heads
        .insert(3, Head::first(team.ledger, key(3).device_id()));
    let request = team.request(3);
    let other = team.note(1).signature_line();
    let text = String::from_utf8(team.slot(1, vec![request.clone()])).unwrap();
    let forged = text.replace(&request.signature_line(), &other);
    assert_eq!(
        entry_reason(team.reader.clone().why_void(forged.as_bytes())),
        Reason::BadSignature
    );
}

#[test]
fn one_entry_that_does_not_hold_makes_the_whole_slot_void() {
    let mut team = Team::of_two();
    let (first, second) = (team.note(1), team.note(1));
    let stranger = {
        let entry = team.note(8);
        team.heads.remove(&8);
        entry
    };
    let read = |entries: Vec<_>| {
        let void = team.reader.clone().void(&team.slot(1, entries));
        let VoidReason::Entry(broken) = void.reason else {
            panic!("{}", void.reason)
        };
        (broken.position, broken.reason)
    };
    assert_eq!(
        read(vec![second.clone()]),
        (3, Reason::Missing { expected_seq: 2 })
    );
    assert_eq!(
        read(vec![first.clone(), first.clone()]),
        (4, Reason::Repeated)
    );
    assert_eq!(
        read(vec![first.clone(), second.clone(), stranger]),
        (5, Reason::UnknownDevice)
    );
    assert_eq!(
        read(vec![second, first]),
        (3, Reason::Missing { expected_seq: 2 })
    );
}

#[test]
fn a_fork_is_proven() {
    let mut team = Team::of_two();
    let here = team.note(2);
    team.heads.remove(&2);
    let there = team.note(2);
    let both = team.slot(1, vec![here.clone(), there.clone()]);
    let fork = team.reader.clone().void(&both).fork.unwrap();
    assert_eq!(
        (fork.first().id(), fork.second().id()),
        (here.id(), there.id())
    );

    team.write(1, vec![here.clone()]);
    let more = team.note(1);
    team.write(1, vec![more]);
    let slot = team.slot(1, vec![there.clone()]);
    let void = team.reader.void(&slot);
    assert_eq!(entry_reason(void.reason), Reason::Repeated);
    let fork = void.fork.unwrap();
    assert_eq!((fork.device(), fork.seq()), (key(2).device_id(), 0));
    fork.verify(&key(2).public()).unwrap();
    assert_eq!(fork.verify(&key(1).public()), Err(Reason::UnknownDevice));
    assert!(cockpit_seal::Fork::new(&here, &here).is_none());

    // Whoever forges an entry under a number that was used proves nothing.
    let forged = Entry::from_lines(
        there.header_line().as_bytes(),
        there.body_line().as_bytes(),
        here.signature_line().as_bytes(),
    );
    let forged = forged.unwrap();
    let void = team.reader.void(&team.slot(1, vec![forged.clone()]));
    assert_eq!(entry_reason(void.reason), Reason::BadSignature);
    assert_eq!(void.fork, None);
    let fork = cockpit_seal::Fork::new(&here, &forged).unwrap();
    assert_eq!(fork.verify(&key(2).public()), Err(Reason::BadSignature));
    let fork = cockpit_seal::Fork::new(&forged, &here).unwrap();
    assert_eq!(fork.verify(&key(2).public()), Err(Reason::BadSignature));
}

#[test]
fn an_author_who_saw_another_log_is_named() {
    let mut team = Team::of_two();
    let other = Seen {
        slot: 0,
        hash: SlotHash::ZERO,
    };
    let shown = Seen {
        slot: 0,
        hash: SlotHash::of_bytes(b"other"),
    };
    let ahead = Seen {
        slot: 9,
        hash: SlotHash::of_bytes(b"later"),
    };
    let last = team.reader.verifier.seen();
    let entries = [other, shown, ahead, last].map(|seen| team.entry_seeing(1, "note", None, seen));
    let admitted = team.write(1, entries.to_vec());
    let views: Vec<_> = admitted
        .other_views
        .iter()
        .map(|it| (it.seen, it.ours))
        .collect();
    let first = SlotHash::of_bytes(&team.slots[0]);
    assert_eq!(views, [(shown, Some(first)), (ahead, None)]);
}

#[test]
fn a_known_slot_must_be_there() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    team.write(1, vec![entry]);
    let mark = |n: u64| Seen {
        slot: n,
        hash: team.reader.memory.slots[n as usize],
    };
    let read = |slots: &[Vec<u8>], marks: &[Seen]| {
        let verifier = SlotVerifier::new(team.ledger);
        let mut verifier = marks.iter().fold(verifier, |it, mark| it.expecting(*mark));
        let before = cockpit_seal::slot::AnyKnownDevice;
        slots
            .iter()
            .try_for_each(|slot| verifier.feed(slot, &before).map(|_| ()))?;
        verifier.finish()
    };
    assert!(read(&team.slots, &[mark(0), mark(2)]).is_ok());
    assert!(read(&team.slots[..2], &[]).is_ok());
    assert_eq!(
        read(&team.slots[..2], &[mark(2)]),
        Err(Halt::Truncated { next: 2, known: 2 })
    );
    let mut other = mark(1);
    other.hash = SlotHash::ZERO;
    let halt = read(&team.slots, &[other]).unwrap_err();
    assert!(matches!(halt, Halt::Rewritten { n: 1, .. }), "{halt}");
}

/// A slot of a later format: some lines, then the four of the checkpoint.
fn newer_slot(team: &Team, n: u64, by: u8) -> String {
    let header = format!("cockpit.ledger/slot/v2 {{\"n\":{n},\"of\":\"any form\"}}");
    let hash = SlotHash::of_bytes(header.as_bytes());
    let checkpoint = Checkpoint {
        origin: origin(team.ledger),
        size: 9,
        root: leaf_hash(b"x"),
        extensions: vec![format!("slot {n} {hash}")],
    };
    let signed = SignedCheckpoint::sign(checkpoint, &key(by)).unwrap();
    format!("{header}\nwhatever\n\n{signed}")
}

#[test]
fn a_newer_format_of_a_member_is_not_guessed_at() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let text = String::from_utf8(team.slot(1, vec![entry])).unwrap();
    let halt = |text: &str, version| {
        let mut reader = team.reader.clone();
        let halt = reader.verifier.feed(text.as_bytes(), &reader.memory);
        assert_eq!(halt, Err(Halt::NewerApp { n: 2, version }));
        assert_eq!(reader.verifier.head(), team.reader.verifier.head());
    };
    halt(&text.replace("entry/v1 ", "entry/v17 "), 17);
    halt(&newer_slot(&team, 2, 1), 2);
    let first = Reader::new(team.ledger).verifier.feed(
        b"cockpit.ledger/slot/v2 of any form",
        &log::Memory::default(),
    );
    assert_eq!(first, Err(Halt::NewerApp { n: 0, version: 2 }));
}

#[test]
fn junk_that_says_it_is_newer_stops_nobody() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let text = String::from_utf8(team.slot(1, vec![entry])).unwrap();
    for junk in [
        "cockpit.ledger/slot/v2 of any form".to_owned(),
        text.replace("slot/v1 ", "slot/v2 "), // not the header that was signed
        newer_slot(&team, 3, 1),              // for another place
        newer_slot(&team, 2, 9),              // by a stranger
        newer_slot(&team, 2, 1).replace("\n9\n", "\n8\n"), // not what was signed
    ] {
        let reason = team.reader.clone().why_void(junk.as_bytes());
        assert_eq!(reason.code(), "newer_version", "{junk}");
    }
    team.reader.memory.members.clear();
    let struck_off = newer_slot(&team, 2, 1);
    assert_eq!(
        team.reader.why_void(struck_off.as_bytes()).code(),
        "newer_version"
    );
}

#[test]
fn a_slot_that_would_be_void_is_not_written() {
    let mut team = Team::of_two();
    let (first, second) = (team.note(1), team.note(1));
    let (verifier, memory) = (&team.reader.verifier, &team.reader.memory);
    let write = |by: u8, entries| verifier.write(&key(by), at(9), entries, memory);
    assert!(write(1, vec![first.clone()]).is_ok());
    assert_eq!(write(1, Vec::new()), Err(SlotError::Empty));
    assert!(matches!(write(1, vec![second]), Err(SlotError::Void(_))));
    assert!(matches!(
        write(9, vec![first.clone()]),
        Err(SlotError::Void(_))
    ));
    let many = vec![first; 1025];
    assert_eq!(Slot::fitting(&many), 1024);
    assert_eq!(write(1, many), Err(SlotError::TooLarge { fitting: 1024 }));
}

#[test]
fn a_slot_has_an_end() {
    let mut team = Team::of_two();
    let head = team.heads[&1];
    let mut body = serde_json::Map::new();
    body.insert("text".into(), "x".repeat(16_000).into());
    let draft = cockpit_seal::Draft {
        at: &at(0).to_string(),
        kind: "note",
        body,
        salt: [0; 16],
        seen: Seen::default(),
    };
    let large = cockpit_seal::seal(&key(1), &head, draft).unwrap();
    let many = vec![large; 300];
    let fitting = Slot::fitting(&many);
    assert!((230..300).contains(&fitting), "{fitting}");
    let bytes = team.slot(1, many[..fitting].to_vec());
    assert!(bytes.len() <= SLOT_BYTES_MAX);
    assert!(Slot::parse(&bytes).is_ok());
    let longer = [bytes, vec![b'x'; 20_000]].concat();
    assert_eq!(Slot::parse(&longer), Err(SlotFault::TooLarge));
    assert_eq!(team.junk(longer).reason.code(), "slot_too_large");
}

#[test]
fn a_request_with_another_key_is_not_sealed() {
    let team = Team::found();
    let mut body = serde_json::Map::new();
    body.insert("key".into(), key(3).public().to_string().into());
    let draft = cockpit_seal::Draft {
        at: &at(0).to_string(),
        kind: cockpit_seal::KIND_MEMBER_REQUEST,
        body,
        salt: [0; 16],
        seen: Seen::default(),
    };
    let head = Head::first(team.ledger, key(2).device_id());
    let refused = cockpit_seal::seal(&key(2), &head, draft).unwrap_err();
    assert_eq!(refused, cockpit_seal::SealError::Key(Reason::KeyMismatch));
}

#[test]
fn a_resumed_reader_goes_on_like_one_that_read_all() {
    let mut team = Team::of_two();
    for _ in 0..3 {
        let entries = vec![team.note(1), team.note(2)];
        team.write(2, entries);
    }
    let mut start = Reader::new(team.ledger);
    team.slots[..3]
        .iter()
        .for_each(|slot| drop(start.admitted(slot)));
    let head = start.verifier.head().clone();
    let tree = Tree::resume(head.tree.size(), head.tree.peaks().to_vec()).unwrap();
    let known = start.verifier.finish().unwrap();
    let verifier = SlotVerifier::resume(
        SlotHead { tree, ..head },
        known.devices.into_values(),
        known.heads.into_values(),
    );
    let mut rest = Reader {
        verifier,
        memory: start.memory,
    };
    team.slots[3..]
        .iter()
        .for_each(|slot| drop(rest.admitted(slot)));
    assert_eq!(rest.verifier.head(), team.reader.verifier.head());
    assert_eq!(rest.memory, team.reader.memory);
    let [rest, whole] = [rest, team.reader].map(|it| it.verifier.finish().unwrap());
    assert_eq!(
        (rest.tree, rest.heads, rest.devices),
        (whole.tree, whole.heads, whole.devices)
    );
}

#[test]
fn other_forms_are_refused() {
    let mut team = Team::of_two();
    let entry = team.note(1);
    let good = String::from_utf8(team.slot(1, vec![entry.clone()])).unwrap();
    let header = |code: &str, from: &str, to: &str| {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert_eq!(
            Slot::parse(&bad).unwrap_err().code(),
            code,
            "{from} -> {to}"
        );
    };
    header("slot_prefix", "slot/v1 ", "slot/v0 ");
    header("bad_value", "\"count\":1", "\"count\":0");
    header("bad_value", "\"count\":1", "\"count\":1025");
    header("bad_value", "\"n\":2", "\"n\":\"2\"");
    header("bad_value", "\"n\":2", "\"n\":0");
    header("missing_key", "\"n\":2,", "");
    header("unknown_key", "\"v\":1", "\"v\":1,\"w\":1");
    header("duplicate_key", "\"v\":1", "\"v\":1,\"v\":1");
    header("float", "\"n\":2", "\"n\":2.0");
    header("not_canonical", "\"n\":2", "\"n\": 2");
    header("json_syntax", "{\"at\"", "\"at\"");
    header("prefix", "\"count\":1", "\"count\":2");
    header("note_form", "\n\n", "\n");
    header("slot_header_mark", "\nslot 2 ", "\n");
    header("slot_header_mark", "\nslot 2 ", "\nslot 02 ");
}

#[test]
fn a_form_fault_names_the_entry() {
    let mut team = Team::of_two();
    let entries = vec![team.note(1), team.note(2)];
    let good = String::from_utf8(team.slot(1, entries.clone())).unwrap();
    let bad = good.replace(entries[1].body_line(), "{}");
    assert_eq!(
        Slot::parse(bad),
        Err(SlotFault::Entry {
            entry: 2,
            fault: Fault::BodyHash
        })
    );
}
