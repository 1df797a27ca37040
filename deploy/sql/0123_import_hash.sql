-- Staged households become rows of household and its history, with their fingerprints.
alter table import_new add column document_hash bytea, add column change_hash bytea;
