//! What WeCom calls us with: the check of our address, and the click on "Seen".

use platform::secrets::Secret;
use platform::wecom_callback::CallbackKeys;
use reqwest::Method;
use serde_json::json;
use tests::house::Plan;
use tests::{Answer, House, Person};

use crate::ground::{house, reach, round};
use crate::leads::{catch_up, hours};
use crate::people::{app, confirmed, set_up, wecom};
use crate::receiver::Receiver;

const TOKEN: &str = "callback-token-of-the-app";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

fn keys(corp_id: &str) -> CallbackKeys {
    CallbackKeys::new(Secret::new(TOKEN), &Secret::new(AES_KEY), corp_id.to_owned()).unwrap()
}

struct Caller {
    nobody: Person,
    path: String,
}

impl Caller {
    /// The app with callbacks, and whoever knows their address.
    async fn of(house: &House, admin: &Person) -> Self {
        let mut settings = app();
        settings["callback_token"] = json!(TOKEN);
        settings["callback_aes_key"] = json!(AES_KEY);
        let shown = set_up(admin, "wecom_app", settings).await;
        let url = shown["callback_url"].as_str().unwrap();
        Self { nobody: house.sign_in("rep2").await.with_token(""), path: url.trim_start_matches("http://fieldproof.test").to_owned() }
    }

    async fn tells(&self, keys: &CallbackKeys, xml: &str) -> Answer {
        let (sealed, signature) = keys.seal(xml, b"0123456789abcdef", "1795443300", "nonce").unwrap();
        let body = format!("<xml><ToUserName><![CDATA[ww1]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>");
        let path = format!("{}?msg_signature={signature}&timestamp=1795443300&nonce=nonce", self.path);
        self.nobody.send(self.nobody.request(Method::POST, &path).header("content-type", "text/xml").body(body)).await
    }
}

/// The first card that was sent to somebody.
fn task_of(wecom: &Receiver, user: &str) -> String {
    let card = wecom.at("/cgi-bin/message/send").into_iter().map(|one| one.json()).find(|one| one["touser"] == user).unwrap();
    card["template_card"]["task_id"].as_str().unwrap().to_owned()
}

fn click(task: &str, user: &str) -> String {
    format!(
        "<xml><ToUserName>ww1</ToUserName><FromUserName>{user}</FromUserName><CreateTime>1795443300</CreateTime><MsgType>event</MsgType>\
         <Event>template_card_event</Event><EventKey>acknowledge</EventKey><TaskId>{task}</TaskId><ResponseCode>r</ResponseCode></xml>"
    )
}

#[tokio::test]
async fn the_address_is_checked_by_wecom_and_by_nobody_else() {
    let house = house(Plan::default()).await;
    let admin = house.sign_in("admin").await;
    let caller = Caller::of(&house, &admin).await;
    let (sealed, signature) = keys("ww1").seal("echo 7", b"0123456789abcdef", "1", "n").unwrap();
    let check = |path: &str, signature: &str| {
        let query = [("msg_signature", signature), ("timestamp", "1"), ("nonce", "n"), ("echostr", &sealed)];
        caller.nobody.request(Method::GET, path).query(&query)
    };
    let answer = caller.nobody.send(check(&caller.path, &signature)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "echo 7"));
    assert_eq!(caller.nobody.send(check(&caller.path, &"0".repeat(40))).await.status, 403);
    let nowhere = format!("/v1/callbacks/wecom/{}", tests::doorstep::new_id());
    assert_eq!(caller.nobody.send(check(&nowhere, &signature)).await.status, 404);
}

#[tokio::test]
async fn a_click_on_seen_acknowledges_as_the_person_who_clicked() {
    let wecom = wecom(json!({ "errcode": 0 })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    let caller = Caller::of(&house, &admin).await;
    for login in ["rep1", "supervisor1"] {
        reach(&admin, login, json!({ "wecom_app": format!("wx-{login}") })).await;
    }
    let lead = confirmed(&house).await;
    house.advance(hours(48));
    catch_up(&house).await;
    round(&house).await;
    let task = &task_of(&wecom, "wx-rep1");
    // Sealed for another company, signed by somebody else, pressed by somebody whose card it is not: nothing.
    assert_eq!(caller.tells(&keys("ww2"), &click(task, "wx-rep1")).await.status, 403);
    let strange = CallbackKeys::new(Secret::new("guessed"), &Secret::new(AES_KEY), "ww1".to_owned()).unwrap();
    assert_eq!(caller.tells(&strange, &click(task, "wx-rep1")).await.status, 403);
    assert_eq!(caller.tells(&keys("ww1"), &click(task, "wx-supervisor1")).await.status, 200);
    assert_eq!(caller.tells(&keys("ww1"), &click("no-such-card", "wx-rep1")).await.status, 200);
    assert_eq!(lead.incident_state().await, "open");
    for _ in 0..2 {
        let answer = caller.tells(&keys("ww1"), &click(task, "WX-Rep1")).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""), "told again, nothing changes");
    }
    assert_eq!(lead.incident_state().await, "acknowledged");
    let held: String = crate::leads::ask(
        &house,
        "select u.login from incidents i join users u on u.organisation_id = i.organisation_id and u.id = i.held_by where i.subject_id = $1",
        lead.id,
    )
    .await;
    assert_eq!(held, "rep1");
    let inbox = house.sign_in("rep1").await.get("/v1/inbox?open=true").await.expect(200);
    assert!(inbox["items"].as_array().unwrap().iter().all(|item| item["incident_id"].is_null()), "{inbox:#}");
}

#[tokio::test]
async fn a_director_who_clicks_has_seen_it_and_holds_nothing_back() {
    let wecom = wecom(json!({ "errcode": 0 })).await;
    let house = house(Plan::default().with("wecom_url", &wecom.url)).await;
    let admin = house.sign_in("admin").await;
    let caller = Caller::of(&house, &admin).await;
    reach(&admin, "director1", json!({ "wecom_app": "wx-director1" })).await;
    let lead = confirmed(&house).await;
    for step in [48, 24, 24, 24] {
        house.advance(hours(step));
        catch_up(&house).await;
    }
    round(&house).await;
    let task = &task_of(&wecom, "wx-director1");
    assert_eq!(caller.tells(&keys("ww1"), &click(task, "wx-director1")).await.status, 200);
    assert_eq!(lead.incident_state().await, "open");
    let inbox = house.sign_in("director1").await.get("/v1/inbox?open=true").await.expect(200);
    assert!(inbox["items"].as_array().unwrap().iter().all(|item| item["incident_id"].is_null()), "{inbox:#}");
}
