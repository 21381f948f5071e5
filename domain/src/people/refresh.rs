//! Refresh tokens rotate, an answer lost on the way can be repeated once, and a token from further back ends the session.
//!
//! RFC 9700 4.14.2 asks public clients to rotate; FAPI 2.0 adds that a lost answer must be repairable. The repair reaches exactly one
//! generation back, or a stolen token would stay good for as long as its thief is patient.

/// SHA-256 of a refresh token's secret.
pub type SecretHash = [u8; 32];

/// What a session remembers of its refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The one that was handed out last.
    pub current: SecretHash,
    /// The one that was exchanged for it.
    pub previous: Option<SecretHash>,
    /// The predecessor was presented a second time already.
    pub previous_repeated: bool,
}

/// What becomes of a session when a refresh token is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// A new token takes the current one's place: what the session remembers from now on.
    Next(Kept),
    /// The token was used before, or never belonged to this session: somebody else has it, so the session ends.
    Reused,
}

impl Kept {
    /// Decides about `presented`; `fresh` is the token to hand out if one is due.
    ///
    /// The predecessor comes back when its answer was lost. As long as it is the predecessor, its successor cannot have been used: using
    /// it would have made *it* the predecessor. The unused successor dies with the repetition.
    pub fn present(self, presented: SecretHash, fresh: SecretHash) -> Turn {
        if presented == self.current {
            Turn::Next(Self { current: fresh, previous: Some(presented), previous_repeated: false })
        } else if Some(presented) == self.previous && !self.previous_repeated {
            Turn::Next(Self { current: fresh, previous: self.previous, previous_repeated: true })
        } else {
            Turn::Reused
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(n: u8) -> SecretHash {
        [n; 32]
    }

    /// Presents tokens in order, each answered with the next fresh one, starting from token 0; says how many were answered.
    fn answered(presented: &[u8]) -> usize {
        let mut kept = Kept { current: token(0), previous: None, previous_repeated: false };
        let mut fresh = 0;
        presented
            .iter()
            .take_while(|n| {
                fresh += 1;
                match kept.present(token(**n), token(fresh)) {
                    Turn::Next(next) => kept = next,
                    Turn::Reused => return false,
                }
                true
            })
            .count()
    }

    #[test]
    fn presented_in_turn_repeated_and_reused() {
        for (name, presented, expected) in [
            ("one after the other", &[0, 1, 2, 3][..], 4),
            ("a lost answer is repeated once", &[0, 0, 2], 3),
            ("but not twice", &[0, 0, 0], 2),
            ("after the repetition the first successor is dead", &[0, 0, 1], 2),
            ("and a repetition can be needed again later", &[0, 0, 2, 2, 4], 5),
            ("the predecessor is dead once its successor was used", &[0, 1, 0], 2),
            ("three generations old", &[0, 1, 2, 0], 3),
            ("never handed out", &[9], 0),
        ] {
            assert_eq!(answered(presented), expected, "{name}");
        }
    }

    proptest! {
        /// However often and in whatever order old tokens come, at most one token is good for going on, and at most one for repeating.
        #[test]
        fn at_most_one_live_branch(presented in proptest::collection::vec(0u8..12, 1..30)) {
            let mut kept = Kept { current: token(0), previous: None, previous_repeated: false };
            let mut handed_out: u8 = 1;
            for n in presented {
                match kept.present(token(n), token(handed_out)) {
                    Turn::Next(next) => {
                        prop_assert!(n < handed_out, "a token that nobody was given was accepted");
                        kept = next;
                        handed_out += 1;
                    }
                    Turn::Reused => break,
                }
                let good = (0..handed_out).filter(|n| matches!(kept.present(token(*n), token(255)), Turn::Next(_))).count();
                prop_assert!(good <= 2);
                prop_assert_eq!(kept.current, token(handed_out - 1));
            }
        }
    }
}
