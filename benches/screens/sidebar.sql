-- What sidebar.graphql shows, in one statement: three lists beside one row, each as JSON.
SELECT c.id, c.subject, c.status, c.version, u.id, u.name, k.id, k.name, k.email, k.phone, t.id, t.version, t.number,
       t.name, t.priority, t.created_at, t.last_activity_at, s.id, s.name, s.category, w.id, w.name,
       (SELECT json_agg(json_build_array(d.id, d.name, d.label, d.kind, d.options, v.value) ORDER BY d.label)
        FROM property_definitions d LEFT JOIN ticket_properties v ON v.account_id = d.account_id AND v.ticket_id = t.id
        AND v.definition_id = d.id WHERE d.account_id = c.account_id AND NOT d.archived) AS details,
       (SELECT json_agg(p) FROM (SELECT p.id, p.subject, p.status, p.last_activity_at FROM conversations p
        WHERE p.account_id = c.account_id AND p.contact_id = c.contact_id AND p.id <> c.id AND p.trash_group_id IS NULL
        ORDER BY p.last_activity_at DESC, p.id DESC LIMIT 6) p) AS previous,
       (SELECT json_agg(m) FROM (SELECT m.id, m.kind, m.text, m.created_at, m.author_kind, m.author_id, a.name
        FROM messages m LEFT JOIN users a ON a.account_id = m.account_id AND a.id = m.author_id
        WHERE m.account_id = c.account_id AND m.conversation_id = c.id
        ORDER BY m.created_at DESC, m.id DESC LIMIT 21) m) AS messages
FROM conversations c
JOIN contacts k ON k.account_id = c.account_id AND k.id = c.contact_id
LEFT JOIN users u ON u.account_id = c.account_id AND u.id = c.owner_id
LEFT JOIN tickets t ON t.account_id = c.account_id AND t.id = c.ticket_id
LEFT JOIN ticket_statuses s ON s.account_id = t.account_id AND s.id = t.status_id
LEFT JOIN users w ON w.account_id = t.account_id AND w.id = t.owner_id
WHERE c.account_id = :account AND c.id = :conversation;
