//! People, targets and entries that every test begins from. Holds no expectation.

use cockpit_domain::decide::{Command, Context, Decision, Press, Refusal, decide};
use cockpit_domain::event::{Connection, EffectResult, Event, Genesis, Intent, Outcome, Verdict};
use cockpit_domain::policy::{ActKind, Needs, Person, Policy, Role};
use cockpit_domain::rule::{Breach, HealthRule};
use cockpit_domain::signal::{Measure, Signal, SignalPoint};
use cockpit_domain::state::{Admitted, Bracket, State};
use cockpit_domain::store::{Earlier, OverTheAir};
use cockpit_domain::target::{
    Flag, Mailing, Notice, Phase, PhasedRelease, PhasedStatus, StagedRollout, StagedStatus,
    StatusPage, Store, StoreRollout, StoreStatus, TakenMail,
};
use cockpit_domain::views::{LedgerLive, Live, ServiceLive, TargetLive};
use cockpit_domain::{Desired, Observation, Service, Target, TargetId, TargetState, Time};

use crate::recoveries;

/// 2026-11-23T14:00:00Z.
pub const NOON: Time = Time::from_ms(1_795_442_400_000);

pub const LEAD: &str = "ada";
pub const OTHER_LEAD: &str = "ben";
pub const CARE: &str = "cleo";
pub const AUDITOR: &str = "dan";

/// Who takes part: each signs with a device of the same name.
pub fn person(id: &str) -> Person {
    let roles = match id {
        LEAD => vec![Role::Administrator, Role::ProductLead],
        OTHER_LEAD => vec![Role::ProductLead],
        CARE => vec![Role::CustomerSuccess, Role::Legal, Role::Brand],
        _ => vec![Role::Auditor],
    };
    Person {
        id: id.to_owned(),
        name: format!("{}{}", id[..1].to_uppercase(), &id[1..]),
        roles,
    }
}

/// A workspace with its entries so far.
pub struct Workspace {
    pub state: State,
    pub entries: Vec<Admitted>,
}

/// A workspace of these people; the first one founded it. That people join is not an entry yet,
/// so the others are put in beside it.
pub fn workspace(people: &[&str]) -> Workspace {
    let genesis = founded(person(people[0]), Policy::one_person());
    let mut state = State::of([&genesis]);
    for id in people {
        state.people.insert((*id).to_owned(), person(id));
        state.devices.insert((*id).to_owned(), (*id).to_owned());
    }
    Workspace {
        state,
        entries: vec![genesis],
    }
}

impl Workspace {
    /// Decides and folds what was decided; gives the id of the first entry.
    pub fn does(&mut self, actor: &str, now: Time, command: Command) -> Result<String, Refusal> {
        let Decision { events } = decide(&self.state, &command, &self.context(actor, now))?;
        let first = id(self.entries.len() as u64);
        for event in events {
            self.force(actor, now, event);
        }
        Ok(first)
    }

    /// Folds an event that nobody decided.
    pub fn force(&mut self, actor: &str, now: Time, event: Event) {
        let entry = entry(self.entries.len() as u64, actor, now, event);
        self.state.fold(&entry);
        self.entries.push(entry);
    }

    /// Asks for a change; the intent's id.
    pub fn asks(&mut self, actor: &str, state: TargetState, desired: Desired) -> String {
        self.does(actor, NOON, asks(seen(target_of(&state), state), desired))
            .expect("it may be asked for")
    }

    pub fn context(&self, actor: &str, now: Time) -> Context {
        Context {
            now,
            actor: actor.to_owned(),
            device: actor.to_owned(),
            nonce: format!("press {}", self.entries.len()),
        }
    }

    /// Two persons for this kind of act.
    pub fn needs_two(&mut self, act: ActKind) {
        if let Some(policy) = &mut self.state.policy {
            policy.0.insert(act, Needs::Persons(2));
        }
    }
}

pub fn founded(founder: Person, policy: Policy) -> Admitted {
    let device = founder.id.clone();
    let event = Event::Genesis(Genesis {
        workspace: "Northwind".to_owned(),
        drill: true,
        key: "a2V5".to_owned(),
        founder,
        policy,
        rules: vec![HealthRule::standard()],
        recovery: None,
        threshold: None,
    });
    entry(0, &device, NOON - 60_000, event)
}

pub fn entry(position: u64, device: &str, at: Time, event: Event) -> Admitted {
    Admitted {
        id: id(position),
        position,
        at,
        bracket: Bracket::default(),
        device: device.to_owned(),
        event,
    }
}

pub fn id(position: u64) -> String {
    format!("{position:064x}")
}

pub fn asks(seen: Observation, desired: Desired) -> Command {
    Command::Press(Press {
        title: "Stop 8.4.0".to_owned(),
        app: "com.northwind.wallet".to_owned(),
        aims: vec![(seen, desired)],
        reason: "crashes at start".to_owned(),
        evidence: Vec::new(),
    })
}

pub fn judges(intent: &str, verdict: Verdict) -> Command {
    Command::Judge {
        intent: intent.to_owned(),
        verdict,
        reason: "the figures say otherwise".to_owned(),
        opened: None,
        presence: None,
    }
}

pub fn reports(intent: &str, outcome: Outcome) -> Command {
    Command::Report(result(intent, outcome))
}

pub fn result(intent: &str, outcome: Outcome) -> EffectResult {
    EffectResult {
        intent: intent.to_owned(),
        attempt: 1,
        outcome,
        before: Some(staged(StagedStatus::InProgress, Some(2_000))),
        after: Some(staged(StagedStatus::Halted, Some(2_000))),
        ms: 1_310,
        sentence: "Read back: halted at 20 %.".to_owned(),
        provider_request_id: None,
    }
}

pub fn connects(service: Service) -> Command {
    Command::Connect(Connection {
        service,
        app: Some("com.northwind.wallet".to_owned()),
        config: std::collections::BTreeMap::new(),
    })
}

/// Something that any member may write.
pub fn sees_a_breach() -> Command {
    Command::SeeBreach(breach("8.4.0"))
}

pub fn play_id() -> TargetId {
    TargetId::new(Service::GooglePlay, "com.northwind.wallet/production")
}

pub fn apple_id() -> TargetId {
    TargetId::new(Service::AppStore, "com.northwind.wallet")
}

pub fn store_id(store: Store) -> TargetId {
    TargetId(match store {
        Store::HuaweiAppGallery => "huawei_app_gallery:C100200300".to_owned(),
        Store::SamsungGalaxyStore => "samsung_galaxy_store:000007654321".to_owned(),
        Store::MicrosoftStore => "microsoft_store:9NWALLET8400".to_owned(),
        Store::ExpoEasUpdate => "eas_update:0c5e8f3a/production".to_owned(),
    })
}

pub fn flag_id() -> TargetId {
    TargetId::new(Service::Unleash, "default/production/wallet.pay")
}

pub fn page_id() -> TargetId {
    TargetId::new(Service::Statuspage, "page")
}

pub fn mailing_id() -> TargetId {
    TargetId::new(Service::Smtp, "status@example.com")
}

pub fn staged(status: StagedStatus, fraction_bps: Option<u32>) -> TargetState {
    staged_of("8.4.0", status, fraction_bps)
}

pub fn staged_of(version: &str, status: StagedStatus, fraction_bps: Option<u32>) -> TargetState {
    TargetState::StagedRollout(StagedRollout {
        version: version.to_owned(),
        builds: vec![format!("{}", version.len())],
        status,
        fraction_bps,
        fallback: Some("8.3.2".to_owned()),
        internal: false,
        review: None,
    })
}

pub fn phased(status: PhasedStatus, day: Option<u8>) -> TargetState {
    TargetState::PhasedRelease(PhasedRelease {
        version: "8.4.0".to_owned(),
        build: "840".to_owned(),
        status,
        day,
        pause_days_used: 4,
        removed: false,
        waiting: None,
    })
}

pub fn sold(store: Store, status: StoreStatus, fraction_bps: Option<u32>) -> StoreRollout {
    StoreRollout {
        store,
        version: "8.4.0".to_owned(),
        builds: vec!["840".to_owned()],
        status,
        fraction_bps,
        countries: Vec::new(),
        fallback: Some("8.3.2".to_owned()),
        ends_at: None,
        submitted: None,
        air: (store == Store::ExpoEasUpdate).then(|| OverTheAir {
            title: "New transfer form".to_owned(),
            embedded: false,
            same_as: Vec::new(),
            earlier: Some(Earlier {
                update: "group-2".to_owned(),
                title: "Fix the rates screen".to_owned(),
            }),
            spread: false,
            signed: false,
        }),
    }
}

pub fn flag(enabled: bool, serving: Option<bool>) -> TargetState {
    flag_for(enabled, serving, None, "payments of 8.4.0")
}

pub fn flag_for(
    enabled: bool,
    serving: Option<bool>,
    fraction_bps: Option<u32>,
    description: &str,
) -> TargetState {
    TargetState::Flag(Flag {
        name: "wallet.pay".to_owned(),
        environment: "production".to_owned(),
        enabled,
        serving,
        fraction_bps,
        description: description.to_owned(),
        caveats: Vec::new(),
        reach: None,
    })
}

pub fn page(published: &[&str]) -> TargetState {
    TargetState::StatusPage(StatusPage {
        published: published.iter().map(|key| (*key).to_owned()).collect(),
    })
}

/// A mailing to two people, and the keys of the notices that its server took.
pub fn mailing(taken: &[&str]) -> TargetState {
    TargetState::Mailing(Mailing {
        from: "status@example.com".to_owned(),
        to: vec!["anna@example.com".to_owned(), "bert@example.com".to_owned()],
        taken: taken
            .iter()
            .map(|key| TakenMail {
                key: (*key).to_owned(),
                recipients: 2,
                refused: 0,
                queue_id: Some("4F2A1".to_owned()),
            })
            .collect(),
    })
}

pub fn published(notify_subscribers: bool) -> Desired {
    Desired::Published {
        notice: Notice {
            key: "n1".to_owned(),
            title: "Problems in version 8.4.0".to_owned(),
            body: "We are looking for the cause.".to_owned(),
            phase: Phase::Investigating,
            notify_subscribers,
            about: None,
        },
    }
}

pub fn rolling(fraction_bps: Option<u32>) -> Desired {
    Desired::RollingOut { fraction_bps }
}

/// Every state that can be told apart by a rule.
pub fn all_states() -> Vec<TargetState> {
    let mut all = Vec::new();
    for status in [
        StagedStatus::Absent,
        StagedStatus::Draft,
        StagedStatus::InProgress,
        StagedStatus::Halted,
        StagedStatus::Completed,
    ] {
        all.push(staged(status, Some(2_000)));
        all.push(staged(status, None));
    }
    for status in [
        PhasedStatus::Absent,
        PhasedStatus::Inactive,
        PhasedStatus::Active,
        PhasedStatus::Paused,
        PhasedStatus::Complete,
    ] {
        all.push(phased(status, Some(3)));
        all.push(phased(status, None));
    }
    for store in Store::ALL {
        for status in [
            StoreStatus::Absent,
            StoreStatus::InProgress,
            StoreStatus::Halted,
            StoreStatus::Completed,
            StoreStatus::Removed,
        ] {
            all.push(TargetState::StoreRollout(sold(store, status, Some(2_000))));
        }
        let unsaid = sold(store, StoreStatus::Halted, None);
        all.push(TargetState::StoreRollout(unsaid));
    }
    all.extend(recoveries::all_states());
    for enabled in [true, false] {
        for serving in [None, Some(true), Some(false)] {
            all.push(flag(enabled, serving));
            all.push(flag_for(enabled, serving, Some(5_000), ""));
        }
    }
    all.push(page(&[]));
    all.push(page(&["n1"]));
    all.push(page(&["n1", "n2"]));
    all.push(mailing(&[]));
    all.push(mailing(&["n1"]));
    all
}

/// One of each thing that can be asked for.
pub fn all_desired() -> Vec<Desired> {
    vec![
        Desired::Stopped,
        rolling(None),
        rolling(Some(5_000)),
        Desired::Complete,
        Desired::Released {
            version: "8.5.0".to_owned(),
        },
        Desired::RemovedFromSale,
        Desired::RolledBack {
            update: "group-2".to_owned(),
        },
        Desired::AskedToUpdate,
        Desired::NotAsked,
        Desired::On,
        Desired::Off,
        published(true),
        published(false),
    ]
}

pub fn seen(target: TargetId, state: TargetState) -> Observation {
    Observation {
        target,
        at: NOON,
        state,
    }
}

pub fn target_of(state: &TargetState) -> TargetId {
    match state {
        TargetState::StagedRollout(_) => play_id(),
        TargetState::PhasedRelease(_) => apple_id(),
        TargetState::StoreRollout(it) => store_id(it.store),
        TargetState::Recovery(_) => recoveries::recovery_id(),
        TargetState::Flag(_) => flag_id(),
        TargetState::StatusPage(_) => page_id(),
        TargetState::Mailing(_) => mailing_id(),
        TargetState::Channel(_) => TargetId("slack:incidents".to_owned()),
    }
}

/// An intent that one person may carry out.
pub fn intent(desired: Desired, state: TargetState, expires_ms: u64) -> Intent {
    let act = cockpit_domain::decide::act_kind(&desired, &state);
    Intent {
        press: "press".to_owned(),
        press_title: "Stop 8.4.0".to_owned(),
        act,
        app: "com.northwind.wallet".to_owned(),
        target: target_of(&state),
        title: cockpit_domain::words::target(&target_of(&state), &state),
        desired,
        pre: seen(target_of(&state), state),
        asked_at: NOON,
        expires_at: NOON + expires_ms,
        persons: 1,
        explicit: act.is_explicit(),
        reason: "crashes at start".to_owned(),
        evidence: vec!["Android: crash-free sessions 98.21 %".to_owned()],
        order: None,
    }
}

pub fn breach(version: &str) -> Breach {
    Breach {
        rule: "crash floor".to_owned(),
        platform: "Android".to_owned(),
        version: version.to_owned(),
        measure: Measure::CrashFreeSessions,
        value_bps: 9_821,
        floor_bps: 9_950,
        sample: 61_204,
        since: NOON - 660_000,
        data_until: NOON - 60_000,
        comparator: cockpit_domain::rule::Comparator::Below,
        evidence: None,
        named: None,
        source: None,
    }
}

/// A figure whose series of 5-minute intervals ends one minute ago.
pub fn figure(value: Option<f64>, sample: Option<u64>, series: &[Option<f64>]) -> Signal {
    let until = NOON - 60_000;
    let begin = until - 300_000 * series.len() as u64;
    Signal {
        platform: "Android".to_owned(),
        version: "8.4.0".to_owned(),
        measure: Measure::CrashFreeSessions,
        value,
        sample,
        data_until: Some(until),
        read_at: NOON,
        series: series
            .iter()
            .enumerate()
            .map(|(number, value)| SignalPoint {
                at: begin + 300_000 * number as u64,
                value: *value,
                sample: None,
            })
            .collect(),
        interval_ms: 300_000,
        source: Some(Service::Sentry),
        named: None,
        said: Vec::new(),
    }
}

/// What is known beside the ledger: these targets, read now, every service answering.
pub fn live(actor: &str, states: &[(TargetId, TargetState)]) -> Live {
    let targets = states
        .iter()
        .map(|(id, state)| {
            let target = Target {
                id: id.clone(),
                title: cockpit_domain::words::target(id, state),
                platform: match id.service() {
                    Some(Service::AppStore) => "iOS".to_owned(),
                    Some(Service::GooglePlay) => "Android".to_owned(),
                    _ => String::new(),
                },
            };
            let observation = Some(seen(id.clone(), state.clone()));
            let live = TargetLive {
                target,
                observation,
                problem: None,
            };
            (id.clone(), live)
        })
        .collect();
    let services = states
        .iter()
        .filter_map(|(id, _)| id.service())
        .map(|service| {
            let answers = ServiceLive {
                read_at: Some(NOON),
                problem: None,
                offline: false,
                elsewhere: false,
            };
            (service, answers)
        })
        .collect();
    Live {
        targets,
        services,
        actor: actor.to_owned(),
        ledger: LedgerLive {
            entries: 12,
            devices: 1,
            checked_at: Some(NOON),
            head: id(12),
            ..LedgerLive::default()
        },
        ..Live::default()
    }
}

/// Lines without repetition, in order.
pub fn table(lines: impl IntoIterator<Item = String>) -> String {
    let mut table: Vec<String> = Vec::new();
    for line in lines {
        if !table.contains(&line) {
            table.push(line);
        }
    }
    table.join("\n")
}

/// Every state with every wish.
pub fn all_pairs() -> impl Iterator<Item = (TargetState, Desired)> {
    all_states().into_iter().flat_map(|state| {
        all_desired()
            .into_iter()
            .map(move |desired| (state.clone(), desired))
    })
}
