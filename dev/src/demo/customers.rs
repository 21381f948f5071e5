//! Where they go: 200 shops in Shanghai, with pins in all three datums.

use domain::place::{Datum, Position, SentPosition};
use platform::{Clock, Ids};
use store::customers::pins::{Pin, PinSource};
use store::customers::{Customer, records};
use store::{StoreError, Tx};
use uuid::Uuid;

use super::id_of;

/// How many customers each demo organisation has.
pub const CUSTOMERS: u32 = 200;

const TRADES: [&str; 8] = ["母婴用品店", "便利店", "药房", "五金店", "烟酒行", "宠物店", "文具店", "水果店"];
const NAMES: [&str; 10] = ["好邻居", "康乐", "永兴", "万家", "福满", "东方", "新希望", "小太阳", "安心", "百汇"];
const STREETS: [&str; 10] =
    ["世纪大道", "张杨路", "浦东南路", "龙阳路", "杨高中路", "漕溪北路", "衡山路", "天钥桥路", "肇嘉浜路", "宜山路"];

/// A customer's door, as the ground has it.
#[derive(Debug, Clone)]
pub struct Door {
    pub customer_id: Uuid,
    pub name: String,
    pub position: Position,
    /// The datum its pin was sent in.
    pub datum: Datum,
}

/// The door of the `n`th customer (from 0) of a demo organisation. Even ones belong to the first team, odd ones to the second; the
/// datums go round.
pub fn door(organisation: &str, n: u32) -> Door {
    let index = |step: u32, len: usize| usize::try_from(n / step).unwrap_or(0) % len;
    let name = format!(
        "{}{}（{}店）",
        NAMES.get(index(1, NAMES.len())).unwrap_or(&""),
        TRADES.get(index(3, TRADES.len())).unwrap_or(&""),
        STREETS.get(index(7, STREETS.len())).unwrap_or(&"")
    );
    // A lattice with a stride that is coprime to its width: neighbours in number are far apart on the ground.
    let (row, column) = (f64::from(n * 7 % CUSTOMERS / 20), f64::from(n * 7 % 20));
    let position = Position { lon: 121.42 + column * 0.009, lat: 31.17 + row * 0.011 }.fine();
    let datum = [Datum::Gcj02, Datum::Wgs84, Datum::Bd09].get(index(1, 3)).copied().unwrap_or(Datum::Wgs84);
    Door { customer_id: id_of(organisation, &format!("customer{n}")), name, position, datum }
}

/// The pin as a map of the door's datum would have sent it.
fn sent(door: &Door) -> SentPosition {
    let SentPosition { lat, lon, datum } = SentPosition::from_wgs84(door.position, door.datum);
    let Position { lon, lat } = Position { lon, lat }.fine();
    SentPosition { lat, lon, datum }
}

pub(super) async fn plant(tx: &mut Tx, organisation: &str, clock: &Clock) -> Result<(), StoreError> {
    let (now, ids) = (clock.now(), Ids::new(clock.clone()));
    for n in 0..CUSTOMERS {
        let door = door(organisation, n);
        let unit = if n % 2 == 0 { "team1" } else { "team2" };
        let customer = Customer {
            id: door.customer_id,
            unit_id: id_of(organisation, unit),
            external_id: Some(format!("C{:05}", n + 1)),
            name: door.name.clone(),
            address: Some(format!("上海市示范路 {} 号", n + 1)),
            pin: Pin::new(sent(&door), PinSource::Import, now),
            own_fence_m: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        records::insert(tx, &ids, &customer).await?;
    }
    Ok(())
}
