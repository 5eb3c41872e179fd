-- What lists are filtered by, so that a filter that few rows pass, or none, costs like one that many pass. A list whose
-- filter most rows pass is walked in its order by the indexes of the model; these serve the others.

-- Open work: the few rows that agents look at all day, whatever the account has closed over the years.
CREATE INDEX conversations_open ON conversations (account_id, last_activity_at DESC, id DESC)
    WHERE status = 0 AND trash_group_id IS NULL;
CREATE INDEX conversations_open_inbox ON conversations (account_id, inbox_id, last_activity_at DESC, id DESC)
    WHERE status = 0 AND trash_group_id IS NULL;
CREATE INDEX conversations_open_owner ON conversations (account_id, owner_id, last_activity_at DESC, id DESC)
    WHERE status = 0 AND trash_group_id IS NULL;
CREATE INDEX tickets_open ON tickets (account_id, last_activity_at DESC, id DESC)
    WHERE category = 0 AND trash_group_id IS NULL;
CREATE INDEX tickets_open_owner ON tickets (account_id, owner_id, last_activity_at DESC, id DESC)
    WHERE category = 0 AND trash_group_id IS NULL;

-- Few different values, so these stay small: they count, and they find what hardly exists.
CREATE INDEX conversations_state ON conversations (account_id, status, workspace) WHERE trash_group_id IS NULL;
CREATE INDEX tickets_state ON tickets (account_id, category, workspace, priority) WHERE trash_group_id IS NULL;

-- The order by priority, in which none is the lowest.
CREATE INDEX tickets_priority ON tickets (account_id, (coalesce(priority, 0)) DESC, id DESC);

-- Tickets by the value of a property. A value may be longer than an index takes, and row-level security keeps an
-- operator of jsonb from using an index at all; the hash is a plain number. A column, not an expression, for the same reason.
-- Options are a set: their order is what the definition's was when they were written.
CREATE FUNCTION tandem_value_hash(value jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT jsonb_hash_extended(CASE WHEN value ? 'options'
        THEN (SELECT jsonb_agg(option ORDER BY option) FROM jsonb_array_elements(value -> 'options') AS option)
        ELSE value END, 0)
$$;
ALTER TABLE ticket_properties ADD COLUMN value_hash bigint
    GENERATED ALWAYS AS (tandem_value_hash(value)) STORED;
CREATE INDEX ticket_properties_value ON ticket_properties (account_id, definition_id, value_hash, ticket_id);
DROP INDEX ticket_properties_definition;
