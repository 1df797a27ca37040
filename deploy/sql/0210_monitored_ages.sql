-- Who asks for monitored people of an age had every monitored household asked for its members, 10,000 in a province for the first page. The monitored stand among
-- the households with risks once more, under * whatever their risks, with the births of their oldest and youngest.
insert into household_risk (risk_type, village, code, oldest, youngest)
select '*', h.village, h.code, b.oldest, b.youngest
from household h
left join (select household_code, min(birth_date) as oldest, max(birth_date) as youngest from household_member
           where household_code in (select code from household where monitor_category is not null) group by household_code) b on b.household_code = h.code
where h.monitor_category is not null and h.village is not null;

create or replace function household_risks_follow() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from household_risk where risk_type = any (old.risk_types || '*'::text) and village = old.village and code = old.code;
    end if;
    if new.village is not null then
        insert into household_risk (risk_type, village, code, oldest, youngest)
        select r, new.village, new.code, b.oldest, b.youngest
        from (select distinct unnest(case when new.monitor_category is null then new.risk_types else new.risk_types || '*'::text end) as r) risks
        cross join (select min(birth_date) as oldest, max(birth_date) as youngest from household_member where household_code = new.code) b;
    end if;
    return null;
end $$;

drop trigger household_risks_new on household;
create trigger household_risks_new after insert on household for each row
    when (new.risk_types <> '{}' or new.monitor_category is not null)
    execute function household_risks_follow();
drop trigger household_risks_changed on household;
create trigger household_risks_changed after update of risk_types, village, members_digest, monitor_category on household for each row
    when (old.risk_types is distinct from new.risk_types or (old.monitor_category is null) <> (new.monitor_category is null)
        or (old.risk_types <> '{}' or old.monitor_category is not null)
            and (old.village is distinct from new.village or old.members_digest is distinct from new.members_digest))
    execute function household_risks_follow();
