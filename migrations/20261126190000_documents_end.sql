-- What is swept away by its age is found by its age.
create index document_hits_by_age on document_hits (organisation_id, at);
create index deal_tellings_by_age on deal_tellings (organisation_id, told_at);

-- What should not have been sent is taken back: its links lead nowhere, and nobody is asked to step in for it.
alter table document_sharings add column withdrawn_at timestamptz;
alter table document_sharings add constraint document_sharing_ends_once check (num_nonnulls(signed_at, withdrawn_at) <= 1);
