-- Deals on their own floor, and the files that are put to them.

-- Files that people send up: declared, landed in S3, verified, and from then on unchangeable.
create table attachments (
    organisation_id uuid not null,
    id uuid not null,
    uploaded_by uuid not null,
    file_name text not null,
    sha256 bytea not null constraint attachment_sha256_whole check (length(sha256) = 32),
    bytes bigint not null constraint attachment_bytes_positive check (bytes > 0),
    content_type text not null,
    -- `refused`: its bytes are not of the type that it was declared as, and never will be.
    state text not null constraint attachment_state_known check (state in ('declared', 'landed', 'refused', 'expired')),
    declared_at timestamptz not null,
    upload_expires_at timestamptz not null,
    landed_at timestamptz,
    -- Where the verified bytes are; never a key that a client was given.
    object_key text,
    primary key (organisation_id, id),
    constraint attachment_uploader_exists foreign key (organisation_id, uploaded_by) references users (organisation_id, id),
    constraint attachment_landed_whole check ((state = 'landed') = (landed_at is not null and object_key is not null))
);
create index attachments_by_state on attachments (organisation_id, state, upload_expires_at) where state <> 'landed';
create index attachments_by_landing on attachments (organisation_id, landed_at) where state = 'landed';

-- What a file was put to. Whoever sees one of these sees the file; a file that was put to nothing is thrown away.
create table attachment_holders (
    organisation_id uuid not null,
    attachment_id uuid not null,
    subject_kind text not null constraint attachment_holder_known check (subject_kind in ('deal', 'document')),
    subject_id uuid not null,
    held_at timestamptz not null,
    primary key (organisation_id, attachment_id, subject_kind, subject_id),
    constraint attachment_held_exists foreign key (organisation_id, attachment_id) references attachments (organisation_id, id)
);
create index attachment_holders_of_subject on attachment_holders (organisation_id, subject_kind, subject_id);

do $$
declare
    held text;
begin
    foreach held in array array['attachments', 'attachment_holders'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
end $$;
