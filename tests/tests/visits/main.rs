//! Visits, walked through from the door to the board: every story of the product's second chapter, over HTTP.

mod boards;
mod challenges;
mod doors;
mod lists;
mod reuse;
mod reviews;
mod rules;
mod together;
mod uploads;

use domain::visits::{Verdict, VisitFacts, VisitPolicy, judge};
use sqlx::Row;
use sqlx::types::Json;
use tests::House;

/// Judges every verdict of the house's engine once more, from the facts and the policy that were kept beside it: the same must come out.
pub async fn assert_replayable(house: &House) {
    let mut behind = house.behind().await;
    let rows = sqlx::query(
        "select d.verdict, d.facts, p.policy from verdicts d
         join visit_policies p on p.organisation_id = d.organisation_id and p.version = d.policy_version where d.judged_by is null",
    );
    let rows = rows.fetch_all(&mut behind).await.unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let (Json(then), Json(facts)): (Json<Verdict>, Json<VisitFacts>) = (row.get("verdict"), row.get("facts"));
        let Json(policy): Json<VisitPolicy> = row.get("policy");
        assert_eq!(judge(&facts, &policy, then.judged_at), then, "visit {}", facts.visit.id);
    }
}
