import type { AnyVariables, Client, CombinedError, TypedDocumentNode } from '@urql/core';

const AGAIN_AFTER_MS = 2_000;

/**
 * Follows a subscription that begins with how things stand: after a lost connection or an error it is simply
 * begun again.
 * @returns what ends it.
 */
export function followLive<Data, Variables extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onItem: (data: Data | null, error: CombinedError | null) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stop = () => {};
  const begin = () => {
    const { unsubscribe } = client.subscription(document, variables).subscribe(({ data, error, hasNext }) => {
      if (data || error) onItem(data ?? null, error ?? null);
      if (error || hasNext === false) {
        clearTimeout(timer);
        timer = setTimeout(() => {
          stop();
          begin();
        }, AGAIN_AFTER_MS);
      }
    });
    stop = unsubscribe;
  };
  begin();
  return () => {
    clearTimeout(timer);
    stop();
  };
}
