import { api, LinkButton, PageHeader, read } from '../../kernel'
import { JobList } from './JobList'
import { useSystemTexts } from './texts'

/** Background work that one started oneself. */
export default function MyJobs() {
  const t = useSystemTexts()
  return (
    <>
      <PageHeader title={t('jobs.mine')} note={t('jobs.mineNote')} actions={<LinkButton to="/system/my-exports">{t('exports.mine')}</LinkButton>} />
      <JobList url="/api/system/my-jobs" label={t('jobs.mine')} empty={t('jobs.mineEmpty')} cancel={(id) => read(api.POST('/api/system/my-jobs/{id}/cancel', { params: { path: { id } } }))} />
    </>
  )
}
