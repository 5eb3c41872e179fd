import { useWords } from '../i18n/context';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';

const FIRST_QUERY = `curl ${new URL('./graphql', document.baseURI).href} \\
  -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"query": "{ inboxes { name conversations { totalCount } } }"}'`;

/** The way from the desk to what it is built on. */
export function DevelopersDialog({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  return (
    <Dialog title={t('developers.title')} onClose={onClose} wide>
      <p>{t('developers.text')}</p>
      <pre tabIndex={0}>
        <code>{FIRST_QUERY}</code>
      </pre>
      <div className="developers">
        <a href="./graphiql/" target="_blank" rel="noreferrer">
          <strong>
            {t('developers.graphiql')} <Icon name="external" />
          </strong>
          <span>{t('developers.graphiqlText')}</span>
        </a>
        <a href="./health/ready" target="_blank" rel="noreferrer">
          <strong>
            {t('developers.health')} <Icon name="external" />
          </strong>
          <span>{t('developers.healthText')}</span>
        </a>
      </div>
    </Dialog>
  );
}
