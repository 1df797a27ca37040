-- How many households each account asked to see unmasked on a day (Asia/Shanghai). What was asked and why stands in the audit.
create table unmask_use
(
    account text not null references accounts (name) on delete cascade,
    day     date not null,
    used    int  not null,
    primary key (account, day)
);
