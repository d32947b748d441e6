//! The little of PromQL that the stand-in understands: a series with matchers, numbers, `1 -`, `*` and
//! `/` by a number, and brackets. Must not know HTTP, nor where values come from.

use std::collections::BTreeMap;

/// Labels of a series.
pub(super) type Labels = BTreeMap<&'static str, String>;

/// A query that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Series {
        name: String,
        matchers: Vec<Matcher>,
    },
    Pair(Box<Expr>, Operator, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Less,
    Times,
    By,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Matcher {
    label: String,
    value: String,
    equal: bool,
}

/// What a query gives at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Given {
    Number(f64),
    Series(Vec<(Labels, f64)>),
}

/// Reads a query.
///
/// # Errors
/// What the server says of one that it cannot read.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let mut reader = Reader { text, at: 0 };
    if text.trim().is_empty() {
        return Err("1:1: parse error: no expression found in input".to_owned());
    }
    let expr = reader.sum()?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.unexpected());
    }
    Ok(expr)
}

impl Expr {
    /// The value at a moment; `series` gives what stands under a name, nothing where there is none.
    pub(super) fn at(&self, series: &dyn Fn(&str) -> Vec<(Labels, f64)>) -> Given {
        match self {
            Expr::Number(number) => Given::Number(*number),
            Expr::Series { name, matchers } => Given::Series(
                series(name)
                    .into_iter()
                    .filter(|(labels, _)| matchers.iter().all(|it| it.takes(labels)))
                    .collect(),
            ),
            Expr::Pair(left, operator, right) => {
                let does = |a: f64, b: f64| match operator {
                    Operator::Add => a + b,
                    Operator::Less => a - b,
                    Operator::Times => a * b,
                    Operator::By => a / b,
                };
                match (left.at(series), right.at(series)) {
                    (Given::Number(a), Given::Number(b)) => Given::Number(does(a, b)),
                    (Given::Number(a), Given::Series(all)) => {
                        Given::Series(all.into_iter().map(|(it, b)| (it, does(a, b))).collect())
                    }
                    (Given::Series(all), Given::Number(b)) => {
                        Given::Series(all.into_iter().map(|(it, a)| (it, does(a, b))).collect())
                    }
                    // Series are joined where all labels agree.
                    (Given::Series(all), Given::Series(others)) => Given::Series(
                        all.into_iter()
                            .filter_map(|(labels, a)| {
                                let other = others.iter().find(|(it, _)| *it == labels)?;
                                Some((labels, does(a, other.1)))
                            })
                            .collect(),
                    ),
                }
            }
        }
    }
}

impl Matcher {
    fn takes(&self, labels: &Labels) -> bool {
        let value = labels.get(self.label.as_str()).map_or("", String::as_str);
        (value == self.value) == self.equal
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.blank();
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.at += sign.len();
        }
        is_next
    }

    fn while_(&mut self, fits: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let end = rest.find(|it| !fits(it)).unwrap_or(rest.len());
        let word = rest[..end].to_owned();
        self.at += end;
        word
    }

    fn unexpected(&self) -> String {
        let place = self.at + 1;
        match self.rest().chars().next() {
            None => format!("1:{place}: parse error: unexpected end of input"),
            Some(sign) => format!("1:{place}: parse error: unexpected character: '{sign}'"),
        }
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            let operator = if self.takes("+") {
                Operator::Add
            } else if self.takes("-") {
                Operator::Less
            } else {
                return Ok(left);
            };
            left = Expr::Pair(Box::new(left), operator, Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.single()?;
        loop {
            let operator = if self.takes("*") {
                Operator::Times
            } else if self.takes("/") {
                Operator::By
            } else {
                return Ok(left);
            };
            left = Expr::Pair(Box::new(left), operator, Box::new(self.single()?));
        }
    }

    fn single(&mut self) -> Result<Expr, String> {
        self.blank();
        if self.takes("(") {
            let inner = self.sum()?;
            if !self.takes(")") {
                return Err(self.unclosed("left parenthesis"));
            }
            return Ok(inner);
        }
        let first = self.rest().chars().next();
        if first.is_some_and(|it| it.is_ascii_digit()) {
            let number = self.while_(|it| it.is_ascii_digit() || it == '.');
            return number
                .parse()
                .map(Expr::Number)
                .map_err(|_| format!("1:{}: parse error: bad number: {number}", self.at));
        }
        if !first.is_some_and(|it| it.is_ascii_alphabetic() || "_:".contains(it)) {
            return Err(self.unexpected());
        }
        let name = self.while_(|it| it.is_ascii_alphanumeric() || "_:".contains(it));
        let mut matchers = Vec::new();
        if self.takes("{") {
            while !self.takes("}") {
                matchers.push(self.matcher()?);
                self.takes(",");
            }
        }
        Ok(Expr::Series { name, matchers })
    }

    fn matcher(&mut self) -> Result<Matcher, String> {
        self.blank();
        let label = self.while_(|it| it.is_ascii_alphanumeric() || it == '_');
        let equal = if self.takes("!=") {
            false
        } else if self.takes("=") {
            true
        } else {
            return Err(self.unclosed("left brace"));
        };
        if label.is_empty() || !self.takes("\"") {
            return Err(self.unexpected());
        }
        let value = self.while_(|it| it != '"');
        if !self.takes("\"") {
            return Err(format!(
                "1:{}: parse error: unterminated quoted string",
                self.at + 1
            ));
        }
        Ok(Matcher {
            label,
            value,
            equal,
        })
    }

    fn unclosed(&self, what: &str) -> String {
        if self.rest().trim().is_empty() {
            format!("1:{}: parse error: unclosed {what}", self.at + 1)
        } else {
            self.unexpected()
        }
    }
}
