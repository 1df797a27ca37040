-- Monitored households that were asked whether they need a plan of measures (W4) and do not, as they are at that version.
create table plan_not_needed (
    household text collate "C" primary key,
    version   bigint not null
);
