//! Claims that a notice must not make, found by the word lists. Must not know the words.

use cockpit_say::say;

use super::face::{Draft, Finding, Rule, Weight};
use super::lists::Lists;
use super::say::Claim;
use super::text::Text;

/// So many findings of one kind are told in one part; nobody reads more.
pub(super) const FOUND_MAX: usize = 50;

/// Every claim in a part of a draft.
pub(super) fn check(draft: &Draft, text: &Text<'_>, lists: &Lists, out: &mut Vec<Finding>) {
    for claim in Claim::ALL {
        let section = lists.section(claim.section());
        if !section.is_asked(draft.phase) {
            continue;
        }
        let mut found_here = 0;
        for sentence in &text.sentences {
            if found_here == FOUND_MAX {
                break;
            }
            let words = text.words.get(sentence.clone()).unwrap_or_default();
            let Some(found) = section.find(words) else {
                continue;
            };
            let found = sentence.start + found.start..sentence.start + found.end;
            let Some(span) = text.span(found) else {
                continue;
            };
            // The same words are told of once for each rule.
            let told = out.iter().any(|it| {
                it.rule == claim.rule()
                    && it.span.is_some_and(|it| {
                        it.part == span.part && it.start < span.end && span.start < it.end
                    })
            });
            if !told {
                found_here += 1;
                out.push(claim_at(claim, text, span, section.instead.clone()));
            }
        }
    }
    brackets(text, out);
}

fn claim_at(claim: Claim, text: &Text<'_>, span: super::Span, instead: Option<String>) -> Finding {
    let words = text.source.get(span.start..span.end).unwrap_or_default();
    Finding {
        rule: claim.rule(),
        weight: claim.weight(),
        span: Some(span),
        reason: claim.reason(words),
        fix: claim.fix().to_owned(),
        instead,
    }
}

/// Braces and brackets that a template left behind. A bracket before "(" is a link.
fn brackets(text: &Text<'_>, out: &mut Vec<Finding>) {
    for (open, close) in [("{{", "}}"), ("[", "]"), ("<", ">"), ("XX", ":XX")] {
        let mut from = 0;
        let most = out.len() + FOUND_MAX;
        while let Some(found) = text.source.get(from..).and_then(|rest| rest.find(open)) {
            if out.len() >= most {
                break;
            }
            let start = from + found;
            from = start + open.len();
            let Some(rest) = text.source.get(from..) else {
                return;
            };
            let Some(length) = rest.find(close) else {
                break;
            };
            let inner = rest.get(..length).unwrap_or_default();
            let end = from + length + close.len();
            let link = text
                .source
                .get(end..)
                .is_some_and(|rest| rest.starts_with('('));
            let address = inner.contains("://") || inner.contains('@');
            let words = inner.chars().any(char::is_alphabetic) && inner.chars().count() < 60;
            if (words || open == "{{" || open == "XX") && !link && !address {
                let span = text.span_of(start..end);
                let told = out.iter().any(|it| {
                    it.rule == Rule::Unfilled
                        && it.span.is_some_and(|it| {
                            it.part == span.part && it.start < span.end && span.start < it.end
                        })
                });
                if !told {
                    out.push(claim_at(Claim::Unfilled, text, span, None));
                }
                from = end;
            }
        }
    }
}

/// What is empty.
pub(super) fn check_empty(draft: &Draft, out: &mut Vec<Finding>) {
    use super::ChannelKind as Kind;
    let titled = match draft.channel {
        Kind::StatusPage | Kind::Email | Kind::Push | Kind::Banner => true,
        Kind::Slack | Kind::Teams | Kind::Matrix | Kind::Mastodon | Kind::Bluesky => false,
    };
    let empty = |text: &str| !text.chars().any(char::is_alphanumeric);
    let mut say = |what: &str| {
        out.push(Finding {
            rule: Rule::Unfilled,
            weight: Weight::Blocking,
            span: None,
            reason: say!("The {what} says nothing."),
            fix: say!("Write the {what}."),
            instead: None,
        });
    };
    if titled && empty(&draft.title) {
        say(say!("title"));
    }
    if empty(&draft.body) {
        say(say!("text"));
    }
}
