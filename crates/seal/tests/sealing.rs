//! What cannot be sealed, and that nothing else is needed to read what can.

use cockpit_seal::{
    BODY_BYTES_MAX, DeviceKey, Draft, Entry, Fault, Head, INTEGER_MAX, JsonFault, Part, Reason,
    SealError, Seen, SlotHash, seal,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn check(change: impl FnOnce(&mut Draft<'_>, &mut Head), expected: Result<(), SealError>) {
    let key = DeviceKey::from_seed(&[1; 32]);
    let genesis = seal(
        &key,
        &Head::genesis(key.device_id()),
        draft(genesis_body(&key)),
    )
    .unwrap();
    let (mut draft, mut head) = (draft(json!({"text": "x"})), genesis.head());
    change(&mut draft, &mut head);
    let sealed = seal(&key, &head, draft);
    if let Ok(entry) = &sealed {
        assert_eq!(&Entry::parse(entry.lines()).unwrap(), entry);
        assert_eq!(entry.verify(&key.public()), Ok(()));
    }
    assert_eq!(sealed.map(|_| ()), expected);
}

fn genesis_body(key: &DeviceKey) -> Value {
    json!({"key": key.public().to_string()})
}

fn draft(body: Value) -> Draft<'static> {
    let Value::Object(body) = body else {
        panic!("a body is an object")
    };
    let at = "2026-11-23T18:30:05.123Z";
    Draft {
        at,
        kind: "note",
        body,
        salt: [7; 16],
        seen: Seen::default(),
    }
}

#[test]
fn limits_and_refusals() {
    let key = DeviceKey::from_seed(&[1; 32]);
    let other = DeviceKey::from_seed(&[2; 32]);
    let room = BODY_BYTES_MAX - r#"{"salt":"","text":""}"#.len() - 32;
    check(|_, _| (), Ok(()));
    check(
        |draft, _| draft.body["text"] = "x".repeat(room).into(),
        Ok(()),
    );
    let bytes = BODY_BYTES_MAX + 1;
    let too_large = SealError::TooLarge {
        part: Part::Body,
        bytes,
        bytes_max: BODY_BYTES_MAX,
    };
    check(
        |draft, _| draft.body["text"] = "x".repeat(room + 1).into(),
        Err(too_large),
    );
    check(|draft, _| draft.kind = "", Err(SealError::Kind));
    check(|draft, _| draft.kind = "Stop", Err(SealError::Kind));
    check(|draft, _| draft.kind = "a\"b", Err(SealError::Kind));
    check(
        |draft, _| draft.at = "yesterday",
        Err(SealError::At(cockpit_seal::TimeError)),
    );
    check(
        |draft, _| draft.body["text"] = json!(0.5),
        Err(SealError::Body(JsonFault::Float)),
    );
    check(|draft, _| draft.body["text"] = json!([INTEGER_MAX]), Ok(()));
    let range = SealError::Body(JsonFault::IntegerRange);
    check(
        |draft, _| draft.body["text"] = json!([INTEGER_MAX + 1]),
        Err(range),
    );
    let salt = |draft: &mut Draft<'_>| draft.body.insert("salt".into(), "x".into());
    check(|draft, _| drop(salt(draft)), Err(SealError::SaltGiven));
    let numbers = [Seen {
        slot: INTEGER_MAX + 1,
        hash: SlotHash::ZERO,
    }];
    check(|draft, _| draft.seen = numbers[0], Err(SealError::Number));
    check(
        |_, head| head.next_seq = INTEGER_MAX + 1,
        Err(SealError::Number),
    );
    let elsewhere = SealError::OtherDevice {
        key: key.device_id(),
        head: other.device_id(),
    };
    check(|_, head| head.device = other.device_id(), Err(elsewhere));
    check(
        |draft, _| draft.kind = "device.add",
        Err(SealError::Key(Reason::BadKey(None))),
    );
    check(
        |_, head| *head = Head::genesis(key.device_id()),
        Err(SealError::Key(Reason::BadKey(None))),
    );
    let add = |draft: &mut Draft<'_>, key: &DeviceKey| {
        draft
            .body
            .insert("key".into(), key.public().to_string().into());
    };
    check(
        |draft, head| {
            add(draft, &other);
            *head = Head::genesis(key.device_id());
        },
        Err(SealError::Key(Reason::KeyMismatch)),
    );
    check(
        |draft, _| {
            draft.kind = "device.add";
            add(draft, &other);
        },
        Ok(()),
    );
}

fn json_value() -> impl Strategy<Value = Value> {
    let limit = INTEGER_MAX as i64;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-limit..=limit).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_body_reads_back(value in json_value()) {
        let key = DeviceKey::from_seed(&[1; 32]);
        let mut draft = draft(genesis_body(&key));
        draft.body.insert("value".into(), value.clone());
        let entry = seal(&key, &Head::genesis(key.device_id()), draft).unwrap();
        let read = Entry::parse(entry.lines()).unwrap();
        prop_assert_eq!(&read.body()["value"], &value);
        prop_assert_eq!(read, entry);
    }

    #[test]
    fn no_bytes_make_the_reader_fall(bytes: Vec<u8>, text: String) {
        prop_assert!(Entry::parse(&bytes).is_err());
        prop_assert!(Entry::parse(text).is_err());
        let headed = [cockpit_seal::ENTRY_PREFIX.as_bytes(), &bytes, b"\n{}\n\n"].concat();
        prop_assert!(Entry::parse(headed).is_err());
    }

    #[test]
    fn a_newer_format_is_told_apart(version in 2..u64::MAX, rest: String) {
        let text = format!("cockpit.ledger/entry/v{version} {rest}");
        prop_assert_eq!(Entry::parse(text), Err(Fault::NewerVersion { version }));
    }
}
