import { theme, type ThemeConfig } from 'antd'

/** Light or dark. */
export type Mode = 'light' | 'dark'

/** The colours that mean something, the same in tags, charts and maps. */
export interface Palette {
  text: string
  muted: string
  line: string
  surface: string
  page: string
  accent: string
  good: string
  warn: string
  bad: string
  idle: string
  /** Colours of series in charts, in order. */
  series: string[]
  /** From few to many, in maps. */
  ramp: [string, string]
}

const light: Palette = {
  text: '#1c2733', muted: '#56636f', line: '#dde3ea', surface: '#ffffff', page: '#f3f5f8', accent: '#1d5a96',
  good: '#1c7a46', warn: '#9a5b00', bad: '#b3261e', idle: '#5d6a76',
  series: ['#1d5a96', '#2a9d8f', '#c77d1e', '#8a5aa8', '#b3453f', '#5b7083', '#6c8f2f', '#3f7fbf'],
  ramp: ['#e4edf6', '#1d5a96'],
}

const dark: Palette = {
  text: '#e3e9ef', muted: '#a3b0bc', line: '#2c3742', surface: '#171e26', page: '#0f151b', accent: '#6aa9e3',
  good: '#5fc98b', warn: '#e3a64b', bad: '#f08a83', idle: '#9aa8b5',
  series: ['#6aa9e3', '#4fc0b1', '#e3a64b', '#bb92d6', '#e58079', '#93a6b8', '#a5c861', '#8fc0ee'],
  ramp: ['#1d2a37', '#6aa9e3'],
}

/** The colours of a mode. */
export function palette(mode: Mode): Palette {
  return mode === 'dark' ? dark : light
}

/** Grounds of alerts and selected rows: what Ant Design derives from muted colours is too heavy. */
const lightGrounds = {
  colorInfo: '#1d5a96', colorInfoBg: '#edf4fb', colorInfoBorder: '#c9ddf0', colorSuccessBg: '#eef8f2', colorSuccessBorder: '#c5e5d2', colorWarningBg: '#fdf6e8',
  colorWarningBorder: '#ecd9b0', colorErrorBg: '#fdf2f1', colorErrorBorder: '#f0cac6', controlItemBgActive: '#e6eff8', controlItemBgActiveHover: '#dbe8f4',
}

const darkGrounds = {
  colorInfo: '#6aa9e3', colorInfoBg: '#17283a', colorInfoBorder: '#28455f', colorSuccessBg: '#152a20', colorSuccessBorder: '#27503a', colorWarningBg: '#2c2415',
  colorWarningBorder: '#564522', colorErrorBg: '#301c1b', colorErrorBorder: '#5c3230', controlItemBgActive: '#1f3347', controlItemBgActiveHover: '#26405a',
}


/** The one file of design tokens, as Ant Design takes them. */
export function tokens(mode: Mode): ThemeConfig {
  const p = palette(mode)
  return {
    algorithm: [mode === 'dark' ? theme.darkAlgorithm : theme.defaultAlgorithm],
    cssVar: { key: 'lh' },
    token: {
      colorPrimary: mode === 'dark' ? '#4f93d4' : p.accent, // The dark algorithm dims a link's colour; this one comes out as the accent.
      colorLink: mode === 'dark' ? '#79c3ff' : p.accent,
      // What Ant Design derives for a link below the pointer is too faint to be read.
      colorLinkHover: mode === 'dark' ? '#a6d7ff' : '#123f6e', colorLinkActive: mode === 'dark' ? '#79c3ff' : '#123f6e', colorSuccess: p.good, colorWarning: p.warn, colorError: p.bad,
      colorText: p.text, colorTextSecondary: p.muted, colorTextTertiary: p.muted, colorTextDescription: p.muted,
      colorTextPlaceholder: mode === 'dark' ? '#8a98a5' : '#6b7884', colorTextQuaternary: mode === 'dark' ? '#8a98a5' : '#6b7884',
      colorBgLayout: p.page, colorBgContainer: p.surface, colorBgElevated: mode === 'dark' ? '#1d262f' : p.surface, colorBorderSecondary: p.line,
      ...(mode === 'dark' ? darkGrounds : lightGrounds),
      borderRadius: 4, fontFamily: 'var(--lh-family)', fontSize: 14, controlHeight: 34, motion: false,
    },
    components: {
      Layout: { headerBg: p.surface, siderBg: p.surface, headerHeight: 52, headerPadding: '0 16px', bodyBg: p.page },
      Menu: { itemBorderRadius: 4, itemHeight: 36, groupTitleColor: p.muted, itemBg: 'transparent', activeBarBorderWidth: 0, itemSelectedBg: mode === 'dark' ? '#1f3347' : '#e6eff8', itemSelectedColor: p.accent, itemHoverBg: mode === 'dark' ? '#1d2731' : '#f1f4f8' },
      Table: { cellPaddingBlockSM: 9, headerBg: mode === 'dark' ? '#1b242d' : '#f6f8fa', headerColor: p.muted, headerSplitColor: 'transparent' },
      Card: { headerHeight: 46, bodyPadding: 16 },
      Button: {
        primaryShadow: 'none', defaultShadow: 'none',
        // White on the brighter blue of dark mode would be too faint.
        ...(mode === 'dark' ? { colorPrimary: '#2f6da8', colorPrimaryHover: '#37608a', colorPrimaryActive: '#265b8e' } : {}),
      },
      Tabs: { itemSelectedColor: p.accent, inkBarColor: p.accent },
      Descriptions: { itemPaddingBottom: 10 },
      Form: { itemMarginBottom: 18 },
    },
  }
}
