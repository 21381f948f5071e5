//! An error told to people: what failed, and each of its causes once.

use std::error::Error;
use std::fmt::{self, Display};

/// Shows an error with its causes, from the outermost to the innermost. Many libraries repeat a cause in what they say themselves; here it
/// is said once.
pub struct Causes<'a>(pub &'a (dyn Error + 'static));

impl Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
            cause = inner.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Trouble {
        #[error("cannot read a.pem")]
        Plain(#[source] io::Error),
        #[error("cannot read a.pem: {0}")]
        Repeating(#[source] io::Error),
        #[error(transparent)]
        Transparent(Box<Trouble>),
        #[error("nothing can be signed")]
        Outer(#[source] Box<Trouble>),
    }

    #[test]
    fn each_cause_is_said_once() {
        let gone = || io::Error::other("it is gone");
        let outer = |inner| Trouble::Outer(Box::new(Trouble::Transparent(Box::new(inner))));
        for (trouble, told) in [
            (Trouble::Plain(gone()), "cannot read a.pem: it is gone"),
            (Trouble::Repeating(gone()), "cannot read a.pem: it is gone"),
            (outer(Trouble::Plain(gone())), "nothing can be signed: cannot read a.pem: it is gone"),
            (outer(Trouble::Repeating(gone())), "nothing can be signed: cannot read a.pem: it is gone"),
        ] {
            assert_eq!(Causes(&trouble).to_string(), told);
        }
    }
}
