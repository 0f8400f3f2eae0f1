"""The log's tables and functions, and what keeps them level however long they run."""

LOST = "HQ001"
"""SQLSTATE: a group's cursor would stand before messages that are not kept any more."""

NEWEST = "log_in_order"
"""What was added last: a database that has it has all below."""

SCHEMA = f"""
create table if not exists log (
    pos bigint generated always as identity,
    topic text not null,
    key text not null,
    value bytea not null,
    at timestamptz not null default now()
);
-- The one index. With another on `pos` alone the planner, which does not know how near to the end a
-- group's place is, reads all of the log behind it for the few rows of a quiet topic.
alter table log drop constraint if exists log_pkey;
alter index if exists log_of_topic rename to {NEWEST};
create index if not exists {NEWEST} on log (topic, pos);
create table if not exists cursors (
    consumers text not null,
    topic text not null,
    pos bigint not null,
    primary key (consumers, topic)
);
create table if not exists pruned (
    topic text primary key,
    up_to bigint not null  -- nothing of the topic is kept up to this position
);

-- Rows come at the end and go at the beginning. Vacuumed by hundredths, not by fifths, the space of
-- those that went is soon used again and counting is done in the index alone. The file is never cut
-- shorter: that would take a lock for which senders wait, and the space is needed again anyway.
alter table log set (
    autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01,
    vacuum_truncate = false
);
-- A few rows that change hundreds of times a second: with room on its page a row's next version
-- needs no new entry in the index, and the dead ones go as soon as the page is looked at. What a
-- long transaction kept alive is swept up after a thousand changes, not after a share of nothing.
alter table cursors set (
    fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    vacuum_truncate = false
);

-- One sender at a time per topic: positions of a topic become visible in order.
create or replace function send(topics text[], keys text[], vals bytea[]) returns void
language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(topic, 1))
        from (select distinct unnest(topics) as topic order by 1) as each;
    insert into log (topic, key, value) select * from unnest(topics, keys, vals);
    perform pg_notify('sent', topic) from (select distinct unnest(topics) as topic) as each;
end $$;

-- Forget what is old and behind every group. A group that begins at the same moment is either there
-- before, and counts, or finds what is gone: both take the topic's lock (see nothing_is_missed).
create or replace function prune(of_topic text, age interval, most integer) returns integer
language plpgsql as $$
declare
    gone integer;
    last bigint;
    kept_after bigint;
begin
    -- Should the machine be lost, so is this: it is done again. And nobody waits behind it.
    set local synchronous_commit = off;
    set local lock_timeout = '200ms';
    perform pg_advisory_xact_lock(hashtextextended(of_topic, 3));
    select coalesce(max(up_to), 0) into kept_after from pruned where topic = of_topic;
    select max(pos) into last from (
        select pos, at from log
        where topic = of_topic and pos > kept_after
          and pos <= (select min(pos) from cursors where topic = of_topic)
        order by pos limit most
    ) as next where at < now() - age;
    if last is null then
        return 0;
    end if;
    insert into pruned values (of_topic, last) on conflict (topic) do update set up_to = last;
    delete from log where topic = of_topic and pos > kept_after and pos <= last;
    get diagnostics gone = row_count;
    return gone;
end $$;

create or replace function nothing_is_missed() returns trigger
language plpgsql as $$
declare
    gone bigint;
begin
    perform pg_advisory_xact_lock_shared(hashtextextended(new.topic, 3));
    select up_to into gone from pruned where topic = new.topic;
    if gone > new.pos then
        raise exception '% would stand at position % of %, whose messages up to % are gone',
            new.consumers, new.pos, new.topic, gone using errcode = '{LOST}';
    end if;
    return null;
end $$;
create or replace trigger a_group_begins after insert on cursors
    for each row execute function nothing_is_missed();
create or replace trigger a_group_goes_back after update of pos on cursors
    for each row when (new.pos < old.pos) execute function nothing_is_missed();
"""
