//! What must not leave as a notice, and why: a draft in, findings out. Hides every rule, the
//! word lists and the limits of channels. Must not know who wrote the draft or what is sent.
//!
//! The same draft always gives the same findings, on every machine: nothing is looked up, no
//! clock is read, and no text makes a rule slow.

mod claims;
mod clock;
mod face;
mod grade;
mod limits;
mod lists;
mod pattern;
mod people;
mod say;
mod text;
mod update;

pub use face::{ChannelKind, Draft, Finding, Links, Locale, Part, Rule, Span, Weight};

use crate::target::Phase;
use cockpit_say::say;
use lists::Lists;
use text::Text;

/// A text that asks for more years of school than this is hard to read in a hurry.
const GRADE_MOST: f64 = 10.0;

/// Everything that a draft breaks: what speaks of words first, in reading order, then what is
/// missing. The draft may be sent when no finding [holds it back](Weight::holds_back).
pub fn lint(draft: &Draft) -> Vec<Finding> {
    let lists = Lists::of(draft.locale);
    let title = Text::new(Part::Title, &draft.title, lists);
    let body = Text::new(Part::Body, &draft.body, lists);
    let mut out = Vec::new();
    claims::check_empty(draft, &mut out);
    for text in [&title, &body] {
        claims::check(draft, text, lists, &mut out);
        people::check(draft, text, lists, &mut out);
    }
    uncertainty(draft, &[&title, &body], lists, &mut out);
    update::check(draft, &[&title, &body], lists, &mut out);
    links(draft, &mut out);
    reading(draft, &body, &mut out);
    limits::check(draft, &title, &body, &mut out);
    out.sort_by_key(|it| (it.span.is_none(), it.span, it.rule));
    out
}

/// What is not known yet is said for as long as something is not known.
fn uncertainty(draft: &Draft, texts: &[&Text<'_>], lists: &Lists, out: &mut Vec<Finding>) {
    let weight = match (draft.phase, draft.channel) {
        (Phase::Resolved, _) => return,
        (_, ChannelKind::Push | ChannelKind::Banner) => return,
        (_, ChannelKind::Mastodon | ChannelKind::Bluesky) => return,
        (Phase::Monitoring, _) => Weight::Advising,
        (Phase::Investigating | Phase::Identified, _) => Weight::Blocking,
    };
    let says = lists.section("says_unknown");
    let said = texts.iter().any(|text| {
        let mut sentences = text.sentences.iter();
        sentences.any(|it| {
            let words = text.words.get(it.clone());
            says.find(words.unwrap_or_default()).is_some()
        })
    });
    if said {
        return;
    }
    out.push(Finding {
        rule: Rule::MissingUncertainty,
        weight,
        span: None,
        reason: say!("The text does not say what is not known yet.").to_owned(),
        fix: say!(
            "Say which question is still open: the cause, who is affected, how long it takes."
        )
        .to_owned(),
        instead: Some(match draft.locale {
            Locale::En => "We do not know yet …".to_owned(),
            Locale::De => "Wir wissen noch nicht …".to_owned(),
        }),
    });
}

/// What stands behind a notice in the ledger.
fn links(draft: &Draft, out: &mut Vec<Finding>) {
    let decided = match draft.phase {
        Phase::Investigating => Weight::Advising,
        Phase::Identified | Phase::Monitoring | Phase::Resolved => Weight::Blocking,
    };
    let safe = match draft.phase {
        Phase::Investigating | Phase::Identified => Weight::Advising,
        Phase::Monitoring | Phase::Resolved => Weight::Blocking,
    };
    let known = &draft.links;
    for (link, weight, what, fix) in [
        (
            &known.decision,
            decided,
            "decision",
            say!("the decision that it tells of"),
        ),
        (
            &known.rationale,
            Weight::Advising,
            "rationale",
            say!("the reason of that decision"),
        ),
        (
            &known.safeguards,
            safe,
            "safeguard",
            say!("what keeps people safe from it now"),
        ),
    ] {
        if link.as_ref().is_none_or(|it| it.trim().is_empty()) {
            out.push(Finding {
                rule: Rule::MissingLink,
                weight,
                span: None,
                reason: say!("No {what} in the ledger stands behind this notice."),
                fix: say!("Link the entry with {fix}."),
                instead: None,
            });
        }
    }
}

/// How hard the text is.
fn reading(draft: &Draft, body: &Text<'_>, out: &mut Vec<Finding>) {
    let Some(grade) = grade::grade(body, draft.locale).filter(|it| *it > GRADE_MOST) else {
        return;
    };
    out.push(Finding {
        rule: Rule::ReadingGrade,
        weight: Weight::Advising,
        span: None,
        reason: say!(
            "The text asks for {grade:.0} years of school; {GRADE_MOST:.0} are plenty \
                      for somebody in a hurry."
        ),
        fix: say!("Make sentences shorter, and take shorter words.").to_owned(),
        instead: None,
    });
}
