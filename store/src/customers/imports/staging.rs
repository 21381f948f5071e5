//! Laying an import's lines down beside the customers, where they change nothing.

use chrono::{DateTime, TimeDelta, Utc};
use domain::place::{Located, SentPosition};
use uuid::Uuid;

use super::{Import, ImportState, count, find, last_line};
use crate::customers::pins::datum_name;
use crate::{StoreError, Tx};

/// An upload that has not come to its end by then was left behind by a server that died.
const UNFINISHED_AFTER: TimeDelta = TimeDelta::hours(24);

/// What the file says about a line's customer, or what is wrong with the line. A cell that says nothing is `None`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StagedLine {
    pub line: i32,
    /// The id that the line's customer gets if it is new.
    pub fresh_id: Uuid,
    /// The fault's code and the column it is in.
    pub fault: Option<(&'static str, &'static str)>,
    pub external_id: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub unit_id: Option<Uuid>,
    pub pin: Option<(SentPosition, Located)>,
    pub fence_m: Option<f64>,
}

/// How reading a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Checked,
    Refused,
}

/// Opens an import that lines can be staged for.
///
/// # Errors
/// As any statement.
pub async fn begin(tx: &mut Tx, import: &Import) -> Result<(), StoreError> {
    let (organisation_id, created_by) = (tx.organisation_id(), tx.scope().actor_id().unwrap_or_default());
    sqlx::query!(
        "insert into customer_imports (organisation_id, id, created_by, datum, unit_id, state, created_at)
         values ($1, $2, $3, $4, $5, 'reading', $6)",
        organisation_id,
        import.id,
        created_by,
        import.datum.map(datum_name),
        import.unit_id,
        import.created_at
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// Drops what uploads that never ended have left behind: those of servers that died.
///
/// # Errors
/// As any statement.
pub async fn forget_unfinished(tx: &mut Tx, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let unfinished = sqlx::query_scalar!(
        "select id from customer_imports where organisation_id = $1 and state = 'reading' and created_at < $2 order by id limit 1",
        organisation_id,
        now - UNFINISHED_AFTER
    )
    .fetch_optional(&mut *tx)
    .await?;
    match unfinished {
        Some(import_id) => forget(tx, import_id).await,
        None => Ok(()),
    }
}

/// Lays lines down; `false` when the import is not being read (any more).
///
/// # Errors
/// As any statement.
pub async fn stage(tx: &mut Tx, import_id: Uuid, lines: &[StagedLine]) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    let reading = sqlx::query_scalar!(
        "select 1 from customer_imports where organisation_id = $1 and id = $2 and state = 'reading' for share",
        organisation_id,
        import_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    if reading.is_none() {
        return Ok(false);
    }
    let columns = Columns::of(lines);
    // The elements may be null, which the checker cannot know of an array: hence `as _`.
    sqlx::query!(
        "insert into customer_import_lines (organisation_id, import_id, line, fresh_id, outcome, code, pointer, external_id, name, address, unit_id,
             sent_lat, sent_lon, datum, fence_m, pin, pin_otherwise)
         select $1, $2, line, fresh_id, case when code is null then 'create' else 'fault' end, code, pointer, external_id, name, address, unit_id,
             sent_lat, sent_lon, datum, fence_m, st_setsrid(st_makepoint(lon, lat), 4326)::geography,
             st_setsrid(st_makepoint(otherwise_lon, otherwise_lat), 4326)::geography
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::float8[], $11::float8[],
             $12::text[], $13::float8[], $14::float8[], $15::float8[], $16::float8[], $17::float8[], $18::uuid[])
             as staged (line, code, pointer, external_id, name, address, unit_id, sent_lat, sent_lon, datum, fence_m, lat, lon,
                 otherwise_lat, otherwise_lon, fresh_id)",
        organisation_id,
        import_id,
        &columns.line,
        columns.code as _,
        columns.pointer as _,
        columns.external_id as _,
        columns.name as _,
        columns.address as _,
        columns.unit_id as _,
        columns.sent_lat as _,
        columns.sent_lon as _,
        columns.datum as _,
        columns.fence_m as _,
        columns.lat as _,
        columns.lon as _,
        columns.otherwise_lat as _,
        columns.otherwise_lon as _,
        &columns.fresh_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(true)
}

/// The lines turned on their side, as `unnest` takes them.
#[derive(Default)]
struct Columns<'a> {
    line: Vec<i32>,
    code: Vec<Option<&'a str>>,
    pointer: Vec<Option<&'a str>>,
    external_id: Vec<Option<&'a str>>,
    name: Vec<Option<&'a str>>,
    address: Vec<Option<&'a str>>,
    unit_id: Vec<Option<Uuid>>,
    sent_lat: Vec<Option<f64>>,
    sent_lon: Vec<Option<f64>>,
    datum: Vec<Option<&'a str>>,
    fence_m: Vec<Option<f64>>,
    lat: Vec<Option<f64>>,
    lon: Vec<Option<f64>>,
    otherwise_lat: Vec<Option<f64>>,
    otherwise_lon: Vec<Option<f64>>,
    fresh_id: Vec<Uuid>,
}

impl<'a> Columns<'a> {
    fn of(lines: &'a [StagedLine]) -> Self {
        let mut columns = Self::default();
        for line in lines {
            let (sent, located) = line.pin.unzip();
            let otherwise = located.and_then(|located| located.otherwise);
            columns.line.push(line.line);
            columns.fresh_id.push(line.fresh_id);
            columns.code.push(line.fault.map(|(code, _)| code));
            columns.pointer.push(line.fault.map(|(_, pointer)| pointer));
            columns.external_id.push(line.external_id.as_deref());
            columns.name.push(line.name.as_deref());
            columns.address.push(line.address.as_deref());
            columns.unit_id.push(line.unit_id);
            columns.sent_lat.push(sent.map(|sent| sent.lat));
            columns.sent_lon.push(sent.map(|sent| sent.lon));
            columns.datum.push(sent.map(|sent| datum_name(sent.datum)));
            columns.fence_m.push(line.fence_m);
            columns.lat.push(located.map(|located| located.position.lat));
            columns.lon.push(located.map(|located| located.position.lon));
            columns.otherwise_lat.push(otherwise.map(|position| position.lat));
            columns.otherwise_lon.push(otherwise.map(|position| position.lon));
        }
        columns
    }
}

/// Ends the reading of a file: its lines have been matched and are counted now.
///
/// # Errors
/// As any statement.
pub async fn finish(tx: &mut Tx, import_id: Uuid, verdict: Verdict, file_sha256: &[u8]) -> Result<Option<Import>, StoreError> {
    let organisation_id = tx.organisation_id();
    let state = match verdict {
        Verdict::Checked => ImportState::Checked,
        Verdict::Refused => ImportState::Refused,
    };
    count(tx, import_id).await?;
    sqlx::query!(
        "update customer_imports set state = $3, file_sha256 = $4 where organisation_id = $1 and id = $2 and state = 'reading'",
        organisation_id,
        import_id,
        state.as_str(),
        file_sha256
    )
    .execute(&mut *tx)
    .await?;
    find(tx, import_id).await
}

/// Drops an import's lines and closes it; whether it may be, the caller has asked.
///
/// # Errors
/// As any statement.
pub async fn discard(tx: &mut Tx, import_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    drop_lines(tx, import_id).await?;
    sqlx::query!("update customer_imports set state = 'discarded' where organisation_id = $1 and id = $2", organisation_id, import_id)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

/// Drops an import whose file never came to its end, as if it had not been sent.
///
/// # Errors
/// As any statement.
pub async fn forget(tx: &mut Tx, import_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    // Held first, so that a batch on its way in finds nothing to be staged for.
    sqlx::query!(
        "select id from customer_imports where organisation_id = $1 and id = $2 and state = 'reading' for update",
        organisation_id,
        import_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    drop_lines(tx, import_id).await?;
    sqlx::query!("delete from customer_imports where organisation_id = $1 and id = $2 and state = 'reading'", organisation_id, import_id)
        .execute(&mut *tx)
        .await?;
    Ok(())
}

async fn drop_lines(tx: &mut Tx, import_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let last = last_line(tx, import_id).await?;
    for (from, to) in super::strides(last) {
        sqlx::query!(
            "delete from customer_import_lines where organisation_id = $1 and import_id = $2 and line between $3 and $4",
            organisation_id,
            import_id,
            from,
            to
        )
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}
