-- Why a subject moved into a stage: the conditions of the move, and the actions that they were met by, as it was then. What is known
-- changes afterwards; what was proven stays.
alter table stays add column proof jsonb not null default '[]' constraint stay_proof_is_a_list check (jsonb_typeof(proof) = 'array');
