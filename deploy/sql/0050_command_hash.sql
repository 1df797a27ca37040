-- A repeated command is recognised by the history row of the change that it made; the hash tells a repeat from another command under the same id.
-- Rows from before have none: there the id alone decides.
alter table household_history add column content_hash bytea;
