//! Plain pages: text in, escaped HTML out. They run no script and load one style sheet of our own.

use std::fmt::Write as _;

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use domain::texts::Language;

/// What a page may load: our own files, and nothing from anywhere else.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A page in one language.
pub struct Page {
    language: Language,
    body: String,
    title: &'static str,
}

impl Page {
    pub fn new(language: Language, title: &'static str, about: &str) -> Self {
        let (reference, problems, checks) = match language {
            Language::ZhCn => ("接口文档", "错误一览", "检查一览"),
            Language::En => ("API reference", "Problems", "Visit checks"),
        };
        let mut page = Self { language, body: String::new(), title };
        page.raw(&format!(
            "<nav><a href=\"/docs\">{reference}</a><a href=\"/docs/problems\">{problems}</a><a href=\"/docs/checks\">{checks}</a></nav>"
        ));
        page.heading(1, title).paragraph(about);
        page
    }

    pub fn heading(&mut self, level: u8, text: &str) -> &mut Self {
        let text = escaped(text);
        self.raw(&format!("<h{level}>{text}</h{level}>"))
    }

    pub fn paragraph(&mut self, text: &str) -> &mut Self {
        let text = escaped(text);
        self.raw(&format!("<p>{text}</p>"))
    }

    /// A table whose rows can be linked to by the code in their first cell.
    pub fn table<const N: usize>(&mut self, heads: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> &mut Self {
        self.raw("<table><thead><tr>");
        for head in heads {
            let head = escaped(head);
            self.raw(&format!("<th>{head}</th>"));
        }
        self.raw("</tr></thead><tbody>");
        for row in rows {
            let code = row.first().map(|code| escaped(code)).unwrap_or_default();
            self.raw(&format!("<tr id=\"{code}\"><td><a href=\"#{code}\"><code>{code}</code></a></td>"));
            for cell in row.iter().skip(1) {
                let cell = escaped(cell);
                self.raw(&format!("<td>{cell}</td>"));
            }
            self.raw("</tr>");
        }
        self.raw("</tbody></table>")
    }

    fn raw(&mut self, html: &str) -> &mut Self {
        let _ = writeln!(self.body, "{html}");
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let (tag, title) = (self.language.tag(), escaped(self.title));
        let headers = [
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(tag)),
            (header::VARY, HeaderValue::from_static("accept-language")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ];
        let html = format!(
            "<!doctype html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>{title} · Fieldproof</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/docs/pages.css\">\n</head>\n\
             <body class=\"plain\">\n{}</body>\n</html>\n",
            self.body
        );
        (policy(), headers, Html(html)).into_response()
    }
}

/// The header that holds every page to [`POLICY`].
pub fn policy() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]
}

/// Text within HTML, in quotes too.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_stays_text() {
        assert_eq!(escaped(r#"<a href="x">&"#), "&lt;a href=&quot;x&quot;&gt;&amp;");
    }
}
