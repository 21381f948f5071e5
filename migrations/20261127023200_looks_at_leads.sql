-- What was done to a lead is part of a story too: who looks at it is written down as for deals.

alter table looks drop constraint look_subject_known;
alter table looks add constraint look_subject_known check (subject_kind in ('customer', 'lead', 'deal', 'visit', 'photo'));
