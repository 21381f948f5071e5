//! Everybody who could call: a person of every role, keys, and those whom nobody knows.

use dev::demo::{LOGINS, PASSWORD, id_of};
use domain::people::Role;
use serde_json::json;
use tests::{House, Person};
use uuid::Uuid;

/// How much of the organisation somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Team,
    BothTeams,
}

/// Somebody who calls.
pub struct Caller {
    pub name: String,
    pub person: Person,
    pub role: Role,
    /// Of a key.
    pub scopes: Vec<String>,
    /// Their user id; of no use for keys.
    pub id: Uuid,
    /// Their own team, or the one that is looked at as theirs.
    pub team: &'static str,
    pub reach: Reach,
}

impl Caller {
    /// What the page of permissions says.
    pub fn may(&self, line: &api::permissions::Permission) -> bool {
        if self.role == Role::Integrator { line.admits_key(&self.scopes) } else { line.roles.contains(&self.role) }
    }
}

/// The demo's eight logins, the roles that the demo lacks, and four keys.
pub async fn everybody(house: &House, admin: &Person) -> Vec<Caller> {
    let mut callers = Vec::new();
    for login in &LOGINS {
        let team = if login.unit == "team2" { "team2" } else { "team1" };
        let reach = if login.unit.starts_with("team") { Reach::Team } else { Reach::BothTeams };
        let person = house.sign_in(login.login).await;
        let id = id_of("demo", login.login);
        callers.push(Caller { name: login.login.to_owned(), person, role: login.role, scopes: Vec::new(), id, team, reach });
    }
    for (role, unit, reach) in
        [(Role::Clerk, "team1", Reach::Team), (Role::Delivery, "team1", Reach::Team), (Role::Legal, "branch", Reach::BothTeams)]
    {
        let (id, person) = hire(house, admin, &format!("{}1", role.as_str()), role, unit).await;
        callers.push(Caller { name: role.as_str().to_owned(), person, role, scopes: Vec::new(), id, team: "team1", reach });
    }
    let all: Vec<&str> = api::permissions::KEY_SCOPES.to_vec();
    for (name, scopes, unit, reach) in [
        ("a key for everything", all.clone(), "region", Reach::BothTeams),
        ("a key for everything of a team", all.clone(), "team1", Reach::Team),
        ("a key for rough places", all.into_iter().filter(|scope| *scope != "positions:precise").collect(), "region", Reach::BothTeams),
        ("a key for boards", vec!["boards:read"], "region", Reach::BothTeams),
    ] {
        let body = json!({ "name": name, "scopes": scopes, "unit_id": id_of("demo", unit) });
        let secret = admin.post("/v1/api-keys", &body).await.expect(201)["secret"].as_str().unwrap().to_owned();
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        let person = admin.with_token(secret);
        callers.push(Caller { name: name.to_owned(), person, role: Role::Integrator, scopes, id: Uuid::nil(), team: "team1", reach });
    }
    callers
}

/// Makes a user and signs them in.
pub async fn hire(house: &House, admin: &Person, login: &str, role: Role, unit: &str) -> (Uuid, Person) {
    let body = json!({ "login": login, "name": login, "role": role.as_str(), "unit_id": id_of("demo", unit), "password": PASSWORD });
    let id = tests::doorstep::id_in(&admin.post("/v1/users", &body).await.expect(201));
    (id, house.sign_in(login).await)
}

impl Caller {
    /// What they sign in with.
    pub fn login(&self) -> String {
        match self.role {
            Role::Clerk | Role::Delivery | Role::Legal => format!("{}1", self.role.as_str()),
            _ => self.name.clone(),
        }
    }
}
