-- A customer's story hides the names of everybody who was ever known there: one range of an index that holds the names. Those who are gone
-- are few, so that it serves the lists of contacts as well.
create index contacts_of_customer on contacts (organisation_id, customer_id) include (name);
drop index contacts_by_customer;
