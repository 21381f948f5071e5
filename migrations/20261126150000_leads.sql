-- Leads, and the deals that they become. Where a lead stands, who holds it and what it waits for is in `standings` and `timers`.

create table leads (
    organisation_id uuid not null,
    id uuid not null,
    unit_id uuid not null,
    -- The number that another system knows the lead by.
    external_id text,
    source text not null,
    company text,
    person text,
    phone text,
    email text,
    wish text,
    -- As they are compared: E.164, and the company's name without its legal form.
    phone_e164 text,
    company_key text,
    -- The person as a subject of its own; keeps its id when the lead becomes a customer.
    contact_id uuid not null,
    -- Handing a lead round does not start the clock of its response anew.
    first_assigned_at timestamptz,
    first_contacted_at timestamptz,
    first_contacted_by uuid,
    merged_into uuid,
    customer_id uuid,
    deal_id uuid,
    version integer not null default 1,
    created_by uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organisation_id, id),
    constraint lead_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint lead_external_id_unique unique (organisation_id, external_id),
    constraint lead_has_a_name check (num_nonnulls(company, person) > 0),
    constraint lead_merged_into_another foreign key (organisation_id, merged_into) references leads (organisation_id, id),
    constraint lead_not_merged_into_itself check (merged_into <> id),
    constraint lead_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id)
);
create index leads_of_organisation on leads (organisation_id, created_at desc, id desc);
create index leads_of_unit on leads (organisation_id, unit_id, created_at desc, id desc);
create index leads_by_phone on leads (organisation_id, phone_e164) where phone_e164 is not null;
create index leads_by_company on leads (organisation_id, company_key) where company_key is not null;
create index leads_first_assigned on leads (organisation_id, first_assigned_at) where first_assigned_at is not null;

create table deals (
    organisation_id uuid not null,
    id uuid not null,
    unit_id uuid not null,
    customer_id uuid not null,
    -- The lead that it came from.
    lead_id uuid,
    name text not null,
    version integer not null default 1,
    created_by uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organisation_id, id),
    constraint deal_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id),
    constraint deal_customer_exists foreign key (organisation_id, customer_id) references customers (organisation_id, id),
    constraint deal_lead_exists foreign key (organisation_id, lead_id) references leads (organisation_id, id)
);
create index deals_of_customer on deals (organisation_id, customer_id, created_at desc);
create unique index deal_once_a_lead on deals (organisation_id, lead_id) where lead_id is not null;
alter table leads add constraint lead_deal_exists foreign key (organisation_id, deal_id) references deals (organisation_id, id);

-- What a unit wants to reach in a month.
create table lead_response_targets (
    organisation_id uuid not null,
    unit_id uuid not null,
    -- The first day of the month.
    month_on date not null constraint lead_response_target_month check (extract(day from month_on) = 1),
    measure text not null constraint lead_response_target_measure_known check (measure in ('p50', 'p90', 'mean')),
    clock text not null constraint lead_response_target_clock_known check (clock in ('natural', 'business')),
    since text not null constraint lead_response_target_since_known check (since in ('assigned', 'created')),
    minutes double precision not null constraint lead_response_target_positive check (minutes > 0),
    set_by uuid not null,
    set_at timestamptz not null,
    primary key (organisation_id, unit_id, month_on),
    constraint lead_response_target_unit_exists foreign key (organisation_id, unit_id) references units (organisation_id, id)
);

do $$
declare
    held text;
begin
    foreach held in array array['leads', 'deals', 'lead_response_targets'] loop
        execute format('alter table %I enable row level security', held);
        execute format('alter table %I force row level security', held);
        execute format('create policy of_organisation on %I using (organisation_id = app.organisation()) with check (organisation_id = app.organisation())', held);
    end loop;
end $$;
