//! `GET /v1/deals/{id}/node`

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::playbook::model::{Move, StageKind, Subject};
use domain::playbook::{
    ActionKind, ClauseExplained, ClauseState, Evidence, Facts, Missing, MoveExplained, Playbook, Proven, SubjectKind, explain,
    explain_entry,
};
use domain::texts::Language;
use serde::Serialize;
use store::deals::known::{self, Author, Stay};
use store::deals::records;
use store::{engine, playbook};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::House;
use crate::docs::lists;
use crate::http::extract::{Json, Path};
use crate::http::problem::{Problem, ProblemKind};
use crate::sessions::Caller;

/// Where a deal stands, why, and what leads on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealNode)]
pub struct NodeBody {
    /// The node that it is in, and what usually leads there.
    pub current: CurrentBody,
    /// The node after it; null at the end.
    pub next: Option<WayBody>,
    /// Every other way on: nodes further on, and ends.
    pub others: Vec<WayBody>,
}

/// The node that a deal is in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealCurrentNode)]
pub struct CurrentBody {
    #[schema(example = "solution_comparison")]
    pub stage: String,
    /// In the reader's language.
    #[schema(example = "方案比选")]
    pub name: String,
    #[schema(value_type = lists::StageKindName)]
    pub kind: StageKind,
    pub entered_at: DateTime<Utc>,
    /// It began there, moved there by what became known, or was put there by somebody.
    #[schema(value_type = Option<lists::StayCause>)]
    pub because: Option<String>,
    /// The action that it came here with.
    pub by: Option<EvidenceBody>,
    /// The deeds that the node waits for: they alone stop its clock.
    pub awaits: Vec<DeedBody>,
    /// What it moved here by, as it was then. Of a node that it began in or was put into by hand: what usually leads there, as it looks
    /// today.
    pub conditions: Vec<ConditionBody>,
}

/// A way on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealWay)]
pub struct WayBody {
    pub stage: String,
    /// In the reader's language.
    pub name: String,
    #[schema(value_type = lists::StageKindName)]
    pub kind: StageKind,
    /// It is gone with one of these deeds; empty: with whatever makes the last condition true.
    pub on: Vec<DeedBody>,
    /// All of them have to be met.
    pub conditions: Vec<ConditionBody>,
    /// All of them are met by what was known when somebody put the deal where it is: it goes on with the next fact that one of them reads.
    pub waits_for_news: bool,
}

/// A deed, and when it was last done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealDeed)]
pub struct DeedBody {
    #[schema(example = "visit.counted")]
    pub kind: &'static str,
    /// In the reader's language.
    #[schema(example = "有效拜访")]
    pub name: &'static str,
    pub done: Option<EvidenceBody>,
}

/// A condition, met or not, and by what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DealCondition)]
pub struct ConditionBody {
    /// In the reader's language.
    #[schema(example = "客户要求报价")]
    pub name: String,
    /// As the playbook has it.
    #[schema(example = "subject.fields.quotation_asked")]
    pub condition: String,
    pub met: bool,
    /// What is not known, where that is why it is not met.
    #[schema(example = "subject.fields.quotation_asked")]
    pub missing: Option<String>,
    /// What it reads and is known, and the action that it is known from.
    pub evidence: Vec<EvidenceBody>,
}

/// Something that is known, and the action that it is known from.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = DealEvidence)]
pub struct EvidenceBody {
    /// What it is, as conditions write it; the action's kind where the action itself is meant.
    pub what: String,
    pub action_id: Uuid,
    pub action_kind: Option<String>,
    pub at: DateTime<Utc>,
    /// Null when the house did it.
    pub by: Option<Uuid>,
    pub by_name: Option<String>,
}

/// Why a deal is where it is
///
/// For the node that it is in and for those that it can go to: every condition, met or not, by which action, and when.
#[utoipa::path(get, path = "/v1/deals/{id}/node", tag = "deals", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The explanation", body = NodeBody),
))]
pub async fn node(State(house): State<Arc<House>>, caller: Caller, Path(id): Path<Uuid>) -> Result<Json<NodeBody>, Problem> {
    let mut tx = house.db.begin(&caller.scope).await?;
    records::find(&mut tx, id).await?.ok_or(ProblemKind::NotFound)?;
    let facts = engine::look(&mut tx, SubjectKind::Deal, id).await?.ok_or(ProblemKind::NotFound)?;
    let playbook = playbook::in_force(&mut tx).await?.playbook;
    let stays = known::stays(&mut tx, id).await?;
    let named = facts.subject.fields.values().map(|written| written.action);
    let proven = stays.iter().flat_map(|stay| stay.proof.iter().flat_map(|proven| &proven.evidence)).map(|evidence| evidence.action);
    let named = named.chain(facts.subject.history.values().map(|tally| tally.last_action)).chain(stays.iter().map(|stay| stay.action_id));
    let named = named.chain(proven);
    let authors = known::authors(&mut tx, id, &named.collect::<Vec<_>>()).await?;
    tx.commit().await?;
    let telling = Telling {
        playbook: &playbook,
        facts: &facts,
        authors: authors.into_iter().map(|author| (author.action_id, author)).collect(),
        language: caller.language,
        now: house.clock.now(),
    };
    telling.node(&stays).map(Json).ok_or_else(|| ProblemKind::NotFound.into())
}

struct Telling<'a> {
    playbook: &'a Playbook,
    facts: &'a Facts,
    authors: HashMap<Uuid, Author>,
    language: Language,
    now: DateTime<Utc>,
}

impl Telling<'_> {
    /// `None` for a deal that never began.
    fn node(&self, stays: &[Stay]) -> Option<NodeBody> {
        let rules = self.playbook.subjects.get(&SubjectKind::Deal)?;
        let place = self.facts.subject.place.as_ref()?;
        let explained = explain(self.playbook, self.facts, self.now);
        let stay = stays.iter().rev().find(|stay| stay.stage == place.stage.as_str());
        let stage = rules.stage(place.stage.as_str());
        let proof = stay.map(|stay| stay.proof.as_slice()).unwrap_or_default();
        let conditions = if proof.is_empty() {
            let entry = explain_entry(self.playbook, self.facts, self.now);
            entry.iter().flat_map(|way| &way.clauses).map(|clause| self.condition(clause)).collect()
        } else {
            proof.iter().map(|proven| self.proven(proven)).collect()
        };
        let current = CurrentBody {
            stage: place.stage.to_string(),
            name: stage.map_or(place.stage.as_str(), |stage| stage.name.of(self.language)).to_owned(),
            kind: stage.map_or(StageKind::Open, |stage| stage.kind),
            entered_at: place.entered_at,
            because: stay.map(|stay| stay.because.clone()),
            by: stay.map(|stay| self.evidence(&Evidence { name: String::new(), action: stay.action_id, at: stay.entered_at })),
            awaits: explained.awaits.iter().map(|kind| self.deed(*kind)).collect(),
            conditions,
        };
        let order = |way: &Move| rules.stages.iter().position(|stage| stage.code == way.to);
        let here = rules.stages.iter().position(|stage| stage.code == place.stage);
        let is_forward = |way: &MoveExplained<'_>| {
            let leads_on = rules.stage(way.step.to.as_str()).is_some_and(|stage| stage.kind != StageKind::Lost);
            leads_on && order(way.step) > here
        };
        let next = explained.moves.iter().filter(|way| is_forward(way)).filter_map(|way| order(way.step)).min();
        let mut next_ways = Vec::new();
        let mut others = Vec::new();
        for way in &explained.moves {
            let to_next = next.is_some() && order(way.step) == next;
            if to_next { next_ways.push(self.way(rules, way)) } else { others.push(self.way(rules, way)) }
        }
        // Of several ways to the next node, the first is told as the way and the others beside it.
        let mut next_ways = next_ways.into_iter();
        let next = next_ways.next();
        let others = next_ways.chain(others).collect();
        Some(NodeBody { current, next, others })
    }

    fn way(&self, rules: &Subject, way: &MoveExplained<'_>) -> WayBody {
        let stage = rules.stage(way.step.to.as_str());
        WayBody {
            stage: way.step.to.to_string(),
            name: stage.map_or(way.step.to.as_str(), |stage| stage.name.of(self.language)).to_owned(),
            kind: stage.map_or(StageKind::Open, |stage| stage.kind),
            on: way.step.on.iter().map(|kind| self.deed(*kind)).collect(),
            conditions: way.clauses.iter().map(|clause| self.condition(clause)).collect(),
            waits_for_news: self.waits_for_news(way),
        }
    }

    fn waits_for_news(&self, way: &MoveExplained<'_>) -> bool {
        let Some(place) = self.facts.subject.place.as_ref().filter(|place| place.placed) else { return false };
        let mut evidence = way.clauses.iter().flat_map(|clause| &clause.evidence);
        let are_met = way.clauses.iter().all(|clause| clause.state == ClauseState::Met);
        way.step.on.is_empty() && are_met && evidence.all(|evidence| evidence.at <= place.entered_at)
    }

    fn proven(&self, proven: &Proven) -> ConditionBody {
        ConditionBody {
            name: proven.name.of(self.language).to_owned(),
            condition: proven.condition.clone(),
            met: true,
            missing: None,
            evidence: proven.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
        }
    }

    fn deed(&self, kind: ActionKind) -> DeedBody {
        let done = self.facts.subject.history.get(&kind);
        let done = done.map(|tally| Evidence { name: kind.as_str().to_owned(), action: tally.last_action, at: tally.last_at });
        DeedBody { kind: kind.as_str(), name: kind.name(self.language), done: done.map(|done| self.evidence(&done)) }
    }

    fn condition(&self, explained: &ClauseExplained<'_>) -> ConditionBody {
        let missing = match &explained.state {
            ClauseState::Missing(missing) => Some(told(missing)),
            ClauseState::Met | ClauseState::NotMet => None,
        };
        ConditionBody {
            name: explained.clause.name.of(self.language).to_owned(),
            condition: explained.clause.condition.source().to_owned(),
            met: explained.state == ClauseState::Met,
            missing,
            evidence: explained.evidence.iter().map(|evidence| self.evidence(evidence)).collect(),
        }
    }

    fn evidence(&self, evidence: &Evidence) -> EvidenceBody {
        let author = self.authors.get(&evidence.action);
        let kind = author.map(|author| author.kind.clone());
        EvidenceBody {
            what: if evidence.name.is_empty() { kind.clone().unwrap_or_default() } else { evidence.name.clone() },
            action_id: evidence.action,
            action_kind: kind,
            at: evidence.at,
            by: author.and_then(|author| author.actor_id),
            by_name: author.and_then(|author| author.actor_name.clone()),
        }
    }
}

fn told(missing: &Missing) -> String {
    match missing {
        Missing::Fact(name) => name.to_string(),
        other => other.to_string(),
    }
}
