-- Households on their way from a preview to their rows stand here for minutes, and the files that they were read from are kept in import_chunk until then. So
-- no log is written for them: after a crash of the database the table is empty, the commit finds fewer than the import says, and reads the files again.
alter table import_new set unlogged;

-- What stands there now belongs to imports that do not say how much.
update import_job j set job = j.job || jsonb_build_object('LeftToRegister', n.count)
from (select import_id, run, count(*) from import_new group by import_id, run) n
where n.import_id = j.id and n.run = (j.job ->> 'ParsedRun')::int;
