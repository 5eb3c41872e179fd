-- A large account for plans: 200,000 conversations, 50,000 tickets, 400,000 messages, 100,000 cascades, 90,000
-- documents of search. Run by a superuser, past the walls, in the place of :account, :pipeline, :open and :closed.
-- Even, so that what a plan reads can be foretold: one conversation in 13 is open, one in 4 has a ticket, one in 5 has
-- no owner.
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.at(i bigint) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS
    $$ SELECT '2026-01-01T00:00:00Z'::timestamptz + i * interval '2 minutes' $$;
-- A UUIDv7 of the kind and number.
CREATE FUNCTION pg_temp.id(kind int, i bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
    $$ SELECT (lpad(to_hex((extract(epoch FROM pg_temp.at(i)) * 1000)::bigint), 12, '0') || '7'
               || lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid $$;

INSERT INTO users (account_id, id, name, email, role)
    SELECT :account, pg_temp.id(1, i), 'Agent ' || i, 'agent' || i || '@example.com', 1 FROM generate_series(1, 20) i;
INSERT INTO inboxes (account_id, id, name)
    SELECT :account, pg_temp.id(2, i), 'Inbox ' || i FROM generate_series(1, 4) i;
INSERT INTO channels (account_id, id, inbox_id, kind, name)
    SELECT :account, pg_temp.id(3, i), pg_temp.id(2, i), i - 1, 'Channel ' || i FROM generate_series(1, 4) i;
INSERT INTO contacts (account_id, id, name, email, created_at)
    SELECT :account, pg_temp.id(4, i), 'Contact ' || i, 'contact' || i || '@example.org', pg_temp.at(i)
    FROM generate_series(0, 49999) i;
INSERT INTO property_definitions (account_id, id, name, label, kind, options)
    VALUES (:account, pg_temp.id(5, 1), 'order_number', 'Order', 0, '[]'),
           (:account, pg_temp.id(5, 2), 'reason', 'Reason', 6, '[{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]');
-- Kept beyond any day on which this is run: a server on this account purges nothing beside what is measured.
INSERT INTO trash_groups (account_id, id, trashed_at, purge_at, actor_kind)
    SELECT :account, pg_temp.id(6, i), pg_temp.at(200000 + i), '2100-01-01', 3 FROM generate_series(0, 399) i;

INSERT INTO tickets (account_id, id, number, name, name_version, pipeline_id, status_id, category, owner_id, priority,
                     priority_version, workspace, contact_id, created_at, last_activity_at, closed_at, version)
    SELECT :account, pg_temp.id(7, i), i, 'Ticket ' || i, 1, :pipeline,
           CASE WHEN i % 13 = 0 THEN :open ELSE :closed END, CASE WHEN i % 13 = 0 THEN 0 ELSE 1 END,
           CASE WHEN i % 5 > 0 THEN pg_temp.id(1, 1 + i % 20) END, nullif(i % 5, 0), 1, 1,
           pg_temp.id(4, i * 4 % 50000), pg_temp.at(i * 4), pg_temp.at(i * 4 + 30),
           CASE WHEN i % 13 > 0 THEN pg_temp.at(i * 4 + 30) END, 1
    FROM generate_series(1, 50000) i;
INSERT INTO ticket_properties (account_id, ticket_id, definition_id, value, version)
    SELECT :account, pg_temp.id(7, i), pg_temp.id(5, 1), jsonb_build_object('string', 'A-' || i), 1
    FROM generate_series(1, 50000) i;
INSERT INTO ticket_properties (account_id, ticket_id, definition_id, value, version)
    SELECT :account, pg_temp.id(7, i), pg_temp.id(5, 2),
           jsonb_build_object('options', jsonb_build_array(CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END)), 1
    FROM generate_series(1, 50000) i;

INSERT INTO conversations (account_id, id, subject, status, workspace, inbox_id, channel_id, thread_key, contact_id,
                           owner_id, ticket_id, created_at, last_activity_at, closed_at, trash_group_id, version)
    SELECT :account, pg_temp.id(8, i), 'Question ' || i, CASE WHEN i % 13 = 0 THEN 0 ELSE 1 END, 1,
           pg_temp.id(2, 1 + i % 4), pg_temp.id(3, 1 + i % 3), i::text, pg_temp.id(4, i % 50000),
           CASE WHEN i % 5 > 0 THEN pg_temp.id(1, 1 + i % 20) END, CASE WHEN i % 4 = 0 THEN pg_temp.id(7, i / 4) END,
           pg_temp.at(i), pg_temp.at(i + 30), CASE WHEN i % 13 > 0 THEN pg_temp.at(i + 30) END,
           CASE WHEN i % 4 = 1 AND i % 500 = 1 THEN pg_temp.id(6, i / 500) END, 1
    FROM generate_series(1, 200000) i;
INSERT INTO messages (account_id, id, conversation_id, kind, author_kind, author_id, text, created_at)
    SELECT :account, pg_temp.id(9, i), pg_temp.id(8, 1 + i % 200000), CASE WHEN i > 200000 THEN 1 ELSE 0 END,
           CASE WHEN i > 200000 THEN 0 ELSE 1 END,
           CASE WHEN i > 200000 THEN pg_temp.id(1, 1 + i % 20) ELSE pg_temp.id(4, (1 + i % 200000) % 50000) END,
           'What message ' || i || ' says.', pg_temp.at(i % 200000 + CASE WHEN i > 200000 THEN 30 ELSE 0 END)
    FROM generate_series(1, 400000) i;

SELECT tandem_add_log_month('2026-01-01'::timestamptz + n * interval '1 month') FROM generate_series(0, 9) n;
INSERT INTO cascades (account_id, id, occurred_at, actor_kind, command, body)
    SELECT :account, pg_temp.id(10, i * 2), pg_temp.at(i * 2), 3, 'updateConversationStatus',
           '{"v": 1, "effects": [], "touches": {}}' FROM generate_series(1, 100000) i;
-- What each touched: a conversation, and every fourth time its ticket.
INSERT INTO cascade_touches (account_id, kind, thing_id, position, cascade_id)
    SELECT :account, :conversation_kind, pg_temp.id(8, 1 + i % 200000), c.position, c.id
    FROM generate_series(1, 100000) i JOIN cascades c ON c.account_id = :account AND c.id = pg_temp.id(10, i * 2);
INSERT INTO cascade_touches (account_id, kind, thing_id, position, cascade_id)
    SELECT :account, :ticket_kind, pg_temp.id(7, 1 + i % 50000), c.position, c.id
    FROM generate_series(1, 100000, 4) i JOIN cascades c ON c.account_id = :account AND c.id = pg_temp.id(10, i * 2);

-- Search knows the oldest 80,000 messages and 10,000 tickets: making words of all takes longer than the rest.
-- The view is its owner's, who has walls.
SET tandem.across_accounts = 'on';
INSERT INTO search_documents SELECT * FROM search_documents_made WHERE at < pg_temp.at(40000);
INSERT INTO search_words (account_id, word, part_id)
    SELECT d.account_id, w.word, min(d.part_id::text COLLATE "C")::uuid
    FROM search_documents d CROSS JOIN LATERAL tandem_search_parts(d.words) AS w (word) GROUP BY d.account_id, w.word;
