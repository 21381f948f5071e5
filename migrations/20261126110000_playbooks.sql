-- The rules that an organisation's leads, deals, customers, contacts, hand-overs and documents go by: versions that stay.

create table playbooks (
    organisation_id uuid not null references organisations (id),
    version integer not null constraint playbook_version_positive check (version > 0),
    -- As it was written, with its comments.
    source text not null constraint playbook_source_bounded check (octet_length(source) between 1 and 262144),
    -- Names the source wherever a compiled playbook is kept.
    source_sha256 bytea not null constraint playbook_source_named check (source_sha256 = sha256(convert_to(source, 'UTF8'))),
    -- The same as JSON, whole and in order: what was left out is filled in.
    playbook jsonb not null,
    -- Null for the one that came with the organisation.
    created_by uuid,
    created_at timestamptz not null,
    primary key (organisation_id, version),
    constraint playbook_author_exists foreign key (organisation_id, created_by) references users (organisation_id, id)
);
create trigger playbooks_are_appended before update or delete on playbooks for each row execute function app.refuse_change();

alter table playbooks enable row level security;
alter table playbooks force row level security;
create policy of_organisation on playbooks using (organisation_id = app.organisation()) with check (organisation_id = app.organisation());
