-- The engine of everything that must not stall: where each subject stands, the timers that watch it, and what follows when one runs
-- out. Whoever changes a subject's timers holds its row in `standings`, and takes it before any other row.

create table standings (
    organisation_id uuid not null,
    subject_kind text not null constraint standing_subject_known check (subject_kind in
        ('lead', 'deal', 'customer', 'contact', 'handover', 'document')),
    subject_id uuid not null,
    -- What people call it, and where its recipients are looked for.
    name text not null,
    unit_id uuid not null,
    owner_id uuid,
    -- Which role a hand-over was asked of.
    department text constraint standing_department_known check (department in ('presales', 'delivery', 'legal', 'operations')),
    stage text,
    entry_id uuid,
    entered_at timestamptz,
    placed boolean not null default false,
    -- By code: {value, action, at}.
    fields jsonb not null default '{}',
    -- By action kind: {times, last_action, last_at}.
    history jsonb not null default '{}',
    primary key (organisation_id, subject_kind, subject_id),
    constraint standing_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint standing_owner_exists foreign key (organisation_id, owner_id) references users (organisation_id, id),
    constraint standing_place_whole check (num_nulls(stage, entry_id, entered_at) in (0, 3))
);

-- The stages that a subject has been in. The next stay's beginning is this one's end.
create table stays (
    organisation_id uuid not null,
    entry_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    stage text not null,
    left_stage text,
    entered_at timestamptz not null,
    because text not null constraint stay_cause_known check (because in ('started', 'moved', 'placed')),
    action_id uuid not null,
    playbook_version integer not null,
    primary key (organisation_id, entry_id),
    constraint stay_of_standing foreign key (organisation_id, subject_kind, subject_id)
        references standings (organisation_id, subject_kind, subject_id)
);
create index stays_of_subject on stays (organisation_id, subject_kind, subject_id, entered_at);
create trigger stays_are_appended before update or delete on stays for each row execute function app.refuse_change();

-- What an action is about besides its own subject.
create table action_subjects (
    organisation_id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    recorded_at timestamptz not null,
    action_id uuid not null,
    primary key (organisation_id, subject_kind, subject_id, recorded_at, action_id)
);
create trigger action_subjects_are_appended before update or delete on action_subjects
    for each row execute function app.refuse_change();

create table timers (
    organisation_id uuid not null,
    id uuid not null,
    subject_kind text not null,
    subject_id uuid not null,
    code text not null,
    -- The stay that it watches.
    entry_id uuid,
    opened_by uuid not null,
    opened_at timestamptz not null,
    -- When the next step is due; null when there is none, and the timer only waits to be closed.
    due_at timestamptz,
    step integer not null default 0 constraint timer_step_positive check (step >= 0),
    -- Somebody acknowledged or snoozed the incident: no further step before this.
    quiet_until timestamptz,
    playbook_version integer not null,
    calendar_version integer,
    closed_at timestamptz,
    closed_because text constraint timer_closed_cause_known check (closed_because in ('done', 'stage_left', 'subject_closed', 'retired')),
    closed_by uuid,
    -- What was waited for happened before the timer ran out.
    in_time boolean,
    primary key (organisation_id, id),
    constraint timer_of_standing foreign key (organisation_id, subject_kind, subject_id)
        references standings (organisation_id, subject_kind, subject_id),
    constraint timer_closed_whole check (num_nulls(closed_at, closed_because, in_time) in (0, 3))
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create unique index timer_open_once on timers (organisation_id, subject_kind, subject_id, code) where closed_at is null;
-- Over all organisations, because the timekeeper asks what is due next anywhere.
create index timers_due on timers (due_at) where closed_at is null and due_at is not null;

create table incidents (
    organisation_id uuid not null,
    id uuid not null,
    timer_id uuid not null,
    code text not null,
    subject_kind text not null,
    subject_id uuid not null,
    unit_id uuid not null,
    owner_id uuid,
    stage text,
    entry_id uuid,
    -- From when the timer counted, when it was due, and when that was noticed.
    opened_at timestamptz not null,
    due_at timestamptz not null,
    raised_at timestamptz not null,
    late boolean not null,
    state text not null default 'open' constraint incident_state_known check (state in
        ('open', 'acknowledged', 'snoozed', 'resolved', 'superseded')),
    -- Who acknowledged or snoozed it last, until when, and why.
    held_by uuid,
    held_at timestamptz,
    held_until timestamptz,
    held_because text,
    closed_at timestamptz,
    closed_by uuid,
    in_time boolean,
    playbook_version integer not null,
    primary key (organisation_id, id),
    constraint incident_once_a_timer unique (organisation_id, timer_id),
    constraint incident_of_timer foreign key (organisation_id, timer_id) references timers (organisation_id, id),
    constraint incident_held_whole check (state not in ('acknowledged', 'snoozed') or num_nulls(held_by, held_at, held_until) = 0),
    constraint incident_snooze_has_reason check (state <> 'snoozed' or held_because is not null),
    constraint incident_closed_whole check ((state in ('resolved', 'superseded')) = (closed_at is not null))
);
create index incidents_of_organisation on incidents (organisation_id, raised_at desc, id desc);
create index incidents_of_owner on incidents (organisation_id, owner_id, raised_at desc, id desc);
create index incidents_of_subject on incidents (organisation_id, subject_id);

alter table interventions
    drop constraint intervention_kind_known,
    add constraint intervention_kind_known check (kind in ('todo', 'card', 'signal', 'push')),
    add column incident_id uuid,
    add column subject_kind text,
    add column subject_id uuid,
    -- The timer or rule that says so, and which step of the timer.
    add column said_by text,
    add column step integer,
    add column urgent boolean not null default false,
    add column late boolean not null default false,
    -- The playbook whose words `code` and `data` are told in; null for what the house says in words of its own.
    add column playbook_version integer,
    add column state text not null default 'open',
    add constraint intervention_state_known check (state in ('open', 'acknowledged', 'snoozed', 'done')),
    add column held_until timestamptz,
    add column held_because text,
    add constraint intervention_of_incident foreign key (organisation_id, incident_id) references incidents (organisation_id, id),
    add constraint intervention_subject_whole check (num_nulls(subject_kind, subject_id) in (0, 2));
create index interventions_of_incident on interventions (organisation_id, incident_id) where incident_id is not null;
alter table interventions no force row level security;
update interventions set state = 'acknowledged' where acknowledged_at is not null;
alter table interventions force row level security;

-- The outbox: one attempt series for each intervention and channel. What ran out while the machine was away is told once for each
-- recipient, as a group.
create table deliveries (
    organisation_id uuid not null,
    id uuid not null,
    recipient_id uuid not null,
    intervention_id uuid,
    group_id uuid,
    channel text not null,
    state text not null constraint delivery_state_known check (state in ('pending', 'sending', 'delivered', 'stopped', 'given_up')),
    due_at timestamptz not null,
    -- Whoever sends it holds it until then; the fence tells an earlier holder that it lost it.
    lease_until timestamptz,
    fence integer not null default 0,
    attempts integer not null default 0,
    created_at timestamptz not null,
    settled_at timestamptz,
    last_fault text,
    primary key (organisation_id, id),
    constraint delivery_recipient_exists foreign key (organisation_id, recipient_id) references users (organisation_id, id),
    constraint delivery_of_intervention foreign key (organisation_id, intervention_id) references interventions (organisation_id, id),
    constraint delivery_of_one_thing check (num_nulls(intervention_id, group_id) = 1),
    constraint delivery_settled_whole check ((state in ('delivered', 'stopped', 'given_up')) = (settled_at is not null))
);
create index deliveries_of_intervention on deliveries (organisation_id, intervention_id) where intervention_id is not null;
create index deliveries_waiting on deliveries (due_at) where state in ('pending', 'sending');

-- Lists that people work through once a week.
create table list_entries (
    organisation_id uuid not null,
    id uuid not null,
    list text not null,
    -- The Monday of the week, in the organisation's zone.
    week_on date not null,
    subject_kind text not null,
    subject_id uuid not null,
    added_at timestamptz not null,
    done_at timestamptz,
    primary key (organisation_id, id),
    constraint list_entry_of_standing foreign key (organisation_id, subject_kind, subject_id)
        references standings (organisation_id, subject_kind, subject_id)
);
create index list_entries_of_week on list_entries (organisation_id, list, week_on, added_at);

do $$
declare
    held text;
begin
    foreach held in array array['standings', 'stays', 'action_subjects', 'timers', 'incidents', 'deliveries', 'list_entries'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
    -- The owner runs the two functions below, which say what is due before any scope exists.
    execute format('create policy owner_finds on timers for select to %I using (true)', current_user);
end $$;

-- Subjects with timers that are due, the longest overdue first, over all organisations: names only, nothing is locked. Each
-- organisation's are then dealt with in its own scope.
create function app.subjects_due(p_now timestamptz, p_limit integer, p_but_organisations uuid[], p_but_subjects uuid[])
returns table (organisation_id uuid, subject_kind text, subject_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.organisation_id, t.subject_kind, t.subject_id from timers t
    where t.closed_at is null and t.due_at <= p_now
      and t.organisation_id <> all (p_but_organisations) and t.subject_id <> all (p_but_subjects)
    order by t.due_at limit p_limit $$;

-- When the next timer is due, over all organisations.
create function app.next_timer_due_at() returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
    select t.due_at from timers t where t.closed_at is null and t.due_at is not null order by t.due_at limit 1 $$;
