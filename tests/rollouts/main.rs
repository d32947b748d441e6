//! Health rules on made-up rollouts: prints the table of docs/health-rules.md. Must not know an
//! engine.
//!
//! `cargo run -p cockpit-tests --bin cockpit-rollouts [rollouts] [earlier releases] [first seed]`

#[cfg(test)]
mod bars;
mod dice;
mod judged;
mod made;
mod table;

use table::Table;

/// As many as the bars speak of.
const ROLLOUTS: u32 = 10_000;

/// The constants of the test were chosen on seeds from 0; these were not looked at then.
const FIRST_SEED: u64 = 1_000_000;

fn main() {
    let mut given = std::env::args().skip(1).map(|it| it.parse::<u64>());
    let mut next = |usual: u64| match given.next() {
        Some(Ok(number)) => number,
        Some(Err(_)) => {
            eprintln!("Give numbers: rollouts, earlier releases, first seed.");
            std::process::exit(2);
        }
        None => usual,
    };
    let rollouts = u32::try_from(next(u64::from(ROLLOUTS))).unwrap_or(ROLLOUTS);
    let earlier = usize::try_from(next(1)).unwrap_or(1);
    print!("{}", Table::of(rollouts, earlier, next(FIRST_SEED)));
}
