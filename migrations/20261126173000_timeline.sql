-- The story of a customer and of a deal: every action that is about them, or about something of theirs, in the order in which things
-- happened. A page of it is one range of one index, however long the log is. And who looked at it.

create table timeline (
    organisation_id uuid not null,
    about_kind text not null constraint timeline_about_known check (about_kind in ('customer', 'deal')),
    about_id uuid not null,
    occurred_at timestamptz not null,
    -- The action, which lies in the log where it was recorded; or an intervention that no incident says.
    entry_id uuid not null,
    recorded_at timestamptz not null,
    kind text not null,
    subject_kind text not null,
    subject_id uuid not null,
    -- The unit whose visit, lead or deal it is; null for what everybody sees who sees the customer.
    unit_id uuid,
    primary key (organisation_id, about_kind, about_id, occurred_at, entry_id)
);
create trigger timeline_is_appended before update or delete on timeline for each row execute function app.refuse_change();

create index stays_of_action on stays (organisation_id, action_id);
create index leads_by_contact on leads (organisation_id, contact_id);

-- Whose story a subject is part of. A lead and its person are part of the customer's that it became.
create function app.stories_of(p_organisation uuid, p_kind text, p_id uuid) returns table (about_kind text, about_id uuid)
language sql stable rows 2 as $$
    select 'customer', p_id where p_kind = 'customer'
    union select 'deal', p_id where p_kind = 'deal'
    union select 'customer', v.customer_id from visits v where p_kind = 'visit' and v.organisation_id = p_organisation and v.id = p_id
    union select 'deal', v.deal_id from visits v
        where p_kind = 'visit' and v.organisation_id = p_organisation and v.id = p_id and v.deal_id is not null
    union select 'customer', c.customer_id from contacts c where p_kind = 'contact' and c.organisation_id = p_organisation and c.id = p_id
    union select 'customer', l.customer_id from leads l
        where p_kind = 'contact' and l.organisation_id = p_organisation and l.contact_id = p_id and l.customer_id is not null
    union select 'customer', l.customer_id from leads l
        where p_kind = 'lead' and l.organisation_id = p_organisation and l.id = p_id and l.customer_id is not null
    union select 'deal', l.deal_id from leads l
        where p_kind = 'lead' and l.organisation_id = p_organisation and l.id = p_id and l.deal_id is not null
    union select 'customer', d.customer_id from deals d where p_kind = 'deal' and d.organisation_id = p_organisation and d.id = p_id
    union select 'customer', s.customer_id from standings s
        where p_kind in ('deal', 'contact', 'handover', 'document') and s.organisation_id = p_organisation and s.subject_kind = p_kind
          and s.subject_id = p_id and s.customer_id is not null
    union select 'deal', s.deal_id from standings s
        where p_kind in ('handover', 'document') and s.organisation_id = p_organisation and s.subject_kind = p_kind
          and s.subject_id = p_id and s.deal_id is not null
$$;

-- The unit that a subject is of, where it is not everybody's who sees the customer.
create function app.unit_of(p_organisation uuid, p_kind text, p_id uuid) returns uuid language sql stable as $$
    select v.unit_id from visits v where p_kind = 'visit' and v.organisation_id = p_organisation and v.id = p_id
    union all
    select s.unit_id from standings s
    where p_kind in ('lead', 'deal', 'handover', 'document') and s.organisation_id = p_organisation and s.subject_kind = p_kind
      and s.subject_id = p_id
    limit 1 $$;

-- Whatever is appended to the log is part of the stories that it is about, in the same transaction: no path can forget it.
create function app.tell_story() returns trigger language plpgsql as $$
begin
    insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
    select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
        app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
    from appended a cross join lateral app.stories_of(a.organisation_id, a.subject_kind, a.subject_id) s
    where a.subject_kind in ('customer', 'contact', 'lead', 'deal', 'visit', 'handover', 'document')
    on conflict do nothing;
    return null;
end $$;
create trigger actions_are_told_in_stories after insert on actions referencing new table as appended
    for each statement execute function app.tell_story();

create function app.tell_story_besides() returns trigger language plpgsql as $$
begin
    insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
    select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
        app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
    from appended b
    join actions a on a.organisation_id = b.organisation_id and a.recorded_at = b.recorded_at and a.id = b.action_id
    cross join lateral app.stories_of(b.organisation_id, b.subject_kind, b.subject_id) s
    on conflict do nothing;
    return null;
end $$;
create trigger action_subjects_are_told_in_stories after insert on action_subjects referencing new table as appended
    for each statement execute function app.tell_story_besides();

-- What people were told because of a rule. What an incident says is shown with the incident.
create function app.tell_story_of_interventions() returns trigger language plpgsql as $$
begin
    insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
    select i.organisation_id, s.about_kind, s.about_id, i.created_at, i.id, i.created_at, 'intervention.' || i.kind, i.subject_kind,
        i.subject_id, app.unit_of(i.organisation_id, i.subject_kind, i.subject_id)
    from appended i cross join lateral app.stories_of(i.organisation_id, i.subject_kind, i.subject_id) s
    where i.incident_id is null and i.subject_kind is not null
    on conflict do nothing;
    return null;
end $$;
create trigger interventions_are_told_in_stories after insert on interventions referencing new table as appended
    for each statement execute function app.tell_story_of_interventions();

-- A subject that comes to belong to a customer or a deal brings its past with it.
create function app.tell_past(p_organisation uuid, p_kind text, p_id uuid) returns void language sql as $$
    insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
    select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
        app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
    from app.stories_of(p_organisation, p_kind, p_id) s, (
        select * from actions where organisation_id = p_organisation and subject_kind = p_kind and subject_id = p_id
        union all
        select own.* from action_subjects b
        join actions own on own.organisation_id = b.organisation_id and own.recorded_at = b.recorded_at and own.id = b.action_id
        where b.organisation_id = p_organisation and b.subject_kind = p_kind and b.subject_id = p_id) a
    on conflict do nothing;
    insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
    select i.organisation_id, s.about_kind, s.about_id, i.created_at, i.id, i.created_at, 'intervention.' || i.kind, i.subject_kind,
        i.subject_id, app.unit_of(i.organisation_id, i.subject_kind, i.subject_id)
    from app.stories_of(p_organisation, p_kind, p_id) s, interventions i
    where i.organisation_id = p_organisation and i.subject_kind = p_kind and i.subject_id = p_id and i.incident_id is null
    on conflict do nothing;
$$;
create index interventions_of_subject on interventions (organisation_id, subject_kind, subject_id) where subject_kind is not null;

create function app.bring_past() returns trigger language plpgsql as $$
begin
    perform app.tell_past(new.organisation_id, new.subject_kind, new.subject_id);
    if new.subject_kind = 'lead' then
        perform app.tell_past(new.organisation_id, 'contact', l.contact_id) from leads l
        where l.organisation_id = new.organisation_id and l.id = new.subject_id;
    end if;
    return null;
end $$;
create trigger standings_bring_their_past after update on standings for each row
    when (new.customer_id is distinct from old.customer_id or new.deal_id is distinct from old.deal_id)
    execute function app.bring_past();
create trigger new_standings_bring_their_past after insert on standings for each row
    when (new.customer_id is not null or new.deal_id is not null)
    execute function app.bring_past();

-- Who looked at what about whom: one row for a person, a thing and ten minutes, so that reading on costs no further write.
create table looks (
    organisation_id uuid not null,
    id uuid not null,
    viewer_id uuid not null,
    viewer_role text not null,
    what text not null constraint look_known check (what in ('timeline', 'visit', 'photo')),
    subject_kind text not null constraint look_subject_known check (subject_kind in ('customer', 'deal', 'visit', 'photo')),
    subject_id uuid not null,
    -- The rep whose work it is.
    about_user_id uuid,
    reason text not null default '',
    -- The beginning of the ten minutes.
    span_at timestamptz not null,
    looked_at timestamptz not null,
    primary key (organisation_id, id),
    constraint look_once_a_span unique (organisation_id, viewer_id, what, subject_id, span_at, reason)
);
create index looks_of_organisation on looks (organisation_id, looked_at desc, id desc);
create index looks_about_user on looks (organisation_id, about_user_id, looked_at desc, id desc) where about_user_id is not null;
create index looks_at_subject on looks (organisation_id, subject_id, looked_at desc, id desc);
create trigger looks_are_appended before update on looks for each row execute function app.refuse_change();

do $$
declare
    held text;
begin
    foreach held in array array['timeline', 'looks'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
end $$;

-- What was recorded before: each organisation in its own scope, as everywhere.
do $$
declare
    organisation uuid;
begin
    for organisation in select o.id from organisations o order by o.id loop
        perform set_config('fieldproof.organisation_id', organisation::text, true);
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
            app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
        from actions a cross join lateral app.stories_of(a.organisation_id, a.subject_kind, a.subject_id) s
        where a.organisation_id = organisation and a.subject_kind in ('customer', 'contact', 'lead', 'deal', 'visit', 'handover', 'document')
        on conflict do nothing;
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
            app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
        from action_subjects b
        join actions a on a.organisation_id = b.organisation_id and a.recorded_at = b.recorded_at and a.id = b.action_id
        cross join lateral app.stories_of(b.organisation_id, b.subject_kind, b.subject_id) s
        where b.organisation_id = organisation
        on conflict do nothing;
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select i.organisation_id, s.about_kind, s.about_id, i.created_at, i.id, i.created_at, 'intervention.' || i.kind, i.subject_kind,
            i.subject_id, app.unit_of(i.organisation_id, i.subject_kind, i.subject_id)
        from interventions i cross join lateral app.stories_of(i.organisation_id, i.subject_kind, i.subject_id) s
        where i.organisation_id = organisation and i.incident_id is null and i.subject_kind is not null
        on conflict do nothing;
    end loop;
    perform set_config('fieldproof.organisation_id', '', true);
end $$;
