DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['accounts', 'ticket_counters', 'users', 'integrations', 'tokens', 'inboxes',
        'channels', 'contacts', 'pipelines', 'ticket_statuses', 'property_definitions', 'panel_properties',
        'trash_groups', 'tickets', 'ticket_properties', 'conversations', 'messages', 'cascades',
        'cascade_touches'] LOOP
        EXECUTE format('DROP POLICY own_account ON %I', name);
        EXECUTE format('ALTER TABLE %I NO FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
    END LOOP;
END
$$;
DROP FUNCTION tandem_across_accounts();
DROP FUNCTION tandem_account();
DROP TRIGGER purge_all_or_none ON conversations;
DROP FUNCTION tandem_purge_all_or_none();
DROP TRIGGER trash_all_or_none_insert ON conversations;
DROP TRIGGER trash_all_or_none ON conversations;
DROP TRIGGER trash_all_or_none ON tickets;
DROP FUNCTION tandem_trash_all_or_none();
DROP TRIGGER conversation_workspace_update ON conversations;
DROP TRIGGER conversation_workspace_insert ON conversations;
DROP FUNCTION tandem_conversation_workspace();
DROP TRIGGER ticket_workspace_update ON tickets;
DROP TRIGGER ticket_workspace_insert ON tickets;
DROP FUNCTION tandem_ticket_workspace();
DROP TRIGGER link_is_permanent ON conversations;
DROP FUNCTION tandem_link_is_permanent();
