-- Boards ask for the days of some units: with the unit in front, a supervisor's board reads what the team did and nothing else.
create index visits_of_units_on_days on visits (organisation_id, unit_id, visited_on)
    include (rep_id, status, left_out_code, evidence_kind, client_build);
drop index visits_on_days;
