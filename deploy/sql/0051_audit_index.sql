-- Nobody asks the audit by time alone: an account's entries and a household's have their own ways in, and the sealer goes by number. An index less per write.
drop index audit_by_time;
