-- Weekly lists are worked through by people: who did it, and whose lead somebody on the list is.
alter table list_entries add column done_by uuid,
    add constraint list_entry_done_whole check (num_nulls(done_at, done_by) in (0, 2)),
    add constraint list_entry_done_by_somebody foreign key (organisation_id, done_by) references users (organisation_id, id);
create unique index lead_person_once on leads (organisation_id, contact_id);
