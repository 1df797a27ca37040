-- Nonces of signed calls between systems; kept as long as a call of that time would be believed.
create table call_nonce
(
    system text        not null,
    nonce  text        not null,
    at     timestamptz not null,
    primary key (system, nonce)
);
create index call_nonce_by_time on call_nonce (at);
