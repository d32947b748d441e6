//! `cargo xtask test`: every check in one order, each one nameable, with one closing table.
//! Knows no check's inside.

mod peers;
mod steps;
mod tools;

use std::time::{Duration, Instant};

use clap::Args;

use crate::{
    failure::Failure,
    paths::Paths,
    progress::{Progress, in_words},
    setup,
    setup::Scope,
};

/// Which checks to run.
#[derive(Args)]
pub struct Options {
    /// Only these steps, by name and separated by commas
    #[arg(long, value_delimiter = ',', value_name = "STEP")]
    only: Vec<String>,
    /// Print the steps and end
    #[arg(long)]
    list: bool,
}

/// One check.
pub struct Step {
    name: &'static str,
    about: &'static str,
    /// Runs it, and puts what its runner counted into the list.
    run: fn(&Paths, &mut Vec<String>) -> Result<(), Failure>,
}

struct Row {
    step: &'static Step,
    result: Result<(), Failure>,
    counts: Vec<String>,
    took: Duration,
}

/// Sets up the machine and runs the chosen checks to the end, also after a failure.
pub fn test(paths: &Paths, options: &Options) -> Result<(), Failure> {
    if options.list {
        for step in steps::ALL {
            println!("{:8} {}", step.name, step.about);
        }
        return Ok(());
    }
    let chosen = choose(&options.only)?;
    let mut progress = Progress::new(setup::STEPS + chosen.len());
    setup::machine(Scope::Test, &mut progress)?;
    let rows: Vec<Row> = chosen
        .into_iter()
        .map(|step| run_step(paths, step, &mut progress))
        .collect();
    close(&rows)
}

fn choose(only: &[String]) -> Result<Vec<&'static Step>, Failure> {
    if let Some(unknown) = only
        .iter()
        .find(|name| steps::ALL.iter().all(|step| step.name != name.as_str()))
    {
        let names: Vec<_> = steps::ALL.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!("there is no step called {unknown:?}"))
            .hint(format!("The steps are: {}", names.join(", "))));
    }
    Ok(steps::ALL
        .iter()
        .filter(|step| only.is_empty() || only.iter().any(|name| name == step.name))
        .collect())
}

fn run_step(paths: &Paths, step: &'static Step, progress: &mut Progress) -> Row {
    let mut counts = Vec::new();
    let start = Instant::now();
    let result = progress.step(&format!("{}: {}", step.name, step.about), || {
        (step.run)(paths, &mut counts)
    });
    if let Err(failure) = &result {
        println!("{failure}\n  To run only this step again: {}", again(step));
    }
    Row {
        step,
        result,
        counts,
        took: start.elapsed(),
    }
}

fn close(rows: &[Row]) -> Result<(), Failure> {
    println!(
        "\n{:8} {:7} {:>12}  what its runner counted",
        "step", "result", "time"
    );
    for row in rows {
        let verdict = if row.result.is_ok() {
            "passed"
        } else {
            "FAILED"
        };
        let mut notes = row.counts.clone();
        if let Err(failure) = &row.result {
            notes.push(failure.sentence().to_owned());
        }
        let first = notes.first().map_or("", String::as_str);
        println!(
            "{:8} {verdict:7} {:>12}  {first}",
            row.step.name,
            in_words(row.took)
        );
        for note in notes.iter().skip(1) {
            println!("{:31}{note}", "");
        }
    }
    let failed: Vec<_> = rows.iter().filter(|row| row.result.is_err()).collect();
    if failed.is_empty() {
        println!("\nPassed: {} of {}.", rows.len(), rows.len());
        return Ok(());
    }
    let commands: Vec<_> = failed.iter().map(|row| again(row.step)).collect();
    Err(
        Failure::new(format!("{} of {} steps failed", failed.len(), rows.len())).hint(format!(
            "To run them again one by one:\n{}",
            commands.join("\n")
        )),
    )
}

fn again(step: &Step) -> String {
    format!("cargo xtask test --only {}", step.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_step_is_refused_with_the_names_that_exist() {
        let failure = choose(&["fmt".into(), "klippy".into()])
            .map(|_| ())
            .unwrap_err();
        assert!(failure.to_string().contains("klippy"));
        assert!(failure.to_string().contains("clippy"));
    }

    #[test]
    fn chosen_steps_keep_the_order_of_the_list() {
        let chosen = choose(&["clippy".into(), "fmt".into()]).unwrap();
        let names: Vec<_> = chosen.iter().map(|step| step.name).collect();
        assert_eq!(names, ["fmt", "clippy"]);
    }

    #[test]
    fn a_failed_step_fails_the_whole_and_says_how_to_repeat_it() {
        let row = |result| Row {
            step: &steps::ALL[0],
            result,
            counts: Vec::new(),
            took: Duration::ZERO,
        };
        assert!(close(&[row(Ok(()))]).is_ok());
        let failure = close(&[row(Ok(())), row(Err(Failure::new("broke")))]).unwrap_err();
        assert!(failure.to_string().contains("cargo xtask test --only fmt"));
    }
}
