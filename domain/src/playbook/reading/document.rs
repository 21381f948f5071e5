//! From text to a tree that knows where everything was written. YAML, and JSON as part of it.
//!
//! Hostile texts are met with bounds: size, depth, number of parts; anchors, aliases, tags and further documents are no part of a
//! playbook, so nothing can grow by being repeated.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use super::fault::{Fault, FaultCode, Mark};

/// The largest text, in bytes.
pub(crate) const TEXT_MAX: usize = 256 * 1024;
const DEPTH_MAX: usize = 16;
const PARTS_MAX: usize = 20_000;

/// A part of the text.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub mark: Mark,
    pub part: Part,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<(String, Mark, Node)>),
}

/// A single value.
#[derive(Debug, Clone)]
pub(super) struct Scalar {
    pub text: String,
    /// Written without quotes, so that `true`, `3` and nothing at all mean what they look like.
    pub is_plain: bool,
    /// Where its characters are in the source, as far as that can be said.
    pub layout: Layout,
}

/// How a scalar's characters lie in the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// All on one line from this column, as they are.
    Line(u32),
    /// One line each, beginning with this line.
    Block(u32),
    /// Folded or escaped.
    Loose,
}

impl Node {
    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match &self.part {
            Part::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Nothing was written: an empty value or `null`.
    pub(super) fn is_nothing(&self) -> bool {
        self.scalar().is_some_and(|scalar| scalar.is_plain && matches!(scalar.text.as_str(), "" | "~" | "null"))
    }
}

/// Reads the text into a tree; the first thing that cannot be read ends it.
pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    if text.len() > TEXT_MAX {
        return Err(Fault::at("", FaultCode::TooLarge).with([TEXT_MAX / 1024]));
    }
    Builder { parser: Parser::new_from_str(text), parts: 0 }.document()
}

struct Builder<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    parts: usize,
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Fault> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(Fault::at("", FaultCode::Syntax).with([error.info()]).on(mark(*error.marker()))),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(mut self) -> Result<Node, Fault> {
        let empty = Fault::at("", FaultCode::Empty).on(Mark { line: 1, column: 1 });
        let mut root = None;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::StreamEnd => return root.ok_or(empty),
                Event::DocumentStart(_) if root.is_none() => {
                    let (event, span) = self.next()?;
                    root = Some(self.node(event, span, 0)?);
                }
                _ => return Err(Fault::at("", FaultCode::NotSupported).with(["---"]).on(mark(span.start))),
            }
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Fault> {
        let mark = mark(span.start);
        let refuse = |code: FaultCode| Fault::at("", code).on(mark);
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(refuse(FaultCode::TooManyParts).with([PARTS_MAX]));
        }
        if depth > DEPTH_MAX {
            return Err(refuse(FaultCode::TooDeep).with([DEPTH_MAX]));
        }
        let part = match event {
            Event::Scalar(text, style, 0, None) => Part::Scalar(scalar(text.into_owned(), style, span)),
            Event::SequenceStart(0, None) => Part::List(self.list(depth)?),
            Event::MappingStart(0, None) => Part::Map(self.map(depth)?),
            Event::Alias(_) => return Err(refuse(FaultCode::NotSupported).with(["*"])),
            _ => return Err(refuse(FaultCode::NotSupported).with(["& !"])),
        };
        Ok(Node { mark, part })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Fault> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<(String, Mark, Node)>, Fault> {
        let (mut entries, mut keys) = (Vec::new(), BTreeSet::new());
        loop {
            let (event, span) = self.next()?;
            let at = mark(span.start);
            let key = match event {
                Event::MappingEnd => return Ok(entries),
                Event::Scalar(key, _, 0, None) => key.into_owned(),
                _ => return Err(Fault::at("", FaultCode::NotSupported).with(["? & * !"]).on(at)),
            };
            if !keys.insert(key.clone()) {
                return Err(Fault::at("", FaultCode::DuplicateKey).with([key]).on(at));
            }
            let (event, span) = self.next()?;
            entries.push((key, at, self.node(event, span, depth + 1)?));
        }
    }
}

fn scalar(text: String, style: ScalarStyle, span: Span) -> Scalar {
    let start = mark(span.start);
    let length = text.chars().count();
    let is_on_one_line = span.start.line() == span.end.line();
    let quotes = usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
    let layout = match style {
        ScalarStyle::Literal => Layout::Block(start.line),
        ScalarStyle::Folded => Layout::Loose,
        // As long as it was written: nothing in it was escaped.
        _ if is_on_one_line && span.len() == length + 2 * quotes => Layout::Line(start.column.saturating_add(u32::from(quotes == 1))),
        _ => Layout::Loose,
    };
    Scalar { text, is_plain: style == ScalarStyle::Plain, layout }
}

fn mark(marker: saphyr_parser::Marker) -> Mark {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark { line: number(marker.line()).max(1), column: number(marker.col()).saturating_add(1) }
}
