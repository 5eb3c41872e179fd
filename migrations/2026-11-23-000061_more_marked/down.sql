DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['inboxes', 'pipelines'] LOOP
        EXECUTE format('DROP TRIGGER settings_mark_delete ON %I', name);
        EXECUTE format('DROP TRIGGER settings_mark_update ON %I', name);
        EXECUTE format('DROP TRIGGER settings_mark_insert ON %I', name);
    END LOOP;
END
$$;
