//! Imports: customers that were sent as a file. Lines are staged and matched first; nothing is changed until the import is applied.

mod apply;
mod matching;
mod staging;
mod stale;

pub use apply::{Applied, apply};
pub use matching::match_lines;
pub use staging::{StagedLine, Verdict, begin, discard, finish, forget, forget_unfinished, stage};
pub use stale::{close_stale, remove_stale};

use chrono::{DateTime, Utc};
use domain::place::Datum;
use uuid::Uuid;

use super::pins::datum_named;
use crate::{StoreError, Tx};

/// How many lines one statement works on: well within the time that a statement is given.
const STRIDE: i32 = 2_000;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// The file is still arriving.
    Reading,
    /// Every line was looked at; it can be applied.
    Checked,
    /// The file broke off or could not be read to its end.
    Refused,
    Applied,
    Discarded,
}

impl ImportState {
    /// The state's name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checked => "checked",
            Self::Refused => "refused",
            Self::Applied => "applied",
            Self::Discarded => "discarded",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Reading, Self::Checked, Self::Refused, Self::Applied, Self::Discarded].into_iter().find(|state| state.as_str() == text)
    }
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineOutcome {
    Create,
    Update,
    Unchanged,
    Fault,
}

impl LineOutcome {
    /// The outcome's name in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Unchanged => "unchanged",
            Self::Fault => "fault",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Create, Self::Update, Self::Unchanged, Self::Fault].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// An import and its counts: what applying it would do, or has done.
#[derive(Debug, Clone)]
pub struct Import {
    pub id: Uuid,
    /// The datum of coordinates whose line names none.
    pub datum: Option<Datum>,
    /// The unit of new customers whose line names none.
    pub unit_id: Uuid,
    pub state: ImportState,
    pub lines: i32,
    pub faults: i32,
    pub creates: i32,
    pub updates: i32,
    pub unchanged: i32,
    pub file_sha256: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub applied_at: Option<DateTime<Utc>>,
}

#[derive(Debug)]
struct ImportRow {
    id: Uuid,
    datum: Option<String>,
    unit_id: Uuid,
    state: String,
    lines: i32,
    faults: i32,
    created: i32,
    updated: i32,
    unchanged: i32,
    file_sha256: Option<Vec<u8>>,
    created_at: DateTime<Utc>,
    applied_at: Option<DateTime<Utc>>,
}

impl TryFrom<ImportRow> for Import {
    type Error = StoreError;

    fn try_from(row: ImportRow) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::Corrupt { table: "customer_imports", column };
        Ok(Self {
            id: row.id,
            datum: row.datum.map(|name| datum_named(&name).ok_or_else(|| corrupt("datum"))).transpose()?,
            unit_id: row.unit_id,
            state: ImportState::parse(&row.state).ok_or_else(|| corrupt("state"))?,
            lines: row.lines,
            faults: row.faults,
            creates: row.created,
            updates: row.updated,
            unchanged: row.unchanged,
            file_sha256: row.file_sha256,
            created_at: row.created_at,
            applied_at: row.applied_at,
        })
    }
}

/// The import, unless it was discarded, if the caller answers for its unit.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Import>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    let row = sqlx::query_as!(
        ImportRow,
        "select id, datum, unit_id, state, lines, faults, created, updated, unchanged, file_sha256, created_at, applied_at
         from customer_imports
         where organisation_id = $1 and id = $3 and state <> 'discarded'
           and ($2::uuid is null or unit_id in (select app.units_within($1, $2)))",
        organisation_id,
        unit_id,
        id
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(Import::try_from).transpose()
}

/// As [`find`], and holds the import until the transaction ends.
///
/// # Errors
/// As any statement.
pub async fn hold(tx: &mut Tx, id: Uuid) -> Result<Option<Import>, StoreError> {
    let (organisation_id, unit_id) = (tx.organisation_id(), tx.scope().unit_id);
    let held = sqlx::query_scalar!(
        "select id from customer_imports where organisation_id = $1 and id = $3
           and ($2::uuid is null or unit_id in (select app.units_within($1, $2))) for update",
        organisation_id,
        unit_id,
        id
    );
    match held.fetch_optional(&mut *tx).await? {
        Some(_) => find(tx, id).await,
        None => Ok(None),
    }
}

/// A line as it was staged, for those who want to know what became of it.
#[derive(Debug)]
pub struct Line {
    /// Where its record begins in the file; the first line is 1.
    pub line: i32,
    pub outcome: LineOutcome,
    /// What is wrong with it, as a fault's code.
    pub code: Option<String>,
    /// The column that is wrong.
    pub pointer: Option<String>,
    pub customer_id: Option<Uuid>,
    pub external_id: Option<String>,
    pub name: Option<String>,
}

/// Lines of an import in the file's order, after line `after`; at most `limit`.
///
/// # Errors
/// As any statement.
pub async fn lines(tx: &mut Tx, import_id: Uuid, outcome: Option<LineOutcome>, after: i32, limit: i64) -> Result<Vec<Line>, StoreError> {
    let organisation_id = tx.organisation_id();
    let rows = sqlx::query!(
        "select line, outcome, code, pointer, customer_id, external_id, name from customer_import_lines
         where organisation_id = $1 and import_id = $2 and line > $3 and ($4::text is null or outcome = $4)
         order by line limit $5",
        organisation_id,
        import_id,
        after,
        outcome.map(LineOutcome::as_str),
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let corrupt = || StoreError::Corrupt { table: "customer_import_lines", column: "outcome" };
            Ok(Line {
                line: row.line,
                outcome: LineOutcome::parse(&row.outcome).ok_or_else(corrupt)?,
                code: row.code,
                pointer: row.pointer,
                customer_id: row.customer_id,
                external_id: row.external_id,
                name: row.name,
            })
        })
        .collect()
}

/// The line numbers up to `last` in strides, both ends included.
fn strides(last: i32) -> impl Iterator<Item = (i32, i32)> {
    (0..=last / STRIDE).map(|n| (n * STRIDE, n * STRIDE + STRIDE - 1))
}

/// The last line that was staged, for walking them in strides.
async fn last_line(tx: &mut Tx, import_id: Uuid) -> Result<i32, StoreError> {
    let organisation_id = tx.organisation_id();
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(line), 0) as "line!" from customer_import_lines where organisation_id = $1 and import_id = $2"#,
        organisation_id,
        import_id
    )
    .fetch_one(&mut *tx)
    .await?)
}

/// Counts the lines by what becomes of them, and writes the counts.
async fn count(tx: &mut Tx, import_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update customer_imports i set lines = n.lines, faults = n.faults, created = n.created, updated = n.updated, unchanged = n.unchanged
         from (select count(*)::integer as lines,
                      (count(*) filter (where outcome = 'fault'))::integer as faults,
                      (count(*) filter (where outcome = 'create'))::integer as created,
                      (count(*) filter (where outcome = 'update'))::integer as updated,
                      (count(*) filter (where outcome = 'unchanged'))::integer as unchanged
               from customer_import_lines where organisation_id = $1 and import_id = $2) n
         where i.organisation_id = $1 and i.id = $2",
        organisation_id,
        import_id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
