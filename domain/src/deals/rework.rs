//! Going back: a deal that leaves a stage for one before it is done over again, and that is counted.

use crate::playbook::model::Subject;

/// How often a deal went back, from the stages that it left and entered in order. Leaving an end for a stage in which it goes on is going
/// back too. Stages that the playbook does not know any more count for nothing.
pub fn times<'a>(rules: &Subject, moves: impl IntoIterator<Item = (Option<&'a str>, &'a str)>) -> usize {
    let place = |code: &str| rules.stages.iter().position(|stage| stage.code.as_str() == code);
    let is_back =
        |(left, entered): &(Option<&str>, &str)| left.and_then(place).zip(place(entered)).is_some_and(|(left, entered)| entered < left);
    moves.into_iter().filter(is_back).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::{DEFAULT, SubjectKind, read};

    #[test]
    fn only_what_goes_back_is_counted() {
        let playbook = read(DEFAULT).unwrap();
        let rules = &playbook.subjects[&SubjectKind::Deal];
        let moves = [
            (None, "lead_accepted"),
            (Some("lead_accepted"), "demo_trial"),
            (Some("demo_trial"), "needs_confirmed"),
            (Some("needs_confirmed"), "negotiation"),
            (Some("negotiation"), "lost"),
            (Some("lost"), "negotiation"),
            (Some("gone"), "first_contact"),
        ];
        assert_eq!(times(rules, moves), 2);
    }
}
