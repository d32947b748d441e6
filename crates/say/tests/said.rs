//! What is said in another language: the same values in its own words. A process speaks one
//! language, so this one is set once and every case is read from it.

use cockpit_say::{Language, count, mark, marks, said, say, speak, speak_as, tag};

const PEOPLE: &str = mark!("people");

/// Polish has four plural forms, and other marks in numbers.
const POLISH: &str = r#"{
    "language": "pl",
    "decimal": ",",
    "group": "\u00a0",
    "texts": {
        "Halted": "Zatrzymano",
        "people": "osoby",
        "Halted {name} at {share}": "{share}: {name} zatrzymano",
        "{0} of {1}, {0}": "{1} z {0}",
        "{hour}:00": "godz. {hour}",
        "braces {{ stay }} {x}": "{{ {x} }}",
        "1 act": "1 akt",
        "{count} acts": {
            "by": "count",
            "one": "{count} akt",
            "few": "{count} akty",
            "other": "{count} aktów"
        }
    }
}"#;

#[test]
fn a_language_says_the_same_values_in_its_own_words() {
    let (name, share) = ("8.4.0", "20 %");
    // Before a language is set, and for what it lacks: as `format!` would.
    assert_eq!(say!("Halted {name} at {share}"), "Halted 8.4.0 at 20 %");
    assert_eq!(say!("Halted"), "Halted");
    assert_eq!(said(PEOPLE), "people");
    assert_eq!(count!(2, "act", "acts"), "2 acts");
    assert_eq!((tag(), marks().decimal), ("en", '.'));
    assert_eq!(speak_as("xx_XX.UTF-8").expect("English is spoken"), "en");

    let polish = Language::read(POLISH).expect("a language");
    assert_eq!(polish.lacks(["Halted", "Stopped"]), ["Stopped"]);
    speak(polish).expect("the first language");
    assert_eq!((tag(), marks().decimal), ("pl", ','));
    assert_eq!(say!("Halted {name} at {share}"), "20 %: 8.4.0 zatrzymano");
    assert_eq!(say!("Halted"), "Zatrzymano");
    assert_eq!(said(PEOPLE), "osoby");
    assert_eq!(say!("{} of {}, {0}", 1, 2), "2 z 1");
    assert_eq!(say!("{hour:02}:00", hour = 7), "godz. 07");
    assert_eq!(
        say!("braces {{ stay }} {x}", x = Some(1).map_or(0, |it| it)),
        "{ 1 }"
    );
    let acts: Vec<String> = [1, 2, 5, 22].map(|n| count!(n, "act", "acts")).into();
    assert_eq!(acts, ["1 akt", "2 akty", "5 aktów", "22 akty"]);
    // What it lacks stays English.
    assert_eq!(say!("Stopped {name}"), "Stopped 8.4.0");
    assert_eq!(say!("Stopped"), "Stopped");
    // A value is worked out once.
    let mut worked_out = 0;
    let mut value = || {
        worked_out += 1;
        worked_out
    };
    assert_eq!(say!("{} of {}, {0}", value(), 2), "2 z 1");
    assert_eq!(worked_out, 1);
}

#[test]
fn a_file_that_would_lose_a_value_is_refused() {
    let refused = |texts: &str| {
        let head = r#""language": "de", "decimal": ",", "group": ".""#;
        let file = format!("{{{head}, \"texts\": {{{texts}}}}}");
        Language::read(&file).expect_err("a wrong file").to_string()
    };
    assert_eq!(
        refused(r#""{a} of {b}": "{a} von {c}""#),
        "\"{a} of {b}\": the English text has no value “c”"
    );
    assert_eq!(
        refused(r#""{n} acts": {"one": "x", "other": "y"}"#),
        "\"{n} acts\": it does not say by which value"
    );
    assert_eq!(
        refused(r#""{n} acts": {"by": "n", "one": "x"}"#),
        "\"{n} acts\": the form “other” is missing"
    );
    assert_eq!(refused(r#""a": "{""#), "\"a\": a brace is not closed");
}
