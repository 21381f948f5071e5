-- Most of what is appended is about visits: their story is the customer's and the deal's that they name, which takes one small statement.
-- What asks a dozen tables whose story something is part of is asked only about what is something else.

create or replace function app.tell_story() returns trigger language plpgsql as $$
begin
    if exists (select from appended where subject_kind = 'visit') then
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id, v.unit_id
        from appended a
        join visits v on v.organisation_id = a.organisation_id and v.id = a.subject_id
        cross join lateral (values ('customer', v.customer_id), ('deal', v.deal_id)) s (about_kind, about_id)
        where a.subject_kind = 'visit' and s.about_id is not null
        on conflict do nothing;
    end if;
    if exists (select from appended where subject_kind in ('customer', 'contact', 'lead', 'deal', 'handover', 'document')) then
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
            app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
        from appended a cross join lateral app.stories_of(a.organisation_id, a.subject_kind, a.subject_id) s
        where a.subject_kind in ('customer', 'contact', 'lead', 'deal', 'handover', 'document')
        on conflict do nothing;
    end if;
    return null;
end $$;

create or replace function app.tell_story_besides() returns trigger language plpgsql as $$
begin
    if exists (select from appended where subject_kind = 'customer') then
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, 'customer', b.subject_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
            app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
        from appended b
        join actions a on a.organisation_id = b.organisation_id and a.recorded_at = b.recorded_at and a.id = b.action_id
        where b.subject_kind = 'customer'
        on conflict do nothing;
    end if;
    if exists (select from appended where subject_kind <> 'customer') then
        insert into timeline (organisation_id, about_kind, about_id, occurred_at, entry_id, recorded_at, kind, subject_kind, subject_id, unit_id)
        select a.organisation_id, s.about_kind, s.about_id, a.occurred_at, a.id, a.recorded_at, a.kind, a.subject_kind, a.subject_id,
            app.unit_of(a.organisation_id, a.subject_kind, a.subject_id)
        from appended b
        join actions a on a.organisation_id = b.organisation_id and a.recorded_at = b.recorded_at and a.id = b.action_id
        cross join lateral app.stories_of(b.organisation_id, b.subject_kind, b.subject_id) s
        where b.subject_kind <> 'customer'
        on conflict do nothing;
    end if;
    return null;
end $$;
