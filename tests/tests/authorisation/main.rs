//! Who may do what, to whose things: every operation of the contract, asked for by every caller, about their own, a colleague's, another
//! team's and another organisation's things. An operation that nobody has described in `operations.rs` fails the test.

mod callers;
mod deeds;
mod operations;
mod places;
mod positions;
mod refusals;

use api::permissions::{PERMISSIONS, Permission};
use callers::{Caller, Reach, everybody, hire};
use domain::people::Role;
use futures_util::{StreamExt, stream};
use operations::{Operation, Subject, Surroundings, operation, request};
use places::Place;
use tests::doorstep::{new_id, photo_at};
use tests::{Answer, House, Person};
use uuid::Uuid;

/// Operations that need no caller.
const PUBLIC: [(&str, &str); 10] = [
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/v1/auth/token"),
    ("POST", "/v1/auth/refresh"),
    ("POST", "/v1/auth/oidc"),
    // Believed for their signatures alone; tests/delivery calls them.
    ("GET", "/v1/callbacks/wecom/{key}"),
    ("POST", "/v1/callbacks/wecom/{key}"),
    // Good for the one file whose link it is; tests/attachments follows it.
    ("GET", "/v1/downloads/{token}"),
];

/// Every operation of the contract: method and path.
pub fn every_operation() -> Vec<(String, String)> {
    let document = serde_json::to_value(api::router::document()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().filter(|key| key.as_str() != "parameters");
        found.extend(methods.map(|method| (method.to_uppercase(), path.clone())));
    }
    found
}

/// Every operation of the contract that needs a caller: method, path, and its line on the page of permissions.
pub fn contract() -> Vec<(String, String, &'static Permission)> {
    let needs_caller = |(method, path): &(String, String)| !PUBLIC.contains(&(method.as_str(), path.as_str()));
    let with_line = |(method, path): (String, String)| {
        let line = PERMISSIONS.iter().find(|line| line.method == method && line.path == path);
        let line = line.unwrap_or_else(|| panic!("{method} {path} is on no page of permissions"));
        (method, path, line)
    };
    every_operation().into_iter().filter(needs_caller).map(with_line).collect()
}

/// Whose thing an operation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    /// Somebody's in the same team.
    Colleagues,
    OtherTeams,
    OtherOrganisations,
}

/// Whether `caller`, who may carry out operations about `subject`, sees the one of `whose`.
fn sees(caller: &Caller, subject: Subject, whose: Whose) -> bool {
    let in_reach = match whose {
        Whose::Own | Whose::Colleagues => true,
        Whose::OtherTeams => caller.reach == Reach::BothTeams,
        Whose::OtherOrganisations => false,
    };
    match subject {
        // To no deal; a document's file keys read at the document.
        Subject::LandedAttachment | Subject::DeclaredAttachment if caller.role == Role::Integrator => false,
        // The pool is there for the whole team.
        Subject::LeadInPool => in_reach,
        Subject::Deal
        | Subject::LeadOffered
        | Subject::LeadTaken
        | Subject::LeadContacted
        | Subject::LeadQualified
        | Subject::LeadTagged
            if caller.role.sees_own_only() =>
        {
            whose == Whose::Own
        }
        Subject::Visit
        | Subject::MisplacedVisit
        | Subject::LandedPhoto
        | Subject::DeclaredPhoto
        | Subject::LandedAttachment
        | Subject::DeclaredAttachment
        | Subject::Document
        | Subject::DocumentShared
        | Subject::DocumentLink
        | Subject::Incident
            if caller.role.sees_own_only() =>
        {
            whose == Whose::Own
        }
        // What was asked of another department by somebody else is none of a department's business; operations see that things get done.
        Subject::HandoverAsked | Subject::HandoverReturned
            if caller.role.sees_own_only() || matches!(caller.role, Role::Presales | Role::Delivery | Role::Legal) =>
        {
            whose == Whose::Own
        }
        Subject::Note => whose == Whose::Own,
        _ => in_reach,
    }
}

/// Everything that the walk needs.
struct Ground<'a> {
    house: &'a House,
    team1: Place<'a>,
    team2: Place<'a>,
    abroad: Place<'a>,
    colleague: (Uuid, Person),
    bytes: Vec<u8>,
    own_photo: Vec<(Uuid, Uuid)>,
    /// A file that the caller sees, of each who sees their own only, and of either team.
    own_files: Vec<(Uuid, Uuid)>,
    files: [Uuid; 2],
    /// A lead of either team that goes on whatever is merged into it.
    leads: [Uuid; 2],
}

impl<'a> Ground<'a> {
    async fn open(house: &'a House) -> (Self, Vec<Caller>) {
        let team1 = Place::open(house, "demo", "team1").await;
        let callers = everybody(house, &team1.admin).await;
        let colleague = hire(house, &team1.admin, "rep3", Role::Rep, "team1").await;
        let bytes = photo_at(house, &team1.door);
        let mut own_photo = Vec::new();
        for caller in callers.iter().filter(|caller| caller.role.sees_own_only()) {
            own_photo.push((caller.id, caller.person.upload(&photo_at(house, &team1.door)).await));
        }
        let mut own_files = Vec::new();
        for caller in callers.iter().filter(|caller| caller.role == Role::Rep) {
            own_files.push((caller.id, team1.landed_attachment(&caller.person, &bytes).await));
        }
        let (team2, abroad) = (Place::open(house, "demo", "team2").await, Place::open(house, "other", "team1").await);
        let leads = [
            team1.fresh(Subject::LeadTaken, &team1.rep, team1.rep_id(), &bytes).await,
            team2.fresh(Subject::LeadTaken, &team2.rep, team2.rep_id(), &bytes).await,
        ];
        let files = [team1.landed_attachment(&team1.rep, &bytes).await, team2.landed_attachment(&team2.rep, &bytes).await];
        (Self { house, team1, team2, abroad, colleague, bytes, own_photo, own_files, files, leads }, callers)
    }

    fn home(&self, caller: &Caller) -> &Place<'a> {
        if caller.team == "team2" { &self.team2 } else { &self.team1 }
    }

    fn describe(&self, caller: &Caller, method: &str, path: &str) -> Operation {
        let home = self.home(caller);
        let own_photo = self.own_photo.iter().find(|(id, _)| *id == caller.id).map_or_else(new_id, |(_, photo)| *photo);
        let own_file = self.own_files.iter().find(|(id, _)| *id == caller.id).map(|(_, file)| *file);
        let near = Surroundings {
            house: self.house,
            organisation: home.organisation,
            team: home.team,
            door: home.door.clone(),
            bytes: &self.bytes,
            own_photo,
            own_file: own_file.unwrap_or(self.files[usize::from(caller.team == "team2")]),
            lead: self.leads[usize::from(caller.team == "team2")],
        };
        operation(method, path, &near).unwrap_or_else(|| panic!("{method} {path}: describe it in operations.rs"))
    }

    /// The id of a new thing of `whose`, seen from `caller`.
    async fn thing(&self, caller: &Caller, subject: Subject, whose: Whose) -> Uuid {
        let home = self.home(caller);
        let away = if caller.team == "team2" { &self.team1 } else { &self.team2 };
        let bytes = &self.bytes;
        match whose {
            Whose::Own if caller.role.sees_own_only() => home.fresh(subject, &caller.person, caller.id, bytes).await,
            Whose::Own => home.fresh(subject, &home.rep, caller.id, bytes).await,
            Whose::Colleagues => home.fresh(subject, &self.colleague.1, self.colleague.0, bytes).await,
            Whose::OtherTeams => away.fresh(subject, &away.rep, away.rep_id(), bytes).await,
            Whose::OtherOrganisations => self.abroad.fresh(subject, &self.abroad.rep, self.abroad.rep_id(), bytes).await,
        }
    }

    async fn ask(&self, caller: &Caller, method: &str, path: &str, id: Uuid) -> Answer {
        // Signing out must not sign out the caller that the walk goes on with.
        let person = if path == "/v1/auth/logout" && caller.role != Role::Integrator {
            self.house.sign_in(&caller.login()).await
        } else {
            caller.person.clone()
        };
        let operation = self.describe(caller, method, path);
        person.send(request(&person, method, path, &operation, id)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_answers_each_caller_as_the_page_of_permissions_says() {
    let house = House::open().await;
    let (ground, callers) = Ground::open(&house).await;
    let walks = contract().into_iter().map(|(method, path, line)| walk(&ground, &callers, method, path, line));
    let wrong: Vec<String> = stream::iter(walks).buffer_unordered(4).collect::<Vec<_>>().await.concat();
    assert!(wrong.is_empty(), "{} answers are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Asks for one operation in every way; answers what was wrong.
async fn walk(ground: &Ground<'_>, callers: &[Caller], method: String, path: String, line: &Permission) -> Vec<String> {
    let (mut wrong, mut unseen, mut somebody) = (Vec::new(), Vec::new(), false);
    for caller in callers {
        let subject = ground.describe(caller, &method, &path).about;
        if !caller.may(line) {
            let answer = ground.ask(caller, &method, &path, new_id()).await;
            note(&mut wrong, &answer, 403, &format!("{method} {path} by {}", caller.name));
            continue;
        }
        let has_owner = !matches!(subject, Subject::Nothing | Subject::ClientMade);
        let nothing = if has_owner { Some(ground.ask(caller, &method, &path, new_id()).await.text) } else { None };
        for whose in whose_things(caller, has_owner) {
            let is_seen = sees(caller, subject, *whose);
            // What stays out of reach can be the same thing for everybody.
            let kept = unseen.iter().find(|(key, _)| !is_seen && *key == (*whose, caller.team)).map(|(_, id)| *id);
            let id = match kept {
                Some(id) => id,
                None => ground.thing(caller, subject, *whose).await,
            };
            if !is_seen {
                unseen.push(((*whose, caller.team), id));
            }
            let answer = ground.ask(caller, &method, &path, id).await;
            let told = format!("{method} {path} by {} about {whose:?} {subject:?}", caller.name);
            somebody |= answer.status.is_success();
            note(&mut wrong, &answer, if is_seen { 200 } else { 404 }, &told);
            if !is_seen && nothing.as_ref().is_some_and(|nothing| *nothing != answer.text) {
                wrong.push(format!("{told}: tells it from one that does not exist: {}", answer.text));
            }
        }
    }
    if !somebody {
        wrong.push(format!("{method} {path}: nobody could carry it out"));
    }
    wrong
}

fn whose_things(caller: &Caller, has_owner: bool) -> &'static [Whose] {
    match (has_owner, caller.team) {
        (false, _) => &[Whose::Own],
        // The colleague works in the first team.
        (true, "team2") => &[Whose::Own, Whose::OtherTeams, Whose::OtherOrganisations],
        (true, _) => &[Whose::Own, Whose::Colleagues, Whose::OtherTeams, Whose::OtherOrganisations],
    }
}

/// Writes down an answer that is not as it should be; 200 stands for every success.
fn note(wrong: &mut Vec<String>, answer: &Answer, want: u16, told: &str) {
    let got = answer.status.as_u16();
    let fits = if want == 200 { answer.status.is_success() } else { got == want };
    if !fits {
        wrong.push(format!("{told}: {got} instead of {want}: {}", answer.text.chars().take(300).collect::<String>()));
    }
}
