//! Several reach for one lead at once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ground::{Deeds, Ground};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_who_claim_one_lead_one_gets_it() {
    let ground = Ground::open().await;
    let mut reps = Vec::new();
    for _ in 0..6 {
        reps.push(ground.hire("team1").await);
    }
    for _ in 0..5 {
        let id = ground.entered().await;
        let answers = join_all(reps.iter().map(|(_, rep)| rep.deed(id, "claim", &Value::Null))).await;
        let won = answers.iter().zip(&reps).filter(|(answer, _)| answer.status == 200).map(|(_, rep)| rep.0).collect::<Vec<_>>();
        assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        // Whoever came a moment later sees that it is taken, or does not see it any more.
        let lost = answers.iter().filter(|answer| answer.status != 200);
        assert!(lost.clone().all(|answer| answer.status == 404 || answer.code() == "state_forbids"), "{answers:?}");
        assert_eq!(ground.lead(id).await["owner_id"], json!(won[0]));
        assert_eq!(ground.count("actions where subject_id = $1 and kind = 'lead.accepted'", id).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_is_accepted_or_withdrawn_and_never_both() {
    let ground = Ground::open().await;
    let (other_id, other) = ground.hire("team1").await;
    for _ in 0..8 {
        let id = ground.entered().await;
        ground.offered(id).await;
        let said = json!({ "owner_id": other_id });
        let (accepted, assigned) = tokio::join!(ground.rep.deed(id, "accept", &Value::Null), ground.supervisor.deed(id, "assign", &said));
        assigned.expect(200);
        let owner = ground.lead(id).await;
        assert_eq!((&owner["owner_id"], &owner["stage"]), (&json!(other_id), &json!("assigned")), "the later word of the supervisor holds");
        assert!(accepted.status == 200 || accepted.status == 404 || accepted.code() == "state_forbids");
        other.deed(id, "accept", &Value::Null).await.expect(200);
    }
}
