//! Leads that come as a file.

use dev::demo::id_of;
use reqwest::Method;
use serde_json::{Value, json};

use crate::ground::Ground;

async fn send(ground: &Ground, query: &str, csv: impl Into<Vec<u8>>) -> Value {
    let request = ground.supervisor.request(Method::POST, &format!("/v1/leads:import{query}"));
    ground.supervisor.send(request.header("Content-Type", "text/csv").body(csv.into())).await.expect(200)
}

fn outcomes(report: &Value) -> Vec<&str> {
    report["lines"].as_array().unwrap().iter().map(|line| line["outcome"].as_str().unwrap()).collect()
}

const FILE: &str = "线索编号,公司,联系人,电话,来源\nL1,上海晨光文具有限公司,王芳,138 0013 8000,展会\nL2,晨光文具（上海）有限公司,,,网站\n\
                    L3,好邻居便利,李强,+86 138 0013 8000,网站\n,,,021,网站\nL4,百汇宠物,赵六,021-5888 1234,\n";

#[tokio::test]
async fn a_file_is_tried_then_brought_in_and_brought_in_again_without_effect() {
    let ground = Ground::open().await;
    let tried = send(&ground, "", FILE).await;
    assert_eq!((&tried["dry_run"], outcomes(&tried)), (&json!(true), vec!["create", "create", "duplicate", "fault", "fault"]));
    assert_eq!(tried["lines"][2]["twins"], json!([{ "lead_id": null, "line": 2, "same_phone": true, "same_company": false }]));
    assert_eq!((&tried["lines"][3]["code"], &tried["lines"][3]["column"]), (&json!("required"), &json!("company")));
    assert_eq!((&tried["lines"][4]["column"], &tried["lines"][4]["message"]), (&json!("source"), &json!("is needed")));
    assert_eq!(ground.supervisor.get("/v1/leads").await.expect(200)["items"], json!([]), "nothing was entered");
    let brought = send(&ground, "?dry_run=false&source=展会", FILE).await;
    assert_eq!(outcomes(&brought), ["create", "create", "duplicate", "fault", "create"]);
    let leads = ground.supervisor.get("/v1/leads").await.expect(200);
    assert_eq!(leads["items"].as_array().unwrap().len(), 3);
    assert!(leads["items"].as_array().unwrap().iter().all(|lead| lead["stage"] == "new" && !lead["next_due_at"].is_null()));
    let again = send(&ground, "?dry_run=false&source=展会", FILE).await;
    assert_eq!(outcomes(&again), ["known", "known", "duplicate", "fault", "known"]);
    assert_eq!(again["lines"][0]["lead_id"], brought["lines"][0]["lead_id"]);
    assert_eq!(again["lines"][2]["twins"][0]["lead_id"], brought["lines"][0]["lead_id"], "the duplicate is named");
    let wanted = send(&ground, "?dry_run=false&source=展会&duplicates=enter", FILE).await;
    assert_eq!(outcomes(&wanted), ["known", "known", "create", "fault", "known"]);
}

#[tokio::test]
async fn another_teams_leads_are_not_told_and_files_that_cannot_be_read_say_where() {
    let ground = Ground::open().await;
    let body = json!({ "source": "website", "external_id": "L1", "company": "秘密公司", "unit_id": id_of("demo", "team2") });
    ground.admin.post("/v1/leads", &body).await.expect(201);
    let report = send(&ground, "?source=x", "external_id,company\nL1,甲\n,秘密\n").await;
    assert_eq!((outcomes(&report), &report["lines"][0]["code"]), (vec!["fault", "duplicate"], &json!("not_allowed")));
    assert_eq!(report["lines"][1]["twins"], json!([{ "lead_id": null, "line": null, "same_phone": false, "same_company": true }]));
    // As a Chinese spreadsheet saves it.
    let (gb18030, _, _) = encoding_rs::GB18030.encode("公司,来源\n晨光文具,展会\n");
    assert_eq!(send(&ground, "", gb18030.into_owned()).await["lines"][0]["name"], "晨光文具");
    let refused = |kind: &str, csv: &str| {
        ground.supervisor.request(Method::POST, "/v1/leads:import").header("Content-Type", kind.to_owned()).body(csv.to_owned())
    };
    assert_eq!(ground.supervisor.send(refused("application/json", "{}")).await.code(), "type_unsupported");
    let colour = ground.supervisor.send(refused("text/csv", "company,colour\n")).await;
    assert_eq!((colour.status.as_u16(), &colour.body["errors"][0]["pointer"]), (422, &json!("/1/colour")));
    let elsewhere = format!("/v1/leads:import?unit_id={}", id_of("demo", "team2"));
    let request = ground.supervisor.request(Method::POST, &elsewhere).header("Content-Type", "text/csv").body("company\n");
    assert_eq!(ground.supervisor.send(request).await.status, 400);
}
