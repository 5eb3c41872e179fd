-- Inboxes and pipelines are shown as they were read before, too: the account's mark is drawn anew where one changes.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['inboxes', 'pipelines'] LOOP
        EXECUTE format('CREATE TRIGGER settings_mark_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
        EXECUTE format('CREATE TRIGGER settings_mark_update AFTER UPDATE ON %I REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
        EXECUTE format('CREATE TRIGGER settings_mark_delete AFTER DELETE ON %I REFERENCING OLD TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION tandem_mark_settings()', name);
    END LOOP;
END
$$;
