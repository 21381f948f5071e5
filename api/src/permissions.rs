//! Who may do what, on one page. An operation that is not listed here answers nobody.

use axum::http::Method;
use domain::people::Role;

use Role::{Admin, Clerk, Delivery, Director, Legal, Operations, Presales, Rep, Supervisor};

/// One operation: which roles may call it, and which scope an integrator's key needs.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    pub method: &'static str,
    pub path: &'static str,
    pub roles: &'static [Role],
    pub key_scope: Option<&'static str>,
}

/// Instead of a scope: every key may, whatever it was given.
pub const ANY_KEY: &str = "";

const fn allow(method: &'static str, path: &'static str, roles: &'static [Role], key_scope: Option<&'static str>) -> Permission {
    Permission { method, path, roles, key_scope }
}

const EVERYBODY: &[Role] = &[Rep, Clerk, Supervisor, Director, Presales, Delivery, Legal, Operations, Admin];
const FIELD: &[Role] = &[Rep, Clerk];
const REVIEWERS: &[Role] = &[Supervisor, Admin];
const WATCHERS: &[Role] = &[Supervisor, Director, Operations, Admin];
const ADMINS: &[Role] = &[Admin];
/// Who sees the people and units that they answer for.
const LEADERS: &[Role] = &[Supervisor, Director, Admin];
/// Who changes customers and contacts: the field and those who answer for it.
const KEEPERS: &[Role] = &[Rep, Clerk, Supervisor, Admin];

/// Who reads leads: those who work on them, answer for them, or are asked to help.
const LEAD_READERS: &[Role] = &[Rep, Clerk, Supervisor, Director, Presales, Operations, Admin];
/// Who watches how leads go on; pre-sales sees whom to help.
const LEAD_BOARD: &[Role] = &[Supervisor, Director, Presales, Operations, Admin];
/// Who keeps an incident quiet for a while: whoever can be at it. A director who is called reads, and calls the supervisor.
const INCIDENT_HOLDERS: &[Role] = &[Rep, Clerk, Supervisor, Presales, Delivery, Legal, Operations, Admin];
/// Who works through weekly lists.
const LIST_WORKERS: &[Role] = &[Presales, Supervisor, Admin];
/// Who works on leads, and who answers for them.
const LEAD_WORKERS: &[Role] = &[Rep, Supervisor, Admin];
/// Who holds leads.
const REPS: &[Role] = &[Rep];

/// Who asks other departments for something: everybody who works on customers, and those who answer for them.
const HANDOVER_ASKERS: &[Role] = &[Rep, Supervisor, Presales, Delivery, Legal, Operations, Admin];
/// Who reads hand-overs.
const HANDOVER_READERS: &[Role] = &[Rep, Supervisor, Director, Presales, Delivery, Legal, Operations, Admin];
/// What hand-overs are asked of; an admin may speak for a department.
const DEPARTMENTS: &[Role] = &[Presales, Delivery, Legal, Operations, Admin];
/// Who reads deals: those who work on them, answer for them, or are asked to help.
const DEAL_READERS: &[Role] = &[Rep, Supervisor, Director, Presales, Delivery, Legal, Operations, Admin];
/// Who works on deals, and who answers for them.
pub const DEAL_WORKERS: &[Role] = &[Rep, Supervisor, Admin];
/// Who tells what they took part in; which kinds of actions that are, the rule room says.
const DEAL_TELLERS: &[Role] = &[Rep, Supervisor, Presales, Delivery, Legal, Operations, Admin];

/// Who sends files up: everybody who writes anything down about deals and documents. Directors look on.
const FILERS: &[Role] = &[Rep, Supervisor, Presales, Delivery, Legal, Operations, Admin];

/// Who reads documents, and what became of them.
const DOCUMENT_READERS: &[Role] = &[Rep, Supervisor, Director, Presales, Delivery, Legal, Operations, Admin];
/// Who watches how customers are; reps see their own.
const HEALTH_BOARD: &[Role] = &[Rep, Supervisor, Director, Presales, Operations, Admin];

/// Who says when people work.
const CALENDAR_KEEPERS: &[Role] = &[Operations, Admin];

/// The scope of keys that are told exactly where things are; it opens no operation. Without it positions are told to about a hundred
/// metres, cannot be searched by, and pictures that have them written into them are not shown.
pub const PRECISE_POSITIONS: &str = "positions:precise";
/// Scopes that a key can be given.
pub const KEY_SCOPES: &[&str] = &[
    "customers:read",
    "customers:write",
    "visits:read",
    "boards:read",
    "calendar:read",
    "leads:read",
    "leads:write",
    "deals:read",
    "deals:write",
    "handovers:read",
    "documents:read",
    PRECISE_POSITIONS,
];

/// Every operation that needs a caller.
pub const PERMISSIONS: &[Permission] = &[
    allow("GET", "/v1/me", EVERYBODY, Some(ANY_KEY)),
    allow("POST", "/v1/auth/logout", EVERYBODY, None),
    allow("GET", "/v1/organisation", EVERYBODY, None),
    allow("PATCH", "/v1/organisation", ADMINS, None),
    allow("GET", "/v1/units", LEADERS, None),
    allow("POST", "/v1/units", ADMINS, None),
    allow("GET", "/v1/units/{id}", LEADERS, None),
    allow("PATCH", "/v1/units/{id}", ADMINS, None),
    allow("DELETE", "/v1/units/{id}", ADMINS, None),
    allow("GET", "/v1/users", LEADERS, None),
    allow("POST", "/v1/users", ADMINS, None),
    allow("GET", "/v1/users/{id}", LEADERS, None),
    allow("PATCH", "/v1/users/{id}", ADMINS, None),
    allow("POST", "/v1/users/{id}/password", ADMINS, None),
    allow("GET", "/v1/users/{id}/sessions", ADMINS, None),
    allow("DELETE", "/v1/sessions/{id}", ADMINS, None),
    allow("GET", "/v1/api-keys", ADMINS, None),
    allow("POST", "/v1/api-keys", ADMINS, None),
    allow("DELETE", "/v1/api-keys/{id}", ADMINS, None),
    allow("GET", "/v1/oidc-issuers", ADMINS, None),
    allow("PUT", "/v1/oidc-issuers/{id}", ADMINS, None),
    allow("DELETE", "/v1/oidc-issuers/{id}", ADMINS, None),
    allow("GET", "/v1/customers", EVERYBODY, Some("customers:read")),
    allow("POST", "/v1/customers", KEEPERS, Some("customers:write")),
    allow("GET", "/v1/customers/{id}", EVERYBODY, Some("customers:read")),
    allow("PATCH", "/v1/customers/{id}", KEEPERS, Some("customers:write")),
    allow("DELETE", "/v1/customers/{id}", &[Supervisor, Admin], Some("customers:write")),
    allow("GET", "/v1/customers/{id}/contacts", EVERYBODY, Some("customers:read")),
    allow("POST", "/v1/customers/{id}/contacts", KEEPERS, Some("customers:write")),
    allow("GET", "/v1/contacts/{id}", EVERYBODY, Some("customers:read")),
    allow("PATCH", "/v1/contacts/{id}", KEEPERS, Some("customers:write")),
    allow("DELETE", "/v1/contacts/{id}", KEEPERS, Some("customers:write")),
    allow("GET", "/v1/decision-roles", EVERYBODY, Some("customers:read")),
    allow("PUT", "/v1/decision-roles", ADMINS, None),
    allow("POST", "/v1/customers:import", REVIEWERS, Some("customers:write")),
    allow("GET", "/v1/customer-imports/{id}", REVIEWERS, Some("customers:write")),
    allow("DELETE", "/v1/customer-imports/{id}", REVIEWERS, Some("customers:write")),
    allow("GET", "/v1/customer-imports/{id}/lines", REVIEWERS, Some("customers:write")),
    allow("POST", "/v1/customer-imports/{id}/apply", REVIEWERS, Some("customers:write")),
    allow("GET", "/v1/visit-rules", EVERYBODY, Some("visits:read")),
    allow("PUT", "/v1/visit-rules", ADMINS, None),
    allow("POST", "/v1/challenges", FIELD, None),
    allow("POST", "/v1/photos", FIELD, None),
    allow("GET", "/v1/photos/{id}", EVERYBODY, Some("visits:read")),
    allow("PUT", "/v1/photos/{id}/content", FIELD, None),
    allow("GET", "/v1/photos/{id}/content", EVERYBODY, Some("visits:read")),
    allow("POST", "/v1/visits", FIELD, None),
    allow("POST", "/v1/visits:batch", FIELD, None),
    allow("POST", "/v1/visits:precheck", FIELD, None),
    allow("GET", "/v1/visits", EVERYBODY, Some("visits:read")),
    allow("PUT", "/v1/visits/{id}", FIELD, None),
    allow("GET", "/v1/visits/{id}", EVERYBODY, Some("visits:read")),
    allow("GET", "/v1/visits/{id}/verdicts", EVERYBODY, Some("visits:read")),
    allow("POST", "/v1/visits/{id}/photos", FIELD, None),
    allow("POST", "/v1/visits/{id}/appeal", FIELD, None),
    allow("POST", "/v1/visits/{id}/review", REVIEWERS, None),
    allow("POST", "/v1/visits/{id}/re-evaluate", REVIEWERS, None),
    allow("POST", "/v1/visits/{id}/pin-proposal", FIELD, None),
    allow("GET", "/v1/pin-proposals", WATCHERS, None),
    allow("POST", "/v1/pin-proposals/{id}/decision", REVIEWERS, None),
    allow("GET", "/v1/playbook", EVERYBODY, None),
    allow("PUT", "/v1/playbook", ADMINS, None),
    allow("POST", "/v1/playbook:check", ADMINS, None),
    allow("GET", "/v1/playbook/replanning", CALENDAR_KEEPERS, None),
    allow("POST", "/v1/playbook:simulate", ADMINS, None),
    allow("GET", "/v1/playbook/simulations/{id}", ADMINS, None),
    allow("GET", "/v1/boards/visits", WATCHERS, Some("boards:read")),
    allow("GET", "/v1/boards/evidence", WATCHERS, Some("boards:read")),
    allow("GET", "/v1/weekly-lists", LEAD_BOARD, Some("leads:read")),
    allow("POST", "/v1/weekly-list-entries/{id}/done", LIST_WORKERS, None),
    allow("GET", "/v1/boards/breaker", LEAD_BOARD, Some("boards:read")),
    allow("GET", "/v1/metrics/lead-response", LEAD_BOARD, Some("boards:read")),
    allow("PUT", "/v1/targets/lead-response", REVIEWERS, None),
    allow("GET", "/v1/incidents", EVERYBODY, None),
    allow("GET", "/v1/incidents/{id}", EVERYBODY, None),
    allow("POST", "/v1/incidents/{id}/acknowledge", INCIDENT_HOLDERS, None),
    allow("POST", "/v1/incidents/{id}/snooze", INCIDENT_HOLDERS, None),
    allow("GET", "/v1/leads", LEAD_READERS, Some("leads:read")),
    allow("POST", "/v1/leads", LEAD_WORKERS, Some("leads:write")),
    allow("POST", "/v1/leads:import", REVIEWERS, Some("leads:write")),
    allow("GET", "/v1/lead-options", LEAD_READERS, Some("leads:read")),
    allow("GET", "/v1/leads/{id}", LEAD_READERS, Some("leads:read")),
    allow("PATCH", "/v1/leads/{id}", LEAD_WORKERS, Some("leads:write")),
    allow("GET", "/v1/leads/{id}/actions", LEAD_READERS, Some("leads:read")),
    allow("GET", "/v1/leads/{id}/duplicates", LEAD_READERS, Some("leads:read")),
    allow("POST", "/v1/leads/{id}/merge", REVIEWERS, Some("leads:write")),
    allow("POST", "/v1/leads/{id}/assign", REVIEWERS, Some("leads:write")),
    allow("POST", "/v1/leads/{id}/accept", REPS, None),
    allow("POST", "/v1/leads/{id}/decline", REPS, None),
    allow("POST", "/v1/leads/{id}/claim", REPS, None),
    allow("POST", "/v1/leads/{id}/return", LEAD_WORKERS, None),
    allow("POST", "/v1/leads/{id}/contact", REPS, None),
    allow("POST", "/v1/leads/{id}/chat-contact", REPS, None),
    allow("POST", "/v1/leads/{id}/tag", REPS, None),
    allow("POST", "/v1/leads/{id}/content-push", REPS, None),
    allow("POST", "/v1/leads/{id}/qualify", LEAD_WORKERS, None),
    allow("POST", "/v1/leads/{id}/disqualify", LEAD_WORKERS, None),
    allow("POST", "/v1/leads/{id}/convert", LEAD_WORKERS, None),
    allow("GET", "/v1/handovers", HANDOVER_READERS, Some("handovers:read")),
    allow("POST", "/v1/handovers", HANDOVER_ASKERS, None),
    allow("GET", "/v1/handovers/{id}", HANDOVER_READERS, Some("handovers:read")),
    allow("POST", "/v1/handovers/{id}/ask", HANDOVER_ASKERS, None),
    allow("POST", "/v1/handovers/{id}/answer", DEPARTMENTS, None),
    allow("POST", "/v1/handovers/{id}/return", DEPARTMENTS, None),
    allow("POST", "/v1/handovers/{id}/withdraw", HANDOVER_ASKERS, None),
    allow("GET", "/v1/documents", DOCUMENT_READERS, Some("documents:read")),
    allow("POST", "/v1/documents", FILERS, None),
    allow("GET", "/v1/documents/{id}", DOCUMENT_READERS, Some("documents:read")),
    allow("GET", "/v1/documents/{id}/content", DOCUMENT_READERS, Some("documents:read")),
    allow("POST", "/v1/documents/{id}/versions", FILERS, None),
    allow("GET", "/v1/documents/{id}/links", DOCUMENT_READERS, Some("documents:read")),
    allow("POST", "/v1/documents/{id}/links", FILERS, None),
    allow("POST", "/v1/documents/{id}/sign", FILERS, None),
    allow("POST", "/v1/documents/{id}/withdraw", FILERS, None),
    allow("POST", "/v1/document-links/{id}/revoke", FILERS, None),
    allow("GET", "/v1/document-links/{id}/hits", DOCUMENT_READERS, None),
    allow("GET", "/v1/boards/health", HEALTH_BOARD, Some("boards:read")),
    allow("GET", "/v1/metrics/handovers", LEAD_BOARD, Some("boards:read")),
    allow("GET", "/v1/deals", DEAL_READERS, Some("deals:read")),
    allow("POST", "/v1/deals", DEAL_WORKERS, Some("deals:write")),
    allow("GET", "/v1/deal-options", DEAL_READERS, Some("deals:read")),
    allow("GET", "/v1/deals/{id}", DEAL_READERS, Some("deals:read")),
    allow("PATCH", "/v1/deals/{id}", DEAL_WORKERS, Some("deals:write")),
    allow("PATCH", "/v1/deals/{id}/fields", DEAL_WORKERS, None),
    allow("GET", "/v1/deals/{id}/actions", DEAL_READERS, Some("deals:read")),
    allow("POST", "/v1/deals/{id}/actions", DEAL_TELLERS, None),
    allow("GET", "/v1/deals/{id}/attachments", DEAL_READERS, Some("deals:read")),
    allow("POST", "/v1/deals/{id}/attachments", DEAL_WORKERS, None),
    allow("GET", "/v1/deals/{id}/contacts", DEAL_READERS, Some("deals:read")),
    allow("GET", "/v1/deals/{id}/node", DEAL_READERS, Some("deals:read")),
    allow("POST", "/v1/deals/{id}/move", REVIEWERS, None),
    allow("POST", "/v1/deals/{id}/assign", REVIEWERS, Some("deals:write")),
    allow("POST", "/v1/attachments", FILERS, None),
    allow("GET", "/v1/attachments/{id}", DEAL_READERS, Some("deals:read")),
    allow("POST", "/v1/attachments/{id}/check", FILERS, None),
    allow("PUT", "/v1/attachments/{id}/content", FILERS, None),
    allow("GET", "/v1/attachments/{id}/content", DEAL_READERS, Some("deals:read")),
    allow("GET", "/v1/customers/{id}/timeline", LEAD_READERS, None),
    allow("GET", "/v1/deals/{id}/timeline", DEAL_READERS, None),
    allow("GET", "/v1/metrics/cycle-time", LEAD_BOARD, Some("boards:read")),
    allow("GET", "/v1/metrics/cycle-time/deals", LEAD_BOARD, Some("boards:read")),
    allow("GET", "/v1/looks", ADMINS, None),
    allow("GET", "/v1/me/looks", EVERYBODY, None),
    allow("GET", "/v1/calendar", EVERYBODY, Some("calendar:read")),
    allow("PUT", "/v1/calendar", CALENDAR_KEEPERS, None),
    allow("POST", "/v1/calendar:import", CALENDAR_KEEPERS, None),
    allow("GET", "/v1/calendar/days", EVERYBODY, Some("calendar:read")),
    allow("POST", "/v1/calendar:measure", EVERYBODY, Some("calendar:read")),
    allow("GET", "/v1/channels", ADMINS, None),
    allow("GET", "/v1/channels/{channel}", ADMINS, None),
    allow("PUT", "/v1/channels/{channel}", ADMINS, None),
    allow("GET", "/v1/users/{id}/addresses", ADMINS, None),
    allow("PUT", "/v1/users/{id}/addresses", ADMINS, None),
    allow("GET", "/v1/webhooks", ADMINS, None),
    allow("POST", "/v1/webhooks", ADMINS, None),
    allow("GET", "/v1/webhooks/{id}", ADMINS, None),
    allow("PATCH", "/v1/webhooks/{id}", ADMINS, None),
    allow("DELETE", "/v1/webhooks/{id}", ADMINS, None),
    allow("POST", "/v1/webhooks/{id}/test", ADMINS, None),
    allow("GET", "/v1/webhooks/{id}/deliveries", ADMINS, None),
    allow("POST", "/v1/webhooks/{id}/deliveries/{delivery_id}/replay", ADMINS, None),
    allow("GET", "/v1/stream", EVERYBODY, None),
    allow("GET", "/v1/inbox", EVERYBODY, None),
    allow("POST", "/v1/inbox/{id}/acknowledge", EVERYBODY, None),
];

impl Permission {
    /// Whether a key with these scopes may call it.
    pub fn admits_key(&self, granted: &[String]) -> bool {
        self.key_scope.is_some_and(|needed| needed == ANY_KEY || granted.iter().any(|scope| scope == needed))
    }
}

/// Finds the operation's line on the page. `HEAD` is asked for as `GET`.
pub fn permission_for(method: &Method, path: &str) -> Option<&'static Permission> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    PERMISSIONS.iter().find(|line| line.method == method && line.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_listed_once_and_every_key_scope_is_known() {
        for (n, line) in PERMISSIONS.iter().enumerate() {
            assert!(PERMISSIONS[..n].iter().all(|other| (other.method, other.path) != (line.method, line.path)), "{line:?}");
            assert!(line.key_scope.is_none_or(|scope| scope == ANY_KEY || KEY_SCOPES.contains(&scope)), "{line:?}");
            assert!(!line.roles.is_empty(), "{line:?}");
        }
    }

    #[test]
    fn a_director_writes_nothing_but_what_is_their_own() {
        let written = PERMISSIONS.iter().filter(|line| line.method != "GET" && line.roles.contains(&Director)).map(|line| line.path);
        assert_eq!(written.collect::<Vec<_>>(), ["/v1/auth/logout", "/v1/calendar:measure", "/v1/inbox/{id}/acknowledge"]);
    }
}
