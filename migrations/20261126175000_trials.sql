-- Playbooks tried on the past: what each would have done with the actions that were recorded, gathered a page of subjects at a time.

create table simulations (
    organisation_id uuid not null,
    id uuid not null,
    asked_by uuid,
    -- The draft as it was written; null where a version that was in force is tried.
    source text constraint simulation_source_bounded check (octet_length(source) between 1 and 262144),
    -- The version that is tried, or that was in force when the draft was.
    playbook_version integer not null,
    from_at timestamptz not null,
    until_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz,
    -- Why it came to no end.
    fault text,
    -- How many there are to go through, where it has come to, and how many are beyond what one simulation takes.
    subjects integer,
    after_kind text,
    after_id uuid,
    done integer not null default 0,
    left_out integer not null default 0,
    -- Subjects whose past is too long to be run to its end.
    cut_off integer not null default 0,
    tallies jsonb not null default '[]',
    differences jsonb not null default '[]',
    differences_left_out integer not null default 0,
    primary key (organisation_id, id),
    constraint simulation_asker_exists foreign key (organisation_id, asked_by) references users (organisation_id, id),
    constraint simulation_of_playbook foreign key (organisation_id, playbook_version) references playbooks (organisation_id, version),
    constraint simulation_span_forward check (from_at < until_at),
    constraint simulation_place_whole check (num_nulls(after_kind, after_id) in (0, 2)),
    constraint simulation_fault_ends check (fault is null or ended_at is not null)
);
create unique index simulation_one_at_a_time on simulations (organisation_id) where ended_at is null;
create index simulations_of_organisation on simulations (organisation_id, created_at desc, id desc);
alter table simulations enable row level security;
alter table simulations force row level security;
create policy of_organisation on simulations using (organisation_id = app.organisation()) with check (organisation_id = app.organisation());

-- The warnings that the next year's notice is not in: each once.
create table calendar_warnings (
    organisation_id uuid not null references organisations (id),
    warned_on date not null,
    year integer not null,
    told_at timestamptz not null,
    primary key (organisation_id, warned_on)
);
alter table calendar_warnings enable row level security;
alter table calendar_warnings force row level security;
create policy of_organisation on calendar_warnings using (organisation_id = app.organisation()) with check (organisation_id = app.organisation());

-- What a rule asked of whoever holds a subject, to be found when that is done.
create index interventions_asked on interventions (organisation_id, subject_kind, subject_id)
    where kind = 'todo' and incident_id is null and state <> 'done' and subject_id is not null;

-- Leads on the breaker's board: who watches it hears when one stands otherwise. Whatever else is written about them changes nothing there.
alter table standings add column changed_in bigint not null default pg_current_xact_id()::text::bigint;
create index leads_changed on standings (organisation_id, changed_in, subject_id) where subject_kind = 'lead';
create trigger leads_are_marked before update on standings for each row
    when (new.subject_kind = 'lead' and (old.stage, old.owner_id, old.unit_id, old.name) is distinct from (new.stage, new.owner_id, new.unit_id, new.name))
    execute function app.mark_change();
create trigger leads_are_announced after update on standings for each row
    when (new.subject_kind = 'lead' and old.changed_in is distinct from new.changed_in) execute function app.announce_change();
create trigger new_leads_are_announced after insert on standings for each row
    when (new.subject_kind = 'lead') execute function app.announce_change();
