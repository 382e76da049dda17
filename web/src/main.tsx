import { createRoot } from 'react-dom/client';
import { App } from './app/app';
import { applyTheme, chosenTheme } from './app/theme';
import { beginVitals } from './features/vitals/begin-vitals';
import './styles.css';

applyTheme(chosenTheme());
createRoot(document.getElementById('root') as HTMLElement).render(<App />);
beginVitals();
