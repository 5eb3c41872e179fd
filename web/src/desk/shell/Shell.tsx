import { useEffect, useState } from 'react';
import { QuestionDialog } from '../commands/QuestionDialog';
import { Toasts } from '../commands/Toasts';
import { useDesk } from '../desk-context';
import { ConversationDesk } from './ConversationDesk';
import { go } from '../use-route';
import { listed } from '../list/views';
import { HOME, VIEWS } from '../routes';
import { type SavedView, ViewDialog } from '../views/ViewDialog';
import { TicketRecord } from '../ticket/TicketRecord';
import { Trash } from '../trash/Trash';
import { useRoute } from '../use-route';
import { ConnectionBar } from './ConnectionBar';
import { DevelopersDialog } from './DevelopersDialog';
import { Navigation } from './Navigation';
import { ShortcutsDialog } from './ShortcutsDialog';
import { useShortcut } from './use-shortcut';

export type ShellDialog = 'shortcuts' | 'developers';

/** The frame of the desk: navigation beside the screen that the address names, and above them what concerns all. */
export function Shell() {
  const route = useRoute();
  const { commands, savedViews, viewer } = useDesk();
  const [dialog, setDialog] = useState<ShellDialog | null>(null);
  const [editing, setEditing] = useState<{ readonly view: SavedView | null } | null>(null);
  const [navigationOpen, setNavigationOpen] = useState(false);
  const closeNavigation = () => setNavigationOpen(false);
  useEffect(closeNavigation, [route]);
  useEffect(() => {
    if (route.screen !== 'ticket') document.title = viewer.account.name;
  }, [route.screen, viewer.account.name]);

  useShortcut('?', () => setDialog('shortcuts'));
  useShortcut('z', () => commands.undoLast());
  const toView = (index: number) => go({ ...HOME, list: VIEWS[index] ?? HOME.list });
  useShortcut('1', () => toView(0));
  useShortcut('2', () => toView(1));
  useShortcut('3', () => toView(2));
  useShortcut('4', () => toView(3));

  return (
    <div className={`desk${navigationOpen ? ' has-navigation' : ''}`} data-screen={route.screen}>
      <ConnectionBar />
      <Navigation route={route} onDialog={setDialog} onNewView={() => setEditing({ view: null })} />
      {navigationOpen && <div className="desk-shade" onClick={closeNavigation} />}
      {(route.screen === 'list' || route.screen === 'search') && (
        <ConversationDesk route={route} onNavigation={() => setNavigationOpen(true)} onView={(view) => setEditing({ view })} />
      )}
      {route.screen === 'ticket' && <TicketRecord key={route.ticketId} id={route.ticketId} onNavigation={() => setNavigationOpen(true)} />}
      {route.screen === 'trash' && <Trash onNavigation={() => setNavigationOpen(true)} />}
      <Toasts />
      <QuestionDialog />
      {editing && <ViewDialog view={editing.view} begin={listed(route, savedViews, viewer.user.id)} onClose={() => setEditing(null)} />}
      {dialog === 'shortcuts' && <ShortcutsDialog onClose={() => setDialog(null)} />}
      {dialog === 'developers' && <DevelopersDialog onClose={() => setDialog(null)} />}
    </div>
  );
}
