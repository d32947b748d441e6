//! As much of GraphQL as the stand-in needs: one operation with variables, checked against a schema
//! before anything is done. Must not know what the fields mean.

use serde_json::{Map, Value, json};

/// A type's fields: name, arguments with their types, and the field's own type.
pub(super) type Fields = &'static [(
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
)];

/// Object types with their fields. What is not listed is a scalar.
pub(super) type Schema = &'static [(&'static str, Fields)];

/// An error as it stands in `errors`.
#[derive(Debug)]
pub(super) struct Error {
    pub message: String,
    /// `extensions.errorCode`, where there is one.
    pub code: Option<&'static str>,
    pub transient: bool,
}

impl Error {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            code: Some(code),
            transient: false,
        }
    }

    fn invalid(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
            code: None,
            transient: false,
        }
    }

    pub(super) fn shown(&self) -> Value {
        let mut error = json!({"message": self.message});
        if let Some(code) = self.code {
            error["extensions"] = json!({
                "errorCode": code,
                "isTransient": self.transient,
                "errorType": if self.transient { "SERVER" } else { "USER" },
            });
        }
        error
    }
}

/// A field that was asked for.
#[derive(Debug)]
pub(super) struct Field {
    name: String,
    arguments: Vec<(String, Argument)>,
    fields: Vec<Field>,
}

#[derive(Debug)]
enum Argument {
    Variable(String),
    Literal(Value),
}

/// An operation that fits the schema.
#[derive(Debug)]
pub(super) struct Operation {
    pub mutation: bool,
    fields: Vec<Field>,
}

/// Finds a field's value: the parent's type and value, the field's name and arguments.
pub(super) type Resolve<'a> =
    dyn FnMut(&str, &Value, &str, &Map<String, Value>) -> Result<Value, Error> + 'a;

/// Reads a document with one operation and checks it.
pub(super) fn read(document: &str, schema: Schema) -> Result<Operation, Error> {
    let mut reader = Reader {
        tokens: tokens(document),
        at: 0,
    };
    let mutation = match reader.next().as_str() {
        "query" => false,
        "mutation" => true,
        other => return Err(unexpected(other)),
    };
    if reader.peek() != "(" && reader.peek() != "{" {
        reader.next();
    }
    let mut variables = Vec::new();
    if reader.took("(") {
        while !reader.took(")") {
            reader.expect("$")?;
            let name = reader.next();
            reader.expect(":")?;
            variables.push((name, reader.kind()));
        }
    }
    let fields = reader.fields()?;
    let root = if mutation {
        "RootMutation"
    } else {
        "RootQuery"
    };
    check(&fields, root, schema, &variables)?;
    Ok(Operation { mutation, fields })
}

impl Operation {
    /// Answers with what was asked for and nothing else.
    pub(super) fn run(
        &self,
        schema: Schema,
        variables: &Value,
        resolve: &mut Resolve<'_>,
    ) -> Result<Value, Error> {
        let root = if self.mutation {
            "RootMutation"
        } else {
            "RootQuery"
        };
        selected(&self.fields, root, &Value::Null, schema, variables, resolve)
    }
}

fn selected(
    fields: &[Field],
    kind: &str,
    parent: &Value,
    schema: Schema,
    variables: &Value,
    resolve: &mut Resolve<'_>,
) -> Result<Value, Error> {
    let mut answer = Map::new();
    for field in fields {
        if field.name == "__typename" {
            answer.insert("__typename".to_owned(), json!(kind));
            continue;
        }
        let arguments = field
            .arguments
            .iter()
            .map(|(name, argument)| {
                let value = match argument {
                    Argument::Variable(variable) => variables[variable.as_str()].clone(),
                    Argument::Literal(value) => value.clone(),
                };
                (name.clone(), value)
            })
            .collect();
        let found = resolve(kind, parent, &field.name, &arguments)?;
        let (_, of) = known(kind, &field.name, schema)?;
        let value = projected(field, bare(of), &found, schema, variables, resolve)?;
        answer.insert(field.name.clone(), value);
    }
    Ok(Value::Object(answer))
}

fn projected(
    field: &Field,
    kind: &str,
    found: &Value,
    schema: Schema,
    variables: &Value,
    resolve: &mut Resolve<'_>,
) -> Result<Value, Error> {
    match found {
        Value::Null => Ok(Value::Null),
        Value::Array(items) => items
            .iter()
            .map(|item| projected(field, kind, item, schema, variables, resolve))
            .collect(),
        _ if field.fields.is_empty() => Ok(found.clone()),
        _ => selected(&field.fields, kind, found, schema, variables, resolve),
    }
}

fn check(
    fields: &[Field],
    kind: &str,
    schema: Schema,
    variables: &[(String, String)],
) -> Result<(), Error> {
    for field in fields {
        if field.name == "__typename" {
            continue;
        }
        let (arguments, of) = known(kind, &field.name, schema)?;
        for (name, argument) in &field.arguments {
            let Some((_, wanted)) = arguments.iter().find(|(known, _)| known == name) else {
                return Err(Error::invalid(format!(
                    "Unknown argument \"{name}\" on field \"{kind}.{}\".",
                    field.name
                )));
            };
            let Argument::Variable(variable) = argument else {
                continue;
            };
            let Some((_, given)) = variables.iter().find(|(known, _)| known == variable) else {
                return Err(Error::invalid(format!(
                    "Variable \"${variable}\" is not defined."
                )));
            };
            if given.trim_end_matches('!') != wanted.trim_end_matches('!')
                || (wanted.ends_with('!') && !given.ends_with('!'))
            {
                return Err(Error::invalid(format!(
                    "Variable \"${variable}\" of type \"{given}\" used in position expecting type \"{wanted}\"."
                )));
            }
        }
        if let Some((missing, wanted)) = arguments.iter().find(|(name, wanted)| {
            wanted.ends_with('!') && !field.arguments.iter().any(|(given, _)| given == name)
        }) {
            return Err(Error::invalid(format!(
                "Field \"{}\" argument \"{missing}\" of type \"{wanted}\" is required, but it was not provided.",
                field.name
            )));
        }
        let of = bare(of);
        let object = schema.iter().any(|(name, _)| *name == of);
        match (object, field.fields.is_empty()) {
            (true, true) => {
                return Err(Error::invalid(format!(
                    "Field \"{}\" of type \"{of}\" must have a selection of subfields. Did you mean \"{} {{ ... }}\"?",
                    field.name, field.name
                )));
            }
            (false, false) => {
                return Err(Error::invalid(format!(
                    "Field \"{}\" must not have a selection since type \"{of}\" has no subfields.",
                    field.name
                )));
            }
            (true, false) => check(&field.fields, of, schema, variables)?,
            (false, true) => {}
        }
    }
    Ok(())
}

type Known = (&'static [(&'static str, &'static str)], &'static str);

fn known(kind: &str, field: &str, schema: Schema) -> Result<Known, Error> {
    schema
        .iter()
        .find(|(name, _)| *name == kind)
        .and_then(|(_, fields)| fields.iter().find(|(name, ..)| *name == field))
        .map(|(_, arguments, of)| (*arguments, *of))
        .ok_or_else(|| {
            Error::invalid(format!(
                "Cannot query field \"{field}\" on type \"{kind}\"."
            ))
        })
}

/// A type without its lists and exclamation marks.
fn bare(kind: &str) -> &str {
    kind.trim_matches(['[', ']', '!'])
}

fn unexpected(found: &str) -> Error {
    Error::invalid(format!("Syntax Error: Unexpected \"{found}\"."))
}

struct Reader {
    tokens: Vec<String>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let token = self.peek().to_owned();
        self.at += 1;
        token
    }

    fn took(&mut self, token: &str) -> bool {
        let there = self.peek() == token || self.at >= self.tokens.len();
        if there {
            self.at += 1;
        }
        there
    }

    fn expect(&mut self, token: &str) -> Result<(), Error> {
        match self.next() {
            found if found == token => Ok(()),
            found => Err(unexpected(&found)),
        }
    }

    /// A type such as `[PublishUpdateGroupInput!]!`.
    fn kind(&mut self) -> String {
        let mut kind = String::new();
        loop {
            let bracket = matches!(self.peek(), "[" | "]" | "!");
            let name = kind.trim_start_matches('[').is_empty();
            if self.at >= self.tokens.len() || !(bracket || name) {
                return kind;
            }
            kind.push_str(&self.next());
        }
    }

    fn fields(&mut self) -> Result<Vec<Field>, Error> {
        self.expect("{")?;
        let mut fields = Vec::new();
        while !self.took("}") {
            let name = self.next();
            if !name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
                return Err(unexpected(&name));
            }
            let mut arguments = Vec::new();
            if self.took("(") {
                while !self.took(")") {
                    let name = self.next();
                    self.expect(":")?;
                    let argument = if self.took("$") {
                        Argument::Variable(self.next())
                    } else {
                        let text = self.next();
                        let value = serde_json::from_str(&text).map_err(|_| unexpected(&text))?;
                        Argument::Literal(value)
                    };
                    arguments.push((name, argument));
                }
            }
            let below = if self.peek() == "{" {
                self.fields()?
            } else {
                Vec::new()
            };
            fields.push(Field {
                name,
                arguments,
                fields: below,
            });
        }
        Ok(fields)
    }
}

/// Words, numbers, texts and single signs; commas and spaces mean nothing.
fn tokens(document: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = document.chars().peekable();
    while let Some(letter) = rest.next() {
        if letter.is_whitespace() || letter == ',' {
            continue;
        }
        let mut token = letter.to_string();
        if letter == '"' {
            for letter in rest.by_ref() {
                token.push(letter);
                if letter == '"' {
                    break;
                }
            }
        } else if letter.is_alphanumeric() || letter == '_' || letter == '-' {
            while let Some(more) = rest.next_if(|it| it.is_alphanumeric() || *it == '_') {
                token.push(more);
            }
        }
        tokens.push(token);
    }
    tokens
}
