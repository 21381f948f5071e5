//! `fieldproof-api new-organisation`: founds an organisation, as the owner of the schema.

use std::io::{self, BufRead};
use std::time::Duration;

use clap::Args;
use domain::calendars::{DeliveryWindow, china};
use domain::customers::decision_roles;
use domain::visits::policy::VisitPolicy;
use platform::secrets::Secret;
use platform::{Clock, Ids};
use store::people::found::{self, FirstAdmin, NewDecisionRole, NewOrganisation};
use store::{Database, Scope, StoreError};

use super::values::{LanguageTag, Login, Name, NewPassword, OrganisationCode, Zone};
use crate::sessions::password;

/// Founding is a handful of small statements.
const STATEMENT_AFTER: Duration = Duration::from_secs(10);

/// An organisation to found.
#[derive(Debug, Args)]
pub struct NewOrganisationArgs {
    /// What people type when they sign in: a-z, 0-9 and -.
    #[arg(long, value_parser = |text: &str| OrganisationCode::new(text.to_owned()).ok_or("use a-z, 0-9 and -"))]
    code: OrganisationCode,
    /// What it is called.
    #[arg(long, value_parser = name)]
    name: Name,
    /// The IANA zone that days and times are shown in.
    #[arg(long, default_value = "Asia/Shanghai", value_parser = |text: &str| Zone::new(text.to_owned()).ok_or("no IANA zone"))]
    zone: Zone,
    /// `zh-CN` or `en`.
    #[arg(long, default_value = "zh-CN", value_parser = language)]
    language: LanguageTag,
    /// What the first admin signs in with.
    #[arg(long, value_parser = |text: &str| Login::new(text.to_owned()).ok_or("use a-z, 0-9 and . _ @ -"))]
    admin_login: Login,
    /// What the first admin is called; the login when left out.
    #[arg(long, value_parser = name)]
    admin_name: Option<Name>,
    /// Read the first admin's password from standard input; otherwise one is made up and printed, once.
    #[arg(long)]
    password_stdin: bool,
}

fn name(text: &str) -> Result<Name, &'static str> {
    Name::new(text.to_owned()).ok_or("1 to 100 characters on one line")
}

fn language(text: &str) -> Result<LanguageTag, &'static str> {
    [LanguageTag::ZhCn, LanguageTag::En].into_iter().find(|tag| tag.as_str() == text).ok_or("zh-CN or en")
}

/// Founds the organisation and answers how to sign in.
///
/// # Errors
/// With one clear sentence: no owner's URL, a code that is taken, a password that will not do.
pub async fn found(owner_url: &Secret, clock: &Clock, args: &NewOrganisationArgs) -> anyhow::Result<String> {
    let (password, is_made_up) = if args.password_stdin { (read_password()?, false) } else { (made_up_password(), true) };
    let password_hash = password::hash(&password)?;
    let ids = Ids::new(clock.clone());
    let organisation_id = ids.next();
    let new = NewOrganisation {
        code: args.code.as_str(),
        name: args.name.as_str(),
        zone: args.zone.as_str(),
        language: args.language.as_str(),
        root_unit_id: ids.next(),
        root_unit_name: args.name.as_str(),
        admin: FirstAdmin {
            id: ids.next(),
            login: args.admin_login.as_str(),
            name: args.admin_name.as_ref().map_or(args.admin_login.as_str(), Name::as_str),
            password_hash: &password_hash,
        },
        visit_policy: serde_json::to_value(VisitPolicy::default())?,
        calendar: &china::calendar_of(args.zone.as_str().parse()?),
        delivery_window: DeliveryWindow::default(),
        decision_roles: &default_decision_roles(),
    };
    let db = Database::new(owner_url.reveal(), 1, STATEMENT_AFTER)?;
    let mut tx = db.begin(&Scope::house(organisation_id)).await?;
    found::new_organisation(&mut tx, &ids, &new, clock.now()).await.map_err(|error| match error {
        StoreError::Conflict(law) if law == "organisation_code_unique" => anyhow::anyhow!("the code `{}` is taken", new.code),
        error => error.into(),
    })?;
    tx.commit().await?;
    db.close().await;
    let told = format!("organisation {} ({organisation_id}); first admin: {}\n", new.code, new.admin.login);
    Ok(if is_made_up { format!("{told}password: {password}\n") } else { told })
}

/// The decision roles that a new organisation starts with.
pub fn default_decision_roles() -> Vec<NewDecisionRole<'static>> {
    let of = |role: &decision_roles::DecisionRole| NewDecisionRole { code: role.code, name_zh: role.zh_cn, name_en: role.en };
    decision_roles::DEFAULT.iter().map(of).collect()
}

fn read_password() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    NewPassword::new(password).map(NewPassword::into_string).map_err(|_| anyhow::anyhow!("a password has 10 to 200 characters"))
}

fn made_up_password() -> String {
    hex::encode(platform::secrets::random_32()).chars().take(24).collect()
}
