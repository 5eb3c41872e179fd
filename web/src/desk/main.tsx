import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { endpointsAt } from '../shared/endpoints';
import { WordsProvider } from './i18n/context';
import { Session } from './session/Session';
import { ErrorBoundary } from './ui/ErrorBoundary';
import { applyTheme, storedTheme } from './shell/theme';
import './style/index.css';

applyTheme(storedTheme());
const endpoints = endpointsAt(new URL('./', document.baseURI));
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <WordsProvider>
        <ErrorBoundary>
          <Session endpoints={endpoints} />
        </ErrorBoundary>
      </WordsProvider>
    </StrictMode>,
  );
}
