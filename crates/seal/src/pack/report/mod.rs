//! The report for people: what was decided, by whom, and how it is held. Must not claim more than
//! was found; must not know how a page is drawn.

mod controls;
mod html;
mod pdf;

use super::{About, Facts, Row, Section, sample};

/// Rows of each list; the spreadsheet has them all.
const ROWS_MAX: usize = 1_000;

/// What the report collects while rows are told.
#[derive(Debug, Default)]
pub(super) struct Report {
    decisions: List,
    authority: List,
    timeline: List,
    told: Vec<u64>,
    redacted: Vec<u64>,
}

#[derive(Debug, Default)]
struct List {
    rows: Vec<Vec<String>>,
    count: u64,
}

impl List {
    fn push(&mut self, row: &Row<'_>) {
        self.count += 1;
        if self.rows.len() < ROWS_MAX {
            self.rows.push(cells(row));
        }
    }

    fn blocks(self, none: &str) -> Vec<Block> {
        if self.count == 0 {
            return vec![Block::Text(none.to_owned())];
        }
        let left = self.count > self.rows.len() as u64;
        let mut blocks = vec![Block::Table {
            head: &[
                ("#", 6),
                ("Claimed time (UTC)", 18),
                ("Who", 15),
                ("What", 16),
                ("To what", 20),
                ("Why, or what was read", 25),
            ],
            rows: self.rows,
        }];
        if left {
            blocks.push(Block::Text(format!(
                "The first {ROWS_MAX} of {}; decisions.csv has them all.",
                self.count
            )));
        }
        blocks
    }
}

/// A part of the page.
pub(super) enum Block {
    Heading(String),
    Text(String),
    /// What must not be overlooked.
    Alert(String),
    /// Names with their values.
    Facts(Vec<(&'static str, String)>),
    Table {
        /// Titles with their share of the width, in hundredths.
        head: &'static [(&'static str, u16)],
        rows: Vec<Vec<String>>,
    },
}

/// The report, ready to be drawn.
pub(super) struct Page {
    title: String,
    blocks: Vec<Block>,
}

impl Page {
    pub fn html(&self) -> String {
        html::draw(self)
    }

    pub fn pdf(&self) -> Vec<u8> {
        pdf::draw(self)
    }
}

impl Report {
    pub fn tell(&mut self, row: &Row<'_>) {
        self.told.push(row.position);
        if row.redacted && self.redacted.len() < ROWS_MAX {
            self.redacted.push(row.position);
        }
        self.timeline.push(row);
        match row.section {
            Section::Decision => self.decisions.push(row),
            Section::Authority => self.authority.push(row),
            Section::Observation => {}
        }
    }

    pub fn page(self, about: &About, facts: &Facts) -> Page {
        let mut blocks = Vec::new();
        blocks.push(match &facts.first_fault {
            Some(fault) => Block::Alert(format!(
                "This log does not hold. The first thing that was found: {fault}"
            )),
            None => Block::Text(format!(
                "Checked when the pack was made: {} entries, every signature and link holds.",
                facts.entries
            )),
        });
        if facts.signed_by.is_none() {
            let words = "Nobody signed this pack: the device’s key was locked or is not here.";
            blocks.push(Block::Alert(words.to_owned()));
        }
        let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        let ledger = facts.ledger.map(|it| it.to_string());
        blocks.push(Block::Facts(vec![
            ("Ledger", known(&ledger)),
            ("Head", known(&facts.head)),
            ("Root of the tree", known(&facts.root)),
            ("Signed by device", known(&facts.signed_by)),
        ]));
        blocks.push(heading("Population"));
        blocks.extend(population(about, facts));
        blocks.push(heading("Redactions"));
        blocks.push(Block::Text(match self.redacted.is_empty() {
            true => "No entry that was selected is redacted.".to_owned(),
            false => format!(
                "The text of {} stayed behind by request; header, hash and signature are in the \
                 pack. Positions: {}.",
                match facts.redacted {
                    1 => "1 selected entry".to_owned(),
                    redacted => format!("{redacted} selected entries"),
                },
                list(&self.redacted)
            ),
        }));
        blocks.push(heading("Decisions of people"));
        blocks.extend(self.decisions.blocks("None was selected."));
        blocks.push(heading("Changes of policy, people and connections"));
        blocks.extend(self.authority.blocks("None was selected."));
        blocks.push(heading("Timeline"));
        blocks.extend(self.timeline.blocks("Nothing was selected."));
        blocks.push(heading("A sample that can be drawn again"));
        let seed = known(&facts.head);
        let drawn = sample::draw(&seed, self.told.into_iter());
        blocks.push(Block::Text(format!(
            "Of the entries that are told, the {} with the smallest SHA-256 of the text \
             \"head:position\", with the head above. Nobody could choose them, and anybody draws \
             the same. Positions: {}.",
            drawn.len(),
            list(&drawn)
        )));
        blocks.push(heading("Control map"));
        blocks.push(Block::Text(controls::WHAT_IT_IS.to_owned()));
        blocks.push(controls::table());
        Page {
            title: format!("Evidence of the decisions of {}", about.workspace),
            blocks,
        }
    }
}

fn population(about: &About, facts: &Facts) -> Vec<Block> {
    let gap = match facts.faults {
        0 => "without a gap".to_owned(),
        faults => format!("of which {faults} do not hold; verification.json lists them"),
    };
    let period = match &facts.period {
        Some((first, last)) => format!("{first} to {last}, as the devices claim"),
        None => "no entry can be read".to_owned(),
    };
    let cosigners = match facts.cosigners.is_empty() {
        true => "none".to_owned(),
        false => facts.cosigners.join(", "),
    };
    vec![Block::Facts(vec![
        ("Entries in the chain", format!("{}, {gap}", facts.entries)),
        ("Of these admitted by slots", facts.admitted.to_string()),
        ("Cosigned by devices", cosigners),
        ("Period", period),
        ("Selected", about.selection.clone()),
        ("Told in words", facts.told.to_string()),
        ("Of these redacted", facts.redacted.to_string()),
        ("Of these without force", facts.without_force.to_string()),
        ("Bodies that stayed behind", facts.withheld.to_string()),
    ])]
}

fn cells(row: &Row<'_>) -> Vec<String> {
    let marks = [
        (!row.does_not_hold.is_empty()).then(|| format!("Does not hold: {}", row.does_not_hold)),
        (!row.without_force.is_empty()).then(|| format!("Without force: {}.", row.without_force)),
        row.redacted.then(|| "Redacted.".to_owned()),
        (!row.reason.is_empty()).then(|| row.reason.to_string()),
    ];
    let what = match row.decision.is_empty() {
        true => row.kind.to_string(),
        false => row.decision.to_string(),
    };
    vec![
        row.position.to_string(),
        // To the second; decisions.csv has the rest.
        row.at.get(..19).unwrap_or_default().replace('T', " "),
        row.person.to_string(),
        what,
        row.target.to_string(),
        marks.into_iter().flatten().collect::<Vec<_>>().join(" "),
    ]
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn list(positions: &[u64]) -> String {
    let words: Vec<String> = positions.iter().map(u64::to_string).collect();
    match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    }
}
