import { useState } from 'react';
import { useMutation } from 'urql';
import { type DefinitionFragment, UpdateDetailsPanelDocument } from '#generated';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { FieldError } from '../ui/FieldError';

/** Chooses the properties of the details panel, and their order. */
export function DetailsDialog({ onSaved, onClose }: { onSaved: () => void; onClose: () => void }) {
  const { t } = useWords();
  const { viewer, definitions } = useDesk();
  const [chosen, setChosen] = useState<readonly string[]>(() => viewer.detailsPanel.map(({ name }) => name));
  const [problem, setProblem] = useState<{ text: string; fromServer: boolean } | null>(null);
  const [{ fetching }, update] = useMutation(UpdateDetailsPanelDocument);
  const shown = chosen.flatMap((name) => definitions.find((each) => each.name === name) ?? []);
  const others = definitions.filter(({ name }) => !chosen.includes(name));

  const save = async () => {
    const { data, error } = await update({ input: { properties: [...chosen] } });
    const refused = data?.updateDetailsPanel.userErrors[0]?.message;
    if (error || !data) setProblem({ text: error?.graphQLErrors[0]?.message ?? t('toast.offline'), fromServer: error?.networkError === undefined });
    else if (refused) setProblem({ text: refused, fromServer: true });
    else {
      onSaved();
      onClose();
    }
  };
  const move = (name: string, step: 1 | -1) => {
    const from = chosen.indexOf(name);
    setChosen(chosen.toSpliced(from, 1).toSpliced(from + step, 0, name));
  };
  return (
    <Dialog title={t('details.title')} onClose={onClose}>
      <p>{t('details.text')}</p>
      <ul className="choose">
        {[...shown, ...others].map((definition) => (
          <Entry
            key={definition.name}
            definition={definition}
            place={chosen.indexOf(definition.name)}
            last={chosen.length - 1}
            onToggle={(on) => setChosen(on ? [...chosen, definition.name] : chosen.filter((name) => name !== definition.name))}
            onMove={(step) => move(definition.name, step)}
          />
        ))}
      </ul>
      <FieldError id="details-problem" problem={problem} />
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={onClose}>
          {t('action.cancel')}
        </button>
        <button type="button" className="button is-primary" data-focus disabled={fetching} onClick={() => void save()}>
          {t('action.save')}
        </button>
      </footer>
    </Dialog>
  );
}

interface EntryProps {
  readonly definition: DefinitionFragment;
  /** Its place among those displayed; below 0 if it is not. */
  readonly place: number;
  readonly last: number;
  readonly onToggle: (on: boolean) => void;
  readonly onMove: (step: 1 | -1) => void;
}

function Entry({ definition: { label }, place, last, onToggle, onMove }: EntryProps) {
  const { t } = useWords();
  return (
    <li>
      <label>
        <input type="checkbox" checked={place >= 0} onChange={({ target }) => onToggle(target.checked)} />
        {label}
      </label>
      {place >= 0 && (
        <span className="choose-order">
          <button type="button" className="button is-ghost is-icon" aria-label={t('details.up', { label })} disabled={place === 0} onClick={() => onMove(-1)}>
            <Icon name="up" />
          </button>
          <button type="button" className="button is-ghost is-icon" aria-label={t('details.down', { label })} disabled={place === last} onClick={() => onMove(1)}>
            <Icon name="down" />
          </button>
        </span>
      )}
    </li>
  );
}
