-- Working calendars: versions that stay, so that a timer or measure can keep the one it went by. The counting calendar and the hours in
-- which messages are delivered are two settings of one version.

create table calendars (
    organisation_id uuid not null references organisations (id),
    version integer not null constraint calendar_version_positive check (version > 0),
    calendar jsonb not null,
    delivery_window jsonb not null,
    cause text not null constraint calendar_cause_known check (cause in ('founded', 'changed', 'imported')),
    created_by uuid,
    created_at timestamptz not null,
    primary key (organisation_id, version)
);

-- Organisations that are there already start as new ones do: Monday to Friday, 09:00 to 18:00; on the mainland with the official days.
with said (first_on, last_on, works, name, notice_year) as (values
    (date '2025-01-01', date '2025-01-01', false, '元旦', 2025),
    (date '2025-01-26', date '2025-01-26', true, '春节', 2025),
    (date '2025-01-28', date '2025-02-04', false, '春节', 2025),
    (date '2025-02-08', date '2025-02-08', true, '春节', 2025),
    (date '2025-04-04', date '2025-04-06', false, '清明节', 2025),
    (date '2025-04-27', date '2025-04-27', true, '劳动节', 2025),
    (date '2025-05-01', date '2025-05-05', false, '劳动节', 2025),
    (date '2025-05-31', date '2025-06-02', false, '端午节', 2025),
    (date '2025-09-28', date '2025-09-28', true, '国庆节、中秋节', 2025),
    (date '2025-10-01', date '2025-10-08', false, '国庆节、中秋节', 2025),
    (date '2025-10-11', date '2025-10-11', true, '国庆节、中秋节', 2025),
    (date '2026-01-01', date '2026-01-03', false, '元旦', 2026),
    (date '2026-01-04', date '2026-01-04', true, '元旦', 2026),
    (date '2026-02-14', date '2026-02-14', true, '春节', 2026),
    (date '2026-02-15', date '2026-02-23', false, '春节', 2026),
    (date '2026-02-28', date '2026-02-28', true, '春节', 2026),
    (date '2026-04-04', date '2026-04-06', false, '清明节', 2026),
    (date '2026-05-01', date '2026-05-05', false, '劳动节', 2026),
    (date '2026-05-09', date '2026-05-09', true, '劳动节', 2026),
    (date '2026-06-19', date '2026-06-21', false, '端午节', 2026),
    (date '2026-09-20', date '2026-09-20', true, '国庆节', 2026),
    (date '2026-09-25', date '2026-09-27', false, '中秋节', 2026),
    (date '2026-10-01', date '2026-10-07', false, '国庆节', 2026),
    (date '2026-10-10', date '2026-10-10', true, '国庆节', 2026)),
assumed (month, day, name) as (values
    (1, 1, '元旦'), (5, 1, '劳动节'), (5, 2, '劳动节'), (10, 1, '国庆节'), (10, 2, '国庆节'), (10, 3, '国庆节')),
days (day_on, what) as (
    select day::date, jsonb_build_object('works', works, 'name', name, 'status', 'official', 'notice_year', notice_year, 'source',
            case notice_year when 2025 then 'gov.cn 202411/content_6986382' else 'gov.cn 202511/content_7047091' end)
    from said, generate_series(first_on, last_on, interval '1 day') day
    union all
    select make_date(year, month, day),
        jsonb_build_object('works', false, 'name', name, 'status', 'estimated', 'notice_year', year)
    from assumed, generate_series(2027, 2030) year),
mainland (days, years) as (
    select jsonb_object_agg(day_on::text, what),
        '{"2025": "official", "2026": "official", "2027": "estimated", "2028": "estimated", "2029": "estimated", "2030": "estimated"}'::jsonb
    from days),
week (pattern) as (
    select jsonb_object_agg(name, case when n <= 5 then '[{"from": "09:00", "to": "18:00"}]'::jsonb else '[]'::jsonb end)
    from unnest(array['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']) with ordinality as weekday (name, n))
insert into calendars (organisation_id, version, calendar, delivery_window, cause, created_at)
select o.id, 1,
    jsonb_build_object('zone', o.zone, 'week', week.pattern) || case
        when o.zone in ('Asia/Shanghai', 'Asia/Urumqi', 'Asia/Chongqing', 'Asia/Chungking', 'Asia/Harbin', 'Asia/Kashgar', 'PRC')
        then jsonb_build_object('days', mainland.days, 'years', mainland.years)
        else '{"days": {}, "years": {}}'::jsonb end,
    '{"hours": {"from": "08:00", "to": "21:00"}, "days": "every"}',
    'founded', now()
from organisations o, mainland, week;

create trigger calendars_are_appended before update or delete on calendars for each row execute function app.refuse_change();

alter table calendars enable row level security;
alter table calendars force row level security;
create policy of_organisation on calendars using (organisation_id = app.organisation()) with check (organisation_id = app.organisation());
