//! Boards: what counts, and how much was left out and why. Counts read `counted_visits`; what was left out is told beside them.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, Tx};

/// A span of civil days in the organisation's zone, both ends included, and the unit at whose tree is looked.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub unit_id: Option<Uuid>,
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// One rep on one day.
#[derive(Debug)]
pub struct RepDay {
    pub rep_id: Uuid,
    pub rep_name: String,
    pub unit_id: Uuid,
    pub visited_on: NaiveDate,
    pub valid: i64,
    pub by_device_fix: i64,
    /// Code → count of the visits that do not count.
    pub left_out: Value,
}

/// Visits per rep and civil day, in one pass over the days asked for.
///
/// # Errors
/// As any statement.
pub async fn visits(tx: &mut Tx, span: Span) -> Result<Vec<RepDay>, StoreError> {
    let (organisation_id, units) = units_seen(tx, span).await?;
    Ok(sqlx::query_as!(
        RepDay,
        r#"
        with tally as (
            select rep_id, unit_id, visited_on, status, evidence_kind, coalesce(left_out_code, status) as code, count(*) as n
            from visits
            where organisation_id = $1 and visited_on between $2 and $3 and unit_id = any ($4)
            group by 1, 2, 3, 4, 5, 6
        ), folded as (
            select rep_id, unit_id, visited_on,
                coalesce(sum(n) filter (where status = 'valid'), 0)::bigint as valid,
                coalesce(sum(n) filter (where status = 'valid' and evidence_kind = 'device_fix'), 0)::bigint as by_device_fix
            from tally group by 1, 2, 3
        ), left_out as (
            select rep_id, unit_id, visited_on, jsonb_object_agg(code, n) as codes
            from (select rep_id, unit_id, visited_on, code, sum(n) as n from tally where status <> 'valid' group by 1, 2, 3, 4) coded
            group by 1, 2, 3
        )
        select f.rep_id as "rep_id!", u.name as "rep_name!", f.unit_id as "unit_id!", f.visited_on as "visited_on!", f.valid as "valid!",
            f.by_device_fix as "by_device_fix!", coalesce(l.codes, '{}') as "left_out!"
        from folded f
        join users u on u.organisation_id = $1 and u.id = f.rep_id
        left join left_out l on l.rep_id = f.rep_id and l.unit_id = f.unit_id and l.visited_on = f.visited_on
        order by f.visited_on desc, u.name, f.rep_id, f.unit_id
        "#,
        organisation_id,
        span.from,
        span.to,
        &units
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// How photos of one client build fared.
#[derive(Debug)]
pub struct BuildEvidence {
    pub client_build: Option<String>,
    pub visits: i64,
    pub gps_missing: i64,
    pub gps_redacted: i64,
    pub by_exif: i64,
    pub by_device_fix: i64,
}

/// Judged visits per client build: how many lacked their GPS, and what carried the others.
///
/// # Errors
/// As any statement.
pub async fn evidence(tx: &mut Tx, span: Span) -> Result<Vec<BuildEvidence>, StoreError> {
    let (organisation_id, units) = units_seen(tx, span).await?;
    Ok(sqlx::query_as!(
        BuildEvidence,
        r#"
        select client_build, count(*) as "visits!",
            count(*) filter (where left_out_code = 'gps_absent') as "gps_missing!",
            count(*) filter (where left_out_code = 'gps_redacted') as "gps_redacted!",
            count(*) filter (where evidence_kind = 'exif') as "by_exif!",
            count(*) filter (where evidence_kind = 'device_fix') as "by_device_fix!"
        from visits
        where organisation_id = $1 and visited_on between $2 and $3 and unit_id = any ($4) and status <> 'awaiting_photos'
        group by client_build
        order by 2 desc, 1
        "#,
        organisation_id,
        span.from,
        span.to,
        &units
    )
    .fetch_all(&mut *tx)
    .await?)
}

/// The units that the scope sees, within the one asked for.
async fn units_seen(tx: &mut Tx, span: Span) -> Result<(Uuid, Vec<Uuid>), StoreError> {
    let scope = tx.scope();
    let (organisation_id, unit) = (scope.organisation_id, scope.unit_id);
    let units = sqlx::query_scalar!(
        "select id from units where organisation_id = $1
            and ($2::uuid is null or id in (select app.units_within($1, $2)))
            and ($3::uuid is null or id in (select app.units_within($1, $3)))",
        organisation_id,
        unit,
        span.unit_id
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok((organisation_id, units))
}
