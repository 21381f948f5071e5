-- What belongs together, from when a timer's step counts, and the way of changed rules through the open timers.

alter table standings
    -- The customer that it is about, and the deal that a document or hand-over belongs to.
    add column customer_id uuid,
    add column deal_id uuid,
    add constraint standing_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id);
create index standings_of_customer on standings (organisation_id, customer_id, subject_kind) where customer_id is not null;
create index standings_of_deal on standings (organisation_id, deal_id) where deal_id is not null;
create index standings_by_name on standings (organisation_id, subject_kind, lower(name));

alter table timers
    -- From when the time of the next step counts: from the opening, and then from the step before.
    add column since_at timestamptz;
alter table timers no force row level security;
update timers set since_at = opened_at;
alter table timers force row level security;
alter table timers alter column since_at set not null;

create table replannings (
    organisation_id uuid not null,
    id uuid not null,
    -- The rules that came into force; the calendar where a timer goes by it.
    playbook_version integer not null,
    calendar_version integer,
    -- The playbook of before, where it was another one.
    before_playbook_version integer,
    begun_at timestamptz not null,
    ended_at timestamptz,
    -- Other rules came into force before it had ended.
    superseded boolean not null default false,
    -- How many there are to go through, where it has come to, and what became of their timers.
    subjects integer,
    after_kind text,
    after_id uuid,
    done integer not null default 0,
    moved integer not null default 0,
    retired integer not null default 0,
    opened integer not null default 0,
    primary key (organisation_id, id),
    constraint replanning_of_playbook foreign key (organisation_id, playbook_version) references playbooks (organisation_id, version),
    constraint replanning_place_whole check (num_nulls(after_kind, after_id) in (0, 2)),
    constraint replanning_superseded_ended check (not superseded or ended_at is not null)
);
create unique index replanning_one_at_a_time on replannings (organisation_id) where ended_at is null;
create index replannings_of_organisation on replannings (organisation_id, playbook_version desc, calendar_version desc nulls last);
alter table replannings enable row level security;
alter table replannings force row level security;
create policy of_organisation on replannings using (organisation_id = app.organisation()) with check (organisation_id = app.organisation());

-- A text as an id, or nothing where it is none: what a record says must not be able to stop the next one.
create function app.uuid_in(said text) returns uuid language sql immutable parallel safe as $$
    select case when said ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then said::uuid end $$;
