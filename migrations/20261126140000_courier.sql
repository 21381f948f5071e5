-- The courier: the ways to people and systems that an organisation has set up, what is told to systems, and every attempt.

-- A way to people, as admins have set it up. What is secret in it is sealed; what is not can be read.
create table channels (
    organisation_id uuid not null references organisations (id),
    channel text not null constraint channel_can_be_set_up check (channel in
        ('wecom_app', 'wecom_robot', 'dingtalk_robot', 'feishu_robot', 'email')),
    enabled boolean not null,
    -- Which kinds of interventions go by it.
    kinds text[] not null,
    settings jsonb not null,
    sealed bytea,
    -- By which a callback names it; over all organisations nobody can guess another's.
    callback_key uuid,
    -- The other side does not take anything with these settings any more, and why.
    closed_at timestamptz,
    closed_because text,
    version integer not null default 1,
    changed_at timestamptz not null,
    changed_by uuid not null,
    primary key (organisation_id, channel),
    constraint channel_changer_exists foreign key (organisation_id, changed_by) references users (organisation_id, id)
);
create index channels_by_callback on channels (callback_key) where callback_key is not null;

-- Where a person is reached by a channel: a user id there, or an address.
create table addresses (
    organisation_id uuid not null,
    user_id uuid not null,
    channel text not null constraint address_channel_known check (channel in
        ('wecom_app', 'wecom_robot', 'dingtalk_robot', 'feishu_robot', 'email')),
    address text not null constraint address_length check (length(address) between 1 and 254),
    primary key (organisation_id, user_id, channel),
    constraint address_of_user foreign key (organisation_id, user_id) references users (organisation_id, id)
);
create index addresses_by_address on addresses (organisation_id, channel, lower(address));

-- A system's endpoint.
create table webhooks (
    organisation_id uuid not null references organisations (id),
    id uuid not null,
    url text not null,
    description text not null default '',
    event_types text[] not null,
    sealed bytea not null,
    -- While a secret is being replaced, the old one signs as well.
    sealed_before bytea,
    sealed_before_until timestamptz,
    disabled_at timestamptz,
    disabled_because text,
    -- Since when nothing has been taken.
    failing_since timestamptz,
    delivered_at timestamptz,
    deleted_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null,
    created_by uuid not null,
    primary key (organisation_id, id),
    constraint webhook_secret_overlap_whole check (num_nulls(sealed_before, sealed_before_until) in (0, 2)),
    constraint webhook_disabled_whole check ((disabled_at is null) = (disabled_because is null))
);

-- What happened, as it is told to systems: written once, and the same bytes at every attempt. Kept only while somebody listens.
create table events (
    organisation_id uuid not null references organisations (id),
    id uuid not null,
    kind text not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    envelope text not null,
    primary key (organisation_id, id)
);
create trigger events_are_written_once before update on events for each row execute function app.refuse_change();

alter table deliveries
    alter column recipient_id drop not null,
    add column event_id uuid,
    add column endpoint_id uuid,
    -- Told in another one's message.
    add column carried_by uuid,
    add column fault_code bigint,
    -- A replay is a series of its own, of the same event under the same id.
    add column replayed_at timestamptz,
    drop constraint delivery_of_one_thing,
    add constraint delivery_of_one_thing check (num_nulls(intervention_id, group_id, event_id) = 2),
    add constraint delivery_to_one_receiver check (num_nulls(recipient_id, endpoint_id) = 1),
    add constraint delivery_of_event check ((event_id is null) = (endpoint_id is null)),
    add constraint delivery_event_exists foreign key (organisation_id, event_id) references events (organisation_id, id),
    add constraint delivery_endpoint_exists foreign key (organisation_id, endpoint_id) references webhooks (organisation_id, id),
    add constraint delivery_carrier_exists foreign key (organisation_id, carried_by) references deliveries (organisation_id, id);
create index deliveries_of_event on deliveries (organisation_id, event_id) where event_id is not null;
-- For the sweeper alone: it costs next to nothing when rows are written.
create index deliveries_settled on deliveries using brin (settled_at);
create index events_by_age on events (organisation_id, recorded_at);
create index deliveries_carried on deliveries (organisation_id, carried_by) where carried_by is not null;
create index deliveries_of_endpoint on deliveries (organisation_id, endpoint_id, created_at desc, id desc) where endpoint_id is not null;
create index deliveries_underway on deliveries (organisation_id, endpoint_id) where state = 'sending' and endpoint_id is not null;
drop index deliveries_waiting;
-- A delivery that is being sent is due again when its lease ends.
create index deliveries_waiting on deliveries (due_at) where state in ('pending', 'sending') and carried_by is null;

-- One attempt, begun in the transaction that claimed the delivery. One without an end is one whose sender died: nobody knows.
create table delivery_attempts (
    organisation_id uuid not null,
    delivery_id uuid not null,
    -- The fence of the claim.
    fence integer not null,
    began_at timestamptz not null,
    took_ms integer constraint attempt_took_positive check (took_ms >= 0),
    outcome text constraint attempt_outcome_known check (outcome in ('taken', 'again', 'never', 'not_here')),
    -- Our word for what went wrong, and the other side's number; never its words.
    reason text,
    code bigint,
    primary key (organisation_id, delivery_id, fence),
    constraint attempt_of_delivery foreign key (organisation_id, delivery_id) references deliveries (organisation_id, id)
);

-- What is remembered of a pace: when it will be rested again.
create table paces (
    organisation_id uuid not null references organisations (id),
    channel text not null,
    -- The person whose pace it is; the nil id for the channel's own.
    person_id uuid not null,
    rested_at timestamptz not null,
    primary key (organisation_id, channel, person_id)
);

do $$
declare
    held text;
begin
    foreach held in array array['channels', 'addresses', 'webhooks', 'events', 'delivery_attempts', 'paces'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
    -- The owner runs the functions below, which find what is due, and whom a callback is for, before any scope exists.
    execute format('create policy owner_finds on deliveries for select to %I using (true)', current_user);
    execute format('create policy owner_finds on channels for select to %I using (true)', current_user);
end $$;

-- Deliveries that are due, the longest waiting first, over all organisations: names only, nothing is locked.
create function app.deliveries_due(p_now timestamptz, p_limit integer, p_but_organisations uuid[])
returns table (organisation_id uuid, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select d.organisation_id, d.id from deliveries d
    where d.state in ('pending', 'sending') and d.carried_by is null and d.due_at <= p_now
      and d.organisation_id <> all (p_but_organisations)
    order by d.due_at limit p_limit $$;

create function app.next_delivery_due_at() returns timestamptz
language sql stable security definer set search_path = public, pg_temp as $$
    select d.due_at from deliveries d where d.state in ('pending', 'sending') and d.carried_by is null order by d.due_at limit 1 $$;

create function app.organisation_of_callback(p_key uuid) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select c.organisation_id from channels c where c.callback_key = p_key $$;

-- An event as it is sent: a CloudEvents 1.0 envelope.
create function app.envelope(p_organisation uuid, p_id uuid, p_kind text, p_subject text, p_at timestamptz, p_data jsonb) returns text
language sql immutable as $$
    select json_build_object(
        'specversion', '1.0', 'id', p_id, 'source', '/organisations/' || p_organisation, 'type', p_kind, 'subject', p_subject,
        'time', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'datacontenttype', 'application/json', 'data', p_data
    )::text $$;

-- One delivery for each endpoint that hears of an event, under an id made from both.
create function app.event_delivery_id(p_event uuid, p_endpoint uuid) returns uuid language sql immutable as
$$ select md5(p_event::text || p_endpoint::text)::uuid $$;

-- Whatever is appended to the log is told to the systems that asked to hear of such, in the same transaction: no path can forget it.
create function app.tell_systems() returns trigger language plpgsql as $$
begin
    if not exists (select from webhooks w where w.organisation_id = app.organisation() and w.disabled_at is null and w.deleted_at is null) then
        return null;
    end if;
    insert into events (organisation_id, id, kind, occurred_at, recorded_at, envelope)
    select a.organisation_id, a.id, a.kind, a.occurred_at, a.recorded_at,
        app.envelope(a.organisation_id, a.id, a.kind, a.subject_kind || '/' || a.subject_id, a.occurred_at, jsonb_build_object(
            'subject_kind', a.subject_kind, 'subject_id', a.subject_id, 'actor_id', a.actor_id, 'recorded_at', a.recorded_at, 'details', a.data))
    from appended a
    where exists (select from webhooks w where w.organisation_id = a.organisation_id and w.disabled_at is null and w.deleted_at is null
        and a.kind = any (w.event_types))
    on conflict do nothing;
    insert into deliveries (organisation_id, id, endpoint_id, event_id, channel, state, due_at, created_at)
    select a.organisation_id, app.event_delivery_id(a.id, w.id), w.id, a.id, 'webhook', 'pending', a.recorded_at, a.recorded_at
    from appended a
    join webhooks w on w.organisation_id = a.organisation_id and w.disabled_at is null and w.deleted_at is null and a.kind = any (w.event_types)
    on conflict do nothing;
    return null;
end $$;
create trigger actions_are_told after insert on actions referencing new table as appended
    for each statement execute function app.tell_systems();

-- What changed is seen by those who watch: the transaction that changed a row last is written on it, and whoever watches reads on from the
-- last transaction that everybody can see whole. Ids of transactions only grow, while clocks of machines disagree.
alter table interventions add column changed_in bigint not null default pg_current_xact_id()::text::bigint;
alter table incidents add column changed_in bigint not null default pg_current_xact_id()::text::bigint;
create index interventions_changed on interventions (organisation_id, recipient_id, changed_in, id);
create index incidents_changed on incidents (organisation_id, changed_in, id);

create function app.mark_change() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id()::text::bigint;
    return new;
end $$;
create trigger interventions_are_marked before update on interventions for each row execute function app.mark_change();
create trigger incidents_are_marked before update on incidents for each row execute function app.mark_change();

-- One notification for each organisation and transaction, however much was changed in it.
create function app.announce_change() returns trigger language plpgsql as $$
begin
    perform pg_notify('fieldproof_changes', coalesce(app.organisation()::text, ''));
    return null;
end $$;
create trigger interventions_are_announced after insert or update on interventions for each statement execute function app.announce_change();
create trigger incidents_are_announced after insert or update on incidents for each statement execute function app.announce_change();

-- Every transaction before this one is over: what it changed can be seen whole.
create function app.settled_before() returns bigint language sql stable as $$ select pg_snapshot_xmin(pg_current_snapshot())::text::bigint $$;
