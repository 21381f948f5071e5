-- What the servers' role may do: read and write rows, never change the schema, never rewrite what is append-only.
grant usage on schema public, app, {queue} to {app_role};
grant select, insert, update, delete on all tables in schema public to {app_role};
grant usage on all sequences in schema public to {app_role};
revoke update, delete, truncate on verdicts, actions, actions_rest, playbooks, calendars, stays, action_subjects, timeline from {app_role};
-- Looks are forgotten once they are old, and never rewritten.
revoke update, truncate on looks from {app_role};
revoke insert, update, delete on organisations, _sqlx_migrations from {app_role};
grant update (name, zone, language, version) on organisations to {app_role};
grant execute on all functions in schema app to {app_role};
grant select, insert, update, delete on all tables in schema {queue} to {app_role};
grant usage on all sequences in schema {queue} to {app_role};
grant execute on all functions in schema {queue} to {app_role};
-- The queue switches row security on for its own tables and relies on being their owner; the servers are not.
do $$
declare
    held record;
begin
    for held in
        select c.relname from pg_class c
        where c.relnamespace = '{queue}'::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
          and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'servers')
    loop
        execute format('create policy servers on {queue}.%I to {app_role} using (true) with check (true)', held.relname);
    end loop;
end $$;
