-- A submission's locks are found by index: "among these or attached to the visit", written with `or`, read every photo of the organisation.
create or replace function app.lock_submission(p_organisation uuid, p_visit uuid, p_photos uuid[]) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(p_organisation::text || p_visit::text, 1));
    perform pg_advisory_xact_lock(lock) from (
        select distinct hashtextextended(p_organisation::text || encode(digest, 'hex'), 2) as lock
        from (
            select unnest(p_photos) as photo_id
            union
            select photo_id from visit_photos where organisation_id = p_organisation and visit_id = p_visit) shown
        join photos on photos.organisation_id = p_organisation and photos.id = shown.photo_id,
        lateral (values (sha256), (picture_sha256)) as of_photo (digest)
        where digest is not null
        order by 1) locks;
end $$;
