-- The log: one row a cascade. Audit trail, timeline, source of every subscription, and what undo reads.

-- Dense (no cache): a reader delivers consecutive positions only, so a gap must mean a transaction in flight or
-- rolled back, never numbers that some session keeps for later.
CREATE SEQUENCE cascades_position AS bigint MINVALUE 1 CACHE 1;

-- Partitioned by the id, a UUIDv7, which begins with its time: the key finds one partition, and dropping old
-- rows is dropping a table.
CREATE TABLE cascades (
    account_id uuid NOT NULL,
    id uuid NOT NULL,
    -- Drawn by the insert, which is the last statement of its transaction and comes after all locks: two cascades
    -- of the same ticket are numbered in the order in which they happened.
    position bigint NOT NULL DEFAULT nextval('cascades_position'),
    occurred_at timestamptz NOT NULL,
    actor_kind smallint NOT NULL CHECK (actor_kind BETWEEN 0 AND 3),
    actor_id uuid,
    command text NOT NULL,
    -- The cascade that this one undoes.
    undoes uuid,
    -- {"v": 1, "effects": […], "touches": {…}, "tickets": […], "conversations": […]}: see src/domain/event.rs.
    body jsonb NOT NULL,
    PRIMARY KEY (account_id, id)
) PARTITION BY RANGE (id);
CREATE INDEX cascades_log ON cascades (position);
CREATE INDEX cascades_account_log ON cascades (account_id, position);
CREATE INDEX cascades_undoes ON cascades (account_id, undoes) WHERE undoes IS NOT NULL;

-- The log's index: what each cascade touched. Kinds are those of src/store/log.rs.
CREATE TABLE cascade_touches (
    account_id uuid NOT NULL,
    kind smallint NOT NULL,
    thing_id uuid NOT NULL,
    position bigint NOT NULL,
    cascade_id uuid NOT NULL,
    PRIMARY KEY (account_id, kind, thing_id, position, cascade_id)
) PARTITION BY RANGE (cascade_id);

-- How far the log has been dropped: a cursor below it can no longer be resumed.
CREATE TABLE log_horizon (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    position bigint NOT NULL DEFAULT 0
);
INSERT INTO log_horizon DEFAULT VALUES;

-- The lowest UUIDv7 of a moment.
CREATE FUNCTION tandem_uuid_at(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

-- Makes the partitions of the month that a moment is in, if they are not there.
CREATE FUNCTION tandem_add_log_month(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    next timestamptz := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    suffix text := to_char(at AT TIME ZONE 'UTC', 'YYYYMM');
    low uuid := tandem_uuid_at(first) ;
    high uuid := tandem_uuid_at(next);
    parent text;
BEGIN
    -- Two servers may both see the new month first.
    PERFORM pg_advisory_xact_lock(hashtext('tandem_add_log_month'));
    FOREACH parent IN ARRAY ARRAY['cascades', 'cascade_touches'] LOOP
        IF to_regclass(parent || '_' || suffix) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           parent || '_' || suffix, parent, low, high);
            -- The wall of the parent does not stand before its partitions: by themselves they show nothing to anybody.
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
                           parent || '_' || suffix);
        END IF;
    END LOOP;
END
$$;

-- Nothing is ever refused for want of a month: what no month takes goes here.
CREATE TABLE cascades_other PARTITION OF cascades DEFAULT;
CREATE TABLE cascade_touches_other PARTITION OF cascade_touches DEFAULT;
ALTER TABLE cascades_other ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE cascade_touches_other ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
