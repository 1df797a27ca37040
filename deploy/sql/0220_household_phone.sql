-- A household's phone changes more often than anything else that a list searches by. In the household's row each such change made a row version that could not stay on its page and
-- put ten entries into indexes, nine of them as they were; here it puts two.
create table household_phone (
    code        text collate "C" primary key,
    phone_index bytea                                       -- keyed hash; null: has none any more
) with (fillfactor = 90, autovacuum_analyze_scale_factor = 0.3);
alter table household_phone alter column phone_index set statistics 0;

insert into household_phone select code, phone_index from household where phone_index is not null order by code;
create index household_phone_by_number on household_phone using hash (phone_index) where phone_index is not null;

drop index household_by_phone;
alter table household drop column phone_index;
