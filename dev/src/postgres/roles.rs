//! The three roles of a house and what each may do.

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor};

use crate::{HouseError, secrets};

/// Who connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `postgres`: the supervisor itself; row-level security does not hold it.
    Superuser,
    /// `fieldproof_owner`: owns the databases and runs migrations.
    Owner,
    /// `fieldproof_app`: what api and workers connect as; owns nothing and is held by row-level security.
    App,
}

impl Role {
    /// The role's name in PostgreSQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Superuser => "postgres",
            Self::Owner => "fieldproof_owner",
            Self::App => "fieldproof_app",
        }
    }
}

/// Random passwords of the roles; hexadecimal, so they need no quoting anywhere.
#[derive(Serialize, Deserialize)]
pub(crate) struct Passwords {
    pub(crate) superuser: String,
    owner: String,
    app: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Passwords")
    }
}

impl Passwords {
    pub(crate) fn random() -> Self {
        Self { superuser: secrets::random_hex(), owner: secrets::random_hex(), app: secrets::random_hex() }
    }

    pub(crate) fn of(&self, role: Role) -> &str {
        match role {
            Role::Superuser => &self.superuser,
            Role::Owner => &self.owner,
            Role::App => &self.app,
        }
    }
}

/// Extensions every database of the house starts with. They are made once in `template1`, because making PostGIS in
/// each new database costs a third of a second.
const EXTENSIONS: &[&str] = &["postgis", "ltree", "pg_trgm", "btree_gist"];

/// Makes the roles and the extensions of `template1` unless they are there.
///
/// `connection` must be the superuser's, to `template1`.
pub(crate) async fn establish(connection: &mut PgConnection, passwords: &Passwords) -> Result<(), HouseError> {
    for extension in EXTENSIONS {
        let statement = format!("create extension if not exists {extension}");
        connection.execute(AssertSqlSafe(statement)).await.map_err(HouseError::sql(format!("create the extension {extension}")))?;
    }
    for (role, rights) in [(Role::Owner, "createdb"), (Role::App, "nocreatedb")] {
        let (name, password) = (role.name(), passwords.of(role));
        let statement = format!(
            "do $$ begin
               if not exists (select from pg_roles where rolname = '{name}') then
                 create role {name} login nosuperuser nobypassrls nocreaterole {rights} password '{password}';
               end if;
             end $$"
        );
        connection.execute(AssertSqlSafe(statement)).await.map_err(HouseError::sql(format!("create the role {name}")))?;
    }
    Ok(())
}
