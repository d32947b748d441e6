//! Lines of CSV as RFC 4180 has them, with nothing that a spreadsheet would run. Knows no column.

/// Adds a line of these cells. Each is quoted, so commas, quotes and line breaks stay in it. A cell
/// that begins like a formula gets an apostrophe in front: spreadsheets then take it as text (the
/// exact text is in the file with one JSON object a line).
pub(crate) fn put(lines: &mut Vec<u8>, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        lines.extend(if at > 0 { &b",\""[..] } else { b"\"" });
        if is_risky(cell) {
            lines.push(b'\'');
        }
        if cell.contains('"') {
            lines.extend(cell.replace('"', "\"\"").as_bytes());
        } else {
            lines.extend(cell.as_bytes());
        }
        lines.push(b'"');
    }
    lines.extend(b"\r\n");
}

/// One line.
pub(crate) fn line(cells: &[&str]) -> String {
    let mut line = Vec::new();
    put(&mut line, cells);
    String::from_utf8(line).expect("it is made of texts")
}

/// Begins with what a spreadsheet takes for a formula, also behind blanks and in wide letters.
fn is_risky(cell: &str) -> bool {
    let cell = cell.trim_start_matches([' ', '\u{a0}', '\u{3000}']);
    cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '＝', '＋', '－', '＠',
    ])
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn commas_quotes_and_line_breaks_stay_in_their_cell() {
        assert_eq!(
            line(&["a,b", "say \"no\"", "two\r\nlines", ""]),
            "\"a,b\",\"say \"\"no\"\"\",\"two\r\nlines\",\"\"\r\n"
        );
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for text in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|cmd", "%x",
        ] {
            assert!(line(&[text]).starts_with("\"'"), "{text:?}");
        }
        assert_eq!(line(&["20 %", "a=1"]), "\"20 %\",\"a=1\"\r\n");
    }
}
