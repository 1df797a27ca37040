-- A change that is asked for again answers as it did the first time: under which key it was asked for, and how many households had moved for it.
alter table region_change add command_id uuid;
alter table region_change add households_moved int not null default 0;
create unique index region_change_by_command on region_change (command_id) where command_id is not null;
