-- Search with several conditions at once. A list is one walk along (village, code); what is rare must be told apart inside the index, because a
-- household's row is wide and looking into it is what costs. Columns behind (village, code) are compared there; they change seldom.
-- An income changes more often than its band, and an update that touches no indexed column costs no index.
alter table household add column income_band smallint generated always as (
    case when net_per_capita is null then null when net_per_capita < 10000 then greatest(0, floor(net_per_capita / 1000)) when net_per_capita < 20000 then 10 when net_per_capita < 50000 then 20 else 50 end::smallint
) stored;
drop index household_by_village;
create index household_by_village on household (village, code, class, status, income_band);

-- One in ten.
drop index household_monitored;
create index household_monitored on household (village, code, monitor_category, risk_eliminated, recognized_month, eliminated_month)
    where monitor_category is not null;

-- Two characters at the beginning or the end of a name lead to one list in the order of the area; the rest of the name is compared behind it.
drop index household_by_head;
create index household_by_head_start on household (left(head_name, 2), village, code, head_name) where head_name is not null;
create index household_by_head_end on household (right(head_name, 2), village, code, head_name) where head_name is not null;

alter table household_member add column village text collate "C";   -- of the household, so that names are found in the order of the area
update household_member m set village = h.village from household h where h.code = m.household_code and h.village is not null;
drop index household_member_by_name;
create index household_member_by_name on household_member (left(name, 2), village, household_code, name) where name is not null;

-- Any of up to five risks: a row each. Written by the row of the household itself, whoever writes that.
create table household_risk (
    risk_type text collate "C" not null,
    village   text collate "C" not null,
    code      text collate "C" not null,
    primary key (risk_type, village, code)
);
insert into household_risk select distinct r, village, code from household, unnest(risk_types) as r where village is not null;

create function household_risks_follow() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from household_risk where risk_type = any (old.risk_types) and village = old.village and code = old.code;
    end if;
    if new.village is not null then
        insert into household_risk select distinct r, new.village, new.code from unnest(new.risk_types) as r;
    end if;
    return null;
end $$;

create trigger household_risks_new after insert on household for each row
    when (new.risk_types <> '{}') execute function household_risks_follow();
create trigger household_risks_changed after update on household for each row
    when (old.risk_types is distinct from new.risk_types or old.village is distinct from new.village and old.risk_types <> '{}')
    execute function household_risks_follow();
