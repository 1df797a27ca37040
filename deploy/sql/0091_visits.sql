-- 走访: made on a phone, perhaps without a network, with an id of the phone's own. The row that came first stays.
create table visit (
    id          uuid primary key,
    household   text collate "C" not null,
    village     text collate "C" not null,                  -- where the household stood when the visit arrived
    visit_type  text not null,
    visited_at  timestamptz not null,                       -- by the phone's clock
    received_at timestamptz not null,                       -- by the server's
    actor       text not null,
    risk_found  boolean not null,
    case_id     text collate "C",
    document    bytea not null                              -- sealed
);
create index visit_by_household on visit (household, visited_at desc);
create index visit_by_village on visit (village, visited_at);
