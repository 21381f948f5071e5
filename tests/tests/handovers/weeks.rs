//! Departments that are slow on the whole: operations is told once for a department and week.

use chrono::Datelike;
use serde_json::json;

use crate::ground::Ground;

/// Moves on to the next Monday, 10:00 in Shanghai.
async fn to_monday(ground: &Ground) {
    let local = ground.house.now().with_timezone(&chrono_tz::Asia::Shanghai);
    let days = 7 - i64::from(local.weekday().num_days_from_monday());
    let monday = (local.date_naive() + chrono::TimeDelta::days(days)).and_hms_opt(2, 0, 0).unwrap().and_utc();
    ground.pass(monday - ground.house.now()).await;
}

#[tokio::test]
async fn operations_is_told_once_a_week_and_department_with_the_list_behind_it() {
    let ground = Ground::open().await;
    to_monday(&ground).await;
    let presales = ground.house.sign_in("presales1").await;
    ground.answered_after("legal", &ground.legal, 48).await;
    assert_eq!(ground.told("departments_are_slow").await, Vec::<String>::new(), "48 hours are within what was agreed");
    ground.answered_after("legal", &ground.legal, 60).await;
    assert_eq!(ground.told("departments_are_slow").await, ["departments_are_slow_card operations1 card"]);
    // Friday of the same week: again slow, and not told again; another department is.
    ground.answered_after("legal", &ground.legal, 3).await;
    ground.asked().await;
    assert_eq!(ground.told("departments_are_slow").await.len(), 1);
    let inbox = ground.operations.get("/v1/inbox").await.expect(200);
    let card = inbox["items"].as_array().unwrap().iter().find(|item| item["code"] == json!("departments_are_slow_card")).unwrap();
    assert!(card["message"].as_str().unwrap().contains("legal take 2 d 6 h"), "{card:#}");
    assert_eq!((&card["data"]["department"], &card["data"]["mean_ms"]), (&json!("legal"), &json!(54 * 3_600_000)));
    let list = ground.operations.get(card["data"]["list"].as_str().unwrap()).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 4, "all that was asked of the department in four weeks");
    to_monday(&ground).await;
    ground.answered_after("presales", &presales, 50).await;
    let slow = ground.told("departments_are_slow").await;
    assert_eq!(slow.len(), 2, "pre-sales is slow, and nobody has asked legal in this week: {slow:?}");
    ground.asked().await;
    assert_eq!(ground.told("departments_are_slow").await.len(), 3, "a new week for legal, with what still lies there counted");
}
