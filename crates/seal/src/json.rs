//! Strict reading and canonical writing of JSON. Knows nothing of entries.
//!
//! Reading refuses what two tools could read differently: a key given twice,
//! floats, integers that a double cannot hold. Writing sorts keys as RFC 8785
//! does, whatever map type serde_json was built with.

use std::cell::RefCell;
use std::fmt::{self, Write as _};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The largest integer, either sign: 2^53 - 1, so that every reader agrees (RFC 8785).
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// What makes a text unfit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// Not JSON, or not one whole JSON object.
    #[error("it is not one JSON object ({0})")]
    Syntax(String),
    /// One object gives a key twice.
    #[error("the key \"{0}\" is given twice")]
    DuplicateKey(String),
    /// A number with a fraction or an exponent, or beyond 64 bits.
    #[error("it holds a number that is not a plain integer")]
    Float,
    /// An integer beyond [`INTEGER_MAX`].
    #[error("it holds an integer of 2^53 or more")]
    IntegerRange,
}

/// One JSON object and its top-level keys in the order of the text.
pub(crate) struct Object {
    pub map: Map<String, Value>,
    pub keys: Vec<String>,
}

/// Reads exactly one JSON object.
pub(crate) fn parse_object(text: &str) -> Result<Object, JsonFault> {
    let walk = Walk::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict {
        walk: &walk,
        depth: 0,
    }
    .deserialize(&mut reader)
    .and_then(|value| reader.end().map(|()| value));
    match (walk.fault.into_inner(), value) {
        (Some(fault), _) => Err(fault),
        (None, Err(error)) => Err(JsonFault::Syntax(error.to_string())),
        (None, Ok(Value::Object(map))) => Ok(Object {
            map,
            keys: walk.keys.into_inner(),
        }),
        (None, Ok(_)) => Err(JsonFault::Syntax("another kind of value".to_owned())),
    }
}

/// What a walk over the text notes beside the value.
#[derive(Default)]
struct Walk {
    fault: RefCell<Option<JsonFault>>,
    keys: RefCell<Vec<String>>,
}

#[derive(Clone, Copy)]
struct Strict<'w> {
    walk: &'w Walk,
    depth: usize,
}

impl Strict<'_> {
    fn inner(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    fn refuse<T, E: de::Error>(self, fault: JsonFault) -> Result<T, E> {
        let error = E::custom(&fault);
        *self.walk.fault.borrow_mut() = Some(fault);
        Err(error)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without floats")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if value > INTEGER_MAX {
            return self.refuse(JsonFault::IntegerRange);
        }
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() > INTEGER_MAX {
            return self.refuse(JsonFault::IntegerRange);
        }
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        self.refuse(JsonFault::Float)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element_seed(self.inner())? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return self.refuse(JsonFault::DuplicateKey(key));
            }
            if self.depth == 0 {
                self.walk.keys.borrow_mut().push(key.clone());
            }
            let value = access.next_value_seed(self.inner())?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

/// Writes an object without spaces and with keys sorted by UTF-16 code units at
/// every depth, as RFC 8785 asks.
///
/// # Errors
/// The object holds a float, or an integer beyond [`INTEGER_MAX`].
pub fn canonical(map: &Map<String, Value>) -> Result<String, JsonFault> {
    let mut out = String::new();
    write_object(map, &mut out)?;
    Ok(out)
}

fn write_object(map: &Map<String, Value>, out: &mut String) -> Result<(), JsonFault> {
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (index, (key, value)) in members.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write_value(value, out)?;
    }
    out.push('}');
    Ok(())
}

fn write_value(value: &Value, out: &mut String) -> Result<(), JsonFault> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let size = number
                .as_u64()
                .or_else(|| number.as_i64().map(i64::unsigned_abs))
                .ok_or(JsonFault::Float)?;
            if size > INTEGER_MAX {
                return Err(JsonFault::IntegerRange);
            }
            out.push_str(&number.to_string());
        }
        Value::String(text) => write_text(text, out),
        Value::Array(list) => {
            out.push('[');
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_value(value, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => write_object(map, out)?,
    }
    Ok(())
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{9}' => out.push_str("\\t"),
            '\u{a}' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\u{d}' => out.push_str("\\r"),
            control if u32::from(control) < 0x20 => {
                write!(out, "\\u{:04x}", u32::from(control)).expect("a String takes any text");
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, JsonFault>) {
        let got = parse_object(text).map(|object| canonical(&object.map).unwrap());
        assert_eq!(got, expected.map(str::to_owned), "{text}");
    }

    #[test]
    fn reads_strictly() {
        check("{}", Ok("{}"));
        check(
            r#"{"b":[1,-2,{"z":null,"a":true}],"a":"x"}"#,
            Ok(r#"{"a":"x","b":[1,-2,{"a":true,"z":null}]}"#),
        );
        check(r#"{"a":1,"a":1}"#, Err(JsonFault::DuplicateKey("a".into())));
        check(
            r#"{"a":1,"\u0061":1}"#,
            Err(JsonFault::DuplicateKey("a".into())),
        );
        check(
            r#"{"x":[{"k":1,"k":2}]}"#,
            Err(JsonFault::DuplicateKey("k".into())),
        );
        for float in ["1.0", "1e3", "-0", "-0.0", "0.5", "18446744073709551616"] {
            check(&format!(r#"{{"a":{float}}}"#), Err(JsonFault::Float));
        }
        check(r#"{"a":9007199254740991}"#, Ok(r#"{"a":9007199254740991}"#));
        check(
            r#"{"a":-9007199254740991}"#,
            Ok(r#"{"a":-9007199254740991}"#),
        );
        check(r#"{"a":9007199254740992}"#, Err(JsonFault::IntegerRange));
        check(r#"{"a":-9007199254740992}"#, Err(JsonFault::IntegerRange));
    }

    #[test]
    fn refuses_what_is_not_one_object() {
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{}{}",
            "{} x",
            "{\"a\":01}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":NaN}",
        ] {
            let got = parse_object(text).err().unwrap();
            assert!(matches!(got, JsonFault::Syntax(_)), "{text}: {got:?}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
        assert!(matches!(parse_object(&deep), Err(JsonFault::Syntax(_))));
    }

    #[test]
    fn writes_as_rfc_8785_does() {
        // The sorting example of RFC 8785 §3.2.3.
        let text = "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}";
        let object = parse_object(text).unwrap();
        assert_eq!(
            canonical(&object.map).unwrap(),
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        );
        check(
            "{\"a\":\"\\u0000\\u001f\\u007f\\/\\b\\f\\n\\r\\t\\\"\\\\\"}",
            Ok("{\"a\":\"\\u0000\\u001f\u{7f}/\\b\\f\\n\\r\\t\\\"\\\\\"}"),
        );
        let mut map = Map::new();
        map.insert("a".into(), Value::from(0.5));
        assert_eq!(canonical(&map), Err(JsonFault::Float));
        map.insert("a".into(), Value::from(u64::MAX));
        assert_eq!(canonical(&map), Err(JsonFault::IntegerRange));
    }
}
