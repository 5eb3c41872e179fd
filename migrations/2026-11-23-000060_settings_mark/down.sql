DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['users', 'ticket_statuses', 'property_definitions', 'panel_properties'] LOOP
        EXECUTE format('DROP TRIGGER settings_mark_delete ON %I', name);
        EXECUTE format('DROP TRIGGER settings_mark_update ON %I', name);
        EXECUTE format('DROP TRIGGER settings_mark_insert ON %I', name);
    END LOOP;
END
$$;
DROP FUNCTION tandem_mark_settings();
ALTER TABLE accounts DROP COLUMN settings_mark;
