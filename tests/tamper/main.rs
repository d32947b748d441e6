//! Ten thousand seeded cases of tampering with a database, a log of slots and a pack: every one is
//! found, and where it was done is named. Must not know how it is found.

mod chance;
mod database;
mod pack;
mod slots;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use chance::Chance;

/// What is done, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Flip,
    Delete,
    Insert,
    Reorder,
    CutTheTail,
    OlderCopy,
    EditABody,
    Forge,
    Replay,
    SignAnew,
}

impl Way {
    const ALL: [Way; 10] = [
        Self::Flip,
        Self::Delete,
        Self::Insert,
        Self::Reorder,
        Self::CutTheTail,
        Self::OlderCopy,
        Self::EditABody,
        Self::Forge,
        Self::Replay,
        Self::SignAnew,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Flip => "flip a bit",
            Self::Delete => "delete",
            Self::Insert => "insert",
            Self::Reorder => "reorder",
            Self::CutTheTail => "cut the tail",
            Self::OlderCopy => "put an older copy there",
            Self::EditABody => "edit a body",
            Self::Forge => "forge an entry",
            Self::Replay => "replay from another ledger",
            Self::SignAnew => "sign anew as an outsider",
        }
    }
}

/// Where something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Store {
    Database,
    Slots,
    Pack,
}

/// What was found: what must be named, and what was named.
pub(crate) struct Case {
    /// Where it was done, in the words of the store.
    pub place: String,
    /// What the checks name, each in such words; none when they report it intact.
    pub named: Vec<String>,
}

const CASES: u64 = 10_000;
const THREADS: u64 = 2;

#[test]
fn every_case_is_found_where_it_was_done() {
    let stores = [Store::Database, Store::Slots, Store::Pack];
    let cells: Vec<(Store, Way)> = stores
        .into_iter()
        .flat_map(|store| Way::ALL.map(|way| (store, way)))
        .collect();
    let table = Mutex::new(BTreeMap::<(Way, Store), u64>::new());
    let (database, slots, pack) = (
        database::Stage::new(),
        slots::Stage::new(),
        pack::Stage::new(),
    );
    assert_eq!(database.untouched().named, [""; 0]);
    assert_eq!(slots.untouched().named, [""; 0]);
    assert_eq!(pack.untouched().named, [""; 0]);
    let missed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (cells, table, missed) = (&cells, &table, &missed);
            let (database, slots, pack) = (&database, &slots, &pack);
            scope.spawn(move || {
                for n in (thread..CASES).step_by(usize::try_from(THREADS).unwrap()) {
                    let (store, way) = cells[usize::try_from(n).unwrap() % cells.len()];
                    let mut chance = Chance::new(n);
                    let case = match store {
                        Store::Database => database.case(way, &mut chance),
                        Store::Slots => slots.case(way, &mut chance),
                        Store::Pack => pack.case(way, &mut chance),
                    };
                    let Case { place, named } = case;
                    if !named.contains(&place) {
                        let what = match named.is_empty() {
                            true => "reported intact".to_owned(),
                            false => format!("{place} is not named: {named:?}"),
                        };
                        let case = format!("case {n}, {store:?}, {way:?}: {what}");
                        missed.lock().unwrap().push(case);
                        continue;
                    }
                    *table.lock().unwrap().entry((way, store)).or_default() += 1;
                }
            });
        }
    });
    let missed = missed.into_inner().unwrap();
    assert!(
        missed.is_empty(),
        "{} missed: {:#?}",
        missed.len(),
        missed.iter().take(40).collect::<Vec<_>>()
    );
    let table = table.into_inner().unwrap();
    println!("{:28}{:>10}{:>10}{:>10}", "", "database", "slots", "pack");
    for way in Way::ALL {
        let of = |store| table.get(&(way, store)).copied().unwrap_or(0);
        let [one, two, three] = stores.map(of);
        println!("{:28}{one:>10}{two:>10}{three:>10}", way.title());
    }
    let all: u64 = table.values().sum();
    println!("{all} cases, every one found where it was done");
    assert_eq!((all, table.len()), (CASES, cells.len()));
}
