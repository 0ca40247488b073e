import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { palette, type Mode, type Palette } from './tokens'

const stored = 'linghang.mode'

const ModeContext = createContext<{ mode: Mode; choose: (mode: Mode) => void }>({ mode: 'light', choose: () => undefined })

/** Keeps light or dark: the browser's wish until somebody chooses. */
export function ModeProvider({ children }: { children: (mode: Mode) => ReactNode }) {
  const [mode, setMode] = useState<Mode>(() => {
    const value = localStorage.getItem(stored)
    if (value === 'light' || value === 'dark') return value
    return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  })
  useEffect(() => {
    document.documentElement.dataset.mode = mode
    document.documentElement.style.colorScheme = mode
    document.documentElement.style.backgroundColor = palette(mode).page
  }, [mode])
  const value = useMemo(
    () => ({
      mode,
      choose: (next: Mode) => {
        localStorage.setItem(stored, next)
        setMode(next)
      },
    }),
    [mode],
  )
  return <ModeContext value={value}>{children(mode)}</ModeContext>
}

/** Light or dark, and how to change it. */
export function useMode() {
  return useContext(ModeContext)
}

/** The colours in force, for charts and maps. */
export function usePalette(): Palette {
  return palette(useMode().mode)
}
