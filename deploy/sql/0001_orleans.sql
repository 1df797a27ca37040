-- What the Orleans AdoNet providers (10.4) need: membership, reminders and grain storage.
-- The providers read their statements from OrleansQuery and bind parameters by name; column names of the answers are part of the contract.
-- Every statement below is a single one, so that each decision (is the version still the one that was read?) and its write are atomic.

create table orleansquery
(
    querykey  varchar(64) primary key,
    querytext text not null
);

-- Membership -------------------------------------------------------------------------------------------------------------------------
-- One version row per deployment guards every change of its members: a change names the version that it has seen and moves it on by one.

create table orleansmembershipversion
(
    deploymentid varchar(150) primary key,
    version      integer     not null default 0,
    changed_at   timestamptz not null default now()
);

create table orleansmembership
(
    deploymentid varchar(150) not null references orleansmembershipversion,
    address      varchar(45)  not null,
    port         integer      not null,
    generation   integer      not null,
    siloname     varchar(150) not null,
    hostname     varchar(150) not null,
    status       integer      not null,
    proxyport    integer      not null,
    suspecttimes text,
    starttime    timestamptz  not null,
    iamalivetime timestamptz  not null,
    primary key (deploymentid, address, port, generation)
);

insert into orleansquery (querykey, querytext) values
('InsertMembershipVersionKey', $sql$
    with added as (
        insert into orleansmembershipversion (deploymentid) values (@DeploymentId)
        on conflict (deploymentid) do nothing
        returning 1)
    select exists (select from added)
$sql$),
('MembershipReadAllKey', $sql$
    select v.deploymentid, v.version, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport,
           m.suspecttimes, m.starttime, m.iamalivetime
    from orleansmembershipversion v
    left join orleansmembership m on m.deploymentid = v.deploymentid
    where v.deploymentid = @DeploymentId
$sql$),
('MembershipReadRowKey', $sql$
    select v.deploymentid, v.version, m.address, m.port, m.generation, m.siloname, m.hostname, m.status, m.proxyport,
           m.suspecttimes, m.starttime, m.iamalivetime
    from orleansmembershipversion v
    left join orleansmembership m
           on m.deploymentid = v.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
    where v.deploymentid = @DeploymentId
$sql$),
('InsertMembershipKey', $sql$
    with moved as (
        update orleansmembershipversion set version = version + 1, changed_at = now()
        where deploymentid = @DeploymentId and version = @Version
          and not exists (select from orleansmembership
                          where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning deploymentid),
    added as (
        insert into orleansmembership
            (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
        select deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        from moved
        returning 1)
    select exists (select from added)
$sql$),
-- Signs of life pass outside the versions, so a change must not set a newer one back.
('UpdateMembershipKey', $sql$
    with moved as (
        update orleansmembershipversion set version = version + 1, changed_at = now()
        where deploymentid = @DeploymentId and version = @Version
          and exists (select from orleansmembership
                      where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation)
        returning deploymentid),
    changed as (
        update orleansmembership m
        set status = @Status, suspecttimes = @SuspectTimes, iamalivetime = greatest(m.iamalivetime, @IAmAliveTime)
        from moved
        where m.deploymentid = moved.deploymentid and m.address = @Address and m.port = @Port and m.generation = @Generation
        returning 1)
    select exists (select from changed)
$sql$),
-- A sign of life is not a change of membership: the version stays.
('UpdateIAmAlivetimeKey', $sql$
    update orleansmembership set iamalivetime = @IAmAliveTime
    where deploymentid = @DeploymentId and address = @Address and port = @Port and generation = @Generation
$sql$),
-- 3 is SiloStatus.Active, sent by the provider as @Status.
('GatewaysQueryKey', $sql$
    select address, proxyport, generation from orleansmembership
    where deploymentid = @DeploymentId and status = @Status and proxyport > 0
$sql$),
('DeleteMembershipTableEntriesKey', $sql$
    with members as (delete from orleansmembership where deploymentid = @DeploymentId)
    delete from orleansmembershipversion where deploymentid = @DeploymentId
$sql$),
-- 6 is SiloStatus.Dead. The second statement removes one row, and only as the provider has seen it.
('CleanupDefunctSiloEntriesKey', $sql$
    delete from orleansmembership
    where deploymentid = @DeploymentId and status = 6 and iamalivetime < @IAmAliveTime and starttime < @IAmAliveTime
      and coalesce(suspecttimes, '') = ''
$sql$),
('CleanupDefunctSiloEntryKey', $sql$
    delete from orleansmembership
    where deploymentid = @DeploymentId and status = 6 and address = @Address and port = @Port and generation = @Generation
      and iamalivetime = @IAmAliveTime and starttime = @StartTime and coalesce(suspecttimes, '') = coalesce(@SuspectTimes, '')
$sql$);

-- Reminders --------------------------------------------------------------------------------------------------------------------------

create table orleansreminders
(
    serviceid    varchar(150) not null,
    grainid      text         not null,
    remindername varchar(150) not null,
    starttime    timestamptz  not null,
    period       bigint       not null,
    grainhash    integer      not null,
    version      integer      not null,
    primary key (serviceid, grainid, remindername)
);

create index orleansreminders_by_hash on orleansreminders (serviceid, grainhash);

insert into orleansquery (querykey, querytext) values
('UpsertReminderRowKey', $sql$
    insert into orleansreminders as r (serviceid, grainid, remindername, starttime, period, grainhash, version)
    values (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    on conflict (serviceid, grainid, remindername) do update
    set starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = r.version + 1
    returning version
$sql$),
('ReadReminderRowKey', $sql$
    select grainid, remindername, starttime, period, version from orleansreminders
    where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName
$sql$),
('ReadReminderRowsKey', $sql$
    select grainid, remindername, starttime, period, version from orleansreminders
    where serviceid = @ServiceId and grainid = @GrainId
$sql$),
-- A silo owns a range of hashes on a ring, open at its beginning; the second statement is for the range that wraps around.
('ReadRangeRows1Key', $sql$
    select grainid, remindername, starttime, period, version from orleansreminders
    where serviceid = @ServiceId and grainhash > @BeginHash and grainhash <= @EndHash
$sql$),
('ReadRangeRows2Key', $sql$
    select grainid, remindername, starttime, period, version from orleansreminders
    where serviceid = @ServiceId and (grainhash > @BeginHash or grainhash <= @EndHash)
$sql$),
('DeleteReminderRowKey', $sql$
    with gone as (
        delete from orleansreminders
        where serviceid = @ServiceId and grainid = @GrainId and remindername = @ReminderName and version = @Version
        returning 1)
    select exists (select from gone)
$sql$),
('DeleteReminderRowsKey', $sql$
    delete from orleansreminders where serviceid = @ServiceId
$sql$);

-- Grain storage ----------------------------------------------------------------------------------------------------------------------
-- The hashes lead the key only because the provider computes them anyway and they make short, evenly spread index entries;
-- the rest of the key makes it exact. An absent key extension is stored as '', so that the primary key can hold it.
-- A cleared row keeps its version with an empty payload: versions never restart.

create table orleansstorage
(
    grainidhash            integer      not null,
    graintypehash          integer      not null,
    grainidn0              bigint       not null,
    grainidn1              bigint       not null,
    grainidextensionstring text         not null,
    graintypestring        varchar(512) not null,
    serviceid              varchar(150) not null,
    payloadbinary          bytea,
    modifiedon             timestamptz  not null default now(),
    version                integer      not null,
    primary key (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring, serviceid)
);

insert into orleansquery (querykey, querytext) values
('ReadFromStorageKey', $sql$
    select payloadbinary, version from orleansstorage
    where grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
      and grainidextensionstring = coalesce(@GrainIdExtensionString::text, '')
      and graintypestring = @GrainTypeString and serviceid = @ServiceId
$sql$),
-- No version seen means a first write, which only an insert may do; a version seen means an update of exactly that version.
-- Of two first writers the later waits on the primary key and then inserts nothing; of two updaters the later finds the version moved on.
-- Nothing written is answered by no row, which the provider takes for a stale etag.
('WriteToStorageKey', $sql$
    with changed as (
        update orleansstorage set payloadbinary = @PayloadBinary, modifiedon = now(), version = version + 1
        where @GrainStateVersion::integer is not null and version = @GrainStateVersion::integer
          and grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
          and grainidextensionstring = coalesce(@GrainIdExtensionString::text, '')
          and graintypestring = @GrainTypeString and serviceid = @ServiceId
        returning version),
    added as (
        insert into orleansstorage (grainidhash, graintypehash, grainidn0, grainidn1, grainidextensionstring, graintypestring,
                                    serviceid, payloadbinary, version)
        select @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''), @GrainTypeString,
               @ServiceId, @PayloadBinary, 1
        where @GrainStateVersion::integer is null
        on conflict do nothing
        returning version)
    select version as newgrainstateversion from changed
    union all
    select version from added
$sql$),
('ClearStorageKey', $sql$
    update orleansstorage set payloadbinary = null, modifiedon = now(), version = version + 1
    where version = @GrainStateVersion::integer
      and grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
      and grainidextensionstring = coalesce(@GrainIdExtensionString::text, '')
      and graintypestring = @GrainTypeString and serviceid = @ServiceId
    returning version as newgrainstateversion
$sql$),
-- Only for a provider set up with DeleteStateOnClear, which then starts again without a version; ours is not.
('DeleteStorageKey', $sql$
    delete from orleansstorage
    where version = @GrainStateVersion::integer
      and grainidhash = @GrainIdHash and graintypehash = @GrainTypeHash and grainidn0 = @GrainIdN0 and grainidn1 = @GrainIdN1
      and grainidextensionstring = coalesce(@GrainIdExtensionString::text, '')
      and graintypestring = @GrainTypeString and serviceid = @ServiceId
    returning version + 1 as newgrainstateversion
$sql$);
