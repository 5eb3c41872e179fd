import { useEffect, useState } from 'react';

/** Text that was begun and not sent: it is there again when one comes back, also after a reload of the page. */
export function useDraft(conversationId: string, mode: string): [string, (text: string) => void] {
  const key = `tandem.draft.${mode}.${conversationId}`;
  const [drafts, setDrafts] = useState<Readonly<Record<string, string>>>({});
  const text = drafts[key] ?? sessionStorage.getItem(key) ?? '';
  useEffect(() => {
    if (text === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, text);
  }, [key, text]);
  return [text, (next) => setDrafts((before) => ({ ...before, [key]: next }))];
}
