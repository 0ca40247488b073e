import { createRoot } from 'react-dom/client'
import { start } from './app/App'
import './kernel/style.css'

const root = document.getElementById('root')
if (root) createRoot(root).render(start())
