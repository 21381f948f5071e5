-- Integrators poll for what has changed since they last asked: the same order for every page, by the change and then the id.
create index customers_by_change on customers (organisation_id, updated_at, id) where deleted_at is null;
-- A visit changes when it arrives, is judged, and is appealed; `store::visits::rows::CHANGED` says so in the same words.
create index visits_by_change on visits (organisation_id, (greatest(received_at, judged_at, appealed_at)), id);
