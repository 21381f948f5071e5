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

alter table deals
    -- A code of the organisation's own: figures are told apart by it.
    add column segment text constraint deal_segment_shaped check (segment ~ '^[a-z0-9][a-z0-9_]{0,39}$'),
    add column external_id text,
    -- When it was begun, which an offline phone tells later.
    add column begun_at timestamptz;
alter table deals no force row level security;
update deals set begun_at = created_at;
alter table deals force row level security;
alter table deals alter column begun_at set not null;
create index deals_newest on deals (organisation_id, created_at desc, id desc);
create index deals_of_unit on deals (organisation_id, unit_id, created_at desc, id desc);
-- What a rep holds, of the many that their organisation has.
create index standings_of_owner on standings (organisation_id, owner_id, subject_kind) where owner_id is not null;
create unique index deal_external_id_unique on deals (organisation_id, external_id) where external_id is not null;

-- Who of the customer's people takes part in a deal, and how they stand to it. Rows stay when somebody leaves.
create table deal_contacts (
    organisation_id uuid not null,
    deal_id uuid not null,
    contact_id uuid not null,
    -- Of the organisation's decision roles; empty: the one that the contact has anyway.
    roles text[] not null,
    -- From against it (-2) to for it (2).
    attitude smallint constraint deal_contact_attitude_in_range check (attitude between -2 and 2),
    influence smallint constraint deal_contact_influence_in_range check (influence between 1 and 3),
    is_primary boolean not null default false,
    added_by uuid,
    added_at timestamptz not null,
    updated_at timestamptz not null,
    removed_at timestamptz,
    primary key (organisation_id, deal_id, contact_id),
    constraint deal_contact_of_deal foreign key (organisation_id, deal_id) references deals (organisation_id, id),
    constraint deal_contact_exists foreign key (organisation_id, contact_id) references contacts (organisation_id, id)
);
create unique index deal_contact_one_primary on deal_contacts (organisation_id, deal_id) where is_primary and removed_at is null;
create index deal_contacts_of_contact on deal_contacts (organisation_id, contact_id);

-- Actions that clients told under ids of their own: told again, nothing happens.
create table deal_tellings (
    organisation_id uuid not null,
    id uuid not null,
    deal_id uuid not null,
    body_sha256 bytea not null,
    told_at timestamptz not null,
    primary key (organisation_id, id),
    constraint deal_telling_of_deal foreign key (organisation_id, deal_id) references deals (organisation_id, id)
);

do $$
declare
    held text;
begin
    foreach held in array array['deal_contacts', 'deal_tellings'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
end $$;
