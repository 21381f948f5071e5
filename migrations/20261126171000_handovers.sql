-- Hand-overs: one department asks another for something about a customer or a deal. Where one stands and what it waits for is in
-- `standings` and `timers`; the turns say when the department had the ball.

create table handovers (
    organisation_id uuid not null,
    id uuid not null,
    unit_id uuid not null,
    asked_by uuid not null,
    from_role text not null,
    department text not null constraint handover_department_known check (department in ('presales', 'delivery', 'legal', 'operations')),
    customer_id uuid not null,
    deal_id uuid,
    due_at timestamptz,
    -- First asked; the clock of each turn is its own.
    asked_at timestamptz not null,
    answered_at timestamptz,
    withdrawn_at timestamptz,
    updated_at timestamptz not null,
    primary key (organisation_id, id),
    constraint handover_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint handover_asker_exists foreign key (organisation_id, asked_by) references users (organisation_id, id),
    constraint handover_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint handover_deal_exists foreign key (organisation_id, deal_id) references deals (organisation_id, id),
    constraint handover_ends_once check (num_nonnulls(answered_at, withdrawn_at) <= 1)
);
create index handovers_of_organisation on handovers (organisation_id, asked_at desc, id desc);
create index handovers_of_asker on handovers (organisation_id, asked_by, asked_at desc, id desc);
create index handovers_of_department on handovers (organisation_id, department, asked_at desc, id desc);
create index handovers_of_customer on handovers (organisation_id, customer_id, asked_at desc);
create index handovers_of_deal on handovers (organisation_id, deal_id, asked_at desc) where deal_id is not null;

create table handover_turns (
    organisation_id uuid not null,
    handover_id uuid not null,
    -- From 1.
    nth integer not null,
    need text not null,
    asked_at timestamptz not null,
    ended_at timestamptz,
    ended_as text constraint handover_turn_end_known check (ended_as in ('answered', 'returned', 'withdrawn')),
    ended_by uuid,
    -- The answer, or why it came back or is not needed any more.
    said text,
    primary key (organisation_id, handover_id, nth),
    constraint handover_turn_of_handover foreign key (organisation_id, handover_id) references handovers (organisation_id, id),
    constraint handover_turn_ended_whole check (num_nulls(ended_at, ended_as) in (0, 2)),
    constraint handover_turn_does_not_end_before_it_begins check (ended_at >= asked_at)
);
create unique index handover_turn_open_once on handover_turns (organisation_id, handover_id) where ended_at is null;

do $$
declare
    held text;
begin
    foreach held in array array['handovers', 'handover_turns'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
end $$;
