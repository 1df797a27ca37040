-- A statement that leaves a household's risks and village alone does not even ask the trigger (which otherwise reads the row before at every update).
drop trigger household_risks_changed on household;
create trigger household_risks_changed after update of risk_types, village on household for each row
    when (old.risk_types is distinct from new.risk_types or old.village is distinct from new.village and old.risk_types <> '{}')
    execute function household_risks_follow();
