//! A house in daylight whose couriers reach receivers on this machine, and what admins set up in it.

use chrono::{TimeDelta, TimeZone, Timelike, Utc};
use dev::demo::id_of;
use platform::Chance;
use serde_json::{Value, json};
use tests::house::Plan;
use tests::{House, Person};
use workers::courier::{Courier, Round};

use crate::receiver::Receiver;

/// Ten in the morning in Shanghai, hours before people are left in peace; tokens last for the days that tests pass.
pub async fn house(plan: Plan) -> House {
    let plan = plan.with("access_token_after_s", 60 * 86_400);
    let plan = plan.with("webhook_allow_http", true).with("webhook_networks", "127.0.0.0/8");
    let house = House::open_as(plan).await;
    let now = house.now();
    let ten = Utc.from_utc_datetime(&(now.date_naive() + chrono::Days::new(1)).and_hms_opt(2, 0, 0).unwrap());
    house.advance(ten - now);
    assert_eq!(house.now().hour(), 2);
    house
}

/// Passes time to the next `hour` of the day in Shanghai.
pub fn until_hour(house: &House, hour: i64) {
    let midnight = house.now() + TimeDelta::hours(8);
    let passed = TimeDelta::seconds(midnight.num_seconds_from_midnight().into());
    let wait = TimeDelta::hours(hour) - passed;
    house.advance(if wait <= TimeDelta::zero() { wait + TimeDelta::days(1) } else { wait });
}

/// A courier without chance.
pub fn courier(house: &House) -> Courier {
    Courier::new(&house.front.settings, house.front.db.clone(), house.clock.clone(), Chance::always(0.0)).unwrap()
}

/// A new courier goes round once.
pub async fn round(house: &House) -> Round {
    courier(house).round().await.unwrap()
}

/// An endpoint with its secret.
pub struct Hook {
    pub id: String,
    pub secret: String,
}

pub async fn hook(admin: &Person, receiver: &Receiver, event_types: &[&str]) -> Hook {
    let body = json!({ "url": format!("{}/hook?key=not-for-notices", receiver.url), "event_types": event_types });
    let made = admin.post("/v1/webhooks", &body).await.expect(201);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    Hook { id: text("id"), secret: text("secret") }
}

impl Hook {
    pub fn path(&self) -> String {
        format!("/v1/webhooks/{}", self.id)
    }

    pub async fn deliveries(&self, admin: &Person) -> Vec<Value> {
        let page = admin.get(&format!("{}/deliveries", self.path())).await.expect(200);
        page["items"].as_array().unwrap().clone()
    }
}

/// Something happens that systems hear of: a customer is entered.
pub async fn customer(admin: &Person) -> String {
    let name = format!("晨光便利店 {}", tests::doorstep::fresh_number());
    let made = admin.post("/v1/customers", &json!({ "name": name, "unit_id": id_of("demo", "team1") })).await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// Says where somebody is reached.
pub async fn reach(admin: &Person, login: &str, addresses: Value) {
    admin.put(&format!("/v1/users/{}/addresses", id_of("demo", login)), &addresses).await.expect(200);
}

/// The states of all deliveries by a channel, in the order of their making.
pub async fn states(house: &House, channel: &str) -> Vec<String> {
    let mut behind = house.behind().await;
    sqlx::query_scalar("select state from deliveries where channel = $1 order by created_at, id")
        .bind(channel)
        .fetch_all(&mut behind)
        .await
        .unwrap()
}
