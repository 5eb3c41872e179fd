import { useId } from 'react';
import { useDesk } from '../desk-context';
import { useWords } from '../i18n/context';
import { CHANNELS, ORDERS, type OrderName, type ViewDraft } from './view-draft';

interface Props {
  readonly draft: ViewDraft;
  readonly onChange: (draft: ViewDraft) => void;
}

/** What a view lists, and in what order. */
export function ViewFields({ draft, onChange }: Props) {
  const { t } = useWords();
  const { users, inboxes, viewer } = useDesk();
  const people = users.filter(({ active, id }) => active || id === draft.owner);
  const set = <Name extends keyof ViewDraft>(name: Name, value: string) => onChange({ ...draft, [name]: value });
  return (
    <div className="view-fields">
      <Choose
        label={t('views.status')}
        value={draft.status}
        onChange={(value) => set('status', value)}
        options={[
          ['', t('views.anyStatus')],
          ['OPEN', t('list.open')],
          ['CLOSED', t('list.closed')],
        ]}
      />
      <Choose
        label={t('owner.label')}
        value={draft.owner}
        onChange={(value) => set('owner', value)}
        options={[
          ['', t('views.anyOwner')],
          ['me', t('views.eachOwn')],
          ['nobody', t('owner.nobody')],
          ...people.map(({ id, name }) => [id, id === viewer.user.id ? t('owner.me', { name }) : name] as const),
        ]}
      />
      <Choose
        label={t('views.inbox')}
        value={draft.inboxId}
        onChange={(value) => set('inboxId', value)}
        options={[['', t('views.anyInbox')], ...inboxes.map(({ id, name }) => [id, name] as const)]}
      />
      <Choose
        label={t('side.ticket')}
        value={draft.ticket}
        onChange={(value) => set('ticket', value)}
        options={[
          ['', t('views.anyTicket')],
          ['with', t('views.withTicket')],
          ['without', t('views.withoutTicket')],
        ]}
      />
      <Choose
        label={t('views.channel')}
        value={draft.channel}
        onChange={(value) => set('channel', value)}
        options={[['', t('views.anyChannel')], ...CHANNELS.map((kind) => [kind, t(`channel.${kind}`)] as const)]}
      />
      <Choose
        label={t('views.order')}
        value={draft.order}
        onChange={(value) => set('order', value)}
        options={(Object.keys(ORDERS) as OrderName[]).map((name) => [name, t(`order.${name}`)] as const)}
      />
    </div>
  );
}

interface ChooseProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, name: string])[];
  readonly onChange: (value: string) => void;
}

function Choose({ label, value, options, onChange }: ChooseProps) {
  const id = useId();
  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="field" value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
