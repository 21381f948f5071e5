//! Codes that lists are narrowed to. One that no playbook of the organisation ever had is a mistake and no empty page; one of an earlier
//! version is none, for what stood there then may stand there still.

use domain::playbook::{Code, Playbook, SubjectKind};
use store::{Tx, playbook as kept};

use crate::http::fault::{Fault, FaultCode};
use crate::http::problem::{Problem, ProblemKind};

/// Longest list of codes that is looked at.
const CODES_MAX: usize = 50;

fn refused(fault: Fault) -> Problem {
    Problem::with(ProblemKind::MalformedRequest, fault)
}

/// The stages that `asked` names, separated by commas; `playbook` is the one in force.
///
/// # Errors
/// `malformed` or `not_known` at `?stage`.
pub async fn stages(tx: &mut Tx, playbook: &Playbook, kind: SubjectKind, asked: &str) -> Result<Vec<String>, Problem> {
    let stages = asked.split(',').map(|code| Code::parse(code).map(String::from)).collect::<Option<Vec<_>>>();
    let stages = stages.filter(|stages| stages.len() <= CODES_MAX).ok_or_else(|| refused(Fault::at("?stage", FaultCode::Malformed)))?;
    of_subject(tx, playbook, kind, &stages.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    Ok(stages)
}

/// Refuses a stage that is none; `playbook` is the one in force.
///
/// # Errors
/// `not_known` at `?stage`.
pub async fn stage(tx: &mut Tx, playbook: &Playbook, kind: SubjectKind, asked: &str) -> Result<(), Problem> {
    of_subject(tx, playbook, kind, &[asked]).await
}

async fn of_subject(tx: &mut Tx, playbook: &Playbook, kind: SubjectKind, asked: &[&str]) -> Result<(), Problem> {
    let in_force = |code: &str| playbook.subjects.get(&kind).is_some_and(|rules| rules.stage(code).is_some());
    known(tx, ("?stage", asked), in_force, &["subjects", kind.as_str(), "stages"]).await
}

/// Refuses a weekly list that is none; `playbook` is the one in force.
///
/// # Errors
/// `not_known` at `?list`.
pub async fn list(tx: &mut Tx, playbook: &Playbook, asked: &str) -> Result<(), Problem> {
    let in_force = |code: &str| playbook.lists.iter().any(|list| list.code.as_str() == code);
    known(tx, ("?list", &[asked]), in_force, &["lists"]).await
}

/// Nearly always the playbook in force knows them all; only where it does not, every version is asked.
async fn known(
    tx: &mut Tx,
    (pointer, asked): (&'static str, &[&str]),
    in_force: impl Fn(&str) -> bool + Send,
    place: &[&str],
) -> Result<(), Problem> {
    if asked.iter().all(|code| in_force(code)) {
        return Ok(());
    }
    let ever = kept::codes(tx, place).await?;
    if asked.iter().all(|asked| ever.iter().any(|code| code == asked)) {
        return Ok(());
    }
    Err(refused(Fault::at(pointer, FaultCode::NotKnown).allowing(ever.join(", "))))
}
