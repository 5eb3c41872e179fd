// First, before the editor loads: its workers come from this server, not from a CDN.
import 'graphiql/setup-workers/vite';

import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import { endpointsAt } from '../shared/endpoints';
import { App } from './App';
import './style.css';

// This page is one folder below the root that the pages are mounted at.
const endpoints = endpointsAt(new URL('../', document.baseURI));
const root = document.getElementById('root');
if (root) createRoot(root).render(<App endpoints={endpoints} />);
