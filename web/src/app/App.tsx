import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { StrictMode, useEffect, type ReactNode } from 'react'
import { RouterProvider } from 'react-router'
import { Problem, tokens, useLanguage } from '../kernel'
import { startLanguage } from '../kernel/language'
import { ModeProvider } from '../kernel/mode'
import { sessionKey } from '../kernel/session'
import { rooms } from './rooms'
import { makeRouter } from './router'

/** Puts the whole web together. */
export function start(): ReactNode {
  startLanguage(rooms)
  const queries = makeQueries()
  const router = makeRouter(rooms)
  return (
    <StrictMode>
      <QueryClientProvider client={queries}>
        <ModeProvider>{(mode) => <Dressed mode={mode}>{<RouterProvider router={router} />}</Dressed>}</ModeProvider>
      </QueryClientProvider>
    </StrictMode>
  )
}

/** When the server no longer knows the session, the shell must know it too. */
function makeQueries(): QueryClient {
  const signedOut = (error: unknown) => {
    if (error instanceof Problem && error.status === 401 && queries.getQueryData(sessionKey)) queries.setQueryData(sessionKey, null)
    if (error instanceof Problem && error.key === 'kernel.second_factor') void queries.invalidateQueries({ queryKey: sessionKey })
  }
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    mutationCache: new MutationCache({ onError: signedOut }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
      },
    },
  })
  return queries
}

function Dressed({ mode, children }: { mode: 'light' | 'dark'; children: ReactNode }) {
  const language = useLanguage()
  useEffect(() => void dayjs.locale(language === 'en' ? 'en' : 'zh-cn'), [language])
  return (
    <ConfigProvider locale={language === 'en' ? enUS : zhCN} theme={tokens(mode)} button={{ autoInsertSpace: false }}>
      <AntApp>{children}</AntApp>
    </ConfigProvider>
  )
}
