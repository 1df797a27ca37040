-- A shard reads its own due cases, in order, and nobody else's: with a hundred thousand due at once every shard had read all of them.
-- 63 is the number of shards less one, which is fixed for good.
drop index case_due;
create index case_due on case_file ((hashtext(id) & 63), check_at) where check_at is not null;

-- Villages that have ended are few; open cases that stand there are looked for from their side.
create index region_ended on region (code) where valid_to is not null;
