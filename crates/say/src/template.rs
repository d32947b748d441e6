//! A text with the places of its values. Must not know any language.
//!
//! The macro reads texts with the same code: what it looks up is what the catalogue holds.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Words, as they are shown.
    Words(String),
    /// The place of a value.
    Value {
        /// Its name, or its number.
        name: String,
        /// How it is formatted, as after the colon in `format!`.
        spec: String,
    },
}

/// Takes a text apart, in the syntax of `format!`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parts(text: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut words = String::new();
    let mut numbered = 0;
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '{' | '}' if rest.peek() == Some(&letter) => {
                rest.next();
                words.push(letter);
            }
            '{' => {
                if !words.is_empty() {
                    parts.push(Part::Words(std::mem::take(&mut words)));
                }
                let mut inside = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(letter) => inside.push(letter),
                        None => return Err("a brace is not closed".to_owned()),
                    }
                }
                parts.push(place(&inside, &mut numbered)?);
            }
            '}' => return Err("a brace is not opened; write two of them".to_owned()),
            letter => words.push(letter),
        }
    }
    if !words.is_empty() || parts.is_empty() {
        parts.push(Part::Words(words));
    }
    Ok(parts)
}

/// The text as the catalogue holds it: each value with its name or its number, and without how it
/// is formatted, which is no matter of a language.
pub(crate) fn key(parts: &[Part]) -> String {
    let mut key = String::new();
    for part in parts {
        match part {
            Part::Words(words) => key.push_str(&words.replace('{', "{{").replace('}', "}}")),
            Part::Value { name, .. } => {
                key.push('{');
                key.push_str(name);
                key.push('}');
            }
        }
    }
    key
}

fn place(inside: &str, numbered: &mut usize) -> Result<Part, String> {
    let (name, spec) = inside.split_once(':').unwrap_or((inside, ""));
    let (name, spec) = (name.trim(), spec.trim());
    if !name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    {
        return Err(format!("“{name}” is not a name"));
    }
    if spec.contains(['$', '*']) {
        return Err("a width or a precision is a number here".to_owned());
    }
    let name = if name.is_empty() {
        *numbered += 1;
        (*numbered - 1).to_string()
    } else {
        name.to_owned()
    };
    Ok(Part::Value {
        name,
        spec: spec.to_owned(),
    })
}
