//! The statement that reads the facts of submissions.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::visits::key_info;
use serde_json::Value;
use uuid::Uuid;

use super::super::rows::Submission;
use crate::geography::Geog;
use crate::{StoreError, Tx};

/// What is known of one submission.
pub(super) struct Row {
    /// Which of those that were asked about, from one.
    n: i64,
    pub zone: String,
    pub unit_id: Uuid,
    pub rep_name: String,
    pub customer_name: Option<String>,
    pub pin: Option<Geog>,
    pub pin_otherwise: Option<Geog>,
    pub fence_m: Option<f64>,
    pub contact_known: bool,
    pub deal_known: bool,
    pub policy_version: i32,
    pub policy: Value,
    pub decision_roles: Vec<String>,
    pub photos: Value,
    pub twins: Value,
    pub look_alikes: Vec<Uuid>,
    pub previous: Option<Value>,
    pub repeated: Option<Uuid>,
    pub challenge: Option<Value>,
    pub existing_rep: Option<Uuid>,
    pub existing_body: Option<Vec<u8>>,
    pub existing_status: Option<String>,
    pub existing_seq: Option<i32>,
    pub playbook_version: Option<i32>,
    pub playbook_sha256: Option<Vec<u8>>,
    pub playbook_at: Option<DateTime<Utc>>,
}

/// By place among the submissions, counted from one, what is known of each; those of people who are no users are left out.
#[expect(clippy::too_many_lines, reason = "one statement")]
pub(super) async fn read(tx: &mut Tx, submissions: &[&Submission]) -> Result<HashMap<i64, Row>, StoreError> {
    let organisation_id = tx.organisation_id();
    hold_challenges(tx, submissions).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"
        select w.n as "n!", known.zone as "zone!", known.unit_id as "unit_id!", known.rep_name as "rep_name!",
            known.customer_name as "customer_name?", known.pin as "pin?: Geog", known.pin_otherwise as "pin_otherwise?: Geog",
            known.fence_m as "fence_m?", known.contact_known as "contact_known!", known.deal_known as "deal_known!",
            known.policy_version as "policy_version!", known.policy as "policy!", known.decision_roles as "decision_roles!",
            known.photos as "photos!", known.twins as "twins!", known.look_alikes as "look_alikes!", known.previous as "previous?",
            known.repeated as "repeated?", known.challenge as "challenge?", known.existing_rep as "existing_rep?",
            known.existing_body as "existing_body?", known.existing_status as "existing_status?", known.existing_seq as "existing_seq?",
            known.playbook_version as "playbook_version?", known.playbook_sha256 as "playbook_sha256?", known.playbook_at as "playbook_at?"
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::timestamptz[], $7::uuid[], $8::timestamptz[], $9::bytea[], $10::uuid[],
                $11::uuid[]) with ordinality
            w (rep_id, id, photo_ids, customer_id, received_at, contact_id, started_at, fingerprint, challenge_id, deal_id, n)
        cross join lateral (
            with photo as (
                select p.id, p.state, p.reading, p.landed_at, p.sha256, p.picture_sha256, wanted.n, coalesce(own.use_no, 9223372036854775807) as use_no
                from unnest(w.photo_ids::uuid[]) with ordinality wanted (id, n)
                join photos p on p.organisation_id = $1 and p.id = wanted.id and p.rep_id = w.rep_id
                left join visit_photos own on own.organisation_id = $1 and own.visit_id = w.id and own.photo_id = p.id
            ), twin as (
                -- Only visits that were judged with the picture before this one: whoever used it first is never blamed for the second.
                select photo.id as of, q.id as photo_id, v.id as visit_id, v.rep_id = w.rep_id as same_rep,
                       v.customer_id = w.customer_id as same_customer,
                       case when q.sha256 = photo.sha256 then 'bytes' else 'picture' end as kind, null::int as distance, v.received_at
                from photo
                join photos q on q.organisation_id = $1 and q.state = 'landed'
                    and (q.sha256 = photo.sha256 or q.picture_sha256 = photo.picture_sha256)
                join visit_photos x on x.organisation_id = $1 and x.photo_id = q.id and x.visit_id <> w.id and x.use_no < photo.use_no
                join visits v on v.organisation_id = $1 and v.id = x.visit_id
                    -- A visit that did not count may be tried again with the photo it has.
                    and not (v.status = 'invalid' and v.rep_id = w.rep_id and v.customer_id = w.customer_id)
                union all
                select k.photo_id, k.twin_photo_id, v.id, v.rep_id = w.rep_id, v.customer_id = w.customer_id, 'perceptual', k.distance, v.received_at
                from photo
                join look_alikes k on k.organisation_id = $1 and k.photo_id = photo.id
                join visit_photos x on x.organisation_id = $1 and x.photo_id = k.twin_photo_id and x.visit_id <> w.id and x.use_no < photo.use_no
                join visits v on v.organisation_id = $1 and v.id = x.visit_id
            )
            select o.zone, u.unit_id, u.name as rep_name, c.name as customer_name, c.pin, c.pin_otherwise, c.fence_m,
                (w.contact_id is null or exists (select from contacts t where t.organisation_id = $1 and t.id = w.contact_id
                    and t.customer_id = w.customer_id and t.deleted_at is null)) as contact_known,
                -- Whoever holds it, and however it stands: a phone that was offline cannot know.
                (w.deal_id is null or exists (select from standings t where t.organisation_id = $1 and t.subject_kind = 'deal'
                    and t.subject_id = w.deal_id and t.customer_id = w.customer_id)) as deal_known,
                policy.version as policy_version, policy.policy,
                array(select code from decision_roles where organisation_id = $1 and retired_at is null order by ordinal) as decision_roles,
                (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'state', state, 'reading', reading, 'landed_at', landed_at,
                    'sha256', sha256, 'picture_sha256', picture_sha256) order by n), '[]') from photo) as photos,
                (select coalesce(jsonb_agg(jsonb_build_object('of', of, 'photo_id', photo_id, 'visit_id', visit_id, 'same_rep', same_rep,
                    'same_customer', same_customer, 'kind', kind, 'distance', distance) order by distance nulls first, received_at), '[]')
                    from (select * from twin order by distance nulls first, received_at limit 20) nearest) as twins,
                array(select k.twin_photo_id from photo join look_alikes k on k.organisation_id = $1 and k.photo_id = photo.id
                    where k.twin_photo_id = any ($12)) as look_alikes,
                (select jsonb_build_object('visit_id', v.id, 'lon', st_x(v.position::geometry), 'lat', st_y(v.position::geometry),
                        'at', v.position_at, 'accuracy_m', v.position_accuracy_m)
                    from visits v where v.organisation_id = $1 and v.rep_id = w.rep_id and v.position is not null and v.id <> w.id
                        and v.position_at < w.started_at
                    order by v.position_at desc limit 1) as previous,
                (select v.id from visits v where v.organisation_id = $1 and v.rep_id = w.rep_id and v.key_info_sha256 = w.fingerprint
                    and v.id <> w.id and (v.received_at, v.id) < (w.received_at, w.id) order by v.received_at desc limit 1) as repeated,
                (select jsonb_build_object('issued_at', h.issued_at, 'expires_at', h.expires_at, 'used_by', h.used_by)
                    from challenges h where h.organisation_id = $1 and h.id = w.challenge_id and h.rep_id = w.rep_id) as challenge,
                playbook.version as playbook_version, playbook.source_sha256 as playbook_sha256, playbook.created_at as playbook_at,
                e.rep_id as existing_rep, e.body_sha256 as existing_body, e.status as existing_status, e.verdict_seq as existing_seq
            from organisations o
            join users u on u.organisation_id = o.id and u.id = w.rep_id
            join lateral (select version, policy from visit_policies where organisation_id = o.id
                -- The rules that the phone had when the visit began; a clock that runs ahead gets the newest.
                order by (in_force_from <= w.started_at) desc, case when in_force_from <= w.started_at then in_force_from end desc, in_force_from,
                    version desc limit 1) policy on true
            left join customers c on c.organisation_id = o.id and c.id = w.customer_id and (c.deleted_at is null or c.deleted_at > w.started_at)
                and exists (select from units own join units theirs on theirs.organisation_id = own.organisation_id and theirs.id = c.unit_id
                    and (theirs.path <@ own.path or own.path <@ theirs.path) where own.organisation_id = $1 and own.id = u.unit_id)
            -- What follows from a visit that counts is asked of it next.
            left join lateral (select version, source_sha256, created_at from playbooks
                where organisation_id = $1 order by version desc limit 1) playbook on true
            left join visits e on e.organisation_id = o.id and e.id = w.id
            where o.id = $1
        ) known
        "#,
        organisation_id,
        &column(submissions, |submission| submission.rep_id),
        &column(submissions, |submission| submission.id),
        &column(submissions, photo_ids),
        &column(submissions, |submission| submission.customer_id),
        &column(submissions, |submission| submission.received_at),
        &column(submissions, |submission| submission.contact_id) as &[Option<Uuid>],
        &column(submissions, |submission| submission.started_at),
        &column(submissions, |submission| key_info::fingerprint(&submission.key_info).map(Vec::from)) as &[Option<Vec<u8>>],
        &column(submissions, |submission| submission.challenge_id) as &[Option<Uuid>],
        &column(submissions, |submission| submission.deal_id) as &[Option<Uuid>],
        &submissions.iter().flat_map(|submission| submission.photo_ids.iter().copied()).collect::<Vec<_>>()
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.n, row)).collect())
}

/// Held until the verdicts are written: of two visits that name one challenge, the second sees that it is used.
async fn hold_challenges(tx: &mut Tx, submissions: &[&Submission]) -> Result<(), StoreError> {
    let named = submissions.iter().filter_map(|submission| submission.challenge_id).collect::<Vec<_>>();
    if named.is_empty() {
        return Ok(());
    }
    let organisation_id = tx.organisation_id();
    sqlx::query_scalar!(
        "select id from challenges where organisation_id = $1 and id = any ($2) order by id for update",
        organisation_id,
        &named
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(())
}

/// One value of every submission.
pub(in super::super) fn column<T>(submissions: &[&Submission], value: impl Fn(&Submission) -> T) -> Vec<T> {
    submissions.iter().map(|submission| value(submission)).collect()
}

/// As an array's text: there are no arrays of arrays of different lengths.
pub(in super::super) fn photo_ids(submission: &Submission) -> String {
    format!("{{{}}}", submission.photo_ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","))
}
