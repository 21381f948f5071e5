//! The two teams of the demo and one of another organisation: what lies there for others to reach for.

use dev::demo::{Door, PASSWORD, door, id_of, organisation_id};
use serde_json::{Value, json};
use tests::doorstep::{fresh_number, id_in, new_id, new_visit, photo_at, visit_at};
use tests::{House, Person};
use uuid::Uuid;

use crate::operations::{Subject, attachment, issuer, webhook};

/// A team, with those who can make things in it.
pub struct Place<'a> {
    pub house: &'a House,
    pub organisation: &'static str,
    pub team: &'static str,
    pub door: Door,
    pub admin: Person,
    pub rep: Person,
    rep_id: Uuid,
}

impl<'a> Place<'a> {
    pub async fn open(house: &'a House, organisation: &'static str, team: &'static str) -> Self {
        let (rep, n) = if team == "team1" { ("rep1", 0) } else { ("rep2", 1) };
        Self {
            house,
            organisation,
            team,
            door: door(organisation, n),
            admin: house.sign_in_to(organisation, "admin").await,
            rep: house.sign_in_to(organisation, rep).await,
            rep_id: id_of(organisation, rep),
        }
    }

    fn unit_id(&self) -> Uuid {
        id_of(self.organisation, self.team)
    }

    async fn made(&self, by: &Person, path: &str, body: &Value) -> Uuid {
        id_in(&by.post(path, body).await.expect(201))
    }

    /// Something new in this team. What reps make is made by `rep`; a note is for `recipient`.
    pub async fn fresh(&self, subject: Subject, rep: &Person, recipient: Uuid, bytes: &[u8]) -> Uuid {
        let name = format!("东西 {}", fresh_number());
        let unit_id = self.unit_id();
        match subject {
            Subject::Nothing | Subject::ClientMade => new_id(),
            Subject::Unit => self.made(&self.admin, "/v1/units", &json!({ "name": name, "parent_id": unit_id })).await,
            Subject::User => self.user().await,
            Subject::Session => self.session().await,
            Subject::ApiKey => {
                self.made(&self.admin, "/v1/api-keys", &json!({ "name": name, "scopes": ["visits:read"], "unit_id": unit_id })).await
            }
            Subject::Issuer => {
                let id = new_id();
                self.admin.put(&format!("/v1/oidc-issuers/{id}"), &issuer()).await.expect(201);
                id
            }
            Subject::Customer => self.made(&self.admin, "/v1/customers", &json!({ "name": name, "unit_id": unit_id })).await,
            Subject::Contact => {
                let path = format!("/v1/customers/{}/contacts", self.door.customer_id);
                self.made(&self.admin, &path, &json!({ "name": name, "decision_role": "champion" })).await
            }
            Subject::Import => self.import().await,
            Subject::DeclaredPhoto => id_in(&rep.declare(bytes).await),
            Subject::LandedPhoto => self.developed_photo(rep).await,
            Subject::Visit => {
                let id = new_id();
                rep.put(&format!("/v1/visits/{id}"), &visit_at(self.house, &self.door, &[])).await.expect(201);
                id
            }
            Subject::MisplacedVisit => self.misplaced_visit(rep).await,
            Subject::Proposal => {
                let visit = self.misplaced_visit(rep).await;
                self.made(rep, &format!("/v1/visits/{visit}/pin-proposal"), &json!({})).await
            }
            Subject::Note => self.note(recipient).await,
            Subject::Incident => self.incident(recipient).await,
            Subject::LeadInPool => self.lead_at("new", None).await,
            Subject::LeadOffered => self.lead_at("assigned", Some(recipient)).await,
            Subject::LeadTaken => self.lead_at("confirmed", Some(recipient)).await,
            Subject::LeadContacted => self.lead_at("contacted", Some(recipient)).await,
            Subject::LeadQualified => self.lead_at("qualified", Some(recipient)).await,
            Subject::ListEntry => self.list_entry(recipient).await,
            Subject::LeadTagged => self.tagged_lead(recipient).await,
            Subject::Webhook => self.webhook().await,
            Subject::Simulation => self.simulation().await,
            Subject::Document => self.document(rep, bytes).await,
            Subject::DocumentShared => self.shared_document(rep, bytes).await.0,
            Subject::DocumentLink => self.shared_document(rep, bytes).await.1,
            Subject::HandoverAsked => self.handover("asked", recipient).await,
            Subject::HandoverReturned => self.handover("returned", recipient).await,
            Subject::DeclaredAttachment => self.made(rep, "/v1/attachments", &attachment(bytes)).await,
            Subject::Deal => self.deal(recipient).await,
            Subject::LandedAttachment => self.landed_attachment(rep, bytes).await,
        }
    }

    /// The rep of this team, for notes.
    pub fn rep_id(&self) -> Uuid {
        self.rep_id
    }

    async fn user(&self) -> Uuid {
        let login = format!("w{}", fresh_number());
        let body = json!({ "login": login, "name": login, "role": "legal", "unit_id": self.unit_id() });
        self.made(&self.admin, "/v1/users", &body).await
    }

    /// A session of somebody whom the walk does not need.
    async fn session(&self) -> Uuid {
        let login = format!("w{}", fresh_number());
        let body = json!({ "login": login, "name": login, "role": "legal", "unit_id": self.unit_id(), "password": PASSWORD });
        let user = self.made(&self.admin, "/v1/users", &body).await;
        self.house.sign_in_to(self.organisation, &login).await;
        let sessions = self.admin.get(&format!("/v1/users/{user}/sessions")).await.expect(200);
        id_in(&sessions["items"][0])
    }

    async fn import(&self) -> Uuid {
        let path = format!("/v1/customers:import?unit_id={}", self.unit_id());
        let csv = format!("name\n进口 {}\n", fresh_number());
        let request = self.admin.request(reqwest::Method::POST, &path).header("Content-Type", "text/csv").body(csv);
        id_in(&self.admin.send(request).await.expect(201))
    }

    /// A photo whose thumbnail is there, as if the darkroom had been at work.
    async fn developed_photo(&self, rep: &Person) -> Uuid {
        let photo = rep.upload(&photo_at(self.house, &self.door)).await;
        let mut behind = self.house.behind().await;
        sqlx::query("update photos set thumbnail_key = object_key where id = $1").bind(photo).execute(&mut behind).await.unwrap();
        photo
    }

    /// A deal at this team's door; what a key looks at is the rep's.
    async fn deal(&self, owner: Uuid) -> Uuid {
        let body = json!({ "customer_id": self.door.customer_id, "name": format!("商机 {}", fresh_number()), "owner_id": self.rep_id });
        let id = self.made(&self.admin, "/v1/deals", &body).await;
        let owner = if owner.is_nil() { self.rep_id } else { owner };
        let held = sqlx::query("update standings set owner_id = $2 where subject_id = $1").bind(id).bind(owner);
        held.execute(&mut self.house.behind().await).await.unwrap();
        id
    }

    pub async fn landed_attachment(&self, rep: &Person, bytes: &[u8]) -> Uuid {
        let id = self.made(rep, "/v1/attachments", &attachment(bytes)).await;
        let path = format!("/v1/attachments/{id}/content");
        let request = rep.request(reqwest::Method::PUT, &path).header("Content-Type", "application/octet-stream").body(bytes.to_vec());
        rep.send(request).await.expect(200);
        id
    }

    async fn document(&self, rep: &Person, bytes: &[u8]) -> Uuid {
        let (attachment_id, customer_id) = (self.landed_attachment(rep, bytes).await, self.door.customer_id);
        let body = json!({ "kind": "proposal", "title": "方案", "customer_id": customer_id, "attachment_id": attachment_id });
        self.made(rep, "/v1/documents", &body).await
    }

    /// A document that was shared with its customer, and the link.
    async fn shared_document(&self, rep: &Person, bytes: &[u8]) -> (Uuid, Uuid) {
        let document = self.document(rep, bytes).await;
        let link = self.made(rep, &format!("/v1/documents/{document}/links"), &json!({ "recipient": "王芳" })).await;
        (document, link)
    }

    /// A visit whose photo was taken across town.
    async fn misplaced_visit(&self, rep: &Person) -> Uuid {
        let elsewhere = Door { position: door(self.organisation, 4).position, ..self.door.clone() };
        let photo = rep.upload(&photo_at(self.house, &elsewhere)).await;
        let visit = rep.put(&new_visit(), &visit_at(self.house, &self.door, &[photo])).await.expect(201);
        id_in(&visit)
    }

    /// Something of `owner`'s that has stalled.
    async fn incident(&self, owner: Uuid) -> Uuid {
        let id = new_id();
        let mut behind = self.house.behind().await;
        for statement in [
            "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, owner_id) select $1, 'lead', $2, '晨光超市', $3, $4",
            "insert into timers (organisation_id, id, subject_kind, subject_id, code, opened_by, opened_at, since_at, step, playbook_version)
             select $1, $2, 'lead', $2, 'lead_stalled', $2, now(), now(), 1, 1 where $3 <> $4",
            "insert into incidents (organisation_id, id, timer_id, code, subject_kind, subject_id, unit_id, owner_id, opened_at, due_at,
                 raised_at, late, playbook_version)
             select $1, $2, $2, 'lead_stalled', 'lead', $2, $3, $4, now(), now(), now(), false, 1",
        ] {
            let planted = sqlx::query(statement).bind(organisation_id(self.organisation)).bind(id).bind(self.unit_id()).bind(owner);
            planted.execute(&mut behind).await.unwrap();
        }
        id
    }

    /// A lead that has come as far as `stage`, whoever holds it; what a key looks at is the rep's.
    async fn lead_at(&self, stage: &str, owner: Option<Uuid>) -> Uuid {
        let body = json!({ "source": "website", "company": format!("线索 {}", fresh_number()), "unit_id": self.unit_id() });
        let id = self.made(&self.admin, "/v1/leads", &body).await;
        let owner = owner.map(|owner| if owner.is_nil() { self.rep_id } else { owner });
        let placed = sqlx::query("update standings set stage = $2, owner_id = $3 where subject_id = $1").bind(id).bind(stage).bind(owner);
        placed.execute(&mut self.house.behind().await).await.unwrap();
        id
    }

    async fn tagged_lead(&self, owner: Uuid) -> Uuid {
        let id = self.lead_at("confirmed", Some(owner)).await;
        let known = sqlx::query(
            "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, history)
               select organisation_id, 'contact', contact_id, '王芳', unit_id, jsonb_build_object(
                   'contact.chat_added', jsonb_build_object('times', 1, 'last_action', id, 'last_at', created_at),
                   'contact.tagged', jsonb_build_object('times', 1, 'last_action', id, 'last_at', created_at))
               from leads where id = $1",
        );
        known.bind(id).execute(&mut self.house.behind().await).await.unwrap();
        id
    }

    /// Something that `asker` has asked of their own department, or where they are of none, of operations.
    async fn handover(&self, stage: &str, asker: Uuid) -> Uuid {
        let (id, asker) = (new_id(), if asker.is_nil() { self.rep_id } else { asker });
        let mut behind = self.house.behind().await;
        for statement in [
            "insert into handovers (organisation_id, id, unit_id, asked_by, from_role, department, customer_id, asked_at, updated_at)
             select $1, $2, $3, u.id, u.role, case when u.role in ('presales', 'delivery', 'legal') then u.role else 'operations' end, $5, now(), now()
             from users u where u.id = $4 and $6 <> ''",
            "insert into handover_turns (organisation_id, handover_id, nth, need, asked_at, ended_at, ended_as)
             select $1, $2, 1, '付款条款', now(), case $6 when 'returned' then now() end, case $6 when 'returned' then 'returned' end
             where $3 <> $4 and $4 <> $5",
            "insert into standings (organisation_id, subject_kind, subject_id, name, unit_id, owner_id, department, customer_id, stage, entry_id,
                 entered_at)
             select $1, 'handover', $2, '晨光超市', $3, $4, 'operations', $5, $6, $2, now()",
        ] {
            let planted = sqlx::query(statement).bind(organisation_id(self.organisation)).bind(id).bind(self.unit_id()).bind(asker);
            planted.bind(self.door.customer_id).bind(stage).execute(&mut behind).await.unwrap();
        }
        id
    }

    /// The person of a lead on the list of this week's expert calls.
    async fn list_entry(&self, owner: Uuid) -> Uuid {
        let (lead, id) = (self.tagged_lead(owner).await, new_id());
        let listed = sqlx::query(
            "insert into list_entries (organisation_id, id, list, week_on, subject_kind, subject_id, added_at)
             select organisation_id, $2, 'expert_calls', current_date, 'contact', contact_id, now() from leads where id = $1",
        );
        listed.bind(lead).bind(id).execute(&mut self.house.behind().await).await.unwrap();
        id
    }

    /// An endpoint that was sent an event, under an id like its own.
    async fn webhook(&self) -> Uuid {
        let id = self.made(&self.admin, "/v1/webhooks", &webhook()).await;
        let mut behind = self.house.behind().await;
        for statement in [
            "insert into events (organisation_id, id, kind, occurred_at, recorded_at, envelope) values ($1, $2, 'incident.raised', now(), now(), '{}')",
            "insert into deliveries (organisation_id, id, endpoint_id, event_id, channel, state, due_at, created_at, settled_at)
             values ($1, $2, $2, $2, 'webhook', 'delivered', now(), now(), now())",
        ] {
            sqlx::query(statement).bind(organisation_id(self.organisation)).bind(id).execute(&mut behind).await.unwrap();
        }
        id
    }

    /// A simulation that has ended.
    async fn simulation(&self) -> Uuid {
        let id = new_id();
        let ended = sqlx::query(
            "insert into simulations (organisation_id, id, playbook_version, from_at, until_at, created_at, ended_at)
             values ($1, $2, 1, now() - interval '1 day', now(), now(), now())",
        );
        ended.bind(organisation_id(self.organisation)).bind(id).execute(&mut self.house.behind().await).await.unwrap();
        id
    }

    async fn note(&self, recipient: Uuid) -> Uuid {
        let id = new_id();
        let mut behind = self.house.behind().await;
        sqlx::query(
            "insert into interventions (organisation_id, id, recipient_id, kind, code, created_at)
             values ($1, $2, $3, 'signal', 'verdict_changed', now())",
        )
        .bind(organisation_id(self.organisation))
        .bind(id)
        .bind(recipient)
        .execute(&mut behind)
        .await
        .unwrap();
        id
    }
}
