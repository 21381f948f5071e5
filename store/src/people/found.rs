//! Founding an organisation: its root unit, its first admin, its visit policy, its playbook, its calendar and its list of decision roles,
//! all or nothing.

use chrono::{DateTime, Utc};
use domain::calendars::{Calendar, DeliveryWindow};
use domain::people::Role;
use platform::Ids;
use serde_json::{Value, json};
use uuid::Uuid;

use super::units::label;
use super::users::{self, NewUser};
use crate::actions::{Deed, record_deed};
use crate::{StoreError, Tx, calendars};

/// An organisation to found. Its id is the one of the house scope that the transaction was begun in.
#[derive(Debug)]
pub struct NewOrganisation<'a> {
    pub code: &'a str,
    pub name: &'a str,
    /// An IANA zone.
    pub zone: &'a str,
    pub language: &'a str,
    pub root_unit_id: Uuid,
    pub root_unit_name: &'a str,
    pub admin: FirstAdmin<'a>,
    /// Version 1 of the visit policy.
    pub visit_policy: Value,
    /// Version 1 of the calendar and the delivery window.
    pub calendar: &'a Calendar,
    pub delivery_window: DeliveryWindow,
    /// In the order that people see them.
    pub decision_roles: &'a [NewDecisionRole<'a>],
}

#[derive(Debug)]
pub struct FirstAdmin<'a> {
    pub id: Uuid,
    pub login: &'a str,
    pub name: &'a str,
    pub password_hash: &'a str,
}

#[derive(Debug)]
pub struct NewDecisionRole<'a> {
    pub code: &'a str,
    pub name_zh: &'a str,
    pub name_en: &'a str,
}

/// Founds the organisation. Only the owner of the schema may: begin the transaction on a [`crate::Database`] of `owner_database_url`, in
/// the house scope of the new organisation's id.
///
/// # Errors
/// `Conflict` with `organisation_code_unique` or the name of whatever else was not as it must be; else as any statement.
pub async fn new_organisation(tx: &mut Tx, ids: &Ids, new: &NewOrganisation<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    sqlx::query!(
        "insert into organisations (id, code, name, zone, language, created_at) values ($1, $2, $3, $4, $5, $6)",
        organisation_id,
        new.code,
        new.name,
        new.zone,
        new.language,
        now
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into units (organisation_id, id, name, path, created_at) values ($1, $2, $3, text2ltree($4), $5)",
        organisation_id,
        new.root_unit_id,
        new.root_unit_name,
        label(new.root_unit_id),
        now
    )
    .execute(&mut *tx)
    .await?;
    let admin = NewUser {
        id: new.admin.id,
        login: new.admin.login,
        name: new.admin.name,
        role: Role::Admin,
        unit_id: new.root_unit_id,
        password_hash: Some(new.admin.password_hash),
        language: None,
        external_subject: None,
    };
    let deed = Deed { kind: "organisation.founded", subject_kind: "organisation", subject_id: organisation_id, data: json!({}) };
    record_deed(tx, ids, now, deed).await?;
    users::create(tx, ids, &admin, now).await?;
    sqlx::query!(
        "insert into visit_policies (organisation_id, version, policy, in_force_from, created_by, created_at) values ($1, 1, $2, $3, $4, $3)",
        organisation_id,
        new.visit_policy,
        now,
        new.admin.id
    )
    .execute(&mut *tx)
    .await?;
    crate::playbook::found(tx, now).await?;
    calendars::found(tx, new.calendar, new.delivery_window, new.admin.id, now).await?;
    decision_roles(tx, new.decision_roles).await
}

async fn decision_roles(tx: &mut Tx, roles: &[NewDecisionRole<'_>]) -> Result<(), StoreError> {
    let organisation_id = tx.organisation_id();
    let column = |pick: fn(&NewDecisionRole<'_>) -> String| roles.iter().map(pick).collect::<Vec<_>>();
    sqlx::query!(
        "insert into decision_roles (organisation_id, code, name_zh, name_en, ordinal)
         select $1, code, name_zh, name_en, ordinal
         from unnest($2::text[], $3::text[], $4::text[]) with ordinality as role (code, name_zh, name_en, ordinal)",
        organisation_id,
        &column(|role| role.code.to_owned()),
        &column(|role| role.name_zh.to_owned()),
        &column(|role| role.name_en.to_owned())
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}
