//! What the rooms show of constructed states. Knows no page.

use cockpit_domain::decide::Command;
use cockpit_domain::event::{Event, Outcome, Verdict};
use cockpit_domain::policy::ActKind;
use cockpit_domain::target::{PhasedStatus, StagedStatus};
use cockpit_domain::views::{
    CockpitView, Live, Mood, OutcomeWord, STALE_MS, Tone, cockpit, in_flight_version,
    ledger_status, log_row, of_record, press, stop_sheet, stoppable, tray,
};
use cockpit_domain::{Desired, Service, TargetId, TargetState};

use crate::cases::{
    CARE, LEAD, NOON, Workspace, apple_id, breach, connects, figure, flag, flag_for, flag_id,
    judges, live, page, page_id, phased, play_id, published, reports, rolling, staged, staged_of,
    workspace,
};

pub fn rolls() -> TargetState {
    staged(StagedStatus::InProgress, Some(2_000))
}

pub fn halted() -> TargetState {
    staged(StagedStatus::Halted, Some(2_000))
}

pub fn everything() -> Live {
    live(
        LEAD,
        &[
            (play_id(), rolls()),
            (apple_id(), phased(PhasedStatus::Active, Some(3))),
            (flag_id(), flag(true, Some(true))),
            (page_id(), page(&[])),
        ],
    )
}

pub fn connected() -> Workspace {
    let mut all = workspace(&[LEAD, CARE]);
    for service in [
        Service::GooglePlay,
        Service::AppStore,
        Service::Unleash,
        Service::Statuspage,
    ] {
        all.does(LEAD, NOON, connects(service))
            .expect("it connects");
    }
    all
}

pub fn main_screen(all: &Workspace, live: &Live) -> CockpitView {
    cockpit(&all.state, live, NOON)
}

#[test]
fn calm_says_online_and_offers_a_stop() {
    let screen = main_screen(&connected(), &everything());
    assert_eq!(screen.online.badge.words, "Online");
    assert_eq!(screen.online.banner, None);
    assert_eq!(screen.online.outbox, "Outbox empty");
    assert_eq!(screen.stop.version.as_deref(), Some("8.4.0"));
    assert_eq!(screen.stop.why_not, None);
    assert_eq!(screen.releases.len(), 2);
    assert!(screen.flags[0].tied);
    assert_eq!(screen.flags_from, "Unleash · production");
    assert_eq!(screen.actor, "You · Product lead");
}

#[test]
fn offline_cannot_be_missed_and_keeps_the_ages() {
    let (all, mut live) = (connected(), everything());
    if let Some(play) = live.services.get_mut(&Service::GooglePlay) {
        play.offline = true;
    }
    let partly = main_screen(&all, &live);
    assert_eq!(partly.online.badge.words, "Partly offline");
    assert_eq!(
        partly.online.banner.as_deref(),
        Some("Google Play cannot be reached. What is shown of it is what was read last.")
    );
    for service in live.services.values_mut() {
        service.offline = true;
    }
    let off = main_screen(&all, &live);
    assert_eq!(off.online.badge.words, "Offline");
    assert_eq!(off.online.fresh, "0 of 4 services fresh");
    let banner = off.online.banner.expect("it stands across the window");
    assert!(banner.contains("queued, not in effect"));
    assert_eq!(
        off.releases[0].age.at.as_deref(),
        Some("2026-11-23T14:00:00.000Z")
    );
    assert_eq!(off.releases[0].age.stale_after_ms, STALE_MS);
    for act in off.releases.iter().flat_map(|release| &release.acts) {
        assert_eq!(
            act.why_not.is_none(),
            act.stops,
            "{}: only what lowers exposure may wait for the network",
            act.name
        );
    }
    let sheet = stop_sheet(&all.state, &live, NOON);
    assert!(
        sheet
            .offline
            .is_some_and(|it| it.contains("queued, not in effect"))
    );
}

#[test]
fn the_tray_says_the_worst_and_calm_only_when_everything_answered() {
    let (mut all, mut live) = (connected(), everything());
    let says = |all: &Workspace, live: &Live| tray(&main_screen(all, live));
    let calm = says(&all, &live);
    assert_eq!(calm.mood, Mood::Calm);
    assert_eq!(
        calm.words,
        "Nothing is below its health rule, and nothing waits · 4 of 4 services fresh"
    );
    if let Some(play) = live.services.get_mut(&Service::GooglePlay) {
        play.offline = true;
    }
    let partly = says(&all, &live);
    assert_eq!(partly.mood, Mood::Unknown);
    assert_eq!(partly.words, "Partly offline: 3 of 4 services fresh");
    all.does(LEAD, NOON, Command::SeeBreach(breach("8.4.0")))
        .expect("it is noted");
    let alarm = says(&all, &live);
    assert_eq!(alarm.mood, Mood::Alarm, "{alarm:?}");
    assert!(alarm.words.contains("8.4.0"), "{alarm:?}");
}

#[test]
fn what_other_laptops_read_is_not_called_an_error_nor_fresh() {
    let (all, mut live) = (connected(), everything());
    for service in [Service::GooglePlay, Service::AppStore] {
        let it = live.services.entry(service).or_default();
        it.elsewhere = true;
        it.problem = Some(("Its key is not here.".to_owned(), None));
    }
    let partly = main_screen(&all, &live).online;
    assert_eq!(partly.badge.words, "Online");
    assert_eq!(
        partly.fresh,
        "2 of 2 services fresh · 2 not read on this laptop"
    );
    for it in live.services.values_mut() {
        it.elsewhere = true;
    }
    let none = main_screen(&all, &live).online;
    assert_eq!(none.badge.words, "Nothing is read on this laptop");
    assert_eq!(none.badge.tone, Tone::Wait);
}

#[test]
fn a_release_that_was_never_read_says_so() {
    let (all, mut live) = (connected(), everything());
    if let Some(play) = live.targets.get_mut(&play_id()) {
        play.observation = None;
        play.problem = Some("Google Play does not accept the key.".to_owned());
    }
    let screen = main_screen(&all, &live);
    let play = screen
        .releases
        .iter()
        .find(|it| it.target == play_id().0)
        .expect("it is shown");
    assert_eq!(play.badge.words, "Never read");
    assert_eq!(play.age.at, None);
    assert_eq!(
        play.age.problem.as_deref(),
        Some("Google Play does not accept the key.")
    );
    assert!(play.acts.is_empty());
    let sheet = stop_sheet(&all.state, &live, NOON);
    assert!(sheet.not_covered.iter().any(|line| {
        line.ends_with(
            "never read, so it cannot be stopped from here. Google Play does not accept the key.",
        )
    }));
}

#[test]
fn acts_that_cannot_be_pressed_say_why() {
    let (mut all, mut live) = (connected(), everything());
    let why_not = |all: &Workspace, live: &Live| -> Vec<Option<String>> {
        let screen = main_screen(all, live);
        let play = screen
            .releases
            .into_iter()
            .find(|it| it.target == play_id().0);
        play.expect("it is shown")
            .acts
            .into_iter()
            .map(|act| act.why_not)
            .collect()
    };
    assert_eq!(why_not(&all, &live), [None, None, None]);
    live.actor = CARE.to_owned();
    let role = Some("Cleo is not product lead".to_owned());
    let halt = Some("Cleo is not product lead or responder".to_owned());
    assert_eq!(why_not(&all, &live), [halt, role.clone(), role]);
    live.actor = LEAD.to_owned();

    // A raise under way holds up what raises, never the halt.
    let raise = all.asks(LEAD, rolls(), rolling(Some(5_000)));
    all.does(LEAD, NOON, judges(&raise, Verdict::Approve))
        .expect("one person is enough");
    let busy = Some("Stop 8.4.0 is under way".to_owned());
    assert_eq!(why_not(&all, &live), [None, busy.clone(), busy]);
}

#[test]
fn a_release_that_is_halted_is_still_to_be_stopped_while_its_flag_stayed_on() {
    let (on, off) = (flag(true, Some(true)), flag(false, Some(false)));
    let shows = |store: TargetState, flag: &TargetState| {
        live(LEAD, &[(play_id(), store), (flag_id(), flag.clone())])
    };
    let mut all = connected();
    let version = |all: &Workspace, live: &Live| in_flight_version(&all.state, live);
    // Nobody asked for it: a halt alone is not half of a stop.
    assert_eq!(version(&all, &shows(halted(), &on)), None);

    let intent = all.asks(LEAD, on.clone(), Desired::Off);
    assert_eq!(version(&all, &shows(halted(), &on)), None);
    all.does(LEAD, NOON, reports(&intent, Outcome::Failed))
        .expect("it ends");
    let left = shows(halted(), &on);
    assert_eq!(version(&all, &left).as_deref(), Some("8.4.0"));
    let sheet = stop_sheet(&all.state, &left, NOON);
    assert_eq!((sheet.title.as_str(), sheet.why_not), ("Stop 8.4.0", None));
    let targets: Vec<&str> = sheet.targets.iter().map(|it| it.target.as_str()).collect();
    assert_eq!(targets, [flag_id().0]);

    assert_eq!(version(&all, &shows(halted(), &off)), None);
    let complete = staged(StagedStatus::Completed, None);
    assert_eq!(version(&all, &shows(complete, &on)), None);
}

#[test]
fn the_version_in_flight_is_the_one_in_breach_else_the_newest_by_number() {
    let other = TargetId::new(Service::GooglePlay, "com.northwind.wallet/beta");
    let live = live(
        LEAD,
        &[
            (
                play_id(),
                staged_of("8.9.0", StagedStatus::InProgress, Some(2_000)),
            ),
            (
                other,
                staged_of("8.10.0", StagedStatus::InProgress, Some(2_000)),
            ),
        ],
    );
    let mut all = connected();
    assert_eq!(
        in_flight_version(&all.state, &live).as_deref(),
        Some("8.10.0")
    );
    all.does(LEAD, NOON, Command::SeeBreach(breach("8.9.0")))
        .expect("it is seen once");
    assert_eq!(
        in_flight_version(&all.state, &live).as_deref(),
        Some("8.9.0")
    );
    let screen = main_screen(&all, &live);
    assert_eq!(screen.breaches[0].targets, [play_id().0]);
    assert!(
        screen
            .releases
            .iter()
            .all(|it| it.at_risk == (it.version == "8.9.0"))
    );
}

#[test]
fn a_flag_is_tied_to_a_release_by_the_whole_word() {
    for (description, tied) in [
        ("payments of 8.4.0", true),
        ("8.4.0.", true),
        ("(8.4.0)", true),
        ("since v8.4.0", true),
        ("18.4.0", false),
        ("8.4.01", false),
        ("8.4.0.1", false),
        ("8.4", false),
        ("", false),
    ] {
        let state = flag_for(true, Some(true), None, description);
        let live = live(LEAD, &[(flag_id(), state)]);
        assert_eq!(stoppable(&live, "8.4.0").len() == 1, tied, "{description}");
        assert!(stoppable(&live, "").is_empty());
    }
}

#[test]
fn the_stop_sheet_names_what_it_covers_and_what_not() {
    let (all, mut live) = (connected(), everything());
    live.signals = vec![figure(Some(0.997), Some(900), &[])];
    let sheet = stop_sheet(&all.state, &live, NOON);
    assert_eq!(sheet.title, "Stop 8.4.0");
    let rows: Vec<(&str, &str)> = sheet
        .targets
        .iter()
        .map(|it| (it.from.as_str(), it.to.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("in progress 20 %", "halted"),
            ("active, day 3", "paused"),
            ("on", "off")
        ]
    );
    assert!(
        sheet
            .targets
            .iter()
            .all(|it| it.selected && !it.sentence.is_empty())
    );
    assert_eq!(
        sheet.evidence,
        ["Android: crash-free sessions 99.70 %, data until 1 min ago"]
    );
    assert_eq!(sheet.why_not, None);

    live.actor = CARE.to_owned();
    let sheet = stop_sheet(&all.state, &live, NOON);
    assert_eq!(
        sheet.why_not.as_deref(),
        Some("Cleo is not product lead or responder.")
    );

    let nothing = self::live(LEAD, &[(play_id(), halted())]);
    let sheet = stop_sheet(&all.state, &nothing, NOON);
    assert_eq!(sheet.title, "Nothing to stop");
    assert_eq!(
        sheet.why_not.as_deref(),
        Some("Nothing that can be stopped rolls out.")
    );
}

#[test]
fn two_persons_for_a_stop_stand_on_the_sheet() {
    let (mut all, live) = (connected(), everything());
    all.needs_two(ActKind::Stop);
    let sheet = stop_sheet(&all.state, &live, NOON);
    assert!(sheet.authority.contains("two persons"));
    assert!(
        sheet
            .why_not
            .is_some_and(|why| why.contains("nobody could act"))
    );
}

#[test]
fn every_outcome_word_is_reached_and_only_what_was_observed_is_said() {
    let words = [
        (None, OutcomeWord::Working),
        (Some(Outcome::Confirmed), OutcomeWord::Confirmed),
        (Some(Outcome::Refused), OutcomeWord::Refused),
        (Some(Outcome::Stale), OutcomeWord::Stale),
        (Some(Outcome::Unknown), OutcomeWord::Unknown),
        (Some(Outcome::Failed), OutcomeWord::Failed),
        (Some(Outcome::Queued), OutcomeWord::Queued),
    ];
    for (outcome, word) in words {
        let (mut all, live) = (connected(), everything());
        let stop = all.asks(LEAD, rolls(), Desired::Stopped);
        if let Some(outcome) = outcome {
            all.does(LEAD, NOON, reports(&stop, outcome))
                .expect("it is open");
        }
        let view = of_record(&stop, &all.state.intents[&stop], &live, NOON);
        assert_eq!(view.outcome, word);
        assert_eq!(
            view.badge.tone == Tone::Good,
            word == OutcomeWord::Confirmed
        );
        let key = &all.state.intents[&stop].intent.press;
        let shown = press(&all.state, &live, key, NOON).expect("it was pressed");
        assert_eq!(shown.settled, word != OutcomeWord::Working);
        let confirmed = u8::from(word == OutcomeWord::Confirmed);
        assert_eq!(shown.summary, format!("{confirmed} of 1 confirmed"));
    }
}

#[test]
fn nothing_is_called_stopped_or_sent_before_a_result() {
    let (mut all, live) = (connected(), everything());
    let resume = all.asks(LEAD, halted(), rolling(None));
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    let notice = all.asks(LEAD, page(&[]), published(true));
    let mut said: Vec<String> = [&stop, &resume, &notice]
        .into_iter()
        .flat_map(|id| {
            let view = of_record(id, &all.state.intents[id], &live, NOON);
            assert_eq!((view.after, view.ms), (None, None));
            [view.badge.words, view.sentence]
        })
        .collect();
    let screen = main_screen(&all, &live);
    said.extend(screen.queued.iter().map(|it| it.outcome.sentence.clone()));
    said.extend(screen.waiting.iter().map(|it| it.detail.clone()));
    said.extend(
        all.entries
            .iter()
            .map(|entry| log_row(entry, "Ada", None).decision),
    );
    for text in said {
        let text = text.to_lowercase();
        for word in ["stopped", "confirmed", "sent", "halted", "published"] {
            assert!(!text.contains(word), "'{text}' says {word}");
        }
    }
}

#[test]
fn health_is_shown_with_its_verdict_and_never_guessed() {
    let (all, mut live) = (connected(), everything());
    let shows = |live: &Live| {
        let screen = main_screen(&all, live);
        let play = screen
            .releases
            .into_iter()
            .find(|it| it.target == play_id().0);
        let signal = play.expect("it is shown").signals.remove(0);
        (signal.words, signal.verdict, signal.tone, signal.sample)
    };
    for (value, sample, words, verdict, tone) in [
        (
            Some(0.982_1),
            Some(61_204),
            "98.21 %",
            "below the 99.50 % floor",
            Tone::Bad,
        ),
        (
            Some(0.997),
            Some(61_204),
            "99.70 %",
            "above the 99.50 % floor",
            Tone::Good,
        ),
        (
            Some(0.9),
            Some(61),
            "90.00 %",
            "only 61 sessions, too few to judge",
            Tone::Wait,
        ),
        (
            None,
            None,
            "no data",
            "no data, which is not the same as healthy",
            Tone::Wait,
        ),
    ] {
        live.signals = vec![figure(value, sample, &[])];
        let shown = shows(&live);
        assert_eq!(
            (shown.0.as_str(), shown.1.as_str(), shown.2),
            (words, verdict, tone)
        );
    }
    assert_eq!(shows(&live).3, "no sessions");
}

#[test]
fn the_log_tells_people_from_the_cockpit() {
    let mut all = connected();
    let stop = all.asks(LEAD, rolls(), Desired::Stopped);
    all.does(LEAD, NOON, reports(&stop, Outcome::Confirmed))
        .expect("it is open");
    let rows: Vec<(String, String, Option<String>)> = all.entries[5..]
        .iter()
        .map(|entry| log_row(entry, "Ada", None))
        .map(|row| (row.who, row.decision, row.outcome.map(|it| it.words)))
        .collect();
    assert_eq!(
        rows,
        [
            ("Ada".to_owned(), "Asked: stop a rollout".to_owned(), None),
            (
                "Cockpit of Ada".to_owned(),
                "Effect confirmed".to_owned(),
                Some("Confirmed".to_owned())
            ),
        ]
    );
    let judged = Event::IntentJudged {
        intent: stop,
        verdict: Verdict::Reject,
        reason: "no".to_owned(),
        opened: None,
        presence: None,
    };
    all.force(LEAD, NOON, judged);
    assert_eq!(all.state.rejected.len(), 1);
}

#[test]
fn the_ledger_is_called_intact_only_when_it_was_checked() {
    let mut live = everything();
    assert_eq!(ledger_status(&live).badge.words, "Intact");
    live.ledger.checked_at = None;
    assert_eq!(ledger_status(&live).badge.words, "Not checked yet");
    live.ledger.checking = Some(7);
    assert_eq!(ledger_status(&live).badge.words, "Checking");
    live.ledger.broken = Some("Entry 7 was altered.".to_owned());
    let broken = ledger_status(&live);
    assert_eq!(broken.badge.words, "Broken");
    assert!(
        broken
            .sentence
            .starts_with("Entry 7 was altered. Acts are refused")
    );
}
