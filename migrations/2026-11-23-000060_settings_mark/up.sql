-- A mark of an account's users, statuses, properties and panels as they are: drawn anew in every transaction that changes
-- one of them. Whoever reads the mark in the snapshot of a response may show what was read under the same mark before.
-- Not a count: one that a restored backup set back would come by the same numbers again, for something else.
ALTER TABLE accounts ADD COLUMN settings_mark uuid NOT NULL DEFAULT gen_random_uuid();

-- Whoever changes settings has locked the account (src/store/accounts), so nobody waits here for the first time.
CREATE FUNCTION tandem_mark_settings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts SET settings_mark = gen_random_uuid() WHERE id IN (SELECT account_id FROM changed);
    RETURN NULL;
END
$$;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['users', 'ticket_statuses', 'property_definitions', 'panel_properties'] LOOP
        EXECUTE format('CREATE TRIGGER settings_mark_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
        EXECUTE format('CREATE TRIGGER settings_mark_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
        EXECUTE format('CREATE TRIGGER settings_mark_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
    END LOOP;
END
$$;
