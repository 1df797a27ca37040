-- Who asks for people of an age and a risk had every household with that risk asked for its members, 40,000 in a province of which none may have one. The
-- births of a household's oldest and youngest member stand with its risks and in their index; null where no birth is known. They say who cannot be
-- meant, the members themselves say who is.
alter table household_risk add column oldest date, add column youngest date;

update household_risk r set oldest = b.oldest, youngest = b.youngest
from (select household_code, min(birth_date) as oldest, max(birth_date) as youngest from household_member
      where household_code in (select code from household_risk) group by household_code) b
where b.household_code = r.code;

alter table household_risk drop constraint household_risk_pkey;
alter table household_risk add primary key (risk_type, village, code) include (oldest, youngest);

-- Runs after the whole statement: its members stand.
create or replace function household_risks_follow() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from household_risk where risk_type = any (old.risk_types) and village = old.village and code = old.code;
    end if;
    if new.village is not null then
        insert into household_risk (risk_type, village, code, oldest, youngest)
        select r, new.village, new.code, b.oldest, b.youngest
        from (select distinct unnest(new.risk_types) as r) risks
        cross join (select min(birth_date) as oldest, max(birth_date) as youngest from household_member where household_code = new.code) b;
    end if;
    return null;
end $$;

drop trigger household_risks_changed on household;
create trigger household_risks_changed after update of risk_types, village, members_digest on household for each row
    when (old.risk_types is distinct from new.risk_types
        or old.risk_types <> '{}' and (old.village is distinct from new.village or old.members_digest is distinct from new.members_digest))
    execute function household_risks_follow();
