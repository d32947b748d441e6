//! The report as PDF 1.7 on A4, with the standard fonts and nothing else. Knows no contents. What
//! Windows-1252 does not have is drawn as "?"; the HTML has every letter.

use super::{Block, Page};

/// A4 in points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 48.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
/// Between two columns.
const GAP: f32 = 6.0;

/// A standard font under its name in the file.
#[derive(Clone, Copy)]
enum Font {
    Plain,
    Bold,
}

/// Widths of Helvetica from the space to the tilde, in thousandths (Adobe's AFM file).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

pub(super) fn draw(page: &Page) -> Vec<u8> {
    let mut pages = Pages::default();
    pages.lines(&page.title, Font::Bold, 18.0, 0.0);
    pages.space(6.0);
    for block in &page.blocks {
        match block {
            Block::Heading(text) => {
                // Not alone at the foot of a page.
                pages.room(70.0);
                pages.space(10.0);
                pages.lines(text, Font::Bold, 12.0, 0.0);
                pages.space(2.0);
            }
            Block::Text(text) => {
                pages.lines(text, Font::Plain, 9.5, 0.0);
                pages.space(4.0);
            }
            Block::Alert(text) => {
                pages.lines(text, Font::Bold, 11.0, 0.0);
                pages.space(4.0);
            }
            Block::Facts(facts) => {
                for (name, value) in facts {
                    pages.row(&[(name, 28), (value, 72)], Font::Plain, 9.5);
                }
                pages.space(4.0);
            }
            Block::Table { head, rows } => {
                pages.row(head, Font::Bold, 8.0);
                for cells in rows {
                    let shares = head.iter().map(|(_, share)| *share);
                    let cells: Vec<(&str, u16)> =
                        cells.iter().map(String::as_str).zip(shares).collect();
                    if pages.row(&cells, Font::Plain, 8.0) {
                        pages.row(head, Font::Bold, 8.0);
                    }
                }
                pages.space(4.0);
            }
        }
    }
    pages.file(&page.title)
}

/// The pages so far, each as the operators that draw it.
struct Pages {
    done: Vec<Vec<u8>>,
    page: Vec<u8>,
    y: f32,
}

impl Default for Pages {
    fn default() -> Self {
        Self {
            done: Vec::new(),
            page: Vec::new(),
            y: HEIGHT - MARGIN,
        }
    }
}

impl Pages {
    fn space(&mut self, points: f32) {
        self.y -= points;
    }

    /// Begins a page unless there is so much room on this one; whether it did.
    fn room(&mut self, points: f32) -> bool {
        let begins = self.y - points < MARGIN;
        if begins {
            self.done.push(std::mem::take(&mut self.page));
            self.y = HEIGHT - MARGIN;
        }
        begins
    }

    fn lines(&mut self, text: &str, font: Font, size: f32, indent: f32) {
        for line in wrap(&encode(text), font, size, INNER - indent) {
            self.room(size * 1.35);
            self.y -= size * 1.35;
            self.text(MARGIN + indent, &line, font, size);
        }
    }

    /// Draws cells beside each other; whether a page was begun for them.
    fn row(&mut self, cells: &[(&str, u16)], font: Font, size: f32) -> bool {
        let leading = size * 1.3;
        let wrapped: Vec<(f32, Vec<Vec<u8>>)> = cells
            .iter()
            .map(|(text, share)| {
                let width = INNER * f32::from(*share) / 100.0;
                (width, wrap(&encode(text), font, size, width - GAP))
            })
            .collect();
        let tallest = wrapped.iter().map(|(_, lines)| lines.len()).max();
        let mut began = false;
        for nth in 0..tallest.unwrap_or(0) {
            began |= self.room(leading);
            self.y -= leading;
            let mut x = MARGIN;
            for (width, lines) in &wrapped {
                if let Some(line) = lines.get(nth) {
                    self.text(x, line, font, size);
                }
                x += width;
            }
        }
        self.y -= 3.0;
        began
    }

    fn text(&mut self, x: f32, bytes: &[u8], font: Font, size: f32) {
        let name = match font {
            Font::Plain => "F1",
            Font::Bold => "F2",
        };
        let begin = format!("BT /{name} {size:.1} Tf {x:.1} {:.1} Td (", self.y);
        self.page.extend(begin.as_bytes());
        for byte in bytes {
            if b"()\\".contains(byte) {
                self.page.push(b'\\');
            }
            self.page.push(*byte);
        }
        self.page.extend(b") Tj ET\n");
    }

    /// The file: catalogue, pages, fonts, what is drawn, and where each object begins.
    fn file(mut self, title: &str) -> Vec<u8> {
        self.done.push(std::mem::take(&mut self.page));
        let count = self.done.len();
        let kids: String = (0..count)
            .map(|nth| format!("{} 0 R ", 6 + 2 * nth))
            .collect();
        let mut objects: Vec<Vec<u8>> = vec![
            b"<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>"
                .to_vec(),
            format!("<< /Type /Pages /Kids [ {kids}] /Count {count} >>").into_bytes(),
            font_object("Helvetica"),
            font_object("Helvetica-Bold"),
            [b"<< /Title (", escaped(title).as_slice(), b") /Producer (Release Cockpit) >>"]
                .concat(),
        ];
        for (nth, drawn) in self.done.iter().enumerate() {
            let mut drawn = drawn.clone();
            let foot = format!(
                "BT /F1 8.0 Tf {MARGIN:.1} 28.0 Td (Page {} of {count}) Tj ET\n",
                nth + 1
            );
            drawn.extend(foot.as_bytes());
            objects.push(
                format!(
                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources << \
                     /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {} 0 R >>",
                    7 + 2 * nth
                )
                .into_bytes(),
            );
            let begin = format!("<< /Length {} >>\nstream\n", drawn.len());
            objects.push([begin.as_bytes(), &drawn, b"endstream"].concat());
        }
        // The second line tells tools that the file is not text.
        let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut places = String::new();
        for (nth, object) in objects.iter().enumerate() {
            places += &format!("{:010} 00000 n \n", file.len());
            file.extend(format!("{} 0 obj\n", nth + 1).as_bytes());
            file.extend(object);
            file.extend(b"\nendobj\n");
        }
        let size = objects.len() + 1;
        let table = file.len();
        let end = format!(
            "xref\n0 {size}\n0000000000 65535 f \n{places}trailer\n\
             << /Size {size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{table}\n%%EOF\n"
        );
        file.extend(end.as_bytes());
        file
    }
}

fn font_object(name: &str) -> Vec<u8> {
    format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
        .into_bytes()
}

fn escaped(text: &str) -> Vec<u8> {
    let bytes = encode(text).into_iter();
    bytes
        .flat_map(|byte| match b"()\\".contains(&byte) {
            true => vec![b'\\', byte],
            false => vec![byte],
        })
        .collect()
}

/// Windows-1252, with an arrow in two letters.
fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' '..='~' | '\u{a0}'..='\u{ff}' => bytes.push(u32::from(letter) as u8),
            '\n' | '\r' | '\t' | '\u{2009}' | '\u{202f}' => bytes.push(b' '),
            '€' => bytes.push(0x80),
            '…' => bytes.push(0x85),
            '‘' => bytes.push(0x91),
            '’' => bytes.push(0x92),
            '“' => bytes.push(0x93),
            '”' => bytes.push(0x94),
            '•' => bytes.push(0x95),
            '–' => bytes.push(0x96),
            '—' => bytes.push(0x97),
            '→' => bytes.extend(b"->"),
            _ => bytes.push(b'?'),
        }
    }
    bytes
}

fn width(bytes: &[u8], font: Font, size: f32) -> f32 {
    let thousandths: u32 = bytes
        .iter()
        .map(|byte| {
            let place = usize::from(byte.wrapping_sub(b' '));
            u32::from(HELVETICA.get(place).copied().unwrap_or(600))
        })
        .sum();
    let bold = match font {
        Font::Plain => 1.0,
        // Over a line the bold cut takes less room than this.
        Font::Bold => 1.12,
    };
    thousandths as f32 / 1000.0 * size * bold
}

/// Breaks at spaces, and inside a word that is longer than a line.
fn wrap(bytes: &[u8], font: Font, size: f32, room: f32) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    let mut line: Vec<u8> = Vec::new();
    for word in bytes.split(|byte| *byte == b' ') {
        let joined = match line.is_empty() {
            true => word.to_vec(),
            false => [&line[..], b" ", word].concat(),
        };
        if width(&joined, font, size) <= room {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for byte in word {
            line.push(*byte);
            if width(&line, font, size) > room && line.len() > 1 {
                line.pop();
                lines.push(std::mem::replace(&mut line, vec![*byte]));
            }
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: usize) -> Page {
        let row = vec![
            "1".to_owned(),
            "Crash (on “Transfer”) → halted \\ 日本".to_owned(),
        ];
        Page {
            title: "Evidence".to_owned(),
            blocks: vec![
                Block::Heading("Decisions".to_owned()),
                Block::Table {
                    head: &[("#", 10), ("Why", 90)],
                    rows: vec![row; rows],
                },
            ],
        }
    }

    #[test]
    fn every_object_begins_where_the_table_says() {
        let file = draw(&page(200));
        let text = String::from_utf8_lossy(&file);
        assert!(text.contains("/Count 4 "), "pages are broken");
        let table = text.rfind("startxref\n").unwrap();
        let place: usize = text[table + 10..].lines().next().unwrap().parse().unwrap();
        assert!(file[place..].starts_with(b"xref\n"));
        let entries = String::from_utf8_lossy(&file[place..]).into_owned();
        for (nth, line) in (1..).zip(entries.lines().skip(3).take_while(|it| it.ends_with("n "))) {
            let place: usize = line[..10].parse().unwrap();
            let begin = format!("{nth} 0 obj\n");
            assert!(file[place..].starts_with(begin.as_bytes()), "object {nth}");
        }
    }

    #[test]
    fn what_the_encoding_lacks_is_a_question_mark_and_brackets_are_kept() {
        assert_eq!(encode("→ “é” 日"), b"-> \x93\xe9\x94 ?");
        let file = draw(&page(1));
        let find = |wanted: &[u8]| file.windows(wanted.len()).any(|it| it == wanted);
        assert!(find(b"(Crash \\(on \x93Transfer\x94\\) -> halted \\\\ ??)"));
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        let lines = wrap(&[b'm'; 200], Font::Plain, 10.0, 100.0);
        assert!(lines.len() > 10);
        assert!(
            lines
                .iter()
                .all(|line| width(line, Font::Plain, 10.0) <= 100.0)
        );
        assert_eq!(lines.concat().len(), 200);
    }
}
