-- The owner of a table may do everything with it unless it is told otherwise: events are added and read. The triggers
-- hold for superusers too.
revoke update, delete, truncate on events from current_user, public;
