-- How long something takes is kept as figures count it, so that reading a hundred thousand of them reckons nothing: the seconds of what is
-- over; of what goes on, the seconds so far less the second of the Unix epoch since when it goes on, which lies below zero and becomes
-- the length at any moment when that moment's second is added.
drop index cycle_times_of_deals;
drop index cycle_times_of_leads;
drop index cycle_times_of_stage;
alter table cycle_times drop constraint cycle_time_seconds_positive;
alter table cycle_times drop constraint cycle_time_ended_whole;
alter table cycle_times rename column seconds to length;
alter table cycle_times alter column length type double precision
    using case when open_since is null then length else length - date_part('epoch', open_since) end;
alter table cycle_times drop column open_since;
alter table cycle_times add constraint cycle_time_ended_whole check (outcome is null or length >= 0);
create index cycle_times_of_deals on cycle_times (organisation_id, began_at, subject_id)
    include (unit_id, length, longest, stays, visits, rework, is_won, owner_id, segment, outcome)
    where subject_kind = 'deal' and stage = '';
create index cycle_times_of_leads on cycle_times (organisation_id, began_at, subject_id)
    include (unit_id, length, longest, stays, visits, rework, is_won, owner_id, segment, outcome)
    where subject_kind = 'lead' and stage = '';
create index cycle_times_of_stage on cycle_times (organisation_id, subject_kind, stage, began_at, subject_id)
    include (unit_id, length, longest, stays, visits, rework, is_won, owner_id, segment, outcome)
    where stage <> '';
