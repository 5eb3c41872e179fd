CREATE INDEX ticket_properties_definition ON ticket_properties (account_id, definition_id, ticket_id);
ALTER TABLE ticket_properties DROP COLUMN value_hash;
DROP FUNCTION tandem_value_hash;
DROP INDEX tickets_priority, tickets_state, conversations_state, tickets_open_owner, tickets_open,
    conversations_open_owner, conversations_open_inbox, conversations_open;
