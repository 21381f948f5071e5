//! How long departments take, by both clocks.

use serde_json::json;

use crate::ground::{Deeds, Ground, hours};

#[tokio::test]
async fn what_is_open_counts_as_open_and_what_was_withdrawn_does_not_count() {
    let ground = Ground::open().await;
    ground.answered_after("legal", &ground.legal, 10).await;
    ground.answered_after("legal", &ground.legal, 20).await;
    let withdrawn = ground.asked().await;
    ground.rep.deed(withdrawn, "withdraw", &json!({ "reason": "不需要了" })).await.expect(200);
    ground.asked_of("presales").await;
    ground.pass(hours(30)).await;
    let of = async |query: &str| ground.operations.get(&format!("/v1/metrics/handovers{query}")).await.expect(200);
    let legal = of("?department=legal").await;
    let total = &legal["total"];
    assert_eq!((&total["answered"], &total["open"], &total["withdrawn"]), (&json!(2), &json!(0), &json!(1)), "{legal:#}");
    assert_eq!((&total["natural"]["mean_minutes"], &total["natural"]["p90_minutes"]), (&json!(900.0), &json!(1200.0)));
    assert!(total["business"]["mean_minutes"].as_f64().unwrap() < 900.0);
    let all = of("?group_by=department").await;
    assert_eq!(all["total"]["open"], json!(1));
    let groups = all["groups"].as_array().unwrap().iter().map(|group| (group["key"].as_str().unwrap(), group["name"].as_str().unwrap()));
    assert_eq!(groups.collect::<Vec<_>>(), [("legal", "legal"), ("presales", "pre-sales")]);
    assert_eq!(all["groups"][1]["responses"]["natural"]["p50_minutes"], json!(null), "nobody has answered: it cannot be told");
    for by in ["unit", "month"] {
        let grouped = of(&format!("?group_by={by}")).await;
        assert!(!grouped["groups"].as_array().unwrap().is_empty(), "{by}");
    }
    assert_eq!(ground.operations.get("/v1/metrics/handovers?department=rep").await.status, 400);
    assert_eq!(ground.operations.get("/v1/metrics/handovers?from=2024-01-01").await.status, 400);
    assert_eq!(ground.rep.get("/v1/metrics/handovers").await.status, 403);
}
