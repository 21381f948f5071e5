//! Who works there.

use domain::calendars::{DeliveryWindow, china};
use domain::people::Role;
use domain::visits::VisitPolicy;
use platform::{Clock, Ids};
use store::people::found::{FirstAdmin, NewOrganisation, new_organisation};
use store::people::{units, users};
use store::{StoreError, Tx};

use super::id_of;

/// A demo account.
#[derive(Debug, Clone, Copy)]
pub struct Login {
    pub login: &'static str,
    pub name: &'static str,
    pub role: Role,
    /// `region`, `branch`, `team1` or `team2`.
    pub unit: &'static str,
}

const fn login(login: &'static str, name: &'static str, role: Role, unit: &'static str) -> Login {
    Login { login, name, role, unit }
}

/// Every account of a demo organisation. `rep2` and `supervisor2` are another team; `director1` is above both.
pub const LOGINS: [Login; 8] = [
    login("admin", "管理员", Role::Admin, "region"),
    login("rep1", "陈晓", Role::Rep, "team1"),
    login("rep2", "林涛", Role::Rep, "team2"),
    login("supervisor1", "周敏", Role::Supervisor, "team1"),
    login("supervisor2", "吴刚", Role::Supervisor, "team2"),
    login("director1", "郑岚", Role::Director, "branch"),
    login("presales1", "孙宇", Role::Presales, "branch"),
    login("operations1", "钱慧", Role::Operations, "region"),
];

const UNITS: [(&str, &str, &str); 3] =
    [("branch", "region", "上海分公司"), ("team1", "branch", "浦东一组"), ("team2", "branch", "徐汇二组")];

pub(super) async fn plant(tx: &mut Tx, code: &str, name: &str, password_hash: &str, clock: &Clock) -> Result<(), StoreError> {
    let policy =
        serde_json::to_value(VisitPolicy::default()).map_err(|_| StoreError::Corrupt { table: "visit_policies", column: "policy" })?;
    let roles = api::people::found::default_decision_roles();
    let organisation = NewOrganisation {
        code,
        name,
        zone: "Asia/Shanghai",
        language: "zh-CN",
        root_unit_id: id_of(code, "region"),
        root_unit_name: "华东大区",
        admin: FirstAdmin { id: id_of(code, "admin"), login: "admin", name: "管理员", password_hash },
        visit_policy: policy,
        calendar: &china::calendar(),
        delivery_window: DeliveryWindow::default(),
        decision_roles: &roles,
    };
    let (ids, now) = (Ids::new(clock.clone()), clock.now());
    new_organisation(tx, &ids, &organisation, now).await?;
    for (unit, parent, name) in UNITS {
        units::create(tx, &ids, id_of(code, unit), id_of(code, parent), name, now).await?;
    }
    for person in LOGINS.iter().filter(|person| person.login != "admin") {
        let user = users::NewUser {
            id: id_of(code, person.login),
            login: person.login,
            name: person.name,
            role: person.role,
            unit_id: id_of(code, person.unit),
            password_hash: Some(password_hash),
            language: None,
            external_subject: None,
        };
        users::create(tx, &ids, &user, now).await?;
    }
    Ok(())
}
