-- Keyed hashes of what sealed documents hold. They stay when a document is sealed anew, tell a document that was exchanged by somebody who has the
-- keys, and are what the audit names as the state before and after a change. Null for rows from before.
alter table household add column document_hash bytea;
alter table household_history add column document_hash bytea;
alter table case_file add column document_hash bytea;
alter table case_history add column document_hash bytea;
