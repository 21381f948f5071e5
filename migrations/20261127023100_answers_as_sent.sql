-- An answer that is given again is the same to the byte: kept as it was sent, not as a value whose keys come in an order of their own.

alter table idempotent_answers alter column answer type text using answer::text;
