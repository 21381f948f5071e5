-- The foundations: who is there (organisations, units, people), where they go (customers), and what proves it (photos, visits,
-- verdicts). Every table of a tenant leads with organisation_id, so that the schema can be distributed by it and no statement needs two.

create extension if not exists postgis;
create extension if not exists ltree;
create extension if not exists btree_gist;
create extension if not exists pg_trgm;

create schema app;

-- The organisation that the running transaction acts for; null outside of one, and null sees nothing.
create function app.organisation() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('fieldproof.organisation_id', true), '')::uuid $$;

create function app.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'FP405';
end $$;

-- ---------------------------------------------------------------------------------------------------------------- people and scope

create table organisations (
    id uuid primary key,
    code text not null constraint organisation_code_unique unique
        constraint organisation_code_shape check (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text not null,
    zone text not null default 'Asia/Shanghai',
    language text not null default 'zh-CN' constraint organisation_language_known check (language in ('zh-CN', 'en')),
    version integer not null default 1,
    created_at timestamptz not null
);

create table units (
    organisation_id uuid not null references organisations (id),
    id uuid not null,
    parent_id uuid,
    name text not null,
    path ltree not null,
    version integer not null default 1,
    created_at timestamptz not null,
    primary key (organisation_id, id),
    constraint unit_parent_exists foreign key (organisation_id, parent_id) references units (organisation_id, id),
    constraint unit_path_unique unique (organisation_id, path)
);
create index units_by_path on units using gist (organisation_id, path);

create table users (
    organisation_id uuid not null,
    id uuid not null,
    login text not null constraint user_login_shape check (login ~ '^[a-z0-9][a-z0-9._@-]{0,62}$'),
    name text not null,
    role text not null constraint user_role_known check (role in
        ('rep', 'clerk', 'supervisor', 'director', 'presales', 'delivery', 'legal', 'operations', 'admin')),
    unit_id uuid not null,
    password_hash text,
    external_subject text,
    language text constraint user_language_known check (language in ('zh-CN', 'en')),
    -- Raised when role, unit, password or standing change: tokens of an older epoch are refused at once.
    access_epoch integer not null default 1,
    disabled_at timestamptz,
    version integer not null default 1,
    created_at timestamptz not null,
    primary key (organisation_id, id),
    constraint user_login_unique unique (organisation_id, login),
    constraint user_external_subject_unique unique (organisation_id, external_subject),
    constraint user_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id)
);
create index users_by_unit on users (organisation_id, unit_id);

create table sessions (
    organisation_id uuid not null,
    id uuid not null,
    user_id uuid not null,
    refresh_sha256 bytea not null,
    -- The immediate predecessor, kept so that an answer lost on the way can be repeated once.
    previous_refresh_sha256 bytea,
    previous_repeated boolean not null default false,
    created_at timestamptz not null,
    refreshed_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz,
    ended_because text,
    primary key (organisation_id, id),
    constraint session_user_exists foreign key (organisation_id, user_id) references users (organisation_id, id)
);
create index sessions_by_user on sessions (organisation_id, user_id) where ended_at is null;

create table login_brakes (
    -- References nothing: guesses at an organisation that does not exist are slowed down alike, under the nil id.
    organisation_id uuid not null,
    -- SHA-256 of login and network, so that guessing from one place never slows the owner in another.
    key_sha256 bytea not null,
    failures integer not null,
    free_at timestamptz not null,
    touched_at timestamptz not null,
    primary key (organisation_id, key_sha256)
);

create table api_keys (
    organisation_id uuid not null,
    id uuid not null,
    name text not null,
    secret_sha256 bytea not null,
    scopes text[] not null,
    unit_id uuid not null,
    created_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (organisation_id, id),
    constraint api_key_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint api_key_creator_exists foreign key (organisation_id, created_by) references users (organisation_id, id)
);

create table oidc_issuers (
    organisation_id uuid not null references organisations (id),
    id uuid not null,
    issuer text not null,
    audience text not null,
    jwks_url text not null,
    user_claim text not null default 'sub',
    match_by text not null default 'external_subject' constraint oidc_match_known check (match_by in ('external_subject', 'login')),
    created_at timestamptz not null,
    primary key (organisation_id, id),
    constraint oidc_issuer_unique unique (organisation_id, issuer)
);

create table idempotent_answers (
    organisation_id uuid not null references organisations (id),
    actor_id uuid not null,
    route text not null,
    key text not null constraint idempotency_key_length check (length(key) between 1 and 255),
    body_sha256 bytea not null,
    status smallint not null,
    answer jsonb not null,
    created_at timestamptz not null,
    primary key (organisation_id, actor_id, route, key)
);
create index idempotent_answers_by_age on idempotent_answers (organisation_id, created_at);

-- ---------------------------------------------------------------------------------------------------------------- customers

create table decision_roles (
    organisation_id uuid not null references organisations (id),
    code text not null constraint decision_role_code_shape check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    name_zh text not null,
    name_en text not null,
    ordinal integer not null,
    retired_at timestamptz,
    primary key (organisation_id, code)
);

create table customers (
    organisation_id uuid not null,
    id uuid not null,
    unit_id uuid not null,
    external_id text,
    name text not null,
    address text,
    pin geography(Point, 4326),
    -- The other reading of the pin where its provider's datum is ambiguous.
    pin_otherwise geography(Point, 4326),
    pin_sent_lat double precision,
    pin_sent_lon double precision,
    pin_datum text constraint customer_pin_datum_known check (pin_datum in ('wgs84', 'gcj02', 'bd09')),
    pin_source text constraint customer_pin_source_known check (pin_source in ('manual', 'import', 'visit')),
    pin_set_at timestamptz,
    -- Plain numbers beside the point: boxes are asked for in a query that row security must not slow down.
    pin_lat double precision generated always as (st_y(pin::geometry)) stored,
    pin_lon double precision generated always as (st_x(pin::geometry)) stored,
    fence_m double precision constraint customer_fence_sane check (fence_m between 10 and 5000),
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    primary key (organisation_id, id),
    constraint customer_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint customer_pin_whole check (num_nulls(pin, pin_sent_lat, pin_sent_lon, pin_datum, pin_source, pin_set_at) in (0, 6))
);
-- A deleted customer frees its number.
create unique index customer_external_id_unique on customers (organisation_id, external_id) where deleted_at is null;
create index customers_near on customers using gist (organisation_id, pin) where deleted_at is null;
create index customers_by_box on customers (organisation_id, pin_lat, pin_lon) where deleted_at is null;
create index customers_by_name on customers (organisation_id, name, id) where deleted_at is null;
create index customers_by_unit on customers (organisation_id, unit_id) where deleted_at is null;

create table contacts (
    organisation_id uuid not null,
    id uuid not null,
    customer_id uuid not null,
    name text not null,
    title text,
    phone text,
    email text,
    decision_role text not null,
    version integer not null default 1,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    primary key (organisation_id, id),
    constraint contact_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint contact_decision_role_known foreign key (organisation_id, decision_role) references decision_roles (organisation_id, code)
);
create index contacts_by_customer on contacts (organisation_id, customer_id) where deleted_at is null;

create table customer_imports (
    organisation_id uuid not null,
    id uuid not null,
    created_by uuid not null,
    datum text constraint import_datum_known check (datum in ('wgs84', 'gcj02', 'bd09')),
    unit_id uuid not null,
    state text not null constraint import_state_known check (state in ('reading', 'checked', 'refused', 'applied', 'discarded')),
    lines integer not null default 0,
    faults integer not null default 0,
    created integer not null default 0,
    updated integer not null default 0,
    unchanged integer not null default 0,
    file_sha256 bytea,
    created_at timestamptz not null,
    applied_at timestamptz,
    primary key (organisation_id, id),
    constraint import_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id)
);

create table customer_import_lines (
    organisation_id uuid not null,
    import_id uuid not null,
    line integer not null,
    outcome text not null constraint import_line_outcome_known check (outcome in ('create', 'update', 'unchanged', 'fault')),
    code text,
    pointer text,
    -- The id that the line's customer gets if it is new.
    fresh_id uuid not null,
    customer_id uuid,
    external_id text,
    name text,
    address text,
    unit_id uuid,
    pin geography(Point, 4326),
    pin_otherwise geography(Point, 4326),
    sent_lat double precision,
    sent_lon double precision,
    datum text,
    fence_m double precision,
    primary key (organisation_id, import_id, line),
    constraint import_line_of_import foreign key (organisation_id, import_id) references customer_imports (organisation_id, id) on delete cascade
);

-- ---------------------------------------------------------------------------------------------------------------- photos and visits

create table visit_policies (
    organisation_id uuid not null references organisations (id),
    version integer not null,
    policy jsonb not null,
    in_force_from timestamptz not null,
    created_by uuid,
    created_at timestamptz not null,
    primary key (organisation_id, version)
);
create index visit_policies_in_force on visit_policies (organisation_id, in_force_from desc, version desc);

create table challenges (
    organisation_id uuid not null,
    id uuid not null,
    rep_id uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    used_by uuid,
    primary key (organisation_id, id),
    constraint challenge_rep_exists foreign key (organisation_id, rep_id) references users (organisation_id, id)
);
create index challenges_by_expiry on challenges (organisation_id, expires_at);

create table photos (
    organisation_id uuid not null,
    id uuid not null,
    rep_id uuid not null,
    purpose text not null constraint photo_purpose_known check (purpose in ('storefront')),
    sha256 bytea not null constraint photo_sha256_whole check (length(sha256) = 32),
    bytes bigint not null constraint photo_bytes_positive check (bytes > 0),
    content_type text not null,
    state text not null constraint photo_state_known check (state in ('declared', 'landed', 'expired')),
    declared_at timestamptz not null,
    upload_expires_at timestamptz not null,
    landed_at timestamptz,
    -- Where the verified bytes are; never a key that a client was given.
    object_key text,
    reading jsonb,
    picture_sha256 bytea,
    pdq bit(256),
    pdq_quality smallint,
    developed_at timestamptz,
    develop_fault text,
    thumbnail_key text,
    watermark_key text,
    primary key (organisation_id, id),
    constraint photo_rep_exists foreign key (organisation_id, rep_id) references users (organisation_id, id),
    constraint photo_landed_whole check ((state = 'landed') = (landed_at is not null and object_key is not null and reading is not null))
);
create index photos_by_sha256 on photos (organisation_id, sha256) where state = 'landed';
create index photos_by_picture on photos (organisation_id, picture_sha256) where picture_sha256 is not null;
create index photos_waiting on photos (organisation_id, upload_expires_at) where state = 'declared';

-- The narrow copy that the look-alike search reads: one organisation's window, in landing order, and nothing else on the page.
create table photo_hashes (
    organisation_id uuid not null,
    landed_at timestamptz not null,
    photo_id uuid not null,
    pdq bit(256) not null,
    primary key (organisation_id, landed_at, photo_id),
    constraint photo_hash_of_photo foreign key (organisation_id, photo_id) references photos (organisation_id, id)
);
create index photo_hashes_scan on photo_hashes (organisation_id, landed_at) include (photo_id, pdq);

-- Pairs of photos that look alike, both ways round: found once by the darkroom, asked for at every judgement.
create table look_alikes (
    organisation_id uuid not null,
    photo_id uuid not null,
    twin_photo_id uuid not null,
    distance integer not null constraint look_alike_distance_of_256 check (distance between 0 and 256),
    primary key (organisation_id, photo_id, twin_photo_id),
    constraint look_alike_of_photo foreign key (organisation_id, photo_id) references photos (organisation_id, id),
    constraint look_alike_twin_of_photo foreign key (organisation_id, twin_photo_id) references photos (organisation_id, id)
);

create table visits (
    organisation_id uuid not null,
    id uuid not null,
    rep_id uuid not null,
    -- The rep's unit on that day: moving a rep moves no history.
    unit_id uuid not null,
    customer_id uuid not null,
    contact_id uuid,
    deal_id uuid,
    started_at timestamptz not null,
    ended_at timestamptz,
    -- The civil day of started_at in the organisation's zone.
    visited_on date not null,
    received_at timestamptz not null,
    key_info text not null,
    key_info_sha256 bytea,
    decision_role text not null,
    -- A challenge was sent; one that was never issued has no id here.
    challenge_sent boolean not null default false,
    challenge_id uuid,
    device jsonb,
    client_build text,
    body_sha256 bytea not null,
    status text not null constraint visit_status_known check (status in ('awaiting_photos', 'valid', 'invalid', 'review')),
    verdict_seq integer not null default 0,
    evidence_kind text constraint visit_evidence_known check (evidence_kind in ('exif', 'device_fix')),
    -- Why the visit is not counted: the code of the first check that did not pass.
    left_out_code text,
    position geography(Point, 4326),
    position_at timestamptz,
    position_accuracy_m double precision,
    distance_m double precision,
    appealed_at timestamptz,
    judged_at timestamptz,
    primary key (organisation_id, id),
    constraint visit_rep_exists foreign key (organisation_id, rep_id) references users (organisation_id, id),
    constraint visit_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint visit_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint visit_contact_exists foreign key (organisation_id, contact_id) references contacts (organisation_id, id),
    constraint visit_judged_or_waiting check ((status = 'awaiting_photos') = (verdict_seq = 0)),
    constraint visit_ends_after_start check (ended_at >= started_at)
);
create index visits_of_organisation on visits (organisation_id, started_at desc, id desc);
create index visits_of_unit on visits (organisation_id, unit_id, status, started_at desc, id desc);
create index visits_of_rep on visits (organisation_id, rep_id, started_at desc, id desc);
create index visits_of_customer on visits (organisation_id, customer_id, started_at desc, id desc);
create index visits_on_days on visits (organisation_id, visited_on, unit_id) include (rep_id, status, left_out_code, evidence_kind, client_build);
create index visits_same_text on visits (organisation_id, rep_id, key_info_sha256) where key_info_sha256 is not null;
create index visits_proven_places on visits (organisation_id, rep_id, position_at desc) where position is not null;

-- Numbers the uses of photos in the order in which they were judged: the first visit that was judged with a picture keeps it.
create sequence photo_uses;

create table visit_photos (
    organisation_id uuid not null,
    visit_id uuid not null,
    photo_id uuid not null,
    ordinal smallint not null,
    -- Null until the visit has been judged with this photo.
    use_no bigint,
    primary key (organisation_id, visit_id, photo_id),
    constraint visit_photo_of_visit foreign key (organisation_id, visit_id) references visits (organisation_id, id),
    constraint visit_photo_of_photo foreign key (organisation_id, photo_id) references photos (organisation_id, id)
);
create index visit_photos_by_photo on visit_photos (organisation_id, photo_id);

create table verdicts (
    organisation_id uuid not null,
    visit_id uuid not null,
    seq integer not null constraint verdict_seq_positive check (seq > 0),
    status text not null constraint verdict_status_known check (status in ('valid', 'invalid', 'review')),
    rules_version text not null,
    policy_version integer not null,
    cause text not null constraint verdict_cause_known check (cause in
        ('submitted', 'photos_landed', 'photo_added', 'developed', 'reviewed', 'pin_changed', 're_evaluated')),
    judged_at timestamptz not null,
    judged_by uuid,
    reason text,
    verdict jsonb not null,
    -- What was judged, whole: the same facts under the same rules give the same verdict. Null when a person decided.
    facts jsonb,
    primary key (organisation_id, visit_id, seq),
    constraint verdict_of_visit foreign key (organisation_id, visit_id) references visits (organisation_id, id),
    constraint verdict_by_person_has_reason check (judged_by is null or reason is not null)
);
create trigger verdicts_are_appended before update or delete on verdicts for each row execute function app.refuse_change();

create table appeals (
    organisation_id uuid not null,
    id uuid not null,
    visit_id uuid not null,
    rep_id uuid not null,
    reason text not null,
    created_at timestamptz not null,
    answered_by_seq integer,
    primary key (organisation_id, id),
    constraint appeal_of_visit foreign key (organisation_id, visit_id) references visits (organisation_id, id)
);
create unique index appeal_open_once on appeals (organisation_id, visit_id) where answered_by_seq is null;

create table pin_proposals (
    organisation_id uuid not null,
    id uuid not null,
    customer_id uuid not null,
    visit_id uuid not null,
    position geography(Point, 4326) not null,
    state text not null constraint pin_proposal_state_known check (state in ('open', 'accepted', 'rejected', 'superseded')),
    created_at timestamptz not null,
    decided_by uuid,
    decided_at timestamptz,
    primary key (organisation_id, id),
    constraint pin_proposal_of_customer foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint pin_proposal_of_visit foreign key (organisation_id, visit_id) references visits (organisation_id, id),
    constraint pin_proposal_once_a_visit unique (organisation_id, customer_id, visit_id)
);
create index pin_proposals_open on pin_proposals (organisation_id, created_at) where state = 'open';

-- Boards and counts read visits through this and nothing else.
create view counted_visits with (security_invoker = true) as select * from visits where status = 'valid';

-- What the system has to say to one person. Written in the transaction that caused it.
create table interventions (
    organisation_id uuid not null,
    id uuid not null,
    recipient_id uuid not null,
    kind text not null constraint intervention_kind_known check (kind in ('todo', 'card', 'signal')),
    code text not null,
    visit_id uuid,
    data jsonb not null default '{}',
    created_at timestamptz not null,
    acknowledged_at timestamptz,
    primary key (organisation_id, id),
    constraint intervention_recipient_exists foreign key (organisation_id, recipient_id) references users (organisation_id, id),
    constraint intervention_of_visit foreign key (organisation_id, visit_id) references visits (organisation_id, id)
);
create index interventions_of_recipient on interventions (organisation_id, recipient_id, created_at desc, id desc);

-- ---------------------------------------------------------------------------------------------------------------- the log

create table actions (
    organisation_id uuid not null,
    id uuid not null,
    actor_id uuid,
    kind text not null,
    subject_kind text not null,
    subject_id uuid not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    data jsonb not null default '{}',
    primary key (organisation_id, recorded_at, id)
) partition by range (recorded_at);
create table actions_rest partition of actions default;
create index actions_of_subject on actions (organisation_id, subject_kind, subject_id, recorded_at desc, id desc);
create trigger actions_are_appended before update or delete on actions for each row execute function app.refuse_change();

-- Makes the month's partition ahead of time; run by whoever may change the schema.
create function app.make_action_partition(month date) returns void language plpgsql security definer set search_path = public, pg_temp as $$
declare
    starts date := date_trunc('month', month);
    name text := 'actions_' || to_char(date_trunc('month', month), 'YYYYMM');
begin
    if to_regclass(name) is null then
        execute format('create table %I partition of actions for values from (%L) to (%L)',
            name, starts || ' 00:00+00', (starts + interval '1 month')::date || ' 00:00+00');
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', name);
    end if;
end $$;

-- ---------------------------------------------------------------------------------------------------------------- the second lock

do $$
declare
    held text;
begin
    for held in
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'organisation_id' and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
    alter table organisations enable row level security;
    alter table organisations force row level security;
    create policy of_organisation on organisations using (id = app.organisation()) with check (id = app.organisation());
    -- The owner runs the two functions below, which find an organisation before any scope exists.
    execute format('create policy owner_finds on organisations for select to %I using (true)', current_user);
end $$;

create function app.organisation_id_of(p_code text) returns uuid
language sql stable security definer set search_path = public, pg_temp as
$$ select id from organisations where code = p_code $$;

-- Organisations in id order, for loops that walk all of them one scope at a time.
create function app.organisation_ids(p_after uuid, p_limit integer) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as
$$ select id from organisations where p_after is null or id > p_after order by id limit p_limit $$;

-- Opens the scope of a signed-in user for this transaction; refuses a session that ended and a token older than the user's standing.
create function app.enter_user(p_organisation uuid, p_user uuid, p_session uuid, p_epoch integer) returns void language plpgsql as $$
begin
    perform set_config('fieldproof.organisation_id', p_organisation::text, true);
    perform 1 from sessions s join users u on u.organisation_id = s.organisation_id and u.id = s.user_id
     where s.organisation_id = p_organisation and s.id = p_session and s.user_id = p_user
       and s.ended_at is null and s.expires_at > now() and u.disabled_at is null and u.access_epoch = p_epoch;
    if not found then
        raise exception 'session is over' using errcode = 'FP401';
    end if;
end $$;

-- Opens the scope of an integrator's key for this transaction.
create function app.enter_key(p_organisation uuid, p_key uuid, p_secret_sha256 bytea) returns void language plpgsql as $$
begin
    perform set_config('fieldproof.organisation_id', p_organisation::text, true);
    perform 1 from api_keys where organisation_id = p_organisation and id = p_key and secret_sha256 = p_secret_sha256
        and revoked_at is null and (expires_at is null or expires_at > now());
    if not found then
        raise exception 'key is not valid' using errcode = 'FP401';
    end if;
end $$;

-- Opens an organisation's scope for the house itself: signing in, workers, tools.
create function app.enter_house(p_organisation uuid) returns void language plpgsql as $$
begin
    perform set_config('fieldproof.organisation_id', p_organisation::text, true);
end $$;

-- Puts judgements of the same visit, and of visits with the same photo bytes or the same picture, one behind the other: of two that share
-- a photo one is judged first, and the other sees it. Taken in one order, so that two never wait for each other.
create function app.lock_submission(p_organisation uuid, p_visit uuid, p_photos uuid[]) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(p_organisation::text || p_visit::text, 1));
    perform pg_advisory_xact_lock(lock) from (
        select distinct hashtextextended(p_organisation::text || encode(digest, 'hex'), 2) as lock
        from photos, lateral (values (sha256), (picture_sha256)) as of_photo (digest)
        where organisation_id = p_organisation and digest is not null
          and (id = any (p_photos)
               or id in (select photo_id from visit_photos where organisation_id = p_organisation and visit_id = p_visit))
        order by 1) locks;
end $$;

-- The units at and below one unit, which is what its people may see.
create function app.units_within(p_organisation uuid, p_unit uuid) returns setof uuid
language sql stable rows 20 as $$
    select below.id from units top join units below on below.organisation_id = top.organisation_id and below.path <@ top.path
    where top.organisation_id = p_organisation and top.id = p_unit $$;

-- The units whose customers one unit's people see: their own, those below, and those above, which hold what several share.
create function app.units_around(p_organisation uuid, p_unit uuid) returns setof uuid
language sql stable rows 20 as $$
    select seen.id from units own
    join units seen on seen.organisation_id = own.organisation_id and (seen.path <@ own.path or seen.path @> own.path)
    where own.organisation_id = p_organisation and own.id = p_unit $$;
