-- The last walls: what the application already keeps, the database refuses to break.

-- Rule 3: a link is permanent.
CREATE FUNCTION tandem_link_is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rule 3: the link of conversation % to ticket % is permanent', OLD.id, OLD.ticket_id
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'link_is_permanent';
END
$$;
CREATE TRIGGER link_is_permanent BEFORE UPDATE OF ticket_id ON conversations
    FOR EACH ROW WHEN (OLD.ticket_id IS NOT NULL AND OLD.ticket_id IS DISTINCT FROM NEW.ticket_id)
    EXECUTE FUNCTION tandem_link_is_permanent();

-- Rule 5: in a newer account no ticket is ever in the inbox workspace.
CREATE FUNCTION tandem_ticket_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT tickets_in_inbox FROM accounts WHERE id = NEW.account_id) THEN
        RAISE EXCEPTION 'rule 5: account % manages tickets in the help desk', NEW.account_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ticket_workspace';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ticket_workspace_insert BEFORE INSERT ON tickets
    FOR EACH ROW WHEN (NEW.workspace = 0) EXECUTE FUNCTION tandem_ticket_workspace();
CREATE TRIGGER ticket_workspace_update BEFORE UPDATE OF workspace ON tickets
    FOR EACH ROW WHEN (NEW.workspace = 0 AND OLD.workspace <> 0) EXECUTE FUNCTION tandem_ticket_workspace();

-- Nor is a conversation with a ticket, which moved there in the same step.
CREATE FUNCTION tandem_conversation_workspace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT tickets_in_inbox FROM accounts WHERE id = NEW.account_id) THEN
        RAISE EXCEPTION 'rule 5: conversation % has a ticket, which account % manages in the help desk',
            NEW.id, NEW.account_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'conversation_workspace';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER conversation_workspace_insert BEFORE INSERT ON conversations
    FOR EACH ROW WHEN (NEW.ticket_id IS NOT NULL AND NEW.workspace = 0)
    EXECUTE FUNCTION tandem_conversation_workspace();
CREATE TRIGGER conversation_workspace_update BEFORE UPDATE OF ticket_id, workspace ON conversations
    FOR EACH ROW WHEN (NEW.ticket_id IS NOT NULL AND NEW.workspace = 0
                       AND (OLD.ticket_id IS NULL OR OLD.workspace <> 0))
    EXECUTE FUNCTION tandem_conversation_workspace();

-- Rule 18: a ticket and its conversations are all in the same trash group or all in none. Looked at when the
-- transaction commits, because a cascade changes one row after the other.
CREATE FUNCTION tandem_trash_all_or_none() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ticket uuid;
BEGIN
    IF TG_TABLE_NAME = 'tickets' THEN ticket := NEW.id; ELSE ticket := NEW.ticket_id; END IF;
    IF EXISTS (
        SELECT FROM tickets t JOIN conversations c ON c.account_id = t.account_id AND c.ticket_id = t.id
        WHERE t.account_id = NEW.account_id AND t.id = ticket
          AND c.trash_group_id IS DISTINCT FROM t.trash_group_id
    ) THEN
        RAISE EXCEPTION 'rule 18: ticket % and its conversations are in the trash all together or not at all', ticket
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'trash_all_or_none';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER trash_all_or_none AFTER UPDATE ON tickets DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.trash_group_id IS DISTINCT FROM NEW.trash_group_id)
    EXECUTE FUNCTION tandem_trash_all_or_none();
CREATE CONSTRAINT TRIGGER trash_all_or_none AFTER UPDATE ON conversations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ticket_id IS NOT NULL AND (OLD.trash_group_id IS DISTINCT FROM NEW.trash_group_id
                                                      OR OLD.ticket_id IS DISTINCT FROM NEW.ticket_id))
    EXECUTE FUNCTION tandem_trash_all_or_none();
CREATE CONSTRAINT TRIGGER trash_all_or_none_insert AFTER INSERT ON conversations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.ticket_id IS NOT NULL) EXECUTE FUNCTION tandem_trash_all_or_none();

-- Rules 3 and 20: a conversation goes only together with its ticket, so a purge takes the whole group or nothing.
-- That a ticket goes only together with its conversations, their foreign key sees to.
CREATE FUNCTION tandem_purge_all_or_none() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM tickets WHERE account_id = OLD.account_id AND id = OLD.ticket_id) THEN
        RAISE EXCEPTION 'rule 20: conversation % is deleted together with ticket % or not at all',
            OLD.id, OLD.ticket_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'purge_all_or_none';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purge_all_or_none AFTER DELETE ON conversations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.ticket_id IS NOT NULL) EXECUTE FUNCTION tandem_purge_all_or_none();

-- The account that this session or transaction works for. Unset: none, so a query without it finds nothing.
CREATE FUNCTION tandem_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('tandem.account_id', true), '')::uuid
$$;
-- What works across accounts says so: the tail of the log, signing in, the purge, the command line.
CREATE FUNCTION tandem_across_accounts() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('tandem.across_accounts', true), '') = 'on'
$$;

-- Row-level security, for the owner of the tables too: what the application forgets to filter, Postgres does.
-- The functions stand in subqueries so that they run once a statement, not once a row.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ticket_counters', 'users', 'integrations', 'tokens', 'inboxes', 'channels',
        'contacts', 'pipelines', 'ticket_statuses', 'property_definitions', 'panel_properties', 'trash_groups',
        'tickets', 'ticket_properties', 'conversations', 'messages', 'cascades', 'cascade_touches'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY own_account ON %I USING (account_id = (SELECT tandem_account())
            OR (SELECT tandem_across_accounts()))', name);
    END LOOP;
END
$$;
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON accounts
    USING (id = (SELECT tandem_account()) OR (SELECT tandem_across_accounts()));
