//! The report as one HTML file that loads nothing and runs nothing. Knows no contents.

use super::{Block, Page};

const STYLE: &str = "\
:root{color-scheme:light}\
body{margin:0 auto;max-width:60rem;padding:2.5rem 2rem;background:#fff;color:#1b1f27;\
font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\
h1{margin:0 0 1rem;font-size:1.6rem;line-height:1.25}\
h2{margin:2rem 0 .5rem;padding-top:.75rem;border-top:1px solid #d5d9e0;font-size:1.05rem}\
p{margin:.4rem 0}\
.alert{padding:.7rem .9rem;border:2px solid #b3261e;background:#fdecea;font-weight:600}\
dl{display:grid;grid-template-columns:13rem 1fr;gap:.2rem 1rem;margin:.6rem 0}\
dt{color:#59606c}dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\
table{width:100%;border-collapse:collapse;table-layout:fixed;font-size:12px}\
th{text-align:left;color:#59606c;font-weight:600}\
th,td{padding:.3rem .5rem .3rem 0;border-bottom:1px solid #e4e7ec;vertical-align:top;\
overflow-wrap:anywhere}\
@page{size:A4;margin:16mm}\
@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}tr{break-inside:avoid}\
thead{display:table-header-group}}";

pub(super) fn draw(page: &Page) -> String {
    let title = escape(&page.title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for block in &page.blocks {
        match block {
            Block::Heading(text) => html += &format!("<h2>{}</h2>\n", escape(text)),
            Block::Text(text) => html += &format!("<p>{}</p>\n", escape(text)),
            Block::Alert(text) => {
                html += &format!("<p class=\"alert\" role=\"alert\">{}</p>\n", escape(text));
            }
            Block::Facts(facts) => {
                html += "<dl>\n";
                for (name, value) in facts {
                    html += &format!("<dt>{name}</dt><dd>{}</dd>\n", escape(value));
                }
                html += "</dl>\n";
            }
            Block::Table { head, rows } => {
                html += "<table>\n<colgroup>";
                for (_, share) in *head {
                    html += &format!("<col width=\"{share}%\">");
                }
                html += "</colgroup>\n<thead><tr>";
                for (name, _) in *head {
                    html += &format!("<th scope=\"col\">{}</th>", escape(name));
                }
                html += "</tr></thead>\n<tbody>\n";
                for row in rows {
                    let cells: String = row
                        .iter()
                        .map(|cell| format!("<td>{}</td>", escape(cell)))
                        .collect();
                    html += &format!("<tr>{cells}</tr>\n");
                }
                html += "</tbody>\n</table>\n";
            }
        }
    }
    html + "</main>\n</body>\n</html>\n"
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
