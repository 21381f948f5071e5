//! From tokens to a tree: CEL's grammar and precedence, bounded in depth and size.

use super::lex::{Token, tokens};
use super::problem::{Problem, ProblemKind};
use super::{DEPTH_MAX, PARTS_MAX, TREE_DEPTH_MAX};

/// A part of a condition as it was written, with its offset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub at: usize,
    pub part: Part,
    /// How deep the tree is from here, chains of operators included.
    depth: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Tree>),
    Identifier(String),
    /// `of.name`
    Select(Box<Tree>, String),
    /// `of[index]`
    Index(Box<Tree>, Box<Tree>),
    /// `name(…)` or `of.name(…)`
    Call(Option<Box<Tree>>, String, Vec<Tree>),
    Not(Box<Tree>),
    Minus(Box<Tree>),
    Binary(&'static str, Box<Tree>, Box<Tree>),
    Choice(Box<Tree>, Box<Tree>, Box<Tree>),
}

impl Part {
    fn below(&self) -> impl Iterator<Item = &Tree> {
        let (boxed, listed): ([Option<&Tree>; 3], &[Tree]) = match self {
            Self::Bool(_) | Self::Int(_) | Self::Double(_) | Self::Text(_) | Self::Identifier(_) => ([None; 3], &[]),
            Self::List(items) => ([None; 3], items),
            Self::Select(of, _) | Self::Not(of) | Self::Minus(of) => ([Some(of), None, None], &[]),
            Self::Index(left, right) | Self::Binary(_, left, right) => ([Some(left), Some(right), None], &[]),
            Self::Call(of, _, arguments) => ([of.as_deref(), None, None], arguments),
            Self::Choice(condition, then, otherwise) => ([Some(condition), Some(then), Some(otherwise)], &[]),
        };
        boxed.into_iter().flatten().chain(listed)
    }
}

/// Binary operators from the weakest to the strongest; those of one level associate to the left.
const LEVELS: [&[&str]; 5] = [&["||"], &["&&"], &["==", "!=", "<", "<=", ">", ">=", "in"], &["+", "-"], &["*", "/", "%"]];

/// Words that CEL keeps for itself.
const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "null",
];

/// Reads a whole condition.
pub(super) fn parse(source: &str) -> Result<Tree, Problem> {
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens, next: 0, depth: 0, parts: 0 };
    let tree = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(tree),
        _ => Err(parser.unexpected()),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    parts: usize,
}

impl Parser {
    fn at(&self) -> usize {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0, |(at, _)| *at)
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.next).map_or(&Token::End, |(_, token)| token)
    }

    fn step(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn unexpected(&self) -> Problem {
        let kind = match self.peek() {
            Token::End => ProblemKind::EndsEarly,
            token => ProblemKind::Unexpected(token.told()),
        };
        Problem::at(self.at(), kind)
    }

    fn takes(&mut self, mark: &str) -> bool {
        let is_there = matches!(self.peek(), Token::Mark(found) if *found == mark);
        if is_there {
            self.next += 1;
        }
        is_there
    }

    fn needs(&mut self, mark: &str) -> Result<(), Problem> {
        if self.takes(mark) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn tree(&mut self, at: usize, part: Part) -> Result<Tree, Problem> {
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(Problem::at(at, ProblemKind::TooManyParts));
        }
        let depth = 1 + part.below().map(|tree| tree.depth).max().unwrap_or(0);
        if depth > TREE_DEPTH_MAX {
            return Err(Problem::at(at, ProblemKind::TooDeep));
        }
        Ok(Tree { at, part, depth })
    }

    /// Every way down passes here, so that no text makes the stack grow beyond [`DEPTH_MAX`].
    fn expression(&mut self) -> Result<Tree, Problem> {
        if self.depth >= DEPTH_MAX {
            return Err(Problem::at(self.at(), ProblemKind::TooDeep));
        }
        self.depth += 1;
        let tree = self.choice();
        self.depth -= 1;
        tree
    }

    fn choice(&mut self) -> Result<Tree, Problem> {
        let condition = self.binary(0)?;
        let at = self.at();
        if !self.takes("?") {
            return Ok(condition);
        }
        let then = self.binary(0)?;
        self.needs(":")?;
        let otherwise = self.expression()?;
        self.tree(at, Part::Choice(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    /// Operators that bind at least as strongly as `weakest`. Chains grow to the left without recursion.
    fn binary(&mut self, weakest: usize) -> Result<Tree, Problem> {
        let mut left = self.unary()?;
        loop {
            let at = self.at();
            let Token::Mark(operator) = *self.peek() else { return Ok(left) };
            let level = LEVELS.iter().position(|level| level.contains(&operator)).filter(|level| *level >= weakest);
            let Some(level) = level else { return Ok(left) };
            self.next += 1;
            let right = self.binary(level + 1)?;
            left = self.tree(at, Part::Binary(operator, Box::new(left), Box::new(right)))?;
        }
    }

    fn unary(&mut self) -> Result<Tree, Problem> {
        let at = self.at();
        let not = self.takes("!");
        if !not && !self.takes("-") {
            return self.member();
        }
        if self.depth >= DEPTH_MAX {
            return Err(Problem::at(at, ProblemKind::TooDeep));
        }
        self.depth += 1;
        let inner = self.unary();
        self.depth -= 1;
        let inner = Box::new(inner?);
        self.tree(at, if not { Part::Not(inner) } else { Part::Minus(inner) })
    }

    fn member(&mut self) -> Result<Tree, Problem> {
        let mut tree = self.primary()?;
        loop {
            let at = self.at();
            let part = if self.takes(".") {
                let name = self.identifier()?;
                if self.takes("(") { Part::Call(Some(Box::new(tree)), name, self.list(")")?) } else { Part::Select(Box::new(tree), name) }
            } else if self.takes("[") {
                let index = self.expression()?;
                self.needs("]")?;
                Part::Index(Box::new(tree), Box::new(index))
            } else {
                return Ok(tree);
            };
            tree = self.tree(at, part)?;
        }
    }

    fn identifier(&mut self) -> Result<String, Problem> {
        match self.peek().clone() {
            Token::Identifier(name) => {
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Expressions up to `close`, with commas between.
    fn list(&mut self, close: &str) -> Result<Vec<Tree>, Problem> {
        let mut items = Vec::new();
        if self.takes(close) {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if self.takes(close) {
                return Ok(items);
            }
            self.needs(",")?;
        }
    }

    fn primary(&mut self) -> Result<Tree, Problem> {
        let at = self.at();
        let part = match self.peek() {
            Token::Mark("(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.needs(")")?;
                return Ok(inner);
            }
            Token::Mark("[") => {
                self.next += 1;
                Part::List(self.list("]")?)
            }
            Token::Identifier(_) | Token::Int(_) | Token::Double(_) | Token::Text(_) => match self.step() {
                Token::Int(number) => Part::Int(number),
                Token::Double(number) => Part::Double(number),
                Token::Text(text) => Part::Text(text),
                Token::Identifier(name) => self.word(at, name)?,
                _ => return Err(self.unexpected()),
            },
            _ => return Err(self.unexpected()),
        };
        self.tree(at, part)
    }

    fn word(&mut self, at: usize, name: String) -> Result<Part, Problem> {
        if RESERVED.contains(&name.as_str()) {
            return Err(Problem::at(at, ProblemKind::Unsupported(name)));
        }
        Ok(match name.as_str() {
            "true" => Part::Bool(true),
            "false" => Part::Bool(false),
            _ if self.takes("(") => Part::Call(None, name, self.list(")")?),
            _ => Part::Identifier(name),
        })
    }
}
