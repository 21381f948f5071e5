-- Documents: their versions, to whom each was shared by which link, and who opened them. What asked for a page (`document_hits`) and what
-- counts as an opening by a person (`document_openings`) are kept apart.

create table documents (
    organisation_id uuid not null,
    id uuid not null,
    unit_id uuid not null,
    kind text not null constraint document_kind_known check (kind in ('proposal', 'quotation', 'contract', 'deck', 'sales_talk')),
    title text not null,
    -- One that has neither is of the library, for everybody in its unit and below.
    customer_id uuid,
    deal_id uuid,
    created_by uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organisation_id, id),
    constraint document_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint document_creator_exists foreign key (organisation_id, created_by) references users (organisation_id, id),
    constraint document_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint document_deal_exists foreign key (organisation_id, deal_id) references deals (organisation_id, id),
    constraint document_deal_has_customer check (deal_id is null or customer_id is not null)
);
create index documents_of_organisation on documents (organisation_id, created_at desc, id desc);
create index documents_of_customer on documents (organisation_id, customer_id, created_at desc) where customer_id is not null;

create table document_versions (
    organisation_id uuid not null,
    id uuid not null,
    document_id uuid not null,
    -- From 1.
    number integer not null,
    attachment_id uuid not null,
    created_by uuid not null,
    created_at timestamptz not null,
    primary key (organisation_id, id),
    constraint document_version_of_document foreign key (organisation_id, document_id) references documents (organisation_id, id),
    constraint document_version_file_exists foreign key (organisation_id, attachment_id) references attachments (organisation_id, id),
    constraint document_version_number_unique unique (organisation_id, document_id, number)
);

-- One version that was shared with one customer, about one deal or none: the subject that the playbook counts openings of. Its id is made
-- from the three, so that there is one of it.
create table document_sharings (
    organisation_id uuid not null,
    id uuid not null,
    document_id uuid not null,
    version_id uuid not null,
    customer_id uuid not null,
    deal_id uuid,
    unit_id uuid not null,
    shared_by uuid not null,
    shared_at timestamptz not null,
    signed_at timestamptz,
    primary key (organisation_id, id),
    constraint document_sharing_of_document foreign key (organisation_id, document_id) references documents (organisation_id, id),
    constraint document_sharing_of_version foreign key (organisation_id, version_id) references document_versions (organisation_id, id),
    constraint document_sharing_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint document_sharing_deal_exists foreign key (organisation_id, deal_id) references deals (organisation_id, id),
    constraint document_sharing_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id)
);
create index document_sharings_of_document on document_sharings (organisation_id, document_id, shared_at);
create index document_sharings_of_customer on document_sharings (organisation_id, customer_id, shared_at);

create table document_links (
    organisation_id uuid not null,
    id uuid not null,
    sharing_id uuid not null,
    contact_id uuid,
    recipient text not null,
    -- The token itself is kept nowhere.
    token_sha256 bytea not null constraint document_link_token_whole check (length(token_sha256) = 32),
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz,
    revoked_by uuid,
    primary key (organisation_id, id),
    constraint document_link_of_sharing foreign key (organisation_id, sharing_id) references document_sharings (organisation_id, id)
);
-- Of 256 random bits no two are alike: nothing has to be unique over all organisations.
create index document_links_by_token on document_links (token_sha256);
create index document_links_of_sharing on document_links (organisation_id, sharing_id, created_at desc, id desc);

-- Whatever asked for a page or for the file, people and machines alike.
create table document_hits (
    organisation_id uuid not null,
    id uuid not null,
    link_id uuid not null,
    what text not null constraint document_hit_known check (what in ('page', 'file')),
    at timestamptz not null,
    user_agent text,
    -- The network, never the address.
    network text,
    -- Why it is taken for a machine.
    doubt text,
    -- What the page says when somebody has looked at it for a while.
    nonce_sha256 bytea,
    seen_at timestamptz,
    visible_ms integer,
    outcome text constraint document_hit_outcome_known check (outcome in ('counted', 'repeated', 'too_soon', 'too_late', 'machine')),
    primary key (organisation_id, id),
    constraint document_hit_of_link foreign key (organisation_id, link_id) references document_links (organisation_id, id)
);
create index document_hits_of_link on document_hits (organisation_id, link_id, at desc, id desc);

-- Openings by people, each the hit that it came from.
create table document_openings (
    organisation_id uuid not null,
    id uuid not null,
    link_id uuid not null,
    sharing_id uuid not null,
    customer_id uuid not null,
    opened_at timestamptz not null,
    seconds integer not null,
    primary key (organisation_id, id),
    constraint document_opening_of_hit foreign key (organisation_id, id) references document_hits (organisation_id, id),
    constraint document_opening_of_sharing foreign key (organisation_id, sharing_id) references document_sharings (organisation_id, id)
);
create index document_openings_of_link on document_openings (organisation_id, link_id, opened_at desc);
create index document_openings_of_sharing on document_openings (organisation_id, sharing_id, opened_at desc);
create index document_openings_of_customer on document_openings (organisation_id, customer_id, opened_at desc);

-- The health board: customers by how long nobody has been in touch.
create index timers_of_customers on timers (organisation_id, code, opened_at, subject_id) where subject_kind = 'customer' and closed_at is null;

do $$
declare
    held text;
begin
    foreach held in array array['documents', 'document_versions', 'document_sharings', 'document_links', 'document_hits', 'document_openings'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
    -- The owner runs the function below, which finds whose link it is before any scope exists.
    execute format('create policy owner_finds on document_links for select to %I using (true)', current_user);
end $$;

create function app.document_link_of(p_token_sha256 bytea) returns table (organisation_id uuid, link_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select l.organisation_id, l.id from document_links l where l.token_sha256 = p_token_sha256 $$;
