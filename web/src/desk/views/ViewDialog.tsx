import { type FormEvent, useId, useState } from 'react';
import { useClient } from 'urql';
import { CreateSavedViewDocument, DeleteSavedViewDocument, type SavedViewResultFragment, UpdateSavedViewDocument } from '#generated';
import { type Desk, useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import type { Wanted } from '../list/older-rows';
import { savedList } from '../list/views';
import { useCounts } from '../live/use-counts';
import { HOME } from '../routes';
import { Dialog } from '../ui/Dialog';
import { FieldError } from '../ui/FieldError';
import { Icon } from '../ui/Icon';
import { go } from '../use-route';
import { DeleteView } from './DeleteView';
import { draftFrom, draftOf, listOf } from './view-draft';
import { ViewFields } from './ViewFields';

export type SavedView = Desk['savedViews'][number];

interface Props {
  /** The view to change; null: a new one is made. */
  readonly view: SavedView | null;
  /** What a new one begins with. */
  readonly begin: Wanted;
  readonly onClose: () => void;
}

/** Makes a view of what one looks at, or changes one: its name, what it lists, and who sees it. */
export function ViewDialog({ view, begin, onClose }: Props) {
  const { t } = useWords();
  const { viewer, mayWrite } = useDesk();
  const client = useClient();
  const id = useId();
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState(view?.shared ?? false);
  const [draft, setDraft] = useState(() => {
    const { filter, orderBy } = view ? savedList(view) : begin;
    return view ? draftOf(filter, orderBy) : draftFrom(filter, orderBy, viewer.user.id);
  });
  const [problem, setProblem] = useState<{ text: string; fromServer: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const list = listOf(draft);
  const [count] = useCounts([list.filter]);
  const isOwn = !view || view.owner.id === viewer.user.id;

  /** Shows what was refused; else goes on. */
  const settle = async (sent: PromiseLike<{ data?: { payload: SavedViewResultFragment }; error?: { graphQLErrors: readonly { message: string }[] } }>, done: (payload: SavedViewResultFragment) => void) => {
    setBusy(true);
    const { data, error } = await sent;
    setBusy(false);
    const refused = data?.payload.userErrors.map(({ message }) => message).join(' ') || error?.graphQLErrors[0]?.message;
    if (refused) setProblem({ text: refused, fromServer: true });
    else if (!data) setProblem({ text: t('toast.offline'), fromServer: false });
    else {
      done(data.payload);
      onClose();
    }
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return setProblem({ text: t('views.nameMissing'), fromServer: false });
    const input = { name: name.trim(), shared, list: { conversations: list } };
    const sent = view
      ? client.mutation(UpdateSavedViewDocument, { input: { savedViewId: view.id, ...input } })
      : client.mutation(CreateSavedViewDocument, { input });
    void settle(sent, ({ savedView }) => !view && savedView && go({ ...HOME, list: savedView.id }));
  };
  const remove = (savedViewId: string) =>
    void settle(client.mutation(DeleteSavedViewDocument, { input: { savedViewId } }), () => go(HOME));

  return (
    <Dialog title={t(view ? 'views.editTitle' : 'views.newTitle')} onClose={onClose}>
      <form className="form view-form" onSubmit={save} noValidate>
        <div className="form-field">
          <label htmlFor={`${id}-name`}>{t('field.name')}</label>
          <input
            id={`${id}-name`}
            className="field"
            data-focus
            autoComplete="off"
            value={name}
            placeholder={t('views.namePlaceholder')}
            aria-invalid={problem !== null}
            aria-describedby={`${id}-error`}
            onChange={({ target }) => {
              setName(target.value);
              setProblem(null);
            }}
          />
          <FieldError id={`${id}-error`} problem={problem} />
        </div>
        <ViewFields draft={draft} onChange={setDraft} />
        {Object.keys(draft.rest).length > 0 && <p className="quiet">{t('views.rest')}</p>}
        {mayWrite && (
          <label className="view-share">
            <input type="checkbox" checked={shared} disabled={!isOwn} onChange={({ target }) => setShared(target.checked)} />
            <span>{isOwn ? t('views.share') : t('views.sharedBy', { name: view.owner.name })}</span>
          </label>
        )}
        <p className="view-count" role="status">
          <Icon name="list" /> {count === undefined ? t('state.loading') : t('views.count', { count })}
        </p>
        <footer className="dialog-foot">
          {view && <DeleteView name={view.name} disabled={busy} onDelete={() => remove(view.id)} />}
          <button type="button" className="button" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" className="button is-primary" disabled={busy}>
            {t(view ? 'action.save' : 'views.create')}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
