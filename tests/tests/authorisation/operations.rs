//! How to ask for every operation so that nothing but the caller can be wrong with it.

use dev::demo::{Door, id_of};
use domain::customers::decision_roles;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};
use tests::doorstep::{declaration_of, fresh_number, new_id, visit_at};
use tests::{House, Person};
use uuid::Uuid;

/// What the `{id}` of an operation's path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The path has no id, or one that the client makes.
    Nothing,
    ClientMade,
    Unit,
    User,
    Session,
    ApiKey,
    Issuer,
    Customer,
    Contact,
    Import,
    DeclaredPhoto,
    LandedPhoto,
    Visit,
    /// A visit that is left out because of where its customer's pin is.
    MisplacedVisit,
    Proposal,
    Note,
    Incident,
    /// Leads by how far they have come: held by nobody, offered, and held by somebody.
    LeadInPool,
    LeadOffered,
    LeadTaken,
    LeadContacted,
    LeadQualified,
    /// Taken, and its person was added in a chat and tagged.
    LeadTagged,
    ListEntry,
    Webhook,
    Simulation,
    /// Asked of the caller's department, or where they are of none, of operations.
    HandoverAsked,
    HandoverReturned,
    /// Of a customer, with a version whose file is there.
    Document,
    /// One that was shared with its customer.
    DocumentShared,
    /// A link to one.
    DocumentLink,
    DeclaredAttachment,
    LandedAttachment,
    Deal,
}

/// The request's content.
pub enum Content {
    None,
    Json(Value),
    Csv(&'static str),
    /// The `visit` part of a form.
    Form(Value),
    Bytes(Vec<u8>),
}

/// One operation, ready to be asked for.
pub struct Operation {
    pub about: Subject,
    pub query: String,
    pub content: Content,
}

/// What a request may speak of without being wrong: things of the caller's own team.
pub struct Surroundings<'a> {
    pub house: &'a House,
    pub organisation: &'a str,
    pub team: &'a str,
    pub door: Door,
    /// Of a photo that was declared and has not come.
    pub bytes: &'a [u8],
    /// A photo of the caller's own that has landed.
    pub own_photo: Uuid,
    /// A lead of the team that goes on.
    pub lead: Uuid,
    /// A file that the caller may put to something.
    pub own_file: Uuid,
}

fn about(about: Subject) -> Operation {
    Operation { about, query: String::new(), content: Content::None }
}

fn says(subject: Subject, content: Value) -> Operation {
    Operation { content: Content::Json(content), ..about(subject) }
}

fn asks(query: impl Into<String>) -> Operation {
    Operation { query: query.into(), ..about(Subject::Nothing) }
}

/// The operation, or `None` for one that nobody has described here.
pub fn operation(method: &str, path: &str, near: &Surroundings<'_>) -> Option<Operation> {
    use Subject::{
        ApiKey, ClientMade, Contact, Customer, Deal, DeclaredAttachment, DeclaredPhoto, Document, DocumentLink, DocumentShared,
        HandoverAsked, HandoverReturned, Import, Incident, Issuer, LandedAttachment, LandedPhoto, LeadContacted, LeadInPool, LeadOffered,
        LeadQualified, LeadTagged, LeadTaken, ListEntry, MisplacedVisit, Note, Nothing, Proposal, Session, Simulation, Unit, User, Visit,
        Webhook,
    };
    let unit_id = id_of(near.organisation, near.team);
    let name = || format!("名字 {}", fresh_number());
    let customer = near.door.customer_id;
    let visit = || visit_at(near.house, &near.door, &[]);
    Some(match (method, path) {
        ("GET", "/v1/me" | "/v1/organisation" | "/v1/decision-roles" | "/v1/visit-rules" | "/v1/playbook" | "/v1/playbook/replanning") => {
            about(Nothing)
        }
        ("GET", "/v1/units" | "/v1/users" | "/v1/api-keys" | "/v1/oidc-issuers" | "/v1/customers" | "/v1/inbox" | "/v1/incidents") => {
            asks("?limit=200")
        }
        ("GET", "/v1/visits") => asks("?limit=200&status=all"),
        ("GET", "/v1/leads" | "/v1/boards/breaker" | "/v1/weekly-lists") => asks("?limit=200"),
        ("GET", "/v1/lead-options" | "/v1/metrics/lead-response") => about(Nothing),
        ("PUT", "/v1/targets/lead-response") => {
            let (measure, clock) = ("p50", "business");
            says(Nothing, json!({ "unit_id": unit_id, "month": "2026-12", "measure": measure, "clock": clock, "minutes": 120 }))
        }
        ("POST", "/v1/leads:import") => Operation { content: Content::Csv("company,source\n晨光便利店,展会\n"), ..about(Nothing) },
        ("POST", "/v1/leads") => says(Nothing, json!({ "source": "website", "company": name() })),
        ("GET", "/v1/leads/{id}" | "/v1/leads/{id}/actions" | "/v1/leads/{id}/duplicates") => about(LeadTaken),
        ("PATCH", "/v1/leads/{id}") => says(LeadTaken, json!({ "wish": name() })),
        ("POST", "/v1/leads/{id}/assign") => {
            let rep = if near.team == "team2" { "rep2" } else { "rep1" };
            says(LeadInPool, json!({ "owner_id": id_of(near.organisation, rep) }))
        }
        ("POST", "/v1/leads/{id}/accept") => about(LeadOffered),
        ("POST", "/v1/leads/{id}/decline") => says(LeadOffered, json!({ "reason": "too_busy" })),
        ("POST", "/v1/leads/{id}/claim") => about(LeadInPool),
        ("POST", "/v1/leads/{id}/return") => says(LeadTaken, json!({ "reason": "on_leave" })),
        ("POST", "/v1/leads/{id}/contact") => says(LeadTaken, json!({ "channel": "visit", "outcome": "will_think" })),
        ("POST", "/v1/leads/{id}/chat-contact") => says(LeadTaken, json!({ "channel": "wecom" })),
        ("POST", "/v1/leads/{id}/tag") => says(LeadTagged, json!({ "tag": "价格敏感" })),
        ("POST", "/v1/leads/{id}/content-push") => says(LeadTagged, json!({ "content": "门店案例" })),
        ("POST", "/v1/leads/{id}/qualify") => says(LeadContacted, json!({})),
        ("POST", "/v1/leads/{id}/disqualify") => says(LeadTaken, json!({ "reason": "no_need" })),
        ("POST", "/v1/leads/{id}/convert") => says(LeadQualified, json!({})),
        ("POST", "/v1/weekly-list-entries/{id}/done") => about(ListEntry),
        ("GET", "/v1/deals") => asks("?limit=200"),
        ("GET", "/v1/deal-options") => about(Nothing),
        ("POST", "/v1/deals") => says(Nothing, json!({ "customer_id": customer, "name": name() })),
        (
            "GET",
            "/v1/deals/{id}" | "/v1/deals/{id}/actions" | "/v1/deals/{id}/attachments" | "/v1/deals/{id}/contacts" | "/v1/deals/{id}/node",
        ) => about(Deal),
        ("PATCH", "/v1/deals/{id}") => says(Deal, json!({ "name": name() })),
        ("PATCH", "/v1/deals/{id}/fields") => says(Deal, json!({ "id": new_id(), "fields": { "pain": name() } })),
        ("POST", "/v1/deals/{id}/actions") => says(Deal, json!({ "id": new_id(), "kind": "note.added", "data": { "text": name() } })),
        ("POST", "/v1/deals/{id}/attachments") => says(Deal, json!({ "attachment_id": near.own_file })),
        ("POST", "/v1/deals/{id}/move") => says(Deal, json!({ "to": "demo_trial", "reason": "客户催得紧" })),
        ("POST", "/v1/deals/{id}/assign") => {
            let rep = if near.team == "team2" { "rep2" } else { "rep1" };
            says(Deal, json!({ "owner_id": id_of(near.organisation, rep) }))
        }
        ("POST", "/v1/attachments") => says(Nothing, attachment(near.bytes)),
        ("GET", "/v1/attachments/{id}" | "/v1/attachments/{id}/content") => about(LandedAttachment),
        ("POST", "/v1/attachments/{id}/check") => about(DeclaredAttachment),
        ("PUT", "/v1/attachments/{id}/content") => Operation { content: Content::Bytes(near.bytes.to_vec()), ..about(DeclaredAttachment) },
        ("POST", "/v1/leads/{id}/merge") => says(LeadTaken, json!({ "into": near.lead })),
        ("GET", "/v1/handovers") => asks("?limit=200"),
        ("GET", "/v1/metrics/handovers") => about(Nothing),
        ("POST", "/v1/handovers") => says(Nothing, json!({ "department": "legal", "customer_id": customer, "need": name() })),
        ("GET", "/v1/handovers/{id}") => about(HandoverAsked),
        ("POST", "/v1/handovers/{id}/ask") => says(HandoverReturned, json!({ "need": name() })),
        ("POST", "/v1/handovers/{id}/answer") => says(HandoverAsked, json!({ "answer": name() })),
        ("POST", "/v1/handovers/{id}/return" | "/v1/handovers/{id}/withdraw") => says(HandoverAsked, json!({ "reason": name() })),
        ("GET", "/v1/documents") => asks("?limit=200"),
        ("GET", "/v1/boards/health") => about(Nothing),
        ("POST", "/v1/documents") => {
            says(Nothing, json!({ "kind": "proposal", "title": name(), "customer_id": customer, "attachment_id": near.own_file }))
        }
        ("GET", "/v1/documents/{id}" | "/v1/documents/{id}/content" | "/v1/documents/{id}/links") => about(Document),
        ("POST", "/v1/documents/{id}/versions") => says(Document, json!({ "attachment_id": near.own_file })),
        ("POST", "/v1/documents/{id}/links") => says(Document, json!({ "recipient": "王芳" })),
        ("POST", "/v1/documents/{id}/sign") => says(DocumentShared, json!({})),
        ("POST", "/v1/documents/{id}/withdraw") => says(DocumentShared, json!({ "reason": name() })),
        ("GET", "/v1/document-links/{id}/hits") | ("POST", "/v1/document-links/{id}/revoke") => about(DocumentLink),
        ("GET", "/v1/customers/{id}/timeline") => about(Customer),
        ("GET", "/v1/deals/{id}/timeline") => about(Deal),
        ("GET", "/v1/looks" | "/v1/me/looks" | "/v1/metrics/cycle-time/deals") => asks("?limit=200"),
        ("GET", "/v1/metrics/cycle-time") => about(Nothing),
        ("GET", "/v1/boards/visits" | "/v1/boards/evidence") => about(Nothing),
        ("GET", "/v1/calendar" | "/v1/calendar/days") => about(Nothing),
        ("PUT", "/v1/calendar") => says(Nothing, calendar()),
        ("POST", "/v1/calendar:import") => {
            let content = Content::Csv("date,kind,name\n2027-01-01,off,元旦\n");
            Operation { content, ..asks("?year=2027&dry_run=false") }
        }
        ("POST", "/v1/calendar:measure") => says(Nothing, json!({ "from": "2026-09-30T17:00:00+08:00", "budget_minutes": 240 })),
        ("POST", "/v1/auth/logout") => about(Nothing),
        ("PATCH", "/v1/organisation") => says(Nothing, json!({ "name": name() })),
        ("POST", "/v1/units") => says(Nothing, json!({ "name": name(), "parent_id": unit_id })),
        ("GET" | "DELETE", "/v1/units/{id}") => about(Unit),
        ("PATCH", "/v1/units/{id}") => says(Unit, json!({ "name": name() })),
        ("POST", "/v1/users") => {
            says(Nothing, json!({ "login": format!("u{}", fresh_number()), "name": name(), "role": "legal", "unit_id": unit_id }))
        }
        ("GET", "/v1/users/{id}" | "/v1/users/{id}/sessions") => about(User),
        ("PATCH", "/v1/users/{id}") => says(User, json!({ "name": name() })),
        ("POST", "/v1/users/{id}/password") => says(User, json!({ "password": "another-password" })),
        ("DELETE", "/v1/sessions/{id}") => about(Session),
        ("POST", "/v1/api-keys") => says(Nothing, json!({ "name": name(), "scopes": ["visits:read"], "unit_id": unit_id })),
        ("DELETE", "/v1/api-keys/{id}") => about(ApiKey),
        ("PUT", "/v1/oidc-issuers/{id}") => says(ClientMade, issuer()),
        ("DELETE", "/v1/oidc-issuers/{id}") => about(Issuer),
        ("POST", "/v1/customers") => says(Nothing, json!({ "name": name() })),
        ("GET" | "DELETE", "/v1/customers/{id}") | ("GET", "/v1/customers/{id}/contacts") => about(Customer),
        ("PATCH", "/v1/customers/{id}") => says(Customer, json!({ "name": name() })),
        ("POST", "/v1/customers/{id}/contacts") => says(Customer, json!({ "name": name(), "decision_role": "champion" })),
        ("GET" | "DELETE", "/v1/contacts/{id}") => about(Contact),
        ("PATCH", "/v1/contacts/{id}") => says(Contact, json!({ "name": name() })),
        ("PUT", "/v1/decision-roles") => says(Nothing, roles()),
        ("POST", "/v1/customers:import") => Operation { content: Content::Csv("name\n晨光便利店\n"), ..about(Nothing) },
        ("GET", "/v1/customer-imports/{id}" | "/v1/customer-imports/{id}/lines") => about(Import),
        ("DELETE", "/v1/customer-imports/{id}") | ("POST", "/v1/customer-imports/{id}/apply") => about(Import),
        ("PUT", "/v1/visit-rules") => says(Nothing, json!({ "fence_m": 250.0 })),
        ("PUT", "/v1/playbook") | ("POST", "/v1/playbook:check" | "/v1/playbook:simulate") => says(Nothing, playbook()),
        ("GET", "/v1/playbook/simulations/{id}") => about(Simulation),
        ("POST", "/v1/challenges") => says(Nothing, json!({ "count": 2 })),
        ("POST", "/v1/photos") => says(Nothing, declaration_of(near.bytes)),
        ("GET", "/v1/photos/{id}" | "/v1/photos/{id}/content") => about(LandedPhoto),
        ("PUT", "/v1/photos/{id}/content") => Operation { content: Content::Bytes(near.bytes.to_vec()), ..about(DeclaredPhoto) },
        ("POST", "/v1/visits") => Operation { content: Content::Form(with_id(visit())), ..about(Nothing) },
        ("POST", "/v1/visits:batch") => says(Nothing, json!({ "visits": [with_id(visit())] })),
        ("POST", "/v1/visits:precheck") => says(Nothing, json!({ "customer_id": customer })),
        ("PUT", "/v1/visits/{id}") => says(ClientMade, visit()),
        ("GET", "/v1/visits/{id}" | "/v1/visits/{id}/verdicts") | ("POST", "/v1/visits/{id}/re-evaluate") => about(Visit),
        ("POST", "/v1/visits/{id}/photos") => says(Visit, json!({ "photo_ids": [near.own_photo] })),
        ("POST", "/v1/visits/{id}/appeal") => says(Visit, json!({ "reason": "定位是准的" })),
        ("POST", "/v1/visits/{id}/review") => says(Visit, json!({ "decision": "valid", "reason": "已电话核实" })),
        ("POST", "/v1/visits/{id}/pin-proposal") => about(MisplacedVisit),
        ("GET", "/v1/pin-proposals") => asks("?limit=200"),
        ("POST", "/v1/pin-proposals/{id}/decision") => says(Proposal, json!({ "decision": "reject" })),
        ("POST", "/v1/inbox/{id}/acknowledge") => about(Note),
        ("GET", "/v1/stream") => asks("?for_s=1"),
        ("GET", "/v1/channels" | "/v1/channels/{channel}") => about(Nothing),
        ("PUT", "/v1/channels/{channel}") => says(Nothing, json!({ "enabled": false, "token": "a-robot-s-key" })),
        ("GET", "/v1/users/{id}/addresses") => about(User),
        ("PUT", "/v1/users/{id}/addresses") => says(User, json!({ "email": "li.wei@example.com" })),
        ("GET", "/v1/webhooks") => asks("?limit=200"),
        ("POST", "/v1/webhooks") => says(Nothing, webhook()),
        ("GET" | "DELETE", "/v1/webhooks/{id}") | ("GET", "/v1/webhooks/{id}/deliveries") => about(Webhook),
        ("PATCH", "/v1/webhooks/{id}") => says(Webhook, json!({ "description": name() })),
        ("POST", "/v1/webhooks/{id}/test" | "/v1/webhooks/{id}/deliveries/{delivery_id}/replay") => about(Webhook),
        ("GET", "/v1/incidents/{id}") | ("POST", "/v1/incidents/{id}/acknowledge") => about(Incident),
        ("POST", "/v1/incidents/{id}/snooze") => {
            let until = near.house.now() + chrono::TimeDelta::hours(1);
            says(Incident, json!({ "until": until.to_rfc3339(), "reason": "客户出差" }))
        }
        _ => return None,
    })
}

fn with_id(mut visit: Value) -> Value {
    visit["id"] = json!(new_id());
    visit
}

/// An issuer that nobody trusts yet.
pub fn issuer() -> Value {
    let issuer = format!("https://id{}.example.com", fresh_number());
    json!({ "issuer": issuer, "audience": "fieldproof", "jwks_url": format!("{issuer}/keys") })
}

/// An endpoint that nothing is sent to in these walks.
pub fn webhook() -> Value {
    json!({ "url": "https://crm.example.com/fieldproof", "event_types": ["incident.raised"] })
}

/// A file with these bytes, which are a JPEG's.
pub fn attachment(bytes: &[u8]) -> Value {
    let declared = declaration_of(bytes);
    json!({ "file_name": "门头.jpg", "content_type": "image/jpeg", "bytes": declared["bytes"], "sha256": declared["sha256"] })
}

/// The one that ships with the product.
fn playbook() -> Value {
    let playbook = domain::playbook::read(domain::playbook::DEFAULT).unwrap();
    serde_json::to_value(playbook).unwrap()
}

fn roles() -> Value {
    let items = decision_roles::DEFAULT.iter().map(|role| json!({ "code": role.code, "name_zh": role.zh_cn, "name_en": role.en }));
    json!({ "items": items.collect::<Vec<_>>() })
}

fn calendar() -> Value {
    let day = || json!([{ "from": "09:00", "to": "18:00" }]);
    let week = json!({
        "monday": day(), "tuesday": day(), "wednesday": day(), "thursday": day(), "friday": day(), "saturday": [], "sunday": [],
    });
    let window = json!({ "from": "08:00", "to": "21:00", "days": "every" });
    json!({ "zone": "Asia/Shanghai", "week": week, "days": [], "years": [], "delivery_window": window })
}

/// The request that `caller` makes, about `id`.
pub fn request(caller: &Person, method: &str, path: &str, operation: &Operation, id: Uuid) -> RequestBuilder {
    // What was delivered to an endpoint of these walks bears the endpoint's id.
    let path = path.replace("{id}", &id.to_string()).replace("{delivery_id}", &id.to_string()).replace("{channel}", "wecom_robot");
    let path = path + &operation.query;
    let request = caller.request(method.parse::<Method>().unwrap(), &path);
    let is_edit = matches!(method, "PATCH" | "PUT" | "DELETE") || path.starts_with("/v1/calendar:import");
    let request = if is_edit { request.header(header::IF_MATCH, "*") } else { request };
    match &operation.content {
        Content::None => request,
        Content::Json(body) => request.json(body),
        Content::Csv(text) => request.header(header::CONTENT_TYPE, "text/csv").body(*text),
        Content::Bytes(bytes) => request.header(header::CONTENT_TYPE, "application/octet-stream").body(bytes.clone()),
        Content::Form(visit) => {
            let part = reqwest::multipart::Part::text(visit.to_string()).mime_str("application/json").unwrap();
            request.multipart(reqwest::multipart::Form::new().part("visit", part))
        }
    }
}
