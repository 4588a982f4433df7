-- An event's place is found by transaction and position together, the index that the sequencer reads by: an index on
-- the position alone was one more for every append to fill. Positions stay unique, for they are an identity.
alter table log_index add column xid xid8;
update log_index i set xid = e.xid from events e where e.position = i.position;
alter table log_index alter column xid set not null;
alter table events drop constraint events_position_key;
