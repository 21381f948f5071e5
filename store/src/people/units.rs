//! The tree of units. A unit's path is made of the ids above it and its own, so that a whole subtree is one range and moves in one
//! statement; changes of the tree queue up behind its root, so that two moves never make a ring.

use chrono::{DateTime, Utc};
use domain::people::UNIT_LEVELS_MAX;
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::top_unit;
use crate::actions::{Deed, differing, record_deed};
use crate::{StoreError, Tx};

/// A node of the organisation's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: Uuid,
    /// `None` at the top of what the scope sees.
    pub parent_id: Option<Uuid>,
    pub name: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

/// Units within the scope after `after`, by id.
///
/// # Errors
/// As any statement.
pub async fn list(tx: &mut Tx, after: Option<Uuid>, limit: i64) -> Result<Vec<Unit>, StoreError> {
    let (organisation_id, top) = (tx.organisation_id(), top_unit(tx.scope()));
    let rows = sqlx::query_as!(
        Unit,
        "select id, case when id = $2 then null else parent_id end as parent_id, name, version, created_at from units
         where organisation_id = $1 and ($2::uuid is null or id in (select app.units_within($1, $2))) and ($3::uuid is null or id > $3)
         order by id limit $4",
        organisation_id,
        top,
        after,
        limit
    );
    Ok(rows.fetch_all(&mut *tx).await?)
}

/// A unit within the scope.
///
/// # Errors
/// As any statement.
pub async fn find(tx: &mut Tx, id: Uuid) -> Result<Option<Unit>, StoreError> {
    let (organisation_id, top) = (tx.organisation_id(), top_unit(tx.scope()));
    let unit = sqlx::query_as!(
        Unit,
        "select id, case when id = $3 then null else parent_id end as parent_id, name, version, created_at from units
         where organisation_id = $1 and id = $2 and ($3::uuid is null or id in (select app.units_within($1, $3)))",
        organisation_id,
        id,
        top
    );
    Ok(unit.fetch_optional(&mut *tx).await?)
}

/// The names from the root down to a unit.
///
/// # Errors
/// As any statement.
pub async fn names_down_to(tx: &mut Tx, id: Uuid) -> Result<Vec<String>, StoreError> {
    let organisation_id = tx.organisation_id();
    let names = sqlx::query_scalar!(
        "select above.name from units u
         join units above on above.organisation_id = u.organisation_id and u.path <@ above.path
         where u.organisation_id = $1 and u.id = $2 order by nlevel(above.path)",
        organisation_id,
        id
    );
    Ok(names.fetch_all(&mut *tx).await?)
}

/// What came of a change to the tree.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    Done(Unit),
    NotThere,
    VersionDiffers,
    ParentUnknown,
    /// The new parent is the unit itself or below it; or the unit is the root, which everything is below.
    IntoItself,
    TooDeep,
}

/// Creates a unit below `parent_id`, and records it.
///
/// # Errors
/// As any statement.
pub async fn create(tx: &mut Tx, ids: &Ids, id: Uuid, parent_id: Uuid, name: &str, now: DateTime<Utc>) -> Result<Changed, StoreError> {
    let organisation_id = tx.organisation_id();
    hold_tree(tx).await?;
    let Some(parent) = place(tx, parent_id).await? else { return Ok(Changed::ParentUnknown) };
    if parent.level >= UNIT_LEVELS_MAX {
        return Ok(Changed::TooDeep);
    }
    let unit = sqlx::query_as!(
        Unit,
        "insert into units (organisation_id, id, parent_id, name, path, created_at)
         select $1, $2, parent.id, $4, parent.path || text2ltree($5), $6 from units parent
         where parent.organisation_id = $1 and parent.id = $3
         returning id, parent_id, name, version, created_at",
        organisation_id,
        id,
        parent_id,
        name,
        label(id),
        now
    );
    let unit = unit.fetch_one(&mut *tx).await?;
    told(tx, ids, "unit.created", id, json!({ "parent_id": parent_id }), now).await?;
    Ok(Changed::Done(unit))
}

async fn told(tx: &mut Tx, ids: &Ids, kind: &str, id: Uuid, data: Value, now: DateTime<Utc>) -> Result<(), StoreError> {
    record_deed(tx, ids, now, Deed { kind, subject_kind: "unit", subject_id: id, data }).await
}

/// What to change of a unit; `None` leaves it as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnitChange<'a> {
    pub name: Option<&'a str>,
    pub parent_id: Option<Uuid>,
}

/// Renames a unit, moves it with all that is below it, or both, and records which; where it is so already, nothing happens. Everybody in
/// what was moved needs a new token.
///
/// # Errors
/// As any statement.
pub async fn change(
    tx: &mut Tx,
    ids: &Ids,
    id: Uuid,
    version: Option<i32>,
    change: UnitChange<'_>,
    now: DateTime<Utc>,
) -> Result<Changed, StoreError> {
    let organisation_id = tx.organisation_id();
    hold_tree(tx).await?;
    let Some(unit) = find(tx, id).await? else { return Ok(Changed::NotThere) };
    if version.is_some_and(|version| version != unit.version) {
        return Ok(Changed::VersionDiffers);
    }
    let name = change.name.filter(|name| *name != unit.name);
    let parent_id = change.parent_id.filter(|parent_id| unit.parent_id != Some(*parent_id));
    let fields = differing([("name", name.is_some()), ("parent_id", parent_id.is_some())]);
    if fields.is_empty() {
        return Ok(Changed::Done(unit));
    }
    if let Some(parent_id) = parent_id {
        let (Some(moved), Some(parent)) = (place(tx, id).await?, place(tx, parent_id).await?) else { return Ok(Changed::ParentUnknown) };
        if parent.is_within(&moved) {
            return Ok(Changed::IntoItself);
        }
        if parent.level + moved.levels_below + 1 > UNIT_LEVELS_MAX {
            return Ok(Changed::TooDeep);
        }
        move_subtree(tx, id, parent_id).await?;
    }
    let changed = sqlx::query_as!(
        Unit,
        "update units set name = coalesce($3, name), version = version + 1 where organisation_id = $1 and id = $2
         returning id, parent_id, name, version, created_at",
        organisation_id,
        id,
        name
    );
    let changed = changed.fetch_one(&mut *tx).await?;
    told(tx, ids, "unit.changed", id, json!({ "fields": fields }), now).await?;
    Ok(Changed::Done(changed))
}

/// Removes a unit that nothing belongs to, and records it; `false` when there is none.
///
/// # Errors
/// `Conflict` when something still belongs to it; else as any statement.
pub async fn remove(tx: &mut Tx, ids: &Ids, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let organisation_id = tx.organisation_id();
    hold_tree(tx).await?;
    let removed = sqlx::query!("delete from units where organisation_id = $1 and id = $2", organisation_id, id);
    if removed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    told(tx, ids, "unit.removed", id, json!({}), now).await?;
    Ok(true)
}

/// A unit's label in paths.
pub(super) fn label(id: Uuid) -> String {
    id.simple().to_string()
}

/// Makes every other change of this organisation's tree wait until the transaction ends.
async fn hold_tree(tx: &mut Tx) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!("select id from units where organisation_id = $1 and parent_id is null for no key update", organisation_id)
        .fetch_all(&mut *tx)
        .await?;
    Ok(())
}

/// Where a unit is in the tree.
struct Place {
    path: String,
    level: i32,
    /// How many levels there are below it.
    levels_below: i32,
}

impl Place {
    fn is_within(&self, other: &Self) -> bool {
        self.path == other.path || self.path.strip_prefix(&other.path).is_some_and(|rest| rest.starts_with('.'))
    }
}

async fn place(tx: &mut Tx, id: Uuid) -> Result<Option<Place>, StoreError> {
    let organisation_id = tx.organisation_id();
    let place = sqlx::query_as!(
        Place,
        r#"select u.path::text as "path!", nlevel(u.path) as "level!",
                  (select max(nlevel(below.path)) from units below
                   where below.organisation_id = u.organisation_id and below.path <@ u.path) - nlevel(u.path) as "levels_below!"
           from units u where u.organisation_id = $1 and u.id = $2"#,
        organisation_id,
        id
    );
    Ok(place.fetch_optional(&mut *tx).await?)
}

async fn move_subtree(tx: &mut Tx, id: Uuid, parent_id: Uuid) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "update units u
         set path = parent.path || subpath(u.path, nlevel(moved.path) - 1),
             parent_id = case when u.id = moved.id then parent.id else u.parent_id end
         from units moved, units parent
         where u.organisation_id = $1 and u.path <@ moved.path
           and moved.organisation_id = $1 and moved.id = $2 and parent.organisation_id = $1 and parent.id = $3",
        organisation_id,
        id,
        parent_id
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "update users set access_epoch = access_epoch + 1
         where organisation_id = $1 and unit_id in (select app.units_within($1, $2))",
        organisation_id,
        id
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
